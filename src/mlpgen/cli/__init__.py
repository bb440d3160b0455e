"""The command line: one click command in each module."""

from __future__ import annotations

import sys
from io import TextIOWrapper
from typing import TYPE_CHECKING

import click

from mlpgen import __version__
from mlpgen.cli import printing
from mlpgen.cli.commands import Commands, color_option

if TYPE_CHECKING:
    from collections.abc import Sequence


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 88},
)
@click.version_option(__version__, prog_name="mlpgen")
@color_option
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
