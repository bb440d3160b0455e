"""What is between the last layer that learns and a loss, and bends its scores."""

from __future__ import annotations

from math import exp, inf
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.diagnostics.advice import Advice, Removed
from mlpgen.diagnostics.explanations.explanation import MLP, Explanation, trained
from mlpgen.graph.effects.arguments import number_of
from mlpgen.graph.effects.operations import SIGMOIDS, SOFTMAXES
from mlpgen.graph.training.values import interval
from mlpgen.lints import kinds
from mlpgen.lints.rule import Finding, Rule
from mlpgen.training.losses.base import OF_LOGITS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.graph.effects.effect import Effect
    from mlpgen.graph.flow import Operation, Source
    from mlpgen.graph.training.recipe import LossTerm
    from mlpgen.lints.rule import Subject

_BENDS = kinds.ACTIVATIONS | {
    *("LogSigmoid", "Threshold", "Clamp", "Exp", "Abs", "Square", "Normalize"),
    *("Softshrink", "Hardshrink"),
}
_RISES = {"Exp", "Abs", "Square"}
"""Functions that are scores themselves behind what is no layer: of a distance, say."""
_SOFTMAXES = {"Softmax", "Softmin", "Softmax2d"}
_SCALES = {"Add", "Sub", "Mul", "Div", "Neg", "Upsample", "Interpolate", "Float"}
"""What leaves scores scores: numbers, larger images."""
_SIMPLE = _BENDS | _SOFTMAXES | kinds.NORMALIZATIONS | kinds.PADS | _SCALES
_COSINES = frozenset(("CosineSimilarity", "Matmul", "Bmm", "Einsum", "Sum"))
_NARROW = kinds.RECURRENT | _COSINES
"""Layers whose own functions keep numbers between -1 and 1, as cosines are."""
_CLASSES = ("label", "places", "next", "one_hot")
_RIVALS = 3
"""How many classes take the chances of each other in a softmax, but not in a loss."""
_FACTOR = 50
"""Scores of a layer that are so many times as large, or as small, are no scores."""
_WIDE = 4
"""Logits from -4 to 4 are enough to be sure; what keeps them wider is a soft limit."""


class _End(NamedTuple):
    """The end of a network before a loss.

    Attributes:
        term: The loss with its output.
        scores: What is known of what the loss makes probabilities of.
        between: The operations behind the last layer that learns, the last one first.
        learned: That layer; None if something else comes before.
        origin: What comes before all that is between, whether it learns or not.
    """

    term: LossTerm
    scores: Effect
    between: tuple[Operation, ...]
    learned: Operation | None
    origin: Operation | None


def _bent(subject: Subject) -> Iterator[Finding]:
    for end in _ends(subject):
        for each in end.between:
            said = _fault(each, end, subject)
            if said:
                yield _finding(each, end, said, subject)
        if end.origin is not None and _is_narrow(end.origin, end):
            yield _narrow(end.origin, end)
        yield from _rivals(end.term, subject)
    yield from _logarithms(subject)


def _ends(subject: Subject) -> Iterator[_End]:
    recipe = subject.model.recipe
    for term in recipe.terms if recipe else ():
        if not term.loss.custom and _is_seen(term, subject):
            yield _end_of(term, subject)


def bending(subject: Subject) -> frozenset[Operation]:
    """Return the operations that bend scores before a loss."""
    every = ((each, end) for end in _ends(subject) for each in end.between)
    return frozenset(each for each, end in every if _fault(each, end, subject))


def _is_seen(term: LossTerm, subject: Subject) -> bool:
    """Tell whether no softmax is hidden before the loss, which is another fault."""
    effect = subject.effects.of_output(term.output)
    return term.loss.takes not in OF_LOGITS or effect.veiled is None


def _end_of(term: LossTerm, subject: Subject) -> _End:
    source = subject.flow.outputs[term.output]
    made = _probabilities(term, source, subject)
    between = [] if made is None else _dropouts(source.operation, made)
    source = source if made is None else made.sources[0]
    each = source.operation
    while each is not None and not _learns(each) and _is_simple(each):
        between.append(each)
        each = each.before
    learned = each if each is not None and _learns(each) else None
    return _End(term, subject.effects.of(source), tuple(between), learned, each)


def _probabilities(
    term: LossTerm, source: Source, subject: Subject
) -> Operation | None:
    """Return what makes the probabilities that a loss takes; None if it does itself."""
    if term.loss.takes not in ("probabilities", "log-probabilities"):
        return None
    made = subject.effects.of(source).maker
    if made is not None and made.kind == "Log":
        made = subject.effects.of(made.sources[0]).maker
    wanted = {*SOFTMAXES, *SIGMOIDS}
    if made is not None and made.kind.lower() in wanted:
        return made
    made = source.operation
    while made is not None and made.kind not in _BENDS and _is_simple(made):
        made = made.before
    return made if made is not None and made.kind in _BENDS else None


def _dropouts(last: Operation | None, first: Operation) -> list[Operation]:
    """Return the dropouts behind an operation."""
    found: list[Operation] = []
    while last is not None and last is not first and len(last.sources) == 1:
        found += [last] if kinds.is_inert(last) else []
        last = last.before
    return found


def _learns(each: Operation) -> bool:
    return each.kind in kinds.WEIGHTED | kinds.RECURRENT | {"Bilinear", "Embedding"}


def _is_simple(each: Operation) -> bool:
    return kinds.passes(each, _SIMPLE)


def _fault(each: Operation, end: _End, subject: Subject) -> str:
    """Say what an operation does to the scores; nothing if it may."""
    takes = end.term.loss.takes
    if kinds.is_inert(each):
        rate = number_of(each, "p")
        return "sets some of {} to 0 in training" if rate else ""
    image = end.term.target == "image"
    if takes in ("numbers", "rates"):
        alone = each.kind in kinds.BATCH_NORMS or _of_table(subject)
        behind = end.between[: end.between.index(each)]
        if image or not alone or any(map(_changes, behind)):
            return ""
        scaled = each.kind in kinds.NORMALIZATIONS
        return "brings {} to one mean and scale" if scaled else ""
    classes = end.term.target in _CLASSES or end.term.loss.unit
    if each.kind in kinds.NORMALIZATIONS:
        plain = classes and not image
        return "brings {} to one scale, however sure they are," if plain else ""
    factor = _factor(each) if classes else 1.0
    if end.scores.kind == "logits" and not 1 / _FACTOR < abs(factor) < _FACTOR:
        return f"multiplies {{}} by {factor:.3g}, far from what a softmax takes,"
    bends = each.kind in _BENDS or (each.kind in _SOFTMAXES and takes == "scores")
    meant = each.kind in _RISES and end.learned is None
    if not bends or meant or _is_wide(end.scores):
        return ""
    found = subject.effects.of_result(each)
    if found.bounded:
        return f"makes {{}} numbers {interval(found)}"
    return "shrinks {} that are below 0" if each.kind in kinds.ONE_SIDED else ""


def _factor(each: Operation) -> float:
    """Return the number that an operation multiplies by; 1 if it does not."""
    number = number_of(each, "other") if len(each.sources) == 1 else None
    if each.kind not in ("Mul", "Div") or not number:
        return 1.0
    return number if each.kind == "Mul" else 1 / number


def _of_table(subject: Subject) -> bool:
    """Tell whether the targets are columns, which have nothing to do with another."""
    recipe = subject.model.recipe
    return recipe is not None and recipe.dataset.single


def _is_wide(scores: Effect) -> bool:
    """Tell whether scores are limited, but not so much that it matters."""
    limited = scores.bounded
    return limited and scores.low <= -_WIDE and scores.high >= _WIDE


def _is_narrow(origin: Operation, end: _End) -> bool:
    """Tell whether what gives the scores keeps them small: a tanh, or a cosine."""
    if origin.kind not in _NARROW or any(map(_changes, end.between)):
        return False
    takes = end.term.loss.takes
    cosine = origin.kind in _COSINES
    scored = takes in OF_LOGITS if cosine else takes not in ("numbers", "rates")
    low, high = end.scores.low, end.scores.high
    limited = -inf < low and high < inf if cosine else end.scores.bounded
    return scored and limited and not _is_wide(end.scores)


def _changes(each: Operation) -> bool:
    return each.kind in _BENDS | kinds.NORMALIZATIONS


def _finding(each: Operation, end: _End, said: str, subject: Subject) -> Finding:
    loss = type(end.term.loss).__name__
    what = "numbers" if end.term.loss.takes in ("numbers", "rates") else "scores"
    what = f"the {what} of `{end.learned.name}`" if end.learned else f"the {what}"
    places = [*map(kinds.place, subject.flow.operations)]
    alone = places.count(kinds.place(each)) == 1
    help: str = f"remove `{each.name}`"
    if not alone:
        help = f"end with a layer of its own, without `{each.kind}`"
    elif not each.node.named and each.returned:
        help = Advice(help, Removed())
    return Finding(
        f"`{each.name}` {said.format(what)} before `{loss}`",
        each.node.path,
        each.owner,
        help=help,
    )


def _rivals(term: LossTerm, subject: Subject) -> Iterator[Finding]:
    """Yield a softmax of classes that a loss judges each by itself.

    Of two classes it is right: what one of them gains the other one loses.
    """
    effect = subject.effects.of_output(term.output)
    if term.loss.takes != "probabilities" or term.target == "image":
        return
    if effect.kind != "probabilities" or effect.maker is None or effect.dim is None:
        return
    if len(term.shape) + effect.dim < 0 or term.shape[effect.dim] < _RIVALS:
        return
    yield Finding(
        f"`{effect.maker.name}` makes chances that add up to 1, but "
        f"`{type(term.loss).__name__}` asks of each class alone whether it is there",
        effect.maker.node.path,
        effect.maker.owner,
        help="write `Sigmoid` if several classes may be there, or remove it and take "
        "`CrossEntropyLoss`",
    )


def _narrow(origin: Operation, end: _End) -> Finding:
    loss = type(end.term.loss).__name__
    cosine = origin.kind in _COSINES
    return Finding(
        f"`{origin.name}` returns numbers {interval(end.scores)}, too close for "
        f"`{loss}` to be sure of a class",
        origin.node.path,
        origin.owner,
        notes=_best(end) if cosine else (),
        help="multiply it by 10 or more" if cosine else "put a `Linear` behind it",
    )


def _best(end: _End) -> tuple[str, ...]:
    """Say how sure a softmax of such scores can be at most."""
    term, across = end.term, end.scores.high - end.scores.low
    if type(term.loss).__name__ != "CrossEntropyLoss" or not term.shape:
        return ()
    classes = int(term.shape[term.dim - 1])
    best = 1 / (1 + (classes - 1) * exp(-across))
    return (f"of {classes} classes, none ever gets more than {best:.2g}",)


def _logarithms(subject: Subject) -> Iterator[Finding]:
    """Yield positive numbers that a loss takes for logarithms."""
    recipe = subject.model.recipe
    for term in recipe.terms if recipe else ():
        effect = subject.effects.of_output(term.output)
        if term.loss.inverse != "torch.exp" or effect.last is None or effect.low < 0:
            continue
        yield Finding(
            f"`{effect.last.name}` returns no numbers below 0, but "
            f"`{type(term.loss).__name__}` takes them for logarithms: no rate can be "
            "below 1",
            effect.last.node.path,
            effect.last.owner,
            help=f"remove `{effect.last.name}`, or write `log_input: false`",
        )


RULES = (
    Rule(
        "MG504",
        "warning",
        _bent,
        Explanation(
            "Something between the scores and the loss",
            "Scores (logits) are any numbers: the loss makes probabilities of them. A "
            "`ReLU` behind the last layer leaves no negative ones, and the class of a "
            "unit that is never positive is lost (test accuracy 0.91 or 0.62 on MNIST, "
            "by the seed); `Tanh` and other bounded functions let no class become "
            "sure; `Dropout` sets scores to 0; a normalization brings them to one "
            "scale, and a factor of 50 and more, or less than a fiftieth, to another "
            "than the loss expects. The same holds before the `Sigmoid` or "
            "`LogSoftmax` of losses of probabilities, of a recurrent layer whose state "
            "are the scores, and of a cosine without a temperature, however it is "
            "spelled (Wang et al., NormFace, arXiv:1704.06369). A softmax of three or "
            "more classes is named before `BCELoss`, which judges each class alone; "
            "dropout also before losses of numbers, and so is a batch normalization, "
            "with which a prediction depends on the others of its batch. Silent behind "
            "a mean over the places (SqueezeNet ends with `ReLU` and pooling), for "
            "soft limits such as `30 * tanh(x / 30)`, for `ReLU` and `Softplus` before "
            "`MSELoss` (targets of tables then stay as they are), and if a layer with "
            "weights follows. Source: Goodfellow et al., Deep Learning, 2016, 6.2.2; "
            "Wardat et al., DeepLocalize, 2021. It is likely, not certain.",
            trained("Flatten", "Linear: 10", "ReLU"),
            trained(*MLP),
        ),
    ),
)
