"""Minimizes a spec: removes everything that its finding does not need."""

from __future__ import annotations

import copy
import json
import random
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from .plain_specs import KEYS, classes, mapping_of, type_of
from .repairs import drop_unused, mend_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .plain_specs import Data

    Holds = Callable[[Data], bool]

MOST_TRIES = 400
MOST_SECONDS = 30


def reduced(spec: Data, holds: Holds, tries: int = MOST_TRIES) -> Data:
    """Return a smaller spec for which a condition still holds.

    Args:
        spec: A spec for which it holds.
        holds: The condition, for smaller specs.
        tries: Limit of its calls.
    """
    found, known = spec, {json.dumps(spec, default=str)}
    end = time.monotonic() + MOST_SECONDS
    while True:
        for smaller in _mended(_smaller(found)):
            key = json.dumps(smaller, default=str)
            if key in known or tries <= 0 or time.monotonic() > end:
                continue
            known.add(key)
            tries -= 1
            if holds(smaller):
                found = smaller
                break
        else:
            return found


def _mended(specs: Iterator[Data]) -> Iterator[Data]:
    """Yield each spec unchanged, and with unknown names repaired."""
    for spec in specs:
        yield spec
        again = copy.deepcopy(spec)
        with suppress(AttributeError, KeyError, TypeError, ValueError):
            mend_names(again, random.Random(0))
            drop_unused(again)
            yield again


def _smaller(spec: Data) -> Iterator[Data]:
    """Yield smaller specs, the smallest first."""
    yield from _without_keys(spec)
    yield from _without_layers(spec)
    yield from _opened(spec)
    yield from _plainer(spec)


def _changed(spec: Data, path: list[Any], change: Callable[[Any, Any], None]) -> Data:
    """Copy a spec and change it at a place."""
    found = copy.deepcopy(spec)
    holder: Any = found
    for key in path[:-1]:
        holder = holder[key]
    change(holder, path[-1])
    return found


def _delete(holder: Any, key: Any) -> None:
    del holder[key]


def _paths(value: Any, begin: tuple[Any, ...] = ()) -> Iterator[list[Any]]:
    if isinstance(value, dict | list):
        keys = value if isinstance(value, dict) else range(len(value))
        for key in keys:
            yield [*begin, key]
            yield from _paths(value[key], (*begin, key))


def _without_keys(spec: Data) -> Iterator[Data]:
    """Remove keys of the spec, blocks, parameters, inputs."""
    for path in [[key] for key in spec if key not in ("name", "layers", "input")]:
        yield _changed(spec, path, _delete)
    for key in ("blocks", "parameters", "input"):
        if isinstance(spec.get(key), dict):
            for name in spec[key]:
                yield _changed(spec, [key, name], _delete)
    for name in spec.get("blocks") or {}:
        block = spec["blocks"][name]
        for key in block if isinstance(block, dict) else ():
            if key != "layers":
                yield _changed(spec, ["blocks", name, key], _delete)


def _without_layers(spec: Data) -> Iterator[Data]:
    """Remove layers, many at first, then one by one; then keys of each."""
    for path in _paths(spec):
        value: Any = spec
        for key in path:
            value = value[key]
        if path[-1] in ("layers", "Sequential") and isinstance(value, list):
            size = len(value) // 2
            while size:
                for first in range(0, len(value), size):
                    left = value[:first] + value[first + size :]
                    if left:
                        yield _changed(spec, path, _setter(left))
                size //= 2
    for each in classes(spec):
        for index, entry in enumerate(each.data["layers"]):
            begin = ["blocks", each.name] if each.name else []
            if isinstance(entry, dict):
                for key in entry:
                    if key in KEYS:
                        yield _changed(spec, [*begin, "layers", index, key], _delete)


def _setter(value: Any) -> Callable[[Any, Any], None]:
    def change(holder: Any, key: Any) -> None:
        holder[key] = copy.deepcopy(value)

    return change


def _opened(spec: Data) -> Iterator[Data]:
    """Replace a `Sequential` or a block by its layers."""
    blocks = spec.get("blocks")
    blocks = blocks if isinstance(blocks, dict) else {}
    for each in classes(spec):
        begin = ["blocks", each.name] if each.name else []
        layers = each.data["layers"]
        for index, entry in enumerate(layers):
            type_ = type_of(entry)
            inner = mapping_of(entry).get(type_) if type_ == "Sequential" else None
            if type_ in blocks and isinstance(blocks[type_], dict):
                inner = blocks[type_].get("layers")
            if isinstance(inner, list):
                left = [*layers[:index], *inner, *layers[index + 1 :]]
                yield _changed(spec, [*begin, "layers"], _setter(left))


def _plainer(spec: Data) -> Iterator[Data]:
    """Simplify values: numbers for expressions, small numbers, short lists."""
    for path in [*_paths(spec)]:
        holder: Any = spec
        for key in path[:-1]:
            holder = holder[key]
        value = holder[path[-1]]
        if path == ["name"] or path[-1] in ("layers", "Sequential"):
            continue
        if isinstance(value, dict) and "layers" not in value and len(path) > 2:
            for key in value:
                if key not in KEYS and type_of(value) != key:
                    yield _changed(spec, [*path, key], _delete)
        if isinstance(value, list) and len(value) > 1:
            for index in range(len(value)):
                yield _changed(spec, [*path, index], _delete)
        if isinstance(value, str) and value.startswith("${"):
            for simple in (1, 2, True):
                yield _changed(spec, path, _setter(simple))
        if type(value) is int and value > 2:
            yield _changed(spec, path, _setter(2))
            yield _changed(spec, path, _setter(value // 2))
