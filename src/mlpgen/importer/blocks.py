"""Makes blocks of the author's classes: one for all uses, with parameters."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from mlpgen.importer.block import Block, Draft, block_name
from mlpgen.importer.body import is_chain
from mlpgen.importer.rounds import compressed, shortened
from mlpgen.importer.uses import blocks_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mlpgen.importer.body import Body, Entry
    from mlpgen.importer.recording import Module, Recording


def with_blocks(
    body: Body, recording: Recording, apart: Mapping[tuple[str, str], int]
) -> Draft:
    """Make a block of each class of the author, or several where they are apart.

    Args:
        body: The model.
        recording: What was recorded of it.
        apart: How much the uses of a class are apart, if a block for all is no good.
    """
    modules = recording.modules
    blocks: list[Block] = []
    model = block_name(recording.name)
    names = {model: 1, **{each.type: 1 for each in modules.values() if each.kept}}
    while keys := _classes(body, modules):  # several times if a class is in itself
        for key in keys:
            body = _mapped(body, partial(_as_rounds, key=key, modules=modules))
            uses = [
                each._replace(body=_tidy(each.body))
                for each in _uses(body)
                if each.body and _class_of(each, modules) == key
            ]
            uses = [each for each in uses if each.body and not _uses(each.body)]
            if not uses:
                continue
            made, calls = blocks_of(uses, modules, names, apart.get(key, 0))
            blocks += made
            body = _mapped(body, partial(_called, calls=calls))
    root = modules[""]
    body = _tidy(body)
    return Draft(body, (*blocks,), root.chain and root.numbered)


def _as_rounds(entry: Entry, key: tuple[str, str], modules: dict[str, Module]) -> Entry:
    """Return rounds for a class that is no more than a `Sequential` of them."""
    if entry.body is None or not _is_class(entry):
        return entry
    module = modules[entry.path]
    chain = module.chain or is_chain(entry.body)
    if not chain or _class_of(entry, modules) != key:
        return entry
    tidied = entry._replace(body=_tidy(entry.body), type="Sequential")
    found = shortened(tidied)
    return found if "repeat" in found.options else entry


def _called(entry: Entry, calls: dict[str, Entry]) -> Entry:
    return entry if entry.type == "share" else calls.get(entry.path, entry)


def _tidy(body: Body) -> Body:
    """Join rounds, in containers first."""
    body = _mapped(body, shortened)
    return compressed(body)


def _mapped(body: Body, change: Callable[[Entry], Entry]) -> Body:
    """Change all entries, the inner ones first."""
    body = body.with_inner(lambda _, inner: _mapped(inner, change))
    return body._replace(entries=tuple(change(each) for each in body.entries))


def _uses(body: Body) -> list[Entry]:
    found = []
    for entry in body.entries:
        if entry.body is not None:
            found += _uses(entry.body)
            if _is_class(entry):
                found.append(entry)
    return found


def _is_class(entry: Entry) -> bool:
    """Return whether what an entry holds is a class of the author."""
    return entry.type not in ("Sequential", "buffer")


def _class_of(entry: Entry, modules: dict[str, Module]) -> tuple[str, str]:
    return entry.type, modules[entry.path].origin


def _classes(body: Body, modules: dict[str, Module]) -> list[tuple[str, str]]:
    """Return the classes, each after those that it contains."""
    heights: dict[tuple[str, str], int] = {}

    def height(inside: Body) -> int:
        most = 0
        for entry in inside.entries:
            if entry.body is None:
                continue
            own = height(entry.body)
            if _is_class(entry):
                key = _class_of(entry, modules)
                own = max(own + 1, heights.get(key, 0))
                heights[key] = own
            most = max(most, own)
        return most

    for _ in range(3):  # a class that is used at several depths raises those around it
        height(body)
    return sorted(heights, key=lambda key: heights[key])
