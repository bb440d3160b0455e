"""Models on inputs of other sizes, where these are free."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any

from .comparison import close, difference
from .errors import FailsError
from .messages import first_line
from .shapes_and_counts import counts_all, multiply_adds, need_outputs
from .spec_comparison import need_interpreted
from .subject import call
from .torch_features import meta

if TYPE_CHECKING:
    from .subject import Subject

_LARGE = 2_000_000_000
"""Multiply-adds above which only shapes are compared, on the meta device."""


def other_sizes(subject: Subject) -> str:
    """Check shapes, counts and outputs for each of the other sizes."""
    if not subject.sizes:
        return "no free sizes"
    less = False
    for each in subject.sizes:
        trial = copy(subject)
        trial.claims = each["claims"]
        large = trial.claims["multiply_adds"] > _LARGE
        less = less or large
        try:
            meta(trial) if large else _need_equal(trial)
        except Exception as error:
            raise FailsError(f"{first_line(error)}, with {_shown(each)}") from error
    note = "; of large networks the shapes only" if less else ""
    return f"as the spec says with {', '.join(map(_shown, subject.sizes))}{note}"


def _shown(each: dict[str, Any]) -> str:
    return " and ".join(f"{name} {size}" for name, size in each["sizes"].items())


def _need_equal(trial: Subject) -> None:
    """Compare the outputs of all styles with the claims and with the interpreter."""
    (one, first), *others = trial.mode(training=False)
    wanted = call(first, trial.inputs(1))
    need_outputs(wanted, trial.claims["outputs"], 1, f"in {one}")
    for style, model in others:
        for left, right in zip(wanted, call(model, trial.inputs(1)), strict=True):
            if not close(left, right):
                raise FailsError(f"{style} differs: {difference(left, right)}")
    if counts_all(first):
        multiply_adds(trial)
    if trial.entries:
        need_interpreted(trial, training=False)
