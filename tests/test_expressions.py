"""`${…}`: what it computes, what it refuses, and the code it becomes."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlpgen.expressions import ExpressionError, evaluate
from mlpgen.sizes import Size, code_of, scaled, smaller

PARAMETERS = {"a": 4, "f": 0.5, "b": True}


@pytest.mark.parametrize(
    ("text", "value", "code"),
    [
        ("a * 2", 8, "2 * a"),
        ("a//2+1", 3, "a // 2 + 1"),
        ("(a+1)//2*3", 6, "3 * ((a + 1) // 2)"),
        ("28-a", 24, "28 - a"),
        ("a**2", 16, "a * a"),
        ("a/2", 2.0, "a / 2"),
        ("-(f+1)*2", -3.0, "-(f + 1) * 2"),
        ("f**2", 0.25, "f**2"),
        ("(f+1)**2", 2.25, "(f + 1) ** 2"),
        ("a!=1 and not b", False, "a != 1 and not b"),
        ("1 < a <= 4 or b", True, "1 < a <= 4 or b"),
        ("true", True, "True"),
        ("2 * 3", 6, "6"),
        ("a - a", 0, "0"),
    ],
)
def test_values_and_code(text: str, value: object, code: str) -> None:
    result = evaluate(f"${{{text}}}", PARAMETERS)
    assert (result.value, result.code) == (value, code)
    assert eval(result.code, {}, dict(PARAMETERS)) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1 +",
        "9**9**9",
        "2**64",
        "10**300",
        "1e308*10",
        "1/0",
        "1//0",
        "1%0",
        "a.real",
        "a[0]",
        "f()",
        "__import__('os')",
        "[1]",
        "'x'",
        "a if b else 1",
        "lambda: 1",
        "a := 1",
        "~a",
        "a << 2",
        "a @ a",
        "b + 1",
        "not a",
        "a and b",
        "a is 4",
        "a in a",
        "1j",
        "(-8)**0.5",
        "None",
        "(" * 50 + "a" + ")" * 50,
        "a;b",
        "a\nb",
        "#",
        "\0",
        "0**-1",
        "f**-9999",
        "1_0**99",
    ],
)
def test_refusals(text: str) -> None:
    with pytest.raises(ExpressionError):
        evaluate(f"${{{text}}}", PARAMETERS)


def test_an_unknown_name() -> None:
    with pytest.raises(ExpressionError) as error:
        evaluate("${c}", PARAMETERS)
    assert error.value.unknown == "c"


@given(st.text(max_size=40))
def test_any_text_is_computed_or_refused(text: str) -> None:
    with suppress(ExpressionError):
        evaluate(f"${{{text}}}", PARAMETERS)


NUMBERS = st.integers(1, 9)
OPERATIONS = st.lists(
    st.tuples(st.sampled_from("+-*/%<>"), NUMBERS, st.booleans()), max_size=7
)


@given(NUMBERS, NUMBERS, OPERATIONS)
def test_sizes_compute_what_their_code_says(a: int, b: int, steps: object) -> None:
    size: int = Size.parameter("a", a)
    other = Size.parameter("b", b)
    for sign, number, symbolic in steps:  # type: ignore[attr-defined]
        operand = other if symbolic else number
        if sign == "+":
            size = size + operand
        elif sign == "-":
            size = operand - size
        elif sign == "*":
            size = size * operand
        elif sign == "/":
            size = size // operand
        elif sign == "%":
            size = size % operand
        elif sign == "<":
            size = smaller(size, operand)
        else:
            size = scaled(size, 1.5)
    assert eval(code_of(size), {}, {"a": a, "b": b}) == int(size)


def test_the_sign_of_a_division_is_outside_of_it() -> None:
    half = Size.parameter("a", 1) // 2
    assert code_of(-half) == "-(a // 2)"
    assert code_of(Size.parameter("b", 1) - half) == "b - a // 2"
