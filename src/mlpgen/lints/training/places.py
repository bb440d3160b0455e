"""Where a spec says what a training is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.lints.spot import Spot

if TYPE_CHECKING:
    from mlpgen.lints.sources import Sources
    from mlpgen.source import Path

TRAINING: Path = ("training",)
OPTIMIZER: Path = (*TRAINING, "optimizer")
SCHEDULER: Path = (*TRAINING, "scheduler")


def name_spot(sources: Sources, base: Path, name: str) -> Spot:
    """Return where the name of a component is: a key, or a value of its own."""
    named = isinstance(sources.written(base), dict)
    return Spot((*base, name), key=True) if named else Spot(base)


def argument_spot(sources: Sources, base: Path, name: str, argument: str) -> Spot:
    """Return where an argument of a component is.

    Args:
        sources: The files of the network.
        base: The path of the component: a name, or a mapping with its name.
        name: Its name.
        argument: The argument. One that is left out is where the name is.
    """
    given = sources.written((*base, name))
    if isinstance(given, dict):
        if argument in given:
            return Spot((*base, name, argument))
        return name_spot(sources, base, name)
    return name_spot(sources, base, name) if given is None else Spot((*base, name))


def key_spot(sources: Sources, *path: str) -> Spot:
    """Return where a key of the training is; where it begins if it is left out."""
    at = (*TRAINING, *path)
    return Spot(at if sources.written(at) is not None else TRAINING, key=True)
