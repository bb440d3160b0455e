"""The best epoch of a training: which one it is, and what its metrics mean."""

import argparse
import math

from errors import short

Row = dict[str, float]
"""The metrics of an epoch."""


def sign_of(score: str) -> int:
    """Return -1 for a metric that is better the lower it is, as a loss; else 1."""
    return -1 if score.endswith("loss") else 1


def loss_beside(score: str) -> str:
    """Name the loss that was measured with a score: of "test_f1", "test_loss"."""
    return f"{score.partition('_')[0]}_loss"


def is_better(row: Row, best: Row, score: str) -> bool:
    """Tell whether an epoch is better than another one; of equal ones, by the loss."""
    if row[score] != best[score]:
        return (row[score] - best[score]) * sign_of(score) > 0
    loss = loss_beside(score)
    return row.get(loss, math.inf) < best.get(loss, math.inf)


def remark(
    args: argparse.Namespace, rows: list[Row], best_epoch: int, score: str
) -> str:
    """Say what the metrics mean, if that may surprise; empty if it does not."""
    if args.overfit_batch:
        loss = loss_beside(score)
        first, last = (short(rows[place][loss]) for place in (0, -1))
        return f"of one batch, the loss went from {first} to {last}"
    if score.startswith("test") and best_epoch < len(rows):
        return "the test chose that epoch: `validation` holds data out for it"
    return ""
