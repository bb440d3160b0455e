"""Small steps with a column of a table, a Series of polars.

This module needs no torch.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from polars import Expr, Series


def evaluated(values: "Series", expression: "Expr") -> "Series":
    """Compute something of a column."""
    return values.to_frame().select(expression.alias(values.name)).to_series()


def with_nulls(values: "Series", missing: Sequence[str]) -> "Series":
    """Return texts without space around them; null in the place of some of them."""
    import polars as pl

    text = pl.col(values.name).str.strip_chars()
    return evaluated(values, pl.when(text.is_in([*missing])).then(None).otherwise(text))


def known(values: "Series") -> int:
    """Count the values that are there."""
    return len(values) - values.null_count()


def odd(given: "Series", values: "Series") -> tuple[int, str] | None:
    """Return the first row, from 0, and its text where a value could not be read."""
    if given.null_count() == values.null_count():
        return None
    row = int((given.is_not_null() & values.is_null()).arg_true()[0])
    return row, str(given[row])


def type_of(values: "Series") -> Any:
    """Return the type that the rest of a column is read as, by its first texts.

    Whole numbers are half as long as others, so they are read and kept faster.
    """
    import polars as pl

    for each in (pl.Int32, pl.Float64):
        count = values.cast(each, strict=False).null_count()
        if count == values.null_count() < len(values):
            return each
    return pl.String


def lacks(values: "Series", kind: Any) -> bool:
    """Tell whether a column is of a type, and some of its values are not."""
    return values.dtype == kind and values.null_count() > 0


def all_numbers(values: "Series") -> bool:
    """Tell whether each row has a number."""
    import polars as pl

    return not values.cast(pl.Float64, strict=False).null_count()
