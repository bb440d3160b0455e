"""Shapes that were meant to move dimensions, and only cut the values anew."""

from __future__ import annotations

from itertools import accumulate
from math import prod
from operator import mul
from typing import TYPE_CHECKING

from mlpgen.diagnostics.explanations.explanation import Explanation, spec
from mlpgen.layers.shapes import whole_shown
from mlpgen.lints.kinds import is_constant
from mlpgen.lints.rule import Finding, Rule
from mlpgen.lints.written import argument

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.graph.flow import Operation
    from mlpgen.lints.rule import Subject

_Sizes = tuple[int, ...]


def _mixed(subject: Subject) -> Iterator[Finding]:
    for each in subject.flow.of("Reshape", "View"):
        source = each.sources[0]
        if is_constant(source.operation) or not source.value.batched:
            continue
        before = (*map(int, each.node.input),)
        after = (*map(int, each.node.output),)
        help = _meant(before, after)
        if help:
            yield Finding(
                f"`{each.name}` cuts {whole_shown(source.value)} into "
                f"{whole_shown(each.node.value)} in the order of its values: no "
                "dimension is moved, and values of different ones are mixed",
                each.node.path,
                each.owner,
                help=help,
            )


def _unmoved(subject: Subject) -> Iterator[Finding]:
    """Find attention between the heads of a step, as heads were not moved in front."""
    for each in subject.flow.of("ScaledDotProductAttention", "Matmul", "Bmm"):
        if len(each.sources) < 2:
            continue
        query, key = (source.operation for source in each.sources[:2])
        if each.kind != "ScaledDotProductAttention":
            turned = key is not None and key.kind == "Transpose" and _turns_last(key)
            key = key.before if turned and key is not None else None
        if query is None or key is None or not (_heads(query) and _heads(key)):
            continue
        steps, heads, _ = map(int, query.node.output)
        yield Finding(
            f"`{each.name}` compares the {heads} heads of each of {steps} steps with "
            "each other, and no step with another",
            each.node.path,
            each.owner,
            help=f"put `permute: [0, 2, 1, 3]` behind `{query.name}` and `{key.name}`",
        )


def _heads(each: Operation) -> bool:
    """Tell whether a view cuts the features that a layer made of a step into heads."""
    before, after = each.node.input, each.node.output
    made = each.before
    if each.kind not in ("Reshape", "View", "Unflatten") or made is None:
        return False
    cut = len(before) == 2 and len(after) == 3 and int(before[0]) == int(after[0])
    return cut and made.kind == "Linear"


def _turns_last(each: Operation) -> bool:
    dims = {int(argument(each, name)) for name in ("dim0", "dim1")}
    return dims in ({-1, -2}, {2, 3}, {-1, 2}, {3, -2})


def _find(subject: Subject) -> Iterator[Finding]:
    yield from _mixed(subject)
    yield from _unmoved(subject)


def _meant(before: _Sizes, after: _Sizes) -> str:
    """Return what moves the dimensions as the shapes say; empty if nothing does."""
    if _only_cuts(before, after):
        return ""
    dims = _order(before, after)
    if dims:
        return f"write `permute: [0, {', '.join(map(str, dims))}]`"
    if len(before) > 2 and len(after) == 2 and min(after) > 1:
        if after == (prod(before[1:]), before[0]):
            return "write `flatten: 2`, and `transpose: {dim0: 1, dim1: 2}` behind it"
        if after == (before[-1], prod(before[:-1])):
            last = len(before)
            return f"put `movedim: {{source: {last}, destination: 1}}` before it"
    if len(before) == 2 and len(after) == 3:
        steps, features = before
        heads, same, size = after
        if same == steps and heads * size == features and size > 1:
            given = f"[{steps}, {heads}, {size}]"
            return f"write `reshape: {given}`, and `permute: [0, 2, 1, 3]` behind it"
    if len(before) == 3 and len(after) == 2:
        heads, steps, size = before
        if after == (steps, heads * size) and size > 1:
            return "put `permute: [0, 2, 1, 3]` before it"
    return ""


def _only_cuts(before: _Sizes, after: _Sizes) -> bool:
    """Tell whether dimensions are only split, or joined with the next ones."""
    ends = [{*accumulate(sizes, mul)} for sizes in (before, after)]
    return ends[0] <= ends[1] or ends[1] <= ends[0]


def _order(before: _Sizes, after: _Sizes) -> _Sizes:
    """Return the dimensions in another order; empty if they are not the same ones."""
    if sorted(before) != sorted(after):
        return ()
    left = list(range(len(before)))
    found = []
    for size in after:
        at = next(index for index in left if before[index] == size)
        left.remove(at)
        found.append(at + 1)
    return (*found,)


RULES = (
    Rule(
        "MG525",
        "warning",
        _find,
        Explanation(
            "A reshape that should have moved dimensions",
            "This is a warning. `reshape` reads the values in their order and cuts "
            "them anew "
            "(https://docs.pytorch.org/docs/stable/generated/torch.reshape.html): 8 "
            "channels of 16 places become 16 rows with halves of channels in them, and "
            "not 16 places with 8 channels. The same holds for heads of attention, "
            "which `reshape` cuts out of steps, and not out of features; cut out of "
            "features, they have to be moved in front of the steps, or attention "
            "compares heads. `permute` and `transpose` move dimensions. There is a "
            "warning only if the sizes are those of a moved dimension, and if they are "
            "not equal. How sure: the values are certainly mixed, and nothing else "
            "would ask for such sizes.",
            spec(
                "Conv2d: {out_channels: 8, kernel_size: 3}",
                "ReLU",
                "reshape: [676, 8]",
                "LSTM: 4",
            ),
            spec(
                "Conv2d: {out_channels: 8, kernel_size: 3}",
                "ReLU",
                "flatten: 2",
                "transpose: {dim0: 1, dim1: 2}",
                "LSTM: 4",
            ),
        ),
    ),
)
