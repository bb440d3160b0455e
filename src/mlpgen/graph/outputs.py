"""The outputs of a class, and the layers that they depend on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.graph.checks.limits import leaves
from mlpgen.graph.checks.sequence_ends import warn_about_ends
from mlpgen.graph.checks.unused import (
    check_inputs,
    warn_about_layers,
    warn_about_parameters,
    warn_about_values,
)
from mlpgen.graph.free_sizes import read_from
from mlpgen.graph.nodes import Graph
from mlpgen.graph.used_parameters import names_of_node
from mlpgen.graph.values import values_in_code
from mlpgen.graph.wires import NO_RESULT, NOT_UNUSED
from mlpgen.names.members import layer_in
from mlpgen.spec.wording import cut, listed, nearest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.graph.blocks.definitions import Definition
    from mlpgen.graph.nodes import Node
    from mlpgen.graph.scope import Scope
    from mlpgen.graph.wires import Wires
    from mlpgen.layers.base import Value
    from mlpgen.source import Path


def finished(
    definition: Definition,
    inputs: Sequence[Value | None],
    scope: Scope,
    nodes: Sequence[Node],
    wires: Wires,
) -> Graph:
    """Make the graph of a class from its layers, and warn about what is unused.

    Args:
        definition: The class as written.
        inputs: The inputs; None after a mistake.
        scope: The scope of the class.
        nodes: Its layers.
        wires: Its values.
    """
    problems = definition.problems
    outputs = outputs_of(definition, wires)
    kept = reached(tuple(nodes), outputs)
    warn_about_layers(nodes, kept, problems)
    warn_about_ends(definition, kept)
    if definition.numbered and "" not in outputs:
        from mlpgen.graph.entries.numbered import numbered_class

        kept = numbered_class(kept, outputs, definition)
    warn_about_parameters(definition, scope)
    check_inputs(definition, kept, problems)
    warn_about_values(definition, scope)
    written = frozenset[str]().union(*map(names_of_node, kept))
    return Graph(
        name=definition.name,
        stem=definition.stem,
        description=" ".join(definition.description.split()),
        parameters=definition.parameters,
        inferred=tuple(
            name
            for name in scope.parameters
            if name in written
            and name not in definition.parameters
            and name not in scope.free
        ),
        inputs={
            name: value
            for name, value in zip(definition.inputs, inputs, strict=True)
            if value is not None
        },
        nodes=kept,
        outputs=outputs,
        layers=sum(leaves(node) for node in kept),
        entries=definition.entries,
        sizes=values_in_code(scope, written),
        order=definition.order,
        numbered=definition.numbered,
        joins=definition.joins,
        free=read_from(zip(definition.inputs, inputs, strict=True), scope.free),
    )


def outputs_of(definition: Definition, wires: Wires) -> tuple[str, ...]:
    """Return the names of the returned values: those in `outputs`, or the last.

    A single empty name means that a mistake hides them.
    """
    found = wires.names()
    if not definition.outputs:
        last = wires.last
        return (last.name if last and last.value is not None else "",)
    names: dict[str, None] = {}
    missing = False
    for index, output in enumerate(definition.outputs):
        path = (*definition.path, "outputs", index)
        wire = found.get(output)
        if wire is None:
            _unknown(output, definition, wires, path)
        elif wire.name in definition.inputs:
            message = f"the output `{output}` is just the input"
            definition.problems.add("MG212", message, path, help="name a layer")
        elif wire.name in names:
            message = f"`{output}` is already an output"
            definition.problems.add("MG206", message, path)
        missing = missing or wire is None or wire.value is None
        names |= {wire.name: None} if wire else {}
    return ("",) if missing else tuple(names)


def _unknown(output: str, definition: Definition, wires: Wires, path: Path) -> None:
    """Report an unknown name in `outputs`, unless another mistake causes it."""
    found = wires.names()
    layer = found.get(layer_in(output, found))
    if layer is not None and layer.value is None:
        return
    if wires.unused(output):
        message = f"the output `{cut(output)}` {NO_RESULT}"
        definition.problems.add("MG212", message, path, help=NOT_UNUSED)
        return
    layers = [name for name in found if name not in definition.inputs]
    whole = [each.name for each in definition.entries if each.name in found]
    message = f"there is no layer `{cut(output)}`"
    help = nearest(output, layers) or f"available: {listed(whole[-6:])}"
    if layer is not None:
        message, help = wires.without_part(output)
    definition.problems.add("MG212", message, path, help=help)


def reached(nodes: tuple[Node, ...], outputs: tuple[str, ...]) -> tuple[Node, ...]:
    """Return the layers that an output depends on.

    A layer whose module or parameters others use, but whose result is unused, keeps no
    sources: it does not run.
    """
    names = {node.name for node in nodes}
    wanted = {layer_in(output, names) for output in outputs}
    lent: set[str] = set()
    kept = []
    for node in reversed(nodes):
        if node.name in wanted or "" in wanted:
            kept.append(node)
            wanted |= {layer_in(source, names) for source in node.reads}
        elif node.unused:
            kept.append(node)
        elif node.name in lent:
            kept.append(node._replace(sources=(), multiply_adds=0))
        else:
            continue
        lent |= {node.shared, layer_in(node.tied, names)}
    return tuple(reversed(kept))
