"""What commands share: options, completion, and how mistakes are shown."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from mlpgen.api import STYLES
from mlpgen.cli import printing
from mlpgen.project.package import check_package
from mlpgen.project.request import parse_setting, real
from mlpgen.project.settings import settings
from mlpgen.project.target import Target
from mlpgen.source.files import possible

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mlpgen.diagnostics.diagnostic import Diagnostic
    from mlpgen.symbols.expressions import Scalar
    from mlpgen.template_files import TemplateFolder


def report_problems(diagnostics: Sequence[Diagnostic]) -> None:
    """Show mistakes: text on standard error, json and github on standard output."""
    from mlpgen.diagnostics import renderers

    format = click.get_current_context().meta.get(_FORMAT, "text")
    if format == "json":
        printing.as_it_is(renderers.json(diagnostics) + "\n")
    elif diagnostics and format == "github":
        printing.as_it_is(renderers.github(diagnostics) + "\n")
    elif diagnostics:  # text, and formats that only say how the answer is shown
        report_text(diagnostics)


def report_text(diagnostics: Sequence[Diagnostic]) -> None:
    """Show mistakes for people, on standard error."""
    from mlpgen.diagnostics import renderers

    shown = renderers.text(diagnostics, color=printing.use_color(sys.stderr))
    printing.as_it_is(f"{shown}\n", aside=True)


def complete_layers(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[str]:
    """Complete the name of a layer of the catalogue, for shells."""
    del ctx, param
    from mlpgen.spec.types import SHARE, every_type

    begin = incomplete.lower()
    names = (*every_type(), SHARE)
    return [name for name in names if name.lower().startswith(begin)]


def complete_specs(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[str]:
    """Complete the path of a spec, for shells: folders and YAML files."""
    del ctx, param
    folder, begin = os.path.split(incomplete)
    with suppress(OSError):
        entries = sorted(os.scandir(folder or "."), key=lambda each: each.name)
        return [
            os.path.join(folder, each.name) + "/" * each.is_dir()  # noqa: PTH118
            for each in entries
            if each.name.startswith(begin)
            and each.name.isprintable()  # a terminal would obey it
            and (each.is_dir() or each.name.endswith((".yaml", ".yml")))
        ]
    return []


def complete_captures(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[str]:
    """Complete what the specs on the command line have to capture, for shells."""
    del param
    from mlpgen import api
    from mlpgen.diagnostics.diagnostic import SpecError

    before, comma, begin = incomplete.rpartition(",")
    names: dict[str, None] = {}
    for spec in ctx.args:  # `--capture` without its value ends click's reading
        with suppress(SpecError):
            names |= dict.fromkeys(api.layer_names(api.load(spec).graph))
    return [before + comma + name for name in names if name.startswith(begin)]


class AnyPath(click.ParamType[str]):
    """The path of something that may be there: any name that a file can have."""

    name = "path"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """Refuse what no file can be called."""
        if not possible(value):
            self.fail(f"'{value}' is no name of a file", param, ctx)
        return value


class AnyFolder(AnyPath):
    """The path of a folder; an empty text for none."""

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """Refuse what no folder can be called."""
        return super().convert(value, param, ctx) if value else value


def specs_argument(*, required: bool = True) -> Callable[[Any], Any]:
    """Make the argument for one spec or several."""
    return click.argument(
        "specs",
        nargs=-1,
        required=required,
        type=AnyPath(),
        shell_complete=complete_specs,
    )


spec_argument = click.argument("spec", type=AnyPath(), shell_complete=complete_specs)
_FORMAT = "mlpgen.format"


def _remember_format(ctx: click.Context, _param: click.Parameter, value: str) -> str:
    ctx.meta[_FORMAT] = value
    return value


def formats(*more: str, help: str = "How mistakes are shown.") -> Callable[[Any], Any]:
    """Make the option `--format`, with formats that only this command has."""
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
    help="The folder of the generated files; `generated` if pyproject.toml says none.",
)
package_option = click.option(
    "--package",
    metavar="NAME",
    help="What the folder is called when it is imported, `mypkg.generated`: files "
    "import each other by absolute names, and run with `python -m`.",
)
templates_option = click.option(
    "--templates",
    type=AnyFolder(),
    metavar="DIR",
    help="A folder of templates that go before mlpgen's own: see `mlpgen templates`.",
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
    help="Layers, at any depth, whose outputs the model returns as well.",
)


def style_option(*, help: str) -> Callable[[Any], Any]:
    """Make the option `--style`, which may be given several times."""
    return click.option(
        "--style",
        "styles",
        type=click.Choice(STYLES),
        multiple=True,
        help=f"{help} By default what pyproject.toml says, else the spec's own style, "
        "else explicit.",
    )


class Wanted(NamedTuple):
    """What a command is about: by its options, else by the project's settings.

    Attributes:
        specs: Paths, each once.
        styles: Those of each spec; none for its own.
        target: Where generated files go.
        root: The folder of the project.
        file: Where the settings stand; empty if there are none.
        warnings: What is odd about the templates.
    """

    specs: list[str]
    styles: tuple[str, ...]
    target: Target
    root: Path
    file: str
    warnings: tuple[Diagnostic, ...]


def wanted(
    specs: Sequence[str],
    styles: Sequence[str],
    out: str | None,
    package: str | None,
    templates: str | None,
) -> Wanted:
    """Put the options of a command before the project's settings.

    Raises:
        SpecError: The package is none, or not that of the folder; or the templates
            cannot be read.
    """
    project = settings()
    usual = Target(project.folder, project.package, templates=project.own)
    folder = usual.templates if templates is None else templates
    own: TemplateFolder | None = None
    warnings: tuple[Diagnostic, ...] = ()
    if folder:
        from mlpgen import project_templates

        place = project.place("templates") if templates is None else None
        own, warnings = project_templates.opened(folder, place)
    target = Target(
        usual.out if out is None else Path(out),
        usual.package if package is None else package,
        usual,
        folder,
        own,
    )
    check_package(target)
    return Wanted(
        once(specs) or project.files(),
        (*(styles or project.styles),),
        target,
        Path(project.root),
        project.file,
        warnings,
    )


def parse_captures(texts: Sequence[str]) -> tuple[str, ...]:
    """Read `--capture first,second`."""
    names = (name.strip() for text in texts for name in text.split(","))
    return tuple(filter(None, names))


def parse_settings(texts: Sequence[str]) -> dict[str, Scalar]:
    """Read `--set name=value` as YAML reads values.

    Raises:
        click.UsageError: Not a name, `=` and a number or true/false; or a name twice.
    """
    settings: dict[str, Scalar] = {}
    for text in texts:
        try:
            name, value = parse_setting(text)
        except ValueError:
            raise click.UsageError(
                f"--set takes NAME=VALUE with a number or true/false, not '{text}'"
            ) from None
        if name in settings:
            raise click.UsageError(f"--set {name} is given twice")
        settings[name] = value
    return settings


def once(specs: Sequence[str]) -> list[str]:
    """Return each spec once, in order, however it is spelt."""
    found: dict[str, str] = {}
    for spec in specs:
        found.setdefault(real(spec), spec)
    return list(found.values())


def show_warnings(warnings: Sequence[Diagnostic], *, aside: bool = False) -> None:
    """Show what is odd about specs that can be rendered.

    Args:
        warnings: What is odd.
        aside: Always as text on standard error, since standard output has other things.
    """
    if aside and warnings:
        report_text(warnings)
    elif not aside:
        report_problems(warnings)


def print_files(texts: Mapping[Path, str]) -> None:
    """Print the texts of files as they are, with their names if there are several."""
    for index, (path, text) in enumerate(texts.items()):
        if len(texts) > 1:
            printing.say_lines([*[""] * (index > 0), f"# {'=' * 8} {path.as_posix()}"])
        printing.as_it_is(text)
