"""What every picture says about a layer, and which layers it is opened into."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mlpgen.layers.shapes import whole_shown
from mlpgen.symbols.expressions import Expression

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mlpgen.graph.nodes import Graph, Node, Round
    from mlpgen.layers.base import Value

ALL = 10**6
"""A depth that opens everything."""

TIMES = "×"

FEW, MANY = 3, 6
"""So many values are written one by one: of those in order, and of others."""


class Place(NamedTuple):
    """A layer where a picture shows it.

    Attributes:
        node: The layer; of equal rounds, the first.
        name: What it is called there: `conv1`, of rounds `0` or `1–2`.
        before: The value that it takes if nothing else is said; empty inside of
            layers that are chains.
        times: How often it runs in a row.
        rounds: Each time that it runs.
        varies: Whether its rounds differ in their sizes, so that the node, which is
            the first of them, says nothing about the others.
        parameters: Of all rounds; None where the rounds differ and it is not known.
        multiply_adds: Likewise.
    """

    node: Node
    name: str
    before: str
    times: int
    rounds: tuple[Node, ...]
    varies: bool
    parameters: int | None
    multiply_adds: int | None


class Inside(NamedTuple):
    """What a layer is made of.

    Attributes:
        places: Its layers.
        graph: The block that they are of, or None.
    """

    places: tuple[Place, ...]
    graph: Graph | None


def places(graph: Graph) -> tuple[Place, ...]:
    """Return the layers of a class."""
    found = []
    before = next(iter(graph.inputs))
    for node in graph.nodes:
        found.append(_place(node, before))
        before = node.name
    return tuple(found)


def inside(node: Node) -> Inside:
    """Return what a layer is made of; rounds that are equal are shown once.

    A layer that does not run, or whose module is shown elsewhere, has nothing inside.
    """
    if not node.active or node.shared:
        return Inside((), None)
    rounds = present(node)
    if len(rounds) == 1:
        return inside(rounds[0].node)
    if rounds:
        return Inside(_runs(node), None)
    if node.graph is not None:
        return Inside(places(node.graph), node.graph)
    return Inside(tuple(_place(child, "") for child in node.children), None)


def present(node: Node) -> tuple[Round, ...]:
    """Return the rounds of a layer that there are.

    Where a parameter says their number, there may be none of those behind the first.
    """
    return tuple(each for each in node.rounds if int(each.times) > 0)


def opened(node: Node, level: int, depth: int | None) -> bool:
    """Tell whether a picture shows what a layer is made of.

    Args:
        node: The layer.
        level: Of the layer; those of the model itself have 1.
        depth: How many levels are shown. None opens each `Sequential`, and no block.
    """
    if not inside(node).places:
        return False
    return node.type == "Sequential" if depth is None else level < depth


def _place(node: Node, before: str) -> Place:
    found = tuple(one for each in present(node) for one in _each(each)) or (node,)
    counts = (node.parameters, node.multiply_adds)
    varies = rounds_vary(node)
    return Place(node, node.name, before, len(found), found, varies, *counts)


def _each(rounds: Round) -> tuple[Node, ...]:
    numbers = range(rounds.first, rounds.first + int(rounds.times))
    return tuple(rounds.at(number) for number in numbers)


def _runs(node: Node) -> tuple[Place, ...]:
    """Return rounds that are not all equal, those that are alike as one."""
    found = [_run(each) for each in present(node)]
    unknown = [index for index, each in enumerate(found) if each.varies]
    if len(unknown) == 1:
        others = [each for each in found if not each.varies]
        found[unknown[0]] = found[unknown[0]]._replace(
            parameters=node.parameters - sum(each.parameters or 0 for each in others),
            multiply_adds=node.multiply_adds
            - sum(each.multiply_adds or 0 for each in others),
        )
    return tuple(found)


def _run(each: Round) -> Place:
    node, times = each.node, int(each.times)
    name = str(each.first) if times == 1 else f"{each.first}–{each.first + times - 1}"
    if times > 1 and _run_varies(each):
        return Place(node, name, "", times, _each(each), True, None, None)
    counts = (times * node.parameters, times * node.multiply_adds)
    return Place(node, name, "", times, _each(each), False, *counts)


def rounds_vary(node: Node) -> bool:
    """Tell whether a layer that is repeated is not the same each time."""
    rounds = present(node)
    return len(rounds) > 1 or any(
        int(each.times) > 1 and _run_varies(each) for each in rounds
    )


def _run_varies(each: Round) -> bool:
    first = each.node
    arrives = [int(size) for size in first.input]
    return arrives != [int(size) for size in first.output] or each.counted


def arguments(node: Node) -> dict[str, Any]:
    """Return a layer's arguments as plain data, with the parameters' defaults."""
    rounds = present(node)
    if len(rounds) == 1 and not rounds_vary(node):
        node = rounds[0].node
    found: dict[str, Any] = {}
    for maker in (node.maker, node.maker.inner):
        if maker is not None:
            found |= {name: plain(each) for name, each in maker.arguments.items()}
    return found


def spans(place: Place) -> dict[str, str]:
    """Write a layer's arguments, those that differ in its rounds as `8…64`."""
    every = [arguments(node) for node in place.rounds]
    names = dict.fromkeys(name for found in every for name in found)
    return {
        name: _span([found[name] for found in every if name in found]) for name in names
    }


def _span(values: Sequence[Any]) -> str:
    """Write one value, a few, or the first and the last of many in order."""
    texts = [_text(value) for value in values]
    if len(set(texts)) == 1:
        return texts[0]
    numbers = all(isinstance(value, (int, float)) for value in values)
    ordered = numbers and list(values) in (sorted(values), sorted(values)[::-1])
    if ordered and len(texts) > FEW:
        return f"{texts[0]}…{texts[-1]}"
    return "/".join(texts[:MANY]) + "/…" * (len(texts) > MANY)


def _text(value: Any) -> str:
    if isinstance(value, dict):
        items = (f"{name}: {_text(each)}" for name, each in value.items())
        return f"{{{', '.join(items)}}}"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def plain(value: Any) -> Any:
    """Return an argument as plain data, with the parameters' defaults."""
    if isinstance(value, Expression):
        return plain(value.value)
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, (tuple, list)):
        return [plain(each) for each in value]
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return value
    return int(value) if isinstance(value, int) else float(value)


def shown(value: Value) -> str:
    """Write a tensor for people: its shape, and its kind of numbers unless float32."""
    kind = "" if value.dtype == "float32" else f" {value.dtype}"
    return whole_shown(value) + kind


def given(place: Place) -> str:
    """Write what a layer gives; where its rounds differ, the first and the last."""
    first, last = shown(place.rounds[0].value), shown(place.rounds[-1].value)
    return last if first == last else f"{first} … {last}"


def parts_used(nodes: Iterable[Node], outputs: Sequence[str]) -> dict[str, list[str]]:
    """Return the parts of each layer that are asked for by name."""
    found: dict[str, list[str]] = {}
    asked = [source for node in nodes for source in node.sources]
    for name in dict.fromkeys([*asked, *outputs]):
        layer, dot, part = name.partition(".")
        if dot:
            found.setdefault(layer, []).append(part)
    return found


def borrowed(node: Node) -> str:
    """Say whose module or parameters a layer uses; else an empty text."""
    if node.shared:
        return f"module of {node.shared}"
    return f"parameters of {node.tied}" if node.tied else ""
