"""Checks of sizes for any parameters: they have code, and equal sizes stay equal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.graph.used_parameters import sizes_of
from mlpgen.spec.wording import shown
from mlpgen.symbols.expressions import ExpressionError
from mlpgen.symbols.sizes import code_of, has_code, has_minimum, names_of, sum_of
from mlpgen.symbols.substitution import restated, substituted
from mlpgen.symbols.sums import DEEPEST, MOST_TERMS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlpgen.graph.blocks.definitions import Definition
    from mlpgen.graph.context import Resolved
    from mlpgen.graph.nodes import Node
    from mlpgen.graph.scope import Noted, Scope
    from mlpgen.source import Path
    from mlpgen.spec.problems import Problems
    from mlpgen.symbols.agreements import Agreement
    from mlpgen.symbols.expressions import Scalar

FACTORS = (2, 3)
"""Factors for parameters, to test whether sizes stay equal."""


def check_code(definition: Definition, resolved: Resolved) -> None:
    """Refuse layers that need a size without code."""
    unknowns = resolved.scope.found.unknowns
    for node in resolved.graph.nodes:
        lost = next((size for size in sizes_of(node) if not has_code(size)), None)
        if lost is None:
            continue
        path = next((unknowns[x] for x in lost.sum.atoms if x in unknowns), None)
        if path is None:
            message = f"the code of a size of `{node.name}` would have more than "
            message += f"{MOST_TERMS} names and numbers, or nest {DEEPEST} deep"
            definition.problems.add_entry("MG240", message, node.path)
        else:
            _no_rule(node, path, definition.problems)
        return


def _no_rule(node: Node, path: Path, problems: Problems) -> None:
    message = f"`{node.name}` needs a size that follows no pattern"
    help = "write the number, or remove the size by adaptive pooling"
    if path[-1] == "repeat":
        problems.add("MG221", message, path, help=help)
    else:
        problems.add_entry("MG221", message, path, help=help)


def warn_about_agreements(definition: Definition, resolved: Resolved) -> set[str]:
    """Warn about layers that fit only if a parameter of the model has its default.

    Returns:
        The parameters that their sizes depend on.
    """
    bound: set[str] = set()
    scope = resolved.scope
    layers = {node.path: node.name for node in resolved.graph.nodes}
    for noted in scope.found.agreements.values():
        agreement, path, _ = noted
        name = _deciding(noted, scope)
        bound |= _names(agreement) if name else set()
        layer = layers.pop(path, "") if name else ""
        if layer:
            one, other = (f"`{code_of(each)}`" for each in agreement)
            value = shown(definition.parameters[name])
            message = f"`{layer}` fits only if `{name}` is {value}: "
            message += f"{one} and {other} must be equal"
            help = "write both sizes with the parameter, or neither"
            definition.problems.add_entry(
                "MG316", message, path, help=help, warning=True
            )
    return bound & definition.parameters.keys()


def _names(agreement: Agreement) -> frozenset[str]:
    return names_of(agreement.one) | names_of(agreement.other)


def _deciding(noted: Noted, scope: Scope) -> str:
    """Return a parameter whose change makes two sizes differ, or an empty string."""
    agreement = noted.agreement
    names = _names(agreement)
    for name, default in scope.parameters.items():
        if name not in names or isinstance(default, float):
            continue
        tried = [
            _differ(noted, {**scope.parameters, name: value})
            for value in _multiples(default)
        ]
        # A minimum may switch to its other operand only near the default.
        beside = default - 1 if any(map(has_minimum, agreement)) else default
        near = _differ(noted, {**scope.parameters, name: beside})
        if all(tried) or near:
            return name
    if not any(sum_of(each).conditions for each in agreement):
        return ""
    from mlpgen.graph.checks.condition_changes import turning

    return turning(agreement, scope.parameters, lambda changed: _differ(noted, changed))


def _multiples(default: int) -> tuple[int, ...]:
    if isinstance(default, bool):
        return (not default,)
    return tuple(default * factor for factor in FACTORS)


def _differ(noted: Noted, parameters: Mapping[str, Scalar]) -> bool:
    """Return whether the sizes differ while the layer runs."""
    try:
        if not all(restated(guard, parameters).value for guard in noted.guards):
            return False
        one, other = (substituted(each, parameters) for each in noted.agreement)
    except ExpressionError:
        return False
    return one != other
