"""What torch says to an edit: whether an old checkpoint fits, and what it returns."""

from __future__ import annotations

import copy
import warnings
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch import Tensor, nn

from mlpgen.changes.breaks import breaks
from tests.networks import model
from tests.test_promises_graphs import inputs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.api import Network
    from mlpgen.changes.reasons import Break

SCALES = (0.2, 1, 30)
"""Inputs are multiplied by these, so that bounds and shoulders are seen."""


class Judged(NamedTuple):
    """What was predicted, and what is so.

    Attributes:
        predicted: What `breaking` says.
        fits: Whether torch loads the old weights.
        same: Whether outputs are the same then, in evaluation and in training; None
            where they cannot be compared.
        telling: Whether the old outputs are numbers; where they are not, or an error,
            that they stay the same proves nothing.
    """

    predicted: list[Break]
    fits: bool
    same: tuple[bool, bool] | None
    telling: bool = True

    @property
    def wrong(self) -> str:
        """What was predicted wrong: `weights`, `missed`, `alarm`; empty if nothing."""
        told = {each.category for each in self.predicted}
        if ("weights" in told) == self.fits:
            return "weights"
        if self.same is None:
            return ""
        values = [each for each in self.predicted if each.category == "values"]
        if not values:
            return "" if all(self.same) else "missed"
        if all(each.training for each in values) and not self.same[0]:
            return "missed"
        return "alarm" if all(self.same) and self.telling else ""


def judged(old: Network, new: Network) -> Judged:
    """Predict what breaks, and let torch try it."""
    predicted = breaks(old, new)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        one, other = model(old, "explicit"), model(new, "explicit")
        _shake(one)
        try:
            other.load_state_dict(copy.deepcopy(one.state_dict()), strict=True)
        except RuntimeError:
            return Judged(predicted, fits=False, same=None)
        return Judged(predicted, True, _same(old, one, other), _telling(old, one))


def _shake(made: nn.Module) -> None:
    """Give each tensor values that differ, so that none of them hides a change."""
    generator = torch.Generator().manual_seed(5)
    for key, tensor in made.state_dict().items():
        if tensor.is_floating_point():
            noise = torch.rand(tensor.shape, generator=generator)
            positive = key.endswith("running_var")
            tensor.copy_(noise + 0.5 if positive else tensor + 0.4 * (noise - 0.4))


def _same(old: Network, one: nn.Module, other: nn.Module) -> tuple[bool, bool]:
    saved = one.state_dict(), other.state_dict()
    kept = copy.deepcopy(saved)
    found = []
    for training in (False, True):
        same = True
        for scale in SCALES:
            for made, state in zip((one, other), kept, strict=True):
                made.load_state_dict(state)
                made.train(training)
            taken = [
                each * scale if each.is_floating_point() else each
                for each in inputs(old.graph, 8)
            ]
            results = [[*_returned(made, taken)] for made in (one, other)]
            same = same and all(_equal(a, b) for a, b in zip(*results, strict=False))
        found.append(same)
    return found[0], found[1]


def _returned(made: nn.Module, taken: list[Tensor]) -> Iterator[Any]:
    torch.manual_seed(11)
    try:
        with torch.no_grad():
            result = made(*(each.clone() for each in taken))
    except Exception as error:
        yield type(error).__name__
        return
    yield from result if isinstance(result, tuple) else [result]


def _telling(old: Network, made: nn.Module) -> bool:
    made.eval()
    results = _returned(made, inputs(old.graph, 8))
    return all(
        isinstance(each, Tensor) and bool(each.isfinite().all()) for each in results
    )


def _equal(one: Any, other: Any) -> bool:
    if not (isinstance(one, Tensor) and isinstance(other, Tensor)):
        return type(one) is type(other) and one == other
    if one.shape != other.shape or one.dtype != other.dtype:
        return False
    return torch.allclose(one, other, rtol=1e-4, atol=1e-6, equal_nan=True)
