"""What a draft takes texts apart into, how many places a network has, and how long."""

from __future__ import annotations

import math
import unicodedata
from collections import Counter
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.drafts.shared import shared_module

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

LOOKED_AT = 20_000
"""Texts that are taken apart."""
LETTERS = 20_000
"""Characters by which a language without spaces is known."""
SPACELESS = ("CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR")
"""What the names of letters begin with, in Unicode, that need no spaces."""
SPECIAL = 2
"""Places of a vocabulary for padding and for what is unknown."""
FITTING = 0.95
"""The share of texts that should be seen as a whole."""
SHORTEST = 10
LONGER = 8
"""How many times the usual length a network may see where texts are longer."""


class Choice(NamedTuple):
    """What texts are taken apart into.

    Attributes:
        units: Words or characters.
        remark: A comment behind `units`.
        vocabulary: The most places that a network has for them.
        most: The most that it sees of a text.
    """

    units: str
    remark: str
    vocabulary: int
    most: int


def chosen_units(texts: Sequence[str]) -> Choice:
    """Choose words, but for single ones, and for a language without spaces."""
    if is_spaceless(texts):
        remark = "there are no spaces between words"
        return Choice("characters", remark, 5_000, 1_000)
    sample = texts[:: len(texts) // 1000 + 1]
    if median(len(text.split()) for text in sample) <= 2:
        remark = "the texts are of one or two words"
        return Choice("characters", remark, 5_000, 1_000)
    return Choice("words", "or characters", 20_000, 500)


def is_spaceless(texts: Iterable[str]) -> bool:
    """Tell whether texts are mostly of letters that need no spaces."""
    letters = [each for text in texts for each in text[:1000] if each.isalpha()]
    sample = letters[:: len(letters) // LETTERS + 1]
    found = sum(unicodedata.name(each, "").startswith(SPACELESS) for each in sample)
    return 2 * found > len(sample)


class Units(NamedTuple):
    """Texts taken apart.

    Attributes:
        sizes: How many units each text has that was looked at, the shortest first.
        different: How many different ones there are.
        several: How many of these come at least twice, as those that are known must.
    """

    sizes: list[int]
    different: int
    several: int

    @property
    def lengths(self) -> str:
        """How long the texts are, for people."""
        if self.sizes[0] == self.sizes[-1]:
            return f"all of {self.sizes[0]:,}"
        half = self.sizes[(len(self.sizes) - 1) // 2]
        return f"{self.sizes[0]:,} to {self.sizes[-1]:,}, half of them up to {half:,}"

    def vocabulary(self, most: int) -> int:
        """Return how many places a network has, with those of padding and unknown."""
        return min(max(self.several, 2) + SPECIAL, most)

    def said_of(self, units: str) -> str:
        """Say how many of the units can be known."""
        if self.several == self.different:
            return f"all {self.different:,} different {units} come more than once"
        return (
            f"{self.several:,} of {self.different:,} different {units} come more "
            "than once"
        )

    def fits(self, length: int, units: str, what: str = "texts") -> str:
        """Say for how many texts a length is enough, and if little of all is seen."""
        fitting = sum(size <= length for size in self.sizes)
        if fitting == len(self.sizes):
            return f"all {what} fit"
        share = math.floor(100 * fitting / len(self.sizes))
        said = f"{share} % of the {what} fit, of others the beginning is seen"
        if not fitting:
            said = f"of each of the {what} the beginning is seen"
        seen, every = sum(min(size, length) for size in self.sizes), sum(self.sizes)
        if 2 * seen >= every:
            return said
        return f"{said}: {math.ceil(100 * seen / every)} % of all {units}"


def taken_apart(texts: Sequence[str], units: str) -> Units:
    """Take texts apart as the scripts do; of many, some."""
    words = shared_module("word_patterns")
    counts = Counter[str]()
    found = []
    for text in texts[:: len(texts) // LOOKED_AT + 1]:
        each = words.units_of(words.cased(text, units), units)
        counts.update(each)
        found.append(len(each))
    return of_counts(found, counts)


def of_counts(found: Iterable[int], counts: Counter[str]) -> Units:
    """Return what is known of units that were counted."""
    several = sum(count > 1 for count in counts.values())
    return Units(sorted(found), len(counts), several)


def length_of(found: Sequence[int], most: int) -> int:
    """Choose how much of each text a network sees: all of most, or else half of half.

    Texts count, and not their words: a few long ones make no input long.

    Args:
        found: The sizes of the texts, the shortest first.
        most: More than this, up to `LONGER` times, only where the network would see
            less than half of most texts.
    """
    wanted = found[math.ceil(FITTING * len(found)) - 1]
    if found[-1] <= 1.5 * wanted:  # the longest are hardly longer
        wanted = found[-1]
    length = min(max(10 * math.ceil(wanted / 10), SHORTEST), most)
    longest = LONGER * most
    while 2 * length < min(median(found), 2 * longest):
        length *= 2
    return length
