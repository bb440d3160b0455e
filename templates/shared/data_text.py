"""A text: after each character, a model says which one is next.

Characters are numbers: their places in the vocabulary, all that are in the text.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from data_common import Data, DataError, Splits, chosen, held_out, inside
from parting_marks import mark_of_data, parting
from preprocessing import Preprocessing
from text_content import END
from text_files import TEXTS, read_text
from text_lengths import of_cuts, of_lengths

FILES = TEXTS
WITH_ENDS = "lines with their ends"


class TextData(Data):
    """Pieces of text, and the character after each of theirs, int32 (N, L).

    Where pieces are lines, targets behind the end of a line are `ignored`.
    """

    def at(self, index: Tensor) -> tuple[Tensor, Tensor]:
        """Return the pieces at some places, and what is next, int64 (B, L)."""
        features, targets = super().at(index)
        return features.long(), targets.long()

    def between(self, start: int, stop: int) -> tuple[Tensor, Tensor]:
        """Return the pieces from one place to another, and what is next, int64."""
        features, targets = super().between(start, stop)
        return features.long(), targets.long()


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
        length: How many characters the model sees.
        vocabulary: How many different ones it can tell apart.
        padding: Where it is given, each line is a piece, and this number stands in
            the targets behind its end; otherwise the text runs on.
        encoding: Of the file; without it, as it says itself, else UTF-8.
        test: The share of the pieces that is kept for the test.
        subset: How many pieces are used for training; 0 for all.
        validation: The share of these that is held out; 0 for nothing.
        seed: Says which.

    Raises:
        DataError: It is no text, too short, or has more characters than the model.
    """
    text = read_text(inside(folder, path), encoding)
    lines = [line for line in text.split(END) if line]
    if padding is not None:
        if not lines:
            raise DataError(f"{path}: there are no lines in the text")
        text = END.join(["", *lines, ""])
    known = "".join(sorted(set(text)))
    if len(known) == 1:
        raise DataError(f"{path} has one character only, {known!r}")
    if len(known) > vocabulary:
        raise DataError(
            f"{path} has {len(known)} different characters, and the model takes "
            f"{vocabulary}: give it as many embeddings and outputs"
        )
    numbers = encode(text, known)
    notes, doubts = list[str](), list[str]()
    if padding is None:
        every = pieces(numbers, length, path, "characters")
    else:
        sizes = torch.tensor([len(line) + 1 for line in lines], dtype=torch.int64)
        every = pieces_of_lines(numbers, sizes, length, padding)
        notes.append(of_lengths(sizes, length, WITH_ENDS, "characters"))
        doubts += of_cuts(sizes, length, WITH_ENDS, "characters")
    to_train, to_test = held_out(torch.arange(len(every)), test, seed)
    to_train, to_validate = chosen(to_train, subset, validation, seed)
    marks = parting(
        len(every),
        test=mark_of_data(every.part(to_test)),
        validation=mark_of_data(every.part(to_validate)),
    )
    every.features, every.targets = every.features.to(device), every.targets.to(device)
    about = {"vocabulary": known, "length": length, "lines": padding is not None}
    about |= {"encoding": encoding} if encoding else {}
    train, held, tested = map(every.part, (to_train, to_validate, to_test))
    about |= marks
    return Splits(train, held, tested, about, (*notes,), (*doubts,))


def pieces(numbers: Tensor, length: int, path: str, what: str) -> TextData:
    """Cut a text into pieces of equal length; the rest is left out.

    Args:
        numbers: The text, int32 (T,).
        length: How many numbers a piece has.
        path: The file, for people.
        what: What numbers stand for: characters, words.
    """
    count = (len(numbers) - 1) // length
    if count < 2:
        raise DataError(f"{path} has less than two pieces of {length} {what}")
    end = count * length
    features = numbers[:end].view(-1, length)
    return TextData(features, numbers[1 : end + 1].view(-1, length))


def pieces_of_lines(
    numbers: Tensor, sizes: Tensor, length: int, padding: int
) -> TextData:
    """Make a piece of each line; what is longer than a piece is left out.

    Args:
        numbers: The lines, an end of a line before and behind each, int32 (T,).
        sizes: Of the lines with one of their ends, int64 (N,).
        length: How many numbers a piece has.
        padding: What stands in the targets behind the end of a line.
    """
    if not len(sizes):
        raise DataError("there are no lines in the text")
    starts = sizes.cumsum(0) - sizes
    steps = torch.arange(length)
    there = steps < sizes.unsqueeze(1)
    places = (starts.unsqueeze(1) + steps).clamp(max=len(numbers) - 2)
    features = torch.where(there, numbers[places], 0)
    targets = torch.where(there, numbers[places + 1], padding)
    data = TextData(features, targets)
    data.ignored = padding
    return data


def encode(text: str, vocabulary: str) -> Tensor:
    """Return the places of characters in the vocabulary, int32 (T,)."""
    known, found = codes(vocabulary), codes(text)
    places = torch.searchsorted(known, found, out_int32=True).clamp(max=len(known) - 1)
    strange = (known[places] != found).nonzero().flatten().tolist()
    if strange:
        raise DataError(f"no {text[strange[0]]!r} was in what the model has learned")
    return places


def codes(text: str) -> Tensor:
    """Return the numbers of Unicode, int32 (T,)."""
    if not text:
        return torch.empty(0, dtype=torch.int32)
    return torch.frombuffer(bytearray(text.encode("utf-32-le")), dtype=torch.int32)


def decode(numbers: Tensor, about: dict[str, Any]) -> str:
    """Return the text of numbers."""
    return "".join(about["vocabulary"][number] for number in numbers.tolist())


def text_to_continue(paths: Iterable[Path], about: dict[str, Any]) -> str:
    """Read a text to go on with; each file but the last one ends its line.

    Of lines, the last one counts, behind the end of another one. Editors end a file
    with the end of a line: where the model has seen none, it is no part of the text.
    """
    texts = [read_text(path, about.get("encoding", "")) for path in paths]
    text = "".join(f"{each.removesuffix(END)}{END}" for each in texts[:-1]) + texts[-1]
    if about["lines"]:
        return f"{END}{text.removesuffix(END).split(END)[-1]}"
    return text if END in about["vocabulary"] else text.removesuffix(END)


def read_files(paths: Iterable[Path], about: dict[str, Any]) -> Tensor:
    """Read texts to go on with as numbers, int32 (T,).

    Args:
        paths: The files.
        about: What `load` has told.

    Raises:
        DataError: There is no text, or it has other characters.
    """
    numbers = encode(text_to_continue(paths, about), about["vocabulary"])
    if len(numbers) == 0:
        raise DataError("there is no text to go on with")
    return numbers


def preprocessing(about: dict[str, Any]) -> Preprocessing:
    """Return nothing to scale: characters are numbers already.

    Args:
        about: What `load` has told.
    """
    return Preprocessing(torch.int64)


def window(numbers: Tensor, about: dict[str, Any]) -> tuple[Tensor, int]:
    """Return the end of a text as a model takes it, and the place of its last.

    Args:
        numbers: The text, int32 (T,).
        about: What `load` has told.

    Returns:
        int64 (1, L), and the place.
    """
    last = numbers[-about["length"] :]
    features = torch.zeros(1, about["length"], dtype=torch.int64)
    features[0, : len(last)] = last
    return features, len(last) - 1


def read_window(paths: Iterable[Path], about: dict[str, Any]) -> Tensor:
    """Read the end of texts as a model takes it, int64 (1, L)."""
    return window(read_files(paths, about), about)[0]
