"""The flags of a training: those that all have, and those of a model's parameters."""

from __future__ import annotations

import keyword
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlpgen.symbols.expressions import Scalar

TAKEN = frozenset(
    [
        *("batch_size", "checkpoint_every", "data_dir", "device", "epochs", "h"),
        *("help", "lr", "out", "overfit_batch", "plot", "profile", "resume", "seed"),
        *("tensorboard", "threads", "traceback"),
    ]
)
"""What every training has a flag for: a test compares it with the command line."""


def settings_of(parameters: Mapping[str, Scalar]) -> dict[str, str]:
    """Name what the command line sets for each parameter: `hidden_1` of `--hidden-1`.

    Where that is taken, it makes way for those that are not.

    Args:
        parameters: Their defaults.
    """
    found: dict[str, str] = {}
    used = {*TAKEN, *keyword.kwlist}
    waiting = {name: plain(name) for name in parameters}
    while waiting:
        for name, setting in [*waiting.items()]:
            names = _names(setting, parameters[name])
            if used.isdisjoint(names):
                found[name] = waiting.pop(name)
                used |= {*names}
            else:
                waiting[name] = f"model_{setting}"
    return {name: found[name] for name in parameters}


def plain(name: str) -> str:
    """Return what a parameter would be called if no flag were taken."""
    return name.strip("_")


def option(setting: str) -> str:
    """Return the flag of a setting."""
    return f"--{setting.replace('_', '-')}"


def _names(setting: str, default: Scalar) -> tuple[str, ...]:
    """Name the flags of a parameter: a truth value has `--bias` and `--no-bias`."""
    return (setting, f"no_{setting}") if isinstance(default, bool) else (setting,)
