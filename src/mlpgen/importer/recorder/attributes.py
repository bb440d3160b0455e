"""Puts back what a forward pass leaves on the modules, such as what it keeps for later.

A table that is made in the first pass and kept for the next ones is then made in each,
so that passes are alike, and what it is made of is seen.
"""

from __future__ import annotations

from contextlib import contextmanager
from copy import copy
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import nn


@contextmanager
def put_back(model: nn.Module) -> Iterator[None]:
    """Put the attributes of all modules back behind the block."""
    before = [(vars(module), _contents(module)) for module in model.modules()]
    try:
        yield
    finally:
        for attributes, contents in before:
            for name in [*attributes]:
                if name not in contents:
                    del attributes[name]
            for name, (value, content) in contents.items():
                attributes[name] = value
                _fill(value, content)


def _contents(module: nn.Module) -> dict[str, tuple[Any, Any]]:
    """Return each attribute, and a copy of it if it is a dict or a list."""
    return {
        name: (value, copy(value) if isinstance(value, dict | list) else None)
        for name, value in vars(module).items()
    }


def _fill(value: Any, content: Any) -> None:
    """Give a dict or a list what was in it."""
    if isinstance(content, dict):
        value.clear()
        value.update(content)
    elif content is not None:
        value[:] = content
