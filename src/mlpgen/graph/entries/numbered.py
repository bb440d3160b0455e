"""`numbered`: layers whose keys are numbers, as in an `nn.Sequential` of modules.

A layer that `when` leaves out has no number, and rounds of `repeat` have one each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlpgen.graph.used_parameters import names_in
from mlpgen.spec.types import module_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlpgen.graph.blocks.definitions import Definition
    from mlpgen.graph.nodes import Node


def numbered(nodes: Iterable[Node]) -> tuple[Node, ...]:
    """Number layers that run one after the other; functions become modules."""
    found = []
    count = 0
    for node in nodes:
        found.append(node._replace(number=count, function=None))
        count += modules_of(node)
    return tuple(found)


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
        reason = _no_link(node, before)
        if reason:
            more: dict[str, Any] = {
                "notes": (f"`numbered` in line {problems.line(path)} asks for it",),
                "help": _module_instead(node) or help,
            }
            message = f"{why}: `{node.name}` {reason}"
            if reason in _AT:
                problems.add("MG250", message, (*node.path, _AT[reason]), **more)
            else:
                problems.add_entry("MG250", message, node.path, **more)
            return nodes
        before = node.name
    found = numbered(nodes)
    for index, name in enumerate(outputs):
        if name and place_of(name, found) is None:
            message = f"the number of `{name}` depends on a parameter"
            at = (*definition.path, "outputs", index) if definition.outputs else path
            problems.add(
                "MG250", message, at, help="put the layers after it in a block"
            )
    return found


_BRANCHES = "does not take the result of the layer before it"
_PASSES = "passes another value where it is left out"
_AT = {_BRANCHES: "from", _PASSES: "else"}
"""Reasons, and the key that each is about."""


def _no_link(node: Node, before: str) -> str:
    """Return why an `nn.Sequential` cannot hold a layer; empty if it can."""
    if node.is_function:
        return "is a function, without a module to number"
    if node.is_tensor:
        return "is a tensor, not a module"
    if node.shared or node.tied:
        return f"shares with `{node.shared or node.tied}`, but each number is a module"
    if node.sources != (before,):
        return _BRANCHES
    if node.otherwise:
        return _PASSES
    return "" if node.is_link else "has more than one input or result"


def _module_instead(node: Node) -> str:
    module = module_of(node.type) if node.is_function else ""
    return f"write `{module}`" if module else ""


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
