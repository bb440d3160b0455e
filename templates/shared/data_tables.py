"""A table, some of whose columns are learned from the others.

Numbers are standardized by what is trained on, categories are one-hot, dates become
year, month and weekday.
"""

import filecmp
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from data_checks import believed
from data_common import Data, DataError, Splits, chosen, held_out, inside
from data_files import FileKind
from data_goal import NO_GOAL, Goal
from errors import note
from parting_marks import SOME_EXAMPLES, SOME_VALUES, mark_of, parting
from preprocessing import Preprocessing
from table_columns import Column
from table_features import (
    encoded_columns,
    filled_numbers,
    learned_columns,
    one_thread,
    unseen_categories,
    width_of,
)
from table_files import Format, numbered_rows
from table_layout import check_layout, check_width
from table_notation import Known, with_thousands
from table_ranges import far_numbers, taken_ranges
from table_rows import (
    Keys,
    Missing,
    Rows,
    columns_like,
    of_file,
    read_like,
    read_rows,
    table_like,
)
from table_targets import check_chances, learned_targets, values_of_targets

FILES = FileKind("tables", (".csv", ".tsv"))
COLUMNS_AT_ONCE = 32
"""Features that are written at once; one at a time would go over all rows for each."""


def load(
    folder: Path,
    device: torch.device,
    *,
    path: str,
    target: str | list[str],
    features: int,
    goal: Goal = NO_GOAL,
    test: float | str = 0.2,
    separator: str = "",
    decimal: str = "",
    encoding: str = "",
    day_first: bool | None = None,
    missing: Missing = None,
    columns: Sequence[str] = (),
    drop: Sequence[str] = (),
    categories: Sequence[str] = (),
    subset: int = 0,
    validation: float = 0.0,
    seed: int = 0,
) -> Splits:
    """Read a table, part it, and standardize it by what is trained on.

    Args:
        folder: What `path` begins in.
        device: Where the data goes.
        path: The table, whose first line names the columns.
        target: The column to learn, or several.
        features: How many numbers of a row the model takes.
        goal: What the loss compares with.
        test: The share of the rows that is kept for the test, or its file.
        separator: What is between columns; found out if it is empty, as are the others.
        decimal: What is before the fraction of a number.
        encoding: Of the text.
        day_first: Whether the day is before the month in dates; found out without it.
        missing: What stands for missing numbers: their mean or median; "drop" leaves
            the rows out.
        columns: The columns to learn from; all others without them.
        drop: Columns that are left out.
        categories: Columns that are categories, even if they look like numbers.
        subset: How many rows are used for training; 0 for all.
        validation: The share of these that is held out; 0 for nothing.
        seed: Says which.

    Raises:
        DataError: A column is missing, or a value is not what its column holds.
    """
    form = Format(separator, decimal, encoding, day_first)
    names = [target] if isinstance(target, str) else target
    keys = Keys(form, names, columns, drop, categories, missing)
    file = inside(folder, path)
    rows = read_rows(file, keys, goal)
    places = torch.arange(rows.height)
    if isinstance(test, str):
        to_train, to_test = places, places[:0]
    else:
        to_train, to_test = held_out(places, test, seed)
    to_train, to_validate = chosen(to_train, subset, validation, seed)
    marks = parting(
        rows.height,
        test=mark_of_rows(rows, to_test),
        validation=mark_of_rows(rows, to_validate),
    )
    with of_file(file), one_thread():
        about = learned(rows, to_train, keys, goal) | marks
        check_width(rows, about["columns"], features)
        unseen = new_categories(rows, about["columns"], to_validate, to_test)
        parts = parts_of_table(rows, about, goal, (to_train, to_validate, to_test))
    notes = (*rows.notes, *unseen)
    if isinstance(test, str):
        tests = inside(folder, test)
        check_other(file, tests)
        others = read_like(tests, keys, about)
        with of_file(tests), one_thread():
            everything = torch.arange(others.height)
            unseen = new_categories(others, about["columns"], everything)
            far = far_numbers(others.features, about["columns"], about["ranges"])
            parts[2:] = parts_of_table(others, about, goal, (everything,))
        notes += tuple(f"{test}: {each}" for each in (*others.notes, *unseen, *far))
    for part in parts:
        part.put_on(device, about)
    train, held, tested = parts
    return believed(
        Splits(train, held, tested, about, notes, rows.warnings),
        goal,
        lenient=subset > 0,
        rows=True,
    )


class TableData(Data):
    """Rows of a table as features and targets."""

    def put_on(self, device: torch.device, about: dict[str, Any]) -> None:
        """Put them onto a device, and standardize the targets."""
        scale = preprocessing(about)
        self.keep_scale(scale.mean, scale.std)
        self.features = self.features.to(device)
        self.targets = self.targets.to(device)
        self.standardize_targets(about)

    def rescale(self, was: dict[str, Any], now: dict[str, Any]) -> None:
        """Bring rows from what is known of one table to that of another one.

        Raises:
            DataError: It has other columns, or they are written in another way.
        """
        check_layout(was, now)
        one, other = preprocessing(was), preprocessing(now)
        device = self.features.device
        self.features = other(self.features.cpu() * one.std + one.mean)
        self.targets = self.in_own_unit(self.targets)
        self.put_on(device, now)


def learned(rows: Rows, train: Tensor, keys: Keys, goal: Goal) -> dict[str, Any]:
    """Find out what predictions need to know, by the rows that are trained on.

    Args:
        rows: All rows.
        train: The places of those that are trained on, int64 (N,).
        keys: What the spec says.
        goal: What the loss compares with.
    """
    columns = {
        name: learned_columns(name, column, train, keys.missing)
        for name, column in rows.features.items()
    }
    said = {key: each for key, each in keys.format._asdict().items() if each}
    about: dict[str, Any] = {"columns": columns, "ranges": taken_ranges(columns)}
    about |= {"format": said} if said else {}
    about |= learned_targets(rows.targets, train, goal)
    every = [*columns.values(), *about["target_columns"].values()]
    with_thousands(every, keys.format.decimal)
    return about


def parts_of_table(
    rows: Rows, about: dict[str, Any], goal: Goal, places: Sequence[Tensor]
) -> list[TableData]:
    """Make data of rows at some places each; the columns are used up.

    Args:
        rows: All rows.
        about: What is known of their columns.
        goal: What the loss compares with.
        places: Of the rows of each part, int64 (N,).
    """
    features = encoded(rows.features, about["columns"], places, rows.lines)
    if not rows.targets:
        for each, place in zip(features, places, strict=True):
            if goal.unit:
                lines = [rows.lines[row] for row in place.tolist()]
                check_chances(each, "what the model sees", lines)
        return [TableData(each, torch.zeros(len(each))) for each in features]
    known = about["target_columns"]
    targets = values_of_targets(rows.targets, known, goal, rows.lines)
    return [
        TableData(each, targets[place])
        for each, place in zip(features, places, strict=True)
    ]


def encoded(
    columns: dict[str, Column],
    about: dict[str, Known],
    places: Sequence[Tensor],
    lines: Sequence[int],
) -> list[Tensor]:
    """Return the features of rows at some places each, float32 (N, F).

    Some columns at a time are written into the rows, which is faster than one by one.
    The columns are used up, so that they are not in memory beside their features.
    """
    width = sum(map(width_of, about.values()))
    order = torch.cat([*places])
    found = torch.empty(len(order), width)
    waiting: list[Tensor] = []
    start = 0
    for name, known in about.items():
        values = encoded_columns(name, columns.pop(name), known, lines)
        waiting.append(values.T)
        size = sum(map(len, waiting))
        if size >= COLUMNS_AT_ONCE or not columns:
            some = torch.cat(waiting).T.contiguous()
            found[:, start : start + size] = some.index_select(0, order)
            waiting, start = [], start + size
    return [*torch.split(found, [*map(len, places)])]


def mark_of_rows(rows: Rows, places: Tensor) -> str:
    """Mark the rows at some places by what they are learned from."""
    some = places[:: max(len(places) // SOME_EXAMPLES, 1)].tolist()
    names = sorted(rows.features)
    found = {
        name: rows.features[name].values.gather(some).to_list()
        for name in names[:: max(len(names) // SOME_VALUES, 1)]
    }
    return mark_of(found.items() if some else ())


def new_categories(
    rows: Rows, about: dict[str, Known], *places: Tensor
) -> tuple[str, ...]:
    """Say which categories of rows at some places were not trained on."""
    held = torch.cat(places).tolist()
    columns = {
        name: rows.features[name]._replace(
            values=rows.features[name].values.gather(held)
        )
        for name, known in about.items()
        if "categories" in known
    }
    return tuple(unseen_categories(columns, about))


def check_other(path: Path, tests: Path) -> None:
    """Refuse a test that is what is trained on.

    Raises:
        DataError: It is.
    """
    if path.samefile(tests) or filecmp.cmp(path, tests, shallow=False):
        raise DataError(f"{tests} is the same table as {path}: it tests nothing")


def preprocessing(about: dict[str, Any]) -> Preprocessing:
    """Return what standardizes the numbers of rows; categories stay 0 or 1.

    Args:
        about: What `load` has told.
    """
    means: list[float] = []
    stds: list[float] = []
    for known in about["columns"].values():
        for each in known.get("parts", {"": known}).values():
            count = len(each.get("categories", "1"))
            means += count * [each.get("mean", 0.0)]
            stds += count * [each.get("std", 1.0)]
    return Preprocessing(mean=torch.tensor(means), std=torch.tensor(stds))


def read_files(paths: Iterable[Path], about: dict[str, Any]) -> Tensor:
    """Read tables of the same columns, float32 (N, F); they need no target.

    Args:
        paths: The files.
        about: What `load` has told.

    Raises:
        DataError: One is no table, or lacks columns.
    """
    return torch.cat([read_file(path, about) for path in paths])


def read_file(path: Path, about: dict[str, Any]) -> Tensor:
    """Read a table, and say what is left out, and what is unlike the training."""
    known = about["columns"]
    with of_file(path), one_thread():
        table = table_like(path, Format(**about.get("format", {})), known)
        columns = columns_like(table, known)
        unusual = (
            *unseen_categories(columns, known),
            *filled_numbers(columns, known),
            *far_numbers(columns, known, about.get("ranges", {})),
        )
        for line in (*table.left_out, *unusual):
            note(f"{path}: {line}")
        places = [torch.arange(len(table.lines))]
        (features,) = encoded(columns, known, places, table.lines)
    return features


def row_numbers(path: Path, about: dict[str, Any]) -> list[int]:
    """Number the rows of a table that are read, from 1; empty ones count too."""
    with of_file(path):
        return numbered_rows(path, Format(**about.get("format", {})), about["columns"])
