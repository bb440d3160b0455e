"""The wording of messages: values, lists of names, and suggestions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.symbols.type_names import TypeName
from mlpgen.symbols.work_limit import allowed

if TYPE_CHECKING:
    from collections.abc import Iterable


def near(word: str, options: Iterable[str]) -> list[str]:
    """Return the options that `word` was probably meant to be, most likely first."""
    from difflib import get_close_matches

    lower: dict[str, str] = {}
    for option in options:  # of `relu` and `ReLU`, the one in the same case
        if option.lower() not in lower or option.islower() == word.islower():
            lower[option.lower()] = option
    if word.lower() in lower:
        return [lower[word.lower()]]
    longer = [name for low, name in lower.items() if low[:-2] == word.lower()]
    if len(longer) > 1:  # `MaxPool` for `MaxPool2d`
        return longer
    if not allowed(len(lower) * len(word)):
        return []
    found = get_close_matches(word.lower(), lower, n=1, cutoff=0.6)
    return [lower[each] for each in found]


def nearest(word: str, options: Iterable[str]) -> str:
    """Return "did you mean …?" for the closest option; empty if none is close."""
    options = [*options]
    names = " or ".join(f"`{name}`" for name in near(word, options))
    return spaced(word, options) or (f"did you mean {names}?" if names else "")


def spaced(word: str, options: Iterable[str]) -> str:
    """Return what to write for `-ReLU` and `Linear:10`, where only a space is missing.

    It is empty if an option does not follow from that.
    """
    name, colon, _ = word.removeprefix("-").partition(":")
    if name == word or name not in options:
        return ""
    dash = "- " if word.startswith("-") else ""
    return f"put a space in: `{dash}{name}{': …' if colon else ''}`"


def listed(names: Iterable[str]) -> str:
    """Join names for a message: `a`, `b` and `c`."""
    quoted = [f"`{name}`" for name in names]
    if len(quoted) < 2:
        return "".join(quoted) or "nothing"
    return f"{', '.join(quoted[:-1])} and {quoted[-1]}"


def shown(value: object) -> str:
    """Describe a value of a spec for a message, as YAML writes it."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "`true`" if value else "`false`"
        case int() | float():
            return f"`{value}`"
        case TypeName():
            return f"the type `{value}`"
        case str():
            return f"the string `{cut(value)}`"
        case list() | tuple():
            return f"the list `{plain(value)}`"
        case dict():
            return "a mapping"
        case _:  # a TOML date
            return f"`{cut(str(value))}`"


def kind_of(default: object) -> str:
    """Describe what has the type of a parameter's default."""
    match default:
        case bool():
            return "true or false"
        case int():
            return "a whole number"
        case float():
            return "a number"
        case TypeName():
            return "a type of layer"
        case tuple() | list():
            inner = default[0] if default else 0
            if isinstance(inner, tuple | list):
                return "a list of lists"
            return f"a list of {_SEVERAL[type(inner)]}"
    return "a value"


_SEVERAL: dict[type, str] = {
    bool: "true or false",
    int: "whole numbers",
    float: "numbers",
}


def plain(value: object) -> str:
    """Return a value as YAML writes it, shortened."""
    if isinstance(value, list | tuple):
        nested = (list, tuple)
        items = ("…" if isinstance(v, nested) else plain(v) for v in value[:6])
        return f"[{', '.join(items)}{', …' if len(value) > 6 else ''}]"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    return "…" if isinstance(value, dict) else cut(str(value), 20)


def cut(text: str, most: int = 40) -> str:
    """Shorten text from the user for a message."""
    return text if len(text) <= most else text[: most - 1] + "…"
