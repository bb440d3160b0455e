"""How long a training is, as far as its spec says it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen.training.data.named_datasets import NamedDataset

if TYPE_CHECKING:
    from mlpgen.graph.training.recipe import Recipe


class Length(NamedTuple):
    """How long a training is.

    Attributes:
        epochs: The number of epochs.
        steps: The most steps that an epoch can have; 0 if it is not known.
    """

    epochs: int
    steps: int

    @property
    def total(self) -> int:
        """The most steps of all epochs; 0 if it is not known."""
        return self.epochs * self.steps

    def counted(self, *, by_step: bool) -> int:
        """Return the number of steps or of epochs; 0 if it is not known."""
        return self.total if by_step else self.epochs


def known_examples(recipe: Recipe) -> int:
    """Return the most examples that are trained on; 0 if that is not known."""
    settings, origin = recipe.settings, recipe.dataset.origin
    found = origin.examples if isinstance(origin, NamedDataset) else 0
    if settings.subset is not None:
        found = min(found or settings.subset, settings.subset)
    if settings.validation is not None:
        found -= round(settings.validation * found)
    return found


def length_of(recipe: Recipe) -> Length:
    """Return how long a training is."""
    settings, examples = recipe.settings, known_examples(recipe)
    batch = settings.batch_size * settings.accumulate
    return Length(settings.epochs, max(examples // batch, 1) if examples else 0)
