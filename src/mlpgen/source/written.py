"""Plain data as the YAML that a person would write."""

from __future__ import annotations

import json
import re
from typing import Any

from mlpgen.source.scalars import scalar

_PLAIN = re.compile(r"[A-Za-z_./*][\w./*-]*(?: [\w./*-]+)*")


def written(value: Any) -> str:
    """Return a value on one line, as it stands in `[…]` and `{…}`."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return _number(value)
        case dict():
            inner = (f"{written(k)}: {written(each)}" for k, each in value.items())
            return f"{{{', '.join(inner)}}}"
        case list() | tuple():
            return f"[{', '.join(map(written, value))}]"
    return text(str(value))


def text(value: str) -> str:
    """Return a string, in quotes if it needs them."""
    plain = value.isascii() and _PLAIN.fullmatch(value) is not None
    return value if plain and _read(value) == value else _quoted(value)


def entry(value: Any) -> str:
    """Return an entry of a list of several lines, without its `- `.

    The lines after the first one are indented by two, as a `- ` needs it.
    """
    if not isinstance(value, dict) or not value:
        return written(value)
    (type_, first), *keys = value.items()
    lines = [f"{text(type_)}:{'' if first is None else f' {written(first)}'}"]
    lines += [f"  {text(key)}: {written(each)}" for key, each in keys]
    return "\n".join(lines)


def _read(value: str) -> Any:
    try:
        return scalar(value)
    except ValueError:
        return None


def _number(value: float) -> str:
    if value in (float("inf"), float("-inf")):
        return f"{'-' * (value < 0)}.inf"
    return repr(value)


def _quoted(value: str) -> str:
    return json.dumps(value, ensure_ascii=not value.isprintable())
