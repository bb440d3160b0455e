"""What must hold for any parameters: the code of sizes, and sizes that are equal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.graph.used_parameters import sizes_of
from mlpgen.spec.wording import shown
from mlpgen.symbols.evaluation import restated, substituted
from mlpgen.symbols.expressions import ExpressionError
from mlpgen.symbols.sizes import code_of, has_code, has_minimum, names_of, sum_of
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
"""What parameters are multiplied by, to see whether sizes are still equal."""


def check_code(definition: Definition, resolved: Resolved) -> None:
    """Refuse layers whose code needs a size that cannot be written."""
    unknowns = resolved.scope.found.unknowns
    for node in resolved.graph.nodes:
        lost = next((size for size in sizes_of(node) if not has_code(size)), None)
        if lost is None:
            continue
        path = next((unknowns[x] for x in lost.sum.atoms if x in unknowns), None)
        if path is None:
            message = f"the code of a size of `{node.name}` would have more than "
            message += f"{MOST_TERMS} names and numbers, or {DEEPEST} in each other"
            definition.problems.add_entry("MG240", message, node.path)
        else:
            _no_rule(node, path, definition.problems)
        return


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
    for noted in scope.found.agreements.values():
        agreement, path, _ = noted
        name = _deciding(noted, scope)
        bound |= _names(agreement) if name else set()
        layer = layers.pop(path, "") if name else ""
        if layer:
            one, other = (f"`{code_of(each)}`" for each in agreement)
            value = shown(definition.parameters[name])
            message = f"`{layer}` fits only while `{name}` is {value}: "
            message += f"{one} and {other} must be equal"
            help = "say both sizes by the parameter, or neither"
            definition.problems.add_entry(
                "MG316", message, path, help=help, warning=True
            )
    return bound & definition.parameters.keys()


def _names(agreement: Agreement) -> frozenset[str]:
    return names_of(agreement.one) | names_of(agreement.other)


def _deciding(noted: Noted, scope: Scope) -> str:
    """Return a parameter with which two sizes are not equal any more."""
    agreement = noted.agreement
    names = _names(agreement)
    for name, default in scope.parameters.items():
        if name not in names or isinstance(default, float):
            continue
        tried = [
            _differ(noted, {**scope.parameters, name: value})
            for value in _multiples(default)
        ]
        # The smaller of two may be the other one beside the default only.
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
    """Tell whether the sizes differ where the layer is there at all."""
    try:
        if not all(restated(guard, parameters).value for guard in noted.guards):
            return False
        one, other = (substituted(each, parameters) for each in noted.agreement)
    except ExpressionError:
        return False
    return one != other
