"""Translates the forward passes of a recording to bodies of entries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlpgen.importer.body import Body, Entry, Source
from mlpgen.importer.calls import Call, UnsaidError, Value, bound, fields_of
from mlpgen.importer.functions import canonical, translated
from mlpgen.importer.layers import dropout_of, layer_of, mapped_arguments, result_layout
from mlpgen.importer.layout import Layout, layout_of
from mlpgen.importer.needed import needed
from mlpgen.importer.recording import Ref, State, Structure
from mlpgen.importer.same_lines import Lines, SameLines
from mlpgen.importer.states import without_zero_states
from mlpgen.importer.weights import (
    given,
    owner_of_weights,
    tensor_arguments,
    tensor_entry,
    tensors_in,
    wrapped_layer,
)

if TYPE_CHECKING:
    from mlpgen.importer.recording import Module, Pass, Place, Recording, Step, Tensor


def body_of(recording: Recording) -> Body:
    """Translate the forward pass of the model.

    Raises:
        UnsaidError: No spec can say it.
    """
    forward = needed(without_zero_states(recording))
    lines = SameLines(forward)
    body = _translated(recording, forward, lines)
    return body if lines.settled() else _translated(recording, forward, lines)


def _translated(recording: Recording, forward: Pass, lines: SameLines) -> Body:
    values = {}
    numbers = [ref for ref in recording.forward.inputs.values() if isinstance(ref, Ref)]
    for index, ref in enumerate(numbers):
        tensor = recording.tensors[ref.number]
        layout = layout_of(tensor.shape, tensor.batch, _times(tensor))
        values[ref.number] = Value(Source(-1 - index), layout, tensor.dtype)
    translator = _Translator(recording, "", values, lines)
    return translator.body(forward, [each.name for each in recording.inputs])


def _times(tensor: Tensor) -> int:
    return tensor.shape[tensor.batch] if tensor.batch >= 0 else 1


class _Translator:
    """Translates one call of a module.

    Attributes:
        recording: All of the model.
        path: The module.
        values: Where each tensor is, by number.
        entries: The entries so far.
        tensors: Parameters and buffers that have an entry, by key.
        same_lines: What lines do elsewhere.
    """

    def __init__(
        self,
        recording: Recording,
        path: str,
        values: dict[int, Value],
        same_lines: SameLines,
    ) -> None:
        self.recording = recording
        self.path = path
        self.values = values
        self.entries: list[Entry] = []
        self.tensors: dict[str, Value] = {}
        self.called: dict[str, int] = {}
        self.place: Place | None = None
        self.same_lines = same_lines
        self._lines = Lines()

    def body(self, each: Pass, names: list[str]) -> Body:
        """Translate the steps and what is returned."""
        shapes = self._shapes()
        for step in each.steps:
            self.place = step.place
            try:
                self._step(step)
            except UnsaidError as error:
                if not error.path:
                    error.path = self.path
                raise
        returned, fields = self._returned(each.returned)
        outputs = tuple(self._value(ref).source for ref in returned)
        return Body((*names,), (*self.entries,), outputs, shapes, fields)

    def _shapes(self) -> tuple[tuple[int, ...], ...]:
        """Return the shapes of the inputs."""
        given = [*self.values.values(), *self.tensors.values()]
        inputs = sorted(given, key=lambda each: -each.source.entry)
        return tuple(each.layout.shape for each in inputs)

    def _returned(self, value: Any) -> tuple[list[Any], tuple[str, ...]]:
        """Return the tensors that are returned, and the names of the fields.

        What is neither here nor needed is left out.
        """
        found: list[Any] = []
        names: list[str] = []
        items = (
            [*value.fields.items()]
            if isinstance(value, Structure)
            else [("", each) for each in fields_of(value)]
        )
        for name, each in items:
            if isinstance(each, Ref | State):
                if self._has(each):
                    found.append(each)
                    names.append(name if name.isidentifier() else "")
            elif isinstance(each, Structure) or type(each) in (tuple, list):
                inner, inner_names = self._returned(each)
                found += inner
                names += inner_names
        return found, (*names,)

    def _emit(
        self, type_: str, arguments: dict[str, Any], values: list[Value]
    ) -> Source:
        sources = tuple(value.source for value in values)
        place = self.place
        assert place is not None
        self.entries.append(Entry(type_, arguments, sources, place=place))
        return Source(len(self.entries) - 1)

    def _value(self, ref: Any) -> Value:
        """Return the value of a tensor; a parameter gets its entry."""
        if isinstance(ref, State):
            return self._state(ref.key)
        if ref.number not in self.values:
            assert self.place is not None
            message = "it uses a tensor that is neither computed here nor a buffer"
            raise UnsaidError(message, self.place)
        return self.values[ref.number]

    def _has(self, ref: Any) -> bool:
        """Return whether a tensor is there; what is not needed is not."""
        return isinstance(ref, State) or ref.number in self.values

    def _state(self, key: str) -> Value:
        if key in self.tensors:
            return self.tensors[key]
        owner, _, name = key.rpartition(".")
        assert self.place is not None
        if owner != self.path:
            raise UnsaidError(f"it uses `{key}` of another module", self.place)
        members = self.recording.modules[owner].members
        member = next(each for each in members if each.name == name)
        self.entries.append(tensor_entry(member, self.place))
        layout = Layout(tuple((size,) for size in member.shape), -1)
        value = Value(Source(len(self.entries) - 1), layout, member.dtype)
        self.tensors[key] = value
        return value

    def _step(self, step: Step) -> None:
        if step.function:
            self._function(step)
        elif step.pass_ is None:
            self._leaf(step)
        else:
            self._module(step, step.pass_)

    def _function(self, step: Step) -> None:
        owner = owner_of_weights(step)
        if owner and owner != self.path and self._as_module(step, owner):
            return
        line = self._lines.of(step)
        call = Call(
            step,
            canonical(step.function),
            self._value,
            self._emit,
            line in self.same_lines.grouped,
            line in self.same_lines.whole,
        )
        begin = len(self.entries)
        found = translated(call)
        self.same_lines.became(line, self.entries[begin:])
        self._keep(step, found)

    def _as_module(self, step: Step, owner: str) -> bool:
        """Translate `F.linear(x, self.proj.weight, self.proj.bias)` as `proj(x)`."""
        module = self.recording.modules.get(owner)
        inside = owner.startswith(f"{self.path}." if self.path else "")
        if module is None or not module.leaf or not inside or module.type != "Linear":
            return False
        named = bound("input weight bias=None", step)
        wanted = [f"{owner}.{member.name}" for member in module.members]
        keys = [each.key for each in named.values() if isinstance(each, State)]
        if keys != wanted or not isinstance(named["input"], Ref):
            return False
        self._leaf(_as_call(step, owner, named["input"]))
        return True

    def _keep(self, step: Step, found: list[Value]) -> None:
        """Remember where the tensors are that a call returns, or changes in place."""
        refs = [each for each in tensors_in(step.returned) if isinstance(each, Ref)]
        if len(refs) != len(found) and refs:
            assert len(found) == 1, (step.function, len(refs), len(found))
            refs = refs[:1]
        for ref, value in zip(refs, found, strict=False):
            self.values[ref.number] = value
        for tensor in step.outputs:
            self.values.setdefault(tensor.number, found[0])

    def _name(self, path: str) -> str:
        if not self.path:
            return path
        if not path.startswith(f"{self.path}."):
            assert self.place is not None
            raise UnsaidError(f"it calls `{path}` of another class", self.place)
        return path[len(self.path) + 1 :]

    def _leaf(self, step: Step, module: Module | None = None) -> None:
        module = module or self.recording.modules[step.module]
        layer = layer_of(step, module)
        values = [self._value(each) for each in layer.takes]
        layer = dropout_of(layer, values[0].layout.rank)
        arguments = mapped_arguments(layer, values[0], step.place)
        name, sources = self._name(step.module), tuple(value.source for value in values)
        entry = Entry(layer.type, arguments, sources, name, key=True)
        self._add(step, entry._replace(options=self._tied(module, step.place)))
        index = len(self.entries) - 1
        refs = [each for each in tensors_in(step.returned) if isinstance(each, Ref)]
        for ref, part in zip(refs, layer.parts, strict=False):
            out = self.recording.tensors[ref.number]
            layout = result_layout(step, module, values, part, out)
            named = part if len(layer.parts) > 1 else ""
            self.values[ref.number] = Value(
                Source(index, named), layout, out.dtype, alone=values[0].alone
            )

    def _unwrapped(self, step: Step, inside: Pass) -> bool:
        """Translate a class that calls the function of a layer on its own weights.

        What it does before and behind becomes entries of the class around it, and the
        function the layer itself: `F.conv2d(F.pad(x, …), self.weight)`.
        """
        module = self.recording.modules[step.module]
        around = self.recording.modules[self.path]
        several = len(inside.steps) > 1
        member = several and around.chain and step.module.rpartition(".")[2].isdigit()
        found = None if member else wrapped_layer(step.module, module, inside)
        if found is None:
            return False
        at, layer = found
        taken = next(each for each in given(inside.steps[at]) if isinstance(each, Ref))
        for each in inside.steps[:at]:
            self._step(each)
        self._leaf(_as_call(inside.steps[at], step.module, taken), layer)
        for each in inside.steps[at + 1 :]:
            self._step(each)
            if each.module:  # an activation inside of a normalization has no key
                self.entries[-1] = self.entries[-1]._replace(name="", key=False)
        return True

    def _tied(self, module: Module, place: Place) -> dict[str, Any]:
        """Return the option of a layer that has the weight of another one."""
        tied = [member.tied for member in module.members if member.tied]
        if not tied:
            return {}
        owner = tied[0].rpartition(".")[0]
        if self.path and not owner.startswith(f"{self.path}."):
            raise UnsaidError(
                f"its weight is that of `{owner}`, in another class", place
            )
        return {"share_weights": self._name(owner)}

    def _module(self, step: Step, inside: Pass) -> None:
        if self._unwrapped(step, inside):
            return
        given = tensor_arguments(inside)
        given = {name: ref for name, ref in given.items() if self._has(ref)}
        values = [self._value(ref) for ref in given.values()]
        inner = _Translator(self.recording, step.module, {}, self.same_lines)
        for index, (ref, value) in enumerate(zip(given.values(), values, strict=True)):
            own = value._replace(source=Source(-1 - index))
            if isinstance(ref, Ref):
                inner.values.setdefault(ref.number, own)
            else:
                inner.tensors[ref.key] = own
        body = inner.body(inside, [*given])
        module = self.recording.modules[step.module]
        sources = tuple(value.source for value in values)
        name = self._name(step.module)
        entry = Entry("Identity", {}, sources, name, key=True)
        if body.entries:
            entry = entry._replace(type=module.type, body=body)
        self._add(step, entry)
        index = len(self.entries) - 1
        returned, _ = inner._returned(inside.returned)
        for number, ref in enumerate(returned):
            if isinstance(ref, Ref):
                if len(returned) > 1 and ref.number in self.values:
                    continue  # it only passes the tensor on
                part = str(number) if len(returned) > 1 else ""
                value = inner._value(ref)
                self.values[ref.number] = value._replace(source=Source(index, part))

    def _add(self, step: Step, entry: Entry) -> None:
        """Add the call of a module; one that was called before is shared."""
        members = self.recording.modules[step.module].members
        stateful = entry.body is not None or bool(members)
        entry = entry._replace(path=step.module, place=step.place, stateful=stateful)
        if step.module not in self.called:
            self.called[step.module] = len(self.entries)
        elif stateful:
            entry = entry._replace(
                type="share",
                arguments={},
                name="",
                key=False,
                body=None,
                options={"share": self.called[step.module]},
            )
        else:
            entry = entry._replace(name="", key=False, path="")
        self.entries.append(entry)


def _as_call(step: Step, path: str, taken: Ref) -> Step:
    """Return the call of a function as that of a module."""
    return step._replace(module=path, function="", args=(taken,), kwargs={})
