"""The wording of messages: values, lists of names, and suggestions."""

from __future__ import annotations

import re
from itertools import takewhile
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.diagnostics.advice import Advice, Respelled, Spaced
from mlpgen.symbols.type_names import TypeName
from mlpgen.symbols.work_limit import allowed

if TYPE_CHECKING:
    from collections.abc import Iterable


_DIGITS = re.compile(r"\d+")
_SHORTEST = 3
"""Shorter words are too much alike."""
_ALIKE, _APART = 0.8, 0.05
"""How alike a slip is to its word, and how much more than to any other word."""


class Guess(NamedTuple):
    """What a word was probably meant to be.

    Attributes:
        names: The options, most likely first.
        certain: Whether it is the first one with a slip, and nothing else.
    """

    names: list[str]
    certain: bool = False


def guess(word: str, options: Iterable[str]) -> Guess:
    """Guess which of the options `word` was meant to be."""
    from difflib import SequenceMatcher, get_close_matches

    lower: dict[str, str] = {}
    for option in options:  # of `relu` and `ReLU`, the one in the same case
        if option.lower() not in lower or option.islower() == word.islower():
            lower[option.lower()] = option
    low = word.lower()
    if low in lower:
        return Guess([lower[low]], certain=True)
    longer = [name for each, name in lower.items() if each[:-2] == low]
    if len(longer) > 1:  # `MaxPool` for `MaxPool2d`
        return Guess(longer)
    if not allowed(len(lower) * len(word)):
        return Guess([])
    if slips := [each for each in lower if is_slip(low, each)]:
        return Guess([lower[each] for each in slips[:2]], certain=len(slips) == 1)
    found = get_close_matches(low, lower, n=2, cutoff=0.6)
    if not found:
        return Guess([])
    same_numbers = _DIGITS.findall(low) == _DIGITS.findall(found[0])
    best, *other = (SequenceMatcher(None, each, low).ratio() for each in found)
    certain = same_numbers and best >= max([_ALIKE, *(_APART + each for each in other)])
    return Guess([lower[found[0]]], certain)


def is_slip(word: str, meant: str) -> bool:
    """Tell whether a word is another one with a letter too much, too few, or swapped.

    Two neighbours that changed places are one slip (Damerau, A technique for computer
    detection and correction of spelling errors, 1964).
    """
    if abs(len(word) - len(meant)) > 1 or min(len(word), len(meant)) < _SHORTEST:
        return False
    if _DIGITS.findall(word) != _DIGITS.findall(meant):
        return False  # `linear_3` may be missing where `linear_1` is
    pairs = takewhile(lambda pair: pair[0] == pair[1], zip(word, meant, strict=False))
    same = len([*pairs])
    a, b = word[same:], meant[same:]
    return a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])


def near(word: str, options: Iterable[str]) -> list[str]:
    """Return the options that `word` was probably meant to be, most likely first."""
    return guess(word, options).names


def nearest(word: str, options: Iterable[str]) -> str:
    """Return "did you mean …?" for the closest option; empty if none is close.

    If it is certain, the help knows the change.
    """
    options = [*options]
    return spaced(word, options) or did_you_mean(word, guess(word, options))


def did_you_mean(word: str, meant: Guess) -> str:
    """Return "did you mean …?" for a guess about a word; empty if there is none."""
    names, certain = meant
    text = f"did you mean {' or '.join(f'`{name}`' for name in names)}?"
    if not certain:
        return text if names else ""
    return Advice(text, Respelled(word, names[0]))


def spaced(word: str, options: Iterable[str]) -> str:
    """Return what to write for `-ReLU` and `Linear:10`, where only a space is missing.

    It is empty if an option does not follow from that.
    """
    name, colon, _ = word.removeprefix("-").partition(":")
    if name == word or name not in options:
        return ""
    dash = "- " if word.startswith("-") else ""
    right = word.replace("-", dash, 1) if dash else word
    right = right.replace(":", ": ", 1) if colon else right
    text = f"put a space in: `{dash}{name}{': …' if colon else ''}`"
    return Advice(text, Spaced(word, right))


def listed(names: Iterable[str]) -> str:
    """Join names for a message: `a`, `b` and `c`."""
    quoted = [f"`{name}`" for name in names]
    if len(quoted) < 2:
        return "".join(quoted) or "nothing"
    return f"{', '.join(quoted[:-1])} and {quoted[-1]}"


def counted(count: int, thing: str) -> str:
    """Write a count with its noun: `1 layer`, `2,000 layers`."""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


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


def named(subject: str) -> str:
    """Name the owner of the fields: the spec, `Linear`, the block `Basic`."""
    kind, _, name = subject.rpartition(" ")
    if not subject:
        return "the spec"
    return f"the {kind} `{name}`" if kind else f"`{name}`"
