"""How tensors that depend on nothing were computed while a model was made.

A table of sines has too many numbers for a spec, but few functions make it. What made
it is remembered, without a tensor, and is called again where the model uses the table.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import ref

import torch
from torch import Tensor

from mlpgen.importer.recorder.functions import RANDOM

if TYPE_CHECKING:
    from collections.abc import Callable

_FEWEST = 64
"""So many numbers are shorter than the functions that make them."""
_OTHER = {*RANDOM, "empty_like", "empty_strided", "multinomial", "from_numpy"}


class History(NamedTuple):
    """What made a tensor.

    Attributes:
        function: A function of torch.
        args: Its arguments; a tensor is what made it.
        kwargs: Those by name.
        part: Which of the tensors that it gives it is; -1 if it gives one.
    """

    function: Any
    args: Any
    kwargs: dict[str, Any]
    part: int = -1


class Histories:
    """What made each tensor that is still there."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[ref[Tensor], History]] = {}

    def note(
        self, function: Any, args: Any, kwargs: dict[str, Any], found: Any
    ) -> None:
        """Remember a call that was made."""
        name = getattr(function, "__name__", "")
        changed = _changed(name, args, kwargs)
        if changed is not None and name == "copy_":
            self._set(changed, self._copied(changed, args))
            return
        try:
            if name in _OTHER:
                raise _UnknownError
            given = self._made(args), self._made(kwargs)
        except _UnknownError:
            if changed is not None:
                self._set(changed, None)
            return
        if changed is not None:
            self._set(changed, History(function, *given))
        elif isinstance(found, Tensor):
            self._set(found, History(function, *given))
        elif isinstance(found, tuple | list):
            for part, each in enumerate(found):
                if isinstance(each, Tensor):
                    self._set(each, History(function, *given, part))

    def of(self, tensor: Tensor) -> History | None:
        """Return what made a tensor; None if that gives something else now."""
        history = self._get(tensor)
        if history is None or tensor.numel() <= _FEWEST:
            return None
        try:
            again = computed(
                history, lambda each, _, args, kwargs: each(*args, **kwargs)
            )
        except RuntimeError:  # it was in a context that is no more
            return None
        return history if _same(again, tensor) else None

    def _get(self, tensor: Tensor) -> History | None:
        known = self._known.get(id(tensor))
        return known[1] if known and known[0]() is tensor else None

    def _set(self, tensor: Tensor, history: History | None) -> None:
        if history is None:
            self._known.pop(id(tensor), None)
        elif not tensor.requires_grad:
            end = partial(self._end, id(tensor))
            self._known[id(tensor)] = (ref(tensor, end), history)

    def _end(self, key: int, dead: object) -> None:
        if key in self._known and self._known[key][0] is dead:
            del self._known[key]

    def _copied(self, tensor: Tensor, args: Any) -> History | None:
        """Return what makes the copy of another tensor."""
        source = args[1] if len(args) > 1 else None
        if not isinstance(source, Tensor) or source.shape != tensor.shape:
            return None
        history = self._get(source)
        if history is None or source.dtype == tensor.dtype:
            return history
        return History(Tensor.to, (history, tensor.dtype), {})

    def _made(self, value: Any) -> Any:
        """Return an argument with what made its tensors."""
        if isinstance(value, Tensor):
            history = self._get(value)
            if history is None:
                raise _UnknownError
            return history
        if type(value) in (tuple, list):
            return type(value)(self._made(each) for each in value)
        if isinstance(value, dict):
            return {key: self._made(each) for key, each in value.items()}
        if hasattr(value, "__array__"):
            raise _UnknownError
        return value


class _UnknownError(Exception):
    """An argument depends on something that is not known."""


def _changed(name: str, args: Any, kwargs: dict[str, Any]) -> Tensor | None:
    """Return the tensor that a call changes."""
    assigns = name == "__setitem__" or (name[:3] == "__i" and name != "__invert__")
    if assigns or name[-1:] == "_" != name[-2:-1]:
        return next((each for each in args if isinstance(each, Tensor)), None)
    out = kwargs.get("out")
    return out if isinstance(out, Tensor) else None


def _same(one: Any, other: Tensor) -> bool:
    alike = isinstance(one, Tensor) and one.dtype == other.dtype
    return alike and torch.equal(one, other)


def computed(
    history: History, call: Callable[[Any, Any, Any, dict[str, Any]], Any]
) -> Tensor:
    """Make a tensor again; `call` gets what `__torch_function__` gets."""
    known: dict[int, Any] = {}

    def value(each: Any) -> Any:
        if isinstance(each, History):
            key = id(each.kwargs)  # the parts of a result have the same
            if key not in known:
                given = value(each.args)
                found = call(each.function, (), given, value(each.kwargs))
                known[key] = given[0] if found is None else found
            return known[key] if each.part < 0 else known[key][each.part]
        if type(each) in (tuple, list):
            return type(each)(value(one) for one in each)
        if isinstance(each, dict):
            return {key: value(one) for key, one in each.items()}
        return each

    found: Tensor = value(history)
    return found
