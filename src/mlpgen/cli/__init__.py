"""The command line: one click command in each module."""

from __future__ import annotations

import sys
from functools import cache
from importlib import import_module
from io import TextIOWrapper
from typing import TYPE_CHECKING

import click

from mlpgen import __version__
from mlpgen.cli import printing
from mlpgen.diagnostics.diagnostic import Diagnostic, MissingPackageError, SpecError

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = {
    "render": "Write the model and training script of a spec.",
    "check": "Check that the generated files match the specs.",
    "validate": "Find the mistakes in specs.",
    "show": "Print the layers of a spec with shapes and counts.",
    "prove": "Run both styles of a spec with torch, and check what mlpgen predicts.",
    "templates": "List the templates that a project can replace, or copy one.",
    "init": "Print a spec to start from.",
    "layers": "List all layers, or describe one of them.",
    "explain": "Explain the code of a mistake.",
    "schema": "Write the JSON Schema of specs, for editors.",
}
"""Each command is a module of this package, imported when it is called."""


def _remember_color(
    ctx: click.Context, _param: click.Parameter, value: bool | None
) -> None:
    if value is not None:
        ctx.find_root().color = value


_color_option = click.option(
    "--color/--no-color",
    default=None,
    expose_value=False,
    callback=_remember_color,
    help="Use color; by default on a terminal without NO_COLOR.",
)
"""An option of every command, and of `mlpgen` itself."""


@cache
def _load(name: str) -> click.Command:
    """Import a command and add the option for color, once."""
    command: click.Command = import_module(f"mlpgen.cli.{name}").command
    return _color_option(command)


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in COMMANDS:
            return None
        return _load(cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            from mlpgen.spec.wording import nearest

            hint = nearest(name, COMMANDS)
            ctx.fail(
                f"No such command '{name}'." + (f" {hint.capitalize()}" if hint else "")
            )
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command, and print mistakes in the requested format."""
        from mlpgen.cli.reports import report_problems

        try:
            return super().invoke(ctx)
        except SpecError as error:
            report_problems(error.diagnostics)
        except MissingPackageError as error:
            raise click.ClickException(str(error)) from None
        except BrokenPipeError:
            raise
        except OSError as error:
            where = f"`{error.filename}`: " if error.filename else ""
            message = f"{where}{error.strerror or error}"
            report_problems([Diagnostic("MG004", message)])
        return 2

    def format_commands(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=_Lazy,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 88},
)
@click.version_option(__version__, prog_name="mlpgen")
@_color_option
def cli() -> None:
    """Turn a short YAML spec of a neural network into PyTorch code.

    \b
    Example:
      mlpgen init mlp > my_mlp.yaml
      mlpgen render my_mlp.yaml --style sequential
    """


def run(args: Sequence[str] | None = None) -> int:
    """Run the command line.

    Returns:
        The exit code: 0 for success, 1 if a check fails or a file is kept, 2 for wrong
        usage or mistakes in a spec.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        result = cli.main(args=args, prog_name="mlpgen", standalone_mode=False)
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.ClickException as error:
        printing.usage(error)
        return 2
    except click.Abort:
        printing.say("interrupted", aside=True)
        return 130
    except BrokenPipeError:
        return 1
    return result if isinstance(result, int) else 0
