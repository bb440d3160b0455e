"""`names`: a pattern for the names of rounds, which else have numbers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlpgen.graph.round_names import RoundNames
from mlpgen.graph.scope import INDEX, Findings, Scope
from mlpgen.names.identifiers import wrong_name
from mlpgen.spec.wording import cut, shown
from mlpgen.symbols.expressions import Expression, ExpressionError, is_whole
from mlpgen.symbols.sizes import Size

if TYPE_CHECKING:
    from mlpgen.graph.context import Context
    from mlpgen.spec.entries import Entry

_FEWEST = 256
"""The rounds that need different names if a parameter sets their number."""


def names_of_rounds(entry: Entry, count: int, context: Context) -> RoundNames | None:
    """Read the names of rounds; None without a pattern, or after a mistake.

    Args:
        entry: The repeated entry.
        count: The number of rounds.
        context: The context of the entry.
    """
    if "names" not in entry.options:
        return None
    text, path = entry.options["names"], (*entry.path, "names")
    most = max(int(count), _FEWEST if isinstance(count, Size) else 1)
    reason = help = ""
    try:
        found = RoundNames(_parts(text, 0, fixed=False), _every(text, most))
    except ExpressionError as error:
        reason, help = error.message, error.help
        if error.unknown:
            reason = f"`names` can use `{INDEX}` only, not `{cut(error.unknown)}`"
    else:
        if not any(isinstance(part, Expression) for part in found.parts):
            reason = "each round needs a name of its own, which depends on its number"
            help = f"such as `names: {cut(text)}${{index + 1}}`" * ("${" not in text)
        else:
            reason = _wrong(found.every)
    if reason:
        context.problems.add("MG251", reason, path, help=help)
    return None if reason else found


def _every(text: str, most: int) -> tuple[str, ...]:
    """Return the names of rounds."""
    return tuple(
        "".join(str(_plain(part)) for part in _parts(text, index, fixed=True))
        for index in range(most)
    )


def _parts(text: str, index: int, *, fixed: bool) -> tuple[str | Expression, ...]:
    """Split a pattern into texts and expressions.

    Args:
        text: The pattern.
        index: The number of the round.
        fixed: Whether the expressions are numbers, without code.

    Raises:
        ExpressionError: An expression has no whole number as its value.
    """
    fixed_names = frozenset([INDEX] if fixed else [])
    scope = Scope({INDEX: index}, Findings(), fixed=fixed_names)
    found: list[str | Expression] = []
    for part in re.split(r"(\$\{[^{}]*\})", text):
        if "${" in part and not part.endswith("}"):
            raise ExpressionError("the expression has no `}` at its end")
        if not part.startswith("${"):
            found += [part] * bool(part)
            continue
        value = scope.evaluate(part)
        if not is_whole(value.value):
            said = f"`{cut(part)}` is {shown(value.value)} in round {index}"
            raise ExpressionError(f"{said}, but must be a whole number")
        found.append(value if fixed or value.names else str(value.value))
    return tuple(found)


def _plain(part: str | Expression) -> str | int:
    return int(part.value) if isinstance(part, Expression) else part


def _wrong(names: tuple[str, ...]) -> str:
    """Return what is wrong with the names of rounds; empty if they are right."""
    first: dict[str, int] = {}
    for index, name in enumerate(names):
        before = first.setdefault(name, index)
        if before < index:
            return f"the rounds {before} and {index} would both be `{cut(name)}`"
        reason = wrong_name(name.replace("-", "_"))
        if reason:
            return f"the string `{cut(name)}` cannot be a name: {reason}"
    return ""
