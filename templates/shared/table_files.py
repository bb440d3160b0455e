"""Files of tables, read by polars: their encoding, separator and rows are looked at.

This module needs no torch.
"""

import csv
import io
import warnings
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from table_text import SEPARATORS, TableError, found_separator, in_utf8, rows_of

if TYPE_CHECKING:
    from polars import Series

SAMPLE = 100
"""Rows that say whether a column looks like numbers."""


class Format(NamedTuple):
    """How a table is written; what is empty is found out.

    Attributes:
        separator: What is between columns.
        decimal: What is before the fraction of a number.
        encoding: The encoding of the text.
    """

    separator: str = ""
    decimal: str = ""
    encoding: str = ""


class Table(NamedTuple):
    """A table as it is in its file.

    Attributes:
        path: The file.
        columns: The columns by name: Float64 if each value is a number, else String;
            null where a row has nothing.
        format: How it is written.
        notes: What was found out of that, a line each.
        decimals: What may be before a fraction, the likeliest first.
    """

    path: Path
    columns: dict[str, "Series"]
    format: Format
    notes: tuple[str, ...]
    decimals: tuple[str, ...] = (".", ",")

    @property
    def height(self) -> int:
        """The number of rows."""
        return len(next(iter(self.columns.values())))


def read(path: Path, form: Format, texts: Collection[str] = ()) -> Table:
    """Read a table whose first line names its columns.

    Args:
        path: The file.
        form: What is known of how it is written.
        texts: Columns that stay text, even if they look like numbers.

    Raises:
        TableError: It is no table.
    """
    try:
        import polars  # noqa: F401
    except ImportError:
        raise TableError("reading tables needs a package: pip install polars") from None
    content, encoding, notes = in_utf8(path, form.encoding)
    separator, content = found_separator(content, form.separator)
    if separator != "," and not form.separator:
        notes.append(f"{SEPARATORS.get(separator, 'a space')} separates columns")
    names = checked_names(path, next(rows_of(content, separator), []))
    height, empty = checked_rows(path, content, separator, len(names))
    if empty:
        notes.append(f"{empty} empty {'row is' if empty == 1 else 'rows are'} left out")
    kept = [place for place, name in enumerate(names) if name in texts]
    found = columns_of(content, separator, len(names), kept, plain=not empty)
    if len(found[0]) != height:  # quotes inside of values
        found = columns_of(content, separator, len(names), kept, plain=False)
    columns = dict(zip(names, found, strict=True))
    if "" in columns:
        notes.append(unnamed(path, columns.pop(""), names.index("")))
    known = Format(separator, form.decimal, encoding)
    return Table(path, columns, known, tuple(notes))


def checked_names(path: Path, row: Sequence[str]) -> list[str]:
    """Return the names of the columns; only the first or the last may have none.

    Raises:
        TableError: Some are missing, or the same.
    """
    names = [name.strip() for name in row]
    if not any(names):
        raise TableError(f"{path} has no rows below a line of names")
    twice = sorted(name for name, count in Counter(names).items() if count > 1 and name)
    if twice:
        some = ", ".join(map(repr, twice[:5]))
        raise TableError(f"{path} has two columns of the same name: {some}")
    places = [place for place, name in enumerate(names, 1) if not name]
    if len(places) > 1 or (places and places[0] not in (1, len(names))):
        raise TableError(f"{path}: column {places[-1]} has no name in the first line")
    return names


def checked_rows(
    path: Path, content: bytes, separator: str, width: int
) -> tuple[int, int]:
    """See that each row has a value for each column.

    Returns:
        How many rows there are, and how many are empty.

    Raises:
        TableError: A row has more or fewer values, or there is none.
    """
    count = empty = 0
    for found in widths_of(path, content, separator):
        if found == 0:
            empty += 1
            continue
        if found != width:
            raise TableError(
                f"{path}, row {count}: it has {found} values, and the first line names "
                f"{width} columns"
            )
        count += 1
    if count < 2:
        raise TableError(f"{path} has no rows below a line of names")
    return count - 1, empty


def widths_of(path: Path, content: bytes, separator: str) -> Iterator[int]:
    """Yield how many values each row has, the first line too; 0 if it is empty."""
    mark = separator.encode()
    if b'"' not in content:
        for line in io.BytesIO(content):
            values = line.count(mark) + 1
            yield values if line.strip(b" \n" + mark) else 0
        return
    rows = rows_of(content, separator, strict=True)
    try:
        for row in rows:
            yield len(row) if any(map(str.strip, row)) else 0
    except csv.Error as error:
        at = getattr(rows, "line_num", 0)
        said = "a quote is not closed" if "unexpected end" in str(error) else error
        raise TableError(f"{path} is no table: line {at}: {said}") from None


def columns_of(
    content: bytes, separator: str, width: int, texts: Sequence[int], *, plain: bool
) -> list["Series"]:
    """Read all columns at once.

    A column is numbers if its first ones are; where one is none, it is read again as
    text.

    Args:
        content: The table.
        separator: What is between columns.
        width: How many there are.
        texts: The places of those that stay text.
        plain: Whether polars reads it as the module csv does.
    """
    import polars as pl

    if not plain:
        rows = [row for row in rows_of(content, separator) if any(map(str.strip, row))]
        columns = zip(*rows[1:], strict=True)
        return [pl.Series(values, dtype=pl.String) for values in columns]

    def taken(types: Sequence[Any], **more: Any) -> list["Series"]:
        """Read columns of these types; a value of another one is null."""
        with warnings.catch_warnings(action="ignore"):  # of quotes, see `plain`
            frame = pl.read_csv(
                content,
                separator=separator,
                quote_char='"' if b'"' in content else None,
                schema_overrides=types,
                infer_schema=False,
                ignore_errors=True,
                **more,
            )
        return frame.get_columns()

    text = [pl.String] * width
    try:
        first = taken(text, n_rows=SAMPLE)
        kinds = [
            pl.String if place in texts or not is_number(each) else pl.Float64
            for place, each in enumerate(first)
        ]
        found = taken(kinds)
        again = [
            place
            for place, each in enumerate(found)
            if each.dtype == pl.Float64 and each.null_count()
        ]
        for place, each in zip(
            again, taken(text, columns=again) if again else [], strict=True
        ):
            found[place] = each
    except pl.exceptions.PolarsError:  # quotes inside of values
        return columns_of(content, separator, width, texts, plain=False)
    return found


def is_number(values: "Series") -> bool:
    """Tell whether each text is a number, and there are some."""
    import polars as pl

    numbers = values.cast(pl.Float64, strict=False)
    return numbers.null_count() < len(values) and (
        numbers.null_count() == values.null_count()
    )


def unnamed(path: Path, values: "Series", place: int) -> str:
    """Say why a column without a name is left out: it counts or names the rows.

    Raises:
        TableError: It holds something else.
    """
    if place and values.null_count() == len(values):
        return "the last column, without a name or a value, is left out"
    if place == 0 and values.n_unique() == len(values):
        what = "counts" if values.dtype.is_float() else "names"
        return f"the first column, without a name, {what} the rows: it is left out"
    raise TableError(f"{path}: column {place + 1} has no name in the first line")
