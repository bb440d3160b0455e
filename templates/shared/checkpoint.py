"""The files of a run: checkpoints, and who may write them."""

import argparse
import sys
from pathlib import Path
from typing import IO, Any

import torch
from torch import Tensor

from errors import RunError

KEYS = {"settings", "about", "random", "epoch", "step", "best", "best_epoch", "rows"}
"""What every checkpoint holds beside the states of its parts."""


def read(path: Path) -> dict[str, Any]:
    """Read a checkpoint of a run, as plain data and tensors."""
    before = path.with_name("previous.pt")
    kept = path.name == "last.pt" and before.exists()
    more = f"; {before} is the one before it" if kept else ""
    try:
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        damaged = "it is damaged, or holds more than plain data and tensors"
        why = error.strerror or error if isinstance(error, OSError) else damaged
        raise RunError(f"{path} cannot be read: {why}{more}") from None
    known = isinstance(state, dict) and state.keys() >= KEYS
    if not known or {type(state["settings"]), type(state["about"])} != {dict}:
        raise RunError(f"{path} is no checkpoint of a run")
    return state


def newest(path: Path) -> Path:
    """Return a checkpoint, the last one of a run, or of the newest of some runs."""
    if not path.is_dir():
        return path
    last, before = (newest_run(path) / name for name in ("last.pt", "previous.pt"))
    return before if before.exists() and not last.exists() else last


def newest_run(folder: Path) -> Path:
    """Return the run below a folder that was written to last, or the folder itself."""
    if (folder / "last.pt").exists():
        return folder
    found = [*folder.rglob("last.pt"), *folder.rglob("previous.pt")]
    last = max(found, key=lambda path: path.stat().st_mtime, default=folder / "last.pt")
    return last.parent


def new_run(wanted: Path) -> Path:
    """Return a folder that is not there yet: the one that is wanted, or one like it."""
    path, count = wanted, 1
    while path.exists():
        count += 1
        path = wanted.with_name(f"{wanted.name}_{count}")
    return path


def plain(args: argparse.Namespace) -> dict[str, Any]:
    """Return settings as data that a checkpoint and JSON can hold."""
    kinds = (bool, int, float, str, list)
    return {
        name: value if value is None or isinstance(value, kinds) else str(value)
        for name, value in vars(args).items()
    }


def locked(path: Path) -> IO[str]:
    """Lock a file for as long as this process lives, or the file is open."""
    file = path.open("w")
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        file.close()
        said = f"another training writes into {path.parent}: see --out"
        raise RunError(said) from None
    except OSError:
        pass  # a file system without locks
    return file


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
