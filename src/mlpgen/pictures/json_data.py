"""A network as plain data, for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlpgen.pictures.layer_facts import ALL, arguments, inside, opened, places

if TYPE_CHECKING:
    from mlpgen.graph.nodes import Graph
    from mlpgen.layers.base import Value
    from mlpgen.pictures.layer_facts import Place


def data(graph: Graph, depth: int | None = None) -> dict[str, Any]:
    """Return a network with its layers; equal rounds of one are there once.

    Args:
        graph: The network.
        depth: How many levels of layers; all of them by default.
    """
    depth = ALL if depth is None else depth
    return {
        "name": graph.name,
        "description": graph.description,
        "input": _shape(next(iter(graph.inputs.values()))),
        "inputs": {name: _tensor(value) for name, value in graph.inputs.items()},
        "layers": [_layer(each, 1, depth) for each in places(graph) if depth > 0],
        "outputs": list(graph.outputs),
        "parameters": graph.total_parameters,
        "multiply_adds": graph.total_multiply_adds,
    }


def _layer(place: Place, level: int, depth: int) -> dict[str, Any]:
    node = place.node
    row: dict[str, Any] = {
        "name": place.name,
        "type": node.type,
        "arguments": arguments(node),
        "output": _shape(node.value),
        "dtype": node.value.dtype,
        "parameters": place.parameters,
        "multiply_adds": place.multiply_adds,
    }
    if place.before:
        row["from"] = list(node.sources)
    if len(node.parts) > 1:
        row["parts"] = {name: _tensor(value) for name, value in node.parts.items()}
    if place.times > 1:
        row["repeat"] = place.times
        row["rounds_differ"] = place.varies
    if node.condition is not None:
        row["when"] = node.condition.code
        row["active"] = node.active
    wrapper = place.rounds[0].maker.wrapper
    if wrapper:
        row["parametrize"] = wrapper
    if node.shared:
        row["module_of"] = node.shared
    if node.tied:
        row["parameters_of"] = node.tied
    inner = inside(node)
    if opened(node, level, depth):
        row["layers"] = [_layer(each, level + 1, depth) for each in inner.places]
        if inner.graph is not None:
            row["inputs"] = {
                name: _tensor(value) for name, value in inner.graph.inputs.items()
            }
            row["outputs"] = list(inner.graph.outputs)
    elif node.type == "Sequential":
        row["layers"] = []
    return row


def _tensor(value: Value) -> dict[str, Any]:
    found: dict[str, Any] = {"shape": _shape(value), "dtype": value.dtype}
    return found if value.batched else {**found, "batched": False}


def _shape(value: Value) -> list[int]:
    return [int(size) for size in value.shape]
