"""What a class returns, and the layers that this depends on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.problems import cut, nearest

if TYPE_CHECKING:
    from mlpgen.graph.definitions import Definition
    from mlpgen.graph.nodes import Node
    from mlpgen.graph.wires import Wires


def outputs_of(definition: Definition, wires: Wires) -> tuple[str, ...]:
    """Find the values that are returned: those named, or the last.

    A name is empty where its value is not known after a mistake.
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
        if wire is None or wire.name in definition.inputs:
            help = nearest(output, found)
            message = f"there is no layer `{cut(output)}`"
            if wire is not None:
                message = f"the output `{output}` is only the input"
                help = "name a layer"
            elif "." in output:
                help = "an output is a layer of the model itself; see also `--capture`"
            definition.problems.add("MG212", message, path, help=help)
        elif wire.name in names:
            message = f"`{output}` is an output already"
            definition.problems.add("MG206", message, path)
        missing = missing or wire is None or wire.value is None
        names |= {wire.name: None} if wire else {}
    return ("",) if missing else tuple(names)


def reached(nodes: tuple[Node, ...], outputs: tuple[str, ...]) -> tuple[Node, ...]:
    """Return the layers that an output depends on."""
    wanted = {output.partition(".")[0] for output in outputs}
    kept = []
    for node in reversed(nodes):
        if node.name in wanted or "" in wanted:
            kept.append(node)
            wanted |= {source.partition(".")[0] for source in node.sources}
            wanted |= {node.shared, node.tied} - {""}
    return tuple(reversed(kept))
