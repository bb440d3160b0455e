"""The draft of a spec for one text, of which a network learns what is next."""

from __future__ import annotations

from collections import Counter
from io import StringIO
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.drafts.shared import shared_module, text_in
from mlpgen.drafts.text import beginning, named, refuse, sizes, yaml_name
from mlpgen.drafts.units import is_spaceless, length_of, of_counts
from mlpgen.rendering import fill_text
from mlpgen.styles.code import Code
from mlpgen.template_files import text_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

MANY_WORDS = 500_000
"""Words from which on a network learns words; characters teach more of fewer."""
WORDS_LOOKED_AT = 20_000_000
"""Characters whose words are counted."""
MOST_WORDS = 10_000
"""The most words that a network has places for."""
LENGTHS = (128, 64, 32, 16)
"""How much a network sees at once, the most first."""
ENOUGH = 100
"""Pieces that a text should have."""
FEWEST = 10
"""Pieces that a text must have."""
NAMES = 3, 40
"""The most words, and characters, of lines that are examples of their own."""


class Cut(NamedTuple):
    """How a text becomes examples.

    Attributes:
        units: Words or characters.
        lines: Whether each line is an example; else the text runs on.
        length: How many units one has.
        pieces: How many examples there are.
        places: How many units the network has a place for.
        said: How much text there is, for people.
        why: What the length is.
    """

    units: str
    lines: bool
    length: int
    pieces: int
    places: int
    said: str
    why: str


def of_file(path: Path) -> str:
    """Write a spec that learns what is next in a text.

    Raises:
        SpecError: It is none, or too short.
    """
    text = text_in(path)
    if not text.strip():
        raise refuse(f"`{path.as_posix()}` has no text in it")
    cut = _cut(text)
    alike = len({*text}) == 1
    if alike or cut.pieces < FEWEST:
        said = f"`{path.as_posix()}` has {len(text):,} characters"
        help = "a network needs more text to learn what is next in it"
        raise refuse(f"{said}, all the same" if alike else said, help)
    place, count = named(str(path)), cut.pieces - round(0.2 * cut.pieces)
    fit = sizes(count)
    return fill_text(
        text_of("init/text.yaml.jinja"),
        **beginning(place, "Writer"),
        units=Code(cut.units),
        unit=Code(cut.units.removesuffix("s")),
        said=Code(cut.said),
        places=cut.places,
        length=cut.length,
        why=Code(cut.why),
        lines=cut.lines,
        file=Code(yaml_name(place.name)),
        hidden=256 if count > 500 else 128,
        fit=fit,
        epochs=min(fit.epochs, 100),
    )


def _cut(text: str) -> Cut:
    """Choose how a text becomes examples."""
    lines = [line for line in text.split("\n") if line]
    if _are_names(lines):
        return _of_lines(lines)
    if len(text) > 2 * MANY_WORDS:
        counts = _words(text[:WORDS_LOOKED_AT])
        if counts.total() >= MANY_WORDS and not is_spaceless([text]):
            return _of_words(counts, len(text))
    count, known = len(text), len({*text})
    length = next((each for each in LENGTHS if count > each * ENOUGH), LENGTHS[-1])
    said = f"{count:,} characters, {known:,} different ones"
    pieces = (count - 1) // length
    why = "characters that the network sees at once"
    return Cut("characters", False, length, pieces, known, said, why)


def _are_names(lines: Sequence[str]) -> bool:
    """Tell whether each line is an example of its own, such as a name."""
    sample = lines[:: len(lines) // 1000 + 1]
    words, characters = NAMES
    short = median(len(line.split()) for line in sample) <= words
    short &= median(map(len, sample)) <= characters
    return short and len(lines) >= ENOUGH and 2 * len({*sample}) > len(sample)


def _words(text: str) -> Counter[str]:
    """Count the words of a text, line by line."""
    units_of = shared_module("word_patterns").units_of
    counts = Counter[str]()
    for line in StringIO(text, newline="\n"):
        counts.update(units_of(line, "words"))
    return counts


def _of_lines(lines: Sequence[str]) -> Cut:
    """Make an example of each line; its end is learned too."""
    known = {"\n", *"".join(lines)}
    found = of_counts((len(line) + 1 for line in lines), Counter())
    length = length_of(found.sizes, LENGTHS[0])
    said = f"{len(lines):,} lines of {len(known) - 1:,} different characters"
    why = f"with its end, {found.fits(length, 'characters', 'lines')}"
    return Cut("characters", True, length, len(lines), len(known), said, why)


def _of_words(counts: Counter[str], characters: int) -> Cut:
    """Make examples of the words of a text.

    Args:
        counts: How often each word comes in what was looked at.
        characters: How many the text has.
    """
    found = of_counts([], counts)
    length, looked_at = LENGTHS[1], min(characters, WORDS_LOOKED_AT)
    part = f" in the first {looked_at:,} characters" if looked_at < characters else ""
    said = f"{counts.total():,} words{part}; {found.said_of('words')}"
    places = found.vocabulary(MOST_WORDS)
    pieces = counts.total() * characters // looked_at // length
    why = "words that the network sees at once"
    return Cut("words", False, length, pieces, places, said, why)
