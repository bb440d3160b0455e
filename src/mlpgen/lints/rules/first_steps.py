"""First steps of sequences, which see nothing but themselves behind causal layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.diagnostics.explanations.explanation import Explanation, spec
from mlpgen.graph.effects.arguments import argument, from_last, number_of
from mlpgen.lints import kinds
from mlpgen.lints.attentions import attention_of
from mlpgen.lints.rule import Finding, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.graph.flow import Operation, Source
    from mlpgen.lints.rule import Subject

_OF_EACH = kinds.ACTIVATIONS | {"Linear", "LayerNorm", "RMSNorm", "Float", "GLU"}
"""Layers of each step."""
_JOINED = frozenset(("Add", "Sub", "Mul", "Div"))
_ENCODERS = frozenset(("TransformerEncoder", "TransformerEncoderLayer"))
_BEHIND = kinds.ACTIVATIONS | kinds.NORMALIZATIONS


def _alone(subject: Subject) -> Iterator[Finding]:
    """Find heads that take the first step behind causal attention."""
    for each in subject.flow.of("Select", "Slice", "Narrow"):
        if not _takes_first(each) or not _is_head(each):
            continue
        seen = _seen(each.sources[0])
        if seen is None:
            continue
        attention, start = seen
        what = "nothing but itself"
        if start is not None and kinds.is_constant(start):
            what += f", `{start.name}`, which is the same for each example"
        yield Finding(
            f"`{each.name}` takes the first step, which sees {what}: the attention of "
            f"`{attention.name}` is causal",
            each.node.path,
            each.owner,
            help="take the last step, or leave out the mask",
        )


def _takes_first(each: Operation) -> bool:
    """Tell whether an operation takes the first step of a sequence, and no other."""
    taken, shape = each.sources[0].value, each.node.input
    dim = argument(each, "dim")
    if not taken.batched or len(shape) != 2 or not isinstance(dim, int):
        return False
    if from_last(dim, taken) != -2 or int(shape[0]) < 2:
        return False
    if each.kind == "Select":
        return number_of(each, "index") == 0
    begins = number_of(each, "start") in (None, 0)
    size = int(each.node.output[0]) if len(each.node.output) == 2 else 0
    return begins and size == 1


def _is_head(each: Operation) -> bool:
    """Tell whether layers without another input follow up to an output."""
    while kinds.is_single(each):
        each = each.users[0]
        if each.kind in kinds.WEIGHTED:
            return True
        if not kinds.passes(each, _BEHIND):
            return False
    return each.returned


def _seen(source: Source) -> tuple[Operation, Operation | None] | None:
    """Return a causal attention and what the first step begins as.

    It is None if that step sees others, or if there is no such attention.
    """
    length = source.value.shape[0]
    causal: Operation | None = None
    first: Operation | None = None
    known: set[Operation | None] = set()
    waiting = [source.operation]
    for each in waiting:
        if each is None or each.kind == "Embedding" or not _is_long(each, int(length)):
            first = first or each
            continue
        found = attention_of(each)
        if found is not None or each.kind in _ENCODERS:
            if not (found.causal if found else each.node.call.causal):
                return None
            causal = causal or each
        elif each.kind == "Cat":
            if argument(each, "dim") in (1, -2):
                first = each.before
                continue
        elif not kinds.passes(each, _OF_EACH) and each.kind not in _JOINED:
            return None
        given = each.sources[:3] if found is None else found[:3]
        new = {one.operation for one in given if one.value.batched} - known
        known |= new
        waiting += new
    return None if causal is None else (causal, first)


def _is_long(each: Operation, length: int) -> bool:
    """Tell whether a value has a number for each step."""
    return length in map(int, each.node.output)


def _cls(last: str) -> str:
    return spec(
        "TransformerEncoderLayer: {nhead: 2, dim_feedforward: 32, is_causal: true}",
        f"select: {{dim: 1, index: {last}}}",
        "Linear: 2",
        image="[6, 8]",
    )


RULES = (
    Rule(
        "MG549",
        "warning",
        _alone,
        Explanation(
            "A first step that sees only itself",
            "Behind causal attention a step has seen those before it: the last one all "
            "of them, the first one nothing but itself (Radford et al., Improving "
            "language understanding by generative pre-training, 2018, take the last "
            "one for classification). A class token at the beginning, as of BERT "
            "(Devlin et al., arXiv:1810.04805), then is the same for each example. "
            "Masks are looked at however they are spelled; silent where anything "
            "before mixes steps in another way, or where that is not known, and if the "
            "first step is joined with others. How sure: certain of what it sees.",
            _cls("0"),
            _cls("-1"),
        ),
    ),
)
