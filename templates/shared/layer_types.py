"""Layers of torch.nn by their names, as flags and checkpoints give them."""

import argparse
from difflib import get_close_matches

from torch import nn

from errors import RunError

OTHERS = ("container", "loss", "module")
"""Modules of torch.nn whose classes are no layers."""


def layer_type(name: str, *own: type[nn.Module]) -> type[nn.Module]:
    """Return a layer of torch.nn by its name, or one of the network's own.

    Args:
        name: The name, which nothing but looks it up.
        own: Classes of the network.

    Raises:
        RunError: There is none of this name.
    """
    known = {each.__name__: each for each in own}
    found = known.get(name) or _layers().get(name)
    if found is None:
        words = {each.lower(): each for each in (*known, *_layers())}
        near = get_close_matches(name.lower(), words, n=1)
        similar = f": did you mean {words[near[0]]}?" if near else ""
        raise RunError(f"torch.nn has no layer {name!r}{similar}")
    return found


def layer_name(name: str, *own: type[nn.Module]) -> str:
    """Read the name of a layer from a command line, which a checkpoint can hold."""
    try:
        layer_type(name, *own)
    except RunError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return name


def _layers() -> dict[str, type[nn.Module]]:
    """Return the layers of torch.nn by their names."""
    return {
        name: each
        for name, each in vars(nn).items()
        if isinstance(each, type)
        and issubclass(each, nn.Module)
        and each.__module__.rpartition(".")[2] not in OTHERS
        and not name.startswith("Lazy")
    }
