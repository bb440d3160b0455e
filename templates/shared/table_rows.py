"""The rows of a table: which columns count, and what becomes of missing values."""

import difflib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, NamedTuple

from data_common import DataError, named
from data_goal import Goal
from file_errors import readable
from table_columns import Column, column_of, looks_like_number, read_table
from table_doubts import may_be_id, suspicion
from table_files import Format, Table, read
from table_notation import Known, as_known, checked_columns, text_columns
from table_ranges import constant_parts
from table_targets import Columns, read_targets
from table_text import TableError

Missing = Literal["mean", "median", "drop"] | None


class Keys(NamedTuple):
    """What a spec says of a table.

    Attributes:
        format: How it is written.
        targets: The columns that are learned.
        columns: Those that they are learned from; all others if there are none.
        drop: Those that nobody looks at.
        categories: Those that are categories, even if they look like numbers.
        missing: What stands for missing numbers, or whether their rows are left out.
    """

    format: Format
    targets: Sequence[str]
    columns: Sequence[str]
    drop: Sequence[str]
    categories: Sequence[str]
    missing: Missing


class Rows(NamedTuple):
    """The columns of a table that count.

    Attributes:
        lines: The lines of the file that they begin in.
        features: What is learned from.
        targets: What is learned.
        notes: What was found and left out, a line each.
        warnings: What may be a mistake, a line each.
    """

    lines: Sequence[int]
    features: Columns
    targets: Columns
    notes: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def height(self) -> int:
        """How many rows there are."""
        return len(self.lines)


@contextmanager
def of_file(path: Path) -> Iterator[None]:
    """Say of which file a mistake is."""
    try:
        yield
    except (DataError, TableError, OSError) as error:
        said = error.strerror if isinstance(error, OSError) else str(error)
        if str(path) not in str(said):
            said = f"{path}: {said}"
        raise DataError(said) from None


def opened_table(
    path: Path,
    form: Format,
    texts: Iterable[str],
    names: Iterable[str],
    *,
    known: bool = False,
) -> Table:
    """Read a table, some of whose columns stay text.

    Args:
        path: The file.
        form: What is known of how it is written.
        texts: The columns that stay text.
        names: Columns that should be there.
        known: Whether each column is read as it was in training, so that nothing is to
            be found out of how numbers are written.

    Raises:
        DataError: It is no table, or packages are missing.
    """
    try:
        import numpy  # noqa: F401
    except ImportError as error:
        said = f"reading tables needs a package: pip install {error.name}"
        raise DataError(said) from None
    with readable(path, "is no table"):
        try:
            return (read if known else read_table)(path, form, [*texts], [*names])
        except TableError as error:
            raise DataError(str(error)) from None


def read_rows(path: Path, keys: Keys, goal: Goal) -> Rows:
    """Read the columns of a table that is learned from.

    Raises:
        DataError: It is no table, or a value is not what its column holds.
    """
    with of_file(path):
        texts = [*keys.categories, *(keys.targets if goal.classes or goal.unit else ())]
        there = [*keys.targets, *keys.columns, *keys.drop, *keys.categories]
        table = opened_table(path, keys.format, texts, there)
        names = feature_names(table, keys)
        targets = read_targets(table, [*keys.targets], goal)
        features, empty = {}, []
        for name in names:
            text = name in keys.categories
            column = column_of(table, name, text=text)
            del table.columns[name]
            if column.kind == "nothing":
                empty.append(name)
            else:
                said = advice(name, column, keys.format)
                features[name] = checked_columns(name, column, table.lines, said)
        if not features:
            raise DataError("there are no columns to learn from")
        found = notes_of({**features, **targets}, empty)
        notes = (*table.notes, *table.left_out, *found)
        doubts = tuple(doubts_of(features))
        return without_missing(
            Rows(table.lines, features, targets, notes, doubts), keys
        )


def advice(name: str, column: Column, form: Format) -> str:
    """Say what to do with a value that is none of a column's kind."""
    if column.kind == "dates" and form.day_first is not None:
        first = "day" if form.day_first else "month"
        return f", if the {first} is first: mend it, or leave `day_first` out"
    mend = f"mend it, or write `drop: [{name}]` or `categories: [{name}]`"
    return f", as others are: {mend}"


def read_like(path: Path, keys: Keys, about: dict[str, Any]) -> Rows:
    """Read the columns of another table with the same names.

    Args:
        path: The file.
        keys: What the spec says.
        about: What is known of the columns, and of those that are learned.

    Raises:
        DataError: It is no table, or a value is not what its column holds.
    """
    learned: dict[str, Known] = about["target_columns"]
    with of_file(path):
        table = table_like(path, keys.format, about["columns"] | learned)
        targets = columns_like(table, learned)
        features = columns_like(table, about["columns"])
        notes = table.notes + table.left_out
        return without_missing(Rows(table.lines, features, targets, notes, ()), keys)


def table_like(path: Path, form: Format, about: dict[str, Known]) -> Table:
    """Read a table with the columns that are known; others may be there.

    Raises:
        DataError: It is no table, or lacks some of them.
    """
    table = opened_table(path, form, text_columns(about), about, known=True)
    check_names(table, about)
    return table


def columns_like(table: Table, about: dict[str, Known]) -> Columns:
    """Read columns as what is known of them, in its order.

    Raises:
        DataError: A value is not what its column holds.
    """
    return {name: as_known(table, name, known) for name, known in about.items()}


def feature_names(table: Table, keys: Keys) -> list[str]:
    """Name the columns that are learned from.

    Raises:
        DataError: The spec names one that is not there.
    """
    for names in (keys.targets, keys.columns, keys.drop, keys.categories):
        check_names(table, names)
    if keys.columns:
        return [*keys.columns]
    left_out = {*keys.targets, *keys.drop}
    return [name for name in table.columns if name not in left_out]


def check_names(table: Table, names: Iterable[str]) -> None:
    """See that a table has columns of these names.

    Raises:
        DataError: It has not.
    """
    lacking = [name for name in names if name not in table.columns]
    if not lacking:
        return
    said = f"{table.path} has no column {named(map(repr, lacking))}"
    near = difflib.get_close_matches(lacking[0], table.columns, 1)
    if near:
        said += f"; did you mean {near[0]!r}?"
    else:
        said += f", only {named(table.columns)}"
    if any(looks_like_number(name) for name in table.columns):
        said += "; its first line must name the columns"
    elif len(table.columns) == 1:
        said += "; `separator` says what is between columns"
    raise DataError(said)


def without_missing(rows: Rows, keys: Keys) -> Rows:
    """Leave rows out that have no target, or no number where none stands for it.

    Raises:
        DataError: The spec does not say that.
    """
    filled = keys.missing in ("mean", "median")
    gaps = {
        name: column
        for name, column in rows.features.items()
        if column.kind != "categories" and column.missing
    }
    unknown = {name: each for name, each in rows.targets.items() if each.missing}
    if keys.missing is None and gaps:
        first = next(iter(gaps))
        raise DataError(
            f"line {rows.lines[row_of(gaps[first])]}: {first!r} is missing there, "
            f"{counted(gaps)}: write `missing: median` or `mean`, or `missing: drop` "
            "to leave rows out"
        )
    if keys.missing is None and unknown:
        first = next(iter(unknown))
        raise DataError(
            f"line {rows.lines[row_of(unknown[first])]}: {first!r} is empty there, "
            f"{counted(unknown)}: nothing can be learned from these rows; remove them, "
            "or write `missing: drop`"
        )
    notes = [*rows.notes]
    if filled and gaps:
        notes.append(f"the {keys.missing} stands for what is missing: {counted(gaps)}")
    lacking = [*unknown.values(), *(() if filled else gaps.values())]
    if not lacking:
        return rows._replace(notes=tuple(notes))
    kept = lacking[0].values.is_not_null()
    for column in lacking[1:]:
        kept &= column.values.is_not_null()
    lines = [rows.lines[row] for row in kept.arg_true()]
    why = counted(unknown if filled else {**gaps, **unknown})
    count = rows.height - len(lines)
    notes.append(f"{count:,} of {rows.height:,} rows are left out: {why}")
    if not lines:
        raise DataError(f"each row has a missing value: {why}; `drop` these columns")
    features, targets = (
        {
            name: column._replace(values=column.values.filter(kept))
            for name, column in each.items()
        }
        for each in (rows.features, rows.targets)
    )
    return Rows(lines, features, targets, tuple(notes), rows.warnings)


def row_of(column: Column) -> int:
    """Return the first row, from 0, without a value."""
    return int(column.values.is_null().arg_true()[0])


def counted(columns: Columns) -> str:
    """Say how many values columns lack: "age 177 times and fare once"."""
    times = {1: "once", 2: "twice"}
    return named(
        f"{name} {times.get(each.missing, f'{each.missing:,} times')}"
        for name, each in columns.items()
    )


def notes_of(columns: Columns, empty: Sequence[str]) -> Iterator[str]:
    """Say what was found out of columns, learned ones too, a line each."""
    if empty:
        yield f"without any value, so left out: {named(empty)}"
    for column in columns.values():
        if column.kind == "dates":
            dates = [name for name in columns if columns[name].kind == "dates"]
            yield f"dates become {named(column.parts)}: {named(dates)}"
            break
    for said in dict.fromkeys(each.note for each in columns.values() if each.note):
        alike = [name for name, each in columns.items() if each.note == said]
        yield f"{said}: {named(alike)}"


def doubts_of(features: Columns) -> Iterator[str]:
    """Say which columns may be a mistake, a line for each reason."""
    found = {name: suspicion(name, each) for name, each in features.items()}
    for name, column in features.items():
        for said in constant_parts(name, column):
            yield (
                f"{said}: predictions for others are guesses; "
                f"`drop: [{name}]` leaves its dates out"
            )
    differ = [
        name
        for name, each in features.items()
        if each.kind == "numbers" and not found[name] and may_be_id(each)
    ]
    if differ:
        yield (
            f"{named(differ)} {'has' if len(differ) == 1 else 'have'} another whole "
            "number in every row, as ids have, and amounts: `drop` only what is an id"
        )
    for reason in dict.fromkeys(filter(None, found.values())):
        alike = [name for name, said in found.items() if said == reason]
        names = ", ".join(alike[:5])
        advice = f"`drop: [{names}]` leaves it out"
        if features[alike[0]].code:
            advice = f"`categories: [{names}]` takes them as such"
        yield f"{named(alike)} {reason}: {advice}"
