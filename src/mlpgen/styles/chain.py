"""Classes that are an `nn.Sequential`, with named children or numbered ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.graph.entries.numbered import place_of
from mlpgen.names.identifiers import free_name
from mlpgen.styles.batch_links import with_links
from mlpgen.styles.code import Code
from mlpgen.styles.docstrings import class_docstring
from mlpgen.styles.forward.body import function_statements
from mlpgen.styles.forward.statements import return_tuple
from mlpgen.styles.forward_hooks import recording_block
from mlpgen.styles.init.assignments import (
    dictionary_lines,
    list_lines,
    needs_statements,
)
from mlpgen.styles.init.initial_values import initial_values
from mlpgen.styles.init.modules import imported_names, sequential_call
from mlpgen.styles.init.size_variables import size_lines
from mlpgen.styles.layout import BODY, layout
from mlpgen.styles.plan import ClassPlan
from mlpgen.styles.repeated_layers import group_repeated
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

    from mlpgen.graph.nodes import Graph, Node
    from mlpgen.styles.forward_hooks import Recording
    from mlpgen.styles.variable_names import InitLocals


def chain_plan(
    graph: Graph, captured: Sequence[str] = (), recording: Recording | None = None
) -> ClassPlan:
    """Plan a class that is a chain.

    Args:
        graph: The class.
        captured: Values that it also returns.
        recording: How those are recorded.
    """
    outputs = (*graph.outputs, *captured)
    graph = with_links(graph, chain=True)
    whole = captured or graph.numbered
    children, tail = (graph.nodes, ()) if whole else _without_tail(graph)
    body: list[str] = []
    if graph.numbered:
        body = _numbered_forward(graph, outputs, recording)
    elif captured and recording is not None:
        codes = [recording.codes[name] for name in outputs]
        body = [*recording_block(recording, _loop(graph)), *return_tuple(codes)]
    elif len(outputs) > 1:
        body = _tail_forward(graph, tail) if tail else _named_forward(graph, outputs)
    names = {"Tensor"} if body else set[str]()
    names |= imported_names(tail) | (set() if graph.numbered else {"OrderedDict"})
    names |= imported_names(children) - {"F", "torch"}
    return ClassPlan(
        name=Code(graph.name),
        base=Code("nn.Sequential"),
        about=class_docstring(graph, outputs),
        annotations=(),
        signature=init_signature(graph),
        init=(*size_lines(graph), *_init(graph, children, outputs)),
        forward_signature=forward_signature(graph, outputs) if body else (),
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
    local, comments = init_locals(graph), bool(graph.stem)
    layers = nodes if graph.numbered else group_repeated(nodes, frozenset(outputs))
    names = _variables(graph, nodes, local)
    values = initial_values(graph, names, local)
    if not needs_statements(layers) and not names:
        made = sequential_call(nodes, function="super().__init__", comments=comments)
        return [*layout(made, BODY), *values]
    if graph.numbered:
        lines = list_lines(local.layers, nodes, local, names, comments=comments)
        return [*lines, f"super().__init__(*{local.layers})", *values]
    lines = dictionary_lines(local.layers, layers, local, names, comments=comments)
    return [*lines, f"super().__init__({local.layers})", *values]


def _variables(
    graph: Graph, nodes: Sequence[Node], local: InitLocals
) -> dict[str, str]:
    """Choose variables for the layers that later statements of `__init__` need."""
    classes = {node.maker.type for node in graph.nodes}
    taken = {*INIT, *arguments(graph), *classes, *local}
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


def _numbered_forward(
    graph: Graph, outputs: Sequence[str], recording: Recording | None
) -> list[str]:
    """Write a `forward` that keeps all results, unless the last one is enough."""
    if len(outputs) == 1:
        return []  # the last layer returns it
    codes = recording.codes if recording else {}
    places = {
        name: place_of(name, graph.nodes) for name in outputs if name not in codes
    }
    (value,) = map(argument, graph.inputs)
    layer, values = (free_name(word, graph.inputs) for word in ("layer", "values"))
    body = [
        f"{values} = [{value}]",
        f"for {layer} in self:",
        f"    {values}.append({layer}({values}[-1]))",
    ]
    if recording:
        body = recording_block(recording, body)
    found = [codes.get(name) or f"{values}[{places[name]}]" for name in outputs]
    return [*body, *return_tuple(found)]


def _tail_forward(graph: Graph, tail: Sequence[Node]) -> list[str]:
    """Call the chain up to the first output, then the functions after it."""
    node = next(node for node in graph.nodes if node.name in graph.outputs)
    first, label = node.name, node.label
    label = first if label in graph.values() else label
    (value,) = map(argument, graph.inputs)
    given = {first: choose_names([label], {*FORWARD, *graph.inputs})[label]}
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
