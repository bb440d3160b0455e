"""Parts that are too narrow for what has to get through them."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from mlpgen.diagnostics.explanations.explanation import Explanation, spec
from mlpgen.lints import kinds
from mlpgen.lints.hidden import hidden_of
from mlpgen.lints.rule import Finding, Rule
from mlpgen.lints.written import argument, spot_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.graph.flow import Operation
    from mlpgen.lints.rule import Subject

_FEW, _TIMES = 4, 5
"""So few units behind a ReLU are too few for so many times as many classes."""
_WIDER, _WIDE = 4, 16
_CUT = frozenset(("ReLU", "ReLU6"))
_CODERS = frozenset(("Linear", *kinds.CONVOLUTIONS, *kinds.TRANSPOSED))
_ROWS = 50
_LEARNED = kinds.WEIGHTED | kinds.RECURRENT | kinds.TRANSFORMERS
_LEARNED |= {"MultiheadAttention"}


def _narrow(subject: Subject) -> Iterator[Finding]:
    every = [*subject.flow.of("Linear")]
    classes = _classes(subject)
    few = [each for each in every if _is_few(each, classes)]
    for each in kinds.always(few, every):
        units = int(each.node.output[-1])
        yield spot_of(each, "out_features", subject.sources).finding(
            f"`{each.name}` leaves {units} numbers, none below 0, of which {classes} "
            "classes are to be told apart",
            help=f"write at least {2 * classes // _TIMES * 2}, or more",
        )
    for each in _codes(subject):
        units = int(each.node.output[-1])
        yield Finding(
            f"`{each.name}` leaves a code of {units} numbers, none below 0: a unit "
            f"that is dead takes {_PARTS[units]} of it",
            each.node.path,
            each.owner,
            help=f"leave out `{each.name}`",
        )
    for each in subject.flow.of("Embedding"):
        if _is_flat(each):
            yield spot_of(each, "embedding_dim", subject.sources).finding(
                f"`{each.name}` puts {int(argument(each, 'num_embeddings')):,} words "
                "on one line: each is a single number",
                help="write a larger `embedding_dim`, such as 32",
            )
    yield from _attention(subject)


_PARTS = {1: "all", 2: "half", 3: "a third", 4: "a quarter"}
"""What one unit is of so many."""


def _codes(subject: Subject) -> Iterator[Operation]:
    """Yield ReLUs of the few numbers that a network restores its input from."""
    if not _restores(subject):
        return
    for each in subject.flow.of(*_CUT):
        units = int(each.node.output[-1]) if len(each.node.output) == 1 else 0
        made = kinds.origin(each.before)
        if units not in _PARTS or made is None or made.kind != "Linear":
            continue
        if int(made.node.input[-1]) < max(_WIDER * units, _WIDE):
            continue
        if any(_width(user) >= _WIDER * units for user in each.users):
            yield each


def _restores(subject: Subject) -> bool:
    """Tell whether a network returns what has the shape of its input."""
    recipe, model = subject.model.recipe, subject.model
    if recipe is not None:
        return any(each.target == "image" for each in recipe.terms)
    shapes = {tuple(map(int, each.shape)) for each in model.inputs.values()}
    returned = subject.flow.outputs.values()
    return any(tuple(map(int, each.value.shape)) in shapes for each in returned)


def _width(each: Operation) -> int:
    """Return how many numbers a layer makes; 0 if none of a decoder follows."""
    while kinds.passes(each) and kinds.is_single(each):
        each = each.users[0]
    if each.kind not in _CODERS:
        return 0
    return prod(map(int, each.node.output))


def _classes(subject: Subject) -> int:
    recipe = subject.model.recipe
    if recipe is None or recipe.target not in ("label", "places", "next"):
        return 0
    return recipe.main.classes


def _is_few(each: Operation, classes: int) -> bool:
    units = int(each.node.output[-1])
    hidden = hidden_of(each) if 1 < units <= _FEW else None
    if hidden is None or hidden.activation.kind not in _CUT:
        return False
    if kinds.INTENDED & {*kinds.words(each)}:
        return False
    wide = int(each.node.input[-1]) >= _WIDER * units
    return wide and classes >= _TIMES * units


def _is_flat(each: Operation) -> bool:
    """Tell whether each word is one number that a layer takes, and no sum."""
    if int(argument(each, "embedding_dim")) != 1:
        return False
    if int(argument(each, "num_embeddings")) < _ROWS:
        return False
    after = each
    while kinds.is_single(after) and kinds.passes(after.users[0]):
        after = after.users[0]
    return kinds.is_single(after) and after.users[0].kind in _LEARNED


def _attention(subject: Subject) -> Iterator[Finding]:
    """Find heads of one number, and transformers with a narrow feed-forward part."""
    for each in subject.flow.of(*kinds.TRANSFORMERS, "MultiheadAttention"):
        name = "num_heads" if each.kind == "MultiheadAttention" else "nhead"
        heads, width = argument(each, name), int(each.node.input[-1])
        if isinstance(heads, int) and heads == width > 1:
            yield spot_of(each, name, subject.sources).finding(
                f"`{each.name}` has {heads} heads for {width} numbers: each sees one",
                help="write fewer heads: usual are 32 to 128 numbers for each",
            )
        hidden = argument(each, "dim_feedforward")
        if isinstance(hidden, int) and hidden * _WIDER <= width:
            yield spot_of(each, "dim_feedforward", subject.sources).finding(
                f"`{each.name}` pushes {width} numbers through {hidden} behind its "
                "attention",
                help=f"usual is four times the width: {4 * width}",
            )


RULES = (
    Rule(
        "MG542",
        "warning",
        _narrow,
        Explanation(
            "A part that is too narrow for what gets through it",
            "What is left of an example in two to four numbers, none of them below 0, "
            "is too little for a layer to tell five times as many classes apart by "
            "lines (the data processing inequality: Cover and Thomas, Elements of "
            "Information Theory, 2.8). An `Embedding` of one number puts all words on "
            "one line; a head of one number compares words by their product alone, "
            "and a feed-forward part narrower than a quarter of the width loses what "
            "attention found (Vaswani et al., Attention is all you need, 2017, use 64 "
            "numbers for each head, and four times the width). Mostly a number is "
            "missing, or two are exchanged. Silent for codes, named as such, and for "
            "embeddings of one number that are added, as in linear models. A code of "
            "at most four numbers behind a ReLU, from which an autoencoder restores "
            "its input, loses half or a quarter with each dead unit (Lu et al., "
            "arXiv:1903.06733). How sure: "
            "that so little gets through is certain; it is likely not meant.",
            spec(
                "Linear: 16",
                "TransformerEncoderLayer: {nhead: 16, dim_feedforward: 64}",
                image="[6, 8]",
            ),
            spec(
                "Linear: 16",
                "TransformerEncoderLayer: {nhead: 2, dim_feedforward: 64}",
                image="[6, 8]",
            ),
        ),
    ),
)
