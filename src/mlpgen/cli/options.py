"""Options and arguments that several commands have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mlpgen.api import STYLES
from mlpgen.cli import reports
from mlpgen.cli.completion import complete_captures, complete_specs
from mlpgen.project.request import parse_setting, real_path
from mlpgen.source.files import possible

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mlpgen.symbols.type_names import Setting


class AnyPath(click.ParamType[str]):
    """A path that may exist or not, with any name that a file can have."""

    name = "path"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """Refuse a name that no file can have."""
        if not possible(value):
            self.fail(f"'{value}' is not a valid file name", param, ctx)
        return value


class AnyFolder(AnyPath):
    """The path of a folder; empty for none."""

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """Refuse a name that no folder can have."""
        return super().convert(value, param, ctx) if value else value


def specs_argument(*, required: bool = True) -> Callable[[Any], Any]:
    """Make the argument for several specs."""
    return click.argument(
        "specs",
        nargs=-1,
        required=required,
        type=AnyPath(),
        shell_complete=complete_specs,
    )


spec_argument = click.argument("spec", type=AnyPath(), shell_complete=complete_specs)


def _remember_format(ctx: click.Context, _param: click.Parameter, value: str) -> str:
    ctx.meta[reports.FORMAT] = value
    return value


def formats(*more: str, help: str = "How to print mistakes.") -> Callable[[Any], Any]:
    """Make the option `--format`, with additional formats of one command."""
    return click.option(
        "--format",
        "format_",
        callback=_remember_format,
        type=click.Choice(["text", "json", "github", *more]),
        default="text",
        show_default=True,
        help=help,
    )


format_option = formats()
out_option = click.option(
    "--out",
    type=AnyPath(),
    help="The folder of the generated files; by default the one that pyproject.toml "
    "names, else `generated`.",
)
package_option = click.option(
    "--package",
    metavar="NAME",
    help="The package of this folder, such as `mypkg.generated`: files use absolute "
    "imports and run with `python -m`.",
)
templates_option = click.option(
    "--templates",
    type=AnyFolder(),
    metavar="DIR",
    help="A folder of templates that replace mlpgen's: see `mlpgen templates`.",
)
own_option = click.option(
    "--own",
    multiple=True,
    type=AnyPath(),
    metavar="PATTERN",
    help="Files that are yours, besides those that the settings name: neither written "
    "nor checked.",
)
set_option = click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="A new default for a parameter of the spec.",
)
capture_option = click.option(
    "--capture",
    "captures",
    metavar="NAME,…",
    multiple=True,
    shell_complete=complete_captures,
    help="Layers, at any depth, whose outputs the model also returns.",
)


def style_option(*, help: str) -> Callable[[Any], Any]:
    """Make the option `--style`, which can be repeated."""
    return click.option(
        "--style",
        "styles",
        type=click.Choice(STYLES),
        multiple=True,
        help=f"{help} By default the styles in pyproject.toml, else the spec's own "
        "style, else explicit.",
    )


def parse_captures(texts: Sequence[str]) -> tuple[str, ...]:
    """Parse `--capture first,second`."""
    names = (name.strip() for text in texts for name in text.split(","))
    return tuple(filter(None, names))


def parse_settings(texts: Sequence[str]) -> dict[str, Setting]:
    """Parse `--set name=value`, with the value as in YAML.

    Raises:
        click.UsageError: A text is not a name, `=`, and a value of a parameter; or a
            name is given twice.
    """
    settings: dict[str, Setting] = {}
    for text in texts:
        try:
            name, value = parse_setting(text)
        except ValueError:
            raise click.UsageError(
                "--set takes NAME=VALUE with a number, true/false, a list or a type of "
                f"layer, not '{text}'"
            ) from None
        if name in settings:
            raise click.UsageError(f"--set {name} is given twice")
        settings[name] = value
    return settings


def once(specs: Sequence[str]) -> list[str]:
    """Return each spec once, in order, whatever the spelling of its path."""
    found: dict[str, str] = {}
    for spec in specs:
        found.setdefault(real_path(spec), spec)
    return list(found.values())
