"""Arguments of an operation: their values, and where they are written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlpgen.diagnostics.advice import Advice, Argument
from mlpgen.graph.effects import arguments
from mlpgen.lints.spot import Spot
from mlpgen.spec.entries import ENTRY_KEYS
from mlpgen.spec.types import layer_class

if TYPE_CHECKING:
    from mlpgen.graph.flow import Operation
    from mlpgen.lints.sources import Sources
    from mlpgen.source import Path


def argument(operation: Operation, name: str) -> Any:
    """Return an argument with its number, or torch's default; None without either."""
    return plain(arguments.argument(operation, name))


def plain(value: Any) -> Any:
    """Return what an argument is for the defaults of the parameters."""
    value = getattr(value, "value", value)
    if isinstance(value, tuple | list):
        return tuple(map(plain, value))
    if isinstance(value, bool) or not isinstance(value, int):
        return value
    return int(value)


def sizes(operation: Operation, name: str, count: int) -> tuple[int, ...]:
    """Return an argument for each of some dimensions."""
    value = argument(operation, name)
    return value if isinstance(value, tuple) else (value,) * count


def type_path(operation: Operation, sources: Sources) -> Path:
    """Return the path of the type of a layer: of its key, or of the entry."""
    path = operation.node.path
    entry = sources.written(path, operation.owner)
    if not isinstance(entry, dict):
        return path
    type_ = next((key for key in entry if key not in ENTRY_KEYS), None)
    return path if type_ is None else (*path, type_)


def spot_of(operation: Operation, name: str, sources: Sources) -> Spot:
    """Return the narrowest place of an argument.

    It is that of the layer's type where the argument is not written.
    """
    path, owner = type_path(operation, sources), operation.owner
    if path == operation.node.path:
        return Spot(path, owner=owner)
    given = sources.written(path, owner)
    if isinstance(given, dict) and name in given:
        return Spot((*path, name), owner=owner)
    written = not isinstance(given, dict) and _shorthand(operation) == name
    return Spot(path, key=not written, owner=owner)


def give(
    help: str, operation: Operation, name: str, value: Any, sources: Sources
) -> str:
    """Return help that knows how to give an argument to a layer.

    An argument that an expression computes, or that a parameter's type takes, is left
    to the author.
    """
    path = type_path(operation, sources)
    given = sources.written((*path, name), operation.owner)
    if isinstance(given, str) or operation.node.maker.variable:
        return help
    return Advice(help, Argument(name, value, _shorthand(operation)), path)


def _shorthand(operation: Operation) -> str | None:
    cls = layer_class(operation.node.type)
    return None if cls is None else cls.shorthand()
