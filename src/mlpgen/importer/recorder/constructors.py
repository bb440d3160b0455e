"""Records what the constructors of modules are given."""

from __future__ import annotations

import inspect
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from torch import nn

if TYPE_CHECKING:
    from collections.abc import Iterator

Given = dict[int, dict[str, Any]]
"""The arguments of constructors, by the id of the module."""


@contextmanager
def recorded() -> Iterator[Given]:
    """Record the arguments of all modules that are made."""
    given: Given = {}
    made = vars(nn.Module).get("__new__", _plain)
    assert made is _plain, "nn.Module has a __new__ of its own"

    def new(cls: type[nn.Module], /, *args: Any, **kwargs: Any) -> nn.Module:
        module: nn.Module = object.__new__(cls)
        given[id(module)] = _bound(cls, args, kwargs)
        given[id(module)]["<module>"] = module  # keeps its id its own
        return module

    nn.Module.__new__ = new  # type: ignore[assignment,method-assign]
    try:
        yield given
    finally:
        # Deleting it leaves a slot that refuses the arguments of constructors.
        nn.Module.__new__ = _plain  # type: ignore[method-assign]


def _plain(cls: type[nn.Module], /, *_args: Any, **_kwargs: Any) -> nn.Module:
    return object.__new__(cls)


def _bound(
    cls: type[nn.Module], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> dict[str, Any]:
    """Name the arguments, with those that have their defaults."""
    try:
        signature = inspect.signature(cls.__init__)
        bound = signature.bind(None, *args, **kwargs)
    except (TypeError, ValueError):
        return {}
    bound.apply_defaults()
    found: dict[str, Any] = {}
    for name, parameter in [*signature.parameters.items()][1:]:
        value = bound.arguments[name]
        if parameter.kind is inspect.Parameter.VAR_KEYWORD:
            found |= value
        elif parameter.kind is not inspect.Parameter.VAR_POSITIONAL:
            found[name] = value
    return found
