"""Catalogues: classes by name, imported by family when they are needed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib import import_module
from typing import Generic, TypeVar

from pydantic import BaseModel

C = TypeVar("C", bound=BaseModel)


class Catalogue(Mapping[str, type[C]], Generic[C]):
    """The classes of a package by name; imports the module of a family on demand."""

    def __init__(self, package: str, families: dict[str, str]) -> None:
        """Take the families: for each module, the names of its classes."""
        self._package = package
        self.families = {family: text.split() for family, text in families.items()}
        self._classes: dict[str, type[C]] = {}

    @cached_property
    def _family(self) -> dict[str, str]:
        return {name: file for file, names in self.families.items() for name in names}

    def __getitem__(self, name: str) -> type[C]:
        """Return a class; raise KeyError if there is none."""
        if name not in self._classes:
            module = import_module(f"{self._package}.{self._family[name]}")
            self._classes[name] = getattr(module, class_name(name))
        return self._classes[name]

    def __contains__(self, name: object) -> bool:
        """Return whether the class exists, without importing its module."""
        return name in self._family

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names, by family."""
        return iter(self._family)

    def __len__(self) -> int:
        """Count the classes."""
        return len(self._family)


def class_name(name: str) -> str:
    """Return the class name for a name in a spec: functions have it in CamelCase."""
    if name[0].isupper():
        return name
    return "".join(word.capitalize() for word in name.split("_"))
