"""What mlpgen says of a network before it runs, as plain data for the checks.

A shape is whole: the batch dimension is None. All that is asked of the graph is asked
here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from mlpgen.graph.nodes import held, named
from mlpgen.proof.bounds import bounds

if TYPE_CHECKING:
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
        layers: What each layer gives, by dotted name, where it gives one tensor.
        parameters: How many values it learns.
        multiply_adds: For one example.
        casts: Whether a function makes float32 of any other kind.
    """

    name: str
    inputs: list[Tensor]
    outputs: list[Tensor]
    layers: dict[str, Whole]
    parameters: int
    multiply_adds: int
    casts: bool


def claims(graph: Graph) -> Claims:
    """Gather what mlpgen says of a network."""
    return {
        "name": graph.name,
        "inputs": _inputs(graph),
        "outputs": _outputs(graph),
        "layers": _layers(graph),
        "parameters": int(graph.total_parameters),
        "multiply_adds": int(graph.total_multiply_adds),
        "casts": any(node.type == "float" for node in held(graph.nodes)),
    }


def _inputs(graph: Graph) -> list[Tensor]:
    highs = bounds(graph)
    return [
        _tensor(name, value, highs[name] if value.dtype == "int64" else None)
        for name, value in graph.inputs.items()
    ]


def _outputs(graph: Graph) -> list[Tensor]:
    return [_tensor(name, graph.value(name)) for name in graph.outputs]


def _tensor(name: str, value: Value, high: int | None = None) -> Tensor:
    return {
        "name": name,
        "shape": _whole(value),
        "dtype": value.dtype,
        "high": high,
    }


def _layers(graph: Graph) -> dict[str, Whole]:
    idle = tuple(f"{node.name}." for node in graph.nodes if node.idle)
    return {
        name: _whole(node.value)
        for name, node in named(graph.nodes)
        if node.single and node.active and not f"{name}.".startswith(idle)
    }


def _whole(value: Value) -> Whole:
    sizes = [int(size) for size in value.shape]
    return [None, *sizes] if value.batched else [*sizes]
