"""Factors that are zero, and that no training changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.graph.effects.arguments import argument
from mlpgen.graph.training.parameter_names import fits, named_parameters
from mlpgen.lints import kinds
from mlpgen.lints.rule import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.graph.flow import Operation
    from mlpgen.lints.rule import Subject

_FACTORS = frozenset(("Mul", "Matmul", "Bmm"))
_ZEROS = frozenset(("Zeros", "ZerosLike"))
_FULL = frozenset(("Full", "FullLike"))
_STORED = frozenset(("Buffer", "Parameter"))
_KEPT = frozenset(
    ("Neg", "Abs", "Square", "Sqrt", "ReLU", "Tanh", "Expand", "Float", "Tril", "Triu")
)
"""What makes 0 of 0."""


def always_zero(subject: Subject) -> Iterator[Finding]:
    """Yield products with a factor that is always 0."""
    zero: dict[Operation, str] = {}
    stored = _stored(subject)
    for each in subject.flow.operations:
        if each.kind in _FACTORS:
            said = _said(each, zero)
            if said:
                yield _finding(each, said)
        elif _is_zero(each) or each.name in stored:
            zero[each] = each.name
        elif each.before in zero and kinds.passes(each, _KEPT):
            zero[each] = zero[each.before]


def _said(each: Operation, zero: dict[Operation, str]) -> str:
    """Say what makes a product 0; nothing if it is not, or depends on no example."""
    if not any(source.value.batched for source in each.sources):
        return ""
    if _is_nothing(each, "other"):
        return "it multiplies by 0"
    found = [zero[x.operation] for x in each.sources if x.operation in zero]
    return f"`{found[0]}` is 0 and never trained" if found else ""


def _is_zero(each: Operation) -> bool:
    """Tell whether a function makes zeros."""
    if each.kind == "Buffer" and each.node.computed:
        made = each.node.computed[-1]
        return made.type == "zeros" or (
            made.type == "full" and _written(made.arguments.get("fill_value")) == 0
        )
    full = each.kind in _FULL and _is_nothing(each, "fill_value")
    return full or each.kind in _ZEROS


def _is_nothing(each: Operation, name: str) -> bool:
    """Tell whether an argument is written as 0: a parameter of the model may change."""
    return _written(each.node.arguments.get(name)) == 0


def _written(value: object) -> float | None:
    return float(value) if type(value) in (int, float) else None  # type: ignore[arg-type]


def _stored(subject: Subject) -> set[str]:
    """Return the names of buffers, and of frozen parameters, that are full of zeros."""
    recipe = subject.model.recipe
    if recipe is None or recipe.settings.weights:
        return set()
    every = [each for each in subject.flow.of(*_STORED) if _begins_at_zero(each)]
    found = {each.name for each in every if each.kind == "Buffer"}
    patterns = recipe.settings.freeze
    if patterns and len(every) > len(found):
        found |= {
            each.name
            for each in named_parameters(subject.model.nodes)
            if any(fits(each, pattern) for pattern in patterns)
        }.intersection(each.name for each in every)
    return found


def _begins_at_zero(each: Operation) -> bool:
    found = each.node.inits.get("")
    if found is not None:
        function, given = found
        constant = function == "constant_" and _written(given.get("val")) == 0
        return constant or function == "zeros_"
    values = argument(each, "values")
    if isinstance(values, list | tuple):
        return bool(values) and all(_written(x) == 0 for x in values)
    return each.kind == "Parameter"


def _finding(each: Operation, said: str) -> Finding:
    return Finding(
        f"`{each.name}` is always 0: {said}",
        each.node.path,
        each.owner,
        help="make a `parameter` of it, or leave the product out",
    )
