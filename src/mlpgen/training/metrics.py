"""What is measured beside the loss; a new metric is one class, named in `METRICS`."""

from __future__ import annotations

from typing import ClassVar, Literal

Kind = Literal["classes", "text", "numbers"]
"""What a model gives: one class, the class of each step of a text, or numbers."""


class Metric:
    """A metric: the code of an evaluation that measures it.

    In all code `{output}` stands for what the model gives, `{target}` for what it
    should give, `{dim}` for the dimension of the classes, `{classes}` for their number.

    Class attributes:
        kinds: What models give of which it is a metric.
        needs: The least number of classes.
        before: A line before the loop over batches.
        batch: A line of the loop.
        means: What the mean is taken of, by name: a number, or one for each example.
        result: The metric, if it is no mean: code in which `found` has all means.
        at_end: Whether it looks at the model of the best epoch, at the end.
    """

    kinds: ClassVar[tuple[Kind, ...]] = ("numbers",)
    needs: ClassVar[int] = 0
    before: ClassVar[str] = ""
    batch: ClassVar[str] = ""
    means: ClassVar[dict[str, str]] = {}
    result: ClassVar[str] = ""
    at_end: ClassVar[bool] = False


class Accuracy(Metric):
    """The share of the examples whose class is the likeliest."""

    kinds = ("classes", "text")
    means: ClassVar = {"accuracy": "{output}.argmax(dim={dim}) == {target}"}


class Top5(Metric):
    """The share of the examples whose class is among the five likeliest."""

    kinds = ("classes",)
    needs = 6
    means: ClassVar = {
        "top5": "({output}.topk(5, dim=1).indices == {target}.unsqueeze(1)).any(dim=1)"
    }


class F1(Metric):
    """The mean over classes of 2 · precision · recall / (precision + recall)."""

    kinds = ("classes",)
    before = "counts = Counts({classes})"
    batch = "counts.add({output}.argmax(dim=1), {target})"
    result = "counts.f1()"


class Confusion(Metric):
    """How often which class is taken for which, in confusion.csv at the end."""

    kinds = ("classes",)
    at_end = True


class Mae(Metric):
    """The mean absolute error."""

    means: ClassVar = {"mae": "F.l1_loss({output}, {target})"}


class Rmse(Metric):
    """The root of the mean squared error, in the unit of the targets."""

    means: ClassVar = {"mse": "F.mse_loss({output}, {target})"}
    result = 'found["mse"] ** 0.5'


class R2(Metric):
    """The share of the variance of the targets that is explained."""

    before = "variance = Variance()"
    batch = "variance.add({output}, {target})"
    result = "variance.explained()"


METRICS: dict[str, type[Metric]] = {
    each.__name__.lower(): each
    for each in (Accuracy, Top5, F1, Confusion, Mae, Rmse, R2)
}
"""Metrics by the name that a spec has for them."""
