"""Functions of each element: what they do to an interval."""

from __future__ import annotations

import math
from math import inf
from typing import TYPE_CHECKING

from mlpgen.graph.effects.effect import LOGARITHMIC, PROBABLE, Effect

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def exp(x: float) -> float:
    """Return the exponential; infinity where it is too large for a float."""
    return math.exp(x) if x < 700 else inf


def log(x: float) -> float:
    """Return the logarithm; that of 0 is minus infinity."""
    return math.log(x) if x > 0 else -inf


def logistic(x: float) -> float:
    """Return the sigmoid."""
    return 1 / (1 + exp(-x))


def softplus(x: float) -> float:
    """Return log(1 + exp(x))."""
    return x if x > 30 else math.log1p(exp(x))


def _elu(x: float, alpha: float = 1.0) -> float:
    return x if x > 0 else alpha * math.expm1(x)


def _softsign(x: float) -> float:
    return math.copysign(1, x) if math.isinf(x) else x / (1 + abs(x))


def _root(x: float) -> float:
    return math.sqrt(max(x, 0))


def _rounded(function: Callable[[float], float]) -> Callable[[float], float]:
    return lambda x: x if math.isinf(x) else function(x)


def _sign(x: float) -> float:
    return (x > 0) - (x < 0)


def _limited(low: float, high: float) -> Callable[[float], float]:
    return lambda x: min(max(x, low), high)


INCREASING: Mapping[str, Callable[[float], float]] = {
    "asinh": lambda x: x if math.isinf(x) else math.asinh(x),
    "atan": math.atan,
    "ceil": _rounded(math.ceil),
    "erf": math.erf,
    "exp": exp,
    "exp2": lambda x: exp(x * math.log(2)),
    "expm1": lambda x: exp(x) - 1,
    "floor": _rounded(math.floor),
    "hardsigmoid": lambda x: min(max(x / 6 + 0.5, 0), 1),
    "log": log,
    "log10": lambda x: log(x) / math.log(10),
    "log1p": lambda x: log(1 + x),
    "log2": lambda x: log(x) / math.log(2),
    "logsigmoid": lambda x: -softplus(-x),
    "relu": _limited(0, inf),
    "relu6": _limited(0, 6),
    "round": _rounded(round),
    "selu": lambda x: 1.0507 * _elu(x, 1.6733),
    "sigmoid": logistic,
    "sign": _sign,
    "sinh": lambda x: math.copysign(inf, x) if abs(x) > 700 else math.sinh(x),
    "softplus": softplus,
    "softsign": _softsign,
    "sqrt": _root,
    "tanh": math.tanh,
    "trunc": _rounded(math.trunc),
}
"""Functions without arguments that matter, by the name of the operation in small."""
DIPS = {"gelu": -0.17, "silu": -0.2785, "mish": -0.3089, "hardswish": -0.375}
"""The lowest value of functions that fall before they rise."""
SYMMETRIC: Mapping[str, Callable[[float], float]] = {
    "abs": lambda x: x,
    "square": lambda x: x * x,
}
"""Functions of the absolute value, which rise with it."""
WAVES = ("sin", "cos")
SHRINKING = ("tanhshrink", "softshrink", "hardshrink")
LOGARITHMS = ("log", "log1p", "log2", "log10")


def elementwise(
    name: str, x: Effect, number: Callable[[str], float | None]
) -> Effect | None:
    """Return what holds after a function of each element; None for others.

    Args:
        name: The operation, in small letters.
        x: Its input.
        number: Reads an argument of it that is a number.
    """
    if name in LOGARITHMS and x.low < (-1 if name == "log1p" else 0):
        return Effect()  # not a number, for some
    if name in LOGARITHMS:
        return x.by(INCREASING[name])._replace(veiled=None)
    if name in INCREASING:
        return x.by(INCREASING[name])
    if name in DIPS:
        high = max(x.high, 0)
        found = x.by(lambda y: max(y, 0))
        return found if x.low >= 0 else found._replace(low=DIPS[name], high=high)
    if name in SYMMETRIC:
        return _symmetric(SYMMETRIC[name], x)
    if name in WAVES:
        return Effect(-1, 1, x.free)
    if name in SHRINKING:
        return x._replace(kind="logits" if x.kind == "logits" else "", veiled=x.changed)
    if name == "neg":
        return x.times(-1)
    return _with_arguments(name, x, number)


def _symmetric(function: Callable[[float], float], x: Effect) -> Effect:
    far = function(max(abs(x.low), abs(x.high)))
    near = 0 if x.low < 0 < x.high else function(min(abs(x.low), abs(x.high)))
    return Effect(near, far, x.exact, veiled=x.changed)


def _with_arguments(
    name: str, x: Effect, number: Callable[[str], float | None]
) -> Effect | None:
    """Return what holds after a function that a number belongs to."""
    if name in ("elu", "celu"):
        alpha = number("alpha") or 1.0
        return x.by(lambda y: _elu(y, alpha))
    if name == "leakyrelu":
        slope = number("negative_slope") or 0.0
        found = x.by(lambda y: y if y > 0 or slope <= 0 else slope * y)
        return found if slope > 0 else Effect()
    if name in ("prelu", "rrelu"):
        same = x.free or x.low >= 0
        return Effect(x.low, x.high, x.exact, veiled=x.changed) if same else Effect()
    if name == "hardtanh":
        return x.by(_limited(number("min_val") or 0.0, number("max_val") or 0.0))
    if name == "clamp":
        return _clamped(x, number("min"), number("max"))
    if name == "threshold":
        least, value = number("threshold"), number("value")
        if least is None or value is None:
            return Effect()
        low, high = min(max(x.low, least), value), max(x.high, value)
        return Effect(low, high, x.free)
    return _power(x, number("exponent")) if name == "pow" else None


def _clamped(x: Effect, low: float | None, high: float | None) -> Effect:
    least, most = -inf if low is None else low, inf if high is None else high
    found = x.by(_limited(least, most))
    if x.kind in (*PROBABLE, *LOGARITHMIC):
        return x._replace(low=found.low, high=found.high)
    return found


def _power(x: Effect, exponent: float | None) -> Effect | None:
    if exponent is None:
        return None
    if exponent == 2:
        return _symmetric(SYMMETRIC["square"], x)
    if exponent > 0 and x.low >= 0:
        return x.by(lambda y: y if math.isinf(y) else y**exponent)
    even = float(exponent).is_integer() and exponent % 2 == 0
    return Effect(0 if even or x.low >= 0 else -inf, veiled=x.changed)
