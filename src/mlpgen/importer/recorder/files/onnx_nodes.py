"""A node of an ONNX file, and what computes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch import Tensor

from mlpgen.importer.recorder.files.graph import Name

if TYPE_CHECKING:
    from collections.abc import Callable


SIZES = (2, 3)
"""Sizes of the batch with which an open graph is run."""
BATCH = Name("batch_of_the_file")
"""The value that is the size of the batch."""


class Node(NamedTuple):
    """A node of the file.

    Attributes:
        attributes: By their names.
        inputs: The names of what it takes; empty where one is left out.
        fixed: Returns a value that no input decides as numbers, where those that follow
            the batch are names.
        sizes: Returns the sizes of a value, likewise.
    """

    attributes: dict[str, Any]
    inputs: tuple[str, ...]
    fixed: Callable[[str], Any]
    sizes: Callable[[str], list[Any]]

    def rank(self, name: str) -> int:
        """Return the number of dimensions of a value."""
        return len(self.sizes(name))

    def get(self, name: str, default: Any = None) -> Any:
        """Return an attribute."""
        return self.attributes.get(name, default)

    def name(self, at: int) -> Name | None:
        """Return an input."""
        has = len(self.inputs) > at and self.inputs[at]
        return Name(self.inputs[at]) if has else None

    def numbers(self, at: int, attribute: str = "") -> Any:
        """Return an input, or an attribute of older versions, as numbers."""
        if self.name(at) is not None:
            return self.fixed(self.inputs[at])
        return self.get(attribute)


class Found(NamedTuple):
    """A function, and how a layer of torch would have it.

    Attributes:
        function: It.
        args: Its arguments.
        kwargs: Those by name.
        kind: What ATen calls it.
        given: The arguments that make the layer, by ATen's names.
        layer: The layer of `torch.nn`; empty if it is none.
    """

    function: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    kind: str
    given: dict[str, Any]
    layer: str = ""


def attributes_of(node: Any, array: Any) -> dict[str, Any]:
    """Return the attributes of a node by their names."""
    from onnx import helper

    found: dict[str, Any] = {}
    for each in node.attribute:
        value = helper.get_attribute_value(each)
        if each.name == "value" and hasattr(value, "raw_data"):
            value = torch.from_numpy(array(value).copy())
        if isinstance(value, bytes):
            value = value.decode(errors="replace")
        found[each.name] = [*value] if isinstance(value, list | tuple) else value
    return found


def listed(value: Any) -> list[Any]:
    """Return numbers as a list, also a single one."""
    return value if isinstance(value, list) else [value]


def length(x: Tensor) -> int:
    """Return the size of the batch."""
    return x.shape[0]


def member(parts: Any, index: int) -> Any:
    """Return one of several results."""
    return parts[index]


def joined(one: Any, other: Any) -> Any:
    """Return numbers of both runs as one: those that follow the batch are names."""
    if isinstance(one, list):
        if len(one) != len(other):
            return None
        return [joined(a, b) for a, b in zip(one, other, strict=True)]
    if one == other:
        return one
    return BATCH if (one, other) == SIZES else -1
