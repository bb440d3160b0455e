"""The files of a run: checkpoints, what is told of them, and who may write them."""

import argparse
import csv
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from damage import is_odd, is_whole
from data_common import named
from errors import RunError, short

VERSION = 2
"""Counts what is added to checkpoints; those of the first have no version."""
NAMES = ("last.pt", "previous.pt", "best.pt")
"""The checkpoints of a run, the newest first."""
MOST_LINES = 10
"""Weights of another network that are named."""
KEYS = {"settings", "about", "random", "epoch", "step", "best", "best_epoch", "rows"}
"""What every checkpoint holds beside the states of its parts."""


def read(path: Path) -> dict[str, Any]:
    """Read a checkpoint of a run, as plain data and tensors."""
    damaged = "it is damaged, or holds more than plain data and tensors"
    try:
        whole = is_whole(path)
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    except (FileNotFoundError, IsADirectoryError, PermissionError) as error:
        why = error.strerror
        raise RunError(f"{path} cannot be read: {why}{instead_of(path)}") from None
    except Exception:
        raise RunError(f"{path} cannot be read: {damaged}{instead_of(path)}") from None
    if not whole:
        raise RunError(f"{path} cannot be read: it is damaged{instead_of(path)}")
    known = isinstance(state, dict) and state.keys() >= KEYS
    if not known or {type(state["settings"]), type(state["about"])} != {dict}:
        raise RunError(f"{path} is no checkpoint of a run; --weights takes other files")
    version = state.get("version", 1)
    if not isinstance(version, int) or version > VERSION:
        raise RunError(f"{path} is of version {version}: newer scripts can read it")
    return state


def instead_of(path: Path) -> str:
    """Say which checkpoint of the run can be used where one is damaged."""
    before = path.with_name("previous.pt")
    if path.name == "last.pt" and before.exists():
        return f"; {before} is the one before it"
    others = [path.with_name(name) for name in NAMES if name != path.name]
    found = [each for each in others if each.is_file()] if path.name in NAMES else []
    return f"; {found[0]} may be used in its place" if found else ""


def summary(path: Path, state: dict[str, Any]) -> str:
    """Say of which epoch a checkpoint is, and how good that was."""
    rows, score = state["rows"], state.get("score")
    text = f"{path}: epoch {len(rows)}" if rows else f"{path}: before its first epoch"
    if rows and score in rows[-1]:
        text += f", {score} {short(rows[-1][score])}"
    return f"{text}, and {state['step']} steps" if state["step"] else text


def newest(path: Path) -> Path:
    """Return a checkpoint, the last one of a run, or of the newest of some runs."""
    if not path.is_dir():
        return path
    run = newest_run(path)
    return next(run / name for name in NAMES if (run / name).exists())


def newest_run(
    folder: Path,
    names: Sequence[str] = NAMES,
    advice: str = "train a model, or name a run",
    where: str = "",
) -> Path:
    """Return the run below a folder that was written to last.

    Args:
        folder: Has runs in it; one that is a run itself is returned.
        names: The checkpoints that it may have.
        advice: What to do if there is none.
        where: Who that is said of; without it the folder.

    Raises:
        RunError: There is none, or none that is more than an attempt.
    """
    if has_run(folder):
        return folder
    every = {path for name in names for path in folder.rglob(name)}
    found = [path for path in every if not attempt(path.parent)]
    if found:
        return max(found, key=lambda path: path.stat().st_mtime).parent
    if every:
        kinds = {attempt(path.parent) for path in every}
        said = f"runs below {folder} {' or '.join(sorted(kinds))}"
        raise RunError(f"{said}: train a model, or name one of them")
    raise RunError(f"{where or folder} has no run yet: {advice}")


def has_run(folder: Path) -> bool:
    """Tell whether a training has written checkpoints into a folder."""
    return any((folder / name).exists() for name in NAMES)


def attempt(folder: Path) -> str:
    """Say why a run is none to be found by its age; nothing if it is one."""
    config = config_of(folder)
    if config.get("diverged"):
        return "have diverged"
    settings = config.get("settings")
    alone = isinstance(settings, dict) and settings.get("overfit_batch")
    return "know one batch alone" if alone else ""


def commit_of(folder: Path) -> str:
    """Return the commit of the code that made a run; nothing if it is not known."""
    return str(config_of(folder).get("commit") or "")


def config_of(folder: Path) -> dict[str, Any]:
    """Read the config.json of a run; nothing if it is gone, or somebody else's."""
    try:
        found = json.loads((folder / "config.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def new_run(wanted: Path) -> Path:
    """Return a folder that is not there yet: the one that is wanted, or one like it."""
    path, count = wanted, 1
    while path.exists():
        count += 1
        path = wanted.with_name(f"{wanted.name}_{count}")
    return path


def described(args: argparse.Namespace, score: str, diverged: str) -> str:
    """Write down what is run, what chooses its best epoch, and whether it diverged."""
    failed, commit = subprocess.getstatusoutput("git describe --always --dirty")
    config = {
        "command": sys.argv,
        "settings": plain(args),
        "best": score,
        "python": sys.version,
        "torch": torch.__version__,
        "commit": None if failed else commit,
    }
    config |= {"diverged": diverged} if diverged else {}
    return json.dumps(config, indent=2) + "\n"


def write(path: Path, write_to: Callable[[Path], object]) -> None:
    """Write a file aside and rename it, so that it is never half a file.

    Of "last.pt", the one before is kept as "previous.pt". Who reads finds both names at
    any time, of a training that goes on or was killed.
    """
    aside = path.with_name(f"{path.name}.part")
    try:
        write_to(aside)
        with aside.open("rb") as file:
            os.fsync(file.fileno())  # whole, even if the power fails
    except (OSError, RuntimeError) as error:  # a full disk, in Python and in torch
        aside.unlink(missing_ok=True)
        raise RunError(f"{path} cannot be written: {error}") from None
    if path.name == "last.pt" and path.exists():
        _name_too(path, path.with_name("previous.pt"))
    aside.replace(path)


def _name_too(path: Path, name: Path) -> None:
    """Give a file another name too; only it, on a file system that has no links."""
    aside = name.with_name(f"{name.name}.part")
    aside.unlink(missing_ok=True)
    try:
        aside.hardlink_to(path)
    except (OSError, NotImplementedError):
        path.replace(name)
        return
    aside.replace(name)
    aside.unlink(missing_ok=True)  # it stays where both were one file already


def write_rows(path: Path, rows: Sequence[dict[str, float]]) -> None:
    """Write the metrics of epochs as CSV."""
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, [*dict.fromkeys(n for row in rows for n in row)])
        writer.writeheader()
        writer.writerows(rows)


def row(kept: Any) -> dict[str, float]:
    """Take over the metrics of an epoch from a checkpoint."""
    found: dict[str, float] = dict(kept)
    numbers = all(
        isinstance(name, str) and isinstance(value, int | float)
        for name, value in found.items()
    )
    if not numbers or not found.keys() >= {"epoch", "seconds"}:
        raise ValueError("it has no metrics of the epochs before")
    return found


def of_another_network(path: Path) -> str:
    """Say what can be done with a checkpoint of another network."""
    commit = commit_of(path.parent)
    code = f"the code of commit {commit}" if commit else "the code of its time"
    moved = "move its weights by mlpgen migrate"
    return f"{path} is of another network: use {code}, {moved}, or train this one"


def check_weights(path: Path, model: nn.Module, weights: dict[str, Any]) -> None:
    """See that weights are those of a model, by their names and shapes.

    Raises:
        RunError: They are not: a line for each difference.
    """
    wanted: dict[str, Tensor] = model.state_dict()
    lines = [f"{name} is not in {path}" for name in wanted if name not in weights]
    lines += [f"{name} is in {path} alone" for name in weights if name not in wanted]
    for name in wanted.keys() & weights.keys():
        was, now = weights[name], wanted[name]
        if not isinstance(was, Tensor) or was.shape != now.shape:
            lines.append(f"{name} was {_shape(was)}, is {_shape(now)}")
        elif was.dtype != now.dtype:
            lines.append(f"{name} was {was.dtype}, is {now.dtype}")
        elif was.layout != now.layout:
            lines.append(f"{name} was {was.layout}, is {now.layout}")
    if lines:
        more = [f"{len(lines) - MOST_LINES} more"] if len(lines) > MOST_LINES else []
        raise RunError(*sorted(lines)[:MOST_LINES], *more, of_another_network(path))
    odd = [name for name in wanted if is_odd(weights[name], wanted[name])]
    if odd:
        said = f"{path} is damaged: {named(odd)} {'has' if len(odd) == 1 else 'have'}"
        raise RunError(f"{said} NaN or infinite weights{instead_of(path)}")


def _shape(value: Any) -> str:
    return str([*value.shape]) if isinstance(value, Tensor) else "no tensor"


def plain(args: argparse.Namespace) -> dict[str, Any]:
    """Return settings as data that a checkpoint and JSON can hold."""
    return {name: _plain(value) for name, value in vars(args).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [*map(_plain, value)]
    kinds = (bool, int, float, str)
    return value if value is None or isinstance(value, kinds) else str(value)


def restore(part: Any, state: Any) -> None:
    """Give a model, an optimizer or the like the state that it had.

    Fused steps of optimizers read and write memory without a look at types and shapes.
    """
    if not isinstance(part, torch.optim.Optimizer):
        part.load_state_dict(state)
        return
    before = [dict(group) for group in part.param_groups]
    part.load_state_dict(state)
    for group, was in zip(part.param_groups, before, strict=True):
        for name in was:
            if type(group[name]) is not type(was[name]):
                raise ValueError(f"{name} of the optimizer is {group[name]!r}")
        for parameter in group["params"] if group.get("fused") else ():
            for name, value in part.state.get(parameter, {}).items():
                _check_fits(name, value, parameter)


def _check_fits(name: str, value: Any, parameter: Tensor) -> None:
    """See that a value of a fused optimizer is of the shape of its parameter."""
    shape = torch.Size() if name == "step" else parameter.shape  # a step is a number
    if value is None and name == "momentum_buffer":  # before the first step
        return
    if not isinstance(value, Tensor) or value.shape != shape:
        raise ValueError(f"{name} of the optimizer does not fit its parameter")
    dense = value.is_contiguous() or value.stride() == parameter.stride()
    if not value.is_floating_point() or value.layout != parameter.layout or not dense:
        raise ValueError(f"{name} of the optimizer is of another type")


def random_state() -> list[Tensor]:
    """Return the state of random numbers, of the CPU and the accelerator."""
    device = torch.accelerator.current_accelerator(check_available=True)
    states = [torch.get_rng_state()]
    if device is not None:
        states.append(torch.get_device_module(device).get_rng_state())
    return states


def set_random_state(states: list[Tensor]) -> None:
    """Go back to a state of random numbers."""
    device = torch.accelerator.current_accelerator(check_available=True)
    torch.set_rng_state(states[0])
    if device is not None and len(states) > 1:
        torch.get_device_module(device).set_rng_state(states[1])
