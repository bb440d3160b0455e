"""A table of numbers and categories, one of whose columns is learned from the others.

Numbers are standardized by what is trained on, categories are one-hot.
"""

import csv
import math
import reprlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from data_checks import believed
from data_common import (
    Data,
    DataError,
    Splits,
    chosen,
    held_out,
    inside,
    readable,
)
from data_files import Files
from preprocessing import Preprocessing

FILES = Files("tables", (".csv",))
Row = dict[str, str]


def load(
    folder: Path,
    device: torch.device,
    *,
    path: str,
    target: str,
    features: int,
    outputs: int = 0,
    result: tuple[int, ...] | None = None,
    unit: bool = False,
    test: float = 0.2,
    subset: int = 0,
    validation: float = 0.0,
    seed: int = 0,
) -> Splits:
    """Read a table, part it, and standardize it by what is trained on.

    Args:
        folder: What `path` begins in.
        device: Where the data goes.
        path: The table, a CSV file whose first line names the columns.
        target: The column to learn.
        features: How many numbers of a row the model takes.
        outputs: How many classes the model tells apart, if the target is one; without
            them or a result nobody looks at it.
        result: The shape of what the model gives of a row, if the target is a number.
        unit: Whether the numbers to learn are from 0 to 1; two words are 0 and 1 in
            the order of the alphabet.
        test: The share of the rows that is kept for the test.
        subset: How many rows are used for training; 0 for all.
        validation: The share of these that is held out; 0 for nothing.
        seed: Says which.

    Raises:
        DataError: A column is missing, or a value is not what its column holds.
    """
    rows = read_table(inside(folder, path))
    if target not in rows[0]:
        raise DataError(f"{path} has no column {target!r}, only {', '.join(rows[0])}")
    to_train, to_test = held_out(torch.arange(len(rows)), test, seed)
    to_train, to_validate = chosen(to_train, subset, validation, seed)
    known = [rows[place] for place in to_train.tolist()]
    names = [name for name in rows[0] if name != target]
    columns = {name: learned([row[name] for row in known], name) for name in names}
    width = sum(len(column.get("categories", "1")) for column in columns.values())
    if width != features:
        raise DataError(
            f"the columns of {path} make {width} features, and the model takes "
            f"{features}: write `input: [{width}]`"
        )
    about: dict[str, Any] = {"columns": columns}
    values = encoded(rows, columns)
    if outputs:
        about["classes"] = class_names(rows, target, outputs)
        targets = labels(rows, target, about["classes"])
    elif result and unit and all(as_number(row[target]) is None for row in rows):
        about["classes"] = class_names(rows, target, 2)
        targets = labels(rows, target, about["classes"]).float().reshape(-1, *result)
    elif result is not None:
        targets = numbers_of(rows, target).float().reshape(-1, *result)
        check(targets, target, unit)
    else:
        targets = torch.zeros(len(rows))
        check(values, "features", unit)
    every = Data(values.to(device), targets.to(device))
    train, held, tested = map(every.part, (to_train, to_validate, to_test))
    return believed(
        Splits(train, held, tested, about),
        compared=outputs > 0 or result is not None,
        lenient=subset > 0,
        outputs=outputs,
    )


def read_table(path: Path) -> list[Row]:
    """Read a table with a line of names."""
    with (
        readable(path, "is no table"),
        path.open(newline="", encoding="utf-8-sig") as file,
    ):
        reader = csv.DictReader(file, strict=True)
        rows, names = list(reader), reader.fieldnames or []
    if not rows:
        raise DataError(f"{path} has no rows below a line of names")
    if len(set(names)) < len(names):
        raise DataError(f"{path} has two columns of the same name")
    for number, row in enumerate(rows, 1):
        if None in row or None in row.values():
            raise DataError(f"{path}, row {number}: it has more or fewer values")
    return rows


def learned(texts: list[str], name: str) -> dict[str, Any]:
    """Find out about a column: its mean and deviation, or its categories."""
    texts = [text.strip() for text in texts]
    numbers = [number for text in texts if (number := as_number(text)) is not None]
    if 2 * len(numbers) < len(texts):
        return {"categories": sorted(set(texts))}
    values = torch.tensor(numbers, dtype=torch.float64)
    mean, std = values.mean(), values.std(correction=0)
    check(torch.stack([mean, std]), name)
    return {"mean": mean.item(), "std": std.item() or 1.0}


def class_names(rows: list[Row], target: str, outputs: int) -> list[str]:
    """Name the classes that are there."""
    classes = sorted({row[target].strip() for row in rows})
    if "" in classes:
        raise DataError(f"{target!r} is empty in some rows: remove them")
    if not 1 < len(classes) <= outputs:
        raise DataError(
            f"{target!r} has {len(classes)} classes, the model tells {outputs} apart"
        )
    return classes


def labels(rows: list[Row], target: str, classes: list[str]) -> Tensor:
    """Return the places of the classes, int64 (N,)."""
    places = {name: place for place, name in enumerate(classes)}
    return torch.tensor([places[row[target].strip()] for row in rows])


def as_number(text: str) -> float | None:
    """Read a number, or return None."""
    try:
        return float(text)
    except ValueError:
        return None


def encoded(rows: list[Row], columns: dict[str, Any]) -> Tensor:
    """Return numbers standardized and categories one-hot, float32 (N, F)."""
    found = []
    for name, known in columns.items():
        if name not in rows[0]:
            raise DataError(f"there is no column {name!r}")
        if "categories" in known:
            texts = [row[name].strip() for row in rows]
            found += [
                torch.tensor([float(text == category) for text in texts])
                for category in known["categories"]
            ]
        else:
            values = numbers_of(rows, name)
            found.append(((values - known["mean"]) / known["std"]).float())
            check(found[-1], name)
    return torch.stack(found, dim=1)


def numbers_of(rows: list[Row], name: str) -> Tensor:
    """Return a column of numbers, float64 (N,)."""
    values = []
    for number, row in enumerate(rows, 1):
        value = as_number(row[name])
        if value is None or not math.isfinite(value):
            said = reprlib.repr(row[name])
            raise DataError(f"row {number}: {said} is no number, as others of {name!r}")
        values.append(value)
    return torch.tensor(values, dtype=torch.float64)


def check(values: Tensor, name: str, unit: bool = False) -> None:
    """Refuse numbers that are too large for float32, or not what the loss takes."""
    if not values.isfinite().all():
        raise DataError(f"{name!r} has numbers that are too large")
    if unit and not ((values >= 0) & (values <= 1)).all():
        raise DataError(f"the loss takes numbers from 0 to 1, {name!r} has others")


def preprocessing(about: dict[str, Any]) -> Preprocessing:
    """Return what standardizes the numbers of rows; categories stay 0 or 1.

    Args:
        about: What `load` has told.
    """
    means: list[float] = []
    stds: list[float] = []
    for known in about["columns"].values():
        count = len(known.get("categories", "1"))
        means += count * [known.get("mean", 0.0)]
        stds += count * [known.get("std", 1.0)]
    return Preprocessing(mean=torch.tensor(means), std=torch.tensor(stds))


def read_files(paths: Iterable[Path], about: dict[str, Any]) -> Tensor:
    """Read tables of the same columns, float32 (N, F).

    Args:
        paths: The files.
        about: What `load` has told.

    Raises:
        DataError: One is no table, or has other columns.
    """
    return torch.cat([encoded(read_table(path), about["columns"]) for path in paths])
