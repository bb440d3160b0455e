"""Sequential style: chains are an `nn.Sequential` with named children."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.names.identifiers import free_name
from mlpgen.styles import explicit
from mlpgen.styles.code import Code
from mlpgen.styles.docstrings import class_docstring
from mlpgen.styles.forward.body import function_statements
from mlpgen.styles.forward.statements import return_tuple
from mlpgen.styles.forward_hooks import recording_block, recording_of
from mlpgen.styles.init.assignments import dictionary_lines, needs_statements
from mlpgen.styles.init.initial_values import initial_values
from mlpgen.styles.init.modules import can_chain, imported_names, sequential_call
from mlpgen.styles.init.size_variables import size_lines, with_size_variables
from mlpgen.styles.layout import BODY, layout
from mlpgen.styles.plan import ClassPlan, ModelPlan, model_plan
from mlpgen.styles.repeated_layers import group_repeated, is_straight_line
from mlpgen.styles.signatures import forward_signature, init_signature
from mlpgen.styles.variable_names import (
    FORWARD,
    INIT,
    argument,
    arguments,
    choose_names,
    init_locals,
    outputs_variable,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.graph.nodes import Graph, Model, Node
    from mlpgen.styles.forward_hooks import Recording


def plan(graph: Model, captured: Sequence[str] = ()) -> ModelPlan:
    """Plan the classes of a graph.

    Args:
        graph: The network.
        captured: Values that it also returns, recorded by forward hooks.
    """
    graph = with_size_variables(graph)
    # A chain that has run has no variable for its input.
    chain = is_chain(graph) and not graph.inputs.keys() & captured
    names = explicit.inner_values(graph, captured)
    if chain and captured:
        names = [*graph.outputs, *captured]
    recording = recording_of(graph, names)
    blocks = [_class(with_size_variables(block)) for block in recording.blocks]
    if chain:
        model = _class(graph, captured, recording)
    else:
        model = explicit.class_plan(graph, captured, recording)
    return model_plan(graph, [*blocks, model], recording)


def is_chain(graph: Graph) -> bool:
    """Tell whether each layer takes only what the previous one returns."""
    return (
        len(graph.inputs) == 1
        and is_straight_line(graph)
        and all(
            can_chain(node) and not node.tied and not _module_of_another(node)
            for node in graph.nodes
        )
    )


def _module_of_another(node: Node) -> bool:
    """Tell whether a layer shares the module of another."""
    return bool(node.shared) and node.function is None


def _class(
    graph: Graph, captured: Sequence[str] = (), recording: Recording | None = None
) -> ClassPlan:
    """Plan one class; a block with several outputs needs a `forward` anyway."""
    several = not graph.stem and len(graph.outputs) > 1
    if several or not is_chain(graph):
        return explicit.class_plan(graph)
    outputs = (*graph.outputs, *captured)
    children, tail = (graph.nodes, ()) if captured else _without_tail(graph)
    body: list[str] = []
    if captured and recording is not None:
        codes = [recording.codes[name] for name in outputs]
        body = [*recording_block(recording, _loop(graph)), *return_tuple(codes)]
    elif len(outputs) > 1:
        body = _tail_forward(graph, tail) if tail else _named_forward(graph, outputs)
    names = {"OrderedDict"} | ({"Tensor"} if body else set()) | imported_names(tail)
    names |= imported_names(children) - {"F", "torch"}
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
    """Split off the functions after the first output; `forward` calls them.

    Nothing is split off if a layer after the first output is a module: the chain must
    then run to its end.
    """
    outputs = frozenset(graph.outputs)
    first = 1 + min(i for i, node in enumerate(graph.nodes) if node.name in outputs)
    tail = graph.nodes[first:]
    if any(node.function is None for node in tail):
        return graph.nodes, ()
    return graph.nodes[:first], tail


def _init(graph: Graph, nodes: Sequence[Node], outputs: Sequence[str]) -> list[str]:
    """Write the body of `__init__`: one call, or statements if layers repeat."""
    layers = group_repeated(nodes, frozenset(outputs))
    names = _locals(graph, nodes)
    values = initial_values(graph, names)
    comments = bool(graph.stem)
    if not needs_statements(layers) and not names:
        made = sequential_call(nodes, function="super().__init__", comments=comments)
        return [*layout(made, BODY), *values]
    local = init_locals(graph)
    lines = dictionary_lines(local.layers, layers, local, names, comments=comments)
    return [*lines, f"super().__init__({local.layers})", *values]


def _locals(graph: Graph, nodes: Sequence[Node]) -> dict[str, str]:
    """Choose variables for the layers that later statements of `__init__` need."""
    classes = {node.maker.type for node in graph.nodes}
    taken = {*INIT, *arguments(graph), *classes, *init_locals(graph)}
    return choose_names((node.name for node in nodes if node.inits), taken)


def _loop(graph: Graph, *, kept: str = "") -> list[str]:
    """Write the loop that calls each layer of a chain.

    Args:
        graph: The chain.
        kept: Another target of what each layer returns: `outputs[name] = `.
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
    """Call the chain up to the first output, then the functions after it."""
    first = next(node.name for node in graph.nodes if node.name in graph.outputs)
    (value,) = map(argument, graph.inputs)
    given = choose_names([first], {*FORWARD, *graph.inputs})
    chosen, lines = function_statements(
        tail, graph.outputs, given, comments=bool(graph.stem)
    )
    values = [chosen[name] for name in graph.outputs]
    return [*_loop(graph), f"{given[first]} = {value}", *lines, *return_tuple(values)]


def _named_forward(graph: Graph, names: Sequence[str]) -> list[str]:
    """Call the chain and keep what each layer returns, by name."""
    outputs, name = outputs_variable(graph), free_name("name", graph.inputs)
    return [
        f"{outputs}: dict[str, Tensor] = {{}}",
        *_loop(graph, kept=f"{outputs}[{name}] = "),
        *return_tuple([f'{outputs}["{each}"]' for each in names]),
    ]
