"""Layers that are members of a list or a dictionary of their class: `convs.0`.

Only such a name has dots of its own, several where a list holds lists: `layers.0.1`;
all other dots lead to a part of a result, or to a layer inside another.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Container

OF_DICTIONARIES = frozenset(["clear", "items", "keys", "pop", "update", "values"])
"""Attributes of `nn.ModuleDict`, which no key of it can have."""


class Member(NamedTuple):
    """The place of a layer in a list or a dictionary.

    Attributes:
        holder: The attribute of the class that holds it: `convs`.
        keys: Its number or its word in there; several where that holds others.
    """

    holder: str
    keys: tuple[str, ...]

    @property
    def is_nested(self) -> bool:
        """Whether it is in a list or a dictionary that another one holds."""
        return len(self.keys) > 1

    @property
    def around(self) -> str:
        """The list or the dictionary that it is in: `layers.0` of `layers.0.1`."""
        return ".".join([self.holder, *self.keys[:-1]])

    @property
    def key(self) -> str:
        """Its number or its word in there."""
        return self.keys[-1]

    @property
    def is_numbered(self) -> bool:
        """Whether it is in a list; others are in a dictionary."""
        return is_number(self.key)


def is_number(key: str) -> bool:
    """Tell whether a key is a number, as the members of a list have it."""
    return re.fullmatch(r"0|[1-9]\d{0,5}", key, re.ASCII) is not None


def member_of(layer: str) -> Member | None:
    """Return the place of a layer, by its name in its class; None for an attribute."""
    holder, *keys = layer.split(".")
    return Member(holder, (*keys,)) if keys else None


def attribute_of(layer: str) -> str:
    """Return the attribute of its class that a layer is, or that holds it."""
    return layer.partition(".")[0]


def layer_and_rest(name: str, layers: Container[str]) -> tuple[str, str]:
    """Split a name at the end of a layer: into the layer, and what it has inside.

    Args:
        name: The name of a value, or of a layer inside another: `encoders.0.hidden`.
        layers: The names of the layers of the class.
    """
    first, _, rest = name.partition(".")
    if first not in layers:
        parts = name.split(".")
        for end in range(2, len(parts) + 1):
            member = ".".join(parts[:end])
            if member in layers:
                return member, ".".join(parts[end:])
    return first, rest


def holders_of(layer: str) -> list[str]:
    """Return the lists and dictionaries around a member, from outside to inside."""
    parts = layer.split(".")
    return [".".join(parts[:end]) for end in range(1, len(parts))]


def layer_in(name: str, layers: Container[str]) -> str:
    """Return the layer that a value belongs to; see `layer_and_rest`."""
    return layer_and_rest(name, layers)[0]
