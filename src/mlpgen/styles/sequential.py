"""Sequential style: an `nn.Sequential` with named children, where there is a chain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.names.identifiers import free_name
from mlpgen.styles import explicit
from mlpgen.styles.code import Code
from mlpgen.styles.docstrings import class_docstring
from mlpgen.styles.forward.body import statements
from mlpgen.styles.forward.statements import returned
from mlpgen.styles.forward_hooks import recorded, recording
from mlpgen.styles.init.assignments import BODY, filled, repeats
from mlpgen.styles.init.initial_values import initial_values
from mlpgen.styles.init.modules import chains, sequential, uses
from mlpgen.styles.init.size_variables import size_lines, with_locals
from mlpgen.styles.layout import layout
from mlpgen.styles.plan import ClassPlan, ModelPlan, model_plan
from mlpgen.styles.repeated_layers import is_line, segments
from mlpgen.styles.signatures import forward_signature, init_signature
from mlpgen.styles.variable_names import (
    FORWARD,
    INIT,
    argument,
    arguments,
    init_locals,
    outputs_of,
    variables,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.graph.nodes import Graph, Model, Node
    from mlpgen.styles.forward_hooks import Recording


def plan(graph: Model, captured: Sequence[str] = ()) -> ModelPlan:
    """Plan the classes of a graph.

    Args:
        graph: The network.
        captured: Values that are returned as well, recorded by forward hooks.
    """
    graph = with_locals(graph)
    # A chain has no variable for its input, once it has run.
    chain = is_chain(graph) and not graph.inputs.keys() & captured
    names = explicit.inner(graph, captured)
    if chain and captured:
        names = [*graph.outputs, *captured]
    found = recording(graph, names)
    classes = [_class(with_locals(block)) for block in found.blocks]
    if chain:
        model = _class(graph, captured, found)
    else:
        model = explicit.class_plan(graph, captured, found)
    return model_plan(graph, [*classes, model], found)


def is_chain(graph: Graph) -> bool:
    """Tell whether each layer takes what the one before it gives, and no other."""
    return (
        len(graph.inputs) == 1
        and is_line(graph)
        and all(
            chains(node) and not node.tied and not _module_of_another(node)
            for node in graph.nodes
        )
    )


def _module_of_another(node: Node) -> bool:
    """Tell whether a layer needs the very module of another: it holds anything."""
    return bool(node.shared) and node.function is None


def _class(
    graph: Graph, captured: Sequence[str] = (), found: Recording | None = None
) -> ClassPlan:
    """Plan one class; a block that gives several results needs a `forward` anyway."""
    several = not graph.stem and len(graph.outputs) > 1
    if several or not is_chain(graph):
        return explicit.class_plan(graph)
    outputs = (*graph.outputs, *captured)
    children, tail = (graph.nodes, ()) if captured else _without_tail(graph)
    body: list[str] = []
    if captured and found is not None:
        codes = [found.codes[name] for name in outputs]
        body = [*recorded(found, _run(graph)), *returned(codes)]
    elif len(outputs) > 1:
        body = _tail_forward(graph, tail) if tail else _named_forward(graph, outputs)
    names = {"OrderedDict"} | ({"Tensor"} if body else set()) | uses(tail)
    names |= uses(children) - {"F", "torch"}
    return ClassPlan(
        name=Code(graph.name),
        base=Code("nn.Sequential"),
        about=class_docstring(graph, outputs),
        annotations=(),
        signature=init_signature(graph),
        init=(*size_lines(graph), *_init(graph, children, outputs)),
        forward_signature=forward_signature(graph.inputs, outputs) if body else (),
        forward=tuple(body),
        uses=frozenset(names),
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


def _init(graph: Graph, nodes: Sequence[Node], outputs: Sequence[str]) -> list[str]:
    """Write the body of `__init__`: one call, or statements where layers repeat."""
    parts = segments(nodes, frozenset(outputs))
    names = _locals(graph, nodes)
    values = initial_values(graph, names)
    comments = bool(graph.stem)
    if not repeats(parts) and not names:
        made = sequential(nodes, function="super().__init__", comments=comments)
        return [*layout(made, BODY), *values]
    own = init_locals(graph)
    made_one_by_one = filled(own.layers, parts, own, names, comments=comments)
    return [*made_one_by_one, f"super().__init__({own.layers})", *values]


def _locals(graph: Graph, nodes: Sequence[Node]) -> dict[str, str]:
    """Name the layers that `__init__` needs again, where others have names already."""
    classes = {node.maker.type for node in graph.nodes}
    taken = {*INIT, *arguments(graph), *classes, *init_locals(graph)}
    return variables((node.name for node in nodes if node.inits), taken)


def _run(graph: Graph, *, kept: str = "") -> list[str]:
    """Run the chain, and keep what each layer gives.

    Args:
        graph: The chain.
        kept: What it is assigned to as well.
    """
    (name,) = graph.inputs
    value, layer = argument(name), free_name("layer", graph.inputs)
    loop = f"for {layer} in self:"
    if kept:
        loop = (
            f"for {free_name('name', graph.inputs)}, {layer} in self.named_children():"
        )
    return [loop, f"    {value} = {kept}{layer}({value})"]


def _tail_forward(graph: Graph, tail: Sequence[Node]) -> list[str]:
    """Run the chain to the first output, then call the functions behind it."""
    first = next(node.name for node in graph.nodes if node.name in graph.outputs)
    (value,) = map(argument, graph.inputs)
    given = variables([first], {*FORWARD, *graph.inputs})
    of, lines = statements(tail, graph.outputs, given, comments=bool(graph.stem))
    values = [of[name] for name in graph.outputs]
    return [*_run(graph), f"{given[first]} = {value}", *lines, *returned(values)]


def _named_forward(graph: Graph, names: Sequence[str]) -> list[str]:
    """Run the chain and keep what every layer gives, by name."""
    outputs, name = outputs_of(graph), free_name("name", graph.inputs)
    return [
        f"{outputs}: dict[str, Tensor] = {{}}",
        *_run(graph, kept=f"{outputs}[{name}] = "),
        *returned([f'{outputs}["{each}"]' for each in names]),
    ]
