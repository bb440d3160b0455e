"""What texts are taken apart into: words and signs, or characters.

This module needs no torch.
"""

import re
import unicodedata
from functools import cache
from itertools import groupby


def cased(text: str, units: str) -> str:
    """Return a text as it is taken apart: of words, neither case nor lines count."""
    return " ".join(text.lower().split()) if units == "words" else text.strip()


def units_of(text: str, units: str) -> list[str]:
    """Take a text apart into its `units`: "words" or "characters"."""
    text = unicodedata.normalize("NFC", text)
    return word_pattern().findall(text) if units == "words" else [*text]


@cache
def word_pattern() -> re.Pattern[str]:
    r"""Return the pattern of words, single signs, and ends of lines.

    Combining marks belong to what they are put on; for `re` they are no part of \w.
    """
    marks = _marks()
    word = rf"\w[\w{marks}]*(?:['\u2019]\w[\w{marks}]*)*"
    sign = rf"[^\w\s][{marks}]*(?:\u200d[^\w\s][{marks}]*)*"
    return re.compile(rf"{word}|{sign}|\n")


def _marks() -> str:
    """Return the combining marks of Unicode, as ranges of a pattern."""
    marks = [
        place
        for place in (*range(0x300, 0x1F400), *range(0xE0100, 0xE01F0))
        if unicodedata.category(chr(place))[0] == "M" or 0x1F3FB <= place <= 0x1F3FF
    ]
    runs = groupby(enumerate(marks), key=lambda pair: pair[1] - pair[0])
    ends = [[place for _, place in run] for _, run in runs]
    return "".join(f"{chr(run[0])}-{chr(run[-1])}" for run in ends)
