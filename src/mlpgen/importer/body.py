"""Entries of a spec before they are text, and where they take their inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mlpgen.importer.recording import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


UNUSED = "unused"
"""The key of an entry that `forward` never calls."""


class Source(NamedTuple):
    """A value in a body.

    Attributes:
        entry: The index of the entry that gives it; -1 - i is input i of the body.
        part: Which part of its result; empty for the first or only one.
    """

    entry: int
    part: str = ""

    @property
    def is_input(self) -> bool:
        """Whether it is an input of the body."""
        return self.entry < 0


class Entry(NamedTuple):
    """An entry of a spec.

    Attributes:
        type: The layer, function or class.
        arguments: What stands beside the type, by name.
        sources: What it takes.
        name: Its name in the class, or what its author calls its result.
        key: Whether the name is a key of the state_dict, so it must stay.
        options: Other keys: `numbered`, `repeat`, `when`, `share`.
        body: What is in a block or a container.
        path: The path of its module; empty for a function.
        place: Where the author calls it.
        stateful: Whether it has parameters or buffers, so that its name is in keys.
        parts: What the author calls the parts of its result.
    """

    type: str
    arguments: dict[str, Any]
    sources: tuple[Source, ...]
    name: str = ""
    key: bool = False
    options: dict[str, Any] = {}  # noqa: RUF012 - never changed
    body: Body | None = None
    path: str = ""
    place: Place = Place("", 0)
    stateful: bool = True
    parts: tuple[str, ...] = ()

    def rewired(self, moved: Callable[[Source], Source]) -> Entry:
        """Take other sources."""
        return self._replace(sources=tuple(moved(source) for source in self.sources))


class Body(NamedTuple):
    """What a class or a container calls.

    Attributes:
        inputs: The names of its inputs.
        entries: Its entries.
        outputs: What it returns.
        shapes: The shapes of its inputs, of one example.
        names: The names of the outputs, if the author gave some.
        order: The names that are made first, if not as they run.
        alone: The inputs that have no batch, since all examples have the same.
    """

    inputs: tuple[str, ...]
    entries: tuple[Entry, ...]
    outputs: tuple[Source, ...]
    shapes: tuple[tuple[int, ...], ...] = ()
    names: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    alone: frozenset[int] = frozenset()

    def before(self, index: int) -> int:
        """Return the entry that runs before another; -1 for none, as the input."""
        index -= 1
        while index >= 0 and UNUSED in self.entries[index].options:
            index -= 1
        return index

    def with_inner(self, change: Callable[[Entry, Body], Body]) -> Body:
        """Change the bodies of entries; `change` gets the entry and its body."""
        entries = tuple(
            each if each.body is None else each._replace(body=change(each, each.body))
            for each in self.entries
        )
        return self._replace(entries=entries)

    def without(self, gone: set[int], instead: dict[int, Source]) -> Body:
        """Leave out entries; others take something else that stays instead."""
        left = [at for at in range(len(self.entries)) if at not in gone]
        return self.arranged(left, instead)

    def needed(self) -> Body:
        """Leave out the functions that nothing needs."""
        wanted = {source.entry for source in self.outputs}
        for at in range(len(self.entries) - 1, -1, -1):
            entry = self.entries[at]
            if at in wanted or entry.key or entry.type[:1].isupper():
                share = entry.options.get("share")
                wanted |= {at, *(source.entry for source in entry.sources)}
                wanted |= {share} if isinstance(share, int) else set()
        return self.without({*range(len(self.entries))} - wanted, {})

    def replaced(self, begin: int, end: int, made: Sequence[Entry]) -> Body:
        """Put entries in the place of others, of which only the last is used.

        Others take the last of the new ones, and share the first. The new ones take
        entries before `begin`, and each other, as they count then.
        """
        last, more = end - 1, len(made) - (end - begin)

        def moved(source: Source) -> Source:
            later = source.entry >= last
            return source._replace(entry=source.entry + more) if later else source

        def shared(options: dict[str, Any]) -> dict[str, Any]:
            share = options.get("share")
            if not isinstance(share, int) or share < last:
                return options
            return {**options, "share": begin if share == last else share + more}

        behind = tuple(
            each.rewired(moved)._replace(options=shared(each.options))
            for each in self.entries[end:]
        )
        entries = (*self.entries[:begin], *made, *behind)
        outputs = tuple(moved(source) for source in self.outputs)
        return self._replace(entries=entries, outputs=outputs)

    def chained(
        self,
        index: int,
        sources: tuple[Source, ...],
        calls: Sequence[tuple[str, dict[str, Any]]],
    ) -> Body:
        """Put calls in the place of an entry, each of which takes the one before it."""
        entry = self.entries[index]
        made = [
            entry._replace(
                type=type_,
                arguments=arguments,
                sources=(Source(index + at - 1),) if at else sources,
            )
            for at, (type_, arguments) in enumerate(calls)
        ]
        return self.replaced(index, index + 1, made)

    def arranged(self, left: Sequence[int], instead: dict[int, Source]) -> Body:
        """Return some entries in an order; others take something else instead."""
        places = {old: new for new, old in enumerate(left)}

        def moved(source: Source) -> Source:
            while source.entry in instead:
                source = instead[source.entry]
                if source.entry in places:
                    break
            return (
                source
                if source.is_input
                else source._replace(entry=places[source.entry])
            )

        entries = []
        for old in left:
            entry = self.entries[old].rewired(moved)
            share = entry.options.get("share")
            if isinstance(share, int):
                options = {**entry.options, "share": places[share]}
                entry = entry._replace(options=options)
            entries.append(entry)
        outputs = tuple(moved(source) for source in self.outputs)
        return self._replace(entries=(*entries,), outputs=outputs)


def is_chain(body: Body) -> bool:
    """Return whether each entry takes the result of the one before it, and no other."""
    if len(body.inputs) != 1 or len(body.outputs) != 1:
        return False
    before = Source(-1)
    for index, entry in enumerate(body.entries):
        if entry.sources != (before,):
            return False
        before = Source(index)
    return body.outputs == (before,)
