"""The parts of data that is in folders: to train on, to validate, to test."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from os import SEEK_END
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

import torch
from torch import Tensor

from data_common import DataError, chosen, held_out, named
from data_files import readable_folders
from data_folders import UNREAD, Listed, beside, parts_of
from parting_marks import mark_of, parting

MIDDLE = 256
"""Bytes of a file that are looked at."""


def parts_below(root: Path) -> dict[str, Path]:
    """Find the folders of the parts of data; without such, all is to train on.

    Args:
        root: The folder of the data.

    Raises:
        DataError: There is no folder, two are for one part, or none is to train on.
    """
    with readable_folders():
        return parts_of(root)


def beside_parts(
    root: Path, folders: Mapping[str, Path], known: Iterable[Path]
) -> Iterator[Listed]:
    """List what is in the folders of data and of its parts, beside those of examples.

    Args:
        root: The folder of the data.
        folders: Those of the parts.
        known: Those of the examples.
    """
    known = [*known]
    for place in dict.fromkeys((root, *folders.values())):
        with readable_folders():
            yield beside(place, known)


def reasons(what: str, found: Iterable[Listed]) -> dict[str, list[Path]]:
    """Return what is not read, by the reason.

    Args:
        what: What the files that are shown are none of: texts, images of a class.
        found: What is there beside such.
    """
    every = Listed(*(list(chain(*paths)) for paths in zip(*found, strict=True)))
    return {"hidden": every.hidden, f"no {what}": every.shown, UNREAD: every.unread}


def left_out(root: Path, found: Mapping[str, Sequence[Path]]) -> list[str]:
    """Say what of a folder is not read, a line for each reason.

    Args:
        root: The folder.
        found: The files by the reason.
    """
    names = {
        why: sorted(path.relative_to(root).as_posix() for path in paths)
        for why, paths in found.items()
    }
    return [
        f"left out, {why}: {len(each):,} ({named(each)})"
        for why, each in names.items()
        if each
    ]


class Places(NamedTuple):
    """Which examples are of which part, int64 (N,) each; none is of two.

    Attributes:
        train: What is trained on.
        validation: What decides between epochs; empty if nothing does.
        test: The test.
    """

    train: Tensor
    validation: Tensor
    test: Tensor


def parts_by_seed(counts: Mapping[str, int], validation: float) -> list[str]:
    """Name the parts that the seed chooses, as `split` does.

    Args:
        counts: Of the examples of the parts that have a folder.
        validation: The share that is held out to decide between epochs.
    """
    tested = "test" in counts or ("validation" in counts and not validation)
    held = "validation" in counts or not validation
    return [*([] if tested else ["test"]), *([] if held else ["validation"])]


def parting_of_places(
    shown: Callable[[int], object],
    places: Places,
    counts: Mapping[str, int],
    validation: float,
) -> dict[str, Any]:
    """Tell how the seed has parted examples, as `parting` does.

    Args:
        shown: Gives something by which the example of a place is known again.
        places: What `split` has decided.
        counts: Of the examples of the parts that have a folder.
        validation: The share that is held out to decide between epochs.
    """
    marks = {
        name: mark_of(map(shown, getattr(places, name).tolist()))
        for name in parts_by_seed(counts, validation)
    }
    return parting(counts["train"], **marks)


def named_file(root: Path, path: Path) -> str:
    """Return what a file is known by: its place in a folder, its size, its middle."""
    with path.open("rb") as file:
        size = file.seek(0, SEEK_END)
        file.seek(size // 2)
        middle = crc32(file.read(MIDDLE))
    return f"{path.relative_to(root).as_posix()} {size} {middle}"


def split(
    counts: Mapping[str, int], test: float, subset: int, validation: float, seed: int
) -> tuple[Places, list[str]]:
    """Decide which examples are of which part, and say what one may not expect.

    Folders of parts are what they say, but that of validation decides between epochs
    only if the spec asks for it; else it is the test, if there is no other.

    Args:
        counts: Of the examples of the parts that have a folder, in their order.
        test: The share that is kept for the test, if it has no folder.
        subset: How many examples are used for training; 0 for all.
        validation: The share of these that is held out; 0 for nothing.
        seed: Says which.
    """
    every = torch.arange(sum(counts.values()))
    found = dict(zip(counts, torch.split(every, [*counts.values()]), strict=True))
    train, held, tested = (found.get(part) for part in ("train", "validation", "test"))
    notes: list[str] = []
    if train is None:
        raise DataError("there is nothing to train on")
    if held is not None and validation:
        said = f"what decides between epochs is the folder, not {validation:.0%} "
        notes.append(f"{said}of the training data")
    elif held is not None and tested is not None:
        said = "the folder for validation decides nothing: `validation: 0.2` in "
        notes.append(f"{said}the spec, with any share, lets it choose the epoch")
        held = None
    elif held is not None:
        notes.append("there is no folder for the test: that of validation is used")
        held, tested = None, held
    if tested is None:
        train, tested = held_out(train, test, seed)
    if held is None:
        train, held = chosen(train, subset, validation, seed)
    else:
        train, _ = chosen(train, subset, 0.0, seed)
    return Places(train, held, tested), notes
