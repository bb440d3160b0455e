"""`values`: local values of a class, which are local variables in code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.graph.arguments import evaluated
from mlpgen.names.identifiers import wrong_parameter
from mlpgen.symbols import operands
from mlpgen.symbols.expressions import ExpressionError, is_expression

if TYPE_CHECKING:
    from collections.abc import Collection

    from mlpgen.graph.scope import Scope
    from mlpgen.spec.problems import Problems
    from mlpgen.symbols.operands import Operand


def check_values(scope: Scope, problems: Problems) -> None:
    """Report what is wrong with local values for any parameters.

    Args:
        scope: The class.
        problems: Collects its mistakes.
    """
    within = scope._replace(found=scope.found.copy(), checked=False)
    for name in scope.values:
        if wrong_parameter(name):
            continue  # it is already reported
        evaluated(f"${{{name}}}", scope.value_path(name), within, problems)


def values_in_code(scope: Scope, names: Collection[str]) -> dict[str, Operand]:
    """Return the code of local values, each after those that it needs.

    Args:
        scope: The class.
        names: The names that the code of its layers needs.
    """
    found: dict[str, Operand] = {}

    def add(name: str) -> None:
        raw = scope.values[name]
        if not is_expression(raw):
            found[name] = operands.number(raw)
            return
        try:
            meaning = scope._replace(checked=False).evaluate(raw)
        except ExpressionError:
            return  # the mistake is already reported
        for each in scope.values:
            if each in meaning.names and each not in found:
                add(each)
        found[name] = meaning.operand

    for name in scope.values:
        if name in names and name not in found:
            add(name)
    return found
