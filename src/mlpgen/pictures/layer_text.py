"""The text about a layer in pictures: arguments, shapes, and what it shares."""

from __future__ import annotations

from math import isinf
from typing import TYPE_CHECKING, Any

from mlpgen.layers.shapes import whole_shown
from mlpgen.pictures.layer_views import present_rounds, rounds_vary
from mlpgen.spec.types import layer_class
from mlpgen.symbols.expressions import Expression

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.graph.nodes import Node
    from mlpgen.layers.base import Value
    from mlpgen.pictures.layer_views import LayerView

TIMES = "×"

FEW, MANY = 3, 6
"""The most values written one by one: of values in order, and of others."""


def arguments(node: Node) -> dict[str, Any]:
    """Return a layer's arguments as plain data, computed with default parameters."""
    rounds = present_rounds(node)
    if len(rounds) == 1 and not rounds_vary(node):
        node = rounds[0].node
    arguments = dict(node.maker.arguments)
    for name, maker in node.maker.inner.items():
        arguments |= {name: True} if name else maker.arguments
    return {name: plain(each) for name, each in arguments.items()}


def argument_texts(view: LayerView) -> dict[str, str]:
    """Return a layer's arguments as text, those that differ by round as `8…64`."""
    every = [arguments(node) for node in view.rounds]
    names = dict.fromkeys(name for found in every for name in found)
    pairs = [*zip(every, view.rounds, strict=True)]
    return {
        name: _span([found.get(name, _default(node, name)) for found, node in pairs])
        for name in names
    }


def _default(node: Node, name: str) -> Any:
    """Return the value of an argument that is left out."""
    cls = layer_class(node.type)
    field = cls.model_fields.get(name) if cls else None
    return plain(field.default) if field else None


def _span(values: Sequence[Any]) -> str:
    """Return one value, a few values, or the first and last of many in order."""
    texts = [_text(value) for value in values]
    if len(set(texts)) == 1:
        return texts[0]
    numbers = all(isinstance(value, (int, float)) for value in values)
    ordered = numbers and list(values) in (sorted(values), sorted(values)[::-1])
    if ordered and len(texts) > FEW:
        return f"{texts[0]}…{texts[-1]}"
    return "/".join(texts[:MANY]) + "/…" * (len(texts) > MANY)


def _text(value: Any) -> str:
    if isinstance(value, dict):
        items = (f"{name}: {_text(each)}" for name, each in value.items())
        return f"{{{', '.join(items)}}}"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def plain(value: Any) -> Any:
    """Return an argument as plain data, computed with default parameters."""
    if isinstance(value, Expression):
        return plain(value.value)
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, (tuple, list)):
        return [plain(each) for each in value]
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return value
    if isinf(value):
        return "-inf" if value < 0 else "inf"  # JSON has no infinity
    return int(value) if isinstance(value, int) else float(value)


def tensor_text(value: Value) -> str:
    """Return the shape of a tensor as text, with its dtype if not float32."""
    kind = "" if value.dtype == "float32" else f" {value.dtype}"
    return whole_shown(value) + kind


def output_text(view: LayerView) -> str:
    """Return a layer's output as text; if its rounds differ, the first and last."""
    first, last = tensor_text(view.rounds[0].value), tensor_text(view.rounds[-1].value)
    return last if first == last else f"{first} … {last}"


def sharing_text(node: Node) -> str:
    """Return whose module or parameters a layer shares; empty if it shares none."""
    if node.shared:
        return f"module of {node.shared}"
    return f"parameters of {node.tied}" if node.tied else ""
