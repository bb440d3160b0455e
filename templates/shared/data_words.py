"""A text: after each word, a model says which one is next.

Words are numbers: their places in the vocabulary. Signs and ends of lines are words.
"""

import re
from collections.abc import Iterable
from io import StringIO
from itertools import chain
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from data_common import DataError, Splits, chosen, held_out, inside
from data_text import (
    WITH_ENDS,
    TextData,
    pieces,
    pieces_of_lines,
    text_to_continue,
    window,
)
from parting_marks import mark_of_data, parting
from preprocessing import Preprocessing
from text_content import END
from text_files import TEXTS, read_text
from text_lengths import of_cuts, of_lengths
from text_units import (
    FIRST_UNIT,
    PADDING,
    Numbered,
    numbered,
    of_unknown,
    of_vocabulary,
    translated,
    vocabulary_of,
)
from text_unknown import texts_read
from word_patterns import units_of

FILES = TEXTS
BEHIND = -1
"""What stands behind the end of a line while words have numbers of their own."""


def load(
    folder: Path,
    device: torch.device,
    *,
    path: str,
    length: int,
    vocabulary: int,
    padding: int | None = None,
    encoding: str = "",
    test: float = 0.2,
    subset: int = 0,
    validation: float = 0.0,
    seed: int = 0,
) -> Splits:
    """Read a text as numbers, in pieces.

    Args:
        folder: What `path` begins in.
        device: Where the data goes.
        path: The file.
        length: How many words the model sees.
        vocabulary: How many places it has for words, with those of padding and of all
            that is unknown.
        padding: Where it is given, each line is a piece, and this number stands in
            the targets behind its end; otherwise the text runs on.
        encoding: Of the file; without it, as it says itself, else UTF-8.
        test: The share of the pieces that is kept for the test.
        subset: How many pieces are used for training; 0 for all.
        validation: The share of these that is held out; 0 for nothing.
        seed: Says which.

    Raises:
        DataError: It is no text, or too short.
    """
    text = read_text(inside(folder, path), encoding)
    raw = of_text(text) if padding is None else of_text_in_lines(text)
    notes, doubts = list[str](), list[str]()
    if padding is None:
        every = pieces(raw.numbers, length, path, "words")
    else:
        sizes = raw.sizes[1:]
        every = pieces_of_lines(raw.numbers, sizes, length, BEHIND)
        notes.append(of_lengths(sizes, length, WITH_ENDS, "words"))
        doubts += of_cuts(sizes, length, WITH_ENDS, "words")
    to_train, to_test = held_out(torch.arange(len(every)), test, seed)
    to_train, to_validate = chosen(to_train, subset, validation, seed)
    marks = parting(
        len(every),
        test=mark_of_data(every.part(to_test)),
        validation=mark_of_data(every.part(to_validate)),
    )
    known = vocabulary_of(every.features[to_train], raw.units, vocabulary)
    if len(words := {*known[FIRST_UNIT:]} - {END}) < 2:
        raise DataError(f"{path} has one word only, {min(words, default='')!r}")
    features = translated(every.features, raw.units, known)
    targets = translated(every.targets.clamp(min=PADDING), raw.units, known)
    if padding is not None:
        targets[every.targets == BEHIND] = padding
    notes.append(of_vocabulary(features, raw.units, known, "words"))
    doubts += of_unknown(features[to_test], "words")
    about = {"vocabulary": known, "length": length, "lines": padding is not None}
    about |= {"units": "words"} | ({"encoding": encoding} if encoding else {})
    every = TextData(features.to(device), targets.to(device))
    every.ignored = padding
    train, held, tested = map(every.part, (to_train, to_validate, to_test))
    about |= marks
    return Splits(train, held, tested, about, (*notes,), (*doubts,))


def of_text(text: str) -> Numbered:
    """Number the words of a text that runs on; its lines are not needed at once."""
    return numbered(units_of(line, "words") for line in StringIO(text, newline=END))


def of_text_in_lines(text: str) -> Numbered:
    """Number the words of the lines that have some, an end of a line around each."""
    lines = (units_of(line, "words") for line in text.split(END))
    return numbered(chain([[END]], ([*line, END] for line in lines if line)))


def decode(numbers: Tensor, about: dict[str, Any]) -> str:
    """Return the text of numbers, with blanks where people write them."""
    text = " ".join(about["vocabulary"][number] for number in numbers.tolist())
    text = re.sub(r" ?\n ?", "\n", text)
    return re.sub(r" (?=[.,;:!?…%)\]}])|(?<=[(\[{]) ", "", text)


def read_files(paths: Iterable[Path], about: dict[str, Any]) -> Tensor:
    """Read texts to go on with as numbers, int32 (T,).

    Args:
        paths: The files.
        about: What `load` has told.

    Raises:
        DataError: There is no text.
    """
    raw = numbered([units_of(text_to_continue(paths, about), "words")])
    if len(raw.numbers) == 0:
        raise DataError("there is no text to go on with")
    texts_read.add(raw, about["vocabulary"], "words")
    return translated(raw.numbers, raw.units, about["vocabulary"])


def preprocessing(about: dict[str, Any]) -> Preprocessing:
    """Return nothing to scale: words are numbers already.

    Args:
        about: What `load` has told.
    """
    return Preprocessing(torch.int64)


def read_window(paths: Iterable[Path], about: dict[str, Any]) -> Tensor:
    """Read the end of texts as a model takes it, int64 (1, L)."""
    return window(read_files(paths, about), about)[0]
