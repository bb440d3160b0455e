"""Products that stay zero: by one factor for good, or as both begin there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.diagnostics.explanations.explanation import Explanation, spec
from mlpgen.lints import kinds
from mlpgen.lints.initial_values import Starts
from mlpgen.lints.rule import Finding, Rule
from mlpgen.lints.rules.always_zero import always_zero

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.graph.flow import Operation
    from mlpgen.lints.rule import Subject

_KEPT = kinds.AVERAGE_POOLS | kinds.MAXIMUM_POOLS | {"Mean", "Sum", "Neg"}
"""What makes 0 of 0; behind an activation, weights that begin equal are the fault."""
_FACTORS = frozenset(("Mul", "Matmul", "Bmm"))


def _find(subject: Subject) -> Iterator[Finding]:
    yield from always_zero(subject)
    yield from _stuck(subject)


def _stuck(subject: Subject) -> Iterator[Finding]:
    starts = Starts(subject.model)
    if not starts.any and not any(subject.flow.of("Parameter")):
        return
    zero: set[Operation] = set()
    for each in subject.flow.operations:
        given = [source.operation in zero for source in each.sources]
        own = _begins_at_zero(each, starts)
        if own is None:
            own = any(given) if each.kind in _FACTORS else _keeps(each) and all(given)
        if own:
            zero.add(each)
        if _is_product(each, starts) and given and all(given):
            yield _finding(each)


def _begins_at_zero(each: Operation, starts: Starts) -> bool | None:
    """Tell whether a layer returns zeros by its initial values; None without any."""
    if each.kind == "Parameter":
        found = each.node.inits.get("")
        return found is None or found[0] == "zeros_"
    if each.kind not in kinds.WEIGHTED:
        return None
    lent = each.node.tied or each.node.shared
    return not lent and all(_is_zero(each, name, starts) for name in each.node.weights)


def _is_zero(each: Operation, name: str, starts: Starts) -> bool:
    start = starts.of(each).get(name)
    return start is not None and start.constant == 0


def _keeps(each: Operation) -> bool:
    return bool(each.sources) and (kinds.is_view(each) or kinds.passes(each, _KEPT))


def _is_product(each: Operation, starts: Starts) -> bool:
    """Tell whether an operation multiplies its input by what begins at zero."""
    if each.kind in kinds.WEIGHTED:
        return _is_zero(each, "weight", starts)
    return each.kind in _FACTORS and len(each.sources) > 1


def _finding(each: Operation) -> Finding:
    return Finding(
        f"both factors of `{each.name}` begin at 0, so that neither gets a gradient: "
        "it stays 0",
        each.node.path,
        each.owner,
        help="let one of them begin at random numbers",
    )


RULES = (
    Rule(
        "MG534",
        "warning",
        _find,
        Explanation(
            "A product that stays zero",
            "The gradient of a factor is the other one: where both are 0, neither "
            "changes. So one of the two matrices of LoRA begins at random numbers "
            "(Hu et al., arXiv:2106.09685), and a branch that is multiplied by a "
            "learned 0 (ReZero, Bachlechner et al., arXiv:2003.04887) has no layer at "
            "its end that begins at zero, too. A factor that is 0 and never trained is "
            "enough: a `buffer`, `zeros`, `mul: 0`, a parameter that `freeze` names. "
            "How sure: certain, unless weights from elsewhere replace the initial "
            "ones; buffers are named in trainings only. Leave out one `init`, or make "
            "the buffer a `parameter`.",
            spec(
                "Flatten",
                "Linear: {out_features: 4, bias: false}\n    init: {weight: zeros_}",
                "Linear: {out_features: 8, bias: false}\n    init: {weight: zeros_}",
            ),
            spec(
                "Flatten",
                "Linear: {out_features: 4, bias: false}",
                "Linear: {out_features: 8, bias: false}\n    init: {weight: zeros_}",
            ),
        ),
    ),
)
