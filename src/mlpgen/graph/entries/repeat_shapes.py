"""The shape after repeated rounds whose number depends on a parameter."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from mlpgen.graph.code_keys import code_key
from mlpgen.graph.entries.repeat_lists import at_the_end
from mlpgen.graph.entries.when_pass_through import some
from mlpgen.graph.used_parameters import names_in, names_of_node
from mlpgen.symbols.sizes import Size, either, names_of, operand_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.graph.context import Context
    from mlpgen.graph.nodes import Node
    from mlpgen.spec.entries import Entry


def shape_after(
    nodes: Sequence[Node],
    written: Sequence[Node],
    part: str,
    count: int,
    entry: Entry,
    context: Context,
    *,
    empty: bool,
) -> tuple[int, ...]:
    """Return the shape after the last round, in terms of a symbolic count."""
    last = nodes[max(1, min(len(nodes), int(count))) - 1].parts[part].shape
    if not isinstance(count, Size):
        return last
    taken = nodes[0].input
    if len(nodes) == 1:
        return context.scope.either(some(count), last, taken) if empty else last
    path = (*entry.path, "repeat")
    behind = names_of(count) | names_of_node(nodes[0])
    behind = behind.union(*(names_in(each.shape) for each in nodes[0].inputs))
    shapes = [node.parts[part].shape for node in nodes]
    if any(len(shape) != len(last) for shape in shapes):
        return tuple(context.scope.unknown(size, path, behind) for size in last)
    # Where no round may run, the input passes through, with as many dimensions.
    empty = empty and len(taken) == len(last)
    found: list[int] = []
    numbered = [node.parts[part].shape for node in written]
    for at, (size, sizes) in enumerate(
        zip(last, zip(*shapes, strict=True), strict=True)
    ):
        steps = [later - before for before, later in pairwise(sizes)]
        codes = {code_key(step) for step in steps}
        regular = codes == {"0"} or (len(codes) == 1 and len(steps) > 1)
        by_number = [shape[at] for shape in numbered]
        after = at_the_end(by_number, count, size, context.scope)
        if after is not None and not regular:
            found.append(either(some(count), after, taken[at]) if empty else after)
            continue
        grows_alike = empty and regular and code_key(sizes[0] - taken[at]) in codes
        if grows_alike and not _may_fail(steps[0]):
            found.append(taken[at] + count * steps[0])
            continue
        if not regular:
            found.append(context.scope.unknown(size, path, behind))
            continue
        grown = sizes[0] + (count - 1) * steps[0]
        found.append(either(some(count), grown, taken[at]) if empty else grown)
    return tuple(found)


def _may_fail(size: int) -> bool:
    """Return whether a size may not be computed if there are no rounds.

    It then divides by a parameter, which is 0, or reads beyond the end of a list.
    """
    code = operand_of(size)
    beyond = re.search(r"\[(?!(0|-1|index)\])", code.text)
    return bool(beyond) or any(each.names for each in code.divisors())
