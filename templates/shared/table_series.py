"""Small steps with a column of a table, a Series of polars.

This module needs no torch.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

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


def is_number(values: "Series") -> bool:
    """Tell whether each text is a number, and there are some."""
    import polars as pl

    numbers = values.cast(pl.Float64, strict=False)
    return numbers.null_count() < len(values) and (
        numbers.null_count() == values.null_count()
    )


def all_numbers(values: "Series") -> bool:
    """Tell whether each row has a number."""
    import polars as pl

    return not values.cast(pl.Float64, strict=False).null_count()
