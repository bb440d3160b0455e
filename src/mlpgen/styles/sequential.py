"""Sequential style: an `nn.Sequential` with named children."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.styles import explicit
from mlpgen.styles.code import Code, indented
from mlpgen.styles.filling import BODY, filled, repeats
from mlpgen.styles.plan import (
    RECORDING,
    ModelPlan,
    class_docstring,
    forward_signature,
    imports,
    init_signature,
    module_docstring,
    recorded,
    recording,
    returned,
    sequential,
    size_lines,
)
from mlpgen.styles.runs import segments

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.graph.nodes import Graph, Node


def plan(graph: Graph, captured: Sequence[str] = ()) -> ModelPlan:
    """Plan the class of a graph.

    Args:
        graph: The network.
        captured: Layers whose outputs are returned as well, recorded by forward hooks.
    """
    outputs = (*graph.outputs, *captured)
    children, tail = (graph.nodes, ()) if captured else _without_tail(graph)
    body: list[str] = []
    if captured:
        body = _recorded_forward(outputs)
    elif len(outputs) > 1:
        body = _tail_forward(graph, tail) if tail else _named_forward(outputs)
    return ModelPlan(
        template="sequential.py.jinja",
        docstring=module_docstring(graph),
        imports=imports(
            {"OrderedDict"}
            | ({"Tensor"} if body else set())
            | explicit.uses(tail)
            | (RECORDING if captured else set())
        ),
        helpers=bool(captured),
        name=Code(graph.name),
        about=class_docstring(graph, outputs),
        signature=init_signature(graph.parameters),
        init=(*size_lines(graph), *_init(children, outputs)),
        forward_signature=forward_signature(outputs) if body else (),
        forward=tuple(body),
    )


def _without_tail(graph: Graph) -> tuple[tuple[Node, ...], tuple[Node, ...]]:
    """Split off the functions behind the first output; `forward` calls them.

    Nothing is split off where a layer behind the first output holds anything: the
    chain must then run to its end.
    """
    outputs = frozenset(graph.outputs)
    first = 1 + min(i for i, node in enumerate(graph.nodes) if node.name in outputs)
    tail = graph.nodes[first:]
    if any(node.function is None for node in tail):
        return graph.nodes, ()
    return graph.nodes[:first], tail


def _init(nodes: Sequence[Node], outputs: Sequence[str]) -> list[str]:
    """Write the body of `__init__`: one call, or a loop where layers repeat."""
    parts = segments(nodes, frozenset(outputs))
    if not repeats(parts):
        return sequential(nodes, BODY, function="super().__init__")
    return [*filled("layers", parts), "super().__init__(layers)"]


_RUN = ["for layer in self:", "    x = layer(x)"]


def _tail_forward(graph: Graph, tail: Sequence[Node]) -> list[str]:
    """Run the chain to the first output, then call the functions behind it."""
    first = next(node.name for node in graph.nodes if node.name in graph.outputs)
    lines = explicit.statements(tail, graph.outputs, first)
    return [*_RUN, f"{first} = x", *lines, *returned(graph.outputs)]


def _named_forward(outputs: Sequence[str]) -> list[str]:
    """Run the chain and keep what every layer gives, by name."""
    return [
        "outputs: dict[str, Tensor] = {}",
        "for name, layer in self.named_children():",
        "    x = outputs[name] = layer(x)",
        *returned([recorded(name) for name in outputs]),
    ]


def _recorded_forward(outputs: Sequence[str]) -> list[str]:
    """Run the chain while forward hooks record what is asked for."""
    return [
        *recording(outputs),
        *indented(_RUN),
        *returned([recorded(name) for name in outputs]),
    ]
