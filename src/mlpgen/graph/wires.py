"""What a layer takes: the values of a class by name, and how they are looked up."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.layers.shapes import whole_shown
from mlpgen.spec.types import every_type
from mlpgen.spec.wording import cut, listed, near, nearest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mlpgen.layers.base import Value
    from mlpgen.spec.entries import Entry
    from mlpgen.spec.problems import Problems


LONGEST_CIRCLE = 50
"""How many layers are looked at for a circle."""
MOST_HELP = 100
"""After so many mistakes, the nearest name is not looked for any more."""


class Wire(NamedTuple):
    """One value that a layer may take.

    Attributes:
        name: Its name in the graph.
        value: The tensor; None after a mistake.
        origin: Where it comes from, for notes.
        spatial: How many of its last sizes are known to be places, behind channels.
    """

    name: str
    value: Value | None
    origin: str
    spatial: int = 0


class Wires:
    """The values of one class, as far as they are made.

    Attributes:
        last: The one that a layer without `from` takes.
    """

    def __init__(self, inputs: Sequence[Wire], entries: Sequence[Entry]) -> None:
        self._found = {wire.name: wire for wire in inputs}
        self._later = {entry.name: entry for entry in entries}
        self._types = {entry.name: entry.type for entry in entries}
        self.used: set[str] = set()
        self._before = {
            entry.name: entry.sources or (before.name,)
            for before, entry in pairwise(entries)
        }
        self.last = inputs[0] if inputs else None

    def add(self, name: str, wire: Wire, *, part: bool = False) -> None:
        """Make a value known; a part of one is no default for the next layer."""
        self._found[name] = wire
        self._later.pop(name, None)
        if not part:
            self.last = wire

    def add_parts(self, wire: Wire, parts: Mapping[str, Value]) -> None:
        """Make the parts of a layer known; the first is the layer's value itself."""
        if len(parts) < 2:
            return
        for index, (part, value) in enumerate(parts.items()):
            dotted = f"{wire.name}.{part}"
            own = dotted if index else wire.name
            self.add(dotted, wire._replace(name=own, value=value), part=True)

    def names(self) -> Mapping[str, Wire]:
        """Return all values that there are by now."""
        return self._found

    def find(self, entry: Entry, count: int, problems: Problems) -> tuple[Wire, ...]:
        """Return what a layer takes.

        Args:
            entry: The layer.
            count: The most that it takes; 0 for tensors of the model itself.
            problems: Gathers mistakes; an unknown source has no value.
        """
        if entry.sources is None:
            found: tuple[Wire, ...] = (self.last,) if count and self.last else ()
        else:
            found = tuple(
                self._named(entry, index, problems)
                for index in range(len(entry.sources))
            )
        self.used |= {wire.name for wire in found}
        return found

    def _named(self, entry: Entry, index: int, problems: Problems) -> Wire:
        name = (entry.sources or ())[index]
        if name in self._found:
            return self._found[name]
        part_of = self._found.get(name.partition(".")[0])
        if part_of is not None and part_of.value is None:
            return part_of  # its mistake is named already
        path = entry.source_path(index)
        layer, _, part = name.partition(".")
        help = ""
        notes: tuple[str, ...] = ()
        if name == entry.name or layer == entry.name:
            message = f"`{cut(name)}` cannot take its own result: data goes no circles"
            code = "MG218"
        elif layer in self._later:
            line = problems.line(self._later[layer].path)
            message = f"`{cut(layer)}` is made later, in line {line}"
            code = "MG218"
            help = "a layer takes what layers before it give"
            notes = self._circle(entry.name, layer)
        elif part and layer in self._found:
            code = "MG219"
            message, help = self.without_part(name)
        else:
            code = "MG219"
            message = f"there is no layer `{cut(name)}` before this one"
            few = f"there is {listed(_few(self._found))}"
            help = few if problems.count > MOST_HELP else ""
            help = help or nearest(name, self._found) or few
        problems.add(code, message, path, notes=notes, help=help)
        return Wire(name, None, f"`{cut(name)}`")

    def without_part(self, name: str) -> tuple[str, str]:
        """Say that a layer has no such part: the mistake, and what would mend it."""
        layer, _, part = name.partition(".")
        dotted = [each for each in self._found if each.startswith(f"{layer}.")]
        gives = listed(dotted) if dotted else "one tensor"
        message = f"`{layer}` has no part `{cut(part)}`: it gives {gives}"
        if dotted:
            found = near(part, [each.partition(".")[2] for each in dotted])
            return message, f"did you mean `{layer}.{found[0]}`?" if found else ""
        type_ = self._types.get(layer, "")
        if type_ == "Sequential":
            return message, "a `Sequential` gives only its last result"
        if type_ and type_ not in every_type():
            return message, "a block gives only what its `outputs` name"
        return message, f"take `{layer}` itself"

    def _circle(self, name: str, later: str) -> tuple[str, ...]:
        """Say by which layers a later one depends on the layer that takes it."""
        way = {later: ""}
        open_ = [later]
        while open_ and len(way) < LONGEST_CIRCLE:
            each = open_.pop()
            for source in self._before.get(each, ()):
                layer = source.partition(".")[0]
                if layer not in way:
                    way[layer] = each
                    open_.append(layer)
        if name not in way:
            return ()
        circle = [name]
        while way[circle[-1]]:
            circle.append(way[circle[-1]])
        turned = " → ".join([*circle, name])
        return (f"data would go in a circle: {turned}",)


def _few(names: Mapping[str, Wire]) -> list[str]:
    return [*names][-6:]


def arrives(full: str, wires: Sequence[Wire]) -> tuple[str, ...]:
    """Say what a layer gets and from where, for notes."""
    return tuple(
        f"`{full}` gets {whole_shown(wire.value, in_words=True)} from {wire.origin}"
        for wire in wires
        if wire.value is not None
    )
