"""`numbered`: layers whose keys are numbers, as in an `nn.Sequential` of modules.

A layer that `when` leaves out has no number, and rounds of `repeat` have one each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.graph.chains import as_module, broken
from mlpgen.graph.used_parameters import names_in

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlpgen.graph.blocks.definitions import Definition
    from mlpgen.graph.nodes import Node
    from mlpgen.layers.base import Function


def numbered(nodes: Iterable[Node]) -> tuple[Node, ...]:
    """Number layers that run one after the other; functions become modules."""
    found = []
    count = 0
    for node in nodes:
        found.append(node._replace(number=count, function=_called(node)))
        count += modules_of(node)
    return tuple(found)


def _called(node: Node) -> Function | None:
    """Return the call that the class of a function makes; other layers are modules."""
    return node.function if node.is_function else None


def modules_of(node: Node) -> int:
    """Count the modules that a layer is in a numbered container."""
    if not node.active:
        return 0
    return sum(int(each.times) for each in node.rounds) if node.rounds else 1


def numbered_class(
    nodes: tuple[Node, ...], outputs: tuple[str, ...], definition: Definition
) -> tuple[Node, ...]:
    """Number the layers of a class, which must be a chain.

    Args:
        nodes: The layers that the outputs need.
        outputs: The names of the returned values.
        definition: The class as written.
    """
    problems, path = definition.problems, (*definition.path, "numbered")
    why = f"`{definition.name}` cannot be numbered"
    help = "number only a `Sequential` in it"
    if len(definition.inputs) != 1:
        count = len(definition.inputs)
        message = f"{why}: an `nn.Sequential` takes one input, not {count}"
        problems.add("MG250", message, path, help=help)
        return nodes
    before = definition.inputs[0]
    for node in nodes:
        no_link = broken(node, before)
        if no_link is not None:
            labels = (problems.label("`numbered` asks for it", path, key=True),)
            message = f"{why}: `{node.name}` {no_link.reason}"
            problems.add_entry(
                "MG250", message, node.path, no_link.key, labels=labels, help=help
            )
            return nodes
        before = node.name
    found = numbered(as_module(node) or node for node in nodes)
    for index, name in enumerate(outputs):
        if name and place_of(name, found) is None:
            message = f"the number of `{name}` depends on a parameter"
            at = (*definition.path, "outputs", index) if definition.outputs else path
            problems.add(
                "MG250", message, at, help="put the layers after it in a block"
            )
    return found


def place_of(name: str, nodes: tuple[Node, ...]) -> int | None:
    """Return the place of a result in the list of an input and all results after it.

    It is counted from the end where the number of layers before it depends on a
    parameter; None where that of the layers behind it does so, too.
    """
    names = [node.name for node in nodes]
    at = names.index(name) + 1 if name in names else 0  # an input
    before, behind = nodes[:at], nodes[at:]
    if not any(map(varies, before)):
        return sum(map(modules_of, before))
    if not any(map(varies, behind)):
        return -1 - sum(map(modules_of, behind))
    return None


def varies(node: Node) -> bool:
    """Tell whether a parameter decides how many modules a layer is."""
    return node.condition is not None or any(
        bool(names_in(each.times)) for each in node.rounds
    )
