"""Which columns of a table may be a mistake: ids, and what is the same everywhere.

This module needs no torch.
"""

import re
from typing import TYPE_CHECKING

from table_columns import Column

if TYPE_CHECKING:
    from polars import Series

ID = re.compile(r"(?:^|[\W_])(?i:id|idx|index|uuid|guid|key|nr|no)$|[a-z]I[Dd]$")
"""Names of ids, such as `id`, `user_id` and `PassengerId`."""


def suspicion(name: str, column: Column) -> str:
    """Say why a column is likely a mistake, such as an id; empty if it is none."""
    count, values = len(column.values), column.values
    if count < 2 or column.kind == "nothing":
        return ""
    if column.kind == "dates":
        return "is the same in every row" if values.n_unique() == 1 else ""
    if column.code:
        return f"has numbers with leading zeros, such as {column.code!r}, as codes have"
    some = values.head(1000)
    if column.kind == "numbers" and 1 < some.n_unique() < len(some):
        return ""  # neither an id nor all the same
    different = values.n_unique()
    if different == 1:
        return "is the same in every row"
    if count < 10:
        return ""
    if column.kind == "numbers":
        alike = all_differ(column) and (counts(values) or bool(ID.search(name)))
        return "has another whole number in every row, as an id" if alike else ""
    unit = unit_of(values)
    if unit:
        return f"has numbers with a unit, such as {unit!r}: they are categories"
    if different == count:
        return "has another category in every row, as an id"
    if 2 * different > count:
        return f"has {different} categories in {count} rows"
    return ""


def all_differ(column: Column) -> bool:
    """Tell whether each row has another whole number."""
    values = column.values
    if column.missing or values.n_unique() < len(values):
        return False
    return bool((values == values.floor()).all())


def may_be_id(column: Column) -> bool:
    """Tell whether a column of numbers may be an id; of a few rows, none is odd."""
    some = column.values.head(1000)
    return len(some) >= 20 and some.n_unique() == len(some) and all_differ(column)


def counts(values: "Series") -> bool:
    """Tell whether different whole numbers are about as many as there can be."""
    least, most = values.min(), values.max()
    return float(most) - float(least) < 2 * len(values)  # type: ignore[arg-type]


def is_wide(name: str, column: Column) -> bool:
    """Tell whether a column is likely an id, or makes too many features."""
    return column.values.n_unique() > 1 and bool(suspicion(name, column))


def with_unit(example: str) -> str:
    """Say of a column to learn that its numbers have a unit, and what mends it."""
    return (
        f"has numbers with a unit, such as {example!r}: remove it in the file, so that "
        "they are numbers"
    )


def unit_of(values: "Series") -> str:
    """Return the first of numbers that are all written with a unit; else nothing."""
    pattern = r"^([^\w.,+-]*)[+-]?\d[\d.,]*([^\d]*)$"
    given = values.drop_nulls()
    if not given.str.contains(pattern).all():
        return ""
    units = [given.str.extract(pattern, group).str.strip_chars() for group in (1, 2)]
    same = all(each.n_unique() == 1 for each in units)
    return str(given[0]) if same and any(each[0] for each in units) else ""
