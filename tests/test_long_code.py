"""Long expressions: on as many lines as ruff takes, whatever names are called."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from mlpgen import operands
from mlpgen.styles.code import bracketed, call, indented, keyword, layout

from .tools import ruff

if TYPE_CHECKING:
    from pathlib import Path

    from mlpgen.operands import Operand

SEED = 12


def name(choose: random.Random) -> Operand:
    length = choose.choice([3, 10, 25, 40])
    return operands.name("".join(choose.choice("bcdghjkl") for _ in range(length)))


def arithmetic(choose: random.Random, depth: int) -> Operand:
    if depth == 0 or choose.random() < 0.25:
        number = choose.random() < 0.2
        return operands.number(choose.randint(1, 99)) if number else name(choose)
    signs = choose.choice([["+", "-"], ["*", "//", "%"]])
    first, *others = (
        arithmetic(choose, depth - 1) for _ in range(choose.randint(2, 4))
    )
    return operands.chain(first, [(choose.choice(signs), each) for each in others])


def condition(choose: random.Random, depth: int) -> Operand:
    if depth == 0 or choose.random() < 0.3:
        if choose.random() < 0.4:
            return name(choose)
        sign = choose.choice(["==", "<", "!="])
        return operands.infix(sign, arithmetic(choose, 1), arithmetic(choose, 1))
    parts = [condition(choose, depth - 1) for _ in range(choose.randint(2, 3))]
    return operands.logical(choose.choice(["and", "or"]), parts)


def test_ruff_has_nothing_to_change(tmp_path: Path) -> None:
    choose = random.Random(SEED)
    lines: list[str] = []
    for number in range(150):
        named = keyword("groups", arithmetic(choose, 2))
        made = call("nn.Conv2d", name(choose), arithmetic(choose, 1), named)
        body = [
            *bracketed(arithmetic(choose, 2), 4, "size_1 = "),
            *bracketed(condition(choose, 2), 4, "if ", ":"),
            "    pass",
            *layout(made, 4, "self.layer = "),
        ]
        lines += ["", ""] * bool(number) + [f"def f{number}():", *indented(body)]
    (tmp_path / "long.py").write_text("\n".join(lines) + "\n", encoding="utf-8")
    ruff(tmp_path, ignore="F821,F841,PLR2004,SIM,E501,PLR0133,PLR0124,PLR1714")
