"""`when`: layers that run under a condition, or else pass their input through."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mlpgen.graph.arguments import evaluated
from mlpgen.graph.scope import INDEX
from mlpgen.spec.wording import shown
from mlpgen.symbols.expressions import Expression, names_in_text, value_of

if TYPE_CHECKING:
    from mlpgen.graph.nodes import Node
    from mlpgen.graph.scope import Scope
    from mlpgen.spec.entries import Entry
    from mlpgen.spec.problems import Problems


_WORDS = {"yes": "true", "on": "true", "no": "false", "off": "false"}
"""Words that older versions of YAML read as true and false."""


def each_round(entry: Entry) -> bool:
    """Return whether `when` is evaluated in each round of a repeated layer."""
    return "repeat" in entry.options and mentions_index(entry.options.get("when"))


def mentions_index(raw: Any) -> bool:
    """Return whether an expression uses the round number."""
    return INDEX in names_in_text(raw)


def condition_of(
    entry: Entry, scope: Scope, problems: Problems
) -> Expression | bool | None:
    """Read `when`: a plain value if it depends on no parameter, None without it."""
    if "when" not in entry.options:
        return None
    raw = entry.options["when"]
    path = (*entry.path, "when")
    mark = problems.mark()
    value = evaluated(raw, path, scope, problems)
    if mark.found:
        return None
    plain = value_of(value)
    if not isinstance(plain, bool):
        message = f"`when` must be true or false, not {shown(plain)}"
        help = problems.help_for(plain)
        if isinstance(value, Expression):
            help = f"compare it: `${{{_operand(raw)} > 0}}`"
        elif isinstance(plain, str) and plain in _WORDS:
            help = f"write `{_WORDS[plain]}`"
        problems.add("MG203", message, path, help=help)
        return None
    if isinstance(value, Expression) and value.names != {"index"}:
        return value
    return plain


def _operand(raw: str) -> str:
    """Return the text of an expression as an operand of a comparison."""
    text = raw[2:-1].strip()
    return text if re.fullmatch(r"[\w.]+( *[-+*/%]+ *[\w.]+)*", text) else f"({text})"


def merged(
    node: Node, condition: Expression, entry: Entry, scope: Scope, problems: Problems
) -> Node | None:
    """Add a condition to a layer; without it, the input passes through."""
    from mlpgen.graph.entries.when_pass_through import differs

    path = (*entry.path, "when")
    function = entry.is_function
    if not node.single or not node.inputs or (len(node.inputs) > 1 and not function):
        message = (
            f"`when` needs a layer with one input and one output, unlike `{node.name}`"
        )
        help = "put it in a block"
        problems.add("MG225", message, path, help=help)
        return None
    taken, given = node.inputs[0], node.value
    passes, place = differs(taken, given)
    if passes:
        message = (
            f"without `{node.name}`, {passes} would pass through instead of {place}"
        )
        help = (
            "with `when`, input and output have as many dimensions and the same dtype"
        )
        problems.add("MG225", message, path, help=help)
        return None
    shape = scope.either(condition, given.shape, taken.shape)
    active = bool(condition.value)
    return node._replace(
        condition=condition,
        function=node.function if function else None,
        parts={"": given._replace(shape=shape)},
        parameters=node.parameters if active else 0,
        multiply_adds=node.multiply_adds if active else 0,
    )
