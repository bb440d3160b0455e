"""What mlpgen says of a network before it runs, as plain data for the checks.

A shape is whole: the batch dimension is None. All that is asked of the graph is asked
here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from mlpgen.graph.captures import captures
from mlpgen.graph.nodes import held
from mlpgen.graph.run_order import places
from mlpgen.proof.index_limits import bounds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.graph.nodes import Graph
    from mlpgen.layers.base import Value

Whole = list[int | None]


class Tensor(TypedDict):
    """A tensor that goes in or comes out.

    Keys:
        name: Its name in `forward`.
        shape: Its shape; the batch dimension is None.
        dtype: Torch's name: `float32`, `int64`, `bool`.
        high: For whole numbers that go in: each is below this. Otherwise None.
    """

    name: str
    shape: Whole
    dtype: str
    high: int | None


class Claims(TypedDict):
    """What mlpgen says of a network.

    Keys:
        name: The class.
        inputs: In the order of `forward`.
        outputs: In the order in which they are returned.
        layers: What each module gives, by dotted name, each time it is called; None
            where that is not one tensor.
        parameters: How many values it learns.
        multiply_adds: For one example.
        casts: Whether a function makes float32 of any other kind.
        captured: The outputs that are captured.
        records: Whether hooks record them.
    """

    name: str
    inputs: list[Tensor]
    outputs: list[Tensor]
    layers: dict[str, list[Whole | None]]
    parameters: int
    multiply_adds: int
    casts: bool
    captured: list[str]
    records: bool


def claims(graph: Graph, captured: Sequence[str] = ()) -> Claims:
    """Gather what mlpgen says of a network.

    Args:
        graph: The network.
        captured: What its model returns behind its outputs.
    """
    own = graph.values()
    return {
        "name": graph.name,
        "inputs": _inputs(graph),
        "outputs": outputs(graph, captured),
        "layers": _layers(graph),
        "parameters": int(graph.total_parameters),
        "multiply_adds": int(graph.total_multiply_adds),
        "casts": any(node.type == "float" for node in held(graph.nodes)),
        "captured": [*captured],
        "records": any(name not in own for name in captured),
    }


def _inputs(graph: Graph) -> list[Tensor]:
    highs = bounds(graph)
    return [
        _tensor(name, value, highs[name] if value.dtype == "int64" else None)
        for name, value in graph.inputs.items()
    ]


def outputs(graph: Graph, captured: Sequence[str] = ()) -> list[Tensor]:
    """Say what a model returns."""
    found = [_tensor(name, graph.value(name)) for name in graph.outputs]
    known = captures(graph) if captured else {}
    return found + [_tensor(name, known[name].value) for name in captured]


def _tensor(name: str, value: Value, high: int | None = None) -> Tensor:
    return {
        "name": name,
        "shape": _whole(value),
        "dtype": value.dtype,
        "high": high,
    }


def _layers(graph: Graph) -> dict[str, list[Whole | None]]:
    found: dict[str, list[Whole | None]] = {}
    for place in places(graph):
        node = place.node
        one = node.single and node.active
        found.setdefault(place.module, []).append(_whole(node.value) if one else None)
    return found


def _whole(value: Value) -> Whole:
    sizes = [int(size) for size in value.shape]
    return [None, *sizes] if value.batched else [*sizes]
