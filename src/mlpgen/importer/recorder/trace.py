"""Records one forward pass: what is called, by which module, on which tensors.

Calls are recorded while they happen, on real numbers (a `TorchFunctionMode`), not
traced by symbols: any code runs, shapes are plain numbers, and a function has the name
that the author wrote. What depends on the values of tensors is seen where it reads one.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any
from weakref import ref

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode, resolve_name

from mlpgen.importer.needed import keys, refs
from mlpgen.importer.recorder.attributes import put_back
from mlpgen.importer.recorder.customs import in_order
from mlpgen.importer.recorder.formulas import numbers_kept, numbers_of
from mlpgen.importer.recorder.functions import (
    ASSIGN,
    DROPOUTS,
    GETTERS,
    IGNORED,
    PYTHON_NUMBERS,
    RANDOM,
    READS,
    REPEATS,
    SHAPES_ONLY,
)
from mlpgen.importer.recorder.histories import computed
from mlpgen.importer.recorder.inputs import arguments
from mlpgen.importer.recorder.module_calls import module_calls
from mlpgen.importer.recorder.modules import is_table
from mlpgen.importer.recorder.paths import Paths
from mlpgen.importer.recorder.places import CannotSayError, author_place
from mlpgen.importer.recorder.structures import (
    fields_of,
    named_arguments,
    python_number,
    tensors_of,
)
from mlpgen.importer.recording import (
    Dtype,
    Pass,
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
    from collections.abc import Callable, Collection

    from mlpgen.importer.recorder.histories import Histories
    from mlpgen.importer.recording import Place

VALUES = "values"
"""The argument with the numbers of a constant that was changed in place."""
MOST_VALUES = 2**16


class Recorder(TorchFunctionMode):
    """Records the calls of one forward pass.

    Attributes:
        tensors: The tensors of the pass, by number.
    """

    def __init__(
        self, model: nn.Module, leaves: Collection[str], histories: Histories
    ) -> None:
        super().__init__()
        self.tensors: dict[int, Recorded] = {}
        self._paths = Paths(model)
        self._leaves = leaves
        self._histories = histories
        self._again: list[Tensor] = []
        self._numbers: dict[int, Any] = {}
        self._objects: dict[int, ref[Tensor]] = {}  # a pass keeps no more than usual
        self._versions: dict[int, int] = {}
        self._inputs: set[int] = set()
        self._constants: set[int] = set()
        self._kept: set[int] = set()  # by the author, outside of the state
        self._slices: dict[int, tuple[Tensor, Any]] = {}
        self._steps: list[list[Step]] = [[]]
        self._hidden = 0
        named = (
            *model.named_parameters(remove_duplicate=False),
            *model.named_buffers(remove_duplicate=False),
        )
        for key, tensor in named:
            if is_table(model, key, tensor):
                continue
            self._numbers.setdefault(id(tensor), State(key))
            self._versions[id(tensor)] = tensor._version

    def pass_of(self, model: nn.Module, inputs: dict[str, Any]) -> Pass:
        """Run the model on inputs by name, and return what it called."""
        encoded = {name: self._input(value) for name, value in inputs.items()}
        calls = module_calls(model, self.module_called)
        with put_back(model), calls, torch.no_grad(), self:
            returned = type(model).forward(model, **arguments(model, inputs))
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
        path = None if self._hidden else self._paths.of(module)
        if path is None:
            return call(module, *args, **kwargs)
        place = author_place()
        given = self._given(args, kwargs)
        if path in self._leaves:
            given = self._given(*in_order(module, args, kwargs))
            self._hidden += 1
            try:
                found = call(module, *args, **kwargs)
            finally:
                self._hidden -= 1
            self._step(path, "", given, found, place)
            return found
        self._steps.append([])
        self._paths.enter(path)
        first = len(self.tensors)
        try:
            found = call(module, *args, **kwargs)
        except CannotSayError as error:
            error.path = error.path or path
            raise
        finally:
            steps = self._steps.pop()
            self._paths.leave()
        inputs = named_arguments(module, *given)
        inside = Pass(inputs, (*steps,), self._encoded(found))
        outputs = tuple(
            self.tensors[number]
            for number in dict.fromkeys(refs(inside.returned))
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
        given = self._given(args, kwargs)
        if short in READS and not {*refs(given)} <= self._constants:
            raise CannotSayError("the code depends on the values of a tensor", place)
        self._hidden += 1
        try:
            found = func(*args, **kwargs)
            if short in DROPOUTS and id(found) in self._numbers:
                found = found.clone()  # so that there is a call between both
        finally:
            self._hidden -= 1
        if short in READS or self._is_kept(short, given):
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
        taken = dict.fromkeys(refs(given))
        alive = [self._objects[number]() for number in taken]
        changed = [each for each in alive if each is not None and self._changed(each)]
        fresh = [each for each in tensors_of(found) if id(each) not in self._numbers]
        outputs = [self.tensors[self._new(tensor)] for tensor in [*changed, *fresh]]
        if found is None and changed:  # `x[…] = y`
            found = changed[0]
        args, kwargs = given
        if constant:
            self._constants |= {tensor.number for tensor in outputs}
            values = numbers_of(changed[0], MOST_VALUES, 1) if changed else None
            if values is not None:
                kwargs = {**kwargs, VALUES: values}
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
        other = [*keys(given)] or function.rpartition(".")[2] in RANDOM
        return not other and all(ref in self._constants for ref in refs(given))

    def _is_kept(self, short: str, given: Any) -> bool:
        """Return whether a call only reads what the author keeps in attributes."""
        taken = {*refs(given)}
        in_place = short == "__setitem__" or short[-1:] == "_" != short[-2:-1]
        other = [*keys(given)] or short in RANDOM or short in REPEATS
        return bool(taken) and taken <= self._kept and not (in_place or other)

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
        self._objects[number] = ref(tensor, partial(self._end, id(tensor), number))
        return number

    def _end(self, key: int, number: int, _: object) -> None:
        """Forget a tensor that is no more: another one may get its place in memory."""
        del self._objects[number]
        if self._numbers.get(key) == Ref(number):
            del self._numbers[key], self._versions[key]
            self._slices.pop(key, None)

    def _encoded(self, value: Any) -> Any:
        """Return an argument without what belongs to torch."""
        if isinstance(value, Tensor):
            return self._tensor(value)
        value = python_number(value)
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
        fields = fields_of(value)
        if fields is not None:
            encoded = {key: self._encoded(each) for key, each in fields.items()}
            return Structure(type(value).__name__, encoded)
        return Unknown(f"{type(value).__name__}")

    def _tensor(self, tensor: Tensor) -> Any:
        found = self._numbers.get(id(tensor))
        if found is None:
            kept = self._quietly(partial(numbers_kept, tensor.detach()))
            found = self._made_again(tensor, **kept)
        if found is None:
            found = Ref(self._new(tensor))
            self._constants.add(found.number)
            self._kept.add(found.number)
            self.tensors[found.number] = self.tensors[found.number]._replace(**kept)
        if isinstance(found, Ref) and self._changed(tensor):
            raise CannotSayError(
                "a tensor was changed through another one that shares its memory",
                author_place(),
            )
        constant = isinstance(found, Ref) and found.number in self._constants
        if constant and not tensor.shape and tensor.dtype in PYTHON_NUMBERS:
            return self._quietly(tensor.item)
        return found

    def _made_again(self, tensor: Tensor, values: Any, row: Any) -> Any:
        """Call again what made a tensor that has too many numbers for a spec."""
        history = self._quietly(partial(self._histories.of, tensor))
        if history is None or row is not None or not isinstance(values, list | None):
            return None
        made = computed(history, self.__torch_function__)
        self._again.append(made)
        self._versions[id(tensor)] = tensor._version
        return self._numbers.setdefault(id(tensor), self._numbers[id(made)])

    def _quietly(self, read: Callable[[], Any]) -> Any:
        """Read a tensor without recording it."""
        self._hidden += 1
        try:
            return read()
        finally:
            self._hidden -= 1
