"""What a draft learns from the target of a table: numbers, two classes, or more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mlpgen.drafts.shared import shared_module
from mlpgen.drafts.text import refuse, some
from mlpgen.styles.code import Code

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST_CLASSES = 20
"""Different whole numbers that may still be classes."""
UNEQUAL = 20
"""How much more frequent one class than another may be without a weight.

A training warns of more.
"""


class Objective(NamedTuple):
    """What is learned, and how.

    Attributes:
        outputs: The values that the network gives.
        output: The name of its last layer.
        loss: In YAML.
        metrics: Their names, between commas.
        said: A comment.
        positive: A comment on the metrics: which of two classes they are of.
        score: What chooses the best epoch.
        best: That, if it is not the usual one. Classes count alike in a weighted
            loss, but not in accuracy.
        weighted: Whether the loss makes up for classes that are rare.
        known: Which rows of a table have a target, a column of polars.
        missing: The targets that some rows lack.
        note: How the target was read, if that may be otherwise.
    """

    outputs: int
    output: Code
    loss: Code
    metrics: Code
    said: Code
    positive: Code = Code("")
    score: Code = Code("the loss")
    best: Code = Code("")
    weighted: bool = False
    known: Any = None
    missing: Sequence[str] = ()
    note: Code = Code("")


def target_of(tables: Any, table: Any, targets: Sequence[str]) -> Objective:
    """Decide what the columns to learn are.

    Args:
        tables: The shared module that reads columns.
        table: The table; its targets are texts.
        targets: The columns to learn.

    Raises:
        SpecError: There is nothing to learn.
    """
    doubts = shared_module("table_doubts")
    words = {name: tables.column_of(table, name, text=True) for name in targets}
    found = {name: _as_numbers(tables, table, name) for name in targets}
    for name, column in words.items():
        if column.values.n_unique() - bool(column.missing) < 2:
            raise refuse(f"`{name}` is the same in every row: nothing can be learned")
    for name, column in words.items():
        unit = doubts.unit_of(column.values)
        if unit and not _are_few(column.values.drop_nulls()):
            raise refuse(f"`{name}` {doubts.with_unit(unit)}")
    if len(targets) > 1:
        odd = [name for name in targets if found[name] is None]
        if odd:
            message = f"`{odd[0]}` does not hold numbers, as several targets must"
            raise refuse(message, "name one target")
    dates = [name for name in targets if tables.column_of(table, name).kind == "dates"]
    if dates:
        raise refuse(f"`{dates[0]}` holds dates: learn a number or a class")
    numbers = [each for each in found.values() if each is not None]
    single = len(numbers) == 1 and _are_classes(numbers[0].values)
    if len(numbers) == len(targets) and not single:
        return _regression(targets, numbers)
    ((name, column),) = words.items()
    return _classification(name, column, numbers)


def _as_numbers(tables: Any, table: Any, name: str) -> Any:
    """Read a target as numbers; None if some values are none."""
    given = tables.with_nulls(table.columns[name], tables.MISSING)
    column = tables.numbers_of(given, table.decimals, table.separator)
    return column if column is not None and column.odd is None else None


def _are_classes(values: Any) -> bool:
    """Tell whether numbers are classes: whole, few, and each of them frequent."""
    there = values.drop_nulls()
    if not bool((there == there.round()).all()):
        return False
    return _are_few(there)


def _are_few(there: Any) -> bool:
    """Tell whether values of a column may be classes."""
    return few(int(there.n_unique()), len(there))


def few(different: int, count: int) -> bool:
    """Tell whether values may be classes: few, and each of them frequent."""
    return different <= MOST_CLASSES and 10 * different <= count


def number(text: str) -> float | None:
    """Read a number as scripts do; None if it is none, or not finite."""
    found: float | None = shared_module("class_order").finite_number(text)
    return found


def _regression(targets: Sequence[str], numbers: Sequence[Any]) -> Objective:
    known = numbers[0].values.is_not_null()
    for each in numbers[1:]:
        known &= each.values.is_not_null()
    pairs = zip(targets, numbers, strict=True)
    missing = [name for name, each in pairs if each.missing]
    note = Code("; ".join(dict.fromkeys(each.note for each in numbers if each.note)))
    objective = of_numbers(len(targets))
    return objective._replace(known=known, missing=missing, note=note)


def _classification(name: str, column: Any, numbers: Sequence[Any]) -> Objective:
    counts = column.values.drop_nulls().value_counts(sort=True)
    classes, sizes = (counts[each].to_list() for each in (name, "count"))
    check_classes(name, len(classes), len(column.values))
    objective = of_classes(
        dict(zip(classes, sizes, strict=True)), numbers=bool(numbers)
    )
    known, missing = column.values.is_not_null(), [name] if column.missing else []
    return objective._replace(known=known, missing=missing)


def check_classes(name: str, count: int, rows: int) -> None:
    """See that classes have several examples.

    Raises:
        SpecError: They have not.
    """
    if 2 * count > rows:
        message = f"`{name}` has {count} classes in {rows} rows"
        raise refuse(message, "a class needs several examples")


def of_numbers(count: int) -> Objective:
    """Decide how numbers are learned, one or several of each example."""
    alone = "a number; `CrossEntropyLoss` is for classes"
    said = alone if count == 1 else "numbers"
    words = (Code("predicted"), Code("MSELoss"), Code("mae, r2"), Code(said))
    return Objective(count, *words)


def of_classes(counts: Mapping[str, int], *, numbers: bool = False) -> Objective:
    """Decide how classes are learned.

    Args:
        counts: How many examples each has.
        numbers: Whether they are written as numbers.
    """
    classes = [*counts]
    weighted = max(counts.values()) > UNEQUAL * min(counts.values())
    remark = "; `MSELoss` would take them as numbers" if numbers else ""
    said = f"{len(classes)} classes: {some(sorted(classes))}{remark}"
    if len(classes) == 2 and (not numbers or {*map(float, classes)} == {0.0, 1.0}):
        loss = "{BCEWithLogitsLoss: {pos_weight: balanced}}"
        words = (
            Code("logit"),
            Code(loss if weighted else "BCEWithLogitsLoss"),
            Code("accuracy, f1, auc"),
            Code(said),
        )
        return Objective(1, *words, _positive(counts), weighted=weighted)
    loss = "{CrossEntropyLoss: {weight: balanced}}"
    return Objective(
        len(classes),
        Code("logits"),
        Code(loss if weighted else "CrossEntropyLoss"),
        Code("accuracy, f1"),
        Code(said),
        score=Code("f1" if weighted else "accuracy"),
        best=Code("f1" if weighted else ""),
        weighted=weighted,
    )


def _positive(counts: Mapping[str, int]) -> Code:
    """Say which of two classes f1 and auc are of.

    Args:
        counts: How many examples each has.
    """
    other, label = shared_module("class_order").in_order(counts)
    more = ", the more frequent one" if counts[label] > counts[other] else ""
    return Code(f"f1 and auc are of {some([label])}{more}")
