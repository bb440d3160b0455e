"""Mean and variance of a code that is drawn, which an activation cuts."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from mlpgen.diagnostics.explanations.explanation import Explanation, spec
from mlpgen.lints import kinds
from mlpgen.lints.codes_drawn import NOISE, codes_of
from mlpgen.lints.linear_steps import is_linear, step_before
from mlpgen.lints.rule import Finding, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.graph.flow import Operation
    from mlpgen.lints.rule import Subject

_CUTS = frozenset(("ReLU", "ReLU6"))
_SIGNED = frozenset(("Tanh", "Hardtanh", "Clamp", "Softsign"))


def _cut(subject: Subject) -> Iterator[Finding]:
    for noise in subject.flow.of(*NOISE):
        for product in noise.users:
            exponent = _exponent(product, noise)
            if exponent is None:
                continue
            logarithm = _cutting(exponent.before)
            if logarithm is not None:
                yield _finding(logarithm, "the variance", "1")
            for total in product.users:
                others = (each.operation for each in total.sources)
                means = [each for each in others if each not in (None, product)]
                mean = _cutting(means[0]) if total.kind == "Add" and means else None
                if mean is not None:
                    yield _finding(mean, "the mean", "0")


def _any_sign(subject: Subject) -> Iterator[Finding]:
    """Find noise that is multiplied by what may be below 0, as by a logarithm."""
    for code in codes_of(subject.flow):
        deviation = subject.effects.of(code.deviation)
        made = code.deviation.operation
        while made is not None and made.kind not in kinds.WEIGHTED:
            plain = is_linear(made) or made.kind in _SIGNED
            made = step_before(made) if plain else None
        if made is not None and deviation.leaves(0, inf):
            yield Finding(
                f"`{code.product.name}` multiplies noise by `{made.name}`, which may "
                "be below 0, as if it was a deviation",
                code.product.node.path,
                code.product.owner,
                help="multiply by `exp` of half of it, a logarithm of the variance, or "
                "by `softplus` of it",
            )


def _find(subject: Subject) -> Iterator[Finding]:
    yield from _cut(subject)
    yield from _any_sign(subject)


def _exponent(product: Operation, noise: Operation) -> Operation | None:
    """Return what noise is multiplied by the exponential of; None if it is not."""
    if product.kind != "Mul" or len(product.sources) != 2:
        return None
    others = (each.operation for each in product.sources)
    other = next((each for each in others if each is not noise), None)
    while other is not None and other.kind != "Exp" and is_linear(other):
        other = step_before(other)
    return other if other is not None and other.kind == "Exp" else None


def _cutting(each: Operation | None) -> Operation | None:
    """Return the ReLU that made a value, if it was only moved or scaled since."""
    while each is not None and each.kind not in _CUTS:
        if not is_linear(each):
            return None
        each = step_before(each)
    return each


def _finding(each: Operation, what: str, bound: str) -> Finding:
    return Finding(
        f"`{each.name}` cuts {what} of a code that is drawn: none is below {bound}",
        each.node.path,
        each.owner,
        help=f"leave out `{each.name}`",
    )


_CODE = (
    "mul: 0.5",
    "exp",
    "randn_like",
    "mul:\n    from: [randn_like_1, exp_1]",
    "add:\n    from: [mean, mul_2]",
)
_HIDDEN = ("Linear: 16", "ReLU:\n    name: hidden")

RULES = (
    Rule(
        "MG530",
        "warning",
        _find,
        Explanation(
            "A mean or a variance of a code that cannot be one",
            "This is a warning. A variational autoencoder draws its code from a normal "
            "distribution whose mean and whose logarithm of the variance are any "
            "numbers (Kingma and Welling, Auto-encoding variational Bayes, 2014): the "
            "layers that compute them have no activation. Behind a ReLU no mean is "
            "below 0 and no variance below 1, while the loss pulls them to a mean of 0 "
            "and a variance of 1, where a ReLU has no gradient. Noise is multiplied by "
            "a deviation, which is never below 0: not by the logarithm itself, but by "
            "`exp` of half of it. How sure: that it cuts, or may be negative, is "
            "certain, and it is hardly ever meant.",
            spec(
                *_HIDDEN,
                "Linear: 4",
                "ReLU:\n    name: mean",
                "Linear: 4\n    from: hidden",
                *_CODE,
                image="[8]",
            ),
            spec(
                *_HIDDEN,
                "Linear: 4\n    name: mean",
                "Linear: 4\n    from: hidden",
                *_CODE,
                image="[8]",
            ),
        ),
    ),
)
