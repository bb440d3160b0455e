"""Recognises layers of torch that an author wrote out: activations by their values."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from mlpgen.importer.body import Body, Entry, Source
from mlpgen.layers import LAYERS

if TYPE_CHECKING:
    from collections.abc import Callable

ACTIVATIONS = frozenset(
    name
    for family, names in LAYERS.families.items()
    if family.startswith("activation")
    for name in names
)
"""Layers that can stand in each other's place: the type is a parameter."""
POINTS = [each / 4 for each in range(-20, 21)]
CLOSE = 1e-6


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def _softplus(x: float) -> float:
    return math.log1p(math.exp(x))


def _gelu_tanh(x: float) -> float:
    return 0.5 * x * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


KNOWN: list[tuple[str, dict[str, Any], Callable[[float], float]]] = [
    ("gelu", {}, lambda x: 0.5 * x * (1 + math.erf(x / math.sqrt(2)))),
    ("gelu", {"approximate": "tanh"}, _gelu_tanh),
    ("silu", {}, lambda x: x * _sigmoid(x)),
    ("mish", {}, lambda x: x * math.tanh(_softplus(x))),
    ("hardswish", {}, lambda x: x * min(max(x + 3, 0), 6) / 6),
    ("hardsigmoid", {}, lambda x: min(max(x + 3, 0), 6) / 6),
    ("relu6", {}, lambda x: min(max(x, 0), 6)),
    ("softsign", {}, lambda x: x / (1 + abs(x))),
]
"""Activations of torch with their formulas."""

UNARY: dict[str, Callable[[float], float]] = {
    "tanh": math.tanh,
    "sigmoid": _sigmoid,
    "softplus": _softplus,
    "erf": math.erf,
    "exp": math.exp,
    "neg": lambda x: -x,
    "abs": abs,
    "square": lambda x: x * x,
    "relu": lambda x: max(x, 0.0),
    "relu6": lambda x: min(max(x, 0.0), 6.0),
    "ReLU6": lambda x: min(max(x, 0.0), 6.0),
    "ReLU": lambda x: max(x, 0.0),
    "Sigmoid": _sigmoid,
    "Tanh": math.tanh,
    "hardsigmoid": lambda x: min(max(x + 3, 0), 6) / 6,
    "Hardsigmoid": lambda x: min(max(x + 3, 0), 6) / 6,
}
BINARY: dict[str, Callable[[float, float], float]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "pow": lambda a, b: float(a**b),
}


def with_activations(body: Body) -> Body:
    """Return a body in which a class that is an activation is torch's function."""
    entries = []
    for entry in body.entries:
        if entry.body is not None:
            inside = with_activations(entry.body)
            found = None if entry.type == "Sequential" else activation_of(inside)
            norm = rms_norm_of(inside)
            if found is not None:
                inside = inside._replace(entries=(found,), outputs=(Source(0),))
            entry = entry._replace(body=inside)
            if norm is not None:
                entry = entry._replace(type="RMSNorm", arguments=norm, body=None)
        entries.append(entry)
    return body._replace(entries=(*entries,))


def activation_of(body: Body) -> Entry | None:
    """Return the one function that a body computes; None if torch has none."""
    if len(body.inputs) != 1 or len(body.outputs) != 1 or len(body.entries) < 2:
        return None
    try:
        values = [_value(body, x) for x in POINTS]
    except (KeyError, ValueError, ZeroDivisionError, OverflowError):
        return None
    for name, arguments, formula in KNOWN:
        pairs = zip(values, POINTS, strict=True)
        if all(
            abs(value - formula(x)) < CLOSE * (1 + abs(value)) for value, x in pairs
        ):
            return Entry(
                name,
                arguments,
                (Source(-1),),
                place=body.entries[0].place,
                stateful=False,
            )
    return None


def rms_norm_of(body: Body) -> dict[str, Any] | None:
    """Return the arguments of the `RMSNorm` that a body computes, if it is one."""
    types = tuple(each.type for each in body.entries)
    if types != ("pow", "mean", "add", "rsqrt", "mul", "parameter", "mul"):
        return None
    power, mean, plus, root, scaled, weight, last = body.entries
    wired = (
        [each.sources for each in (power, mean, plus, root)]
        == [(Source(at),) for at in (-1, 0, 1, 2)]
        and {*scaled.sources} == {Source(-1), Source(3)}
        and {*last.sources} == {Source(4), Source(5)}
    )
    right = (
        power.arguments in ({"exponent": 2}, {"other": 2})
        and mean.arguments == {"dim": -1, "keepdim": True}
        and weight.name == "weight"
        and len(weight.arguments["shape"]) == 1
        and body.outputs == (Source(6),)
    )
    return {"eps": plus.arguments["other"]} if wired and right else None


def _value(body: Body, x: float) -> float:
    """Evaluate a body at one point."""
    found: list[float] = []

    def of(source: Source) -> float:
        return x if source.is_input else found[source.entry]

    for entry in body.entries:
        if entry.body is not None or entry.type == "share":
            raise KeyError(entry.type)
        operands = [of(source) for source in entry.sources]
        arguments = dict(entry.arguments)
        if entry.type in BINARY:
            if "input" in arguments:
                operands.insert(0, arguments["input"])
            operands += [
                arguments[key] for key in ("other", "exponent") if key in arguments
            ]
            one, other = operands
            found.append(BINARY[entry.type](one, other))
        elif arguments or len(operands) != 1:
            raise KeyError(entry.type)
        else:
            found.append(UNARY[entry.type](operands[0]))
    return of(body.outputs[0])
