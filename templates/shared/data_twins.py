"""What is tested although it is trained on: files of the same content, equal rows."""

from collections.abc import Iterable
from hashlib import file_digest
from pathlib import Path

import torch
from torch import Tensor

from data_common import DataError, named

FEW = 32
"""Places of examples that are compared first."""
NUMBERS_AT_ONCE = 2**20
"""Numbers that are compared at once."""


def check_apart(train: Iterable[Path], test: Iterable[Path]) -> None:
    """Refuse files to test that have the content of one to train on.

    Raises:
        DataError: The line names them.
    """
    if twins := same_files(train, test):
        pairs = named(f"{tested} is {trained}" for trained, tested in twins)
        raise DataError(f"what is tested must not be trained on: {pairs}")


def same_files(train: Iterable[Path], test: Iterable[Path]) -> list[tuple[Path, Path]]:
    """Pair files to test with those to train on that have the same content.

    Only files of the same size are read.
    """
    test = [*test]
    sizes = {path.stat().st_size for path in test}
    known = {_content(path): path for path in train if path.stat().st_size in sizes}
    sizes = {path.stat().st_size for path in known.values()}
    return [
        (known[content], path)
        for path in test
        if path.stat().st_size in sizes and (content := _content(path)) in known
    ]


def _content(path: Path) -> bytes:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").digest()


def same_rows(train: Tensor, test: Tensor) -> int:
    """Count the examples to test, (N, …), that are also trained on.

    All are compared in a few places first, and then those that are the same there.
    """
    train, test = train.flatten(1), test.flatten(1)
    some = torch.linspace(0, train.shape[1] - 1, FEW).long().to(train.device)
    known, tested = (_checksums(rows[:, some]) for rows in (train, test))
    train, test = train[torch.isin(known, tested)], test[torch.isin(tested, known)]
    return int(torch.isin(_checksums(test), _checksums(train)).sum())


def _checksums(rows: Tensor) -> Tensor:
    """Return a hash of each row, (N, F), that others rarely have: int64 (N,)."""
    chance = torch.Generator().manual_seed(0)
    keys = torch.randint(2**62, (rows.shape[1],), generator=chance).to(rows.device)
    size = max(NUMBERS_AT_ONCE // len(keys), 1)
    parts = [
        (_bits(rows[start : start + size]) * keys).sum(dim=1)
        for start in range(0, max(len(rows), 1), size)
    ]
    return torch.cat(parts)


def _bits(values: Tensor) -> Tensor:
    """Return numbers as whole ones that are equal where they are, int64."""
    if values.is_floating_point():
        values = (values.float() + 0.0).view(torch.int32)  # -0.0 is 0.0
    return values.long()
