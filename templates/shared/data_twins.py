"""Files that are tested although they are trained on: those of the same content."""

from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from hashlib import file_digest
from pathlib import Path

from torch import Tensor

from data_common import DataError, named


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
