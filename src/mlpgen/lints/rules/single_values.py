"""Normalizations of one value, which is then always the same."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from mlpgen.diagnostics.explanations.explanation import Explanation, spec
from mlpgen.lints import kinds
from mlpgen.lints.rule import Finding, Rule
from mlpgen.lints.written import argument

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.graph.flow import Operation
    from mlpgen.lints.rule import Subject

_LAYERS = ("LayerNorm", "RMSNorm", "GroupNorm", "Normalize", "Std", "Var")
_KINDS = (*_LAYERS, *kinds.INSTANCE_NORMS, *kinds.TRANSFORMERS)


def _alone(subject: Subject) -> Iterator[Finding]:
    every = [*subject.flow.of(*_KINDS)]
    alone = filter(lambda each: _count(each) == 1, every)
    for each in kinds.always(alone, every):
        yield Finding(
            f"`{each.name}` {_does(each)}",
            each.node.path,
            each.owner,
            help=_help(each),
        )


def _does(each: Operation) -> str:
    if each.kind in ("Std", "Var"):
        return "is taken of one value, which has no deviation"
    if each.kind in kinds.TRANSFORMERS:
        return "normalizes each step, which is one number, so that nothing is left"
    if each.kind in ("RMSNorm", "Normalize"):
        return "normalizes one value at a time, of which only the sign is left"
    return "normalizes one value at a time, of which nothing is left"


def _help(each: Operation) -> str:
    if each.kind == "GroupNorm":
        return "write fewer groups"
    if each.kind in ("Std", "Var"):
        return "take it over another `dim`"
    if each.kind in kinds.TRANSFORMERS:
        return "put a `Linear` before it, which gives each step more features"
    return f"leave out `{each.name}`, or normalize over more values"


def _count(each: Operation) -> int:
    """Return how many values an operation normalizes together."""
    shape = [*map(int, each.node.input)]
    if each.kind in ("LayerNorm", "RMSNorm"):
        size = argument(each, "normalized_shape")
        return prod(size) if isinstance(size, tuple) else int(size)
    if each.kind in kinds.TRANSFORMERS:
        return shape[-1]
    if each.kind in ("Normalize", "Std", "Var"):
        return _along(each, shape)
    together = prod(shape[1:])
    if each.kind == "GroupNorm":
        return together * shape[0] // int(argument(each, "num_groups"))
    return together


def _along(each: Operation, shape: list[int]) -> int:
    """Return the number of values along the dimensions of a function."""
    dim = argument(each, "dim")
    dims = dim if isinstance(dim, tuple) else (dim,)
    sizes = [0, *shape] if each.node.inputs[0].batched else shape
    return prod(sizes[each] for each in dims if isinstance(each, int))


RULES = (
    Rule(
        "MG515",
        "warning",
        _alone,
        Explanation(
            "A normalization of one value",
            "A value less its own mean is 0: where a normalization takes one value at "
            "a time, its result is the bias, whatever comes in, and nothing before it "
            "learns. `RMSNorm` and `normalize` leave the sign only. So it is for "
            "`LayerNorm` behind `Linear: 1`, for `InstanceNorm2d` of an image of 1 x "
            "1, and for `GroupNorm` with a group for each channel there "
            "(https://docs.pytorch.org/docs/stable/generated/torch.nn.LayerNorm.html). "
            "Batch normalization takes its values from the whole batch. It is "
            "certain. Normalize over more values, or leave it out.",
            spec("Flatten", "Linear: 32", "ReLU", "Linear: 1", "LayerNorm"),
            spec("Flatten", "Linear: 32", "LayerNorm", "ReLU", "Linear: 1"),
        ),
    ),
)
