"""Saturating activations so many layers deep that gradients vanish."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen.diagnostics.explanations.explanation import Explanation, spec
from mlpgen.lints import kinds
from mlpgen.lints.rule import Finding, Rule
from mlpgen.spec.types import layer_class

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mlpgen.graph.flow import Operation
    from mlpgen.lints.rule import Subject

_LOSSES = {"Sigmoid": 2, "Hardsigmoid": 3, "Tanh": 1, "Softsign": 1}
"""How much of a gradient is lost; a sigmoid passes at most a quarter, a tanh all."""
_MUCH = 10
"""What is lost at five sigmoids, or ten Tanhs."""
_FRESH = kinds.NORMALIZATIONS | kinds.RECURRENT


class _Depth(NamedTuple):
    """What the gradient of a value has passed, on its shortest way.

    Attributes:
        lost: How much of it is lost.
        passed: The saturating activations, of which the first runs first.
    """

    lost: int = 0
    passed: tuple[Operation, ...] = ()


_NONE = _Depth()


def _vanishes(subject: Subject) -> Iterator[Finding]:
    depths: dict[int, _Depth] = {}
    worst: dict[int, _Depth] = {}
    for each in subject.flow.operations:
        found = _before(each, depths)
        if each.kind in kinds.WEIGHTED and found.lost >= _MUCH:
            worst[id(found.passed[0])] = found
        depths[id(each)] = _behind(each, found)
    for depth in worst.values():
        yield _finding(depth)


def _before(each: Operation, depths: Mapping[int, _Depth]) -> _Depth:
    """Return the shortest of the ways to the inputs of an operation."""
    found = [each.sources[index].operation for index in kinds.values(each)]
    known = (_NONE if each is None else depths[id(each)] for each in found)
    return min(known, key=lambda depth: depth.lost, default=_NONE)


def _behind(each: Operation, before: _Depth) -> _Depth:
    if each.kind in _LOSSES:
        return _Depth(before.lost + _LOSSES[each.kind], (*before.passed, each))
    unknown = layer_class(each.node.type) is None or each.kind.startswith("Transformer")
    return _NONE if unknown or each.kind in _FRESH else before


def _finding(depth: _Depth) -> Finding:
    first, last = depth.passed[0], depth.passed[-1]
    count = len(depth.passed)
    return Finding(
        f"{count} saturating activations in a row, from `{first.name}` to "
        f"`{last.name}`, leave nothing of the gradient for the layers before them",
        first.node.path,
        first.owner,
        help="use `ReLU`, or a normalization such as `BatchNorm1d` before each",
    )


RULES = (
    Rule(
        "MG506",
        "warning",
        _vanishes,
        Explanation(
            "Saturating activations many layers deep",
            "The slope of a sigmoid is 0.25 at most, and almost 0 for large values, so "
            "that each one lets through a small part of the gradient, and the first of "
            "many layers learn nothing (Glorot and Bengio, Understanding the "
            "difficulty of training deep feedforward neural networks, 2010). With "
            "torch's initial weights, five sigmoids leave the first layer a gradient "
            "30,000 times smaller than that of the last, beside its weights; ten "
            "Tanhs, whose slope is up to 1, one 60 times smaller. There is a warning "
            "from five sigmoids, four Hardsigmoids or ten Tanhs in a row. A "
            "normalization between them, a sum with what comes from before, and gates "
            "begin anew. For sigmoids it is very likely, for Tanhs likely; a long "
            "training with a high rate may still succeed. Use another activation, or "
            "normalize.",
            spec(*("Flatten", *("Linear: 64", "Sigmoid") * 5, "Linear: 10")),
            spec(*("Flatten", *("Linear: 64", "ReLU") * 5, "Linear: 10")),
        ),
    ),
)
