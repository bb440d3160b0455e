"""What is tested although it is trained on: files of the same content, equal rows."""

import math
from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from hashlib import file_digest
from pathlib import Path

import torch
from torch import Tensor

from data_common import NUMBERS_AT_ONCE, DataError, named, spread

FEW = 32
"""Places of examples that are compared first."""


def copied(
    what: str, paths: Sequence[Path], parts: Sequence[Tensor], folders: Sequence[Path]
) -> list[str]:
    """Warn of files that are in two parts of the data, where the seed has put them.

    Args:
        what: What they are called: images, texts.
        paths: All files.
        parts: The places of those of each part.
        folders: Those of the parts.

    Raises:
        DataError: A file is in two of these folders.
    """
    found = [*copies([[paths[place] for place in part.tolist()] for part in parts])]
    apart = [
        (one, other)
        for one, other in found
        if not any(each in one.parents and each in other.parents for each in folders)
    ]
    check_apart(what, apart)
    if not found:
        return []
    return [f"{_of_copies(what, found)}: what is measured looks better than it is"]


def of_two_classes(
    what: str, paths: Sequence[Path], classes: Sequence[Hashable]
) -> list[str]:
    """Warn of files that are of two classes: nobody can tell which is right.

    Args:
        what: What they are called: images, texts.
        paths: All files.
        classes: The class of each.
    """
    of_class: dict[Hashable, list[Path]] = defaultdict(list)
    for path, name in zip(paths, classes, strict=True):
        of_class[name].append(path)
    pairs = [*copies([*of_class.values()])]
    if not pairs:
        return []
    names = named(f"{one} = {other}" for one, other in pairs)
    return [f"{len(pairs):,} {what} are of two classes, as copies: {names}"]


def check_apart(what: str, pairs: Sequence[tuple[Path, Path]]) -> None:
    """Refuse files that are in the folders of two parts.

    Raises:
        DataError: There are such pairs.
    """
    if pairs:
        raise DataError(f"{_of_copies(what, pairs)}: keep each in one")


def _of_copies(what: str, pairs: Sequence[tuple[Path, Path]]) -> str:
    names = named(f"{one} = {other}" for one, other in pairs)
    return f"{len(pairs):,} {what} are in two parts of the data, as copies: {names}"


def copies(parts: Sequence[Sequence[Path]]) -> Iterator[tuple[Path, Path]]:
    """Yield pairs of files with the same content, in two parts.

    Only files of a size that two parts have are read.
    """
    sizes: dict[int, set[int]] = defaultdict(set)
    of_part = [
        (number, path, path.stat().st_size)
        for number, part in enumerate(parts)
        for path in part
    ]
    for number, _, size in of_part:
        sizes[size].add(number)
    found: dict[bytes, tuple[int, Path]] = {}
    for number, path, size in of_part:
        if len(sizes[size]) > 1:
            first, other = found.setdefault(_content(path), (number, path))
            if first != number:
                yield other, path


def _content(path: Path) -> bytes:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").digest()


def same_rows(train: Sequence[Tensor], test: Sequence[Tensor]) -> int:
    """Count the examples to test that are also trained on.

    All are compared in a few places first, and then those that are the same there.

    Args:
        train: What is trained on, of each input, (N, …).
        test: What is tested, likewise, (M, …).
    """
    every = [torch.arange(len(part[0])) for part in (train, test)]
    known, tested = (
        _checksums(part, rows, FEW)
        for part, rows in zip((train, test), every, strict=True)
    )
    alike = torch.isin(known, tested), torch.isin(tested, known)
    known, tested = (
        _checksums(part, rows[same])
        for part, rows, same in zip((train, test), every, alike, strict=True)
    )
    return int(torch.isin(tested, known).sum())


def _checksums(inputs: Sequence[Tensor], rows: Tensor, few: int = 0) -> Tensor:
    """Return a hash of each example that others rarely have, int64 (R,).

    Args:
        inputs: The examples of each input, (N, …).
        rows: The places of some examples, int64 (R,).
        few: How many numbers of an input are looked at; 0 for all.
    """
    found = torch.zeros(len(rows), dtype=torch.int64)
    chance = torch.Generator().manual_seed(0)
    for values in inputs:
        width = math.prod(values.shape[1:])
        columns = spread(width, few or width)
        keys = torch.randint(2**62, (len(columns),), generator=chance)
        columns, keys = columns.to(values.device), keys.to(values.device)
        size = max(NUMBERS_AT_ONCE // max(width, 1), 1)
        for start in range(0, len(rows), size):
            some = slice(start, start + size)
            flat = values[rows[some].to(values.device)].flatten(1)[:, columns]
            found[some] += (_bits(flat) * keys).sum(dim=1).cpu()
    return found


def _bits(values: Tensor) -> Tensor:
    """Return numbers as whole ones that are equal where they are, int64."""
    if values.is_floating_point():
        values = (values.float() + 0.0).view(torch.int32)  # -0.0 is 0.0
    return values.long()
