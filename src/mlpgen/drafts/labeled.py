"""Texts that each are of something, as a draft reads them: of a table, of folders."""

from __future__ import annotations

from collections import Counter
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.drafts.shared import shared_module, text_in
from mlpgen.drafts.targets import (
    MOST_CLASSES,
    Objective,
    check_classes,
    few,
    number,
    of_classes,
    of_numbers,
)
from mlpgen.drafts.text import refuse, some
from mlpgen.drafts.units import is_spaceless

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

LOOKED_AT = 1000
"""Rows by which a column of texts is found."""


class Texts(NamedTuple):
    """Texts as they are read.

    Attributes:
        texts: The texts to train on.
        counts: How many there are, by class, the most frequent first.
        objective: What is learned.
        column: Of a table, the column of the texts.
        said: How that was found.
        target: The column to learn.
        notes: How the table was read.
        parts: Of a folder, the names of folders of other parts, by part.
    """

    texts: list[str]
    counts: dict[str, int]
    objective: Objective
    column: str = ""
    said: str = ""
    target: str = ""
    notes: Sequence[str] = ()
    parts: Mapping[str, str] = MappingProxyType({})


def of_table(path: Path, column: str, target: str) -> Texts:
    """Read the texts of a table; rows without a text or a target are left out.

    Raises:
        ValueError: It is no table.
        SpecError: It has no such columns, or nothing to learn.
    """
    tables = shared_module("table_text")
    content = tables.open_table(path, names=[*filter(None, (column, target))])
    header, rows, *_ = tables.named_rows(content)
    for name in filter(None, (target, column)):
        if name not in header:
            known = f"its columns are {some(header)}"
            raise refuse(f"`{path.as_posix()}` has no column `{name}`", known)
        _check_single(path, header, name)
    if not rows:
        raise refuse(f"`{path.as_posix()}` has no rows below its line of names")
    said = ""
    if not column:
        column, said = _text_column(path, header, rows, target)
    if column == target:
        raise refuse(f"`{target}` cannot be learned from itself", "name another column")
    texts_at, targets_at = header.index(column), header.index(target)
    pairs = [(row[texts_at].strip(), row[targets_at].strip()) for row in rows]
    found = [pair for pair in pairs if pair[0] and pair[1] not in tables.NO_CATEGORY]
    if not found:
        raise refuse(f"`{path.as_posix()}` has no row with `{column}` and `{target}`")
    texts, targets = (list(each) for each in zip(*found, strict=True))
    counts = dict(Counter(targets).most_common())
    objective = _objective(target, counts)
    notes = list(content.notes)
    if len(found) < len(rows):
        left_out = len(rows) - len(found)
        notes.append(f"{left_out:,} of {len(rows):,} rows lack one of them")
    return Texts(texts, counts, objective, column, said, target, notes)


def _check_single(path: Path, header: Sequence[str], name: str) -> None:
    """See that a name says which column is meant.

    Raises:
        SpecError: Several have it.
    """
    if header.count(name) > 1:
        has = f"has {header.count(name)} columns `{name}`"
        raise refuse(f"`{path.as_posix()}` {has}", "give each column its own name")


def _text_column(
    path: Path, header: Sequence[str], rows: Sequence[Sequence[str]], target: str
) -> tuple[str, str]:
    """Find the column of the texts, and say how.

    Raises:
        SpecError: There is none.
    """
    lengths: dict[str, tuple[bool, int]] = {}
    for place, name in enumerate(header):
        values = [row[place] for row in rows[:: len(rows) // LOOKED_AT + 1]]
        if name != target and are_texts(values):
            spaced = 2 * sum(map(_is_written, values)) > len(values)
            size = spaced, sum(map(len, values))
            lengths[name] = max(size, lengths.get(name, size))
    if not lengths:
        others = [name for name in header if name != target]
        for name in others:
            _check_single(path, header, name)
        message = f"`{path.as_posix()}` has no column of texts"
        if others:
            message += f" in {some(others)}"
        raise refuse(message, "--column NAME says which one has them")
    best = max(lengths, key=lengths.__getitem__)
    _check_single(path, header, best)
    more = [name for name in lengths if name != best and lengths[name][0]]
    also = f"; there are others in {some(more)}" if more else ""
    return best, f"its texts are the longest{also}"


def are_texts(values: Iterable[str]) -> bool:
    """Tell whether values of a column are texts: of letters, and not a few of them."""
    given = [value for value in values if value]
    of_letters = sum(
        sum(map(str.isalpha, each)) > sum(map(str.isdigit, each)) for each in given
    )
    several = len({*given}) > min(MOST_CLASSES, len(given) / 2)
    return several and 2 * of_letters > len(given)


def _is_written(value: str) -> bool:
    """Tell whether people have written a value: an id or address has no spaces."""
    return len(value.split()) > 1 or is_spaceless([value])


def _objective(name: str, counts: dict[str, int]) -> Objective:
    """Decide what is learned of a column of a table."""
    total = sum(counts.values())
    if len(counts) < 2:
        raise refuse(f"`{name}` is the same in every row: nothing can be learned")
    numbers = [*map(number, counts)]
    found = [each for each in numbers if each is not None]
    are_numbers = len(found) == len(numbers)
    whole = all(each == round(each) for each in found)
    if are_numbers and not (whole and few(len(counts), total)):
        return of_numbers(1)
    check_classes(name, len(counts), total)
    return of_classes(counts, numbers=are_numbers)


def of_folder(path: Path) -> Texts:
    """Read the texts in folders of classes; empty ones are left out.

    Raises:
        ValueError: A folder cannot be read, or a file is no text.
        SpecError: They teach nothing.
    """
    folders = shared_module("data_folders")
    parts = folders.parts_of(path)
    train = parts.pop("train")
    texts = {each.name: _texts_in(each) for each in folders.visible(train)}
    help = "make a folder for each class, with its texts"
    if not texts:
        found = _texts_in(train)
        help += "; or name one file, to learn what is next in it" if found else ""
        raise refuse(f"`{train.as_posix()}` has {len(found)} texts, of no class", help)
    if len(texts) == 1:
        raise refuse(f"`{train.as_posix()}` has {some(texts)} alone", help)
    empty = [name for name, found in texts.items() if not found]
    if empty:
        raise refuse(f"`{train.as_posix()}` has no texts of {some(empty)}")
    counts = {name: len(found) for name, found in texts.items()}
    ordered = dict(Counter(counts).most_common())
    numbers = all(number(name) is not None for name in counts)
    return Texts(
        [text for found in texts.values() for text in found],
        ordered,
        of_classes(ordered, numbers=numbers),
        parts={part: place.name for part, place in parts.items()},
    )


def _texts_in(folder: Path) -> list[str]:
    """Read the texts of a class; empty ones are left out."""
    content = shared_module("text_content")
    found = shared_module("data_folders").files_below(folder).shown
    paths = [path for path in found if path.suffix.lower() in content.TEXT_ENDINGS]
    return [text for path in paths if (text := text_in(path).strip())]
