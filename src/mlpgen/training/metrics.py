"""Metrics besides the loss. A new one is a class, listed in `METRICS`."""

from __future__ import annotations

from typing import ClassVar, Literal

Kind = Literal["classes", "text", "numbers"]
"""What a model predicts: a class, a class for each step of a text, or numbers."""


class Metric:
    """A metric: the code that an evaluation has for it.

    In all code, `{output}` stands for the output of the model, `{target}` for the
    target, `{dim}` for the dimension of the classes, `{classes}` for their number.

    Class attributes:
        kinds: The kinds of predictions that it measures.
        needs: The least number of classes.
        before: A line before the loop over batches.
        batch: A line in the loop.
        means: The code whose mean is taken, by name: a number, or one for each example.
        result: The metric, if it is not a mean: code in which `found` has all means.
        at_end: Whether it is computed once, from the best model at the end.
    """

    kinds: ClassVar[tuple[Kind, ...]] = ("numbers",)
    needs: ClassVar[int] = 0
    before: ClassVar[str] = ""
    batch: ClassVar[str] = ""
    means: ClassVar[dict[str, str]] = {}
    result: ClassVar[str] = ""
    at_end: ClassVar[bool] = False


class Accuracy(Metric):
    """The fraction of examples whose class has the highest score."""

    kinds = ("classes", "text")
    means: ClassVar = {"accuracy": "{output}.argmax(dim={dim}) == {target}"}


class Top5(Metric):
    """The fraction of examples whose class is among the five highest scores."""

    kinds = ("classes",)
    needs = 6
    means: ClassVar = {
        "top5": "({output}.topk(5, dim=1).indices == {target}.unsqueeze(1)).any(dim=1)"
    }


class F1(Metric):
    """The macro F1 score: the mean of 2 · precision · recall / (precision + recall)."""

    kinds = ("classes",)
    before = "counts = Counts({classes})"
    batch = "counts.add({output}.argmax(dim=1), {target})"
    result = "counts.f1()"


class Confusion(Metric):
    """The confusion matrix, written to confusion.csv at the end."""

    kinds = ("classes",)
    at_end = True


class Mae(Metric):
    """The mean absolute error."""

    means: ClassVar = {"mae": "F.l1_loss({output}, {target})"}


class Rmse(Metric):
    """The root mean squared error, in the unit of the targets."""

    means: ClassVar = {"mse": "F.mse_loss({output}, {target})"}
    result = 'found["mse"] ** 0.5'


class R2(Metric):
    """The coefficient of determination: the fraction of variance explained."""

    before = "variance = Variance()"
    batch = "variance.add({output}, {target})"
    result = "variance.explained()"


METRICS: dict[str, type[Metric]] = {
    each.__name__.lower(): each
    for each in (Accuracy, Top5, F1, Confusion, Mae, Rmse, R2)
}
"""Metrics by their name in a spec."""
