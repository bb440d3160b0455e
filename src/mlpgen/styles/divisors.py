"""Divisions that only what is left out needs: by zero they are not computed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.operands import choice, infix, logical, number

if TYPE_CHECKING:
    from mlpgen.operands import Operand


def guarded(code: Operand) -> Operand:
    """Compute a size for layers that may be left out: 0 where it would divide by 0.

    Such layers are then not made, since their own condition comes first.
    """
    divisors = [
        each if each.is_name else infix("!=", each, number(0))
        for each in dict.fromkeys(code.divisors())
        if each.names
    ]
    if not divisors:
        return code
    asked = logical("and", divisors) if len(divisors) > 1 else divisors[0]
    return choice(asked, code, number(0))
