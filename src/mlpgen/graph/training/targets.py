"""What the outputs of losses are compared with, by the data and the losses before."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from mlpgen.diagnostics.advice import Advice, Argument
from mlpgen.layers.base import shown as shape_shown
from mlpgen.training.component import Problem
from mlpgen.training.custom import CustomLoss

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.graph.training.recipe import Dataset, LossTerm
    from mlpgen.layers.base import Shape
    from mlpgen.training.data.base import Meaning
    from mlpgen.training.losses.base import Loss, Target

_OTHERS = ("image", "own")
"""Targets that do not decide what the data must have."""


def name_of(loss: Loss) -> str:
    """Return the name of a loss in the spec."""
    return loss.function if isinstance(loss, CustomLoss) else type(loss).__name__


def target_of(
    loss: Loss,
    output: Shape,
    dim: int,
    dataset: Dataset,
    before: Sequence[LossTerm],
) -> Target | Problem:
    """Return the kind of target for an output of this shape.

    Args:
        loss: The loss.
        output: The shape of its output.
        dim: The dimension of the output that tells classes apart.
        dataset: The data.
        before: The losses before it, which share its targets.
    """
    known = next((term for term in before if term.target not in _OTHERS), None)
    if isinstance(loss, CustomLoss):
        return _custom_target(loss, output, dataset, known)
    found = _target(loss, output, dataset, known)
    if isinstance(found, Problem):
        return found
    few = _too_few(found, output, dim, dataset)
    return few or _unlike(found, output, dim, dataset, known)


def _target(
    loss: Loss, output: Shape, dataset: Dataset, known: LossTerm | None
) -> Target | Problem:
    """Return the target of a loss of torch."""
    name, meaning = name_of(loss), dataset.origin.meaning
    numbers = known is not None and known.target == "number"
    classified = known is not None and not numbers
    two = dataset.origin.binary and loss.unit and tuple(output) == (1,)
    any_shape = dataset.origin.shaped and loss.unit
    takes = loss.takes_numbers(output) or any_shape
    if meaning is not None and not classified:
        wrong = _wrong_meaning(loss, meaning)
        if wrong is not None:
            return wrong
    if meaning == "input":
        return loss.target(output, dataset.like(output).shape, dataset.classes)
    if dataset.single and dataset.origin.results > 1:
        return _of_columns(loss, output, dataset, known)
    told = meaning in (None, "numbers")
    if (dataset.numbers or two) and told and not classified and takes:
        return _numbers(name, output, dataset, known)
    if known is not None and numbers:
        first = type(known.loss).__name__
        message = (
            f"`{name}` takes classes, but `{first}` takes the same targets as numbers"
        )
        return Problem("MG406", message)
    if dataset.text:
        return _next(loss, output, dataset)
    if dataset.origin.shaped and loss.of_text and len(output) > 1:
        return "places"
    if known is not None and known.target == "places" and len(output) == 1:
        return _unshared(known)
    return loss.target(output, dataset.like(output).shape, dataset.classes)


def _unshared(known: LossTerm) -> Problem:
    """Say that losses of classes have the same targets."""
    message = f"the targets have the shape of `{known.output}`, the first output"
    help = "all losses get the same targets: train this output in a spec of its own"
    return Problem("MG401", message, help=help)


def _of_columns(
    loss: Loss, output: Shape, dataset: Dataset, known: LossTerm | None
) -> Target | Problem:
    """Check a loss of several columns of a table, which are numbers."""
    if loss.restores or loss.unit:
        return _numbers(name_of(loss), output, dataset, known)
    count = dataset.origin.results
    message = f"`{name_of(loss)}` takes one class, but `target` names {count} columns"
    return Problem("MG406", message, help="use `MSELoss`, or name one column")


def _wrong_meaning(loss: Loss, meaning: Meaning) -> Problem | None:
    """Check that a loss takes what the targets are said to be."""
    takes = {
        "numbers": loss.restores or loss.unit,
        "input": loss.restores,
        "probabilities": loss.soft,
        "classes": loss.unit or not loss.restores,
    }
    if takes[meaning]:
        return None
    message = f"`{name_of(loss)}` does not take `targets: {meaning}`"
    others = ", ".join(f"`{each}`" for each, fits in takes.items() if fits)
    return Problem("MG406", message, help=f"it takes {others}")


def _too_few(
    found: Target, output: Shape, dim: int, dataset: Dataset
) -> Problem | None:
    """Refuse to tell one class apart."""
    counts = {"label": dataset.classes, "one_hot": dataset.classes}
    counts["places"] = int(output[dim - 1]) if output else 0
    if counts.get(found, 2) >= 2:
        return None
    message = "an output of one value cannot tell classes apart"
    return Problem("MG404", message, help="give it a value for each class")


def _unlike(
    found: Target,
    output: Shape,
    dim: int,
    dataset: Dataset,
    known: LossTerm | None,
) -> Target | Problem:
    """Check targets that have a class for each place; losses share them."""
    soft = dataset.origin.meaning == "probabilities"
    if found == "places" and soft and dim > 1:
        message = (
            "probabilities of classes are in the second dimension of targets, but "
            f"these classes are in the last one of {shape_shown(output)}"
        )
        return Problem("MG401", message, help="put a `permute` behind it")
    if known is None or "places" not in (found, known.target) or found in _OTHERS:
        return found
    places = (*output[: dim - 1], *output[dim:]) if found == "places" else ()
    if known.target == found and known.places == tuple(map(int, places)):
        return found
    return _unshared(known)


def _custom_target(
    loss: CustomLoss, output: Shape, dataset: Dataset, known: LossTerm | None
) -> Target | Problem:
    """Return the target of a custom loss: that of other losses, or what fits."""
    if dataset.text:
        return _next(loss, output, dataset)
    if loss.targets == "numbers" and not dataset.numbers:
        message = "`targets: numbers`, but this data has only labels"
        return Problem("MG406", message, "targets")
    meaning = dataset.origin.meaning
    if loss.targets is not None and meaning not in (None, loss.targets):
        message = f"`targets: {loss.targets}`, but the data has `targets: {meaning}`"
        return Problem("MG406", message, "targets")
    asked = loss.targets or meaning
    if asked is None and known is not None and known.target == "places":
        return "places" if known.shape == tuple(map(int, output)) else "own"
    if meaning == "input":
        return "image"
    found = loss.target(output, dataset.like(output).shape, dataset.classes)
    if isinstance(found, Problem) or (found == "image" and meaning is None):
        return found
    if asked in ("classes", "probabilities") and dataset.origin.shaped:
        found = "label" if len(output) == 1 else "places"
    if known is not None:
        classes = known.target != "number"
        if asked == ("numbers" if classes else "classes"):
            message = f"`{name_of(known.loss)}` does not take `{asked}`, but "
            return Problem("MG406", f"{message}losses share their targets", "targets")
        return found if classes else "number"
    if not dataset.numbers or asked in ("classes", "probabilities"):
        classified = dataset.classes > 1 or not dataset.numbers
        return found if found == "places" or classified else "number"
    vector = len(output) == 1 and prod(output) > 1
    return "number" if asked == "numbers" or not vector else found


def _numbers(
    name: str, output: Shape, dataset: Dataset, known: LossTerm | None
) -> Target | Problem:
    """Check targets that are numbers, with the shape of the output."""
    count = dataset.origin.results
    if dataset.single and prod(output) != count:
        numbers = "one number" if count == 1 else f"{count} numbers"
        message = f"`{name}` compares with {numbers} for each example"
        change = Argument("out_features", count, "out_features")
        help = Advice(f"end with `Linear: {count}`", change)
        return Problem("MG401", message, help=help)
    if known is not None and known.shape != tuple(output):
        message = f"the targets have the shape of `{known.output}`, the first output"
        return Problem("MG401", message, help="losses of numbers share their targets")
    return "number"


def _next(loss: Loss, output: Shape, dataset: Dataset) -> Target | Problem:
    """Check targets that are the next characters, one for each step."""
    name = name_of(loss)
    if not loss.of_text:
        message = f"`{name}` is not for text"
        return Problem("MG406", message, help="use `CrossEntropyLoss`")
    if len(output) != 2 or output[:1] != dataset.shape:
        message = (
            f"`{name}` takes (N, {dataset.shape[0]}, characters) of text, but the "
            f"output is {shape_shown(output)}"
        )
        help = "end with a `Linear` on every step, without `select: last` or `Flatten`"
        return Problem("MG401", message, help=help)
    return "next"
