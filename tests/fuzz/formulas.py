"""Random expressions; most have the value of the number that they replace."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from .plain_specs import neat, numbers

if TYPE_CHECKING:
    import random

    from .plain_specs import Data

ARITHMETIC = ("+", "-", "*", "//", "%", "/", "**")
ROUNDED = ("int", "round", "floor", "ceil")
FUNCTIONS: dict[str, Any] = {
    "abs": abs,
    "int": int,
    "max": max,
    "min": min,
    "round": round,
    "ceil": math.ceil,
    "floor": math.floor,
}
COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")
DEEPEST = 3


def formula(rng: random.Random, names: list[str], depth: int = DEEPEST) -> str:
    """Draw the code of a number."""
    if depth == 0 or rng.random() < 0.25:
        if names and rng.random() < 0.7:
            return rng.choice(names)
        return str(rng.choice([0, 1, 2, 3, 4, 8]))
    if rng.random() < 0.1:
        return f"-({formula(rng, names, depth - 1)})"
    if rng.random() < 0.2:
        return _called(rng, names, depth - 1)
    operator = rng.choice(ARITHMETIC[:5] if rng.random() < 0.9 else ARITHMETIC)
    left = formula(rng, names, depth - 1)
    right = formula(rng, names, depth - 1)
    if operator == "**":
        right = rng.choice("123")
    return f"({left}) {operator} ({right})"


def _called(rng: random.Random, names: list[str], depth: int) -> str:
    """Draw a function of numbers, or a choice between two."""
    one, other = (formula(rng, names, depth) for _ in range(2))
    kind = rng.choice(["if", "min", "max", "abs", "int", *ROUNDED])
    if kind == "if":
        return f"({one}) if {condition(rng, names, 0)} else ({other})"
    if kind in ("min", "max"):
        return f"{kind}({one}, {other})"
    if kind == "int":
        return f"int({condition(rng, names, 0)})"
    if kind == "abs":
        return f"abs({one})"
    sign, factor = rng.choice(["*", "/"]), rng.choice(["0.5", "1.5", "0.3", "2", "3"])
    return f"{kind}(({one}) {sign} {factor})"


def condition(rng: random.Random, names: list[str], depth: int = 2) -> str:
    """Draw the code of a condition."""
    kind = rng.random()
    if depth and kind < 0.2:
        return f"not ({condition(rng, names, depth - 1)})"
    if depth and kind < 0.5:
        word = rng.choice(["and", "or"])
        left, right = (condition(rng, names, depth - 1) for _ in range(2))
        return f"({left}) {word} ({right})"
    left, right = (formula(rng, names, 1) for _ in range(2))
    return f"({left}) {rng.choice(COMPARISONS)} ({right})"


def equal_to(rng: random.Random, value: Any, parameters: Data) -> str | None:
    """Draw an expression with a given value; None if none is found."""
    known = numbers(parameters)
    for _ in range(5):
        code = formula(rng, [*known])
        found = computed(code, known)
        if type(found) is not int or abs(found) > 10**6:
            continue
        off = value - found
        if off:
            code = _corrected(rng, code, off)
        if computed(code, known) == value:
            return f"${{{neat(code)}}}"
    return None


def _corrected(rng: random.Random, code: str, off: int | float) -> str:
    if rng.random() < 0.3:
        return f"{off} + ({code})" if rng.random() < 0.5 else f"{off} - (-({code}))"
    return f"({code}) + {off}" if off > 0 else f"({code}) - {-off}"


def any_number(rng: random.Random, parameters: Data, more: list[str]) -> str:
    """Draw an expression with any value."""
    return (
        f"${{{neat(formula(rng, [*numbers(parameters), *more], rng.randint(0, 3)))}}}"
    )


def any_condition(rng: random.Random, parameters: Data, more: list[str]) -> str:
    """Draw an expression that is true or false; some are a parameter."""
    flags = [name for name, value in parameters.items() if type(value) is bool]
    if flags and rng.random() < 0.4:
        return f"${{{rng.choice(['', 'not '])}{rng.choice(flags)}}}"
    return f"${{{neat(condition(rng, [*numbers(parameters), *more]))}}}"


def computed(code: str, known: Data) -> Any:
    """Compute a drawn expression; None if that fails: a name may be a keyword."""
    try:
        return eval(code, {"__builtins__": {}, **FUNCTIONS}, known)
    except (ArithmeticError, ValueError, NameError, TypeError, SyntaxError):
        return None
