"""The rows of a table of changes, as plain text; equal changes of rounds are one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.pictures.layer_text import TIMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mlpgen.changes.differences import Differences, LayerChange
    from mlpgen.changes.totals import Totals

SIGNS = {"added": "+", "removed": "-"}
_NUMBER = re.compile(r"(?<![^.])\d+(?![^.])")
"""A number between dots: of a round, or of a member of a list."""
_ANY_NUMBER = re.compile(r"(?<![\w=])\d+(?=[.\s]|$)")


_MOST_RESIZED = 2
"""More layers than these that only pass other sizes on are one row."""


class Row(NamedTuple):
    """A row of the table.

    Attributes:
        sign: `+` added, `-` removed, `~` changed.
        name: Its name; of several rounds `layer1.0–2.conv1`.
        type: `Conv2d`.
        change: What happened to it, with values before and after.
        output: The shape of its result, before and after.
        parameters: The number of parameters, before and after; empty if there are none.
    """

    sign: str
    name: str
    type: str
    change: str
    output: str
    parameters: str


class Total(NamedTuple):
    """A row of the table of sizes: before, after, and their ratio or difference."""

    name: str
    before: str
    after: str
    ratio: str


def rows(found: Differences) -> list[Row]:
    """Return the rows of all layers that differ.

    Layers without parameters that only get other sizes are counted in the last row.
    """
    resized = [each for each in found.layers if _is_passive(each)]
    told = resized if len(resized) > _MOST_RESIZED else []
    groups: dict[tuple[object, ...], list[LayerChange]] = {}
    for each in found.layers:
        if told and _is_passive(each):
            continue
        details = tuple(_ANY_NUMBER.sub("#", text) for text in each.details)
        key = (_NUMBER.sub("#", each.key), each.kinds, details, each.shapes)
        groups.setdefault((*key, each.type, each.parameters), []).append(each)
    many = f"resized: {len(told)} layers without parameters, which get other sizes"
    last = [Row("~", "…", "", many, "", "")] if told else []
    return [*(_row(each) for each in groups.values()), *last]


def _is_passive(change: LayerChange) -> bool:
    return change.kinds == ("resized",) and not any(change.parameters)


def _row(group: Sequence[LayerChange]) -> Row:
    first = group[0]
    was, now = first.parameters
    parameters = _arrow(f"{was:,}", f"{now:,}") if was or now else ""
    words = [each for each in first.kinds if each not in ("arguments", "resized")]
    if group[0].kinds == ("resized",):
        words = ["resized"]
    if "replaced" in words and "renamed" in words:
        words.remove("renamed")
    details = [text for text in first.details if text]
    said = ", ".join(words)
    shown = "; ".join(details)
    times = f"{len(group)} {TIMES} " if len(group) > 1 else ""
    return Row(
        SIGNS.get(first.kinds[0], "~"),
        _named([each.key for each in group]),
        f"{times}{first.type}",
        f"{said}: {shown}" if said and shown else said or shown,
        _arrow(*first.shapes),
        parameters,
    )


def _arrow(was: str, now: str) -> str:
    if was in ("", "0") or now in ("", "0"):
        return now if was in ("", "0") else was
    return now if was == now else f"{was} → {now}"


def _named(keys: Sequence[str]) -> str:
    """Return names that differ in numbers as one: `layer1.0–2.conv1`."""
    if len(keys) == 1:
        return keys[0]
    parts = [key.split(".") for key in keys]
    return ".".join(
        column[0] if len({*column}) == 1 else _span(column)
        for column in zip(*parts, strict=True)
    )


def _span(words: Iterable[str]) -> str:
    numbers = sorted({int(word) for word in words})
    whole = numbers == [*range(numbers[0], numbers[-1] + 1)]
    return f"{numbers[0]}–{numbers[-1]}" if whole else ",".join(map(str, numbers))


def total_rows(found: tuple[Totals, Totals]) -> list[Total]:
    """Return the rows of the table of sizes."""
    return [
        Total(name.replace("_a", "-a"), f"{was:,}", f"{now:,}", _ratio(was, now))
        for name, was, now in zip(found[0]._fields, *found, strict=True)
    ]


def _ratio(was: int, now: int) -> str:
    if was == now:
        return "="
    return f"{now / was:.3g} {TIMES}" if was else ""
