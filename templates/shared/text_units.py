"""Words and characters as numbers: their places in a vocabulary.

The first places are of the padding behind a text, and of all that is unknown.
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

SPECIAL = ("", "<unknown>")
"""What stands in a vocabulary for padding and for what it does not have."""
PADDING = 0
UNKNOWN = 1
MANY = 0.3
"""The share of unknown units that may be a mistake."""
FIRST_UNIT = len(SPECIAL)
"""The place of the most frequent word."""


class Numbered(NamedTuple):
    """Texts as numbers of their own, by the order in which their units come.

    Attributes:
        numbers: All texts, one behind the other, int32 (T,).
        sizes: How many units each has, int64 (N,).
        units: All different ones; the first stands for padding.
    """

    numbers: Tensor
    sizes: Tensor
    units: list[str]


def numbered(texts: Iterable[Sequence[str]]) -> Numbered:
    """Number the units of texts."""
    places = {SPECIAL[PADDING]: PADDING}
    numbers, sizes = array("i"), array("q")
    for text in texts:
        numbers.extend([places.setdefault(unit, len(places)) for unit in text])
        sizes.append(len(text))
    flat = torch.tensor(memoryview(numbers), dtype=torch.int32)
    counts = torch.tensor(memoryview(sizes), dtype=torch.int64)
    return Numbered(flat, counts, [*places])


def laid_out(texts: Numbered, length: int, front: bool = False) -> Tensor:
    """Cut texts, or pad them, to the length of a model, (N, L).

    Args:
        texts: The texts, whose beginning is kept.
        length: How many units the model takes.
        front: Whether padding is in front of them, not behind.
    """
    starts = texts.sizes.cumsum(0) - texts.sizes
    steps = torch.arange(len(texts.numbers))
    within = steps - starts.repeat_interleave(texts.sizes) < length
    found = torch.full((len(texts.sizes), length), PADDING, dtype=torch.int32)
    places = torch.arange(length - 1, -1, -1) if front else torch.arange(length)
    found[places < texts.sizes.unsqueeze(1)] = texts.numbers[within]
    return found


def vocabulary_of(numbers: Tensor, units: Sequence[str], most: int) -> list[str]:
    """Choose a vocabulary: what comes at least twice, the most frequent first.

    What comes once teaches what to make of the unknown.

    Args:
        numbers: What is trained on, int32 (…).
        units: What these stand for; the first is padding.
        most: How many places there may be.
    """
    counts = torch.bincount(numbers.flatten(), minlength=len(units)).tolist()
    counts[PADDING] = 0
    order = sorted(range(len(units)), key=lambda each: (-counts[each], units[each]))
    several = [place for place in order if counts[place] > 1]
    if len(several) < 2:
        several = [place for place in order if counts[place]]
    return [*SPECIAL, *(units[place] for place in several[: most - FIRST_UNIT])]


def translated(
    numbers: Tensor, units: Sequence[str], vocabulary: Sequence[str]
) -> Tensor:
    """Bring numbers of some units to their places in a vocabulary, int32."""
    known = {unit: place for place, unit in enumerate(vocabulary)}
    places = [known.get(unit, UNKNOWN) for unit in units]
    return torch.tensor(places, dtype=torch.int32)[numbers]


def of_vocabulary(
    features: Tensor, units: Sequence[str], vocabulary: Sequence[str], what: str
) -> str:
    """Say how many different units there are, and how many have a place.

    Args:
        features: What the model sees of all texts, in places of the vocabulary, (…).
        units: All different ones; the first is padding.
        vocabulary: Those that have a place.
        what: What units are called.
    """
    most = ", ".join(map(repr, vocabulary[FIRST_UNIT : FIRST_UNIT + 3]))
    if len(vocabulary) - FIRST_UNIT == len(units) - 1:
        return f"all {len(units) - 1:,} different {what} are known, most often {most}"
    return (
        f"{len(vocabulary) - FIRST_UNIT:,} of {len(units) - 1:,} different {what} are "
        f"known, most often {most}; the others are unknown, "
        f"{unknown_share(features):.1%} of all {what}"
    )


def of_unknown(unseen: Tensor, what: str) -> Iterator[str]:
    """Warn where most of what a model is tested with is unknown.

    Args:
        unseen: In places of the vocabulary, (…).
        what: What units are called.
    """
    share = unknown_share(unseen)
    if share > MANY:
        hint = "a larger `vocabulary`"
        if what == "words":
            hint += ", or `units: characters` for a language without spaces, may help"
        yield f"{share:.0%} of the {what} to test with are unknown: {hint}"


def unknown_share(numbers: Tensor) -> float:
    """Return the share of what is not padding that is unknown."""
    there = (numbers != PADDING).sum().clamp(min=1)
    return float((numbers == UNKNOWN).sum() / there)
