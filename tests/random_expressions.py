"""Random expressions that have a given value with the parameters' defaults."""

from __future__ import annotations

import math
from typing import Any

from hypothesis import strategies as st

KNOWN: dict[str, Any] = {"a": 2, "b": 3, "c": 5, "p": 0.5, "q": 1.5, "t": True}
"""Parameters that any expression may use."""

Parameters = dict[str, Any]


def value_of(text: str, parameters: Parameters) -> Any:
    """Compute an expression as Python does."""
    return eval(text.replace("true", "True"), _FUNCTIONS, parameters)


_FUNCTIONS = {"floor": math.floor, "ceil": math.ceil, "log": math.log}


def _operation(inner: st.SearchStrategy[str], signs: str) -> st.SearchStrategy[str]:
    """Draw an operator with two operands, longer ones in parentheses."""
    operand = inner.map(lambda text: f"({text})" if " " in text else text)
    either = st.one_of(operand, inner)
    return st.tuples(either, st.sampled_from(signs.split()), either).map(" ".join)


def _function(inner: st.SearchStrategy[str], names: str) -> st.SearchStrategy[str]:
    """Draw a call of a function with two operands, or of `abs` with one."""

    def call(drawn: tuple[str, str, str]) -> str:
        name, one, other = drawn
        return f"{name}({one})" if name == "abs" else f"{name}({one}, {other})"

    return st.tuples(st.sampled_from(names.split()), inner, inner).map(call)


def _choice(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Draw a choice of two operands."""
    condition = st.sampled_from(["t", "a > b", "p * a < q"])
    return st.tuples(inner, condition, inner).map(
        lambda drawn: "({} if {} else {})".format(*drawn)
    )


def _deeper(leaves: st.SearchStrategy[str], signs: str) -> st.SearchStrategy[str]:
    """Draw expressions of depth 2: an operator, and others in its operands."""
    once = _operation(leaves, signs)
    called = _function(leaves, "abs min max")
    either = st.one_of(leaves, once, called, _choice(leaves))
    return st.one_of(
        _operation(either, signs),
        once.map("-({})".format),
        _function(once, "abs min max"),
        _choice(once),
    )


_ROUNDED = ["int(q * b)", "round(p * c)", "floor(q * c)", "ceil(p * b)", "ceil(c / a)"]
_LEAVES = ["a", "b", "c", "2", "1", "2 ** a", "c ** (a % b)", *_ROUNDED]
WHOLE = _deeper(st.sampled_from(_LEAVES), "+ - * // %")
REAL = _deeper(st.sampled_from(["p", "q", "a", "0.25", "log(b)"]), "+ - * /")
COMPARED = st.one_of(
    st.tuples(WHOLE, st.sampled_from(["<", ">=", "==", "!="]), WHOLE).map(" ".join),
    st.tuples(REAL, st.just("<"), REAL, st.just("<="), REAL).map(" ".join),
    st.just("t"),
)
TRUTH = st.one_of(
    COMPARED,
    st.tuples(COMPARED, st.sampled_from(["and", "or"]), COMPARED).map(" ".join),
)


@st.composite
def aimed(draw: st.DrawFn, wanted: Any, free: str = "n") -> tuple[str, Parameters]:
    """Draw an expression of depth 3 that has a value, and the parameter for that.

    Args:
        draw: Hypothesis's function.
        wanted: The value: a whole number, another one, or true or false.
        free: The name of a parameter with a default that makes it so.
    """
    if isinstance(wanted, bool):
        text = draw(TRUTH.filter(_fits))
        found = value_of(text, KNOWN)
        return (text if found is wanted else f"not ({text})"), {}
    if isinstance(wanted, int):
        inner = draw(WHOLE.filter(_fits))
        ways = _whole_ways(wanted, value_of(inner, KNOWN))
    else:
        inner = draw(REAL.filter(_fits))
        ways = _real_ways(wanted, value_of(inner, KNOWN))
    text, default = draw(st.sampled_from(ways))
    return text.format(free=free, inner=f"({inner})"), {free: default}


def _fits(text: str) -> bool:
    """Tell whether it can be computed, and is not too long with more around it."""
    try:
        return len(text) < 40 and abs(value_of(text, KNOWN)) < 1000
    except ZeroDivisionError:
        return False


def _whole_ways(wanted: int, inner: int) -> list[tuple[str, int]]:
    """Say how a parameter and another value give a third, for the default of each."""
    ways = [
        ("{free} - {inner}", wanted + inner),
        ("{inner} - {free}", inner - wanted),
        ("{inner} + {free}", wanted - inner),
        ("-({free} - {inner})", inner - wanted),
    ]
    if inner > 0:
        ways.append(("{free} // {inner}", wanted * inner + inner // 2))
    if inner and wanted % inner == 0:
        ways.append(("{inner} * {free}", wanted // inner))
    if inner > wanted >= 0:
        ways.append(("{free} % {inner}", wanted + inner))
    return ways


def _real_ways(wanted: float, inner: float) -> list[tuple[str, float]]:
    ways = [
        ("{free} - {inner}", wanted + inner),
        ("{inner} - {free}", inner - wanted),
        ("-({free} - {inner})", inner - wanted),
    ]
    if inner:
        ways += [
            ("{free} / {inner}", wanted * inner),
            ("{inner} * {free}", wanted / inner),
        ]
    if wanted > 0:
        ways.append(("({free} - {inner}) ** 2", math.sqrt(wanted) + inner))
    return [(text, float(default)) for text, default in ways]
