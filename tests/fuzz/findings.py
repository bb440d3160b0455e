"""Findings, and which of them count as the same."""

from __future__ import annotations

import re
import signal
import traceback
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE = 20
"""CPU seconds after which a step is stopped."""


class Finding(NamedTuple):
    """A broken promise.

    Attributes:
        kind: The promise.
        detail: How it is broken.
        key: Equal for findings with probably the same cause.
    """

    kind: str
    detail: str
    key: str


class EndlessError(BaseException):
    """A step took too long; not caught by `except Exception`."""


@contextmanager
def patience(seconds: float = PATIENCE) -> Iterator[None]:
    """Stop code that takes too much CPU time."""

    def end(*_: object) -> None:
        raise EndlessError

    before = signal.signal(signal.SIGPROF, end)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def crash(kind: str, error: BaseException) -> Finding:
    """Describe an exception by its type and its place."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [each for each in frames if "mlpgen" in each.filename] or frames
    last = own[-1]
    where = f"{Path(last.filename).name}:{last.name}"
    lines = str(error).strip().splitlines()
    detail = f"{type(error).__name__}: {lines[0] if lines else ''} in {where}"
    return Finding(kind, detail[:300], f"{kind} {type(error).__name__} {where}")


def by_values(error: Exception) -> bool:
    """Tell whether indices were too large, which shapes cannot predict."""
    said = str(error)
    return any(
        each in said for each in ("out of range in self", "out of bounds", _ONE_HOT)
    )


_ONE_HOT = "Class values must be"


def wrong(kind: str, error: Exception) -> Finding:
    """Describe an exception of a model, without names and numbers."""
    lines = [line.strip(" :") for line in str(error).splitlines() if line.strip(" :")]
    said = f"{type(error).__name__}: {lines[0] if lines else ''}"
    return Finding(kind, said[:300], f"{kind} {blurred(said)}")


def blurred(said: str) -> str:
    """Remove what differs from case to case."""
    said = re.sub(r"`[^`]*`|'[^']*'|\"[^\"]*\"", "…", said)
    said = re.sub(r"\b[A-Z]\w*(?<!Error)\b", "…", said)
    return re.sub(r"[-+]?\d[\d.,e+-]*|\bnan\b|\[.*\]", "#", said)[:90]
