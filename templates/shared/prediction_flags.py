"""The command line of a script that uses a trained model."""

import argparse
from typing import Protocol

from command_line import Parser, path_of
from predictions import FORMATS, TOP, check_arguments


class Flags(Protocol):
    """Flags that only some scripts have."""

    def add(self, parser: argparse.ArgumentParser) -> None:
        """Add them to a command line."""

    def settle(self, args: argparse.Namespace) -> None:
        """See that what is given can be, and fill in what is not."""


def parser_of(about: str | None, runs: str, flags: Flags | None) -> Parser:
    """Make the parser of a script that uses a trained model.

    Args:
        about: What the script does; of more than one line, the first.
        runs: The folder with a folder for each run.
        flags: Of the script itself.
    """
    parser = Parser(description=(about or "").partition("\n")[0])
    wanted = "to predict for, or a folder of such"
    parser.add_argument("files", nargs="*", type=path_of, metavar="FILE", help=wanted)
    for name, kind, default, help_ in (
        ("run", path_of, None, f"or a checkpoint; without it, the newest of {runs}"),
        ("weights", path_of, None, "a file of weights, in place of those of a run"),
        ("data-dir", path_of, None, "has the data in it; without it, as in training"),
        ("device", str, "cpu", "such as cpu, cuda:0, mps"),
        ("top", int, None, f"likeliest classes to show; {TOP} as text, else all"),
        ("out", path_of, None, "file for the predictions, such as found.csv"),
    ):
        parser.add_argument(f"--{name}", type=kind, default=default, help=help_)
    kinds = ("onnx", "pt2")
    parser.add_argument("--format", choices=FORMATS, help="of predictions")
    parser.add_argument("--export", choices=kinds, help="write the model into the run")
    parser.add_argument("--layer", metavar="NAME", help="print what it makes of FILE")
    for name, help_ in (
        ("layers", "show what each layer makes of FILE; with --plot, draw it"),
        ("evaluate", "print the metrics of the test data"),
        ("plot", "draw curves and results into the run"),
        ("with-preprocessing", "export the scaling of raw data too"),
        ("traceback", "show where an error comes from"),
    ):
        parser.add_argument(f"--{name}", action="store_true", help=help_)
    if flags:
        flags.add(parser)
    return parser


def asked(parser: Parser, flags: Flags | None) -> argparse.Namespace:
    """Read the command line, and see that all of it can be done together.

    Args:
        parser: What `parser_of` has made.
        flags: Of the script itself.

    Raises:
        SystemExit: A flag lacks what it is for; the parser has said it.
        RunError: A value can't be, or what is to be written where.
    """
    args = parser.parse_args()
    if not (args.files or args.evaluate or args.plot or args.export):
        parser.error("name a FILE, or --evaluate, --plot or --export")
    if args.with_preprocessing and not args.export:
        parser.error("--with-preprocessing is for --export")
    if (args.layers or args.layer) and not args.files:
        parser.error("--layers and --layer want a FILE for the model to look at")
    check_arguments(args)
    if flags:
        flags.settle(args)
    return args
