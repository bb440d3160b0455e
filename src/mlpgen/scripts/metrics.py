"""The metrics of a training as code of the evaluation."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen.scripts.custom import custom_call
from mlpgen.scripts.data_loading import restored
from mlpgen.scripts.loss import weighted_terms
from mlpgen.styles.code import Code, quoted
from mlpgen.training.metrics import metric

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mlpgen.graph.training.recipe import Recipe
    from mlpgen.scripts.loss import Forward


class Measured(NamedTuple):
    """The code of the metrics in an evaluation.

    Attributes:
        before: Lines before the loop over batches.
        batch: Lines inside the loop.
        loss: Pairs of a name and the code whose mean it is, of the loss.
        means: The same of the metrics.
        shown: Pairs of a metric and its code, if metrics differ from the means.
        over: What the means of a batch are over.
    """

    before: tuple[Code, ...]
    batch: tuple[Code, ...]
    loss: tuple[tuple[Code, Code], ...]
    means: tuple[tuple[Code, Code], ...]
    shown: tuple[tuple[Code, Code], ...]
    over: Code


def measured(recipe: Recipe, forward: Forward) -> Measured:
    """Fill in the code of all metrics.

    Args:
        recipe: How the network is trained.
        forward: The variables of the outputs.
    """
    target = str(forward.restored) if recipe.target == "image" else "targets"
    value, wanted = recipe.main.loss.inverted(forward.output), target
    if recipe.soft:
        wanted = "labels"
    if recipe.target == "image" and recipe.settings.normalize is not None:
        of = _of_input(recipe)
        value, wanted = f"{of}.unscaled({value})", f"{of}.unscaled({target})"
    own = "data.in_own_unit({})" if recipe.standardizes else "{}"
    words = {
        "output": forward.output,
        "target": wanted,
        "dim": recipe.main.dim,
        "classes": recipe.classes,
        "lead": _lead(recipe, forward.output),
        "known": f"{wanted} != {getattr(recipe.main.loss, 'ignore_index', -100)}",
        "value": value,
        "shown": own.format(value),
        "wanted": own.format(wanted),
        "positive": f"{forward.output} > {0 if recipe.logits else 0.5}",
        "ignored": _ignored(recipe),
    }
    metrics = {name: metric(name, recipe.kind) for name in recipe.metrics}
    means: dict[str, str] = {}
    loss, shown_loss = _loss(recipe)
    shown = {"loss": shown_loss}
    for name, each in metrics.items():
        means |= each.means
        if each.result:
            shown[name] = each.result
        elif each.means:
            shown[name] = f'found["{name}"]'
    means = {name: code.format(**words) for name, code in means.items()}
    for custom, outputs in recipe.custom_metrics:
        variables = [_of_metric(recipe, forward, each) for each in outputs]
        name = custom.function
        code = custom_call("own_metric", custom, variables, own.format(target))
        means[name] = f"{code}.mean()" if recipe.kind in _ELEMENTS else code
        shown[name] = f'found["{name}"]'
    derived = len(loss) > 1 or any(each.result for each in metrics.values())
    batch = [*_batch(recipe), *(each.batch for each in metrics.values())]
    return Measured(
        before=_lines((each.before for each in metrics.values()), words),
        batch=_lines(batch, words),
        loss=_pairs(loss),
        means=_pairs(means),
        shown=_pairs(shown) if derived else (),
        over=Code(_count(recipe, forward)),
    )


_ELEMENTS = ("places", "several")
"""Kinds of predictions that are several for each example."""


def _count(recipe: Recipe, forward: Forward) -> str:
    """Return what the means of a batch are over."""
    if recipe.kind == "text":
        return "data.count(targets)"
    if recipe.kind == "several":
        return "targets.numel()"
    if recipe.kind != "places":
        return f"len({next(iter(forward.inputs.values()))})"
    return "known" if weighted_terms(recipe) else _known(recipe)


def _known(recipe: Recipe) -> str:
    return f"data.known({'labels' if recipe.soft else 'targets'})"


def _batch(recipe: Recipe) -> Iterator[str]:
    """Yield the lines before those of metrics: what means are over, soft targets."""
    if recipe.soft:
        yield "labels = targets.argmax(dim=1)"
    if recipe.kind == "places" and weighted_terms(recipe):
        yield f"known = {_known(recipe)}"


def _lead(recipe: Recipe, output: str) -> str:
    """Return by how much the second of two classes leads the first."""
    if recipe.main.dim > 1:
        return f"{output}[..., 1] - {output}[..., 0]"
    return f"{output}[:, 1] - {output}[:, 0]"


def _of_input(recipe: Recipe) -> str:
    """Write the data of the input that is restored."""
    if not recipe.dataset.several:
        return "data"
    return f"data.of({quoted(restored(recipe))})"


def _of_metric(recipe: Recipe, forward: Forward, output: str) -> str:
    """Return what a metric of the user takes: what is predicted in its own unit."""
    value = forward.variables[output]
    predicted = any(output in term.outputs for term in recipe.terms)
    own = recipe.standardizes and predicted
    return Code(f"data.in_own_unit({value})") if own else value


def _ignored(recipe: Recipe) -> str:
    """Return the argument that leaves the same steps of a text out as the loss."""
    ignored = getattr(recipe.main.loss, "ignore_index", -100)
    return f", ignore_index={ignored}" if ignored != -100 else ""


def _loss(recipe: Recipe) -> tuple[dict[str, str], str]:
    """Return what the mean loss is computed from, and how.

    A mean weighted by class is a quotient of two means over the examples.
    """
    weighted = len(weighted_terms(recipe))
    if not weighted:
        return {"loss": "loss"}, 'found["loss"]'
    name = "loss" if weighted == len(recipe.terms) else "weighted"
    found = {name: f"{name} * weights.mean()", "weights": "weights"}
    if recipe.kind == "places":
        found[name] = f"{name} * weights.sum() / known"
    shown = f'found["{name}"] / found["weights"]'
    if name == "loss":
        return found, shown
    return {"loss": "loss", **found}, f'found["loss"] + {shown}'


def _pairs(code: Mapping[str, str]) -> tuple[tuple[Code, Code], ...]:
    return tuple((Code(name), Code(value)) for name, value in code.items())


def _lines(lines: Iterable[str], words: Mapping[str, object]) -> tuple[Code, ...]:
    return tuple(Code(line.format(**words)) for line in lines if line)
