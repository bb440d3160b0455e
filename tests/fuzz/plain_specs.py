"""Specs as plain data: their classes, lists of layers, entries and expressions."""

from __future__ import annotations

import ast
import keyword
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from mlpgen.names.identifiers import snake_case

if TYPE_CHECKING:
    from collections.abc import Iterator

Data = dict[str, Any]
Entry = str | Data
KEYS = (
    *("name", "from", "repeat", "when", "else", "select", "share", "init"),
    *("parametrize", "numbered", "names", "batch_dims", "unused"),
)
"""Keys beside a type."""


class Class(NamedTuple):
    """The model or a block.

    Attributes:
        name: The name of the block; empty for the model.
        data: Its mapping.
        parameters: Names and defaults.
    """

    name: str
    data: Data
    parameters: Data


class Slot(NamedTuple):
    """A value in nested data: `holder[key]`."""

    holder: Any
    key: Any

    @property
    def value(self) -> Any:
        return self.holder[self.key]


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    """Writes no anchors, which specs do not have."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def text(spec: Data) -> str:
    """Write a spec as YAML."""
    style = {"allow_unicode": True, "sort_keys": False, "width": 10**6}
    found: str = yaml.dump(spec, Dumper=_Dumper, default_flow_style=None, **style)
    return found


def classes(spec: Data) -> list[Class]:
    """List the model and the valid blocks."""
    found = [Class("", spec, _mapping(spec.get("parameters")))]
    for name, block in _mapping(spec.get("blocks")).items():
        if isinstance(block, dict):
            found.append(Class(str(name), block, _mapping(block.get("parameters"))))
    return [each for each in found if isinstance(each.data.get("layers"), list)]


def _mapping(value: Any) -> Data:
    return value if isinstance(value, dict) else {}


def lists(layers: list[Entry]) -> Iterator[list[Entry]]:
    """Yield a list of layers, and those of the `Sequential`s in it."""
    yield layers
    for entry in layers:
        inner = entry.get("Sequential") if isinstance(entry, dict) else None
        if isinstance(inner, list):
            yield from lists(inner)


def type_of(entry: Entry) -> str:
    """Return the type of an entry; empty if it has none."""
    if isinstance(entry, str):
        return entry
    if not isinstance(entry, dict):
        return ""
    return next((str(key) for key in entry if key not in KEYS), "")


def mapping_of(entry: Entry) -> Data:
    """Return an entry as a mapping that can be changed."""
    if isinstance(entry, dict):
        return entry
    return {entry if isinstance(entry, str) else repr(entry): None}


def values(data: Any) -> Iterator[Slot]:
    """Yield all nested values, the outer ones first."""
    keys = data if isinstance(data, dict) else range(len(data))
    for key in [*keys]:
        yield Slot(data, key)
        if isinstance(data[key], dict | list):
            yield from values(data[key])


def names(layers: list[Entry]) -> list[str]:
    """Return the names of the entries of a list, given or default."""
    entries = [mapping_of(each) for each in layers]
    taken = {str(each["name"]) for each in entries if "name" in each}
    counts: dict[str, int] = {}
    found = []
    for each in entries:
        name = str(each.get("name", ""))
        stem = snake_case(type_of(each).strip("${} ") or "share")
        while not name:
            counts[stem] = counts.get(stem, 0) + 1
            next_ = f"{stem}_{counts[stem]}"
            name = "" if next_ in taken else next_
        found.append(name)
    return found


def inputs(each: Class) -> list[str]:
    """Return the names of the inputs of a class in `from`."""
    given = each.data.get("input")
    if isinstance(given, dict) and given:
        return [*map(str, given)]
    if each.name and isinstance(given, list) and given:
        return [*map(str, given)]
    return ["input"]


def expressions(data: Any) -> set[str]:
    """Return the names in all expressions of a value."""
    found = re.findall(r"\$\{([^}]*)\}", str(data))
    return {name for text in found for name in re.findall(r"[A-Za-z_]\w*", text)}


def numbers(parameters: Data) -> dict[str, int | float]:
    """Return the parameters that are numbers, and can be in an expression."""
    return {
        name: value
        for name, value in parameters.items()
        if type(value) in (int, float) and isinstance(name, str) and is_name(name)
    }


def is_name(text: str) -> bool:
    """Tell whether Python takes a text as a name."""
    return text.isidentifier() and not keyword.iskeyword(text)


def neat(code: str) -> str:
    """Write an expression without needless parentheses."""
    return ast.unparse(ast.parse(code, mode="eval"))
