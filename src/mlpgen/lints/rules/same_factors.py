"""Attention that compares a value with itself, or sums what it should not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.diagnostics.explanations.explanation import Explanation, spec
from mlpgen.lints import kinds
from mlpgen.lints.attentions import attention_of
from mlpgen.lints.rule import Finding, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.graph.flow import Operation, Source
    from mlpgen.lints.rule import Subject

_PRODUCTS = frozenset(("Matmul", "Bmm"))
_KEPT = frozenset(("MaskedFill", "Mul", "Div"))


_PROJECTED = kinds.NORMALIZATIONS | kinds.ACTIVATIONS | {"Linear"}
_ITSELF = "attends to itself most, and no other key is learned"


def _same(subject: Subject) -> Iterator[Finding]:
    for each in subject.flow.of(*_PRODUCTS):
        if len(each.sources) != 2 or not all(x.value.batched for x in each.sources):
            continue
        one, two = (_made(source) for source in each.sources)
        if one is None or two is None:
            continue
        if one.kind == two.kind == "Softmax":
            yield _finding(
                each,
                f"`{each.name}` multiplies weights of attention by weights of "
                "attention: the values take no part",
                "multiply the weights by the values",
            )
        elif one is two and one.kind == "Linear" and _weighs_another(each, one):
            yield _compared(each, one)
    for each in subject.flow.of("ScaledDotProductAttention"):
        one, two, three = (_made(source) for source in each.sources[:3])
        if one is None or one is not two or one is three or one.kind != "Linear":
            continue
        if _is_whole(each.sources[0], one):
            yield _compared(each, one)
    yield from _asked(subject)


def _asked(subject: Subject) -> Iterator[Finding]:
    """Find attention to another value whose values are those of what asks."""
    for each in subject.flow.operations:
        found = attention_of(each)
        if found is None or not found.key.value.batched:
            continue
        query, key, value = _root(found.query), _root(found.key), _root(found.value)
        if query != value or query == key or kinds.is_constant(key[0]):
            continue
        if _takes(key[0], query):
            continue
        one, two = (f"`{made.name if made else part}`" for made, part in (query, key))
        yield _finding(
            each,
            f"`{each.name}` compares {one} with {two}, but sums {one} again: nothing "
            f"of {two} gets through",
            f"take the values from {two}, as the keys",
        )


def _root(source: Source) -> tuple[Operation | None, str]:
    """Return what layers of its own made a query, a key or a value from."""
    made = source.operation
    while made is not None and (made.kind in _PROJECTED or kinds.keeps_all(made)):
        source, made = made.sources[0], made.before
    return source.operation, source.part


def _takes(last: Operation | None, first: tuple[Operation | None, str]) -> bool:
    """Tell whether a value takes part in what an operation returns."""
    seen, waiting = {last}, [last]
    for each in waiting:
        for source in each.sources if each else ():
            if (source.operation, source.part) == first:
                return True
            if source.operation not in seen:
                seen.add(source.operation)
                waiting.append(source.operation)
    return False


def _compared(each: Operation, made: Operation) -> Finding:
    return _finding(
        each,
        f"`{each.name}` compares `{made.name}` with itself: each step {_ITSELF}",
        "multiply the queries by keys, which another `Linear` makes",
    )


def _made(source: Source) -> Operation | None:
    return kinds.origin(source.operation)


def _is_whole(source: Source, made: Operation) -> bool:
    """Tell whether a value is all of what a layer made, and no part of it."""
    size = 1
    for each in source.value.shape:
        size *= int(each)
    for each in made.node.output:
        size //= int(each)
    return size == 1


def _weighs_another(product: Operation, made: Operation) -> bool:
    """Tell whether products become weights of another value."""
    each = product
    if not all(_is_whole(source, made) for source in product.sources):
        return False
    while kinds.is_single(each) and each.users[0].kind not in _PRODUCTS:
        after = each.users[0]
        if not (kinds.passes(after) or after.kind in _KEPT | {"Softmax"}):
            return False
        each = after
    if not kinds.is_single(each):
        return False
    values = [_made(source) for source in each.users[0].sources]
    return made not in values


def _finding(each: Operation, message: str, help: str) -> Finding:
    path = each.node.path
    return Finding(message, path, each.owner, help=help)


def _attention(key: str, value: str) -> str:
    return spec(
        "Linear: 8\n    name: q",
        "Linear: 8\n    name: k\n    from: input",
        "Linear: 8\n    name: v\n    from: input",
        f"transpose: {{dim0: 1, dim1: 2}}\n    from: {key}",
        "matmul:\n    from: [q, transpose_1]",
        "softmax: -1",
        f"matmul:\n    from: [softmax_1, {value}]",
        "add:\n    from: [matmul_2, k]",
        image="[6, 8]",
    )


RULES = (
    Rule(
        "MG543",
        "warning",
        _same,
        Explanation(
            "Attention of a value to itself",
            "Attention compares queries with keys, and sums values by what comes out "
            "(Vaswani et al., Attention is all you need, 2017). Where query and key "
            "are the same numbers, each product is largest with itself, and what a "
            "step looks for is what it offers; where the weights are multiplied by "
            "weights, no value gets through. Mostly a name is wrong. Silent where the "
            "value is the same too, as in attention without layers, and where each "
            "has a layer of its own. Named is attention to another value as well, if "
            "only the keys are from there: then nothing of it gets through. How sure: "
            "very; Reformer shares queries and keys on purpose (Kitaev et al., "
            "arXiv:2001.04451), and hides each step from itself.",
            _attention("q", "v"),
            _attention("k", "v"),
        ),
    ),
)
