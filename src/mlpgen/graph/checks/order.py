"""The names in `order` of a class: what `__init__` makes, each once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.graph.checks.entry_keys import kind_of
from mlpgen.names.members import layer_in, member_of
from mlpgen.spec.types import SHARE, is_function
from mlpgen.spec.wording import cut, listed, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mlpgen.diagnostics.diagnostic import Label
    from mlpgen.source import Path
    from mlpgen.spec.entries import Entry
    from mlpgen.spec.models import Block, Spec
    from mlpgen.spec.problems import Problems


def read_order(
    raw: Spec | Block, entries: Iterable[Entry], path: Path, problems: Problems
) -> tuple[str, ...]:
    """Read the names of the layers that a class makes first.

    Args:
        raw: The class as written.
        entries: Its layers, with their names.
        path: Its path in the spec.
        problems: Collects mistakes.
    """
    path = (*path, "order")
    if raw.order and raw.numbered:
        message = "`order` cannot be used where layers are numbered"
        help = "they are made in the order of their numbers"
        problems.add("MG253", message, path, key=True, help=help)
        return ()
    made = {each.name: each for each in entries}
    found: dict[str, int] = {}
    for index, name in enumerate(raw.order):
        message, help = _wrong(name, made)
        labels: tuple[Label, ...] = ()
        if name in found:
            message, help = f"`{cut(name)}` is already in `order`", "name it once"
            labels = (problems.label("here", (*path, found[name])),)
        if message:
            problems.add("MG253", message, (*path, index), labels=labels, help=help)
        found.setdefault(name, index)
    return tuple(found)


def _wrong(name: str, entries: Mapping[str, Entry]) -> tuple[str, str]:
    """Return why a class makes nothing of a name, and what to do; empty if it does."""
    entry, member = entries.get(name), member_of(name)
    if entry is None:
        return _unknown(name, entries)
    if member is not None:
        why = f"`{name}` is made with all of `{member.holder}`, at once"
        return why, f"name `{member.holder}`"
    if is_function(entry.type):
        return f"`{name}` is a function, which `__init__` does not make", "leave it out"
    if entry.type == SHARE:
        other = entry.options[SHARE]
        return f"`{name}` uses the module of `{other}`", f"name `{other}`"
    return "", ""


def _unknown(name: str, entries: Mapping[str, Entry]) -> tuple[str, str]:
    """Return what is wrong with a name that no layer has; the name of a list is one."""
    named = [
        member.holder if (member := member_of(each)) else each
        for each, entry in entries.items()
        if not is_function(entry.type) and entry.type != SHARE
    ]
    if name in named:
        return "", ""
    outside = layer_in(name, entries)
    if outside in entries:
        help = f"name `{outside}`, which is made with all that is inside"
        if kind_of(entries[outside].type) == "block":
            help = "write `order` in the block, beside its `layers`"
        return f"`{cut(name)}` is inside `{outside}`", help
    few = f"available: {listed([*dict.fromkeys(named)][-6:])}" if named else ""
    return f"there is no layer `{cut(name)}`", nearest(name, named) or few
