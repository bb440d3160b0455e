"""Evaluation of `${…}` with the parameters of a spec.

Arithmetic is imported only if an expression is more than a name, as in `sizes`.
"""

from __future__ import annotations

import ast
from types import MappingProxyType
from typing import TYPE_CHECKING

from mlpgen.symbols.expression_syntax import (
    FUNCTIONS,
    LONGEST,
    NOTHING_ELSE,
    names_in_code,
    parsed_of_author,
)
from mlpgen.symbols.expressions import (
    Expression,
    ExpressionError,
    Items,
    NotComputedError,
    bounded,
)
from mlpgen.symbols.sizes import Size, with_value
from mlpgen.symbols.type_names import TypeName

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from mlpgen.symbols.expressions import Numbers
    from mlpgen.symbols.type_names import ParameterValue


def evaluate(
    text: str,
    parameters: Mapping[str, ParameterValue],
    fixed: Collection[str] = (),
    *,
    needed: bool = True,
    local: Mapping[str, Expression] = MappingProxyType({}),
) -> Expression:
    """Evaluate `${…}`.

    Args:
        text: The value in the spec, including `${` and `}`.
        parameters: The parameters' defaults, by name.
        fixed: The names that are replaced by their value in code.
        needed: Whether the value is needed; otherwise the code is enough.
        local: The local values that it may use.

    Raises:
        ExpressionError: It is too long, not an expression, or uses an unknown name, or
            its result is too large.
    """
    inner = text[2:-1].strip()
    if len(inner) > LONGEST:
        raise ExpressionError(
            f"the expression has {len(inner):,} characters, the maximum is {LONGEST:,}"
        )
    tree = parsed_of_author(inner)
    known = {
        name: Expression.constant(value)
        if name in fixed
        else Expression.parameter(name, value)
        for name, value in _numbers(names_in_code(inner), parameters)
    }
    known |= local
    try:
        return _if_needed(visited, tree, known, needed=needed)
    except ExpressionError as error:
        if error.node is None:
            raise
        part = ast.get_source_segment(inner, error.node)
        help = error.help.format(part=part)
        raise ExpressionError(f"`{part}` {error.message}", help=help) from None


def _numbers(
    names: Collection[str], parameters: Mapping[str, ParameterValue]
) -> Iterator[tuple[str, Numbers]]:
    """Yield the parameters that an expression names, with their values.

    Raises:
        ExpressionError: One is a type of layer.
    """
    for name in names:
        value = parameters.get(name)
        if isinstance(value, TypeName):
            message = f"`{name}` is a type of layer, not a number"
            raise ExpressionError(message, help=f"a type stands alone: `${{{name}}}`")
        if value is not None:
            yield name, value


def visited(node: ast.expr, known: Mapping[str, Expression]) -> Expression:
    """Evaluate the tree of an expression with what its names stand for."""
    match node:
        case ast.Constant(value=bool() | int() | float() as value):
            return Expression.constant(bounded(value))
        case ast.Name(id="true" | "false" as word):
            return Expression.constant(word == "true")
        case ast.Name(id=name):
            if name not in known:
                raise ExpressionError(f"there is no parameter `{name}`", unknown=name)
            return _with_a_value(known[name], name)
    return _computed(node, known)


def _with_a_value(found: Expression, name: str) -> Expression:
    """Return what a name stands for; only the code of some has no value here."""
    if not found.lacks:
        return found
    error = NotComputedError(found.lacks)
    error.local = name
    raise error


def _computed(node: ast.expr, known: Mapping[str, Expression]) -> Expression:
    from mlpgen.symbols import expression_arithmetic, expression_conditions

    match node:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return expression_conditions.negated(truth(operand, known))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return expression_arithmetic.negative(_number(operand, known))
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _number(operand, known)
        case ast.BinOp(left=left, op=op, right=right):
            return expression_arithmetic.binary(
                _number(left, known), op, _number(right, known)
            )
        case ast.BoolOp(op=op, values=values):
            return expression_conditions.logical(op, _operands(op, values, known))
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            compared = _compared(left, ops, comparators, known)
            return expression_conditions.comparison(compared, ops)
    return _of_functions(node, known)


def _of_functions(node: ast.expr, known: Mapping[str, Expression]) -> Expression:
    """Evaluate a choice, a call of a function, or an item of a list."""
    from mlpgen.symbols import expression_functions as functions
    from mlpgen.symbols import lists

    match node:
        case ast.IfExp(test=test, body=body, orelse=orelse):
            condition = truth(test, known)
            holds = bool(condition.value)
            if not condition.names:
                return visited(body if holds else orelse, known)
            one = _if_needed(visited, body, known, needed=holds)
            other = _if_needed(visited, orelse, known, needed=not holds)
            if isinstance(one.value, tuple) or isinstance(other.value, tuple):
                raise ExpressionError("chooses between lists, not numbers", node=node)
            if isinstance(one.value, bool) != isinstance(other.value, bool):
                said = "chooses between a number and true or false"
                raise ExpressionError(said, node=node)
            return functions.chosen(condition, one, other)
        case ast.Subscript(value=found, slice=index):
            return lists.item(visited(found, known), _number(index, known))
        case ast.Call(func=ast.Name(id="len"), args=[found], keywords=[]):
            return lists.length(visited(found, known))
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]):
            if name not in FUNCTIONS:
                said = f"there is no function `{name}`, only {', '.join(FUNCTIONS)}"
                raise ExpressionError(said)
            return _called(name, args, known)
        case ast.Call(func=ast.Attribute(attr=name), args=args):  # math.floor, in code
            return _called(name, args, known)
        case ast.Constant(value=value) if value is ...:
            raise NotComputedError("a size has no code")
    raise ExpressionError(NOTHING_ELSE)


def _called(
    name: str, nodes: Sequence[ast.expr], known: Mapping[str, Expression]
) -> Expression:
    """Call a function; some have a shorter code if they are of two sizes."""
    from mlpgen.symbols import expression_functions as functions

    visit = visited if name == "int" else _number
    match nodes:
        case [ast.BinOp(left=left, op=ast.Mult() | ast.Div() as op, right=right)]:
            one, other = (_number(each, known) for each in (left, right))
            found = functions.rounded_exactly(name, one, op, other)
            if found is not None:
                return found
    if any(isinstance(each, ast.Starred) for each in nodes):
        raise ExpressionError(NOTHING_ELSE)
    return functions.called(name, [visit(each, known) for each in nodes])


def _if_needed(
    compute: Callable[[ast.expr, Mapping[str, Expression]], Expression],
    node: ast.expr,
    known: Mapping[str, Expression],
    *,
    needed: bool,
) -> Expression:
    """Evaluate a part of an expression; if its value is not needed, only its code.

    Python does not evaluate what follows a false `and`. Its code is the same for other
    values of the parameters.
    """
    try:
        return compute(node, known)
    except NotComputedError:
        if needed:
            raise
    elsewhere = {
        name: each._replace(
            value=_other_value(each.value, _OTHERS[at % len(_OTHERS)]), lacks=""
        )
        if each.names
        else each
        for at, (name, each) in enumerate(known.items())
    }
    return compute(node, elsewhere)


_OTHERS = (53, 59, 61, 67, 71, 73, 79, 83, 89, 97)
"""Values that most expressions can be computed with."""


def _other_value(value: Numbers, other: int) -> Numbers:
    if isinstance(value, tuple):
        from mlpgen.symbols import lists

        of_others = lists.of_length(lists.filled(value, other), other)
        kept = (value.name, value.indices) if isinstance(value, Items) else ()
        return Items(map(lists.endless, of_others), *kept, endless=True)
    if isinstance(value, Size):
        return with_value(value, other)
    return value if isinstance(value, bool) else type(value)(other)


def _operands(
    op: ast.boolop, nodes: Sequence[ast.expr], known: Mapping[str, Expression]
) -> list[Expression]:
    """Evaluate the operands of `and` or `or`, as far as Python does."""
    decides = isinstance(op, ast.Or)
    found: list[Expression] = []
    for node in nodes:
        decided = any(each.value is decides for each in found)
        try:
            found.append(_if_needed(truth, node, known, needed=not decided))
        except NotComputedError:
            # If the result is known for all parameters, there is no further code.
            if not any(each.value is decides and not each.names for each in found):
                raise
    return found


def _compared(
    left: ast.expr,
    ops: Sequence[ast.cmpop],
    comparators: Sequence[ast.expr],
    known: Mapping[str, Expression],
) -> list[Expression]:
    """Evaluate the operands of a comparison, as far as Python does."""
    from mlpgen.symbols.expression_conditions import comparison

    found = [_number(left, known)]
    for node in comparators:
        before = comparison(found, ops[: len(found) - 1]) if len(found) > 1 else None
        needed = before is None or bool(before.value)
        found.append(_if_needed(_number, node, known, needed=needed))
    return found


def _number(node: ast.expr, known: Mapping[str, Expression]) -> Expression:
    expression = visited(node, known)
    if isinstance(expression.value, tuple):
        said, help = "is a list, not a number", "`{part}[0]` is its first item"
        raise ExpressionError(said, node=node, help=help)
    if isinstance(expression.value, bool):
        said, help = "is true or false, not a number", "`int({part})` is 1 or 0"
        raise ExpressionError(said, node=node, help=help)
    return expression


def truth(node: ast.expr, known: Mapping[str, Expression]) -> Expression:
    """Evaluate the tree of a condition."""
    expression = visited(node, known)
    if not isinstance(expression.value, bool):
        kind = "list" if isinstance(expression.value, tuple) else "number"
        raise ExpressionError(f"is a {kind}, not true or false", node=node)
    return expression
