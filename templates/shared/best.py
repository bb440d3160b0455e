"""The best epoch of a training: which one it is, and what its metrics mean."""

import argparse
import math
from collections.abc import Mapping
from typing import Any

from changes import Spec
from errors import short

Row = dict[str, float]
"""The metrics of an epoch."""


def sign_of(score: str, *, lowest: bool = False) -> int:
    """Return -1 for a metric whose lowest value is the best, as of a loss; else 1."""
    return -1 if lowest or score == loss_beside(score) else 1


def loss_beside(score: str) -> str:
    """Name the loss that was measured with a score: of "test_f1", "test_loss"."""
    return f"{score.partition('_')[0]}_loss"


def is_better(row: Row, best: Row, score: str, sign: int) -> bool:
    """Tell whether an epoch is better than another one; of equal ones, by the loss."""
    if row[score] != best[score]:
        return (row[score] - best[score]) * sign > 0
    loss = loss_beside(score)
    return row.get(loss, math.inf) < best.get(loss, math.inf)


def other_best(
    state: Mapping[str, Any], row: Row, score: str, spec: Spec | None
) -> str:
    """Say why the best epoch of a run is none today; nothing if it may be one.

    Args:
        state: The checkpoint that a run continues from.
        row: The metrics of that epoch.
        score: What chooses the best epoch now.
        spec: What the scripts were made from.
    """
    if score not in row:
        return f"{score} was not measured before"
    was, now = ((each or {}).get("training", {}) for each in (state.get("spec"), spec))
    if was and score == loss_beside(score) and was.get("loss") != now.get("loss"):
        return "the loss is another one"
    before = state.get("score", score)
    if before != score:
        return f"{before} chose the best epoch, and {score} does now"
    if was and was.get("best") != now.get("best"):
        return f"another {score} is the best now"
    return ""


def remark(args: argparse.Namespace, rows: list[Row], score: str) -> str:
    """Say what the metrics mean, if that may surprise; empty if it does not."""
    if args.overfit_batch:
        loss = loss_beside(score)
        first, last = (short(rows[place][loss]) for place in (0, -1))
        return f"of one batch, the loss went from {first} to {last}"
    if score.startswith("test") and len(rows) > 1:
        return "the test chose that epoch: `validation` holds data out for it"
    return ""
