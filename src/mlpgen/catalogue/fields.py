"""Fields of pydantic models: what they take, and which part of a value is wrong."""

from __future__ import annotations

from collections import ChainMap
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from pydantic import BaseModel, ValidationError

from mlpgen.catalogue.component import Expects

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pydantic.fields import FieldInfo

    from mlpgen.source import Path


@cache
def fields_of(model: type[BaseModel]) -> Mapping[str, FieldInfo]:
    """Return the fields of a model, by their names in a spec."""
    fields = model.model_fields.items()
    return MappingProxyType({info.alias or name: info for name, info in fields})


@cache
def keys_below(model: type[BaseModel], field: str) -> Iterable[str]:
    """Return the keys of a field that is a mapping of them, else nothing."""
    annotation = fields_of(model)[field].annotation
    for each in (annotation, *get_args(annotation)):
        if isinstance(each, type) and issubclass(each, BaseModel):
            return fields_of(each)
    return ()


def expected(model: type[BaseModel], field: str) -> str:
    """Describe what a field takes: "a whole number of at least 1"."""
    info = fields_of(model)[field]
    inner = [*_inner_types(info.annotation)]
    for each in (*info.metadata, *inner):
        if isinstance(each, Expects):
            return each.text
    options = choices(model, field)
    if options:
        return "one of " + ", ".join(f"`{option}`" for option in options)
    plain = {
        int: "a whole number",
        float: "a number",
        bool: "true or false",
        str: "a string",
    }
    return next((plain[each] for each in inner if each in plain), "of another type")


def choices(model: type[BaseModel], field: str) -> list[str]:
    """List the strings that a field may be."""
    inner = _inner_types(fields_of(model)[field].annotation)
    return [
        str(w) for each in inner if get_origin(each) is Literal for w in get_args(each)
    ]


def _inner_types(annotation: Any) -> Iterator[Any]:
    """Iterate over an annotation and the types in it."""
    yield annotation
    if get_origin(annotation) is not Literal:
        for each in get_args(annotation):
            yield from _inner_types(each)


def takes(model: type[BaseModel], given: Mapping[str, Any], field: str) -> bool:
    """Return whether the value of a field is valid; ignore the other fields."""
    try:
        model.model_validate(given)
    except ValidationError as error:
        return all(each["loc"][:1] != (field,) for each in error.errors())
    return True


_WORDS = {"yes": True, "on": True, "no": False, "off": False, "None": None}
"""How other languages and YAML 1.1 spell true, false and null."""


def alternatives(value: object) -> Iterator[object]:
    """Iterate over values that may have been meant instead of a wrong one."""
    if isinstance(value, str) and value in _WORDS:
        yield _WORDS[value]
    if isinstance(value, float) and value.is_integer():
        yield int(value)
    if value and isinstance(value, list) and all(isinstance(v, dict) for v in value):
        yield dict(ChainMap(*value))
    elif isinstance(value, list) and len(value) == 1:
        yield value[0]
    if isinstance(value, dict):
        yield [{key: each} for key, each in value.items()]
    if type(value) in (int, float, str):
        yield [value]


def deepest(value: Any, errors: Sequence[Any]) -> tuple[Path, Any, str]:
    """Return the path of a mistake in a value, what is there, and pydantic's error."""
    found = [(*_inner(value, each["loc"][1:]), each["type"]) for each in errors]
    return max(found, key=lambda each: len(each[0]))


def _inner(value: Any, location: tuple[int | str, ...]) -> tuple[Path, Any]:
    """Follow pydantic's location into a value, skipping its names for alternatives."""
    path: Path = ()
    for step in location:
        if isinstance(value, list):
            found = isinstance(step, int) and step < len(value)
        else:
            found = isinstance(value, dict) and step in value
        if found:
            value, path = value[step], (*path, step)
    return path, value
