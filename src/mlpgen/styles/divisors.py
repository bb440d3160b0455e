"""Divisions that only what is left out needs: by zero they are not computed."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mlpgen.operands import atom, choice, infix, logical, name, number

if TYPE_CHECKING:
    from mlpgen.operands import Operand


def guarded(code: Operand) -> Operand:
    """Compute a size for layers that may be left out: 0 where it would divide by 0.

    Such layers are then not made, since their own condition comes first.
    """
    divisors = [
        name(each) if each.isidentifier() else infix("!=", atom(f"({each})"), number(0))
        for each in dict.fromkeys(_divisors(code.text))
    ]
    if not divisors:
        return code
    asked = logical("and", divisors) if len(divisors) > 1 else divisors[0]
    return choice(asked, code, number(0))


def _divisors(code: str) -> list[str]:
    return [
        ast.unparse(each.right)
        for each in ast.walk(ast.parse(code, mode="eval"))
        if isinstance(each, ast.BinOp)
        and isinstance(each.op, ast.FloorDiv | ast.Mod | ast.Div)
        and not isinstance(each.right, ast.Constant)
    ]
