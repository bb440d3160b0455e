"""Names for the entries of a body: keys stay, others have one only if needed."""

from __future__ import annotations

import builtins
import keyword
import re
from typing import TYPE_CHECKING

from mlpgen.importer.body import UNUSED
from mlpgen.importer.functions.joining import ORDINALS
from mlpgen.importer.variables import assigned
from mlpgen.names.identifiers import snake_case
from mlpgen.names.members import attribute_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mlpgen.importer.block import Block
    from mlpgen.importer.body import Body, Entry, Source

MAIN = ("", "0", "output")
"""Parts that an entry gives by default."""
VAGUE = {
    "x",
    "y",
    "z",
    "out",
    "output",
    "h",
    "o",
    "res",
    "result",
    "ret",
    "input",
    "self",
}
_NOT_NAMES = {"index", "forward", "training", "names", "name", "repeat", "when"}


class Names:
    """The names of the entries of one body.

    Attributes:
        inputs: Those of the inputs as a spec calls them.
        names: Those of the entries, by index.
        written: Which of them a spec must say; it gives the others itself.
        body: The body.
    """

    def __init__(
        self,
        body: Body,
        inputs: tuple[str, ...],
        blocks: Mapping[str, Block],
        *,
        numbered: bool,
    ) -> None:
        self.inputs = inputs
        self.body = body
        self._blocks = blocks
        self._taken = {*inputs, "input"}
        self._taken |= {attribute_of(e.name) for e in body.entries if e.key}
        needed = _referenced(body)
        self._last = {e.place: at for at, e in enumerate(body.entries) if not e.key}
        self._taken_parts: dict[int, set[str]] = {}
        for source in (each for entry in body.entries for each in entry.sources):
            self._taken_parts.setdefault(source.entry, set()).add(source.part)
        self.names: dict[int, str] = {}
        self.parts: dict[int, tuple[str, ...]] = {}
        for index, entry in enumerate(body.entries):
            kept = entry.stateful or index in needed or _is_member(entry)
            kept = kept or UNUSED in entry.options
            if entry.key and not numbered and kept:
                self.names[index] = entry.name
            elif index in needed:
                name = self._variable(index, entry)
                usual = "" if name or numbered else entry.type
                if not usual or usual == "share" or len(body.outputs) > 1:
                    self.names[index] = name or self._made(entry)
            self._name_parts(index, entry)
        self.written = {*self.names}
        self._count(needed, numbered=numbered)

    def _count(self, needed: set[int], *, numbered: bool) -> None:
        """Give the names that a spec gives by itself: the type and a number."""
        taken = {*self.inputs, *(self.names[at] for at in self.written)}
        counts: dict[str, int] = {}
        for index, entry in enumerate(self.body.entries):
            if index in self.written or (numbered and entry.key):
                continue
            stem = snake_case(re.sub(r"\W", "", entry.type))
            name = ""
            while not name or name in taken:
                counts[stem] = counts.get(stem, 0) + 1
                name = f"{stem}_{counts[stem]}"
            if index in needed:
                self.names[index] = name

    def _name_parts(self, index: int, entry: Entry) -> None:
        names = entry.parts or assigned(entry.place)
        parts = self._taken_parts.get(index, set())
        if not parts <= {*ORDINALS} or not parts or len(names) < 2:
            return
        if len(names) >= len(parts) and all(valid(name) for name in names):
            self.parts[index] = names

    def _variable(self, index: int, entry: Entry) -> str:
        """Return the author's variable, if it says something."""
        names = assigned(entry.place)
        if len(names) == 1 and self._last.get(entry.place) == index:
            name = names[0].lower()
            if name not in VAGUE and name not in self._taken and valid(name):
                return self._take(name)
        return ""

    def _made(self, entry: Entry) -> str:
        return self._take(snake_case(re.sub(r"\W", "", entry.type)))

    def _take(self, name: str) -> str:
        free, number = name, 2
        letters = "bcdefghijklmnopqrstuvwxyz"
        while free in self._taken or not valid(free):
            free = (
                f"{name}_{letters[number - 2]}" if number < 27 else f"{name}_n{number}"
            )
            number += 1
        self._taken.add(free)
        return free

    def of(self, source: Source) -> str:
        """Return how a spec calls a source."""
        if source.is_input:
            return self.inputs[-1 - source.entry]
        name = self.names[source.entry]
        part = self.part(source)
        return f"{name}.{part}" if part else name

    def part(self, source: Source) -> str:
        """Return the name of a part; empty for the main one."""
        if source.is_input or source.part in MAIN:
            return ""
        if source.entry in self.parts and source.part in ORDINALS:
            return self.parts[source.entry][ORDINALS.index(source.part)]
        entry = self.body.entries[source.entry]
        block = self._blocks.get(_called(self.body, entry))
        if block is not None and source.part.isdigit():
            return outputs_of(block, self._blocks)[int(source.part)]
        return source.part


def _is_member(entry: Entry) -> bool:
    """Return whether an entry is a module of a list, whose numbers have no gaps."""
    module = entry.type[:1].isupper()
    return module and entry.name.rpartition(".")[2].isdigit() and "." in entry.name


def _called(body: Body, entry: Entry) -> str:
    share = entry.options.get("share")
    return body.entries[share].type if isinstance(share, int) else entry.type


def outputs_of(block: Block, blocks: Mapping[str, Block]) -> list[str]:
    """Return how a block calls what it returns."""
    names = Names(block.body, inputs_of(block.body), blocks, numbered=block.numbered)
    return [names.of(source) for source in block.body.outputs]


def inputs_of(body: Body) -> tuple[str, ...]:
    """Return how a spec calls the inputs of a block."""
    if len(body.inputs) == 1:
        return ("input",)
    return input_names(body.inputs, body)


def input_names(names: Iterable[str], body: Body) -> tuple[str, ...]:
    """Return the names that the inputs of a spec may have: no layer has them."""
    taken = {"input", *(attribute_of(e.name) for e in body.entries if e.key)}
    plain = (name.lower().strip("_") for name in names)
    return tuple(
        name if valid(name) and name not in taken else f"{name}_tensor"
        for name in plain
    )


def valid(name: str) -> bool:
    """Return whether a spec and the code can have a name."""
    return (
        name.isidentifier()
        and not keyword.iskeyword(name)
        and not hasattr(builtins, name)
        and name not in _NOT_NAMES
        and not name.startswith("_")
        and not re.search(r"_\d+$", name)
        and name not in ("torch", "nn", "math", "self", "F")
    )


def _referenced(body: Body) -> set[int]:
    """Return the entries that something else than the next one takes."""
    found: set[int] = set()
    for index, entry in enumerate(body.entries):
        if not follows(body, index):
            found |= {source.entry for source in entry.sources}
        if isinstance(entry.options.get("share"), int):
            found.add(entry.options["share"])
    if not ends(body):
        found |= {source.entry for source in body.outputs}
    return found


def follows(body: Body, index: int) -> bool:
    """Return whether an entry takes what the entry before it gives."""
    entry = body.entries[index]
    if len(entry.sources) != 1:
        return not entry.sources
    source = entry.sources[0]
    return source.entry == body.before(index) and source.part in MAIN


def ends(body: Body) -> bool:
    """Return whether a body returns the result of its last entry."""
    if len(body.outputs) != 1:
        return False
    (source,) = body.outputs
    last = body.before(len(body.entries))
    return source.entry == last and source.part in MAIN
