"""`when`: layers that run under a condition, or else pass their input through."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mlpgen.graph.arguments import evaluated
from mlpgen.graph.scope import INDEX
from mlpgen.spec.corrections import true_or_false
from mlpgen.spec.wording import shown
from mlpgen.symbols.expressions import Expression, names_in_text, value_of
from mlpgen.symbols.sizes import Size

if TYPE_CHECKING:
    from mlpgen.graph.context import Context
    from mlpgen.graph.nodes import Node
    from mlpgen.graph.scope import Scope
    from mlpgen.graph.wires import Wire
    from mlpgen.layers.base import Shape
    from mlpgen.spec.entries import Entry
    from mlpgen.spec.problems import Problems


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
    if mark.failed:
        return None
    plain = value_of(value)
    if not isinstance(plain, bool):
        message = f"`when` must be true or false, not {shown(plain)}"
        help = problems.help_for(plain)
        if isinstance(value, Expression):
            help = f"compare it: `${{{_operand(raw)} > 0}}`"
        else:
            help = help or true_or_false(plain)
        problems.add("MG203", message, path, help=help)
        return None
    if isinstance(value, Expression) and value.names != {"index"}:
        return value
    return plain


def _operand(raw: str) -> str:
    """Return the text of an expression as an operand of a comparison."""
    text = raw[2:-1].strip()
    return text if re.fullmatch(r"[\w.]+( *[-+*/%]+ *[\w.]+)*", text) else f"({text})"


def rounds_can_pass(node: Node, entry: Entry, count: int, context: Context) -> bool:
    """Return whether `when` can leave out single rounds."""
    if not mentions_index(entry.options.get("when")):
        return True
    if len(node.sources) != 1 or not node.single:
        message = (
            "a `when` that uses `index` needs a layer with one input and one output"
        )
    elif node.condition is not None:
        message = "a `when` that uses `index` cannot depend on a parameter"
    elif isinstance(count, Size):
        message = "a `when` that uses `index` needs a `repeat` that is a number"
    elif "else" in entry.options:
        message = "a `when` that uses `index` has no `else`: the round before passes"
    else:
        return True
    help = "put the layer in a block, with `when` inside it"
    context.problems.add("MG225", message, (*entry.path, "when"), help=help)
    return False


def refuse_no_rounds(entry: Entry, problems: Problems) -> None:
    """Refuse `else` beside a `repeat` that is 0: nothing could run instead of it."""
    message = "`else` needs a layer that can run, but `repeat` is 0"
    problems.add("MG225", message, (*entry.path, "else"))


_OPERATORS = ("+", "-", "*", "/")


def _as_beside(shape: Shape, beside: Shape, node: Node, *, runs: bool) -> Shape:
    """Write the sizes of a sum or product as those of the operand that passes instead.

    Where it runs, both operands have the size, or one has 1; so the choice between the
    sizes of two operands is not one.
    """
    if node.function is None or node.function.name not in _OPERATORS:
        return shape
    pairs = zip(shape, beside, strict=True)
    return tuple(
        own if other == 1 or (runs and own != other) else other for own, other in pairs
    )


def merged(
    node: Node,
    condition: Expression,
    entry: Entry,
    other: Wire | None,
    context: Context,
) -> Node | None:
    """Add a condition to a layer.

    Args:
        node: The layer as it runs.
        condition: When it does.
        entry: The entry.
        other: What passes through without it; None for its first input.
        context: The context of the entry.
    """
    from mlpgen.graph.entries.when_pass_through import differs

    problems = context.problems
    path = (*entry.path, "else" if other else "when")
    function = entry.is_function
    inputs = bool(node.inputs) and (len(node.inputs) < 2 or function)
    if not node.single or not (inputs or other):
        needs = "one output" if other else "one input and one output"
        message = f"`{path[-1]}` needs a layer with {needs}, unlike `{node.name}`"
        help = "put it in a block"
        if node.single and not other:
            help += ", or name what passes without it: `else: input`"
        problems.add("MG225", message, path, help=help)
        return None
    taken, given = other.value if other else node.inputs[0], node.value
    if taken is None:
        return None
    passes, place = differs(taken, given)
    if passes:
        message = (
            f"without `{node.name}`, {passes} would pass through instead of {place}"
        )
        what = "what passes instead" if other else "what arrives"
        help = f"{what} has as many dimensions and the same dtype as what is returned"
        problems.add("MG225", message, path, help=help)
        return None
    shape = given.shape
    if function and other and other.name in node.sources:
        shape = _as_beside(shape, taken.shape, node, runs=bool(condition.value))
    shape = context.scope.either(condition, shape, taken.shape)
    active = bool(condition.value)
    own = inputs and (other is None or node.sources[0] == other.name)
    return node._replace(
        condition=condition,
        otherwise=other.name if other and not own else "",
        function=node.function if function else None,
        parts={"": given._replace(shape=shape)},
        parameters=node.parameters if active else 0,
        multiply_adds=node.multiply_adds if active else 0,
    )
