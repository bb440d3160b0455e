"""Specs with one mistake, as people make them: the text of a good spec with a slip."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random


class Mutated(NamedTuple):
    """A spec with a mistake.

    Attributes:
        kind: The kind of mistake.
        text: The spec.
        row: The line with the mistake, counted from 0.
    """

    kind: str
    text: str
    row: int


TYPE = re.compile(r"(?:- |[\[{])([A-Z][A-Za-z]\w{2,})(?=[:,\]}\n])")
KEY = re.compile(r"(?<=[{ ,])([a-z]\w{3,})(?=: )")
TOP = re.compile(r"^( {0,2})([a-z]\w{3,})(?=:)", re.MULTILINE)
NAME = re.compile(r"(?<=from: )([a-z]\w{3,})(?=$|[ }])", re.MULTILINE)
OUTPUT = re.compile(r"^outputs: \[([a-z]\w{3,})", re.MULTILINE)
NUMBER = re.compile(r"(?<=: )(\d+)(?=[,}\n])")
EXPRESSION = re.compile(r'"(\$\{[^"]*\})"')
BOOLEAN = re.compile(r"(?<=: )(true|false)(?=[,}\n])")
SPACE = re.compile(r"^ *- [A-Z]\w+:( )(?=\d)", re.MULTILINE)
DASH = re.compile(r"^ *-( )(?=[A-Z]\w*$)", re.MULTILINE)
FEATURES = re.compile(r"(?<=- Linear: )(\d+)$", re.MULTILINE)
CHANNELS = re.compile(r"(?<=Conv2d: \{)(?=out_channels)")
LAST = re.compile(r"^  - Linear: \d+()$(?!.*^  - )", re.MULTILINE | re.DOTALL)
PLAIN = re.compile(r"^ *- ([A-Z]\w*)$", re.MULTILINE)
BIAS = re.compile(r"(, bias: false)\}$", re.MULTILINE)
BESIDE = re.compile(r"\}\n +(name: \w+)$", re.MULTILINE)
CLASSES = re.compile(r"^  - Linear: (10)$(?!.*^  - Linear)", re.MULTILINE | re.DOTALL)


def slip(word: str, random: Random) -> str:
    """Leave a letter out, double one, or swap two."""
    at = random.randrange(1, len(word) - 1)
    match random.randrange(3):
        case 0:
            return word[:at] + word[at + 1 :]
        case 1:
            return word[:at] + word[at] + word[at:]
    return word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :]


def other_case(word: str, random: Random) -> str:
    return random.choice([word.upper(), word[0] + word[1:].lower()])


KINDS: dict[str, tuple[re.Pattern[str], int, Callable[[str, Random], str]]] = {
    "a slip in a type": (TYPE, 1, slip),
    "a type in another case": (TYPE, 1, other_case),
    "a type with its module": (TYPE, 1, lambda word, _: f"nn.{word}"),
    "a type like a call": (PLAIN, 1, lambda word, _: f"{word}()"),
    "a slip in a key": (KEY, 1, slip),
    "a slip in a key of the spec": (TOP, 2, slip),
    "a slip in a name": (NAME, 1, slip),
    "a slip in an output": (OUTPUT, 1, slip),
    "a number in quotes": (NUMBER, 1, lambda word, _: f'"{word}"'),
    "an expression without quotes": (EXPRESSION, 0, lambda word, _: word.strip('"')),
    "yes and no": (BOOLEAN, 1, lambda word, _: "yes" if word == "true" else "no"),
    "no space behind a colon": (SPACE, 1, lambda *_: ""),
    "no space behind a dash": (DASH, 1, lambda *_: ""),
    "a wrong size": (
        FEATURES,
        1,
        lambda word, _: f"{{in_features: 7, out_features: {word}}}",
    ),
    "wrong channels": (CHANNELS, 0, lambda *_: "in_channels: 77, "),
    "a softmax before the loss": (LAST, 1, lambda *_: "\n  - Softmax: {dim: 1}"),
    "a name among arguments": (BESIDE, 1, lambda *_: ""),
    "an argument beside a type": (BIAS, 1, lambda *_: ""),
    "another number of classes": (CLASSES, 1, lambda *_: "9"),
}
"""Each kind: where it can be, the part of the match, and what becomes of it."""


def mutated(text: str, kind: str, random: Random) -> Mutated | None:
    """Return a spec with a mistake of a kind; None if it has no place for it."""
    pattern, group, change = KINDS[kind]
    places = [*pattern.finditer(text)]
    if not places:
        return None
    start, end = (place := random.choice(places)).span(group)
    new = change(place[group], random)
    row = text.count("\n", 0, start)
    if kind == "a softmax before the loss" and "CrossEntropyLoss" not in text:
        return None
    if kind == "an argument beside a type":
        line = text[: place.start()].rpartition("\n")[2]
        indent = " " * line.index("- ") + "  " if "- " in line else ""
        if not indent:
            return None
        end_of_line = text.index("\n", end)
        rest = f"{text[end:end_of_line]}\n{indent}bias: false"
        return Mutated(kind, f"{text[:start]}{rest}{text[end_of_line:]}", row)
    if kind == "a name among arguments":
        whole = f", {place[1]}}}"
        return Mutated(
            kind, f"{text[: place.start()]}{whole}{text[place.end() :]}", row
        )
    return Mutated(kind, text[:start] + new + text[end:], row)
