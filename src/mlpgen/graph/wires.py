"""The values of a class by name, and the lookup of the inputs of a layer."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.diagnostics.diagnostic import Label
from mlpgen.layers.shapes import whole_shown
from mlpgen.names.members import layer_and_rest, layer_in
from mlpgen.spec.types import every_type, layer_class
from mlpgen.spec.wording import cut, listed, near, nearest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mlpgen.diagnostics.diagnostic import Place
    from mlpgen.layers.base import Value
    from mlpgen.source import Path
    from mlpgen.spec.entries import Entry
    from mlpgen.spec.problems import Problems


LONGEST_CIRCLE = 50
"""The number of layers searched for a cycle."""
MOST_HELP = 100
"""After this many mistakes, similar names are no longer searched."""


NO_RESULT = "is `unused`: `forward` never calls it, so it has no result"
NOT_UNUSED = "remove its `unused`"


class Wire(NamedTuple):
    """One value that a layer can take.

    Attributes:
        name: Its name in the graph.
        value: The tensor; None after a mistake.
        origin: What it comes from, in words.
        spatial: How many of its last dimensions are known to be spatial; -1 if layers,
            or what uses a block, may have moved them.
        place: Where that is written; None for an input.
    """

    name: str
    value: Value | None
    origin: str
    spatial: int = 0
    place: Place | None = None


class Arrivals(NamedTuple):
    """What is said about the inputs of a layer.

    Attributes:
        notes: Of inputs of the class.
        labels: Of results of other layers, each at its layer.
    """

    notes: tuple[str, ...]
    labels: tuple[Label, ...]


class Wires:
    """The values of one class so far.

    Attributes:
        last: The value that a layer without `from` takes.
    """

    def __init__(self, inputs: Sequence[Wire], entries: Sequence[Entry]) -> None:
        self._found = {wire.name: wire for wire in inputs}
        self._later = {entry.name: entry for entry in entries}
        self._unused = {entry.name for entry in entries if entry.unused}
        self._types = {entry.name: entry.type for entry in entries}
        self._before = {
            entry.name: entry.sources or (before.name,)
            for before, entry in pairwise(each for each in entries if not each.unused)
        }
        self.last = inputs[0] if inputs else None

    def add(self, name: str, wire: Wire, *, part: bool = False) -> None:
        """Add a value; a part of a result is not the default of the next layer."""
        self._later.pop(name, None)
        if name in self._unused:
            return
        self._found[name] = wire
        if not part:
            self.last = wire

    def add_parts(self, wire: Wire, parts: Mapping[str, Value]) -> None:
        """Add the parts of a layer; the first is the value of the layer itself."""
        if len(parts) < 2:
            return
        for index, (part, value) in enumerate(parts.items()):
            dotted = f"{wire.name}.{part}"
            own = dotted if index else wire.name
            self.add(dotted, wire._replace(name=own, value=value), part=True)

    def names(self) -> Mapping[str, Wire]:
        """Return all values so far."""
        return self._found

    def find(self, entry: Entry, count: int, problems: Problems) -> tuple[Wire, ...]:
        """Return the inputs of a layer.

        Args:
            entry: The layer.
            count: The maximum number of inputs; 0 for parameters and buffers.
            problems: Collects mistakes; an unknown source has no value.
        """
        if entry.unused:
            found: tuple[Wire, ...] = ()
        elif entry.sources is None:
            found = (self.last,) if count and self.last else ()
        else:
            found = tuple(
                self._named(entry, name, entry.source_path(index), problems)
                for index, name in enumerate(entry.sources)
            )
        return found

    def passing(self, entry: Entry, problems: Problems) -> Wire | None:
        """Return what `else` names: it passes where `when` leaves the layer out."""
        if "else" not in entry.options:
            return None
        path = (*entry.path, "else")
        return self._named(entry, entry.options["else"], path, problems)

    def _named(self, entry: Entry, name: str, path: Path, problems: Problems) -> Wire:
        if name in self._found:
            return self._found[name]
        part_of = self._found.get(layer_in(name, self._types))
        if part_of is not None and part_of.value is None:
            return part_of  # its mistake is already reported
        layer, part = layer_and_rest(name, self._types)
        help = ""
        notes: tuple[str, ...] = ()
        labels: tuple[Label, ...] = ()
        if name == entry.name or layer == entry.name:
            message = f"`{cut(name)}` cannot take its own result"
            code = "MG218"
        elif layer in self._later:
            later = self._later[layer].path
            labels = (problems.entry_label("it is defined here", later),)
            message = f"`{cut(layer)}` is defined later"
            code = "MG218"
            help = "a layer can only take the results of earlier layers"
            notes = self._circle(entry.name, layer)
        elif layer in self._unused:
            code = "MG219"
            message, help = f"`{cut(layer)}` {NO_RESULT}", NOT_UNUSED
        elif part and layer in self._found:
            code = "MG219"
            message, help = self.without_part(name)
        else:
            code = "MG219"
            message = f"there is no layer `{cut(name)}` before this one"
            few = "there is nothing before it"
            if self._found:
                few = f"available: {listed(_few(self._found))}"
            help = few if problems.count > MOST_HELP else ""
            help = help or nearest(name, self._found) or few
        problems.add(code, message, path, notes=notes, help=help, labels=labels)
        return Wire(name, None, f"`{cut(name)}`")

    def unused(self, name: str) -> bool:
        """Tell whether a value is one of a layer that never runs."""
        return layer_in(name, self._unused) in self._unused

    def without_part(self, name: str) -> tuple[str, str]:
        """Return the message that a layer has no such part, and the help."""
        layer, part = layer_and_rest(name, self._types)
        dotted = [each for each in self._found if each.startswith(f"{layer}.")]
        gives = listed(dotted) if dotted else "one tensor"
        message = f"`{layer}` has no part `{cut(part)}`: it returns {gives}"
        if dotted:
            found = near(part, [each.removeprefix(f"{layer}.") for each in dotted])
            return message, f"did you mean `{layer}.{found[0]}`?" if found else ""
        type_ = self._types.get(layer, "")
        asks = asked_for(type_, part)
        if asks:
            return message, asks
        if type_ == "Sequential":
            return message, "a `Sequential` returns only its last result"
        if type_ and type_ not in every_type():
            return message, "a block returns only what its `outputs` name"
        return message, f"use `{layer}` itself"

    def _circle(self, name: str, later: str) -> tuple[str, ...]:
        """Return a note with the cycle that an input from a later layer makes."""
        way = {later: ""}
        open_ = [later]
        while open_ and len(way) < LONGEST_CIRCLE:
            each = open_.pop()
            for source in self._before.get(each, ()):
                layer = layer_in(source, self._types)
                if layer not in way:
                    way[layer] = each
                    open_.append(layer)
        if name not in way:
            return ()
        circle = [name]
        while way[circle[-1]]:
            circle.append(way[circle[-1]])
        turned = " → ".join([*circle, name])
        return (f"this would be a cycle: {turned}",)


def asked_for(type_: str, part: str) -> str:
    """Return a help that an argument of a layer asks for a part; empty if none does."""
    cls = layer_class(type_)
    argument = cls.asked.get(part) if cls else None
    return f"add `{argument}: true` to `{type_}`" if argument else ""


def _few(names: Mapping[str, Wire]) -> list[str]:
    return [*names][-6:]


def arrives(full: str, wires: Sequence[Wire]) -> Arrivals:
    """Say what the inputs of a layer are, and where they come from."""
    said = {
        (
            f"`{full}` gets {whole_shown(wire.value, in_words=True)} from {wire.origin}"
        ): wire.place
        for wire in wires
        if wire.value is not None
    }
    return Arrivals(
        tuple(text for text, place in said.items() if place is None),
        tuple(Label(place, text) for text, place in said.items() if place is not None),
    )
