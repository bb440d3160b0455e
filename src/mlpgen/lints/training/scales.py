"""Inputs and targets that are brought to a scale from which nothing is learned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlpgen.diagnostics.explanations.explanation import MLP, Explanation, trained
from mlpgen.lints.rule import Finding, Rule
from mlpgen.lints.training.places import TRAINING, argument_spot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.lints.rule import Subject

_SMOOTH = 0.9
_LEAST = 0.02
"""The deviation of pictures is above it, unless they are all of one color."""


def _pixels(subject: Subject) -> Iterator[Finding]:
    recipe = subject.model.recipe
    if recipe is None or not recipe.dataset.pictures:
        return
    scale = recipe.settings.normalize
    if not isinstance(scale, list):
        return
    for place, (what, raw) in enumerate(zip(("mean", "deviation"), scale, strict=True)):
        value = max(_numbers(raw))
        if value > 1:
            yield Finding(
                f"images are numbers from 0 to 1, whose {what} is never {value:g}",
                (*TRAINING, "normalize", place),
                help="divide by 255, or write `normalize: auto`",
            )
        elif what == "deviation" and 0 < min(_numbers(raw)) <= _LEAST:
            yield Finding(
                f"images are numbers from 0 to 1, whose deviation is never "
                f"{min(_numbers(raw)):g}: they become numbers up to "
                f"{1 / min(_numbers(raw)):,.0f}",
                (*TRAINING, "normalize", place),
                help="write `normalize: auto`",
            )


def _numbers(raw: Any) -> list[float]:
    return raw if isinstance(raw, list) else [raw]


def _smoothed(subject: Subject) -> Iterator[Finding]:
    recipe = subject.model.recipe
    if recipe is None:
        return
    at = (*TRAINING, "loss")
    listed = isinstance(subject.sources.written(at), list)
    for index, term in enumerate(recipe.terms):
        part = getattr(term.loss, "label_smoothing", 0.0)
        if part < _SMOOTH:
            continue
        name = type(term.loss).__name__
        base = (*at, index) if listed else at
        spot = argument_spot(subject.sources, base, name, "label_smoothing")
        message = f"a `label_smoothing` of {part:g} makes the targets of all classes "
        message += "alike" if part == 1 else "nearly alike"
        yield spot.finding(message, "usual is 0.1")


RULES = (
    Rule(
        "MG564",
        "warning",
        _pixels,
        Explanation(
            "Images that are normalized as numbers up to 255",
            "Images are numbers from 0 to 1 before `normalize`, as after torchvision's "
            "`ToTensor`: a mean or a deviation above 1 is one of bytes, and makes all "
            "images nearly the same; a deviation of at most 0.02 makes numbers up to "
            "50 and more of them. Source: docs/data.md. It is certain; other numbers "
            "within 0 and 1 are not looked at.",
            trained(*MLP, rest="  normalize: [33.3, 78.6]\n"),
            trained(*MLP, rest="  normalize: [0.1307, 0.3081]\n"),
        ),
    ),
    Rule(
        "MG565",
        "warning",
        _smoothed,
        Explanation(
            "Targets that are smoothed to nothing",
            "`label_smoothing` is the part of a target that all classes share: at 1 "
            "every example has the same target. Usual is 0.1 (Szegedy et al., "
            "arXiv:1512.00567, 7). It is certain; 0.9 is 1 − 0.1, perhaps.",
            trained(*MLP, loss="{CrossEntropyLoss: {label_smoothing: 0.9}}"),
            trained(*MLP, loss="{CrossEntropyLoss: {label_smoothing: 0.1}}"),
        ),
    ),
)
