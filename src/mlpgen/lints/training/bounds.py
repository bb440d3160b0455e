"""The learning rates that an optimizer bears."""

from __future__ import annotations

from math import prod, sqrt
from typing import TYPE_CHECKING

from mlpgen.lints.kinds import BATCH_NORMS, CONVOLUTIONS, RECURRENT, TRANSFORMERS

if TYPE_CHECKING:
    from mlpgen.graph.training.recipe import LossTerm, Recipe
    from mlpgen.lints.rule import Subject
    from mlpgen.lints.training.shares import Share

DESCENT = frozenset(["SGD", "ASGD"])
"""Optimizers whose step is as large as the gradient."""
SIGNS = frozenset(["Adam", "AdamW", "Adamax", "NAdam", "RAdam", "RMSprop"])
"""Optimizers whose first steps change each weight by about the rate."""
_HIGH = {"Adafactor": 1.0, "Adagrad": 1.0, "Muon": 1.0, "Rprop": 1.0, "LBFGS": 10.0}
_USUAL_HIGH, _ANY_HIGH = 0.1, 1.0
_DESCENT_HIGH, _UNKNOWN_HIGH = 10.0, 1000.0
_CLIPPED_HIGH = 100.0
_USUAL_BATCH = 256
_LARGE_EPS = 1e-3
_ATTENTION = TRANSFORMERS | {"MultiheadAttention", "ScaledDotProductAttention"}
_TUNED = 0.02
"""So high a rate of Adam leaves nothing of weights that were trained before."""
_SENSITIVE = ((_ATTENTION, 0.02), (RECURRENT, 0.05))
"""Layers that bear less, with the rate from which on they do not learn."""
_FEW = 16
"""Gradients of fewer examples are so noisy that the rate has to be lower."""
_SMALL, _SMALL_DESCENT = 1e-5, 1e-4
"""No rate above these is too low; the training may be too short for it."""
_LOW = 1e-7
_ANY_STEPS = 2000
"""As many steps are taken for an epoch of data whose size is not known."""
_LOWEST = {"Adadelta": 1e-3, "Adagrad": 2e-5}
"""Rates at which optimizers whose steps shrink by themselves get nowhere."""
_LEAST_PART, _LEAST_DESCENT = 0.05, 0.1
_CLASSES = ("CrossEntropyLoss", "NLLLoss")


def momentum_of(share: Share) -> float:
    """Return the momentum by which the steps of an optimizer add up; 0 without one."""
    found: float = getattr(share.optimizer, "momentum", 0.0)
    return found if 0 <= found < 1 else 0.0


def highest(share: Share, subject: Subject) -> float:
    """Return the rate from which on a training is certain to suffer."""
    recipe = subject.model.recipe
    if recipe is None or share.opaque:
        return _UNKNOWN_HIGH
    if share.kind in DESCENT:
        return _of_descent(share, recipe, subject)
    if share.kind not in SIGNS:
        return _HIGH.get(share.kind, _UNKNOWN_HIGH)
    if getattr(share.optimizer, "eps", 0.0) >= _LARGE_EPS or len(share.matrices) < 2:
        return _ANY_HIGH
    if _is_tuned(recipe) and len(share.matrices) > 1:
        return _TUNED
    sensitive = min(
        (limit for kinds, limit in _SENSITIVE if any(subject.flow.of(*kinds))),
        default=_ANY_HIGH,
    )
    if share.widest >= _WIDE and sensitive < _ANY_HIGH:
        return sensitive
    # Weights are initially even between -1 / sqrt(inputs) and as much above 0.
    mean = 0.5 / sqrt(max(share.widest, 1))
    high = min(max(_USUAL_HIGH, mean), _ANY_HIGH)
    if share.kind != "RMSprop" or _has_batch_norm(subject):
        return high
    return high * (1 - momentum_of(share))


def _has_batch_norm(subject: Subject) -> bool:
    """Tell whether weights have a scale that does not count, so they may outgrow steps.

    MobileNetV2 is trained with a rate of 0.045 and a momentum of 0.9
    (arXiv:1801.04381), EfficientNets with higher ones.
    """
    return any(each.kind in BATCH_NORMS for each in subject.flow.operations)


def _of_descent(share: Share, recipe: Recipe, subject: Subject) -> float:
    """Return the highest rate of gradient descent, by the curvature of the loss."""
    settings = recipe.settings
    clip = settings.clip_grad_norm or settings.clip_grad_value
    if clip is not None:
        return _CLIPPED_HIGH / clip
    tables = any(each.embedding for each in share.parameters)
    if tables or any(term.loss.custom for term in recipe.terms):
        return _UNKNOWN_HIGH
    return min(_of_loss(each, share, recipe, subject) for each in recipe.terms)


def _is_tuned(recipe: Recipe) -> bool:
    """Tell whether all that is trained was trained before; a new head bears more."""
    start = recipe.start
    return start is not None and not start.without and not recipe.settings.freeze


def _of_loss(term: LossTerm, share: Share, recipe: Recipe, subject: Subject) -> float:
    """Return the highest rate for one loss."""
    name, momentum = type(term.loss).__name__, _momentum(share, recipe)
    scale = max(1.0, recipe.settings.batch_size / _USUAL_BATCH)
    found = _DESCENT_HIGH * min(1.0, scale * (1 - momentum))
    if _is_tuned(recipe):
        found /= 5
    if name in _CLASSES:
        examples = recipe.settings.batch_size * recipe.settings.accumulate
        return found * min(1.0, examples / _FEW) / term.weight
    if name in _OF_SLOPE_ONE and share.widest >= _WIDE:
        return found * prod(map(int, term.shape)) / term.weight
    last = subject.flow.outputs[term.output].operation
    bias = last.node.weights.get("bias") if last is not None else None
    if name == "MSELoss" and bias and last is not None and last.kind in _AFFINE:
        return prod(map(int, bias)) * (1 + momentum) / term.weight
    return _UNKNOWN_HIGH / term.weight


_OF_SLOPE_ONE = ("BCEWithLogitsLoss", "BCELoss", "L1Loss", "SmoothL1Loss", "HuberLoss")
"""Losses of each output that change by at most as much as it does, about."""
_WIDE = 64
"""Small networks for a few examples are trained with rates that are large."""
_AFFINE = CONVOLUTIONS | {"Linear"}


def _momentum(share: Share, recipe: Recipe) -> float:
    """Return the momentum at the highest rate, where schedules lower it."""
    scheduler = recipe.schedule.scheduler if recipe.schedule else None
    cycles = getattr(scheduler, "cycle_momentum", False) and momentum_of(share)
    return (
        float(getattr(scheduler, "base_momentum", 0)) if cycles else momentum_of(share)
    )


def lowest(share: Share, recipe: Recipe, steps: int) -> float:
    """Return the rate up to which nothing can be learned.

    Args:
        share: What is trained.
        recipe: The training.
        steps: The most steps that the training can have; 0 if that is not known, and
            2,000 for each epoch are taken.
    """
    if share.kind in _LOWEST:
        return _LOWEST[share.kind]
    slower = 1 - momentum_of(share)
    steps = steps or _ANY_STEPS * recipe.settings.epochs
    if share.kind in SIGNS:
        if not share.widest:
            return _LOW
        if share.kind != "RMSprop":
            slower = 1.0
        return min(_LEAST_PART / sqrt(share.widest) / steps * slower, _SMALL)
    if share.kind not in DESCENT:
        return _LOW if share.kind != "Rprop" else 0.0
    of_classes = all(type(each.loss).__name__ in _CLASSES for each in recipe.terms)
    standardized = recipe.dataset.origin.standardizes and not any(
        each.loss.custom or each.bounded for each in recipe.terms
    )
    if not of_classes and not standardized:
        return 0.0
    return min(_LEAST_DESCENT / steps * slower, _SMALL_DESCENT)
