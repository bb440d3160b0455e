"""Where the tensors of a class are in its body, and the entries so far."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlpgen.importer.body import Entry, Source
from mlpgen.importer.calls import UnsaidError, Value
from mlpgen.importer.examples import options_for
from mlpgen.importer.layout import Layout, layout_of
from mlpgen.importer.recording import State
from mlpgen.importer.weights import kept_entry, member_named, tensor_entry

if TYPE_CHECKING:
    from mlpgen.importer.layout import Shape
    from mlpgen.importer.recording import Place, Recording


class Values:
    """The tensors of one call of a module.

    Attributes:
        recording: All of the model.
        path: The module.
        values: Where each tensor is, by number.
        entries: The entries so far.
        tensors: Parameters and buffers that have an entry, by key.
        place: Where the author makes the call that is translated.
    """

    def __init__(
        self, recording: Recording, path: str, values: dict[int, Value]
    ) -> None:
        self.recording = recording
        self.path = path
        self.values = values
        self.entries: list[Entry] = []
        self.tensors: dict[str, Value] = {}
        self.place: Place | None = None

    def shapes(self) -> tuple[tuple[int, ...], ...]:
        """Return the shapes of the inputs."""
        return tuple(each.layout.shape for each in self._inputs())

    def alone(self) -> frozenset[int]:
        """Return which inputs have no batch, since all examples have the same."""
        return frozenset(at for at, each in enumerate(self._inputs()) if each.alone)

    def _inputs(self) -> list[Value]:
        given = [*self.values.values(), *self.tensors.values()]
        return sorted(given, key=lambda each: -each.source.entry)

    def emit(
        self,
        type_: str,
        arguments: dict[str, Any],
        values: list[Value],
        sizes: Shape = (),
    ) -> Source:
        """Add a call of a function; return where its result is."""
        sources = tuple(value.source for value in values)
        place = self.place
        assert place is not None
        options = options_for(sizes if values else ())
        entry = Entry(type_, arguments, sources, options=options, place=place)
        self.entries.append(entry)
        return Source(len(self.entries) - 1)

    def value(self, ref: Any) -> Value:
        """Return the value of a tensor; a parameter gets its entry."""
        if isinstance(ref, State):
            return self._state(ref.key)
        if ref.number not in self.values:
            assert self.place is not None
            tensor = self.recording.tensors[ref.number]
            if (kept := kept_entry(tensor, self.place)) is not None:
                made = self.made(kept, tensor.shape, tensor.dtype)
                if tensor.batch == 0:
                    layout = layout_of(tensor.shape, 0)
                    made = made._replace(layout=layout, alone=True)
                return self.values.setdefault(ref.number, made)
            message = "it uses a tensor that is neither computed here nor a buffer"
            raise UnsaidError(message, self.place)
        return self.values[ref.number]

    def made(self, entry: Entry, shape: Shape, dtype: str) -> Value:
        """Add a tensor of the class."""
        self.entries.append(entry)
        dims = tuple((size,) for size in shape)
        return Value(Source(len(self.entries) - 1), Layout(dims, -1), dtype)

    def ungrouped(self, value: Value) -> Value:
        """Return a result without a group of one that is with the batch."""
        layout = value.layout
        while layout.batch == 0 and layout.dims[0][-1:] == (1,):
            source = self.emit("squeeze", {"dim": len(layout.dims[0])}, [value])
            layout = layout._replace(dims=(layout.dims[0][:-1], *layout.dims[1:]))
            value = value._replace(source=source, layout=layout)
        return value

    def with_batch(self, value: Value) -> Value:
        """Return a result that is the same for all examples with the batch."""
        inputs = [each for each in self.values.values() if each.source.is_input]
        beside = next((e for e in inputs if e.layout.batched and not e.alone), None)
        if not value.alone or beside is None:
            return value
        sizes = {"sizes": [*value.layout.shape]}
        source = self.emit("expand", sizes, [value, beside])
        return value._replace(source=source, alone=False)

    def has(self, ref: Any) -> bool:
        """Return whether a tensor is there; what is not needed is not."""
        return isinstance(ref, State) or ref.number in self.values

    def _state(self, key: str) -> Value:
        if key in self.tensors:
            return self.tensors[key]
        owner, _, name = key.rpartition(".")
        assert self.place is not None
        if owner != self.path:
            raise UnsaidError(f"it uses `{key}` of another module", self.place)
        member = member_named(self.recording.modules[owner], name)
        entry = tensor_entry(member, self.place)
        value = self.made(entry, member.shape, member.dtype)
        if member.rows > 1:
            rows = self.emit("expand", {"sizes": [*member.shape]}, [value])
            value = value._replace(source=rows)
        return self.tensors.setdefault(key, value)
