"""The columns of a table as features: numbers standardized, categories one-hot."""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from data_common import DataError, named
from table_columns import Column, values_of_part
from table_notation import TOO_LARGE, Known, notation_of

if TYPE_CHECKING:
    from polars import Series


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute on one thread: columns are short, and sums do not depend on threads."""
    count = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(count)


def learned_columns(
    name: str, column: Column, train: Tensor, missing: str | None
) -> Known:
    """Find out what is to be known of a column, by the rows that are trained on.

    Args:
        name: Of the column.
        column: All of it. Its categories are those of all rows, so that the width does
            not depend on how they are parted; those that are not trained on are 0.
        train: The places of the rows that are trained on, int64 (N,).
        missing: What stands for missing numbers: their "mean" or "median"; else they
            are none.
    """
    if column.kind == "categories":
        known: Known = {"categories": column.categories}
        seen = {*column.values.gather(train.tolist()).fill_null("").to_list()}
        strange = [each for each in known["categories"] if each not in seen]
        return known | ({"unseen": strange} if strange else {})
    if column.kind == "dates":
        parts = {
            part: of_numbers(part, column, train, missing) for part in column.parts
        }
        timed = column.timed and "hour" in parts
        known = {"dates": column.written, "parts": parts}
        return known | ({"timed": True} if timed else {})
    return of_numbers(name, column, train, missing) | notation_of(column)


def of_numbers(name: str, column: Column, train: Tensor, missing: str | None) -> Known:
    """Return mean, deviation and range of numbers, or of a part of dates."""
    values = tensor_of(values_of_part(column, name)).index_select(0, train)
    there = values[~values.isnan()] if column.missing else values
    if not len(there):
        raise DataError(f"{name!r} is missing in all rows that are trained on: drop it")
    known: Known = {"range": [each.item() for each in there.aminmax()]}
    if missing in ("mean", "median"):
        known["missing"] = (there.mean() if missing == "mean" else median(there)).item()
        values = values.nan_to_num(known["missing"])
    mean, std = values.mean(), values.std(correction=0)
    return {"mean": mean.item(), "std": std.item() or 1.0, **known}


def median(values: Tensor) -> Tensor:
    """Return the median, of an even number the mean of both in the middle."""
    return values.quantile(0.5) if len(values) < 2**24 else values.median()


def tensor_of(values: "Series") -> Tensor:
    """Return numbers as float64 (N,), not to be written to; missing ones are NaN."""
    with warnings.catch_warnings(action="ignore"):  # nothing is copied
        found: Tensor = torch.from_numpy(values.to_numpy())
    return found


def width_of(known: Known) -> int:
    """Return how many features a column makes."""
    if "categories" in known:
        return len(known["categories"])
    return len(known.get("parts", "1"))


def encoded_columns(
    name: str, column: Column, known: Known, lines: Sequence[int]
) -> Tensor:
    """Return the features of a column, float32 (N, F).

    Args:
        name: Of the column.
        column: The column.
        known: What is known of it.
        lines: The lines of the file that its rows begin in.

    Raises:
        DataError: A number is missing, or too large.
    """
    if "categories" in known:
        return one_hot(column.values, known)
    parts = known.get("parts", {name: known})
    found = [standardized(values_of_part(column, part), parts[part]) for part in parts]
    values = torch.stack(found, dim=1) if len(found) > 1 else found[0].unsqueeze(1)
    if not values.sum().isfinite():  # quick; large numbers alone may add up to inf
        check_finite(name, column, values, lines)
    return values


def check_finite(
    name: str, column: Column, values: Tensor, lines: Sequence[int]
) -> None:
    """See that the features of a column, (N, F), are numbers.

    Raises:
        DataError: One is missing, or too large.
    """
    for row in (~values.isfinite()).any(dim=1).nonzero().flatten().tolist():
        missing = "is missing, as in no row of the training: fill it in"
        fault = missing if column.values[row] is None else TOO_LARGE
        raise DataError(f"line {lines[row]}: {name!r} {fault}")


def standardized(values: "Series", known: Known) -> Tensor:
    """Bring numbers from their mean and deviation to 0 and 1, float32 (N,)."""
    found = tensor_of(values)
    if "missing" in known:
        found = found.nan_to_num(known["missing"], torch.inf, -torch.inf)
    mean, std = float(known["mean"]), float(known["std"])
    return ((found - mean) / std).float()


def one_hot(values: "Series", known: Known) -> Tensor:
    """Return a 1 in the place of each row's category; of a new one, all are 0."""
    rows = places(values, known)
    found = torch.zeros(len(rows), len(known["categories"]))
    there = (rows >= 0).nonzero().flatten()
    found[there, rows[there]] = 1.0
    return found


def places(values: "Series", known: Known) -> Tensor:
    """Return the place of each row's category, int64 (N,); -1 if it is new."""
    unseen = known.get("unseen", ())
    found = {
        category: -1 if category in unseen else place
        for place, category in enumerate(known["categories"])
    }
    return torch.tensor([found.get(each or "", -1) for each in values.to_list()])


def unseen_categories(columns: dict[str, Column], about: dict[str, Known]) -> list[str]:
    """Say which categories were not trained on, and in how many rows, a line each."""
    lines = []
    for name, known in about.items():
        if "categories" not in known or not len(columns[name].values):
            continue
        values = columns[name].values
        new = values.filter((places(values, known) < 0).tolist()).fill_null("")
        if len(new):
            rows = "1 row" if len(new) == 1 else f"{len(new):,} rows"
            which = named(repr(each) for each in new.unique(maintain_order=True))
            lines.append(f"{name}: {which} in {rows}, not seen in training: all zeros")
    return lines


def filled_numbers(columns: dict[str, Column], about: dict[str, Known]) -> list[str]:
    """Say what stands for missing numbers and dates, and how often, a line each."""
    lines = []
    for name, known in about.items():
        parts = known.get("parts", {name: known})
        count = columns[name].missing
        if count and all("missing" in each for each in parts.values()):
            values = ", ".join(f"{each['missing']:.6g}" for each in parts.values())
            rows = "1 row" if count == 1 else f"{count:,} rows"
            lines.append(f"{name}: missing in {rows}, {values} stands there")
    return lines
