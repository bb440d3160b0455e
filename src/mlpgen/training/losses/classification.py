"""Losses for classes."""

from typing import Annotated, ClassVar

from pydantic import Field

from mlpgen.catalogue.component import Expects, Probability
from mlpgen.layers.base import Shape
from mlpgen.training.component import Problem
from mlpgen.training.losses.base import ClassWeights, Loss, Target

IgnoreIndex = Annotated[int, Expects("a whole number that is not a class")]


class CrossEntropyLoss(Loss):
    """Cross-entropy between logits and classes."""

    call: ClassVar = "F.cross_entropy"
    example: ClassVar = "CrossEntropyLoss: {label_smoothing: 0.1}"
    takes: ClassVar = "logits"
    itself: ClassVar = "a softmax"
    probabilities: ClassVar = "F.softmax({}, dim={dim})"
    of_text: ClassVar = True
    soft: ClassVar = True

    ignore_index: IgnoreIndex = -100
    label_smoothing: Probability = 0.0
    weight: ClassWeights = None

    def takes_mixtures(self, target: Target) -> bool:
        """Return whether targets are classes: it also takes their probabilities."""
        return target in ("label", "one_hot")


class NLLLoss(Loss):
    """Negative log-likelihood of classes, from log-probabilities."""

    call: ClassVar = "F.nll_loss"
    example: ClassVar = "NLLLoss"
    takes: ClassVar = "log-probabilities"
    probabilities: ClassVar = "torch.exp({})"
    of_text: ClassVar = True

    ignore_index: IgnoreIndex = -100
    weight: ClassWeights = None


class MultiMarginLoss(Loss):
    """Multi-class hinge loss: the right class must lead by a margin."""

    call: ClassVar = "F.multi_margin_loss"
    example: ClassVar = "MultiMarginLoss"
    takes: ClassVar = "scores"
    probabilities: ClassVar = "F.softmax({}, dim={dim})"

    p: Annotated[int, Field(ge=1, le=2), Expects("1 or 2")] = 1
    margin: float = 1.0


class MultiLabelSoftMarginLoss(Loss):
    """Binary cross-entropy for each class, from logits, averaged over the classes."""

    call: ClassVar = "F.multilabel_soft_margin_loss"
    example: ClassVar = "MultiLabelSoftMarginLoss"
    takes: ClassVar = "logits"
    itself: ClassVar = "a sigmoid"
    probabilities: ClassVar = "torch.sigmoid({})"
    unit: ClassVar = True

    @property
    def inverse(self) -> str:
        """The function that makes chances of logits."""
        return "torch.sigmoid"

    def target(self, output: Shape, image: Shape, classes: int) -> Target | Problem:
        """Return one-hot labels."""
        found = super().target(output, image, classes)
        return "one_hot" if found == "label" else found
