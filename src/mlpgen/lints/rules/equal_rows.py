"""Rows of a parameter that begin equal, and get equal gradients."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.lints import kinds
from mlpgen.lints.hidden import hidden_of
from mlpgen.lints.rule import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.graph.flow import Operation, Source
    from mlpgen.lints.initial_values import Starts
    from mlpgen.lints.rule import Subject

_PRODUCTS = frozenset(("Matmul", "Bmm", "Cdist"))
_ATTENTION = frozenset(("MultiheadAttention", "ScaledDotProductAttention"))
_DECODERS = frozenset(("TransformerDecoder", "TransformerDecoderLayer"))
_ALIKE = frozenset(("Linear", "LayerNorm", "RMSNorm", "Expand", "Mul", "Div", "Repeat"))
"""What computes the same of equal rows."""


def equal_rows(subject: Subject) -> Iterator[Finding]:
    """Yield parameters and tables whose rows can never become different."""
    for each in subject.flow.of("Parameter"):
        if len(each.node.output) < 2 or _value(each) is None:
            continue
        for user in each.users:
            if _is_matrix_of(user, each) and hidden_of(user) is not None:
                yield _finding(each, "columns", f"a weight of `{user.name}`")
        if int(each.node.output[-2]) > 1:
            taken = _query(each)
            if taken is not None:
                yield _finding(each, "rows", f"queries of `{taken.name}`")


def dead_normalizations(subject: Subject, starts: Starts) -> Iterator[Finding]:
    """Yield normalizations that begin with a scale of 0 before a ReLU."""
    for each in subject.flow.of(*kinds.NORMALIZATIONS) if starts.any else ():
        found = starts.of(each)
        weight, bias = found.get("weight"), found.get("bias")
        if weight is None or weight.constant != 0:
            continue
        if bias is not None and (bias.constant is None or bias.constant > 0):
            continue
        after = each
        while kinds.is_single(after) and kinds.passes(after.users[0]):
            after = after.users[0]
        if kinds.is_single(after) and after.users[0].kind in ("ReLU", "ReLU6"):
            yield Finding(
                f"`{each.name}` begins with a scale of 0, and `{after.users[0].name}` "
                "lets no gradient through at 0: nothing before it learns",
                weight.path,
                weight.owner,
                help="leave it out: only the last normalization of a residual branch "
                "may begin at 0",
            )


def _value(each: Operation) -> float | None:
    """Return the number that all of a parameter begins with; zeros by default."""
    found = each.node.inits.get("")
    if found is None or found[0] in ("zeros_", "ones_"):
        return float(found is not None and found[0] == "ones_")
    return 0.0 if found[0] == "constant_" else None


def _is_matrix_of(user: Operation, parameter: Operation) -> bool:
    """Tell whether a layer is made of a product with a parameter."""
    return (
        user.kind == "Matmul"
        and len(user.sources) == 2
        and user.sources[0].value.batched
        and user.sources[1].operation is parameter
        and len(parameter.node.output) == 2
        and int(parameter.node.output[-1]) > 1
    )


def _query(parameter: Operation) -> Operation | None:
    """Return what compares the rows of a parameter with what depends on an example."""
    each = parameter
    while len(each.users) == 1:
        user = each.users[0]
        places = [source.operation is each for source in user.sources]
        if _compares(user, places):
            return user
        alone = len(kinds.values(user)) <= 1 and places[0]
        if not alone or not (kinds.passes(user) or user.kind in _ALIKE):
            return None
        if kinds.is_view(user) and not _keeps_rows(user):
            return None
        each = user
    return None


def _keeps_rows(user: Operation) -> bool:
    """Tell whether a view only adds or removes dimensions of one."""
    given = [int(size) for size in user.node.input if int(size) > 1]
    made = [int(size) for size in user.node.output if int(size) > 1]
    return given == made


def _compares(user: Operation, places: list[bool]) -> bool:
    if sum(places) != 1:
        return False
    if user.kind in _PRODUCTS:
        others = [
            source for source, own in zip(user.sources, places, strict=True) if not own
        ]
        first = places[0] or user.kind == "Cdist"
        return first and _depends(others[0]) and _is_softmaxed(user)
    attends = user.kind in _ATTENTION | _DECODERS
    return attends and places[0] and _depends(user.sources[1])


def _depends(source: Source) -> bool:
    return source.value.batched


def _is_softmaxed(product: Operation) -> bool:
    """Tell whether products become the weights of an attention."""
    if product.kind == "Cdist":
        return True
    each = product
    while kinds.is_single(each):
        each = each.users[0]
        if each.kind == "Softmax":
            return True
        if not (kinds.passes(each) or each.kind in ("Mul", "Div", "MaskedFill")):
            return False
    return False


def _finding(each: Operation, what: str, use: str) -> Finding:
    return Finding(
        f"all {what} of `{each.name}`, {use}, begin equal and get equal gradients: "
        "they stay equal",
        each.node.path,
        each.owner,
        help="write `init: normal_`, say",
    )
