"""Sizes: equal ones compare equal, and their code computes them."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlpgen.symbols.equality import same
from mlpgen.symbols.evaluation import evaluate
from mlpgen.symbols.sizes import (
    Size,
    code_of,
    either,
    has_code,
    minimum,
    scaled,
    sum_of,
)
from mlpgen.symbols.substitution import substituted
from mlpgen.symbols.work_limit import WorkError, limited

if TYPE_CHECKING:
    from collections.abc import Mapping

NAMES = ("a", "b", "c", "d")
FACTORS = "((a - n) // 3 + 1) * ((b - n) // 3 + 1)"


def sizes(**values: int) -> list[Size]:
    return [Size.parameter(name, value) for name, value in values.items()]


a, b, c, d, n = sizes(a=8, b=6, c=9, d=5, n=4)


@pytest.mark.parametrize(
    ("size", "code"),
    [
        (3 * a + (d - 1) * a, "(d + 2) * a"),
        (c + a + (d - 1) * a, "c + d * a"),
        ((a + 1) * (b + 2), "(a + 1) * (b + 2)"),
        ((a + 1) * (b + 2) * (c + 3), "(a + 1) * (b + 2) * (c + 3)"),
        ((a // n + 1) * (b // n + 1), "(a // n + 1) * (b // n + 1)"),
        (((a - n) // 3 + 1) * ((b - n) // 3 + 1), FACTORS),
        (((a - n) // 3 + 1) * ((b - n) // 3 + 1) * c, f"{FACTORS} * c"),
        (6 * ((a - n) // 3 + 1) * ((b - n) // 3 + 1), f"6 * {FACTORS}"),
        (2 * (a + b), "2 * (a + b)"),
        (2 * a + 4, "2 * a + 4"),
        (64 + 32 * a, "32 * a + 64"),
        (28 - a, "28 - a"),
        ((c + 1) // 2, "(c + 1) // 2"),
        (c - c // 2, "(c + 1) // 2"),
        (b - a // 2, "b - a // 2"),
        (-(a // 2), "-(a // 2)"),
        (3 * a // 2, "3 * a // 2"),
        ((a + 1) // 2 * 3, "3 * ((a + 1) // 2)"),
        ((a + 1) // 2 + c // 2 + a // 2, "c // 2 + a"),
        (c // 3 + (c + 1) // 3 + (c + 2) // 3, "c"),
        (c - c // 3 - (c + 1) // 3, "(c + 2) // 3"),
        (((c + 1) // 2 + 1) // 2, "(c + 3) // 4"),
        (c // 2 // 2 + (c // 2 + 1) // 2, "c // 2"),
        ((c - 3) // 2 + 1, "(c - 1) // 2"),
        ((c + 2 * a - 1) // n + 1, "(c + 2 * a - 1) // n + 1"),
        ((c - 1) // n + 1, "(c - 1) // n + 1"),
        ((a * n + b) // n, "a + b // n"),
        ((2 * a * b) // (2 * b * n), "a // n"),
        ((a * b + a) // (b + 1), "a"),
        (a % n, "a % n"),
        (a - a % 2, "2 * (a // 2)"),
        (3 * a % 2, "a % 2"),
        (a // 2 * 2 + a % 2, "a"),
        (minimum(a, 2 * a), "a"),
        (minimum(a + 4, b + 4), "min(a + 4, b + 4)"),
        (scaled(a, 1.5), "int(a * 1.5)"),
        (a * (b // 2) * (c // 2), "a * (b // 2) * (c // 2)"),
        (d - b // (d - c), "d - b // (d - c)"),
        ((b + 5) // 2, "(b + 5) // 2"),
        ((2 * c * b + a * b) // (2 * b), "c + a // 2"),
    ],
)
def test_code_is_written_as_by_hand(size: int, code: str) -> None:
    assert code_of(size) == code
    values = {"a": 8, "b": 6, "c": 9, "d": 5, "n": 4}
    assert eval(code, {}, values) == size


def test_terms_keep_their_order_where_sizes_are_replaced() -> None:
    same = dict(zip("abcd", (a, b, c, d), strict=True))
    assert code_of(substituted(c + 2 * a + b * d, same)) == "c + 2 * a + b * d"


@pytest.mark.parametrize("parts", range(1, 9))
@pytest.mark.parametrize("chunks", [2, 3, 5, 8])
def test_uneven_parts_add_up(parts: int, chunks: int) -> None:
    size: int = Size.parameter("c", 97)
    for _ in range(parts):
        each = -(-size // chunks)
        size = each * (chunks - 1) + (size - each * (chunks - 1))
    assert code_of(size) == "c"
    assert code_of(sum((c + at) // chunks for at in range(chunks))) == "c"


def test_a_condition_is_asked_once() -> None:
    condition = evaluate("${a > 4}", {"a": 8})
    size: int = c
    for _ in range(40):
        size = either(condition, size // 2, size)
    assert code_of(either(condition, a, b)) == "a if a > 4 else b"
    assert same(either(condition, either(condition, a, b), d), either(condition, a, d))
    assert same(either(condition, c + a, c), c + either(condition, a, 0))
    assert code_of(size) == f"c // {2**40} if a > 4 else c"


def test_sizes_without_code_keep_value_and_names() -> None:
    names = [Size.parameter(f"p{at}", at) for at in range(24)]
    total = sum(names)
    size = total**2
    for _ in range(4):
        size = size * total
    assert int(size) == 276**6
    assert not has_code(size)
    assert sum_of(size).names == {f"p{at}" for at in range(24)}


@pytest.mark.parametrize(("divisions", "readable"), [(40, True), (41, False)])
def test_code_is_nested_at_most_40_times(divisions: int, readable: bool) -> None:
    size: int = a
    for _ in range(divisions):
        size = (size + 1) // n
    assert has_code(size) is readable


def test_work_is_limited() -> None:
    with limited(50), pytest.raises(WorkError):
        for _ in range(100):
            a + b


NUMBER = st.integers(-4, 7).map(str)
DIVISOR = st.sampled_from(["1", "2", "2", "3", "4", "6", "-2"])
Tree = str | tuple[object, ...]


def combined(part: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    return st.one_of(
        st.tuples(st.sampled_from("+-*/%"), part, part),
        st.tuples(st.sampled_from("//%"), part, DIVISOR),
        st.tuples(st.just("?"), part, part),
        st.tuples(st.just("half"), part),
    )


TREES = st.recursive(st.sampled_from(NAMES) | NUMBER, combined, max_leaves=9)
CONDITION = "a < b"


def computed(tree: object, values: Mapping[str, int], *, symbolic: bool) -> int:
    """Compute with Python's numbers, or with sizes."""
    if isinstance(tree, str):
        number = values.get(tree)
        if number is None:
            return int(tree)
        return Size.parameter(tree, number) if symbolic else number
    assert isinstance(tree, tuple)
    sign, *parts = tree
    one, *others = [computed(each, values, symbolic=symbolic) for each in parts]
    match sign:
        case "half":
            return scaled(one, 0.5) if symbolic else int(one * 0.5)
        case "?":
            condition = evaluate(f"${{{CONDITION}}}", values)
            if symbolic:
                return either(condition, one, others[0])
            return one if condition.value else others[0]
        case "+":
            return one + others[0]
        case "-":
            return one - others[0]
        case "*":
            return one * others[0]
        case "/":
            return one // others[0]
    return one % others[0]


VALUES = st.fixed_dictionaries({name: st.integers(-9, 12) for name in NAMES})


@given(TREES, VALUES, st.lists(VALUES, min_size=4, max_size=4))
def test_sizes_compute_what_python_computes(
    tree: Tree, values: dict[str, int], others: list[dict[str, int]]
) -> None:
    try:
        wanted = computed(tree, values, symbolic=False)
    except ZeroDivisionError:
        return
    size = computed(tree, values, symbolic=True)
    assert int(size) == wanted
    assert has_code(size)
    for other in others:
        with suppress(ZeroDivisionError):
            wanted = computed(tree, other, symbolic=False)
            assert eval(code_of(size), {}, dict(other)) == wanted
            assert substituted(size, other) == wanted


@given(
    st.recursive(
        st.sampled_from(NAMES) | NUMBER,
        lambda part: st.one_of(
            st.tuples(st.sampled_from("++-"), part, part),
            st.tuples(st.sampled_from("/%"), part, DIVISOR),
            st.tuples(st.just("?"), part, part),
        ),
        max_leaves=9,
    )
)
def test_simplified_sizes_do_not_change(tree: Tree) -> None:
    size = computed(tree, dict.fromkeys(NAMES, 5), symbolic=True)
    again = substituted(size, {name: Size.parameter(name, 5) for name in NAMES})
    assert same(again, size)
    assert code_of(again - size) == "0"
