"""Infinite numbers in a spec: refused, except where an argument takes them."""

from __future__ import annotations

from math import isinf
from typing import TYPE_CHECKING, Any

from mlpgen.spec.types import layer_class

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.source import Path
    from mlpgen.spec.problems import Problems


def refuse_infinite(problems: Problems) -> None:
    """Refuse infinite numbers, as the reader of YAML refuses those out of range.

    Raises:
        SpecError: With all of them.
    """
    document = problems.document
    if not any(".inf" in line.lower() for line in document.lines):
        return
    wrong = [p for p in _infinite(document.data, ()) if not _takes_infinity(p)]
    for path in wrong:
        notes = ("only a number that fills a tensor can be infinite",)
        problems.add("MG111", "the number is infinite", path, notes=notes)
    if wrong:
        raise problems.error()


def _infinite(value: Any, path: Path) -> Iterator[Path]:
    if isinstance(value, float) and isinf(value):
        yield path
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _infinite(each, (*path, key))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _infinite(each, (*path, index))


def _takes_infinity(path: Path) -> bool:
    """Tell whether a path leads to an argument that may be infinite."""
    *_, holder, last = ("", "", *map(str, path))
    alone, named = layer_class(last), layer_class(holder)
    if alone is not None:
        argument = alone.shorthand()
        return argument is not None and alone.infinite(argument)
    return named is not None and last in named.model_fields and named.infinite(last)
