"""Gradients that are clipped to nothing."""

from __future__ import annotations

from math import prod, sqrt
from typing import TYPE_CHECKING

from mlpgen.diagnostics.explanations.explanation import MLP, Explanation, trained
from mlpgen.lints.rule import Finding, Rule
from mlpgen.lints.training.bounds import DESCENT, SIGNS, momentum_of
from mlpgen.lints.training.length import length_of
from mlpgen.lints.training.places import TRAINING
from mlpgen.lints.training.used_rates import rates_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.lints.rule import Subject
    from mlpgen.lints.training.used_rates import Rate

_LEAST_NORM = 0.01
"""The least way of all weights together, in which something can be learned."""
_SMALL_NORM, _SMALL_STEP, _SMALL_WAY = 1e-3, 1e-4, 1.0
"""Gradients are far smaller than they ever are, steps too, and all steps together."""
_ANY_STEPS, _ANY_EPOCH = 100_000, 2000
"""As many steps are taken to be possible where their number is not known."""


def _clipped(subject: Subject) -> Iterator[Finding]:
    recipe = subject.model.recipe
    if recipe is None:
        return
    settings = recipe.settings
    if settings.clip_grad_norm is None and settings.clip_grad_value is None:
        return
    steps = length_of(recipe).total
    usual = steps or _ANY_EPOCH * settings.epochs
    steps = steps or _ANY_STEPS
    rates = tuple(rates_of(recipe, subject))
    weights = sum(
        prod(map(int, p.shape)) for each in rates for p in each.share.parameters
    )
    for key, value, count in (
        ("clip_grad_norm", settings.clip_grad_norm, 1),
        ("clip_grad_value", settings.clip_grad_value, weights),
    ):
        if value is None:
            continue
        norm = value * sqrt(count)
        if rates and _stopped(rates, norm, weights, (steps, usual)):
            yield Finding(
                f"`{key}` of {value:g} clips gradients to nothing: the weights stay as "
                "they are",
                (*TRAINING, key),
                help="usual are 0.1 to 10" if count == 1 else "usual are 0.1 to 1",
            )


def _stopped(
    rates: tuple[Rate, ...], norm: float, weights: int, steps: tuple[int, int]
) -> bool:
    """Tell whether gradients of at most this norm cannot change any weights."""
    return all(_is_stopped(each, norm, weights, *steps) for each in rates)


def _is_stopped(rate: Rate, norm: float, weights: int, steps: int, usual: int) -> bool:
    optimizer = rate.share.optimizer
    if rate.share.opaque:
        return False
    if rate.share.kind in DESCENT:
        step = rate.value * norm / (1 - momentum_of(rate.share))
        small = norm < _SMALL_NORM and step < _SMALL_STEP and step * usual < _SMALL_WAY
        return small or step * steps < _LEAST_NORM
    if rate.share.kind in SIGNS:
        eps: float = getattr(optimizer, "eps", 0.0)
        return norm / sqrt(max(weights, 1)) < eps
    return False


RULES = (
    Rule(
        "MG557",
        "warning",
        _clipped,
        Explanation(
            "Gradients that are clipped to nothing",
            "A step of gradient descent is at most the rate times the norm that "
            "gradients are clipped to: if all steps together move the weights by less "
            "than a hundredth, nothing is learned, and hardly anything by less than 1 "
            "if the norm is below 0.001. Adam and its family divide by the "
            "size of the gradient, so that a small norm does no harm until the "
            "gradients are below `eps`. Usual norms are 0.1 to 10, near the norm that "
            "gradients have (Pascanu et al., arXiv:1211.5063). It is certain, as only "
            "values far below are meant.",
            trained(*MLP, rest="  clip_grad_norm: 1.0e-7\n"),
            trained(*MLP, rest="  clip_grad_norm: 1.0\n"),
        ),
    ),
)
