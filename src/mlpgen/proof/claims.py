"""What mlpgen claims about a network before it runs, as plain data for the checks.

Shapes include the batch dimension, which is None, or -8 inside a layer that sees 8
examples for each. The checks know the graph only by these claims.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, TypedDict

from mlpgen.functions import FUNCTIONS
from mlpgen.graph.captures import captures
from mlpgen.graph.entries.batch_dims import inside
from mlpgen.graph.run_order import occurrences
from mlpgen.graph.state_dict import state_dict
from mlpgen.graph.walks import leaf_layers
from mlpgen.proof.index_limits import index_limits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.graph.nodes import Graph, Node
    from mlpgen.layers.base import Value
    from mlpgen.proof.index_limits import Limits

FullShape = list[int | None]


class Tensor(TypedDict):
    """An input or output of a model.

    Keys:
        name: Its name in `forward`.
        shape: Its shape; the batch dimension is None, or see above.
        dtype: Its dtype by torch's name: `float32`, `int64`, `bool`.
        low: For integer inputs, the least number; else None.
        high: For integer inputs, the limit that each number stays below; else None.
    """

    name: str
    shape: FullShape
    dtype: str
    low: int | None
    high: int | None


class Claims(TypedDict):
    """What mlpgen claims about a network.

    Keys:
        name: The class of the model.
        inputs: Its inputs, in the order of `forward`.
        outputs: Its outputs, in the order in which they are returned.
        layers: The output shape of each module at each call, by dotted name; None if
            the output is not one tensor.
        parameters: How many parameters it learns.
        multiply_adds: Its multiply-adds for one example.
        packs: Whether layers read sequences without their padding.
        casts: Whether a function gives float32 in a model of half precision.
        draws: The functions that draw random numbers in eval mode, too.
        captured: The names of captured outputs.
        records: Whether hooks record any of these.
        state: The tensors of its state_dict, in order: key, dtype, shape.
        unknown: Custom modules, which have others.
    """

    name: str
    inputs: list[Tensor]
    outputs: list[Tensor]
    layers: dict[str, list[FullShape | None]]
    parameters: int
    multiply_adds: int
    packs: bool
    casts: bool
    draws: list[str]
    captured: list[str]
    records: bool
    state: list[tuple[str, str, list[int]]]
    unknown: list[str]


def claims(graph: Graph, captured: Sequence[str] = ()) -> Claims:
    """Gather what mlpgen claims about a network.

    Args:
        graph: The network.
        captured: What its model returns besides its outputs.
    """
    in_forward = graph.values()
    state = state_dict(graph)
    return {
        "name": graph.name,
        "inputs": _inputs(graph),
        "outputs": outputs(graph, captured),
        "layers": _layers(graph),
        "parameters": int(graph.total_parameters),
        "multiply_adds": int(graph.total_multiply_adds),
        "packs": any(x.call.packs is not None for x in leaf_layers(graph.nodes)),
        "casts": any(map(_makes_float32, leaf_layers(graph.nodes))),
        "draws": sorted(_drawing(graph)),
        "captured": [*captured],
        "records": any(name not in in_forward for name in captured),
        "state": [(each.key, each.dtype, [*each.shape]) for each in state.tensors],
        "unknown": [*state.unknown],
    }


def _makes_float32(node: Node) -> bool:
    """Tell whether a layer gives float32, whatever the dtype of the model."""
    new = node.function.new if node.function else None
    return node.type == "float" or bool(
        new and new.dtype == "float32" and not new.follows
    )


def _drawing(graph: Graph) -> set[str]:
    types = {node.type for node in leaf_layers(graph.nodes) if node.is_function}
    return {type_ for type_ in types if FUNCTIONS[type_].random}


def _inputs(graph: Graph) -> list[Tensor]:
    limits = index_limits(graph)
    return [
        _tensor(name, value, limits[name] if value.dtype == "int64" else None)
        for name, value in graph.inputs.items()
    ]


def outputs(graph: Graph, captured: Sequence[str] = ()) -> list[Tensor]:
    """Return the claims about the outputs of a model."""
    found = [_tensor(name, graph.value(name)) for name in graph.outputs]
    known = captures(graph) if captured else {}
    return found + [
        _tensor(name, each.value, examples=each.examples)
        for name, each in ((name, known[name]) for name in captured)
    ]


def _tensor(
    name: str, value: Value, limits: Limits | None = None, examples: int = 1
) -> Tensor:
    return {
        "name": name,
        "shape": _full_shape(value, examples),
        "dtype": value.dtype,
        "low": limits.low if limits else None,
        "high": limits.high if limits else None,
    }


def _layers(graph: Graph) -> dict[str, list[FullShape | None]]:
    found: dict[str, list[FullShape | None]] = {}
    for occurrence in occurrences(graph):
        node = occurrence.node
        if node.spread:
            continue  # its last round returns its result
        one = node.single and node.active
        examples = occurrence.examples * prod(map(int, node.batch))
        found.setdefault(occurrence.module, []).append(
            _full_shape(inside(node).value, examples) if one else None
        )
    return found


def _full_shape(value: Value, examples: int = 1) -> FullShape:
    sizes = [int(size) for size in value.shape]
    batch = None if examples == 1 else -examples
    return [batch, *sizes] if value.batched else [*sizes]
