"""Loads the model: `package.module:name`, or `net.py:Net`."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from torch import nn

if TYPE_CHECKING:
    from collections.abc import Callable

_ANY_NUMBER = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


class TargetError(Exception):
    """There is no such model, or it cannot be made; the message is for the author."""


def in_words(error: BaseException, most: int | None = None) -> str:
    """Return the class of an error and the first line of its message."""
    return f"{type(error).__name__}: {error}".partition("\n")[0][:most]


def loaded(target: str, arguments: dict[str, Any]) -> nn.Module:
    """Import what `target` names, and call it with the arguments.

    Raises:
        TargetError: It is not there, or makes no module.
    """
    found = _named(target)
    if isinstance(found, nn.Module):
        return found
    if not callable(found):
        raise TargetError(f"`{target}` is no class or function")
    _need_arguments(target, found, arguments)
    model = found(**arguments)
    if not isinstance(model, nn.Module):
        kind = type(model).__name__
        raise TargetError(f"`{target}` returns no module but `{kind}`")
    return model


def _need_arguments(target: str, made: Callable[..., Any], given: Any) -> None:
    """Check the arguments by the signature, where there is one."""
    try:
        signature = inspect.signature(made)
    except (TypeError, ValueError):
        return
    try:
        signature.bind(**given)
    except TypeError as error:
        needed = {
            name: None
            for name, each in signature.parameters.items()
            if each.default is each.empty and each.kind not in _ANY_NUMBER
        }
        hint = f", as --arguments '{json.dumps(needed)}'" if needed else ""
        message = f"`{target}` cannot be called so: {error}"
        raise TargetError(f"{message}; it takes `{signature}`{hint}") from None


def _named(target: str) -> Any:
    place, _, name = target.rpartition(":")
    module = module_of(place)
    found: Any = module
    for part in name.split("."):
        if not hasattr(found, part):
            raise TargetError(_absent(place, name, found))
        found = getattr(found, part)
    return found


def module_of(place: str) -> Any:
    """Return the module of a file `net.py`, or of a name that Python can import."""
    return _file(Path(place)) if place.endswith(".py") else _module(place)


def _absent(place: str, name: str, module: Any) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, [each for each in vars(module) if each[0] != "_"], 3)
    hint = f"; it has {', '.join(f'`{each}`' for each in near)}" if near else ""
    return f"`{place}` has no `{name}`{hint}"


def _module(name: str) -> Any:
    sys.path.insert(0, "")
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name and (name + ".").startswith(error.name + "."):
            raise TargetError(f"there is no module `{error.name}`") from None
        raise


def _file(path: Path) -> Any:
    if not path.is_file():
        raise TargetError(f"there is no file `{path}`")
    sys.path.insert(0, str(path.resolve().parent))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module
