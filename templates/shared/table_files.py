"""Files of tables, read by polars: their encoding, separator and rows are looked at.

This module needs no torch.
"""

import io
import warnings
from array import array
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from table_dates import hold_dates
from table_numbers import doubtful, few_digits, is_more
from table_series import all_numbers, lacks, type_of
from table_text import Content, TableError, open_table, rows_of

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
        day_first: Whether the day is before the month in dates.
    """

    separator: str = ""
    decimal: str = ""
    encoding: str = ""
    day_first: bool | None = None


class Table(NamedTuple):
    """A table as it is in its file.

    Attributes:
        path: The file.
        columns: The columns by name: Int32 or Float64 if each value is a number and
            nothing more, else String; null where a row has nothing.
        separator: What is between them.
        lines: The line of the file that each row begins in.
        notes: How it is written, as far as that was found out, a line each.
        left_out: What nobody looks at, a line each.
        decimals: What may be before a fraction, the likeliest first.
        day_first: Whether the day is before the month; None if nobody has said it.
    """

    path: Path
    columns: dict[str, "Series"]
    separator: str
    lines: Sequence[int]
    notes: tuple[str, ...]
    left_out: tuple[str, ...]
    decimals: tuple[str, ...] = (".", ",")
    day_first: bool | None = None


def read(
    path: Path,
    form: Format,
    texts: Collection[str] = (),
    names: Collection[str] = (),
) -> Table:
    """Read a table whose first line names its columns.

    Args:
        path: The file.
        form: What is known of how it is written. If the decimal is a comma, all columns
            are texts.
        texts: Columns that stay text, even if they look like numbers.
        names: Columns that should be there.

    Raises:
        TableError: It is no table.
    """
    try:
        import polars  # noqa: F401
    except ImportError:
        raise TableError("reading tables needs a package: pip install polars") from None
    content = open_table(path, form.separator, form.encoding, [*names])
    _, header = next(rows_of(content), (0, []))
    there = checked_names(path, header)
    lines, empty, plain = checked_rows(content, len(there))
    comma = form.decimal == ","
    kept = [place for place, name in enumerate(there) if comma or name in texts]
    if plain:
        found = columns_of(content, len(there), kept, form.decimal)
    else:
        found = columns_by_rows(content, kept, form.decimal)
    columns = {name: each.alias(name) for name, each in zip(there, found, strict=True)}
    notes, said = [*content.notes], []
    if empty:
        said.append(f"{empty} empty {'row is' if empty == 1 else 'rows are'} left out")
    if there[0] == "" and hold_dates(found[0]):
        columns = with_index(columns)
        name = next(iter(columns))
        notes.append(f"the first column, without a name, holds dates: it is {name!r}")
    elif "" in columns:
        said.append(unnamed(path, columns.pop(""), there.index("")))
    form_of = (content.separator, lines, (*notes,), (*said,))
    return Table(path, columns, *form_of, day_first=form.day_first)


def with_index(columns: dict[str, "Series"]) -> dict[str, "Series"]:
    """Give the first column, which has none, a name that no other one has."""
    names = ("date", "index", *(f"date_{place}" for place in range(len(columns))))
    name = next(each for each in names if each not in columns)
    return {key or name: values for key, values in columns.items()}


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


def checked_rows(content: Content, width: int) -> tuple[Sequence[int], int, bool]:
    """See that each row has a value for each column.

    Returns:
        The line that each row begins in, how many rows are empty, and whether polars
        reads it as the module csv does: no row is empty, no value has a quote in it.

    Raises:
        TableError: A row has more or fewer values, or there is none.
    """
    first = last = count = empty = 0
    plain = True
    for line, found, quotes in widths_of(content):
        plain = plain and not quotes
        if found == 0:
            empty += 1
            continue
        if found != width:
            raise TableError(
                f"{content.path}, line {line}: it has {found} values, and the first "
                f"line names {width} columns"
            )
        first, last, count = first or line, line, count + 1
    if count < 2:
        raise TableError(f"{content.path} has no rows below a line of names")
    if last - first == count - 1:
        return range(first + 1, last + 1), empty, plain and not empty
    lines = array("q", (line for line, found, _ in widths_of(content) if found))
    return lines[1:], empty, plain and not empty


def numbered_rows(path: Path, form: Format, names: Collection[str]) -> list[int]:
    """Return the places of the rows that are not empty, below the names, from 1.

    Raises:
        TableError: It is no table.
    """
    content = open_table(path, form.separator, form.encoding, [*names])
    rows = (found for _, found, _ in widths_of(content))
    _, *kept = (place for place, found in enumerate(rows) if found)
    return kept


def widths_of(content: Content) -> Iterator[tuple[int, int, bool]]:
    """Yield the line of each row, the first one too, and how many values it has.

    Those that are empty have 0. The last one says whether a value has a quote in it.
    """
    mark = content.separator.encode()
    if b'"' not in content.text:
        for place, line in enumerate(io.BytesIO(content.text), content.above + 1):
            values = line.count(mark) + 1
            yield place, values if line.strip(b" \n" + mark) else 0, False
        return
    for place, row in rows_of(content):
        yield place, len(row), any('"' in value for value in row)


def columns_by_rows(
    content: Content, texts: Sequence[int], decimal: str
) -> list["Series"]:
    """Read all columns by the module csv, as `columns_of` does by polars."""
    import polars as pl

    rows = [row for _, row in rows_of(content) if row]
    columns = zip(*rows[1:], strict=True)
    series = [pl.Series(values, dtype=pl.String) for values in columns]
    return [
        each
        if place in texts or not all_numbers(each) or is_more(each, decimal)
        else each.cast(pl.Float64)
        for place, each in enumerate(series)
    ]


def columns_of(
    content: Content, width: int, texts: Sequence[int], decimal: str
) -> list["Series"]:
    """Read all columns at once.

    A column is numbers if its first ones are. Where one of whole numbers is none, it is
    read again as floating-point numbers; where one of these is none, or is more than a
    number, as text.

    Args:
        content: The table.
        width: How many columns there are.
        texts: The places of those that stay text.
        decimal: What precedes fractions, if somebody has said it.
    """
    import polars as pl

    def taken(types: Sequence[Any], **more: Any) -> list["Series"]:
        """Read columns of these types; a value of another one is null."""
        with warnings.catch_warnings(action="ignore"):  # of quotes
            frame = pl.read_csv(
                content.text,
                separator=content.separator,
                quote_char='"' if b'"' in content.text else None,
                schema_overrides=types,
                infer_schema=False,
                ignore_errors=True,
                **more,
            )
        return frame.get_columns()

    def read_again(places: Sequence[int], kind: Any) -> dict[int, "Series"]:
        """Read some columns as another type, by their places."""
        columns = taken([kind] * width, columns=places) if places else []
        return dict(zip(places, columns, strict=True))

    first = taken([pl.String] * width, n_rows=SAMPLE)
    found = taken(
        [
            pl.String if place in texts else type_of(each)
            for place, each in enumerate(first)
        ]
    )
    wide = [place for place, each in enumerate(found) if lacks(each, pl.Int32)]
    for place, each in read_again(wide, pl.Float64).items():
        found[place] = each
    more = doubtful(content.text, content.separator, first)
    odd = [
        place
        for place, each in enumerate(found)
        if lacks(each, pl.Float64)
        or (place in more and each.dtype.is_numeric() and few_digits(each))
    ]
    for place, each in read_again(odd, pl.String).items():
        if found[place].null_count() or is_more(each, decimal):
            found[place] = each
    return found


def unnamed(path: Path, values: "Series", place: int) -> str:
    """Say why a column without a name is left out: it counts or names the rows.

    Raises:
        TableError: It holds something else.
    """
    if place and values.null_count() == len(values):
        return "the last column, without a name or a value, is left out"
    if place == 0 and values.n_unique() == len(values):
        what = "counts" if all_numbers(values) else "names"
        return f"the first column, without a name, {what} the rows: it is left out"
    raise TableError(f"{path}: column {place + 1} has no name in the first line")
