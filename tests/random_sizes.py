"""Sizes of random specs that become free, and functions that use them."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from mlpgen import SpecError
from mlpgen.functions import FUNCTIONS

from .networks import network

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .random_graphs import Drawing

    Spec = dict[str, Any]
    Place = tuple[list[Any], int, str]


def with_free_sizes(drawing: Drawing, spec: Spec) -> Spec:
    """Make some sizes of inputs free, as far as the spec allows.

    Args:
        drawing: Draws whether to; see `random_graphs.Drawing`.
        spec: The spec, which is not changed.
    """
    if not _holds(spec):
        return spec
    for number, _ in enumerate([*_places(spec)]):
        trial = copy.deepcopy(spec)
        shape, at, name = [*_places(trial)][number]
        if not isinstance(shape[at], int) or shape[at] < 2 or drawing.chance(3):
            continue
        trial.setdefault("sizes", {})[name] = shape[at]
        shape[at] = name
        spec = trial if _holds(trial) else spec
    for name in spec.get("sizes", {}):
        trial = _used(drawing, copy.deepcopy(spec), name)
        spec = trial if _holds(trial) else spec
    return spec


def _holds(spec: Spec) -> bool:
    try:
        network(spec)
    except SpecError:
        return False
    return True


def _places(spec: Spec) -> Iterator[Place]:
    """Yield the places of the sizes of all inputs, with names for them."""
    given = spec["input"]
    inputs = {"": given} if isinstance(given, list) else given
    for name, each in inputs.items():
        shape = each if isinstance(each, list) else each["shape"]
        for at in range(len(shape)):
            yield shape, at, f"{name}_size_{at}".lstrip("_")


def _used(drawing: Drawing, spec: Spec, name: str) -> Spec:
    """Let a function use a free size: one that has its number, or a new one."""
    size = spec["sizes"][name]
    layers = spec["layers"]
    for each in layers:
        kinds = each.keys() & FUNCTIONS.keys() if isinstance(each, dict) else ()
        for given in (each[kind] for kind in kinds if isinstance(each[kind], dict)):
            for key in [key for key, value in given.items() if value == size]:
                given[key] = f"${{{name}}}" if drawing.chance(2) else size
        if kinds and "when" in each and drawing.chance(2):
            each["when"] = f"${{{name} > {size // 2}}}"
    more: list[Spec] = [
        {"slice": {"dim": 1, "end": f"${{{name}}}"}},
        {"slice": {"dim": -1, "start": f"${{-{name} // 2}}"}},
        {"mul": f"${{{name} / 4}}"},
        {"add": f"${{max({name}, 5)}}"},
        {"flip": {"dims": 1}, "when": f"${{{name} % 2 == 0}}"},
    ]
    entry = {**drawing.choose(more), "name": f"with_{name}"}
    if "outputs" in spec:
        entry["from"] = spec["outputs"][-1]
        spec["outputs"][-1] = entry["name"]
    layers.append(entry)
    return spec
