"""The draft of a spec for a table: its columns are read as the scripts read them."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

from mlpgen.diagnostics.diagnostic import MissingPackageError
from mlpgen.drafts.labeled import are_texts
from mlpgen.drafts.shared import shared_module
from mlpgen.drafts.targets import target_of
from mlpgen.drafts.text import (
    beginning,
    reading,
    refuse,
    sizes,
    some,
    yaml_list,
    yaml_name,
)
from mlpgen.rendering import fill_text
from mlpgen.styles.code import Code
from mlpgen.template_files import text_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.drafts.targets import Objective

CODES = re.compile(r"(zip|plz|postal|post_?code)", re.IGNORECASE)
"""Names of columns of numbers that are none."""
MANY_WORDS = 8
"""From how many words on a value is a text; names and addresses have fewer."""
OF_TEXTS = "holds texts: `mlpgen init text` makes a spec that reads them"
REASONS = 10
"""Columns of which a comment says why they are left out."""


class ColumnSummary(NamedTuple):
    """What is to be said of the columns of a table.

    Attributes:
        width: How many features they make.
        kinds: The names by kind: numbers, categories, dates.
        drop: Why columns are left out, by name.
        categories: Columns that would be taken for numbers.
        missing: Columns of numbers that lack some.
        notes: How columns were read that may be otherwise, a line each.
        rows: How many rows there are.
    """

    width: int
    kinds: dict[str, list[str]]
    drop: dict[str, str]
    categories: list[str]
    missing: list[str]
    notes: list[str]
    rows: int


def draft(path: str, targets: Sequence[str]) -> str:
    """Write a spec that trains on a table.

    Args:
        path: The table.
        targets: The columns to learn.

    Raises:
        SpecError: It cannot be read, or there is nothing to learn.
        MissingPackageError: polars is not installed.
    """
    if find_spec("polars") is None:
        said = "reading tables needs a package: pip install polars"
        raise MissingPackageError(said)
    tables = shared_module("table_columns")
    file = Path(path)
    table = _read(tables, file, targets)
    objective = target_of(tables, table, targets)
    columns = _columns(tables, table, targets, objective)
    if columns.categories:
        table = _read(tables, file, [*targets, *columns.categories])
        columns = _columns(tables, table, targets, objective)
    if not columns.width:
        texts = [name for name, why in columns.drop.items() if why == OF_TEXTS]
        help = f"`{texts[0]}` {OF_TEXTS}" if texts else ""
        raise refuse(f"`{path}` has no columns to learn from", help)
    return _written(file, targets, objective, columns)


def _read(tables: Any, path: Path, texts: Sequence[str]) -> Any:
    """Read a table; some of its columns stay text."""
    with reading(path):
        try:
            table = tables.read_table(path, tables.Format(), texts, texts)
        except (OSError, ValueError):
            raise
        except Exception as error:
            said = f"`{path.as_posix()}` is no table: {' '.join(str(error).split())}"
            raise refuse(said) from None
    lacking = [name for name in texts if name not in table.columns]
    if lacking:
        known = f"its columns are {some(table.columns)}"
        raise refuse(f"`{path.as_posix()}` has no column `{lacking[0]}`", known)
    return table


def _columns(
    tables: Any, table: Any, targets: Sequence[str], objective: Objective
) -> ColumnSummary:
    """Decide about each column that is not learned."""
    kinds: dict[str, list[str]] = {"numbers": [], "categories": [], "dates": []}
    drop: dict[str, str] = {}
    categories: list[str] = []
    missing: list[str] = []
    notes: dict[str, list[str]] = {}
    same: list[str] = []
    ranges = shared_module("table_ranges")
    width = 0
    for name, values in table.columns.items():
        if name in targets:
            continue
        column = tables.column_of(table, name)
        text = _is_code(name, column) or column.odd is not None
        note = column.note
        if text:
            column = tables.column_of(table, name, text=True)
        if column.kind == "nothing":
            continue  # scripts leave it out
        reason = _doubt(name, column)
        several = values.n_unique()
        if reason and not (" unit" in reason and 20 * several <= len(values)):
            drop[name] = reason
            continue
        if text:
            categories.append(name)
        kinds[column.kind].append(name)
        if column.kind != "categories":
            missing += [name] if column.missing else []
            notes.setdefault(note, []).append(name)
            same += ranges.constant_parts(name, column)
        column = column._replace(values=column.values.filter(objective.known))
        width += _width(column)
    said = [f"{note}: {some(names)}" for note, names in notes.items() if note]
    rows = int(objective.known.sum())
    found = [*table.notes, *said, *same]
    return ColumnSummary(width, kinds, drop, categories, missing, found, rows)


def _doubt(name: str, column: Any) -> str:
    """Say why nothing should be learned from a column; empty if something may be."""
    if column.kind == "categories" and _are_long_texts(column.values):
        return OF_TEXTS
    return shared_module("table_doubts").suspicion(name, column) or _sparse(column)


def _are_long_texts(values: Any) -> bool:
    """Tell whether a column holds sentences, which are no categories."""
    given = values.drop_nulls().head(1000).to_list()
    words = median([0, *(len(text.split()) for text in given)])
    return words >= MANY_WORDS and are_texts(given)


def _sparse(column: Any) -> str:
    """Say that a column has hardly any values; empty if it has."""
    known = len(column.values) - column.missing
    if column.kind == "categories" or 10 * known >= len(column.values):
        return ""
    return f"has a value in {known} of {len(column.values)} rows"


def _is_code(name: str, column: Any) -> bool:
    """Tell whether numbers are codes: such as 08538, or zip codes that are frequent."""
    if column.code:
        return True
    few = 10 * column.values.n_unique() <= len(column.values)
    return column.kind == "numbers" and few and bool(CODES.search(name))


def _width(column: Any) -> int:
    """Return how many features a column makes."""
    widths = {"categories": lambda: column.categories, "dates": lambda: column.parts}
    return len(widths.get(column.kind, lambda: "1")())


def _written(
    path: Path, targets: Sequence[str], objective: Objective, columns: ColumnSummary
) -> str:
    """Write the spec."""
    count = columns.rows - max(round(0.2 * columns.rows), 1)
    one = len(targets) == 1
    return fill_text(
        text_of("init/csv.yaml.jinja"),
        **beginning(path, "Table"),
        hidden=128 if columns.rows > 10_000 else 64,
        kinds=[
            (Code(kind), Code(some(names)))
            for kind, names in columns.kinds.items()
            if names
        ],
        width=columns.width,
        objective=objective,
        file=Code(yaml_name(path.name)),
        target=Code(yaml_name(targets[0]) if one else yaml_list(targets)),
        notes=[Code(note[:1].upper() + note[1:]) for note in columns.notes],
        missing=Code(some([*columns.missing, *objective.missing])),
        categories=Code(yaml_list(columns.categories) if columns.categories else ""),
        reasons=[
            (Code(some([name])), Code(reason))
            for name, reason in [*columns.drop.items()][:REASONS]
        ],
        drop=Code(yaml_list(columns.drop) if columns.drop else ""),
        fit=sizes(count),
    )
