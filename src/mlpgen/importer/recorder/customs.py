"""Classes of the author that a spec can keep as they are: `custom`."""

from __future__ import annotations

import inspect
import sys
from typing import TYPE_CHECKING, Any

from mlpgen.importer.recorder.leaves import leaf_type
from mlpgen.importer.recorder.products import counted_products
from mlpgen.importer.recorder.target import TargetError
from mlpgen.names.identifiers import wrong_import
from mlpgen.names.modules import wrong_module

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from torch import Tensor, nn

    from mlpgen.importer.recording import Module

_SHOWN = 5
"""How many classes a message names."""


def kept_paths(model: nn.Module, classes: Iterable[str]) -> frozenset[str]:
    """Return the paths of the modules whose classes stay the author's.

    Raises:
        TargetError: The model has no module of a class, or a spec cannot import it.
    """
    found: dict[str, list[str]] = {name: [] for name in classes}
    for path, module in model.named_modules(remove_duplicate=False):
        name = type(module).__name__
        if path and name in found:
            if reason := _no_import(type(module)):
                raise TargetError(f"a spec cannot import `{name}`: {reason}")
            found[name].append(path)
    absent = next((name for name, paths in found.items() if not paths), "")
    if absent:
        raise TargetError(_absent(absent, model))
    return frozenset(path for paths in found.values() for path in paths)


def file_of(cls: type) -> str:
    """Return the file that a spec imports a class from; empty if it cannot."""
    return "" if _no_import(cls) else _path(cls)


def _path(cls: type) -> str:
    return f"{cls.__module__.replace('.', '/')}.py"


def _no_import(cls: type) -> str:
    """Return why a spec cannot import a class; empty if it can."""
    name = cls.__name__
    if getattr(sys.modules.get(cls.__module__), name, None) is not cls:
        return f"`{cls.__module__}` has no such name"
    return wrong_module(_path(cls), "") or wrong_import(name)


def arguments_of(cls: type, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of a constructor that are not its defaults."""
    try:
        known = inspect.signature(cls).parameters
    except (TypeError, ValueError):
        return dict(given)
    return {
        name: value
        for name, value in given.items()
        if name not in known or not _equal(known[name].default, value)
    }


def with_multiply_adds(
    modules: dict[str, Module],
    model: nn.Module,
    kept: frozenset[str],
    inputs: dict[str, Tensor],
) -> dict[str, Module]:
    """Count the multiply-adds of the classes that stay, for one example.

    Args:
        modules: All modules by path.
        model: The model.
        kept: The paths of those whose classes stay.
        inputs: What the model takes, one example.
    """
    if not kept:
        return modules
    counts = counted_products(model, kept, inputs)
    return {
        path: module._replace(multiply_adds=counts.get(path, []))
        for path, module in modules.items()
    }


def in_order(
    module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return what an author's class is called with by position, as far as it can be."""
    if not kwargs or leaf_type(module):
        return args, kwargs
    try:
        bound = inspect.signature(type(module).forward).bind(module, *args, **kwargs)
    except TypeError:
        return args, kwargs
    given = [*bound.arguments][-1]
    bound.apply_defaults()
    names = [*bound.arguments]
    for name in names[names.index(given) + 1 :]:
        del bound.arguments[name]
    return bound.args[1:], bound.kwargs


def inner_class(model: nn.Module, path: str) -> str:
    """Return the innermost class around a path that a spec can keep; may be empty."""
    while path:
        cls = type(model.get_submodule(path))
        if file_of(cls):
            return cls.__name__
        path = path.rpartition(".")[0]
    return ""


def _equal(one: Any, other: Any) -> bool:
    try:
        return bool(one is other or (type(one) is type(other) and one == other))
    except (RuntimeError, ValueError):  # of arrays and tensors
        return False


def _absent(name: str, model: nn.Module) -> str:
    from difflib import get_close_matches

    classes = dict.fromkeys(
        type(module).__name__
        for path, module in model.named_modules()
        if path and file_of(type(module))
    )
    if name == type(model).__name__:
        return f"`{name}` is the whole model: a spec needs layers around a `custom` one"
    named = get_close_matches(name, classes) or [*classes][:_SHOWN]
    hint = f"; it has {', '.join(f'`{each}`' for each in named)}" if named else ""
    return f"the model has no module of a class `{name}`{hint}"
