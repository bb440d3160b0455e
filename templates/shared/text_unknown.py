"""What texts to predict for have that a model does not know: counted, and said once."""

from collections import Counter
from collections.abc import Sequence

import torch

from data_common import named
from errors import note
from text_units import Numbered

LONGEST = 30
"""Characters of a word that are shown."""


class TextsRead:
    """What was read since it was last told.

    Attributes:
        texts: How many texts.
        empty: How many of them have nothing in them.
        cut: How many of them are longer than what the model takes.
        units: How many words or characters.
        unknown: How often each comes that the model does not know.
        what: What units are called.
    """

    def __init__(self) -> None:
        self.texts = self.empty = self.cut = self.units = 0
        self.unknown = Counter[str]()
        self.what = ""

    def add(
        self, raw: Numbered, vocabulary: Sequence[str], what: str, most: int = 0
    ) -> None:
        """Count what is unknown in texts, and those that are cut to `most` units."""
        self.what, known = what, {*vocabulary}
        counts = torch.bincount(raw.numbers, minlength=len(raw.units)).tolist()
        found = zip(raw.units, counts, strict=True)
        self.unknown.update({unit: n for unit, n in found if n and unit not in known})
        self.texts += len(raw.sizes)
        self.empty += int((raw.sizes == 0).sum())
        self.units += len(raw.numbers)
        self.cut += int((raw.sizes > most).sum()) if most else 0

    def tell(self) -> None:
        """Say what is unknown, empty and cut."""
        if count := self.unknown.total():
            names = named(clipped(unit) for unit, _ in self.unknown.most_common())
            note(f"unknown {self.what}: {count:,} of {self.units:,} ({names})")
        if self.empty:
            note(f"empty texts: {self.empty:,} of {self.texts:,}")
        if self.cut:
            note(f"cut texts: {self.cut:,} of {self.texts:,}")


def clipped(text: str) -> str:
    """Return a text in quotes, without its end if it is long."""
    return repr(text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…")


texts_read = TextsRead()
"""What this script has read."""
