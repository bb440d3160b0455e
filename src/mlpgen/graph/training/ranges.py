"""Whether an output can be what it is compared with, if that is an image."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Any

from mlpgen.graph.training.values import interval
from mlpgen.training.component import Problem
from mlpgen.training.data.named_datasets import NamedDataset

if TYPE_CHECKING:
    from mlpgen.graph.effects.effect import Effect
    from mlpgen.graph.training.recipe import Dataset
    from mlpgen.layers.base import Shape
    from mlpgen.training.losses.base import Loss

_NAMED = (0.0, 1.0)
_OWN = (0.25, 0.75)
"""Pixels that images have for certain; of one's own none may be black or white."""
_ROUNDED = 0.01


def out_of_range(
    loss: Loss, effect: Effect, shape: Shape, dataset: Dataset, normalize: Any
) -> Problem | None:
    """Check that an output can be the image that it restores.

    Nothing is known of losses of one's own.

    Args:
        loss: The loss.
        effect: What is known of the output.
        shape: Its shape.
        dataset: The data.
        normalize: The scale of the data, as written.
    """
    if isinstance(normalize, dict):
        normalize = normalize.get(dataset.like(shape).name)
    if loss.custom or normalize is None or loss.inverse == "torch.exp":
        return None
    low, high = _reached(normalize, dataset)
    name = type(loss).__name__
    if loss.unit:
        if low >= 0 and high <= 1:
            return None
        message = f"`{name}` compares with numbers from 0 to 1, but `normalize` "
        message += "takes the inputs out of it"
        return Problem("MG402", message, help="leave `normalize` out, or use `MSELoss`")
    own = effect.last
    fits = effect.low <= low + _ROUNDED and high <= effect.high + _ROUNDED
    if fits or own is None or not effect.bounded:
        return None
    message = f"`{own.node.type}` returns numbers {interval(effect)}, but `normalize` "
    message += "takes the inputs, which it is compared with, out of it"
    help = f"leave out `{own.node.type}`, or `normalize`"
    return Problem("MG402", message, help=help)


def _reached(normalize: Any, dataset: Dataset) -> tuple[float, float]:
    """Return numbers that inputs come to at least; no numbers if nothing is known.

    Those that are standardized have both signs, and some are more than 1 from zero.
    """
    if normalize == "auto":
        return -_ROUNDED * 2, 1 + _ROUNDED * 2
    if not dataset.pictures:
        return inf, -inf
    means, deviations = (
        each if isinstance(each, list) else [each] for each in normalize
    )
    pixels = _NAMED if isinstance(dataset.origin, NamedDataset) else _OWN
    count = max(len(means), len(deviations))
    pairs = [
        (means[at % len(means)], deviations[at % len(deviations)])
        for at in range(count)
    ]
    return (
        min((pixels[0] - mean) / deviation for mean, deviation in pairs),
        max((pixels[1] - mean) / deviation for mean, deviation in pairs),
    )
