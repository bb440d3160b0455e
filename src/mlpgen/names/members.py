"""Layers that are members of a list or a dictionary of their class: `convs.0`.

Only such a name has a dot of its own; all other dots lead to a part of a result, or to
a layer inside another.
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
        key: Its number or its word in there.
    """

    holder: str
    key: str

    @property
    def is_numbered(self) -> bool:
        """Whether it is in a list; others are in a dictionary."""
        return is_number(self.key)


def is_number(key: str) -> bool:
    """Tell whether a key is a number, as the members of a list have it."""
    return re.fullmatch(r"0|[1-9]\d{0,5}", key, re.ASCII) is not None


def member_of(layer: str) -> Member | None:
    """Return the place of a layer, by its name in its class; None for an attribute."""
    holder, dot, key = layer.partition(".")
    return Member(holder, key) if dot else None


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
    key, _, inner = rest.partition(".")
    member = f"{first}.{key}"
    if first not in layers and member in layers:
        return member, inner
    return first, rest


def layer_in(name: str, layers: Container[str]) -> str:
    """Return the layer that a value belongs to; see `layer_and_rest`."""
    return layer_and_rest(name, layers)[0]
