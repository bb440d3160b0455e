"""Command line flags of training scripts: common ones, and those of parameters."""

from __future__ import annotations

import keyword
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


TAKEN = frozenset(
    [
        *("batch_size", "checkpoint_every", "data_dir", "device", "epochs", "h"),
        *(
            "help",
            "look",
            "lr",
            "out",
            "overfit_batch",
            "plot",
            "profile",
            "resume",
            "seed",
        ),
        *("freeze", "tensorboard", "threads", "traceback", "weights"),
        "weights_except",
    ]
)
"""The flags of every training script; a test compares them with its command line."""


def settings_of(parameters: Mapping[str, object]) -> dict[str, str]:
    """Return the command line setting of each parameter: `hidden_1` for `--hidden-1`.

    If a flag is taken, the setting gets the prefix `model_`.

    Args:
        parameters: The defaults of the parameters, by name.
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
    """Return the setting of a parameter, if its flag is not taken."""
    return name.strip("_")


def option(setting: str) -> str:
    """Return the flag of a setting."""
    return f"--{setting.replace('_', '-')}"


def _names(setting: str, default: object) -> tuple[str, ...]:
    """Return the flags of a parameter: a bool has `--bias` and `--no-bias`."""
    return (setting, f"no_{setting}") if isinstance(default, bool) else (setting,)
