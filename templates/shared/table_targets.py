"""The columns of a table that are learned: classes, or numbers."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from class_order import in_order
from data_common import DataError, named
from data_goal import Goal
from table_columns import Column, column_of, numbers_of
from table_doubts import unit_of, with_unit
from table_features import tensor_of
from table_files import Table
from table_notation import Known, checked_columns, notation_of
from table_series import with_nulls
from table_text import MISSING

Columns = dict[str, Column]


def read_targets(table: Table, names: list[str], goal: Goal) -> Columns:
    """Read the columns that are learned; none if nobody looks at them.

    Raises:
        DataError: One is neither classes nor numbers.
    """
    if goal.classes:
        return {name: column_of(table, name, text=True) for name in names}
    if goal.numbers is None:
        return {}
    return {name: of_number_targets(table, name, unit=goal.unit) for name in names}


def of_number_targets(table: Table, name: str, *, unit: bool) -> Column:
    """Read a column of numbers; for a loss of chances it may be two words.

    Raises:
        DataError: It is something else.
    """
    given = table.columns[name]
    if unit:  # it was read as text
        given = with_nulls(given, MISSING)
        column = numbers_of(given, table.decimals, table.separator)
        if column is None:
            return column_of(table, name, text=True)
    else:
        column = column_of(table, name)
    if column.kind not in ("numbers", "nothing"):
        example = unit_of(column.values) if column.kind == "categories" else ""
        if example:
            raise DataError(f"{name!r} {with_unit(example)}")
        some = column.values.drop_nulls()
        raise DataError(
            f"{name!r} has {column.kind} such as {str(some[0])!r}, and the loss takes "
            "numbers: `CrossEntropyLoss` learns classes"
        )
    return checked_columns(name, column, table.lines, ", as others are: mend it")


def learned_targets(targets: Columns, train: Tensor, goal: Goal) -> dict[str, Any]:
    """Find out what predictions need to know of the targets, as plain values.

    Args:
        targets: The columns.
        train: The places of the rows that are trained on, int64 (N,).
        goal: What the loss compares with.

    Raises:
        DataError: There are too many classes, or only one.
    """
    known: dict[str, Known] = {
        name: {"classes": class_names(name, column, goal.classes or 2)}
        if column.kind == "categories"
        else notation_of(column)
        for name, column in targets.items()
    }
    about: dict[str, Any] = {"target_columns": known}
    classes = [each["classes"] for each in known.values() if "classes" in each]
    if len(targets) == 1 and classes:
        about["classes"] = classes[0]
    if not targets or not goal.standardize:
        return about
    found = torch.stack([tensor_of(each.values) for each in targets.values()])
    mean, std = found[:, train].mean(dim=1), found[:, train].std(dim=1, correction=0)
    std = torch.where(std > 0, std, 1.0)
    scale = {"names": [*targets], "mean": mean.tolist(), "std": std.tolist()}
    return {**about, "targets": scale}


def class_names(name: str, column: Column, most: int) -> list[str]:
    """Name the classes that are there.

    Raises:
        DataError: The model tells fewer apart, or there is only one.
    """
    classes = in_order(column.categories)
    if 1 < len(classes) <= most:
        return classes
    told = f"{name!r} has {len(classes)} classes, the model tells {most} apart"
    unit = unit_of(column.values)
    if unit and len(classes) > 1:
        raise DataError(f"{told}: it {with_unit(unit)}")
    numbers = numbers_of(column.values, (".", ","))
    if len(classes) > 20 and numbers is not None and numbers.odd is None:
        raise DataError(f"{told}: it holds numbers, which `MSELoss` learns")
    if len(classes) == 1:
        raise DataError(
            f"{name!r} is {classes[0]!r} in every row: nothing can be learned"
        )
    raise DataError(f"{told}: {named(classes)}")


def values_of_targets(
    targets: Columns, about: dict[str, Known], goal: Goal, lines: Sequence[int]
) -> Tensor:
    """Return the targets: int64 (N,), or float32 (N, …) in their own unit.

    Args:
        targets: The columns.
        about: What is known of each.
        goal: What the loss compares with.
        lines: The lines of the file that their rows begin in.

    Raises:
        DataError: There are other classes, or numbers that the loss does not take.
    """
    found = []
    for name, column in targets.items():
        if "classes" in about[name]:
            found.append(labels(name, column, about[name]["classes"], lines))
        else:
            found.append(tensor_of(column.values).float())
            if goal.unit:
                check_chances(found[-1].unsqueeze(1), repr(name), lines)
    if goal.classes:
        return found[0]
    values = torch.stack([each.float() for each in found], dim=1)
    return values.reshape(-1, *(goal.numbers or ()))


def labels(
    name: str, column: Column, classes: list[str], lines: Sequence[int]
) -> Tensor:
    """Return the places of the classes, int64 (N,).

    Raises:
        DataError: One is not trained on.
    """
    places = {each: place for place, each in enumerate(classes)}
    found = [places.get(each, -1) for each in column.values.to_list()]
    if -1 in found:
        row = found.index(-1)
        raise DataError(
            f"line {lines[row]}: {name!r} is {column.values[row]!r}, and what is "
            f"trained on has only {named(map(repr, classes))}"
        )
    return torch.tensor(found)


def check_chances(values: Tensor, what: str, lines: Sequence[int]) -> None:
    """Refuse numbers, (N, …), that are not from 0 to 1.

    Raises:
        DataError: One is not.
    """
    wrong = ((values < 0) | (values > 1)).flatten(1)
    if wrong.any():
        row = int(wrong.any(dim=1).nonzero()[0])
        value = values.flatten(1)[row][wrong[row]][0].item()
        raise DataError(
            f"line {lines[row]}: {what} is {value:g}, and the loss takes numbers "
            "from 0 to 1"
        )
