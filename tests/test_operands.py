"""Parentheses are where Python needs them, and nowhere else."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

import pytest
import torch
from hypothesis import strategies as st

from mlpgen import api
from mlpgen.styles.layout import bracketed
from mlpgen.symbols import operands
from mlpgen.symbols.operands import Operand

from .examples import drawn
from .networks import model, network

if TYPE_CHECKING:
    from mlpgen.api import Network

Made = tuple[Operand, ast.expr]
"""Code, and how Python must parse it."""

OPERATORS = {
    "+": ast.Add,
    "-": ast.Sub,
    "*": ast.Mult,
    "/": ast.Div,
    "//": ast.FloorDiv,
    "%": ast.Mod,
    "@": ast.MatMult,
    "&": ast.BitAnd,
    "|": ast.BitOr,
    "^": ast.BitXor,
    "<<": ast.LShift,
    ">>": ast.RShift,
}
LOAD = ast.Load()
COMPARISONS = {"<": ast.Lt, "==": ast.Eq, "!=": ast.NotEq, ">=": ast.GtE}


def _number(value: float) -> Made:
    tree: ast.expr = ast.Constant(abs(value))
    return operands.number(value), ast.UnaryOp(ast.USub(), tree) if value < 0 else tree


def _infix(made: tuple[str, Made, Made]) -> Made:
    sign, (one, left), (other, right) = made
    code = operands.infix(sign, one, other)
    if sign in OPERATORS:
        return code, ast.BinOp(left, OPERATORS[sign](), right)
    return code, ast.Compare(left, [COMPARISONS[sign]()], [right])


def _power(made: tuple[Made, Made]) -> Made:
    (one, left), (other, right) = made
    return operands.power(one, other), ast.BinOp(left, ast.Pow(), right)


def _logical(made: tuple[str, Made, Made]) -> Made:
    word, (one, left), (other, right) = made
    op = ast.And if word == "and" else ast.Or
    joined: list[ast.expr] = []
    for each in (left, right):  # `a and (b and c)` is `a and b and c`
        same = isinstance(each, ast.BoolOp) and isinstance(each.op, op)
        joined += each.values if same else [each]  # type: ignore[attr-defined]
    return operands.logical(word, [one, other]), ast.BoolOp(op(), joined)


def _turned(made: Made) -> Made:
    return operands.negation(made[0]), ast.UnaryOp(ast.Not(), made[1])


def _negative(made: Made) -> Made:
    return operands.negative(made[0]), ast.UnaryOp(ast.USub(), made[1])


def _choice(made: tuple[Made, Made, Made]) -> Made:
    (condition, test), (one, body), (other, orelse) = made
    return operands.choice(condition, one, other), ast.IfExp(test, body, orelse)


def _call(made: tuple[Made, Made]) -> Made:
    (one, left), (other, right) = made
    return operands.call("min", one, other), ast.Call(
        ast.Name("min", LOAD), [left, right], []
    )


LEAVES = st.one_of(
    st.sampled_from("abc").map(
        lambda text: (operands.name(text), ast.Name(text, LOAD))
    ),
    st.sampled_from([2, -3, 0.5, -1e-08]).map(_number),
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(st.sampled_from([*OPERATORS, *COMPARISONS]), inner, inner).map(
            _infix
        ),
        st.tuples(inner, inner).map(_power),
        st.tuples(st.sampled_from(["and", "or"]), inner, inner).map(_logical),
        inner.map(_turned),
        inner.map(_negative),
        st.tuples(inner, inner, inner).map(_choice),
        st.tuples(inner, inner).map(_call),
    ),
    max_leaves=5,
)


def _read(text: str) -> str:
    return ast.dump(ast.parse(text, mode="eval").body)


@drawn(TREES, TREES, few=100, all_=400)
def test_code_is_read_as_the_tree_that_it_was_made_of(one: Made, other: Made) -> None:
    code, tree = one
    assert _read(code.text) == ast.dump(ast.fix_missing_locations(tree))
    # A name in it may stand for other code, and for an attribute.
    put = code.replaced({"a": other[0], "b": operands.atom("self.b")})

    class Replaced(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.expr:
            if node.id == "b":
                return ast.Attribute(ast.Name("self", LOAD), "b", LOAD)
            return other[1] if node.id == "a" else node

    wanted = Replaced().visit(ast.parse(ast.unparse(tree), mode="eval").body)
    assert _read(put.text) == _read(ast.unparse(wanted))
    assert code.names == {
        each.id
        for each in ast.walk(ast.parse(code.text))
        if isinstance(each, ast.Name) and each.id != "min"
    }
    # What follows it belongs to all of it.
    behind = ast.parse(f"{code.atom}.shape", mode="eval").body
    assert isinstance(behind, ast.Attribute)
    assert ast.dump(behind.value) == ast.dump(tree)


def test_no_needless_parentheses() -> None:
    a, b, c = map(operands.name, "abc")
    total = operands.infix("+", a, b)
    assert operands.infix("-", total, c).text == "a + b - c"
    assert operands.infix("*", total, c).text == "(a + b) * c"
    assert operands.infix("+", c, operands.infix("*", a, b)).text == "c + a * b"
    assert operands.call("min", total, c).text == "min(a + b, c)"
    both = operands.logical("and", [a, b])
    assert operands.logical("and", [c, both]).text == "c and a and b"
    assert operands.logical("or", [c, both]).text == "c or (a and b)"
    assert operands.number(2).atom == "(2)"


def test_what_is_divided_by() -> None:
    a, b, c = map(operands.name, "abc")
    total = operands.infix("+", b, operands.infix("%", a, c))
    code = operands.infix("//", operands.infix("/", a, b), total, operands.number(2))
    assert code.text == "a / b // (b + a % c) // 2"
    found = [each.text for each in code.divisors()]
    assert sorted(found) == ["2", "b", "b + a % c", "c"]


def test_operands_are_not_strings() -> None:
    with pytest.raises(TypeError):
        f"{operands.name('a')} + 1"
    with pytest.raises(TypeError):
        " + ".join([operands.name("a")])  # type: ignore[list-item]


def net(
    *layers: Any, parameters: Any, blocks: Any = None, shape: Any = (4,)
) -> Network:
    """Load a spec of these layers."""
    data: dict[str, Any] = {"name": "Net", "input": [*shape], "layers": list(layers)}
    return network({**data, "parameters": parameters, "blocks": blocks or {}})


def gives(loaded: Network, tensor: torch.Tensor, **arguments: Any) -> torch.Tensor:
    """Run both styles, which must give the same."""
    one, other = (
        type(model(loaded, style))(**arguments)(tensor) for style in api.STYLES
    )
    assert torch.equal(one, other)
    return one


def test_numbers_of_operators() -> None:
    loaded = net(
        {"sub": "${k - m}"},
        {"div": "${k * m}"},
        {"mul": "${k + 1}"},
        parameters={"k": 3, "m": 7},
    )
    found = gives(loaded, torch.zeros(1, 4))
    assert found.tolist() == [[pytest.approx(16 / 21)] * 4]
    assert gives(loaded, torch.zeros(1, 4), k=2, m=3).tolist() == [[0.5] * 4]


def test_a_rounded_quotient_is_a_number() -> None:
    loaded = net(
        {"mul": "${width // 3}"},
        {"div": "${width // heads}"},
        parameters={"width": 64, "heads": 4},
    )
    tensor = torch.ones(1, 4, requires_grad=True)
    found = gives(loaded, tensor)
    assert found.tolist() == [[1.3125] * 4]
    found.sum().backward()  # type: ignore[no-untyped-call]
    assert tensor.grad is not None
    assert tensor.grad.tolist() == [[1.3125] * 4]


def test_numbers_of_operators_in_a_block() -> None:
    loaded = net(
        {"Scaled": "${index}", "repeat": 3},
        parameters={},
        blocks={
            "Scaled": {"parameters": {"level": 1}, "layers": [{"mul": "${level + 1}"}]}
        },
    )
    assert gives(loaded, torch.ones(1, 4)).tolist() == [[6.0] * 4]


def test_a_comparison_of_a_comparison_is_no_chain() -> None:
    a, b, c = map(operands.name, "abc")
    assert operands.infix("<", operands.infix("<", a, b), c).text == "(a < b) < c"
    assert operands.chain(a, [("<", b), ("<", c)]).text == "a < b < c"


def test_a_sum_of_a_sum_is_one_sum() -> None:
    """Lines are broken before each of its operators."""
    a, b, c = (operands.name(letter * 30) for letter in "abc")
    lines = bracketed(operands.infix("-", operands.infix("-", a, b), c), 4, "size = ")
    within = [line.strip() for line in lines[1:-1]]
    assert within == [a.text, f"- {b.text}", f"- {c.text}"]


def test_names_that_are_evaluated_in_any_case() -> None:
    a, b, c = map(operands.name, "abc")
    assert operands.chain(a, [("<", b), ("<", c)]).computed == {"a", "b"}
    assert operands.infix("+", a, b, c).computed == {"a", "b", "c"}
    assert operands.logical("or", [a, b, c]).computed == {"a"}
    assert operands.choice(a, b, c).computed == {"a"}
    assert operands.call("min", a, b, c).computed == {"a", "b", "c"}


def test_operands_are_equal_if_their_code_is() -> None:
    assert operands.name("a") == operands.atom("a")
    assert operands.name("a") != operands.name("b")
    assert operands.name("a") != "a"
