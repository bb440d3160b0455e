"""Examples that are held out although they are trained on: equal rows.

Where only few rows are possible, some are equal by chance, which is no mistake. Such
rows have many that differ from them in one column only; copies have none.
"""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from data_common import NUMBERS_AT_ONCE, Data, Splits, spread

FEW_PLACES = 32
"""Places of examples that are compared first."""
ROW_GROUPS = 16
"""Parts of an example, of which one is left out at a time."""
SHOWN_ROWS = 2000
"""Examples that show which values a column has."""
WIDE_ROWS = 64, 4096
"""Columns above which the values of numbers, and of all, are not looked at."""
SEEN_NUMBERS = 8 * NUMBERS_AT_ONCE
"""Numbers of examples from which chance is estimated."""
TWINS_BEYOND = 3.0
"""How many times as many equal pairs as chance makes are no chance; of few, more."""


def twin_doubts(data: Splits, mend: str) -> Iterator[str]:
    """Yield how many examples are held out although they are trained on.

    Args:
        data: What was loaded.
        mend: What finds them, or keeps one of each.
    """
    numbers = data.train.compared and data.train.targets.is_floating_point()
    train = columns_of_rows(data.train, targets=numbers)
    by_seed = data.about.get("parted", {})
    for name, what in (("validation", "validate"), ("test", "test")):
        part: Data = getattr(data, name)
        if count := twins_of(train, columns_of_rows(part, targets=numbers)):
            keep = f"keep one of each, as {mend}"
            yield (
                f"{count:,} of {len(part):,} examples to {what} are trained on too, so "
                "what is measured looks better than it is: "
                f"{keep if name in by_seed else 'leave them out of one'}"
            )


def columns_of_rows(data: Data, *, targets: bool) -> list[Tensor]:
    """Return what makes examples equal: their features, and numbers to learn."""
    found = [*data.inputs().values()]
    return [*found, data.targets.unsqueeze(1)] if targets else found


def twins_of(train: Sequence[Tensor], held: Sequence[Tensor]) -> int:
    """Count the examples held out that are also trained on; 0 if that is by chance.

    All are compared in a few places first, and then those that are the same there.

    Args:
        train: What is trained on, of each input, (N, …).
        held: What is held out, likewise, (M, …).
    """
    if not len(held[0]):
        return 0
    pairs = (train, torch.arange(len(train[0]))), (held, torch.arange(len(held[0])))
    known, tested = (
        marks_of_rows(part, rows, few=FEW_PLACES)[:, 0] for part, rows in pairs
    )
    alike = torch.isin(known, tested), torch.isin(tested, known)
    known, tested = (
        marks_of_rows(part, rows[same])[:, 0]
        for (part, rows), same in zip(pairs, alike, strict=True)
    )
    count = int(torch.isin(tested, known).sum())
    return count if count and not equal_by_chance(train, held, known, tested) else 0


def equal_by_chance(
    train: Sequence[Tensor], held: Sequence[Tensor], known: Tensor, tested: Tensor
) -> bool:
    """Tell whether rows are equal since few different ones are possible.

    Pairs that are equal but for one part are as many as the values of this part are
    different; from them follows how many are equal by chance.

    Args:
        train: What is trained on, of each input, (N, …).
        held: What is held out, likewise, (M, …).
        known: Marks of rows that are trained on, at least of those that are also
            held out, int64 (R,).
        tested: Likewise of rows that are held out.
    """
    parts = parts_of_rows(train)
    if math.prod(part.possible for part in parts) <= len(train[0]):
        return True
    groups = torch.cat([torch.full((part.width,), i) for i, part in enumerate(parts)])
    most = max(SEEN_NUMBERS // len(groups), FEW_PLACES)
    some, few = (
        marks_of_rows(each, spread(len(each[0]), most), groups)
        for each in (train, held)
    )
    whole, others = some.sum(dim=1), few.sum(dim=1)
    every, same = len(some) * len(few), equal_pairs(whole, others)
    expected = 0.0
    for part, one, other in zip(parts, some.T, few.T, strict=True):
        near = equal_pairs(whole - one, others - other) - same
        alike = equal_pairs(one, other) - same
        chance = max(alike / max(every - same, 1), 1 / part.possible)
        if near and chance < 1:
            expected += near * chance / (1 - chance)
    expected *= len(train[0]) * len(held[0]) / every
    return equal_pairs(known, tested) <= TWINS_BEYOND * expected + 2 * math.sqrt(
        expected
    )


def equal_pairs(one: Tensor, other: Tensor) -> int:
    """Count the pairs of equal marks, one of each side, int64 (N,) and (M,)."""
    values, counts = torch.unique(one, return_counts=True)
    found, times = torch.unique(other, return_counts=True)
    places = torch.searchsorted(values, found).clamp(max=len(values) - 1)
    return int((counts[places] * times * (values[places] == found)).sum())


class RowPart(NamedTuple):
    """Columns of rows that belong together.

    Attributes:
        width: How many columns.
        possible: How many different values they may have, together.
    """

    width: int
    possible: float


def parts_of_rows(inputs: Sequence[Tensor]) -> list[RowPart]:
    """Part the columns of examples: those of one category, and each of numbers.

    Args:
        inputs: Some examples, of each input, (N, …).
    """
    width = sum(math.prod(each.shape[1:]) for each in inputs)
    if width > WIDE_ROWS[1]:
        return merged_parts([RowPart(1, math.inf)] * width)
    rows = spread(len(inputs[0]), min(SHOWN_ROWS, SEEN_NUMBERS // width))
    some = [each[rows.to(each.device)].cpu().float() for each in inputs]
    values = torch.cat([each.unsqueeze(-1).flatten(1) for each in some], dim=1)
    least, most = values.aminmax(dim=0)
    high = (values == most) & (most > least)
    flags = (high | (values == least)).all(dim=0).tolist()
    parts: list[RowPart] = []
    taken: Tensor | None = None  # the rows in which a column of a category is 1
    for column, flag in enumerate(flags):
        if flag and taken is not None and not (taken & high[:, column]).any():
            taken = taken | high[:, column]
            last = parts.pop()
            parts.append(RowPart(last.width + 1, last.possible + 1))
        else:
            taken = high[:, column] if flag else None
            exact = not flag and width <= WIDE_ROWS[0]
            steps = steps_between(values[:, column]) if exact else math.inf
            parts.append(RowPart(1, 2 if flag else steps))
    return merged_parts(parts)


def merged_parts(parts: Sequence[RowPart]) -> list[RowPart]:
    """Put parts that are beside each other together, so that they are few."""
    size = -(-len(parts) // ROW_GROUPS)
    some = (parts[start : start + size] for start in range(0, len(parts), size))
    return [
        RowPart(
            sum(each.width for each in few), math.prod(each.possible for each in few)
        )
        for few in some
    ]


def steps_between(values: Tensor) -> float:
    """Return how many values a column may have, by the smallest step between two."""
    found = torch.unique(values.double())
    span, steps = found[-1] - found[0], found.diff()
    steps = steps[steps > 1e-6 * span]  # what is less is of the scaling
    return 1 + (span / steps.min()).item() if len(steps) else 1.0


def marks_of_rows(
    inputs: Sequence[Tensor],
    rows: Tensor,
    groups: Tensor | None = None,
    *,
    few: int = 0,
) -> Tensor:
    """Return a hash of each group of columns that others rarely have, int64 (R, G).

    Args:
        inputs: The examples of each input, (N, …).
        rows: The places of some examples, int64 (R,).
        groups: The group of each column, of all inputs; one group without them.
        few: How many numbers of an input are looked at; 0 for all.
    """
    count = 1 if groups is None else int(groups[-1]) + 1
    found = torch.zeros(len(rows), count, dtype=torch.int64)
    chance = torch.Generator().manual_seed(0)
    before = 0
    for values in inputs:
        width = math.prod(values.shape[1:])
        columns = spread(width, few or width)
        keys = torch.randint(2**62, (len(columns),), generator=chance)
        of = (
            columns * 0 if groups is None else groups[before : before + width][columns]
        ).to(values.device)
        before += width
        columns, keys = columns.to(values.device), keys.to(values.device)
        size = max(NUMBERS_AT_ONCE // max(width, 1), 1)
        for start in range(0, len(rows), size):
            some = slice(start, start + size)
            seen = values[rows[some].to(values.device)]
            flat = seen.unsqueeze(-1).flatten(1)[:, columns]
            products = _bits(flat) * keys
            if groups is None:
                found[some, 0] += products.sum(dim=1).cpu()
            else:
                sums = products.new_zeros(len(products), count)
                found[some] += sums.index_add_(1, of, products).cpu()
    return found


def _bits(values: Tensor) -> Tensor:
    """Return numbers as whole ones that are equal where they are, int64."""
    if values.is_floating_point():
        values = (values.float() + 0.0).view(torch.int32)  # -0.0 is 0.0
    return values.long()
