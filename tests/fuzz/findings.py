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
"""Seconds of CPU after which a step is ended."""


class Finding(NamedTuple):
    """Something that must not be.

    Attributes:
        kind: What promise is broken.
        detail: How.
        key: Equal for findings that are likely the same mistake.
    """

    kind: str
    detail: str
    key: str


class EndlessError(BaseException):
    """It took too long; no `except Exception` takes this for something else."""


@contextmanager
def patience(seconds: float = PATIENCE) -> Iterator[None]:
    """End what takes too much CPU."""

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
    """Describe an exception by its kind and its place."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [each for each in frames if "mlpgen" in each.filename] or frames
    last = own[-1]
    where = f"{Path(last.filename).name}:{last.name}"
    lines = str(error).strip().splitlines()
    detail = f"{type(error).__name__}: {lines[0] if lines else ''} in {where}"
    return Finding(kind, detail[:300], f"{kind} {type(error).__name__} {where}")


def by_values(error: Exception) -> bool:
    """Tell whether whole numbers were too large, which no shape says beforehand."""
    said = str(error)
    return any(
        each in said for each in ("out of range in self", "out of bounds", _ONE_HOT)
    )


_ONE_HOT = "Class values must be"


def wrong(kind: str, error: Exception) -> Finding:
    """Describe what a model raised; names and numbers do not tell findings apart."""
    lines = [line.strip(" :") for line in str(error).splitlines() if line.strip(" :")]
    said = f"{type(error).__name__}: {lines[0] if lines else ''}"
    return Finding(kind, said[:300], f"{kind} {blurred(said)}")


def blurred(said: str) -> str:
    """Leave out what differs from case to case."""
    said = re.sub(r"`[^`]*`|'[^']*'|\"[^\"]*\"", "…", said)
    said = re.sub(r"\b[A-Z]\w*(?<!Error)\b", "…", said)
    return re.sub(r"[-+]?\d[\d.,e+-]*|\bnan\b|\[.*\]", "#", said)[:90]
