"""`${…}`: values, errors, and generated code."""

from __future__ import annotations

import math
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from mlpgen.symbols.evaluation import evaluate
from mlpgen.symbols.expressions import ExpressionError
from mlpgen.symbols.sizes import Size, code_of, either, minimum, scaled
from mlpgen.symbols.substitution import substituted

from .examples import examples
from .linters import ruff

if TYPE_CHECKING:
    from pathlib import Path

PARAMETERS = {"a": 4, "d": 5, "f": 0.5, "b": True}


@pytest.mark.parametrize(
    ("text", "value", "code"),
    [
        ("a * 2", 8, "2 * a"),
        ("a//2+1", 3, "a // 2 + 1"),
        ("(a+1)//2*3", 6, "3 * ((a + 1) // 2)"),
        ("28-a", 24, "28 - a"),
        ("a**2", 16, "a * a"),
        ("2**a", 16, "2**a"),
        ("a ** (a - 2) * 3", 48, "3 * a ** (a - 2)"),
        ("2 ** (a % 3) + 1", 3, "2 ** (a % 3) + 1"),
        ("(a + 1) ** a // 5", 125, "(a + 1) ** a // 5"),
        ("a/2", 2.0, "a / 2"),
        ("-(f+1)*2", -3.0, "-(f + 1) * 2"),
        ("f**2", 0.25, "f**2"),
        ("(f+1)**2", 2.25, "(f + 1) ** 2"),
        ("a!=1 and not b", False, "a != 1 and not b"),
        ("1 < a <= 4 or b", True, "1 < a <= 4 or b"),
        ("true", True, "True"),
        ("2 * 3", 6, "6"),
        ("a - a", 0, "0"),
        ("9223372036854775807", 2**63 - 1, "9223372036854775807"),
        ("2 if b else 1", 2, "2 if b else 1"),
        ("a if a > 9 else 2 * a", 8, "a if a > 9 else 2 * a"),
        ("(2 if b else 1) * a", 8, "(2 if b else 1) * a"),
        ("a if b else f", 4.0, "float(a) if b else f"),
        ("1 if b else f", 1.0, "1.0 if b else f"),
        ("0 if b else 0.0", 0.0, "0.0"),
        ("true if b else false", True, "b"),
        ("1 == 2 if b else 3 == 4", False, "False"),
        ("1 < 2 if b else 3 < 4", True, "True"),
        ("1 == 2 if b else 3 < 4", False, "not b"),
        ("false if a > 1 else true", False, "not a > 1"),
        ("b if a > 1 else true", True, "b if a > 1 else True"),
        ("2 if 1 < 2 else a // 0", 2, "2"),
        ("3 if f > 0 else 1 // a", 3, "3 if f > 0 else 1 // a"),
        ("a if a != d else d", 4, "a"),
        ("a if d == a else d", 5, "d"),
        ("a if a != d else 2 * d", 4, "a if a != d else 2 * d"),
        ("int(b) + 1", 2, "2 if b else 1"),
        ("min(a, 7, 9)", 4, "min(a, 7)"),
        ("max(1, int(24 * f))", 12, "max(1, int(24 * f))"),
        ("max(a, f)", 4.0, "max(float(a), f)"),
        ("min(a + 2, a)", 4, "a"),
        ("max(0, -a)", 0, "max(0, -a)"),
        ("abs(-a)", 4, "abs(-a)"),
        ("abs(f - 1)", 0.5, "abs(f - 1)"),
        ("int(a * f)", 2, "int(a * f)"),
        ("int(f * a)", 2, "int(f * a)"),
        ("int(a)", 4, "a"),
        ("int(a * 3)", 12, "3 * a"),
        ("round(a / 7)", 1, "round(a / 7)"),
        ("round(a * f * 1.25)", 2, "round(a * f * 1.25)"),
        ("round(2.5)", 2, "2"),
        ("floor(a / 3)", 1, "a // 3"),
        ("ceil(a / 3)", 2, "-(-a // 3)"),
        ("ceil(a / 2)", 2, "(a + 1) // 2"),
        ("ceil(a * f * 1.1)", 3, "math.ceil(a * f * 1.1)"),
        ("floor(f)", 0, "math.floor(f)"),
        ("log(1)", 0.0, "0.0"),
        ("-log(16.0) / log(a)", -2.0, "-2.772588722239781 / math.log(a)"),
        ("round(a * log(a))", 6, "round(a * math.log(a))"),
        ("max(8, int(a * f + 4) // 8 * 8)", 8, "max(8, 8 * (int(a * f + 4) // 8))"),
    ],
)
def test_values_and_code(text: str, value: object, code: str) -> None:
    result = evaluate(f"${{{text}}}", PARAMETERS)
    assert (result.value, result.code) == (value, code)
    assert type(result.value) is type(value) or isinstance(result.value, Size)
    assert eval(result.code, {"math": math}, dict(PARAMETERS)) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1 +",
        "9**9**9",
        "2**63",
        "2 ** (a - 5)",
        "2 ** (16 * a)",
        "9 ** (10 * a)",
        "9223372036854775807 + 1",
        "10**300",
        "1e308*10",
        "1/0",
        "1//0",
        "1%0",
        "a.real",
        "a[0]",
        "f()",
        "min()",
        "min(a)",
        "log(0)",
        "log(-a)",
        "log(a, 2)",
        "log(b)",
        "abs(a, a)",
        "round(f, 1)",
        "int(x=a)",
        "max(*a)",
        "sqrt(a)",
        "len(a)",
        "math.floor(f)",
        "int(1e300)",
        "ceil(a / 0)",
        "abs(b)",
        "max(b, 1)",
        "a if b else c",
        "a if b else b",
        "1 // 0 if b else 2",
        "__import__('os')",
        "[1]",
        "'x'",
        "a if a else 1",
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


@pytest.mark.parametrize(
    ("text", "value", "code"),
    [
        ("n > 0 and c // n > 4", False, "n > 0 and c // n > 4"),
        ("n == 0 or c % n == 0", True, "n == 0 or c % n == 0"),
        ("n != 0 and not b and c / n > 1", False, "n != 0 and not b and c / n > 1"),
        ("0 < n < c // n", False, "0 < n < c // n"),
        ("n > 0 and (b or c // n > 4)", False, "n > 0 and (b or c // n > 4)"),
        ("f > 0.0 and c / f > 4", False, "f > 0.0 and c / f > 4"),
        ("index > 0 and 8 // index > 2", False, "False"),
        ("index == 0 or 8 // index > 2", True, "True"),
    ],
)
def test_branches_that_are_not_taken_are_not_computed(
    text: str, value: bool, code: str
) -> None:
    known = {"n": 0, "c": 8, "b": True, "f": 0.0, "index": 0}
    result = evaluate(f"${{{text}}}", known, fixed={"index"})
    assert (result.value, result.code) == (value, code)
    assert eval(result.code, {}, dict(known)) is value


@pytest.mark.parametrize(
    "text", ["c // n > 4 and n > 0", "n == 0 and c // n > 4", "n > 0 and 1 // 0 > 2"]
)
def test_what_python_computes_must_be_computable(text: str) -> None:
    with pytest.raises(ExpressionError):
        evaluate(f"${{{text}}}", {"n": 0, "c": 8})


def test_a_choice_computes_what_it_chooses() -> None:
    n, c = Size.parameter("n", 2), Size.parameter("c", 8)
    choice = either(evaluate("${n > 0}", {"n": 2}), c // n, c)
    assert (choice, code_of(choice)) == (4, "c // n if n > 0 else c")
    assert substituted(choice, {"n": 4, "c": 8}) == 2
    assert substituted(choice, {"n": 0, "c": 8}) == 8
    with pytest.raises(ExpressionError):
        substituted(c // n, {"n": 0, "c": 8})


@pytest.mark.parametrize(
    ("text", "message", "help"),
    [
        ("8 + (a == 4)", "`a == 4` is true or false, not a number", "`int(a == 4)` is"),
        ("sqrt(a)", "there is no function `sqrt`, only abs, ceil, floor, int, len", ""),
        ("min(a)", "`min` takes two numbers or more", ""),
        ("round(f, 1)", "`round` takes one number", ""),
        ("2 if b", "is not a Python expression", "`a if condition else b`"),
        ("b ? 2 : 1", "is not a Python expression", "`a if condition else b`"),
        ("2 if a = 0 else 1", "is not a Python expression", "`==` compares"),
        ("a > 2 && b", "is not a Python expression", "joined by `and`"),
        ("!b", "is not a Python expression", "`not`"),
        ("a <= 2 +", "is not a Python expression", ""),
        ("a ^ 2", "bit operations are not allowed", "a power is `**`"),
        ("a if b else b", "chooses between a number and true or false", ""),
    ],
)
def test_what_is_said(text: str, message: str, help: str) -> None:
    with pytest.raises(ExpressionError) as error:
        evaluate(f"${{{text}}}", PARAMETERS)
    assert message in error.value.message
    assert help in error.value.help
    assert help or not error.value.help


def test_functions_of_other_values() -> None:
    """They are computed again where a block gives its parameters other values."""
    known = {"n": 5, "f": 0.5}
    for text, other in {
        "max(n, 3) + 1": 4,
        "min(n, 3)": 2,
        "abs(n - 3)": 1,
        "int(n * f)": 3,
        "round(f * n)": 3,
        "ceil(f * n) + 0 * n": 3,
        "n if f > 1 else 7": 2,
    }.items():
        size = evaluate(f"${{{text}}}", known).value
        assert substituted(size, {"n": 2, "f": 1.5}) == other, text


def test_an_unknown_name() -> None:
    with pytest.raises(ExpressionError) as error:
        evaluate("${c}", PARAMETERS)
    assert error.value.unknown == "c"


@given(st.text(max_size=40))
def test_any_text_is_computed_or_refused(text: str) -> None:
    with suppress(ExpressionError):
        evaluate(f"${{{text}}}", PARAMETERS)


NAMES = {"a": 3, "b": 2, "p": 0.1, "q": 1.7, "t": True, "u": False}
OTHERS = {"a": 9, "b": 7, "p": 0.3, "q": 2.6, "t": False, "u": True}
FUNCTIONS = {"math": math, "floor": math.floor, "ceil": math.ceil}


def _call(drawn: tuple[str, ...]) -> str:
    name, *arguments = drawn
    return f"{name}({', '.join(arguments)})"


NUMERIC = st.recursive(
    st.sampled_from(["a", "b", "p", "q", "2", "0.25", "1.0e+16", "7"]),
    lambda part: st.one_of(
        st.tuples(part, st.sampled_from(["+", "-", "*", "/", "//", "%"]), part).map(
            " ".join
        ),
        st.tuples(part, st.sampled_from(["2", "p", "q**2", "-1"])).map("**".join),
        part.map("-{}".format),
        part.map("({})".format),
        st.tuples(st.sampled_from(["min", "max"]), part, part).map(_call),
        st.tuples(st.sampled_from(["abs", "int", "round", "floor", "ceil"]), part).map(
            _call
        ),
        st.tuples(part, st.sampled_from(["t", "a > 3", "p * b < q"]), part).map(
            lambda drawn: "({} if {} else {})".format(*drawn)
        ),
    ),
    max_leaves=4,
)
COMPARED = st.tuples(
    NUMERIC, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), NUMERIC
).map(" ".join)
CHAINED = st.tuples(
    COMPARED, st.sampled_from(["<", "==", "!="]), st.sampled_from(["a", "b", "7"])
).map(" ".join)
LOGICAL = st.recursive(
    st.sampled_from(["t", "u", "true", "false", "1 == 2", "2 > 1"])
    | COMPARED
    | CHAINED,
    lambda part: st.one_of(
        st.tuples(part, st.sampled_from(["t", "a > 3"]), part).map(
            lambda drawn: "({} if {} else {})".format(*drawn)
        ),
        st.tuples(part, st.sampled_from(["and", "or"]), part).map(" ".join),
        part.map("not {}".format),
        part.map("({})".format),
    ),
    max_leaves=3,
)


@examples(300, 1500)
def test_code_computes_the_value_and_passes_ruff(examples: int, tmp_path: Path) -> None:
    found: dict[str, None] = {}

    @settings(max_examples=examples, phases=[Phase.generate])
    @given(NUMERIC | LOGICAL)
    def write(text: str) -> None:
        try:
            result = evaluate(f"${{{text}}}", NAMES)
        except ExpressionError:
            return
        assert eval(result.code, FUNCTIONS, NAMES) == result.value
        python = text.replace("true", "True").replace("false", "False")
        for names in (NAMES, OTHERS):  # the code is right for other arguments too
            with suppress(ArithmeticError, TypeError):
                wanted = eval(python, FUNCTIONS, names)
                assert eval(result.code, FUNCTIONS, names) == pytest.approx(wanted)
        wanted = eval(python, FUNCTIONS, NAMES)
        assert result.value == pytest.approx(wanted)
        mixed = (
            " if " in text or "min(" in text or "max(" in text
        )  # 1 is 1.0 beside 0.5
        assert isinstance(result.value, float) == isinstance(wanted, float) or mixed
        assert isinstance(result.value, float) or not isinstance(wanted, float)
        found[result.code] = None

    write()
    assert len(found) > 0.27 * examples
    lines = [
        f"def f{index}(a, b, p, q, t, u):\n    return g(x={code})\n"
        for index, code in enumerate(found)
        if len(code) < 60
    ]
    (tmp_path / "expressions.py").write_text("\n\n".join(lines), encoding="utf-8")
    ruff(tmp_path, ignore="F821")


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
            size = minimum(size, operand)
        else:
            size = scaled(size, 1.5)
    assert eval(code_of(size), {}, {"a": a, "b": b}) == int(size)


def test_the_sign_of_a_division_is_outside_of_it() -> None:
    half = Size.parameter("a", 1) // 2
    assert code_of(-half) == "-(a // 2)"
    assert code_of(Size.parameter("b", 1) - half) == "b - a // 2"
