"""What a network does first with the examples that its training gives it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.diagnostics.advice import Advice, Removed
from mlpgen.diagnostics.explanations.explanation import Explanation, trained
from mlpgen.graph.effects.arguments import argument, number_of
from mlpgen.lints import kinds
from mlpgen.lints.rule import Finding, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.graph.flow import Operation
    from mlpgen.graph.training.recipe import Dataset
    from mlpgen.lints.rule import Subject

_TINY = 0.02
"""A factor of at most this leaves nothing of numbers from 0 to 1."""
_HUGE = 20
_ARITHMETIC = frozenset(("Float", "Add", "Sub", "Mul", "Div", "Log", "Log1p"))
"""What leaves numbers of places in a vocabulary such numbers."""
_FIRST = kinds.WEIGHTED | kinds.RECURRENT | kinds.NORMALIZATIONS
_LEARNED = _FIRST | kinds.TRANSFORMERS | {"MultiheadAttention"}


def _shrunk(subject: Subject) -> Iterator[Finding]:
    """Yield a factor that brings images to numbers near 0, or to large ones."""
    recipe = subject.model.recipe
    if recipe is None or not recipe.dataset.pictures:
        return
    for each in subject.flow.of("Mul", "Div"):
        if not _is_raw(each, frozenset()) or len(each.sources) > 1:
            continue
        factor = _factor(each)
        if 0 < abs(factor) <= _TINY and any(map(_is_plain, each.users)):
            yield Finding(
                f"`{each.name}` makes numbers from 0 to {factor:.2g} of images, which "
                "are numbers from 0 to 1 already",
                each.node.path,
                each.owner,
                help=f"leave out `{each.name}`",
            )
        elif abs(factor) >= _HUGE and any(map(_is_plain, each.users)):
            yield Finding(
                f"`{each.name}` makes numbers up to {factor:.4g} of images, which are "
                "numbers from 0 to 1: layers begin with weights for numbers near 1",
                each.node.path,
                each.owner,
                help=f"leave out `{each.name}`",
            )


def _factor(each: Operation) -> float:
    """Return what an operation multiplies by; 0 if it is not known."""
    number = number_of(each, "other")
    if number is None or argument(each, "input") is not None:
        return 0.0
    return number if each.kind == "Mul" else 1 / number if number else 0.0


def _is_plain(each: Operation) -> bool:
    """Tell whether an operation is a layer, behind what only moves values."""
    while kinds.passes(each) and kinds.is_single(each):
        each = each.users[0]
    return each.kind in kinds.WEIGHTED | kinds.RECURRENT


def _numbers(subject: Subject) -> Iterator[Finding]:
    """Yield layers that compute with the places of words in a vocabulary."""
    recipe = subject.model.recipe
    if recipe is None or not _is_text(recipe.dataset):
        return
    for each in subject.flow.operations:
        if each.kind in _LEARNED and _is_raw(each, _ARITHMETIC):
            if "length" in each.sources[0].part:
                continue
            yield Finding(
                f"`{each.name}` takes the places of words in the vocabulary for "
                "amounts",
                each.node.path,
                each.owner,
                help="put an `Embedding` before it",
            )


def _activated(subject: Subject) -> Iterator[Finding]:
    """Yield activations of the examples themselves, if nothing else looks at these."""
    if subject.model.recipe is None:
        return
    every = subject.flow.operations
    raw = [each for each in every if _is_raw(each, frozenset()) and _computes(each)]
    for each in raw:
        if each.kind in kinds.FLATTENED and len(raw) == 1:
            yield Finding(
                f"`{each.name}` gets the examples themselves: what is below 0 in them "
                "is lost before any weights",
                each.node.path,
                each.owner,
                help=Advice(f"leave out `{each.name}`", Removed()),
            )


def _computes(each: Operation) -> bool:
    return not kinds.passes(each) and each.sources[0].value.dtype == "float32"


def _is_text(dataset: Dataset) -> bool:
    return dataset.text or dataset.origin.single_texts


def _is_raw(each: Operation, also: frozenset[str]) -> bool:
    """Tell whether an operation takes an example, behind what only moves values."""
    return kinds.origin(each.before, also) is None and bool(each.sources)


_TEXT = """\
name: Net
input: {{tokens: {{shape: [32], dtype: int64}}}}
layers:
  - {first}
  - Flatten
  - Linear: 2
training:
  data: {{text: moods, units: words, vocabulary: 500}}
  loss: CrossEntropyLoss
  optimizer: {{Adam: {{lr: 0.001}}}}
"""

RULES = (
    Rule(
        "MG568",
        "warning",
        _shrunk,
        Explanation(
            "Images that are divided once more, or multiplied",
            "The training scripts give images as numbers from 0 to 1, or as "
            "`normalize` makes them of these. Divided by 255 in the network, they are "
            "all but 0: the first layer sees its bias and little else, and learns "
            "slowly (LeCun et al., Efficient BackProp, 1998, section 4.3; inputs of "
            "another scale than expected are a fault in Humbatova et al., Taxonomy of "
            "real faults in deep learning systems, arXiv:1910.11015). Multiplied by 20 "
            "or more, they are as large as raw bytes, and the first steps are too. It "
            "is certain that they are small, or large; a normalization behind the "
            "division heals it, and is not named. Leave the division out.",
            trained("div: 255", "Flatten", "Linear: 64", "ReLU", "Linear: 10"),
            trained("Flatten", "Linear: 64", "ReLU", "Linear: 10"),
        ),
    ),
    Rule(
        "MG569",
        "warning",
        _numbers,
        Explanation(
            "Words that are taken for amounts",
            "Texts come as the places of their words or characters in a vocabulary. "
            "Place 500 is not twice place 250, nor is 251 nearly the same word: a "
            "layer that multiplies them learns from an order that means nothing "
            "(Bengio et al., A neural probabilistic language model, 2003, is where "
            "each word gets a vector of its own). How sure: certain, for data that is "
            "text. Begin with an `Embedding`, or with `one_hot`.",
            _TEXT.format(first="float"),
            _TEXT.format(first="Embedding: {num_embeddings: 500, embedding_dim: 8}"),
        ),
    ),
    Rule(
        "MG578",
        "warning",
        _activated,
        Explanation(
            "An activation of the examples themselves",
            "`ReLU` makes 0 of all that is below 0. Behind weights that is what lets a "
            "network bend; before any weights it throws away half of each column that "
            "is standardized, and half of images with `normalize`, and no layer can "
            "bring that back (a wrong place of an activation is among the faults of "
            "Humbatova et al., Taxonomy of real faults in deep learning systems, "
            "arXiv:1910.11015). Of images from 0 to 1 it changes nothing. There is no "
            "warning where something else gets the examples too. How sure: very.",
            trained("Flatten", "ReLU", "Linear: 64", "ReLU", "Linear: 10"),
            trained("Flatten", "Linear: 64", "ReLU", "Linear: 10"),
        ),
    ),
)
