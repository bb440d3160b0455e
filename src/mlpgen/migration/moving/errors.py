"""What a person is told if a checkpoint cannot be moved."""

from __future__ import annotations


class MoveError(Exception):
    """Why a checkpoint cannot become one of another network, in one line."""
