"""Values of a spec as text; its local values are written out where they are used.

A run keeps what its network is, however it is written.
"""

from __future__ import annotations

import ast
import re
from math import isinf
from typing import TYPE_CHECKING, Any

from mlpgen.symbols.expressions import is_expression, written

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlpgen.spec.entries import Entry
    from mlpgen.symbols.operands import Operand


def with_values(entry: Entry, values: Mapping[str, Operand]) -> Entry:
    """Replace the local values in the expressions of an entry by what they stand for.

    Args:
        entry: The entry as written.
        values: The code of the local values of its class.
    """
    if not values:
        return entry
    return entry._replace(
        arguments=_written_out(entry.arguments, values),
        options=_written_out(dict(entry.options), values),
        children=tuple(with_values(each, values) for each in entry.children),
    )


def _written_out(raw: Any, values: Mapping[str, Operand]) -> Any:
    if isinstance(raw, dict):
        return {key: _written_out(each, values) for key, each in raw.items()}
    if isinstance(raw, list):
        return [_written_out(each, values) for each in raw]
    if not is_expression(raw):
        return raw
    inner = raw[2:-1].strip()
    if inner in values:
        return f"${{{_code(inner, values)}}}"
    names = "|".join(map(re.escape, values))
    text = re.sub(rf"\b({names})\b", lambda m: f"({_code(m[0], values)})", inner)
    return f"${{{text}}}"


def _code(name: str, values: Mapping[str, Operand]) -> str:
    code = values[name]
    while code.own_names & values.keys():
        code = code.replaced(values)
    return code.text


def said(value: Any) -> str:
    """Write a value as YAML would, on one line."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case float() if isinf(value):
            return "-.inf" if value < 0 else ".inf"
        case int() | float():
            return written(value)
        case dict():
            inner = ", ".join(f"{key}: {said(each)}" for key, each in value.items())
            return f"{{{inner}}}"
        case list() | tuple():
            return f"[{', '.join(map(said, value))}]"
    text = str(value)
    if is_expression(text):
        return _expression(text)
    return text


def _expression(text: str) -> str:
    """Write an expression with one blank between its words."""
    try:
        inner = ast.unparse(ast.parse(text[2:-1].strip(), mode="eval"))
    except (SyntaxError, ValueError):
        return text
    return f"${{{inner}}}"
