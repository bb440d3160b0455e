"""Records of what is predicted, as JSON and CSV."""

import csv
import io
import json
import math
from collections.abc import Iterator, Sequence
from typing import Any

from errors import printable


def as_json(records: Sequence[dict[str, Any]]) -> str:
    """Write records as JSON: numbers that are not finite become null."""
    text = ",\n".join(json.dumps(finite(each)) for each in records)
    return f"[\n{text}\n]\n".replace("##", r"#\u0023")


def finite(value: Any) -> Any:
    """Return nested data with None in the place of infinite numbers and NaN."""
    if isinstance(value, dict):
        return {key: finite(each) for key, each in value.items()}
    if isinstance(value, list):
        return [finite(each) for each in value]
    is_odd = isinstance(value, float) and not math.isfinite(value)
    return None if is_odd else value


def all_finite(value: Any) -> bool:
    """Tell whether no number in nested data is infinite or NaN."""
    if isinstance(value, dict):
        value = [*value.values()]
    if isinstance(value, list):
        return all(map(all_finite, value))
    return not isinstance(value, float) or math.isfinite(value)


def as_csv(
    records: Sequence[dict[str, Any]], classes: Sequence[str], *, shown: bool
) -> str:
    """Write records as CSV; a probability that was not asked for is an empty cell.

    Args:
        records: A dictionary for each example, all with the same keys.
        classes: The names of classes, in the order of their columns.
        shown: Whether it goes to a terminal.
    """
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    rows = [dict(cells(record, classes)) for record in records]
    for row in [[*rows[0]], *([*each.values()] for each in rows)] if rows else []:
        writer.writerow([as_shown(str(each)) if shown else each for each in row])
    return file.getvalue()


def as_shown(text: str) -> str:
    """Escape what a terminal obeys in each line of a text."""
    return "\n".join(map(printable, text.split("\n")))


def cells(record: dict[str, Any], classes: Sequence[str]) -> Iterator[tuple[str, Any]]:
    """Yield the columns of a record, and what is in them."""
    for key, value in record.items():
        if key == "probabilities":
            for name in classes:
                yield f"probability_{name}", value.get(name, "")
        elif isinstance(value, dict):
            yield from ((f"{key}_{name}", each) for name, each in value.items())
        elif isinstance(value, list):
            flat = flattened(value)
            yield from ((f"{key}_{i}", each) for i, each in enumerate(flat, 1))
        else:
            yield key, value


def flattened(values: Sequence[Any]) -> Iterator[Any]:
    """Yield the numbers in nested lists."""
    for each in values:
        if isinstance(each, list):
            yield from flattened(each)
        else:
            yield each
