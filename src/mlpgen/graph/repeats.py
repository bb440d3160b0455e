"""`repeat`: rounds of one layer, each on the result of the one before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlpgen.expressions import Expression
from mlpgen.graph.arguments import evaluated
from mlpgen.graph.inside import container
from mlpgen.graph.repeating import INDEX, gathered
from mlpgen.problems import shown
from mlpgen.sizes import Size, code_of
from mlpgen.vocabulary import HELD, SHARE, is_function

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mlpgen.graph.inside import Inside
    from mlpgen.graph.nodes import Node
    from mlpgen.graph.wires import Wire
    from mlpgen.items import Item

MOST_ROUNDS = 10_000
MOST_LAYERS = 100_000
"""The most rounds of one layer, and the most layers of a network."""


def repeated(
    item: Item,
    wires: tuple[Wire, ...],
    inside: Inside,
    resolve: Callable[[Item, tuple[Wire, ...], Inside], tuple[Node | None, Wire]],
) -> Node | None:
    """Resolve rounds until they do not change any more.

    Args:
        item: The entry.
        wires: What the first round takes; the others take the result of the one
            before in place of the first input.
        inside: Where it stands.
        resolve: Resolves one round.
    """
    count = _count(item, inside)
    if count is None:
        return None
    if is_function(item.type) or item.type in HELD or item.type == SHARE:
        message = f"`{item.type}` cannot be repeated"
        help = "put it in a block, and repeat that"
        inside.problems.add("MG221", message, (*item.path, "repeat"), help=help)
        return None
    if any(wire.value is None for wire in wires):
        options = {k: v for k, v in item.options.items() if k not in ("repeat", "when")}
        resolve(item._replace(options=options), wires, inside)  # for its own mistakes
        return None
    numbered = mentions_index(
        [item.arguments, item.options.get("when"), _raw(item.children)]
    )
    full = inside.prefix + item.name
    nodes: list[Node] = []
    made = max(int(count), 3) if isinstance(count, Size) else int(count)
    wire, *others = wires
    for index in range(made):
        round_ = item._replace(name=str(index))
        values = {**inside.scope.parameters, INDEX: index}
        scope = inside.scope._replace(parameters=values)
        within = inside._replace(scope=scope, prefix=f"{full}.")
        options = {k: v for k, v in item.options.items() if k != "repeat"}
        if not mentions_index(options.get("when")):
            options.pop("when", None)  # it is about all rounds together
        before = len(inside.problems.found)
        node, after = resolve(round_._replace(options=options), (wire, *others), within)
        if index >= int(count) and node is None:
            del inside.problems.found[before:]
            break
        if node is None and after.value is None:
            return None
        if node is None:
            node = container(round_, wires, (), after.value or wires[0].value)
        nodes.append(node)
        same = wire.value == after.value and _codes(wire) == _codes(after)
        wire = after
        if same and not numbered and index + 1 < made:
            break
    inside.scope.used.discard(INDEX)
    return _rounds(item, wires, nodes, count, inside)


def _rounds(
    item: Item,
    wires: tuple[Wire, ...],
    nodes: list[Node],
    count: int,
    inside: Inside,
) -> Node | None:
    last = nodes[min(len(nodes), int(count)) - 1]
    per_round = max(_leaves(node) for node in nodes)
    if per_round * int(count) > MOST_LAYERS:
        message = f"`{item.name}` would be {per_round * int(count):,} layers"
        help = f"a network has at most {MOST_LAYERS:,}"
        inside.problems.add("MG222", message, (*item.path, "repeat"), help=help)
        return None
    rounds = gathered(nodes, count)
    node = container(item, wires, (), last.value)
    return node._replace(
        rounds=rounds,
        call=last.call,
        returned=last.returned,
        picks=last.picks,
        parts=last.parts,
        parameters=sum(_each(nodes, index).parameters for index in range(int(count))),
        multiply_adds=sum(
            _each(nodes, index).multiply_adds for index in range(int(count))
        ),
    )


def _count(item: Item, inside: Inside) -> int | None:
    path = (*item.path, "repeat")
    raw = item.options["repeat"]
    before = len(inside.problems.found)
    value = evaluated(raw, path, inside.scope, inside.problems)
    if len(inside.problems.found) > before:
        return None
    count = value.value if isinstance(value, Expression) else value
    if not isinstance(count, int) or isinstance(count, bool):
        message = f"`repeat` must be a whole number of at least 1, not {shown(raw)}"
        inside.problems.add("MG203", message, path)
    elif not 1 <= count <= MOST_ROUNDS:
        message = f"`repeat` must be from 1 to {MOST_ROUNDS:,}, not {int(count)}"
        inside.problems.add("MG204", message, path)
    else:
        return count
    return None


def _codes(wire: Wire) -> list[str]:
    return [code_of(size) for size in wire.value.shape] if wire.value else []


def _each(nodes: Sequence[Node], index: int) -> Node:
    return nodes[min(index, len(nodes) - 1)]


def _leaves(node: Node) -> int:
    """Count the layers that a layer is made of."""
    if node.rounds:
        return sum(int(each.times) * _leaves(each.node) for each in node.rounds)
    inner = node.graph.nodes if node.graph else node.children
    return sum(_leaves(each) for each in inner) if inner else 1


def mentions_index(raw: Any) -> bool:
    """Tell whether an expression uses the number of the round."""
    if isinstance(raw, dict):
        return any(mentions_index(each) for each in raw.values())
    if isinstance(raw, (list, tuple)):
        return any(mentions_index(each) for each in raw)
    return isinstance(raw, str) and "${" in raw and INDEX in raw


def _raw(items: tuple[Item, ...]) -> list[Any]:
    return [[item.arguments, dict(item.options), _raw(item.children)] for item in items]
