"""Records one forward pass: what is called, by which module, on which tensors.

Calls are recorded while they happen, on real numbers (a `TorchFunctionMode`), not traced by
symbols: any code runs, shapes are plain numbers, and a function has the name that the author
wrote. What depends on the values of tensors is seen where it reads one.
"""

from __future__ import annotations

import dataclasses
import sys
from collections import OrderedDict
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode, resolve_name

from mlpgen.importer.recording import (
    Dtype,
    Pass,
    Place,
    Ref,
    Rest,
    Slice,
    State,
    Step,
    Structure,
    Unknown,
)
from mlpgen.importer.recording import Tensor as Recorded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

READS = {"item", "tolist", "__bool__", "__int__", "__float__", "__index__", "numpy"}
"""What makes a Python value of a tensor's numbers."""

IGNORED = {"__get__", "size", "dim", "__len__", "stride", "is_floating_point", "numel"}
IGNORED |= {"is_contiguous", "element_size", "__set__", "requires_grad_", "is_complex"}
IGNORED |= {
    "storage_offset",
    "get_device",
    "data_ptr",
    "__format__",
    "__repr__",
    "__hash__",
}
IGNORED |= {
    "_assert",
    "_assert_async",
    "is_same_size",
    "finfo",
    "is_tensor",
    "broadcast_shapes",
    "broadcast_tensors_shapes",
}
GETTERS = {"T", "mT", "H", "mH", "data", "real"}
"""Attributes of a tensor that are tensors."""


VALUES = "values"
"""The argument with the numbers of a constant that was changed in place."""
ASSIGN = "assign"
"""The function that stands for a change through a slice."""
MOST_VALUES = 2**16
RANDOM = {
    "rand",
    "randn",
    "randint",
    "randperm",
    "rand_like",
    "randn_like",
    "bernoulli",
}
SHAPES_ONLY = {
    "new_zeros",
    "new_ones",
    "new_full",
    "zeros_like",
    "ones_like",
    "full_like",
}
"""Functions that take no more of a tensor than its shape."""
RANDOM |= {"bernoulli_", "normal_", "uniform_", "dropout", "empty", "new_empty"}


class CannotSayError(Exception):
    """The model does something that no spec can say.

    Attributes:
        message: What, in a sentence.
        place: Where the author's code does it.
    """

    def __init__(self, message: str, place: Place) -> None:
        self.message = message
        self.place = place
        super().__init__(message)


class Recorder(TorchFunctionMode):
    """Records the calls of one forward pass.

    Attributes:
        tensors: The tensors of the pass, by number.
    """

    def __init__(self, model: nn.Module, leaves: Mapping[str, str]) -> None:
        super().__init__()
        self.tensors: dict[int, Recorded] = {}
        self._paths = {
            module: path for path, module in model.named_modules(remove_duplicate=True)
        }
        self._leaves = leaves
        self._numbers: dict[int, Any] = {}
        self._objects: dict[int, Tensor] = {}  # which also keeps their ids
        self._versions: dict[int, int] = {}
        self._inputs: set[int] = set()
        self._constants: set[int] = set()
        self._slices: dict[int, tuple[Tensor, Any]] = {}
        self._steps: list[list[Step]] = [[]]
        self._hidden = 0
        named = (
            *model.named_parameters(remove_duplicate=False),
            *model.named_buffers(remove_duplicate=False),
        )
        for key, tensor in named:
            self._numbers.setdefault(id(tensor), State(key))
            self._versions[id(tensor)] = tensor._version

    def pass_of(self, model: nn.Module, inputs: dict[str, Any]) -> Pass:
        """Run the model on inputs by name, and return what it called."""
        encoded = {name: self._input(value) for name, value in inputs.items()}
        with _module_calls(self), torch.no_grad(), self:
            returned = type(model).forward(model, **inputs)
        return Pass(encoded, (*self._steps[0],), self._encoded(returned))

    def _input(self, value: Any) -> Any:
        if isinstance(value, Tensor):
            number = self._new(value)
            self._inputs.add(number)
        return self._encoded(value)

    def module_called(
        self,
        module: nn.Module,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        call: Any,
    ) -> Any:
        """Record the call of a module, and what it calls itself."""
        path = self._paths.get(module)
        if self._hidden or path is None:
            return call(module, *args, **kwargs)
        place = author_place()
        given = self._given(args, kwargs)
        if path in self._leaves:
            self._hidden += 1
            try:
                found = call(module, *args, **kwargs)
            finally:
                self._hidden -= 1
            self._step(path, "", given, found, place)
            return found
        self._steps.append([])
        first = max(self.tensors, default=-1) + 1
        try:
            found = call(module, *args, **kwargs)
        finally:
            steps = self._steps.pop()
        inputs = _named(module, *given)
        inside = Pass(inputs, (*steps,), self._encoded(found))
        outputs = tuple(
            self.tensors[number]
            for number in dict.fromkeys(_refs(inside.returned))
            if number >= first
        )
        step = Step(path, "", *given, outputs, inside.returned, place, inside)
        self._steps[-1].append(step)
        return found

    def __torch_function__(
        self, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        """Record the call of a function."""
        kwargs = kwargs or {}
        if self._hidden:
            return func(*args, **kwargs)
        name = resolve_name(func) or getattr(func, "__name__", str(func))
        short = name.rpartition(".")[2]
        if short == "__get__" and name.split(".")[-2] in GETTERS:
            short = name.split(".")[-2]
            name = f"torch.Tensor.{short}"
        elif short in IGNORED:
            return func(*args, **kwargs)
        place = author_place()
        if short in READS and _reads(self, args):
            raise CannotSayError("the code depends on the values of a tensor", place)
        given = self._given(args, kwargs)
        self._hidden += 1
        try:
            found = func(*args, **kwargs)
        finally:
            self._hidden -= 1
        if short in READS:
            return found
        self._step("", name, given, found, place)
        if short == "__getitem__" and found._base is not None and given[0][1:]:
            self._slices[id(found)] = (args[0], given[0][1])
        return found

    def _step(
        self, module: str, function: str, given: Any, found: Any, place: Place
    ) -> None:
        """Record a call; what it changed in place is a new tensor."""
        constant = self._is_constant(function, given)
        changed = [
            self._objects[number]
            for number in dict.fromkeys((*_refs(given[0]), *_refs(given[1])))
            if self._changed(self._objects[number])
        ]
        fresh = [each for each in _tensors(found) if id(each) not in self._numbers]
        outputs = [self.tensors[self._new(tensor)] for tensor in [*changed, *fresh]]
        if found is None and changed:  # `x[…] = y`
            found = changed[0]
        args, kwargs = given
        if constant:
            self._constants |= {tensor.number for tensor in outputs}
            if changed and changed[0].numel() <= MOST_VALUES:
                kwargs = {**kwargs, VALUES: changed[0].flatten().tolist()}
        self._steps[-1].append(
            Step(
                module, function, args, kwargs, (*outputs,), self._encoded(found), place
            )
        )

        for tensor in changed:
            self._change_base(tensor, place)

    def _is_constant(self, function: str, given: Any) -> bool:
        """Return whether a call gives the same for all inputs and weights."""
        if function.rpartition(".")[2] in SHAPES_ONLY:
            return True
        refs = [*_refs(given[0]), *_refs(given[1])]
        states = _has_state(given[0]) or _has_state(given[1])
        random = function.rpartition(".")[2] in RANDOM
        return not states and not random and all(ref in self._constants for ref in refs)

    def _change_base(self, view: Tensor, place: Place) -> None:
        """Record that a tensor was changed through a slice of it."""
        origin = self._slices.get(id(view))
        if origin is None:
            return
        base, index = origin
        if not self._changed(base):
            return
        args = (self._numbers[id(base)], index, self._numbers[id(view)])
        output = self.tensors[self._new(base)]
        step = Step("", ASSIGN, args, {}, (output,), Ref(output.number), place)
        self._steps[-1].append(step)
        self._change_base(base, place)

    def _changed(self, tensor: Tensor) -> bool:
        return self._versions[id(tensor)] != tensor._version

    def _given(self, args: Any, kwargs: Any) -> tuple[Any, dict[str, Any]]:
        named = {name: self._encoded(value) for name, value in kwargs.items()}
        return tuple(self._encoded(value) for value in args), named

    def _new(self, tensor: Tensor) -> int:
        number = len(self.tensors)
        dtype = str(tensor.dtype).removeprefix("torch.")
        self.tensors[number] = Recorded(number, tuple(tensor.shape), dtype, -1)
        self._numbers[id(tensor)] = Ref(number)
        self._versions[id(tensor)] = tensor._version
        self._objects[number] = tensor
        return number

    def _encoded(self, value: Any) -> Any:
        """Return an argument without what belongs to torch."""
        if isinstance(value, Tensor):
            return self._tensor(value)
        if value is None or isinstance(value, bool | int | float | str):
            return value
        if isinstance(value, torch.dtype):
            return Dtype(str(value).removeprefix("torch."))
        if isinstance(value, slice):
            parts = (value.start, value.stop, value.step)
            return Slice(*(self._encoded(each) for each in parts))
        if value is Ellipsis:
            return Rest()
        if isinstance(value, torch.Size) or type(value) is tuple:
            return tuple(self._encoded(each) for each in value)
        if type(value) is list:
            return [self._encoded(each) for each in value]
        fields = _fields(value)
        if fields is not None:
            encoded = {key: self._encoded(each) for key, each in fields.items()}
            return Structure(type(value).__name__, encoded)
        return Unknown(f"{type(value).__name__}")

    def _tensor(self, tensor: Tensor) -> Any:
        found = self._numbers.get(id(tensor))
        if found is None:
            number = self._new(tensor)
            return Ref(number)
        if isinstance(found, Ref) and self._changed(tensor):
            raise CannotSayError(
                "a tensor was changed through another one that shares its memory",
                author_place(),
            )
        return found


def _reads(recorder: Recorder, args: Any) -> bool:
    """Return whether a value is read that the inputs decide."""
    found = [recorder._encoded(each) for each in args]
    return any(
        isinstance(each, Ref) and each.number not in recorder._constants
        for each in found
    )


def author_place() -> Place:
    """Return the line that called, outside of torch and of the recorder."""
    frame = sys._getframe(1)
    while frame is not None:
        file = frame.f_code.co_filename
        inside = "/torch/" in file or "/mlpgen/importer/recorder/" in file
        if not inside and not file.startswith("<"):
            return Place(file, frame.f_lineno)
        if frame.f_back is None:
            break
        frame = frame.f_back
    return Place("", 0)


@contextmanager
def _module_calls(recorder: Recorder) -> Iterator[None]:
    """Tell a recorder of every call of a module."""
    original = nn.Module.__call__

    def call(module: nn.Module, *args: Any, **kwargs: Any) -> Any:
        return recorder.module_called(module, args, kwargs, original)

    nn.Module.__call__ = call  # type: ignore[method-assign,assignment]
    try:
        yield
    finally:
        nn.Module.__call__ = original  # type: ignore[method-assign]


def _named(module: nn.Module, args: Any, kwargs: Any) -> dict[str, Any]:
    """Name the arguments of `forward`."""
    import inspect

    try:
        bound = inspect.signature(type(module).forward).bind(module, *args, **kwargs)
    except TypeError:
        return {str(index): each for index, each in enumerate(args)} | kwargs
    found: dict[str, Any] = {}
    for name, value in [*bound.arguments.items()][1:]:
        kind = bound.signature.parameters[name].kind
        if kind is inspect.Parameter.VAR_KEYWORD:
            found |= value
        elif kind is inspect.Parameter.VAR_POSITIONAL:
            found |= {f"{name}_{index}": each for index, each in enumerate(value)}
        else:
            found[name] = value
    return found


def _fields(value: Any) -> dict[str, Any] | None:
    """Return the fields of a dict, a named tuple or a dataclass."""
    if isinstance(value, dict | OrderedDict):
        return {str(key): each for key, each in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return dict(zip(value._fields, value, strict=True))
    if isinstance(value, tuple):  # results of torch's functions, as `topk`
        return {str(index): each for index, each in enumerate(value)}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            each.name: getattr(value, each.name) for each in dataclasses.fields(value)
        }
    return None


def _tensors(value: Any) -> Iterator[Tensor]:
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, tuple | list):
        for each in value:
            yield from _tensors(each)
    else:
        for each in (_fields(value) or {}).values():
            yield from _tensors(each)


def _has_state(value: Any) -> bool:
    if isinstance(value, State):
        return True
    if isinstance(value, dict):
        return any(_has_state(each) for each in value.values())
    if type(value) in (tuple, list):
        return any(_has_state(each) for each in value)
    return False


def _refs(value: Any) -> Iterator[int]:
    if isinstance(value, Ref):
        yield value.number
    elif isinstance(value, Structure):
        yield from _refs([*value.fields.values()])
    elif isinstance(value, Slice):
        yield from _refs([*value])
    elif isinstance(value, dict):
        yield from _refs([*value.values()])
    elif type(value) in (tuple, list):
        for each in value:
            yield from _refs(each)
