"""Layers that the author's `forward` never calls, and second names of modules.

Their keys belong to the state_dict. While blocks are made they are behind all others;
at last each gets the place where its author makes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mlpgen.importer.arguments import given_arguments
from mlpgen.importer.body import UNUSED, Body, Entry
from mlpgen.importer.order import kind_of, made_first, rank_in
from mlpgen.importer.weights import member_named, owner_tied, tensor_entry
from mlpgen.layers import LAYERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mlpgen.importer.block import Draft
    from mlpgen.importer.recording import Module

_SHARE = "share"


def with_unused(body: Body, modules: Mapping[str, Module], path: str = "") -> Body:
    """Add what each class makes and never calls, behind its other entries."""
    body = body.with_inner(lambda e, inner: with_unused(inner, modules, e.path))
    module = modules.get(path)
    if module is None or module.leaf or module.chain:
        return body
    found = [*_tensors(body, module), *_children(_class_of(body, path), modules, "")]
    names = {each.name: at for at, each in enumerate([*body.entries, *found])}
    entries = [*body.entries]
    for each in found:
        original = each.options.get(_SHARE)
        if isinstance(original, str):
            if original not in names:
                continue  # the proof misses its keys
            options = {**each.options, _SHARE: names[original]}
            each = each._replace(options=options)
        entries.append(each)
    return body._replace(entries=(*entries,))


def _tensors(body: Body, module: Module) -> Iterator[Entry]:
    """Yield the parameters and buffers of a class that nothing reads."""
    there = {e.name for e in body.entries if e.type in ("parameter", "buffer")}
    for member in module.members:
        if member.name not in there and member.persistent and not member.tied:
            found = tensor_entry(member_named(module, member.name), module.place)
            yield found._replace(options={UNUSED: True})


def _children(
    around: _Class, modules: Mapping[str, Module], inside: str
) -> Iterator[Entry]:
    """Yield the modules of a class that are never called.

    Args:
        around: The class.
        modules: The modules of the model.
        inside: A list in it, with a dot, whose members are called apart.
    """
    holder = f"{around.path}.{inside}".strip(".")
    paths = [_join(holder, name) for name in modules[holder].children]
    called = [at for at, path in enumerate(paths) if path in around.within]
    left = [at for at, path in enumerate(paths) if _state(modules, path)]
    behind = range(max(called, default=-1), max(left, default=-1))
    for index, path in enumerate(paths):
        name = inside + path.rpartition(".")[2]
        if path in around.own:
            continue
        if path in around.within or _holds_others(modules, path):
            yield from _children(around, modules, f"{name}.")
        elif modules[path].same:
            if _state(modules, path):
                original = _inside(modules[path].same, around.path)
                options = {_SHARE: original, UNUSED: True}
                yield _entry(_SHARE, {}, name, path, modules, options)
        elif _state(modules, path) or (inside and index in behind):
            yield from _made(modules, path, name, around.path)


class _Class(NamedTuple):
    """A class as its body has it.

    Attributes:
        path: Its path.
        own: The paths of its entries.
        within: These, and all that are around them.
    """

    path: str
    own: frozenset[str]
    within: frozenset[str]


def _class_of(body: Body, path: str) -> _Class:
    own = frozenset(entry.path for entry in body.entries)
    every = (each.split(".") for each in own)
    within = (".".join(each[:end]) for each in every for end in range(len(each) + 1))
    return _Class(path, own, frozenset(within))


def _made(
    modules: Mapping[str, Module], path: str, name: str, around: str
) -> Iterator[Entry]:
    """Yield a module that is made and never called, if a spec can say it."""
    module = modules[path]
    if module.leaf:
        if module.type in LAYERS and not module.kept:
            owner = owner_tied(module, around, module.place)
            options: dict[str, Any] = {UNUSED: True}
            if owner:
                options["share_weights"] = _inside(owner, around)
            arguments = given_arguments(module.type, module.arguments)
            yield _entry(module.type, arguments, name, path, modules, options)
        return
    if not _state(modules, path):
        yield _entry("Identity", {}, name, path, modules, {UNUSED: True})
        return
    children = tuple(
        each._replace(options={k: v for k, v in each.options.items() if k != UNUSED})
        for child in module.children
        if module.numbered or _state(modules, _join(path, child))
        for each in _made(modules, _join(path, child), child, around)
    )
    options = {"numbered": True} if module.numbered else {}
    entry = _entry("Sequential", {}, name, path, modules, {**options, UNUSED: True})
    yield entry._replace(body=Body((), children, ()))


def _holds_others(modules: Mapping[str, Module], path: str) -> bool:
    """Return whether a container has modules in it that have an earlier name."""
    inside = [_join(path, each) for each in modules[path].children]
    if modules[path].same or modules[path].leaf:
        return False
    return any(modules[each].same or _holds_others(modules, each) for each in inside)


def _entry(
    type_: str,
    arguments: dict[str, Any],
    name: str,
    path: str,
    modules: Mapping[str, Module],
    options: dict[str, Any],
) -> Entry:
    place = modules[path].place
    return Entry(type_, arguments, (), name, True, options, None, path, place)


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _inside(path: str, around: str) -> str:
    """Return a path as the class around it names it; the whole path elsewhere."""
    return path.removeprefix(f"{around}." if around else "")


def _state(modules: Mapping[str, Module], path: str) -> bool:
    """Return whether a module has keys in the state_dict."""
    module = modules[path]
    own = any(member.persistent for member in module.members) or module.buffered
    return own or any(_state(modules, _join(path, each)) for each in module.children)


def with_places(draft: Draft, modules: Mapping[str, Module]) -> Draft:
    """Return a draft in which each unused layer is where its author makes it."""
    blocks = tuple(
        block._replace(body=_placed(block.body, modules[block.paths[0]]))
        for block in draft.blocks
    )
    return draft._replace(body=_placed(draft.body, modules[""]), blocks=blocks)


def _placed(body: Body, module: Module) -> Body:
    """Put each unused entry behind those that are made before it."""
    left = [at for at, each in enumerate(body.entries) if UNUSED not in each.options]
    if len(left) == len(body.entries):
        return body
    for index, entry in enumerate(body.entries):
        if UNUSED not in entry.options:
            continue
        rank = rank_in(entry, module)
        before = [
            place
            for place, at in enumerate(left)
            if kind_of(body.entries[at]) is not None
            and rank_in(body.entries[at], module) < rank
        ]
        share = entry.options.get(_SHARE)
        before += [left.index(share)] if isinstance(share, int) else []
        left.insert(1 + max(before, default=-1), index)
    placed = body.arranged(left, {})
    return placed._replace(order=made_first(placed, module))
