"""Plain scalars of YAML 1.2: https://yaml.org/spec/1.2.2/#103-core-schema."""

from __future__ import annotations

import re
from typing import Any

_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_INFINITE = re.compile(r"[-+]?\.(inf|Inf|INF)")
_NOT_A_NUMBER = re.compile(r"\.(nan|NaN|NAN)")


def scalar(text: str) -> Any:
    """Read a plain scalar by the rules of YAML 1.2: `no` is a string, `1e-3` a number.

    Raises:
        ValueError: The number has more than 64 bits, is too large for a fraction, or is
            NaN. `.inf` is infinite; few arguments take it.
    """
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text in ("true", "True", "TRUE"):
        return True
    if text in ("false", "False", "FALSE"):
        return False
    if _INTEGER.fullmatch(text):
        if len(text) > 64:
            raise ValueError(text)
        number = int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))
        if not -(2**63) <= number < 2**63:
            raise ValueError(text)
        return number
    if _FLOAT.fullmatch(text):
        real = float(text)
        if real in (float("inf"), float("-inf")):
            raise ValueError(text)
        return real
    if _INFINITE.fullmatch(text):
        return float("-inf" if text.startswith("-") else "inf")
    if _NOT_A_NUMBER.fullmatch(text):
        raise ValueError(text)
    return text
