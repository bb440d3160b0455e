"""Layers that a spec says are made and never called: the model has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from ..errors import FailsError
from .entries import original_of
from .expressions import value_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import nn

    from .entries import Entry
    from .records import Prefix


class Modules(Protocol):
    """The interpreter, as it looks for the modules and tensors of a model."""

    model: nn.Module
    ties: list[tuple[str, str]]
    inner_inits: dict[str, tuple[dict[str, Any], bool]]

    def module(
        self,
        entry: Entry,
        name: str,
        arguments: dict[str, Any],
        known: dict[str, Any],
        takes: list[Any],
    ) -> object:
        """Check the module of a layer."""

    def tensor(self, entry: Entry, at: Prefix, known: dict[str, Any]) -> object:
        """Find a parameter or a buffer."""

    def tie(
        self, entry: Entry, entries: Mapping[str, Entry], at: Prefix, known: Any
    ) -> None:
        """Record that a layer shares the parameters of another one."""


def need_unused(
    interpreter: Modules,
    entries: Mapping[str, Entry],
    at: Prefix,
    known: dict[str, Any],
) -> None:
    """Check that the model has all layers of a class that it never calls.

    Args:
        interpreter: It learns what the spec says about them.
        entries: The entries of the class, by name.
        at: The prefixes of their names.
        known: The parameters and values of the class.
    """
    for name, entry in entries.items():
        if "unused" not in entry["options"]:
            continue
        if entry["kind"] == "share":
            _need_same(interpreter, entry, entries, at)
            continue
        _need(interpreter, entry, at.modules + name, at, known)
        interpreter.tie(entry, entries, at, known)


def _need_same(
    interpreter: Modules, entry: Entry, entries: Mapping[str, Entry], at: Prefix
) -> None:
    """Check that a module has a second name."""
    one, other = entry["name"], original_of(entry, entries)["name"]
    modules = [at.modules + name for name in (one, other)]
    found = [interpreter.model.get_submodule(name) for name in modules]
    if found[0] is not found[1]:
        raise FailsError(f"`{modules[0]}` is not the module `{modules[1]}`")
    interpreter.ties.append((modules[0], modules[1]))


def _need(
    interpreter: Modules,
    entry: Entry,
    name: str,
    at: Prefix,
    known: dict[str, Any],
) -> None:
    """Check that the model has one layer, and all layers in a `Sequential`."""
    options = entry["options"]
    if entry["kind"] == "tensor":
        interpreter.tensor(entry, at.of(entry["name"], entry["name"]), known)
        return
    if entry["kind"] != "Sequential":
        arguments = value_of(entry["arguments"], known)
        entry = {**entry, "must_exist": True}
        interpreter.module(entry, name, arguments, known, [])
        return
    if "init" in options:
        inits = value_of(options["init"], known)
        interpreter.inner_inits[name] = (inits, "." not in name)
    for number, each in enumerate(entry["layers"]):
        key = str(number) if options.get("numbered") else each["name"]
        _need(interpreter, each, f"{name}.{key}", at, known)
    count = len([*interpreter.model.get_submodule(name).children()])
    if count != len(entry["layers"]):
        raise FailsError(f"`{name}` has {count} layers, not {len(entry['layers'])}")
