"""Functions of the author with a gradient of their own."""

from __future__ import annotations

import inspect
from contextlib import ExitStack, suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from torch.autograd.function import BackwardCFunction

from mlpgen.importer.recorder.customs import inner_class
from mlpgen.importer.recorder.structures import tensors_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from torch import Tensor, nn


def own_gradient(results: Iterable[Tensor]) -> str:
    """Return, as the end of a message, what in a graph is an `autograd.Function`."""
    waiting: list[Any] = [each.grad_fn for each in results]
    seen: set[Any] = set()
    while waiting:
        node = waiting.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        if isinstance(node, BackwardCFunction):
            return _said(vars(type(node))["_forward_cls"])
        waiting += [following for following, _ in node.next_functions]
    return ""


def class_to_keep(model: nn.Module, run: Callable[[], Any]) -> str:
    """Return the innermost class that calls an `autograd.Function`, to be kept.

    Args:
        model: The model.
        run: Runs it, with gradients.
    """
    found: list[str] = []

    def after(path: str, _: nn.Module, given: Any, returned: Any) -> None:
        own = own_gradient(tensors_of(returned)) and not own_gradient(tensors_of(given))
        found.extend([path] if own and not found else [])

    with ExitStack() as hooks:
        for path, module in model.named_modules():
            hook = module.register_forward_hook(partial(after, path))
            hooks.callback(hook.remove)
        run()
    return inner_class(model, found[0]) if found else ""


def _said(function: Any) -> str:
    place = ""
    with suppress(OSError, TypeError):  # without its source
        line = inspect.getsourcelines(function)[1]
        place = f" ({inspect.getsourcefile(function)}:{line})"
    return f": `{function.__name__}`{place} has a gradient of its own"
