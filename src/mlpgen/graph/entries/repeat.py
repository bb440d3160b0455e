"""`repeat`: rounds of one layer, each applied to the result of the previous one."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from mlpgen.graph.checks.limits import MOST_LAYERS, leaves
from mlpgen.graph.code_keys import code_key, node_key
from mlpgen.graph.context import container
from mlpgen.graph.entries.names import names_of_rounds
from mlpgen.graph.entries.repeat_flow import flowing_part
from mlpgen.graph.entries.repeat_grouping import gathered
from mlpgen.graph.entries.repeat_lists import (
    alike,
    follow_numbers,
    is_length,
    one_before,
)
from mlpgen.graph.entries.repeat_running import running_round, with_variable
from mlpgen.graph.entries.repeat_shapes import shape_after
from mlpgen.graph.entries.when import mentions_index, rounds_can_pass
from mlpgen.graph.entries.when_pass_through import can_be_empty, differs
from mlpgen.graph.nodes import Repetition
from mlpgen.graph.scope import INDEX
from mlpgen.graph.used_parameters import counts, names_in
from mlpgen.symbols.expressions import ExpressionError
from mlpgen.symbols.lists import endless
from mlpgen.symbols.sizes import Size, with_value

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mlpgen.graph.context import Context
    from mlpgen.graph.nodes import Node
    from mlpgen.graph.running import Running
    from mlpgen.graph.wires import Wire
    from mlpgen.spec.entries import Entry

FEWEST = 4
"""The number of rounds resolved if their number depends on a parameter."""


def repeated(
    entry: Entry,
    count: int,
    wires: tuple[Wire, ...],
    context: Context,
    resolve: Callable[[Entry, tuple[Wire, ...], Context], tuple[Node | None, Wire]],
    *,
    empty: bool,
) -> Node | None:
    """Resolve rounds until they no longer change.

    Args:
        entry: The entry.
        count: The number of rounds; 0 only for a `Size`, since its code is needed.
        wires: The inputs of the first round; the others take the result of the previous
            round instead of the first input.
        context: The context of the entry.
        resolve: Resolves one round.
        empty: Whether the class can have no rounds.
    """
    if any(wire.value is None for wire in wires):
        alone = entry.without("repeat", "when", "else", "names")
        resolve(alone, wires, _within(entry, 0, context))  # to find its own mistakes
        return None
    numbered = mentions_index(
        [
            entry.arguments,
            entry.options.get("when"),
            [each.raw for each in entry.children],
        ]
    )
    names = names_of_rounds(entry, count, context)
    nodes: list[Node] = []
    written: list[Node] = []
    general: list[Node] = []
    made = max(int(count), FEWEST if isinstance(count, Size) else 1)
    wire, *others = wires
    for index in range(made):
        round_ = _round(entry, names.every[index] if names else str(index))
        takes = (wire, *others)
        needed = index < max(1, int(count))
        within = _within(entry, index, context, beyond=not needed)
        with context.problems.trial() as trial:
            node, after = resolve(round_, takes, within)
            runs = node is not None
            if needed or runs:
                trial.keep()
        if not needed and not runs:
            break
        if node is None and after.value is None:
            return None
        if node is None:
            node = _passing(round_, wires, after)
        if not rounds_can_pass(node, entry, count, context):
            return None
        after = after._replace(value=node.parts[flowing_part(node)])
        nodes.append(node)
        written.append(node)
        general.append(node)
        if numbered and runs:
            written[-1] = _with_index(round_, takes, within, resolve) or node
            arrives = _by_number(wire, general, within)
            general[-1] = written[-1]
            if arrives is not None:
                takes = (arrives, *others)
                found = _with_index(round_, takes, within, resolve)
                general[-1] = found or written[-1]
        same = wire.value == after.value and _codes(wire) == _codes(after)
        wire = after
        if same and not numbered and index + 1 < made:
            break
    if follow_numbers(general, count) and not alike(written):
        written = general

    def by_index(index: int, arrives: Wire) -> Node | None:
        round_ = _round(entry, str(index))
        beyond = index >= max(1, int(count))
        within = _within(entry, index, context, beyond=beyond)
        return _with_index(round_, (arrives, *others), within, resolve)

    node = _rounds(entry, wires, nodes, written, count, context, by_index, empty=empty)
    return node and node._replace(names=names)


def _round(entry: Entry, name: str) -> Entry:
    """Return the entry of one round."""
    entry = entry._replace(name=name).without("repeat", "else", "names")
    if mentions_index(entry.options.get("when")):
        return entry
    return entry.without("when")  # it applies to all rounds together


def _passing(round_: Entry, wires: tuple[Wire, ...], after: Wire) -> Node:
    """Make a round that `when` leaves out."""
    return container(
        round_._replace(type="Identity", variable=""), wires, (), after.value
    )


def _within(
    entry: Entry, index: int, context: Context, *, beyond: bool = False
) -> Context:
    """Return a context in which expressions can use the round number.

    Args:
        entry: The entry.
        index: The number of the round.
        context: The context of the entry.
        beyond: Whether only longer lists have such a round: these begin again.
    """
    known = context.scope.parameters
    if beyond:
        known = {name: endless(value) for name, value in known.items()}
    scope = context.scope._replace(
        parameters={**known, INDEX: index},
        fixed=context.scope.fixed | {INDEX},
    )
    return context.within(entry)._replace(scope=scope)


def _with_index(
    round_: Entry,
    wires: tuple[Wire, ...],
    context: Context,
    resolve: Callable[[Entry, tuple[Wire, ...], Context], tuple[Node | None, Wire]],
) -> Node | None:
    """Resolve a round with `index` in its code; None if that is not possible."""
    round_ = round_.without("when")
    scope = context.scope._replace(
        found=context.scope.found.copy(),
        fixed=context.scope.fixed - {INDEX},
    )
    with context.problems.trial() as trial:
        node, _ = resolve(round_, wires, context._replace(scope=scope))
    return None if trial.failed else node


def _by_number(wire: Wire, rounds: Sequence[Node], context: Context) -> Wire | None:
    """Return the input of a round if its sizes follow from the number of the round.

    Args:
        wire: The input.
        rounds: The rounds so far, with `index` in their sizes; the last is this one.
        context: The context of this round.
    """
    if len(rounds) < 2 or wire.value is None:
        return None
    before = rounds[-2].parts[flowing_part(rounds[-2])]
    ranks = len(before.shape), len(wire.value.shape)
    if INDEX not in names_in(before.shape) or ranks[0] != ranks[1]:
        return None
    with suppress(ExpressionError):
        return wire._replace(value=one_before(before, context.scope))
    return None


def _rounds(
    entry: Entry,
    wires: tuple[Wire, ...],
    nodes: list[Node],
    written: list[Node],
    count: int,
    context: Context,
    by_index: Callable[[int, Wire], Node | None],
    *,
    empty: bool,
) -> Node | None:
    last = nodes[max(1, min(len(nodes), int(count))) - 1]
    per_round = max(leaves(node) for node in nodes)
    if per_round * int(count) > MOST_LAYERS:
        message = f"`{entry.name}` would be {per_round * int(count):,} layers"
        help = f"a network can have at most {MOST_LAYERS:,}"
        context.problems.add("MG222", message, (*entry.path, "repeat"), help=help)
        return None
    empty = (empty or int(count) == 0) and isinstance(count, Size)
    empty = empty and not is_length(count)
    counted = not any(map(counts, nodes))  # by the number of a round around them
    written = written if counted else nodes
    rounds = gathered(nodes, written, count, empty=empty, counted=counted)
    empty = empty and can_be_empty(last)
    irregular = isinstance(count, Size) and (
        (rounds[-1].first and _irregular(rounds[-1], written))
        or (empty and not counted and len(rounds) > 1)
    )
    running: Running | None = None
    if irregular and "names" not in entry.options:
        found = running_round(nodes, wires[0], entry.path, context, by_index)
        if found is not None:
            node, running = found
            each = tuple(nodes)
            rounds = (Repetition(node, 0, count, each, counted=True, running=running),)
    if irregular and running is None:
        message = (
            f"the rounds of `{entry.name}` differ without a pattern, so their number "
            "cannot depend on a parameter"
        )
        help = "write the number, or let sizes grow by the same step each round"
        context.problems.add("MG221", message, (*entry.path, "repeat"), help=help)
        return None
    if "names" in entry.options and not counted:
        message = (
            "rounds that depend on the number of a round around them have no names"
        )
        help = "put the inner `repeat` in a block"
        context.problems.add("MG251", message, (*entry.path, "names"), help=help)
        return None
    if len({each.ties for each in nodes}) > 1:
        message = "`share` with `repeat` would give each round the same parameters"
        help = "write the rounds one by one"
        context.problems.add("MG226", message, (*entry.path, "share"), help=help)
        return None
    node = container(entry, wires, (), last.value)
    return node._replace(
        rounds=rounds,
        tied=last.tied,
        ties=last.ties,
        call=last.call,
        returned=last.returned,
        picks=last.picks,
        parts=with_variable(
            {
                name: value._replace(
                    shape=shape_after(
                        nodes, written, name, count, entry, context, empty=empty
                    )
                )
                for name, value in last.parts.items()
            },
            flowing_part(last),
            running,
        ),
        parameters=sum(_each(nodes, index).parameters for index in range(int(count))),
        multiply_adds=sum(
            _each(nodes, index).multiply_adds for index in range(int(count))
        ),
    )


def emptied(node: Node, count: int, entry: Entry, context: Context) -> Node | None:
    """Return a repeated layer with no rounds: its input passes through.

    Args:
        node: The layer as it is with rounds.
        count: The number of rounds, which is 0, and its code.
        entry: The entry.
        context: The context of the entry.
    """
    passes, place = differs(node.inputs[0], node.value) if node.inputs else ("", "")
    message = ""
    if not node.single or not node.inputs:
        message = f"without a round, `{node.name}` has no results"
        help = "put the layer in a block with one output"
    elif passes:
        message = f"without a round, {passes} would pass through instead of {place}"
        help = "`repeat` can be 0 only if input and output have as many dimensions"
    elif len(node.rounds) > 1:
        message = f"the first round of `{node.name}` differs from the others"
        help = "if `repeat` can be 0, make the first round a separate layer"
    if message:
        context.problems.add("MG221", message, (*entry.path, "repeat"), help=help)
        return None
    taken = node.inputs[0].shape
    shape = tuple(map(with_value, node.output, taken))
    return node._replace(
        rounds=tuple(each._replace(times=count) for each in node.rounds),
        parts={"": node.value._replace(shape=shape)},
        parameters=0,
        multiply_adds=0,
    )


def _irregular(last: Repetition, written: list[Node]) -> bool:
    """Return whether a parameter would repeat a round made for its own number."""
    alone = last.first == len(written) - 1
    several = len({node_key(node) for node in written[1:]}) > 1
    return last.first > 1 or (alone and several)


def _codes(wire: Wire) -> list[str]:
    return [code_key(size) for size in wire.value.shape] if wire.value else []


def _each(nodes: Sequence[Node], index: int) -> Node:
    return nodes[min(index, len(nodes) - 1)]
