"""Entries of a spec before they are text, and where they take their inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mlpgen.importer.recording import Place

if TYPE_CHECKING:
    from collections.abc import Callable


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
    """

    inputs: tuple[str, ...]
    entries: tuple[Entry, ...]
    outputs: tuple[Source, ...]
    shapes: tuple[tuple[int, ...], ...] = ()
    names: tuple[str, ...] = ()
    order: tuple[str, ...] = ()

    def with_inner(self, change: Callable[[Entry, Body], Body]) -> Body:
        """Change the bodies of entries; `change` gets the entry and its body."""
        entries = tuple(
            each if each.body is None else each._replace(body=change(each, each.body))
            for each in self.entries
        )
        return self._replace(entries=entries)


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
