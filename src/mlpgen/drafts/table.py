"""The draft of a spec for a table: its columns are read as the scripts read them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from mlpgen.diagnostics.diagnostic import MissingPackageError
from mlpgen.drafts.shared import shared_module
from mlpgen.drafts.targets import target_of
from mlpgen.drafts.text import (
    class_name,
    refuse,
    sizes,
    some,
    yaml_list,
    yaml_name,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlpgen.drafts.targets import Goal

CODES = re.compile(r"(zip|plz|postal|post_?code)", re.IGNORECASE)
"""Names of columns of numbers that are none."""


class Columns(NamedTuple):
    """What is to be said of the columns of a table.

    Attributes:
        width: How many features they make.
        kinds: The names by kind: numbers, categories, dates.
        drop: Why columns are left out, by name.
        categories: Columns that would be taken for numbers.
        missing: Columns of numbers that lack some.
        rows: How many rows there are.
    """

    width: int
    kinds: dict[str, list[str]]
    drop: dict[str, str]
    categories: list[str]
    missing: list[str]
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
    try:
        import polars  # noqa: F401
    except ImportError:
        said = "reading tables needs a package: pip install polars"
        raise MissingPackageError(said) from None
    tables = shared_module("table_columns")
    file = Path(path)
    table = _read(tables, file, targets)
    goal = target_of(tables, table, targets)
    columns = _columns(tables, table, targets, goal)
    if columns.categories:
        table = _read(tables, file, [*targets, *columns.categories])
        columns = _columns(tables, table, targets, goal)
    if not columns.width:
        raise refuse(f"`{path}` has no columns to learn from")
    return "".join(f"{line}\n" for line in _lines(file, targets, goal, columns))


def _read(tables: Any, path: Path, texts: Sequence[str]) -> Any:
    """Read a table; some of its columns stay text."""
    try:
        table = tables.read_table(path, tables.Format(), texts)
    except OSError as error:
        said = f"`{path.as_posix()}`: {error.strerror or error}"
        raise refuse(said) from None
    except ValueError as error:
        raise refuse(str(error)) from None
    except Exception as error:
        said = f"`{path.as_posix()}` is no table: {' '.join(str(error).split())}"
        raise refuse(said) from None
    lacking = [name for name in texts if name not in table.columns]
    if lacking:
        known = f"its columns are {some(table.columns)}"
        raise refuse(f"`{path.as_posix()}` has no column `{lacking[0]}`", known)
    return table


def _columns(tables: Any, table: Any, targets: Sequence[str], goal: Goal) -> Columns:
    """Decide about each column that is not learned."""
    kinds: dict[str, list[str]] = {"numbers": [], "categories": [], "dates": []}
    drop: dict[str, str] = {}
    categories: list[str] = []
    missing: list[str] = []
    width = 0
    for name, values in table.columns.items():
        if name in targets:
            continue
        column = tables.column_of(table, name)
        text = _is_code(name, column) or column.odd is not None
        if text:
            column = tables.column_of(table, name, text=True)
        if column.kind == "nothing":
            continue  # scripts leave it out
        reason = tables.suspicion(name, column) or _sparse(column)
        several = values.n_unique()
        if reason and not (" unit" in reason and 20 * several <= len(values)):
            drop[name] = reason
            continue
        if text:
            categories.append(name)
        kinds[column.kind].append(name)
        if column.kind != "categories" and column.missing:
            missing.append(name)
        column = column._replace(values=column.values.filter(goal.known))
        width += _width(column)
    return Columns(width, kinds, drop, categories, missing, int(goal.known.sum()))


def _sparse(column: Any) -> str:
    """Say that a column has hardly any values; empty if it has."""
    known = len(column.values) - column.missing
    if column.kind == "categories" or 10 * known >= len(column.values):
        return ""
    return f"has a value in {known} of {len(column.values)} rows"


def _is_code(name: str, column: Any) -> bool:
    """Tell whether numbers are codes, such as zip codes, of which each is frequent."""
    few = 10 * column.values.n_unique() <= len(column.values)
    return column.kind == "numbers" and few and bool(CODES.search(name))


def _width(column: Any) -> int:
    """Return how many features a column makes."""
    widths = {"categories": lambda: column.categories, "dates": lambda: column.parts}
    return len(widths.get(column.kind, lambda: "1")())


def _lines(
    path: Path, targets: Sequence[str], goal: Goal, columns: Columns
) -> Iterator[str]:
    """Write the spec, line by line."""
    count = columns.rows - max(round(0.2 * columns.rows), 1)
    fit = sizes(count)
    hidden = 128 if columns.rows > 10_000 else 64
    yield "# A spec of mlpgen, of what it found in a table: look at it, then render it."
    yield f"name: {class_name(path, 'Table')}"
    yield f"parameters: {{hidden: {hidden}}}"
    kinds = (f"{kind}: {some(names)}" for kind, names in columns.kinds.items() if names)
    yield from (f"# {line}" for line in kinds)
    yield f"input: [{columns.width}]  # features that the columns make"
    yield "layers:"
    yield '  - Linear: "${hidden}"'
    yield "  - ReLU"
    yield '  - Linear: "${hidden // 2}"'
    yield "  - ReLU"
    yield f"  - Linear: {goal.outputs}"
    yield f"    name: {goal.output}"
    yield "training:"
    yield "  data:"
    yield f"    csv: {yaml_name(path.name)}  # in the folder that `--data-dir` names"
    yield from _data_lines(targets, goal, columns)
    if fit.validation:
        yield "  validation: 0.2  # decides which epoch is the best one"
    yield f"  loss: {goal.loss}"
    yield f"  metrics: {goal.metrics}"
    yield "  optimizer: {AdamW: {lr: 0.003}}"
    yield f"  epochs: {fit.epochs}"
    yield f"  batch_size: {fit.batch_size}"
    if fit.validation:
        yield "  early_stopping: 20"


def _data_lines(targets: Sequence[str], goal: Goal, columns: Columns) -> Iterator[str]:
    """Write what the spec says of the columns."""
    names = yaml_name(targets[0]) if len(targets) == 1 else yaml_list(targets)
    yield f"    target: {names}  # {goal.said}"
    yield "    test: 0.2  # of the rows; or a file"
    lacking = [*columns.missing, *goal.missing]
    if lacking:
        yield f"    # Values are missing in {some(lacking)}."
        yield "    missing: median  # or mean; `drop` leaves rows out"
    if columns.categories:
        yield f"    categories: {yaml_list(columns.categories)}  # not numbers"
    if columns.drop:
        for name, reason in [*columns.drop.items()][:10]:
            yield f"    # {some([name])} {reason}."
        yield f"    drop: {yaml_list(columns.drop)}"
