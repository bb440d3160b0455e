"""Weights in a loss: of classes, and of positive targets."""

from typing import Any, Literal

import torch

from data_checks import class_counts
from data_common import DataError, Splits

Weights = Literal["balanced"] | float | list[float]


def weigh_classes(
    data: Splits, weights: Weights, outputs: int, *, alone: bool = True
) -> None:
    """Give data the weights of its classes, and keep them in `data.about`.

    Args:
        data: Its targets are labels, int64 (N, …), or probabilities of classes, float32
            (N, K, …).
        weights: One for each class; or "balanced" for n / (K * count), with the n
            labels of K classes that are trained on, as scikit-learn defines it
            (https://scikit-learn.org/stable/modules/generated/sklearn.utils.class_weight.compute_class_weight.html).
        outputs: How many classes the model distinguishes; the data may have fewer.
        alone: Whether the loss of a batch is the mean weighted by these alone.

    Raises:
        DataError: A class has no examples to train on, or a weight has no class.
    """
    if weights == "balanced":
        counts = _counts(data)
        n, k = sum(counts), len(counts)
        weights = [n / (k * count) for count in counts] + [1.0] * (outputs - k)
    else:
        weights = _checked(weights, data)
    data.about["class_weights"] = weights
    use_weights(data, data.about, alone=alone)


def weigh_positives(data: Splits, weights: Weights, outputs: int) -> None:
    """Give data the weights of positive targets, and keep them in `data.about`.

    Args:
        data: Its targets are labels, int64 (N,), or from 0 to 1, float32 (N, …).
        weights: One for all outputs or one for each; or "balanced" for negatives /
            positives, of what is trained on.
        outputs: How many outputs of an example the loss compares; 1 for one weight of
            them all.

    Raises:
        DataError: An output has no positive or no negative targets to train on, or a
            weight has no class.
    """
    if weights == "balanced":
        labels = not data.train.targets.is_floating_point()
        sums = _counts(data) if labels else _sums(data, outputs)
        n = len(data.train) if labels else data.train.targets.numel() // len(sums)
        weights = [(n - each) / each for each in sums] + [1.0] * (outputs - len(sums))
    else:
        weights = _checked(weights, data)
    data.about["pos_weight"] = weights
    use_weights(data, data.about)


def use_weights(data: Splits, about: dict[str, Any], *, alone: bool = True) -> None:
    """Give data the weights that a training used."""
    for part in (data.train, data.validation, data.test):
        device = part.targets.device
        if "class_weights" in about:
            part.class_weights = torch.tensor(about["class_weights"], device=device)
            part.counted = part.class_weights if alone else None
        if "pos_weight" in about:
            part.pos_weight = torch.tensor(about["pos_weight"], device=device)


def _counts(data: Splits) -> list[float]:
    """Count the labels of each class that are trained on."""
    classes, targets = data.about["classes"], data.train.targets
    counts: list[float]
    if targets.is_floating_point():  # probabilities of classes
        counts = targets.sum(dim=(0, *range(2, targets.ndim))).tolist()
    else:
        counts = [*class_counts(targets, len(classes))]
        ignored = data.train.ignored
        if ignored is not None and 0 <= ignored < len(classes):
            counts[ignored] = 0
    if 0 in counts:
        name = classes[counts.index(0)]
        raise DataError(f"no example of class {name} is trained on: it has no weight")
    return counts


def _sums(data: Splits, outputs: int) -> list[float]:
    """Sum the positive targets of each output, or of all."""
    targets = data.train.targets.view(-1, outputs)
    sums: list[float] = targets.sum(dim=0, dtype=torch.float64).tolist()
    if not all(0 < each < len(targets) for each in sums):
        raise DataError("all targets of an output are the same: they have no weight")
    return sums


def _checked(weights: float | list[float], data: Splits) -> float | list[float]:
    """See that there are as many weights as classes."""
    labels = not data.train.targets.is_floating_point()
    classes = data.about["classes"] if labels else []
    if isinstance(weights, list) and labels and len(weights) != len(classes):
        names = ", ".join(classes[:10])
        raise DataError(
            f"the loss has weights for {len(weights)} classes, but the data has "
            f"{len(classes)}: {names}"
        )
    return weights
