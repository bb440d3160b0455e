"""A network as plain data, for JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlpgen.pictures.layer_text import arguments
from mlpgen.pictures.layer_views import ALL, contents, is_opened, layer_views

if TYPE_CHECKING:
    from mlpgen.graph.nodes import Graph
    from mlpgen.layers.base import Value
    from mlpgen.pictures.layer_views import LayerView


def data(graph: Graph, depth: int | None = None) -> dict[str, Any]:
    """Return a network with its layers, with equal rounds of a layer once.

    Args:
        graph: The network.
        depth: The number of levels of layers; all by default.
    """
    depth = ALL if depth is None else depth
    sizes = {"sizes": graph.examples} if graph.free else {}
    return {
        "name": graph.name,
        "description": graph.description,
        "input": _shape(next(iter(graph.inputs.values()))),
        "inputs": {name: _tensor(value) for name, value in graph.inputs.items()},
        **sizes,
        "layers": [_layer(each, 1, depth) for each in layer_views(graph) if depth > 0],
        "outputs": list(graph.outputs),
        **({"order": list(graph.order)} if graph.order else {}),
        "parameters": graph.total_parameters,
        "multiply_adds": graph.total_multiply_adds,
    }


def _layer(view: LayerView, level: int, depth: int) -> dict[str, Any]:
    node = view.node
    row: dict[str, Any] = {
        "name": view.name if node.number is None else node.name,
        "type": node.type,
        "arguments": arguments(node),
        "output": _shape(node.value),
        "dtype": node.value.dtype,
        "parameters": view.parameters,
        "multiply_adds": view.multiply_adds,
    }
    if node.number is not None and node.active:
        row["number"] = node.number
    if view.before:
        row["from"] = list(node.sources)
    if len(node.parts) > 1:
        row["parts"] = {name: _tensor(value) for name, value in node.parts.items()}
    if view.times > 1:
        row["repeat"] = view.times
        row["rounds_differ"] = view.varies
    if node.condition is not None:
        row["when"] = node.condition.code
        row["active"] = node.active
        if node.otherwise:
            row["else"] = node.otherwise
    if node.unused:
        row["unused"] = True
    if node.batch:
        row["batch_dims"] = 1 + len(node.batch)
    wrapper = view.rounds[0].maker.wrapper
    if wrapper:
        row["parametrize"] = wrapper
    if node.shared:
        row["module_of"] = node.shared
    if node.tied:
        row["parameters_of"] = node.tied
    inner = contents(node)
    if is_opened(node, level, depth):
        row["layers"] = [_layer(each, level + 1, depth) for each in inner.views]
        if inner.graph is not None:
            row["inputs"] = {
                name: _tensor(value) for name, value in inner.graph.inputs.items()
            }
            row["outputs"] = list(inner.graph.outputs)
            row |= {"order": list(inner.graph.order)} if inner.graph.order else {}
    elif node.type == "Sequential":
        row["layers"] = []
    return row


def _tensor(value: Value) -> dict[str, Any]:
    found: dict[str, Any] = {"shape": _shape(value), "dtype": value.dtype}
    return found if value.batched else {**found, "batched": False}


def _shape(value: Value) -> list[int]:
    return [int(size) for size in value.shape]
