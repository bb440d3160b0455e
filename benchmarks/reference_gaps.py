"""Differences between two outcomes of `reference.py`, and their bounds."""

from __future__ import annotations

import math
import re
from typing import Any

import torch

Weights = dict[str, torch.Tensor]
METRICS_WITHIN = 1e-6
RANKS_WITHIN = 1e-4
COUNTED_WITHIN = 0.05  # shares of what is right, where a few examples tip over
TIMES = 30
PRINTED_WITHIN = 1.01e-4  # the last of four digits


def relative(one: float, other: float) -> float:
    """Return the difference of two numbers, relative if they are large."""
    if math.isnan(one) and math.isnan(other):
        return 0.0
    return abs(one - other) / max(1.0, abs(other))


def distance(one: torch.Tensor, other: torch.Tensor) -> float:
    """Return the difference of two tensors, relative to the largest value."""
    if one.shape != other.shape or one.dtype != other.dtype:
        return math.inf
    if torch.equal(one, other) or not one.numel():
        return 0.0
    gap = (one.double() - other.double()).abs().max()
    return float(gap / other.double().abs().max().clamp(min=1e-12))


def rows_differ(
    new: list[dict[str, float]], old: list[dict[str, float]]
) -> dict[str, float]:
    """Return the differences of metrics, by name."""
    if [list(row) for row in new] != [list(row) for row in old]:
        columns = [list(rows[0]) if rows else [] for rows in (old, new)]
        says = f"{len(old)} rows of {columns[0]}, now {len(new)} of {columns[1]}"
        return {says: math.inf}
    return {
        f"{name} of row {place}": relative(row[name], before[name])
        for place, (row, before) in enumerate(zip(new, old, strict=True), 1)
        for name in before
    }


def weights_differ(
    new: dict[str, Weights], old: dict[str, Weights]
) -> dict[str, float]:
    """Return the differences of weights, by name; models may be renamed."""
    found: dict[str, float] = {}
    for model, weights in old.items():
        others = [new[model]] if model in new else [*new.values()]
        gaps = [
            {f"{model} {key}": distance(each[key], weights[key]) for key in weights}
            if [*each] == [*weights]
            else {f"{model}: {len(weights)} tensors, now {len(each)}": math.inf}
            for each in others
        ]
        nearest = min(gaps or [{f"{model} is gone": math.inf}], key=largest)
        found |= nearest
    return found


def largest(gaps: dict[str, float]) -> float:
    """Return the largest of some differences."""
    return max(gaps.values(), default=0.0)


def differences(
    stage: str, new: Any, old: Any, bounds: dict[str, float]
) -> tuple[dict[str, float], float]:
    """Return the differences that are out of bounds, and the largest difference.

    Args:
        stage: What was run.
        new: What it gives now, or how it fails.
        old: What it gave.
        bounds: How far names may be apart; others must be equal.
    """
    if isinstance(new, str) or isinstance(old, str):
        return ({} if new == old else {f"{stage}: {new}": math.inf}), 0.0
    gaps = gaps_between(new, old)
    wrong = {
        f"{stage}: {name}": gap
        for name, gap in gaps.items()
        if not gap <= bounds.get(name, 0.0)
    }
    for key in ("confusion", "text"):
        if stage != "ranks" and new.get(key) != old.get(key):
            said = f"{stage}: {key} was\n{old.get(key)}\nnow\n{new.get(key)}"
            wrong[said] = math.inf
    return wrong, largest(gaps)


def gaps_between(new: Any, old: Any) -> dict[str, float]:
    """Return the differences of metrics and weights of two runs, by name."""
    rows = rows_differ(new["rows"], old["rows"])
    return rows | weights_differ(new.get("weights", {}), old.get("weights", {}))


def bounds_of(stage: str, old: dict[str, Any]) -> dict[str, float]:
    """Return the bounds for the differences of a stage, by name."""
    if isinstance(old[stage], str):
        return {}
    if stage != "ranks":
        within = PRINTED_WITHIN if stage == "predicted" else METRICS_WITHIN
        rows = old[stage]["rows"]
        return dict.fromkeys(rows_differ(rows, rows), within)
    near: dict[str, float] = {}
    for name, gap in gaps_between(old["nearby"], old[stage]).items():
        near[group(name)] = max(gap, near.get(group(name), 0.0))
    found = {}
    for name in gaps_between(old[stage], old[stage]):
        counted = re.search(r"_(accuracy|top5|f1) of row", name)
        within = COUNTED_WITHIN if counted else RANKS_WITHIN
        found[name] = max(within, TIMES * near.get(group(name), 0.0))
    return found


def group(name: str) -> str:
    """Name what a metric or tensor is of: a row but for its shares, or a model."""
    place = re.search(r"row \d+$", name)
    counted = re.search(r"_(accuracy|top5|f1) of row", name)
    return f"{place[0]} {bool(counted)}" if place else " ".join(name.split()[:2])
