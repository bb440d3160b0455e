"""How a check ends when its claim does not hold, or cannot be tried."""

from __future__ import annotations


class FailsError(Exception):
    """A claim does not hold; the message is the first difference."""


class UnsupportedError(Exception):
    """Torch itself does not support this for the layers of the network."""


class UnknownError(Exception):
    """The check cannot handle this network; the message says why."""
