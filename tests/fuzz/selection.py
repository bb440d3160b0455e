"""Random choice of what to mutate: a class, a list of layers, an entry, an argument."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .plain_specs import (
    Slot,
    classes,
    lists,
    type_of,
    values,
)

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from .plain_specs import Class, Data, Entry


def some_class(rng: random.Random, spec: Data) -> Class | None:
    """Choose the model or a block."""
    found = classes(spec)
    return rng.choice(found) if found else None


def some_list(rng: random.Random, each: Class) -> list[Entry]:
    """Choose the layers of a class, or those of a `Sequential` in it."""
    return rng.choice([*lists(each.data["layers"])])


def some_entry(
    rng: random.Random, spec: Data, fits: Callable[[Entry], bool] = lambda _: True
) -> tuple[Class, list[Entry], int] | None:
    """Choose a layer of the spec: its class, its list and its index."""
    found = [
        (each, layers, index)
        for each in classes(spec)
        for layers in lists(each.data["layers"])
        for index, entry in enumerate(layers)
        if fits(entry)
    ]
    return rng.choice(found) if found else None


def arguments(spec: Data) -> list[tuple[Class, Slot]]:
    """List the values of all arguments, however deep, with their classes."""
    found = []
    for each in classes(spec):
        for layers in lists(each.data["layers"]):
            for entry in layers:
                if isinstance(entry, dict) and type_of(entry) != "Sequential":
                    key = type_of(entry)
                    if key and entry[key] is not None:
                        found.append((each, Slot(entry, key)))
                        if isinstance(entry[key], dict | list):
                            found += [(each, slot) for slot in values(entry[key])]
    return found


def parameters_of(each: Class) -> Data:
    """Return the current parameters of a class."""
    found = each.data.get("parameters")
    return found if isinstance(found, dict) else {}
