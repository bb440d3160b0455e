"""What must hold for any parameters: the code of sizes, and sizes that are equal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.expressions import ExpressionError, substituted
from mlpgen.graph.keys import names_of_node
from mlpgen.graph.scope import LONGEST_LINE
from mlpgen.problems import shown
from mlpgen.sizes import operand_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlpgen.agreements import Agreement
    from mlpgen.expressions import Scalar
    from mlpgen.graph.definitions import Definition
    from mlpgen.graph.inside import Resolved
    from mlpgen.graph.nodes import Node
    from mlpgen.graph.scope import Scope
    from mlpgen.operands import Operand
    from mlpgen.problems import Problems
    from mlpgen.source import Path

FACTORS = (2, 3)
"""What parameters are multiplied by, to see whether sizes are still equal."""


def check_code(definition: Definition, resolved: Resolved) -> None:
    """Refuse layers whose code needs a size that cannot be written."""
    scope = resolved.scope
    for node in resolved.graph.nodes:
        needed = _needed(node, scope)
        lost = sorted(needed & scope.found.unknowns.keys())
        if lost:
            _no_rule(node, scope.found.unknowns[lost[0]].path, definition.problems)
            return
        longest = max(
            (
                len(scope.found.codes[each].text)
                for each in needed & scope.found.codes.keys()
            ),
            default=0,
        )
        if longest > LONGEST_LINE:
            message = f"`{node.name}` needs a size whose code has {longest} characters"
            help = "give parameters shorter names"
            definition.problems.add_entry("MG209", message, node.path, help=help)
            return


def _needed(node: Node, scope: Scope) -> frozenset[str]:
    """Return all names that the code of a layer needs, and those behind them."""
    codes = scope.found.codes
    found = open_ = names_of_node(node)
    while open_:
        open_ = frozenset[str]().union(
            *(codes[each].names for each in open_ & codes.keys())
        )
        open_ -= found
        found |= open_
    return found


def _no_rule(node: Node, path: Path, problems: Problems) -> None:
    message = f"`{node.name}` needs a size that follows no rule"
    help = "write the number, or take the size away by adaptive pooling"
    if path[-1] == "repeat":
        problems.add("MG221", message, path, help=help)
    else:
        problems.add_entry("MG221", message, path, help=help)


def warn_about_agreements(definition: Definition, resolved: Resolved) -> set[str]:
    """Name the layers that fit only while a parameter of the model has its default.

    Returns:
        The parameters that their sizes depend on.
    """
    bound: set[str] = set()
    scope = resolved.scope
    layers = {node.path: node.name for node in resolved.graph.nodes}
    for agreement, path in scope.found.agreements.values():
        name = _deciding(agreement, scope)
        bound |= _names(agreement, scope) if name else set()
        layer = layers.pop(path, "") if name else ""
        if layer:
            one, other = (f"`{_spelt(each, scope).text}`" for each in agreement)
            value = shown(definition.parameters[name])
            message = f"`{layer}` fits only while `{name}` is {value}: "
            message += f"{one} and {other} must be equal"
            help = "say both sizes by the parameter, or neither"
            definition.problems.add_entry(
                "MG316", message, path, help=help, warning=True
            )
    return bound & definition.parameters.keys()


def _spelt(size: int, scope: Scope) -> Operand:
    return scope.spelt_out(operand_of(size))


def _names(agreement: Agreement, scope: Scope) -> frozenset[str]:
    one, other = (_spelt(each, scope).names for each in agreement)
    return one | other


def _deciding(agreement: Agreement, scope: Scope) -> str:
    """Return a parameter with which two sizes are not equal any more."""
    one, other = (_spelt(each, scope).text for each in agreement)
    names = _names(agreement, scope)
    for name, default in scope.parameters.items():
        if name not in names or isinstance(default, float):
            continue
        tried = [
            _differ(one, other, {**scope.parameters, name: value})
            for value in _multiples(default)
        ]
        # The smaller of two may be the other one beside the default only.
        beside = default - 1 if "min(" in one + other else default
        near = _differ(one, other, {**scope.parameters, name: beside})
        if all(tried) or near:
            return name
    return ""


def _multiples(default: int) -> tuple[int, ...]:
    if isinstance(default, bool):
        return (not default,)
    return tuple(default * factor for factor in FACTORS)


def _differ(one: str, other: str, parameters: Mapping[str, Scalar]) -> bool:
    try:
        return substituted(one, parameters) != substituted(other, parameters)
    except ExpressionError:
        return False
