"""Metrics besides the loss. A new one is a class, listed in `METRICS`."""

from __future__ import annotations

from typing import ClassVar, Literal

Kind = Literal["classes", "places", "text", "numbers", "binary", "several"]
"""What a model predicts: a class, a class for each place or step, or numbers.

Binary is a single number that tells two classes apart: a logit or a probability.
Several of these are zeros and ones of any shape.
"""


class Metric:
    """A metric: the code that an evaluation has for it.

    In all code, `{output}` stands for the output of the model, `{target}` for the
    target, `{dim}` for the dimension of the classes, `{classes}` for their number,
    `{lead}` for how much the second one leads, `{known}` for which targets count;
    `{value}` for the output as a number that is compared with the target, `{shown}`
    and `{wanted}` for both in the unit of the data, `{positive}` for the output above
    its threshold, `{ignored}` for what a loss ignores.

    Class attributes:
        kinds: The kinds of predictions that it measures.
        needs: The least number of classes.
        most: The largest number of classes; 0 for any.
        before: A line before the loop over batches.
        batch: A line in the loop.
        means: The code whose mean is taken, by name: a number, or one for each target.
        result: The metric, if it is not a mean: code in which `found` has all means.
        lowest: Whether its lowest value is the best.
        negative: Whether it may be below 0.
        of_each: Whether each of several targets has its own: `OF_EACH` of the shared
            module target_scores.py.
        at_end: Whether it is computed once, from the best model at the end.
    """

    kinds: ClassVar[tuple[Kind, ...]] = ("numbers", "binary", "several")
    needs: ClassVar[int] = 0
    most: ClassVar[int] = 0
    before: ClassVar[str] = ""
    batch: ClassVar[str] = ""
    means: ClassVar[dict[str, str]] = {}
    result: ClassVar[str] = ""
    lowest: ClassVar[bool] = False
    negative: ClassVar[bool] = False
    of_each: ClassVar[bool] = False
    at_end: ClassVar[bool] = False


class Accuracy(Metric):
    """The fraction of examples whose class has the highest score."""

    kinds = ("classes", "places", "text")
    means: ClassVar = {"accuracy": "{output}.argmax(dim={dim}) == {target}"}


class Top5(Metric):
    """The fraction of examples whose class is among the five highest scores."""

    kinds = ("classes", "places")
    needs = 6
    means: ClassVar = {
        "top5": "({output}.topk(5, dim={dim}).indices == {target}.unsqueeze({dim}))"
        ".any(dim={dim})"
    }


class F1(Metric):
    """The macro F1 score: the mean of 2 · precision · recall / (precision + recall)."""

    kinds = ("classes", "places")
    before = "counts = Counts({classes})"
    batch = "counts.add({output}.argmax(dim={dim}), {target})"
    result = "counts.f1()"


class Confusion(Metric):
    """The confusion matrix, written to confusion.csv at the end."""

    kinds = ("classes", "places", "binary", "several")
    at_end = True


class Auc(Metric):
    """The area under the ROC curve, of two classes."""

    kinds = ("classes",)
    most = 2
    before = "ranking = Ranking()"
    batch = "ranking.add({lead}, {target} == 1)"
    result = "ranking.area()"


class PlacesAuc(Metric):
    """The area under the ROC curve of two classes, over all places."""

    kinds = ("places",)
    most = 2
    before = "ranking = Ranking()"
    result = "ranking.area()"
    batch = "ranking.add({lead}, {target} == 1, {known})"


class BinaryAccuracy(Metric):
    """The fraction of examples on the right side of the threshold."""

    kinds = ("binary", "several")
    of_each = True
    means: ClassVar = {"accuracy": "({positive}) == ({target} > 0.5)"}


class BinaryF1(Metric):
    """The F1 score of the positive class."""

    kinds = ("binary", "several")
    of_each = True
    before = "counts = Counts(2)"
    batch = "counts.add({positive}, {target} > 0.5)"
    result = "counts.f1_of(1)"


class BinaryAuc(Metric):
    """The area under the ROC curve."""

    kinds = ("binary", "several")
    of_each = True
    before = "ranking = Ranking()"
    batch = "ranking.add({output}, {target} > 0.5)"
    result = "ranking.area()"


class Perplexity(Metric):
    """The exponential of the mean cross-entropy of the steps of a text."""

    kinds = ("text",)
    lowest = True
    means: ClassVar = {
        "step_entropy": "F.cross_entropy({output}.flatten(0, 1), {target}.flatten()"
        "{ignored})"
    }
    result = 'perplexity(found["step_entropy"])'


class Mae(Metric):
    """The mean absolute error."""

    lowest = True
    of_each = True
    means: ClassVar = {"mae": "F.l1_loss({shown}, {wanted})"}


class Rmse(Metric):
    """The root of the mean squared error, in the unit of the targets."""

    lowest = True
    of_each = True
    means: ClassVar = {"mse": "F.mse_loss({shown}, {wanted})"}
    result = 'found["mse"] ** 0.5'


class R2(Metric):
    """The fraction of the variance of the targets that is explained."""

    negative = True
    of_each = True
    before = "variance = Variance()"
    batch = "variance.add({value}, {target})"
    result = "variance.explained()"


METRICS: dict[str, type[Metric]] = {
    each.__name__.lower(): each
    for each in (Accuracy, Top5, F1, Auc, Confusion, Perplexity, Mae, Rmse, R2)
}
"""Metrics by their name in a spec."""
BINARY: dict[str, type[Metric]] = {
    "accuracy": BinaryAccuracy,
    "f1": BinaryF1,
    "auc": BinaryAuc,
}
"""What the same names mean for numbers that tell two classes apart."""


def metric(name: str, kind: Kind) -> type[Metric]:
    """Return the metric of a name for a kind of prediction."""
    if kind == "places" and name == "auc":
        return PlacesAuc
    two = kind in ("binary", "several")
    return BINARY.get(name, METRICS[name]) if two else METRICS[name]
