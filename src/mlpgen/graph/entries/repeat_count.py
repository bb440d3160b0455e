"""The number of rounds that `repeat` says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.graph.arguments import evaluated
from mlpgen.graph.checks.limits import MOST_ROUNDS
from mlpgen.spec.wording import shown
from mlpgen.symbols.expressions import value_of
from mlpgen.symbols.sizes import Size

if TYPE_CHECKING:
    from mlpgen.graph.context import Context
    from mlpgen.spec.entries import Entry


def no_rounds(entry: Entry, context: Context) -> bool:
    """Return whether there are no rounds for any parameters, ignoring mistakes."""
    with context.problems.trial():
        count = count_of(entry, context)
    return count == 0 and not isinstance(count, Size)


def count_of(entry: Entry, context: Context) -> int | None:
    """Read `repeat`; None after a mistake."""
    path = (*entry.path, "repeat")
    raw = entry.options["repeat"]
    mark = context.problems.mark()
    value = evaluated(raw, path, context.scope, context.problems)
    if mark.failed:
        return None
    count = value_of(value)
    if not isinstance(count, int) or isinstance(count, bool):
        message = f"`repeat` must be a whole number of at least 0, not {shown(count)}"
        help = context.problems.help_for(count)
        context.problems.add("MG203", message, path, help=help)
    elif not 0 <= count <= MOST_ROUNDS:
        message = f"`repeat` must be from 0 to {MOST_ROUNDS:,}, not {int(count)}"
        context.problems.add("MG204", message, path)
    else:
        return count
    return None
