"""Functions of the author with a gradient of their own."""

from __future__ import annotations

import inspect
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from torch.autograd.function import BackwardCFunction

if TYPE_CHECKING:
    from collections.abc import Iterable

    from torch import Tensor


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


def _said(function: Any) -> str:
    place = ""
    with suppress(OSError, TypeError):  # without its source
        line = inspect.getsourcelines(function)[1]
        place = f" ({inspect.getsourcefile(function)}:{line})"
    return f": `{function.__name__}`{place} has a gradient of its own"
