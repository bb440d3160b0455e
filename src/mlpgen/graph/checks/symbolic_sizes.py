"""Checks of sizes for any parameters: they have code, and equal sizes stay equal."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from mlpgen.graph.used_parameters import sizes_of
from mlpgen.spec.wording import cut, shown
from mlpgen.symbols.expressions import ExpressionError
from mlpgen.symbols.lists import changes
from mlpgen.symbols.sizes import (
    code_of,
    has_code,
    has_minimum,
    is_name,
    names_of,
    sum_of,
)
from mlpgen.symbols.substitution import restated, substituted
from mlpgen.symbols.sums import DEEPEST, MOST_TERMS
from mlpgen.symbols.type_names import numbers

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from mlpgen.graph.blocks.definitions import Definition
    from mlpgen.graph.context import Resolved
    from mlpgen.graph.nodes import Node
    from mlpgen.graph.scope import Noted, Scope
    from mlpgen.source import Path
    from mlpgen.spec.problems import Problems
    from mlpgen.symbols.agreements import Agreement
    from mlpgen.symbols.expressions import Numbers

FACTORS = (2, 3)
"""Factors for parameters, to test whether sizes stay equal."""
FREE_FACTORS = (0.25, 0.5, 2, 3)
"""Factors for free sizes: a network that fits with one of them has a free size."""

_LONGEST = 200
"""The most characters of a size in a message."""


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

    If that is a free size, it is a mistake.

    Returns:
        The parameters that their sizes depend on.
    """
    bound: set[str] = set()
    scope = resolved.scope
    layers = dict(reversed([*_names_by_path(resolved.graph.nodes)]))
    for noted in scope.found.agreements.values():
        agreement, path, _ = noted
        if free := _free(noted, scope):
            if path in layers:
                _cannot_be_free(free, agreement, path, layers.pop(path), definition)
            continue
        name = _deciding(noted, scope)
        bound |= _names(agreement) if name else set()
        layer = layers.pop(path, "") if name else ""
        if layer:
            one, other = (f"`{cut(code_of(each), _LONGEST)}`" for each in agreement)
            value = shown(definition.parameters[name])
            message = f"`{layer}` fits only if `{name}` is {value}: "
            message += f"{one} and {other} must be equal"
            help = "write both sizes with the parameter, or neither"
            definition.problems.add_entry(
                "MG316", message, path, help=help, warning=True
            )
    return bound & definition.parameters.keys()


def _names_by_path(nodes: Iterable[Node]) -> Iterator[tuple[Path, str]]:
    """Yield the names of layers; a repeat is before its rounds, at one path."""
    for node in nodes:
        yield node.path, node.name
        yield from _names_by_path(node.children)
        yield from _names_by_path(each.node for each in node.rounds)


def _free(noted: Noted, scope: Scope) -> str:
    """Return a free size that must have its example, or an empty string."""
    names, known = _names(noted.agreement), numbers(scope.parameters)
    for name in scope.free:
        if name in names:
            others = (int(known[name] * factor) for factor in FREE_FACTORS)
            tried = [{**known, name: each} for each in others if each]
            if all(_differ(noted, each) for each in tried):
                return name
    return ""


def _cannot_be_free(
    name: str, agreement: Agreement, path: Path, layer: str, definition: Definition
) -> None:
    one, other = (f"`{cut(code_of(each), _LONGEST)}`" for each in agreement)
    message = f"`{layer}` fits only if {one} and {other} are equal, so "
    message += f"`{name}` cannot be free"
    help = f'cut what is longer, as `slice: {{dim: 0, end: "${{{name}}}"}}` does, '
    help += "or write a number in `input`"
    if all(map(is_name, agreement)):
        help = f"give both one name, or write a number in `input` for `{name}`"
    definition.problems.add_entry("MG248", message, path, help=help)


def _names(agreement: Agreement) -> frozenset[str]:
    return names_of(agreement.one) | names_of(agreement.other)


def _deciding(noted: Noted, scope: Scope) -> str:
    """Return a parameter whose change makes two sizes differ, or an empty string."""
    agreement = noted.agreement
    names = _names(agreement)
    least = any(map(has_minimum, agreement))
    known = numbers(scope.parameters)
    for name, default in known.items():
        if name not in names or name in scope.free or isinstance(default, float):
            continue
        tried = (
            all(_always_differ(noted, name, x, known, scope.free) for x in values)
            for values in _others(default, beside=least)
        )
        if any(tried):
            return name
    if not any(sum_of(each).conditions for each in agreement):
        return ""
    from mlpgen.graph.checks.condition_changes import turning

    found = turning(agreement, known, lambda changed: _differ(noted, changed))
    return "" if found in scope.free else found


def _always_differ(
    noted: Noted,
    name: str,
    value: Numbers,
    known: Mapping[str, Any],
    free: Collection[str],
) -> bool:
    """Return whether sizes differ with a value of a parameter, for any free sizes."""
    factors = FREE_FACTORS if not _names(noted.agreement).isdisjoint(free) else ()
    tried = [{**known, name: value}]
    for factor in factors:
        sizes = {each: int(known[each] * factor) for each in free}
        tried += [{**tried[0], **sizes}] if all(sizes.values()) else []
    return all(_differ(noted, each) for each in tried)


def _others(default: Numbers, *, beside: bool) -> Iterator[tuple[Numbers, ...]]:
    """Yield other values of a parameter: if sizes differ with all, it decides.

    Args:
        default: Its value.
        beside: Whether to try the number below: a minimum may switch to its other
            operand only near the default.
    """
    if isinstance(default, tuple):
        yield (tuple(_scaled(default[-1], 1 + at) for at in range(len(default) + 1)),)
        multiples = (changes(default, partial(_times, factor)) for factor in FACTORS)
        yield from zip(*multiples, strict=True)
    elif isinstance(default, bool):
        yield (not default,)
    else:
        yield tuple(_times(factor, default) for factor in FACTORS)
    if beside and not isinstance(default, bool):
        yield from ((each,) for each in changes(default, partial(_plus, -1)))


def _scaled(value: Numbers, factor: int) -> Numbers:
    """Multiply a number, or all numbers of a list."""
    if isinstance(value, tuple):
        return tuple(_scaled(each, factor) for each in value)
    return value if isinstance(value, bool) else value * factor


def _times(factor: int, value: Any) -> Any:
    return (not value) if isinstance(value, bool) else value * factor


def _plus(number: int, value: Any) -> Any:
    return value if isinstance(value, bool) else value + number


def _differ(noted: Noted, parameters: Mapping[str, Numbers]) -> bool:
    """Return whether the sizes differ while the layer runs."""
    try:
        if not all(restated(guard, parameters).value for guard in noted.guards):
            return False
        one, other = (substituted(each, parameters) for each in noted.agreement)
    except ExpressionError:
        return False
    return one != other
