"""Entries that make a tensor without a batch: learned, held, computed or new."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from .entry_pools import Entry


def tensor_entry(
    choose: Callable[[list[Any]], Any], shape: list[int], init: dict[str, Any]
) -> Entry:
    """Choose how a tensor of numbers is made.

    Args:
        choose: Chooses one of several.
        shape: Its shape.
        init: The argument `init`, or nothing.
    """
    count = prod(shape)
    saved = choose([{}, {"persistent": False}])
    line = {"linspace": {"start": -1, "end": 1, "steps": count}}
    computed = [line, {"reshape": shape}, choose(["sin", {"mul": 0.5}, "tanh"])]
    options: list[Entry] = [
        {"parameter": {"shape": shape, **init}},
        {"parameter": {"shape": shape, **init}},
        {"buffer": {"shape": shape, **init, **saved}},
        {"buffer": {"layers": computed, **saved}},
        {"buffer": {"layers": [{"randn": shape}], **saved}},
        {"buffer": {"values": [0.25] * count, "shape": shape, **saved}},
        {"full": {"size": shape, "fill_value": 0.5}},
        {"ones": {"size": shape, "dtype": "float32"}},
        {"rand": shape},
    ]
    if len(shape) == 2:
        sizes = {"rows": shape[0], "columns": shape[1]}
        options += [{"Table": sizes}, {"Table": sizes}]
    found: Entry = choose(options)
    return found


def kinds(choose: Callable[[list[Any]], Any]) -> dict[str, Any]:
    """Choose initial values for the parameters of a kind."""
    matrices = {"matrices": choose(["xavier_uniform_", {"normal_": {"std": 0.1}}])}
    biases = {"biases": choose(["zeros_", {"constant_": 0.5}])}
    found: dict[str, Any] = choose([matrices, biases, {**matrices, **biases}])
    return found
