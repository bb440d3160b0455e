"""Numbers that are gathered in a training, and looked at once in a while."""

import torch
from torch import Tensor

ROOM = 64
"""Rows that there is room for at first."""


class Gathered:
    """Rows of numbers, float32 (N, K), where they were computed.

    They are in one tensor: a small one for each row would keep the memory around it,
    which large ones leave, from being used again.
    """

    def __init__(self) -> None:
        self._rows = torch.empty(0, 0)
        self._count = 0

    def __len__(self) -> int:
        """Count the rows."""
        return self._count

    def add(self, row: Tensor) -> None:
        """Add a row, (K,)."""
        if self._count == len(self._rows):
            room = row.new_empty(max(2 * self._count, ROOM), len(row))
            room[: self._count] = self._rows.view(-1, len(row))
            self._rows = room
        self._rows[self._count] = row
        self._count += 1

    def rows(self) -> Tensor:
        """Return all rows."""
        return self._rows[: self._count]

    def clear(self) -> None:
        """Forget all rows."""
        self._count = 0
