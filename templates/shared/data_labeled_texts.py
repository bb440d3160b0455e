"""Texts and what each is of: rows of a CSV file, or files in folders of classes.

Words or characters are numbers: their places in a vocabulary of what is trained on.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor

from data_checks import believed
from data_common import Data, DataError, Splits, inside, named
from data_goal import NO_GOAL, Goal
from data_parts import Places, left_out, parting_of_places, split
from data_twins import check_apart, copies, of_two_classes
from preprocessing import Preprocessing
from text_files import TEXTS, read_text
from text_folders import find_texts
from text_lengths import of_cuts, of_lengths
from text_tables import TABLE_ENDINGS, numbers_of_texts, read_columns, read_texts
from text_targets import as_targets, scale_of
from text_units import (
    FIRST_UNIT,
    Numbered,
    laid_out,
    numbered,
    of_unknown,
    of_vocabulary,
    translated,
    vocabulary_of,
)
from text_unknown import clipped, texts_read
from word_patterns import cased, units_of

FILES_OF_TEXTS = TEXTS._replace(endings=(*TEXTS.endings, *TABLE_ENDINGS))

FILES = FILES_OF_TEXTS

FRONT = " in front, as the model looks at the last step"


class TextsOfClasses(Data):
    """Texts as numbers, int32 (N, L), and what each is of, (N, …)."""

    def at(self, index: Tensor) -> tuple[Tensor, Tensor]:
        """Return the texts at some places, int64 (B, L), and their targets."""
        features, targets = super().at(index)
        return features.long(), targets

    def between(self, start: int, stop: int) -> tuple[Tensor, Tensor]:
        """Return the texts from one place to another, int64, and their targets."""
        features, targets = super().between(start, stop)
        return features.long(), targets

    def rescale(self, was: dict[str, Any], now: dict[str, Any]) -> None:
        """Bring the targets from one scale to another one."""
        self.rescale_targets(now)


class Texts(NamedTuple):
    """Texts as they are read.

    Attributes:
        texts: The texts.
        targets: What each is of, as it is written.
        counts: How many are of each part: train, validation or test, in this order.
        notes: What was left out or assumed.
        doubts: What may be a mistake.
    """

    texts: list[str]
    targets: list[str]
    counts: dict[str, int]
    notes: list[str]
    doubts: Sequence[str] = ()


def load_labeled(
    folder: Path,
    device: torch.device,
    made: Callable[[TextsOfClasses], Data] = lambda texts: texts,
    *,
    path: str,
    length: int,
    vocabulary: int,
    units: str = "characters",
    front: bool = False,
    column: str = "",
    target: str = "",
    separator: str = "",
    encoding: str = "",
    goal: Goal = NO_GOAL,
    test: float = 0.2,
    subset: int = 0,
    validation: float = 0.0,
    seed: int = 0,
) -> Splits:
    """Read texts as numbers, cut or padded to one length.

    Args:
        folder: What `path` begins in.
        device: Where the data goes.
        made: Makes what the model takes of the texts, before anything is done to it.
        path: A CSV file, or a folder with a folder of texts for each class, or with
            such folders for each part.
        length: How many words or characters the model sees.
        vocabulary: How many places it has for them, with those of padding and of all
            that is unknown.
        units: What texts are taken apart into: "words" or "characters".
        front: Whether short texts are padded in front, for a model that looks at the
            last step, not behind their end.
        column: Of a CSV file, the column of the texts.
        target: The column to learn.
        separator: What stands between values; without it, what fits the columns.
        encoding: Of the files; without it, as each says itself, else UTF-8.
        goal: What the loss compares with.
        test: The share of the texts that is kept for the test, if none is there.
        subset: How many texts are used for training; 0 for all.
        validation: The share of these that is held out; 0 for nothing.
        seed: Says which.

    Raises:
        DataError: There are no texts, or not the targets that the model learns.
    """
    place = inside(folder, path)
    texts = (
        of_table(place, column, target, separator, encoding)
        if column
        else of_folders(place, encoding)
    )
    what = repr(target) if target else path
    targets, classes = as_targets(texts.targets, what, goal)
    places, said = split(texts.counts, test, subset, validation, seed)
    raw = numbered(units_of(cased(text, units), units) for text in texts.texts)
    numbers = laid_out(raw, length, front)
    known = vocabulary_of(numbers[places.train], raw.units, vocabulary)
    if len(words := known[FIRST_UNIT:]) < 2:
        raise DataError(f"{path} has one of the {units} only: {named(words)}")
    features = translated(numbers, raw.units, known)
    notes = [
        *texts.notes,
        *said,
        of_lengths(raw.sizes, length, "texts", units) + (FRONT if front else ""),
        of_vocabulary(features, raw.units, known, units),
    ]
    doubts = [
        *texts.doubts,
        *of_cuts(raw.sizes, length, "texts", units),
        *of_unknown(features[places.test], units),
        *of_twins(raw, texts.texts, places),
    ]
    about = {"vocabulary": known, "length": length, "units": units, "column": column}
    about |= parting_of_places(
        texts.texts.__getitem__, places, texts.counts, validation
    )
    about |= {"front": True} if front else {}
    about |= {"separator": separator, "encoding": encoding}
    about |= {"classes": classes} if classes else {}
    if goal.standardize:
        about["targets"] = scale_of(target, targets[places.train])
    every = made(TextsOfClasses(features.to(device), targets.to(device)))
    train, held, tested = map(every.part, places)
    data = Splits(train, held, tested, about, (*notes,), (*doubts,))
    found = believed(data, goal, lenient=subset > 0)
    for part in (train, held, tested):
        part.standardize_targets(about)
    return found


load = load_labeled


def of_table(
    path: Path, column: str, target: str, separator: str, encoding: str
) -> Texts:
    """Read the texts of a table; rows without a text or a target are left out."""
    rows, numbers, found = read_columns(path, (column, target), separator, encoding)
    notes = [] if found in (",", separator) else [f"{path}: {found!r} parts the values"]
    for place, name in enumerate((column, target)):
        pairs = zip(numbers, rows, strict=True)
        empty = [number for number, row in pairs if not row[place]]
        if empty:
            said = f"{len(empty):,} of {len(rows):,} rows without {name!r} are left out"
            notes.append(f"{said}: row {named([*map(str, empty)])}")
    rows = [row for row in rows if all(row)]
    if not rows:
        raise DataError(f"{path} has no row with {column!r} and {target!r}")
    texts, targets = (list(each) for each in zip(*rows, strict=True))
    return Texts(texts, targets, {"train": len(rows)}, notes)


def of_folders(path: Path, encoding: str) -> Texts:
    """Read the texts in folders of classes; empty ones are left out.

    Raises:
        DataError: They teach nothing, or a file is in the folders of two parts.
    """
    found = find_texts(path)
    read = [(each, read_text(each.path, encoding).strip()) for each in found.texts]
    empty = [each.path for each, text in read if not text]
    notes = [*found.left_out, *left_out(path, {"empty texts": empty})]
    kept = [each for each, text in read if text]
    parts = {each.part: list[Path]() for each in found.texts}
    for each in kept:
        parts[each.part].append(each.path)
    check_apart("texts", [*copies([*parts.values()])])
    known = {each.name for each in kept if each.part == "train"}
    if strange := sorted({each.name for each in found.texts} - known):
        raise DataError(f"{path} has nothing to train on for {named(strange)}")
    counts = {part: len(paths) for part, paths in parts.items() if paths}
    texts = [text for _, text in read if text]
    names = [each.name for each in kept]
    doubts = of_two_classes("texts", [each.path for each in kept], names)
    return Texts(texts, names, counts, notes, doubts)


def of_twins(raw: Numbered, texts: Sequence[str], places: Places) -> Iterator[str]:
    """Warn of texts that are held out and, for a model, also trained on.

    Args:
        raw: The texts as they are taken apart; what differs beside is not seen.
        texts: The same, for people.
        places: Those of each part.
    """
    parts = torch.split(raw.numbers, raw.sizes.tolist())
    marks = [hash((*part.tolist(),)) for part in parts]
    seen = {marks[place] for place in places.train.tolist()}
    for part, what in ((places.validation, "validate"), (places.test, "test")):
        twins = [place for place in part.tolist() if marks[place] in seen]
        if twins:
            yield (
                f"{len(twins):,} of {len(part):,} texts to {what} with are also "
                f"trained on, such as {clipped(texts[twins[0]])}"
            )


def preprocessing(about: dict[str, Any]) -> Preprocessing:
    """Return nothing to scale: what texts are made of are numbers already.

    Args:
        about: What `load` has told.
    """
    return Preprocessing(torch.int64)


def read_labeled(paths: Iterable[Path], about: dict[str, Any]) -> Tensor:
    """Read texts as the model takes them, int64 (N, L).

    Args:
        paths: The files: a text each, or tables with a column of texts.
        about: What `load` has told.

    Raises:
        DataError: One is no text, or no such table.
    """
    units = about["units"]
    texts = [text for path in paths for text in texts_of(path, about)]
    raw = numbered(units_of(cased(text, units), units) for text in texts)
    texts_read.add(raw, about["vocabulary"], units, about["length"])
    numbers = laid_out(raw, about["length"], about.get("front", False))
    return translated(numbers, raw.units, about["vocabulary"]).long()


read_files = read_labeled


def row_numbers(path: Path, about: dict[str, Any]) -> list[int]:
    """Number what `texts_of` reads, from 1, by the rows of a table, empty ones too."""
    if path.suffix.lower() not in TABLE_ENDINGS:
        return [1]
    return numbers_of_texts(path, *layout_of(about))


def texts_of(path: Path, about: dict[str, Any]) -> list[str]:
    """Read the texts of a file: of a table, that of each row, but for empty ones."""
    if path.suffix.lower() not in TABLE_ENDINGS:
        return [read_text(path, about["encoding"])]
    return read_texts(path, *layout_of(about))


def layout_of(about: dict[str, Any]) -> tuple[list[str], str, str]:
    """Return the columns of texts, what stands between values, and the encoding."""
    names = [about["column"]] if about["column"] else []
    return names, about["separator"], about["encoding"]
