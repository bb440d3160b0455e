"""The path of a module that is called; a module may have several."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from torch import nn

if TYPE_CHECKING:
    from collections.abc import Iterator


class Paths:
    """The paths of all modules of a model, and those that run now."""

    def __init__(self, model: nn.Module) -> None:
        self._model = model
        self._paths: dict[nn.Module, list[str]] = {}
        for path, module in model.named_modules(remove_duplicate=False):
            self._paths.setdefault(module, []).append(path)
        self._inside = [("", Counter[nn.Module]())]

    def enter(self, path: str) -> None:
        """Remember that what is called from now on is called by a module."""
        self._inside.append((path, Counter()))

    def leave(self) -> None:
        """Forget the module that was entered last."""
        self._inside.pop()

    def of(self, module: nn.Module) -> str | None:
        """Return the path of a module that is called now.

        Of several, it is one inside of what calls it: each call has the next. A stack
        of layers that the class around it has under names of their own calls these.
        """
        paths = self._paths.get(module, [])
        if len(paths) < 2:
            return paths[0] if paths else None
        around, calls = self._inside[-1]
        if self._is_stack(around, paths[0]) and module.state_dict():
            return paths[0]
        start = f"{around}." if around else ""
        inside = [each for each in paths if each.startswith(start)] or paths[:1]
        calls[module] += 1
        return inside[(calls[module] - 1) % len(inside)]

    def _is_stack(self, around: str, path: str) -> bool:
        """Return whether a module is of the class around the stack that calls it."""
        owner = path.rpartition(".")[0]
        if around == owner or not f"{around}.".startswith(f"{owner}." if owner else ""):
            return False
        stacks = [*_until(around, owner)]
        return all(
            isinstance(each, nn.Sequential)
            and type(each).forward is nn.Sequential.forward
            for each in map(self._model.get_submodule, stacks)
        )


def _until(path: str, owner: str) -> Iterator[str]:
    """Yield a path and those around it, without that of the owner."""
    while path != owner:
        yield path
        path = path.rpartition(".")[0]
