"""The commands: each is a module beside this one, imported when it is called."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from keyword import iskeyword

import click

from mlpgen.diagnostics.diagnostic import Diagnostic, MissingPackageError, SpecError

COMMANDS = {
    "render": "Write the model and training script of a spec.",
    "sync": "Make the generated files of a project what its specs say.",
    "own": "Make generated files yours: neither written nor checked.",
    "check": "Check that the generated files match the specs.",
    "validate": "Find the mistakes in specs.",
    "show": "Print the layers of a spec with shapes and counts.",
    "diff": "Show what a change of specs changes in the networks.",
    "breaking": "Tell what a change of specs breaks: code, checkpoints, outputs.",
    "prove": "Run both styles of a spec with torch, and check what mlpgen predicts.",
    "migrate": "Make a checkpoint of a spec one of its successor, tensor by tensor.",
    "import": "Turn a model of PyTorch into a spec, and prove that they are equal.",
    "templates": "List the templates that a project can replace, or copy one.",
    "init": "Print a spec to start from.",
    "layers": "List all layers, or describe one of them.",
    "merge-driver": "Merge a generated file of two branches, for git.",
    "explain": "Explain the code of a mistake.",
    "schema": "Write the JSON Schema of specs, for editors.",
}
"""The description of each command, which is the name of its module."""


def _remember_color(
    ctx: click.Context, _param: click.Parameter, value: bool | None
) -> None:
    if value is not None:
        ctx.find_root().color = value


color_option = click.option(
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
    module = f"{name}_" if iskeyword(name) else name.replace("-", "_")
    command: click.Command = import_module(f"mlpgen.cli.{module}").command
    return color_option(command)


class Commands(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the names of the commands."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command; None if there is no such command."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        return _load(cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command to call; for an unknown one, suggest a similar name."""
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
        """List the commands for `--help`, without importing them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))
