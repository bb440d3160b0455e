"""Augmentations that make other signs of characters, or leave nothing of an image."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.diagnostics.advice import Advice, Removed
from mlpgen.diagnostics.explanations.explanation import MLP, Explanation, trained
from mlpgen.lints.rule import Finding, Rule
from mlpgen.lints.training.places import TRAINING, argument_spot
from mlpgen.training.data.named_datasets import DATASETS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.graph.training.recipe import Recipe
    from mlpgen.lints.rule import Subject
    from mlpgen.source import Path
    from mlpgen.training.augmentations import Augmentation

_CHARACTERS = {"mnist": "a digit", "kmnist": "a character"}
_UPRIGHT = 90
"""Beyond this angle, in degrees, a 6 is read as a 9."""


def _each(recipe: Recipe) -> Iterator[tuple[Augmentation, Path]]:
    for index, each in enumerate(recipe.augmentations):
        yield each, (*TRAINING, "augment", index)


def _other_signs(subject: Subject) -> Iterator[Finding]:
    recipe = subject.model.recipe
    names = [
        sign
        for name, sign in _CHARACTERS.items()
        if recipe is not None and recipe.dataset.origin == DATASETS[name]
    ]
    if recipe is None or not names:
        return
    if not recipe.augmentations:
        return
    from mlpgen.training.augmentations import Affine, Flip, Rotate

    for each, base in _each(recipe):
        name = type(each).__name__.lower()
        if isinstance(each, Flip) and each.p > 0:
            spot = argument_spot(subject.sources, base, name, "")
            message = f"`flip` makes another sign of {names[0]}"
            said = "leave it out; `crop` and `rotate` by some degrees keep digits"
            alone = len(recipe.augmentations) == 1
            help = Advice(said, Removed(), (*TRAINING, "augment")) if alone else said
            yield spot.finding(message, help)
        if isinstance(each, Rotate | Affine) and each.degrees > _UPRIGHT:
            spot = argument_spot(subject.sources, base, name, "degrees")
            yield spot.finding(
                f"a rotation by up to {each.degrees:g} degrees makes another sign of "
                f"{names[0]}" + (": 6 and 9 are one" if names[0] == "a digit" else ""),
                help="usual are 5 to 15 degrees",
            )


def _nothing_left(subject: Subject) -> Iterator[Finding]:
    recipe = subject.model.recipe
    if recipe is None or not recipe.augmentations:
        return
    shapes = [each.shape for each in recipe.dataset.inputs if len(each.shape) == 3]
    if not shapes:
        return
    side = min(min(map(int, shape[1:])) for shape in shapes)
    for each, base in _each(recipe):
        found = _too_much(each, side)
        if found is not None:
            argument, message = found
            name = type(each).__name__.lower()
            spot = argument_spot(subject.sources, base, name, argument)
            yield spot.finding(message)


def _too_much(each: Augmentation, side: int) -> tuple[str, str] | None:
    """Return the argument that leaves little or nothing of an image, and why."""
    from mlpgen.training.augmentations import Affine, Crop, Cutout, Flip

    match each:
        case Cutout() if each.size >= side:
            return "size", f"`cutout` blackens {each.size} of {side} pixels a side"
        case Crop() if each.padding >= side / 2:
            message = f"`crop` shifts an image of {side} pixels by up to {each.padding}"
            return "padding", message
        case Affine() if each.translate >= 1 / 2:
            message = f"`affine` shifts an image by up to {each.translate:.0%} of it"
            return "translate", message
        case Flip() if each.p == 1:
            message = "`flip` with `p: 1` flips all images of the training, and none "
            return "p", f"{message}of the test"
        case _:
            return None


RULES = (
    Rule(
        "MG554",
        "warning",
        _other_signs,
        Explanation(
            "An augmentation that makes other signs of characters",
            "The mirror image of a digit is no digit, that of a 2 looks like a 5 or an "
            "S, and a 6 upside down is a 9: the network learns what it is never asked. "
            "In a trial on MNIST, `flip` leaves 85 % right of 90 %. Augmentations must "
            "keep what the label says (Shorten and Khoshgoftaar, 'A survey on Image "
            "Data Augmentation', 2019, on flips of MNIST and SVHN). It is certain for "
            "MNIST and KMNIST; your own images are not looked at.",
            trained(*MLP, rest="  augment: [flip]\n"),
            trained(*MLP, rest="  augment: [{rotate: 10}]\n"),
        ),
    ),
    Rule(
        "MG559",
        "warning",
        _nothing_left,
        Explanation(
            "An augmentation that leaves little of the images",
            "A `cutout` as large as the image, and a shift by half of it, take away "
            "what is to be recognized; usual are squares of a quarter to half of a "
            "side (DeVries and Taylor, arXiv:1708.04552), and shifts by an eighth. "
            "`flip` with `p: 1` is no augmentation: it flips each image that is "
            "trained on, and none that is tested. It is certain.",
            trained(*MLP, rest="  augment: [{cutout: 28}]\n"),
            trained(*MLP, rest="  augment: [{cutout: 8}]\n"),
        ),
    ),
)
