"""The metrics of a training as code of the evaluation."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen.styles.code import Code
from mlpgen.training.metrics import METRICS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mlpgen.graph.training.recipe import Recipe


class Measured(NamedTuple):
    """The code of the metrics in an evaluation.

    Attributes:
        before: Lines before the loop over batches.
        batch: Lines inside the loop.
        means: Pairs of a name and the code whose mean it is.
        shown: Pairs of a metric and its code, if metrics differ from the means.
    """

    before: tuple[Code, ...]
    batch: tuple[Code, ...]
    means: tuple[tuple[Code, Code], ...]
    shown: tuple[tuple[Code, Code], ...]


def measured(recipe: Recipe, output: str) -> Measured:
    """Fill in the code of all metrics.

    Args:
        recipe: How the network is trained.
        output: The variable of the model's output.
    """
    words = {
        "output": output,
        "target": "features" if recipe.target == "image" else "targets",
        "dim": 2 if recipe.target == "next" else 1,
        "classes": recipe.dataset.classes,
    }
    metrics = {name: METRICS[name] for name in recipe.metrics}
    means: dict[str, str] = {}
    shown = {"loss": 'found["loss"]'}
    for name, metric in metrics.items():
        means |= metric.means
        if metric.result:
            shown[name] = metric.result
        elif metric.means:
            shown[name] = f'found["{name}"]'
    derived = any(each.result for each in metrics.values())
    return Measured(
        before=_lines((each.before for each in metrics.values()), words),
        batch=_lines((each.batch for each in metrics.values()), words),
        means=tuple(
            (Code(name), Code(code.format(**words))) for name, code in means.items()
        ),
        shown=tuple((Code(name), Code(code)) for name, code in shown.items())
        if derived
        else (),
    )


def _lines(lines: Iterable[str], words: Mapping[str, object]) -> tuple[Code, ...]:
    return tuple(Code(line.format(**words)) for line in lines if line)
