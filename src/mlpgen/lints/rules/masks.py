"""Masks of attention that hide the wrong steps, or none."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen.diagnostics.explanations.explanation import Explanation, spec
from mlpgen.graph.effects.arguments import dim_of, number_of
from mlpgen.lints import kinds
from mlpgen.lints.attentions import (
    PRODUCTS,
    hides_added,
    hides_kept,
    is_low,
    scores_of,
)
from mlpgen.lints.elements import element
from mlpgen.lints.kinds import inherits
from mlpgen.lints.rule import Finding, Rule
from mlpgen.spec.types import layer_class

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mlpgen.graph.flow import Operation, Source
    from mlpgen.lints.rule import Subject

_ZERO = -30.0
"""A score above this counts beside others that are about 0."""
_SEEN = 64
"""So many places of a row are looked at."""


class _Mask(NamedTuple):
    """A mask on the scores of an attention.

    Attributes:
        at: The operation that takes it.
        source: The mask.
        hides: Whether a number of it hides a place.
        name: What it is called.
    """

    at: Operation
    source: Source
    hides: Callable[[float], bool]
    name: str = "mask"


def _wrong(subject: Subject) -> Iterator[Finding]:
    for each in subject.flow.operations:
        if each.kind == "Softmax" and dim_of(each) == -1:
            yield from _of_softmax(each, subject)
        elif each.kind == "ScaledDotProductAttention" and len(each.sources) > 3:
            mask = each.sources[3]
            yield from _judged(_Mask(each, mask, hides_kept(mask)), subject)
        elif each.node.call.named:
            yield from _of_layer(each, subject)


def _of_layer(each: Operation, subject: Subject) -> Iterator[Finding]:
    cls = layer_class(each.node.type)
    if cls is None or not inherits(cls, "HasMasks"):
        return
    for name, place in each.node.call.named.items():
        source = each.sources[place]
        if name.endswith("padding_mask"):
            yield from _padding(each, source, True, name)
        elif name != "memory_mask":
            yield from _judged(_Mask(each, source, hides_added(source), name), subject)


def _of_softmax(softmax: Operation, subject: Subject) -> Iterator[Finding]:
    """Look at what is between the products of an attention and their softmax."""
    scores = scores_of(softmax)
    if scores is None:
        return
    if not all(source.value.batched for source in scores.product.sources):
        return
    for step in scores.steps:
        yield from _of_step(step, subject)
    yield from _behind(softmax)


def _of_step(each: Operation, subject: Subject) -> Iterator[Finding]:
    if each.kind in ("MaskedFill", "Where"):
        yield from _filled(each, subject)
    elif len(each.sources) == 2 and each.kind in ("Add", "Sub"):
        mask = each.sources[1]
        sign = 1 if each.kind == "Add" else -1
        if _is_triangle(each):
            yield Finding(
                f"`{each.name}` adds a mask of 0 and 1 to the scores, which hides "
                "nothing: a softmax gives a place with 0 some weight, too",
                each.node.path,
                each.owner,
                help="fill the scores with `-.inf` by `masked_fill`",
            )
        else:
            yield from _judged(_Mask(each, mask, lambda x: is_low(x * sign)), subject)
    elif len(each.sources) == 2 and each.kind == "Mul" and _is_triangle(each):
        yield Finding(
            f"`{each.name}` makes hidden scores 0, to which a softmax gives weight",
            each.node.path,
            each.owner,
            help="fill them with `-.inf` by `masked_fill`",
        )


def _is_triangle(each: Operation) -> bool:
    """Tell whether the second input is a triangle of 0 and 1."""
    mask = each.sources[1]
    return _is_square(mask) and _is_flag(mask)


def _filled(each: Operation, subject: Subject) -> Iterator[Finding]:
    fill = "value" if each.kind == "MaskedFill" else "input"
    fill = "other" if "other" in each.node.arguments else fill
    number = number_of(each, fill)
    if number is None:
        return
    if number > _ZERO:
        yield Finding(
            f"`{each.name}` fills hidden scores with {number:g}, to which a softmax "
            "gives as much weight as to others",
            each.node.path,
            each.owner,
            help="fill them with `-.inf`",
        )
        return
    mask = each.sources[1 if each.kind == "MaskedFill" else 0]
    hidden = fill != "other"
    yield from _padding(each, mask, hidden, "mask")
    yield from _judged(_Mask(each, mask, lambda x: bool(x) == hidden), subject)


def _behind(softmax: Operation) -> Iterator[Finding]:
    """Find a mask that takes weights away behind the softmax."""
    each = softmax
    while kinds.is_single(each) and kinds.is_inert(each.users[0]):
        each = each.users[0]
    if not kinds.is_single(each):
        return
    mask = each.users[0]
    if mask.kind not in ("Mul", "MaskedFill") or len(mask.sources) != 2:
        return
    others = [source for source in mask.sources if source.operation is not each]
    normalized = not mask.users or mask.users[0].kind not in PRODUCTS | {"Einsum"}
    if normalized or not others or not _is_square(others[0]):
        return
    if _is_flag(others[0]):
        yield Finding(
            f"`{mask.name}` hides places behind the softmax: they have taken part in "
            "its sum, and the weights that are left do not add up to 1",
            mask.node.path,
            mask.owner,
            help="hide the scores before the softmax, by `masked_fill: -.inf`",
        )


def _is_square(source: Source) -> bool:
    """Tell whether a tensor has a number for each pair of steps, for any example."""
    shape = [*map(int, source.value.shape)]
    return len(shape) > 1 and shape[-1] == shape[-2] > 2


def _is_flag(source: Source) -> bool:
    """Tell whether a tensor is a triangle of 0 and 1."""
    far = int(source.value.shape[-1]) - 1
    corners = {_at(source, far, 0), _at(source, 0, far)}
    return corners == {0.0, 1.0}


def _at(source: Source, row: int, column: int) -> float | None:
    around = (0,) * (len(source.value.shape) - 2)
    return element(source, (*around, row, column))


def _judged(mask: _Mask, subject: Subject) -> Iterator[Finding]:
    """Yield what a mask hides that it should not, or the reverse."""
    if not _is_square(mask.source):
        return
    last = int(mask.source.value.shape[-1]) - 1

    def hidden(row: int, column: int) -> bool | None:
        found = _at(mask.source, row, column)
        return None if found is None else mask.hides(found)

    past, future = hidden(last, 0), hidden(0, last)
    if past is None or future is None:
        return
    seen = sorted({*range(min(last, _SEEN) + 1), last // 2, last - 1, last})
    said, help = "", ""
    if past and not future:
        said = "hides the steps before each, and shows those that come next"
        help = "turn it around, as by `logical_not`"
    elif any(all(hidden(row, column) for column in seen) for row in (0, last)):
        row = "first" if all(hidden(0, column) for column in seen) else "last"
        said = f"hides all steps from the {row} one, whose weights are then nan"
        help = "let each step see itself: `tril: 0`, or `triu: 1` of what is hidden"
    elif _predicts(subject, last + 1) and not hidden(0, 1) and not past:
        said = "shows the next step, which the network should predict"
        help = "hide all that is later: `triu: 1`, or all but `tril: 0`"
    if said:
        yield _finding(mask.at, f"the `{mask.name}` of `{mask.at.name}` {said}", help)


def _predicts(subject: Subject, steps: int) -> bool:
    recipe = subject.model.recipe
    if recipe is None or not recipe.dataset.text or recipe.target != "next":
        return False
    return int(recipe.dataset.shape[0]) == steps


def _padding(
    each: Operation, source: Source, hides: bool, name: str
) -> Iterator[Finding]:
    """Find a mask that hides the words, and shows what fills up a text.

    Args:
        each: What takes the mask.
        source: The mask.
        hides: Whether true hides a place.
        name: What it is called.
    """
    of_words = _marks_words(source)
    if of_words is not None and of_words == hides:
        message = f"the `{name}` of `{each.name}` hides the words, and shows what "
        yield _finding(
            each, f"{message}fills a text up", "turn it: `eq: 0`, or `ne: 0`"
        )


def _marks_words(source: Source) -> bool | None:
    """Tell whether a mask is true at words; None if it is neither words nor padding."""
    turned = False
    made = source.operation
    while made is not None:
        if made.kind in ("Eq", "Ne", "Gt", "Bool"):
            taken = made.sources[0]
            number = 0.0 if made.kind == "Bool" else number_of(made, "other")
            tokens = taken.operation is None and taken.value.dtype == "int64"
            if not tokens or number != 0 or len(made.sources) > 1:
                return None
            return (made.kind != "Eq") != turned
        turned ^= made.kind == "LogicalNot"
        if made.kind != "LogicalNot" and not kinds.is_view(made):
            return None
        made = made.before
    return None


def _finding(each: Operation, message: str, help: str) -> Finding:
    path = each.node.path
    return Finding(message, path, each.owner, help=help)


def _attention(*mask: str) -> str:
    return spec(
        "Linear: 8\n    name: q",
        "Linear: 8\n    name: k\n    from: input",
        "transpose: {dim0: 1, dim1: 2}",
        *mask,
        "matmul:\n    from: [q, transpose_1]",
        "masked_fill: -.inf\n    from: [matmul_1, later]",
        "softmax: -1",
        "matmul:\n    from: [softmax_1, input]",
        image="[6, 8]",
    )


_LATER = "buffer: {{layers: [{{ones: [6, 6]}}, {which}, bool]}}\n    name: later"

RULES = (
    Rule(
        "MG537",
        "warning",
        _wrong,
        Explanation(
            "A mask that hides the wrong places",
            "True means hidden in `masked_fill` and in the masks of torch's layers, "
            "but seen in the mask of `scaled_dot_product_attention`, and numbers are "
            "added to the scores (torch.nn.functional.scaled_dot_product_attention in "
            "torch's documentation). So a mask is easily turned around: each step then "
            "sees only what comes after it, or the padding in the place of the words. "
            "Named are also a step that sees nothing, which gives nan; a diagonal that "
            "shows the next word to a network that should predict it; scores that are "
            "filled with 0 or multiplied by 0, which a softmax gives weight, as exp(0) "
            "is 1 (Vaswani et al., 2017, section 3.2.3, set them to -∞); and a mask "
            "behind the softmax. Elements of masks that are computed of nothing are "
            "looked at one by one, however they are spelled. How sure: certain.",
            _attention(_LATER.format(which="{tril: -1}")),
            _attention(_LATER.format(which="{triu: 1}")),
        ),
    ),
)
