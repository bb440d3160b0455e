"""The command line of a training, and the devices and ranks that it asks for."""

import argparse
import json
import math
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import torch
import torch.distributed as dist

import checkpoint
from data_common import LOCAL_RANK, RANKS
from errors import Ended, RunError, guarded, one_line, printable
from plots import require_matplotlib
from run_folder import check_folder

BY_HEART = 100
"""Steps that `--overfit-batch` takes at least, if nobody says how many."""
LEAST = {"epochs": 1, "batch_size": 1, "threads": 1, "seed": 0, "checkpoint_every": 0}


class Parser(argparse.ArgumentParser):
    """A parser whose errors are safe to print."""

    def exit(self, status: int = 0, message: str | None = None) -> NoReturn:
        """End the script."""
        if message:
            self._print_message(message, sys.stderr)
        raise Ended(status)

    def error(self, message: str) -> NoReturn:
        """End with a line."""
        self.exit(2, f"error: {printable(message)}\n")


def path_of(text: str) -> Path:
    """Read a path that some system may have."""
    if "\0" in text:
        raise argparse.ArgumentTypeError("a path has no NUL in it")
    return Path(text)


def list_of(kind: type, depth: int = 1) -> Callable[[str], tuple[Any, ...]]:
    """Return what reads a list of a command line: `2,2,6,2`, `[[1,16],[6,24]]`.

    Args:
        kind: Of its items: bool, int or float.
        depth: 2 for a list of lists.
    """

    def typed(value: Any, depth: int) -> Any:
        if depth and isinstance(value, list) and value:
            return tuple(typed(each, depth - 1) for each in value)
        whole = type(value) is int and kind is float
        if depth or not (type(value) is kind or whole):
            raise ValueError(value)
        return kind(value)

    def read(text: str) -> tuple[Any, ...]:
        try:
            found = json.loads(f"[{text}]")
            bare = len(found) > 1 or (depth == 1 and not isinstance(found[0], list))
            return tuple(typed(found if bare else found[0], depth))
        except (ValueError, IndexError, RecursionError):
            form = "[[1,16],[6,24]]" if depth > 1 else "1,2"
            said = f"not a list of {kind.__name__}, such as {form}"
            raise argparse.ArgumentTypeError(said) from None

    return read


def command_line(
    about: str | None, folder: str, epochs: int, batch_size: int, lr: float, seed: int
) -> Parser:
    """Make the parser of a training, to which a script adds what its model takes.

    Args:
        about: What the script does; of more than one line, the first.
        folder: In `runs`; it gets a folder for each run.
        epochs: How many, if the command line does not say; so with all that follow.
        batch_size: Examples in a step.
        lr: The learning rate, or the peak of it.
        seed: Of initial values and shuffling.
    """
    runs = Path("runs", folder)
    parser = Parser(
        description=(about or "").partition("\n")[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    new = runs / f"{time.strftime('%Y-%m-%d_%H-%M-%S')}_{os.getpid()}"
    device = torch.accelerator.current_accelerator(check_available=True) or "cpu"
    for name, kind, default, help_ in (
        ("epochs", int, epochs, "passes over the training data"),
        ("batch-size", int, batch_size, "examples in one step"),
        ("lr", float, lr, "learning rate, or its peak"),
        ("seed", int, seed, "of initial values and shuffling"),
        ("data-dir", path_of, Path("data"), "has the data in it"),
        ("out", path_of, new, "gets checkpoints and metrics.csv"),
        ("checkpoint-every", int, 0, "steps; 0: after each epoch"),
        ("device", str, str(device), "such as cpu, cuda:0, mps"),
        ("threads", int, torch.get_num_threads(), "of the CPU"),
    ):
        parser.add_argument(f"--{name}", type=kind, default=default, help=help_)
    newest = "a run or checkpoint to go on with; the newest run if none is named"
    parser.add_argument("--resume", nargs="?", type=path_of, const=runs, help=newest)
    begin = "a run, or a file of weights, to start from"
    parser.add_argument("--weights", type=path_of, help=begin)
    anew = "patterns of weights, or of modules, that are not taken from there"
    parser.add_argument("--weights-except", nargs="*", default=[], help=anew)
    stay = "patterns of parameters, or of modules, that are not trained"
    parser.add_argument("--freeze", nargs="*", default=[], help=stay)
    for name, help_ in (
        ("look", "show what the data is, with --plot examples of it, and end"),
        ("overfit-batch", "learn one batch by heart"),
        ("profile", "show where 50 steps spend their time, and end"),
        ("tensorboard", "write its events too"),
        ("plot", "draw curves and results at the end"),
        ("traceback", "show where an error comes from"),
    ):
        parser.add_argument(f"--{name}", action="store_true", help=help_)
    return parser


def start(train: Callable[[argparse.Namespace], None], parser: Parser) -> None:
    """Train with the settings of the command line."""

    def main() -> None:
        args = settings(parser)
        torch.set_num_threads(args.threads)
        join(args)
        train(args)
        leave()

    guarded(main)


def settings(parser: argparse.ArgumentParser) -> argparse.Namespace:
    """Read and check the command line; a run that goes on has its settings already."""
    args = parser.parse_args()
    if args.resume:
        last = checkpoint.newest(named_run(args, parser))
        kept = checkpoint.read(last)["settings"]
        for name in ("resume", "look", "profile", "out", "traceback"):
            kept.pop(name, None)
        parser.set_defaults(**kept)
        args = parser.parse_args()
        if str(args.weights) != str(parser.get_default("weights")):
            raise RunError("--weights starts a training, --resume continues one")
        args.resume, args.out = last, last.parent
    elif args.out == parser.get_default("out"):
        args.out = checkpoint.new_run(args.out)
    if args.overfit_batch and args.epochs == parser.get_default("epochs"):
        args.epochs = max(args.epochs, BY_HEART)
    check_folder(args.out)
    for name, least in LEAST.items():
        if not least <= getattr(args, name) < 2**63:
            flag = name.replace("_", "-")
            raise RunError(f"--{flag} must be at least {least}, below 2**63")
    if not 0 <= args.lr < math.inf:
        raise RunError(f"--lr is {args.lr}, must be a number of at least 0")
    if args.plot:
        require_matplotlib()
    args.threads = min(args.threads, os.cpu_count() or 1)
    name = args.device
    if RANKS > 1 and name != "cpu":
        name = f"{name.partition(':')[0]}:{LOCAL_RANK}"
    args.device = usable(name)
    return args


def named_run(args: argparse.Namespace, parser: argparse.ArgumentParser) -> Path:
    """Return what a training continues with, which --resume or --out names."""
    named: Path = args.resume
    if not named.exists() and named == parser.get_default("out").parent:
        raise RunError(
            f"{named.absolute()} has no run yet: train without --resume first"
        )
    if args.out == parser.get_default("out"):
        return named
    out: Path = args.out
    if named == parser.get_default("out").parent:  # the newest, if none is named
        return out
    folder = named if named.is_dir() else named.parent
    if folder.resolve() != out.resolve():
        raise RunError(f"--resume {named} and --out {out} name two runs")
    return named


def usable(name: str) -> torch.device:
    """Return a device by its name; it must be there."""
    try:
        device = torch.device(name)
        torch.zeros(1, device=device).item()
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        why = one_line(error)
        raise RunError(f"--device {name}: {why}; try --device cpu") from None
    return device


def join(args: argparse.Namespace) -> None:
    """Meet the ranks that torchrun started: each has a device, all have one folder."""
    if args.device.index is not None:
        torch.accelerator.set_device_index(args.device.index)
    if RANKS > 1:
        dist.init_process_group()
        folders = [args.out, args.resume]
        dist.broadcast_object_list(folders)
        args.out, args.resume = folders


def leave() -> None:
    """Wait for the other ranks, so that none is gone while another talks to it."""
    if dist.is_initialized():
        dist.barrier()
        dist.destroy_process_group()
