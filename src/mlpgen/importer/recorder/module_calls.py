"""Tells of every call of a module, also where its `forward` is called by name."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Called = Callable[[nn.Module, tuple[Any, ...], dict[str, Any], Any], Any]
    """Is given a module, its arguments, and what makes the call."""


@contextmanager
def module_calls(model: nn.Module, called: Called) -> Iterator[None]:
    """Tell of every call of a module of a model, whose calls then are made."""
    original = nn.Module.__call__
    running: list[nn.Module] = []

    def run(function: Any, module: nn.Module, *args: Any, **kwargs: Any) -> Any:
        running.append(module)
        try:
            return function(*args, **kwargs)
        finally:
            running.pop()

    def whole(module: nn.Module, *args: Any, **kwargs: Any) -> Any:
        return run(partial(original, module), module, *args, **kwargs)

    def call(module: nn.Module, *args: Any, **kwargs: Any) -> Any:
        return called(module, args, kwargs, whole)

    def forward(module: nn.Module, own: Any, *args: Any, **kwargs: Any) -> Any:
        if running and running[-1] is module:
            return own(*args, **kwargs)
        return called(module, args, kwargs, partial(run, own))

    modules = [m for m in model.modules() if not isinstance(m, torch.jit.ScriptModule)]
    kept = [(each, vars(each).get("forward")) for each in modules]
    nn.Module.__call__ = call  # type: ignore[method-assign]
    for each in modules:
        vars(each)["forward"] = partial(forward, each, each.forward)
    try:
        yield
    finally:
        nn.Module.__call__ = original  # type: ignore[method-assign]
        for each, before in kept:
            del vars(each)["forward"]
            if before is not None:
                vars(each)["forward"] = before
