"""Takes out of a body what says nothing: identities, and what nothing uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.importer.activations import ACTIVATIONS
from mlpgen.importer.body import Body, Entry, Source
from mlpgen.importer.examples import KEY

if TYPE_CHECKING:
    from mlpgen.importer.recording import Module


def simplified(body: Body, modules: dict[str, Module], path: str = "") -> Body:
    """Return a body without identities and unused functions.

    In a container whose layers have numbers an identity stays, since it has a number.
    """
    entries = tuple(
        entry
        if entry.body is None
        else _inlined(
            entry._replace(
                body=simplified(entry.body, modules, entry.path),
                options=_numbered(entry, modules),
            )
        )
        for entry in body.entries
    )
    module = modules.get(path)
    keeps = module is not None and module.chain and module.numbered
    body = body._replace(entries=tuple(_with_used_inputs(entry) for entry in entries))
    body = _with_tails(body, modules)
    return _without(body, identities=not keeps)


def _with_used_inputs(entry: Entry) -> Entry:
    """Leave out the inputs of a class that it does not use."""
    body = entry.body
    if body is None:
        return entry
    inside, kept = with_used_inputs(body)
    return entry._replace(body=inside, sources=tuple(entry.sources[at] for at in kept))


def with_used_inputs(body: Body) -> tuple[Body, list[int]]:
    """Leave out the inputs that nothing takes; return which ones stay."""
    used = {source.entry for each in body.entries for source in each.sources}
    used |= {source.entry for source in body.outputs}
    kept = [at for at in range(len(body.inputs)) if -1 - at in used]
    if len(kept) == len(body.inputs):
        return body, kept
    places = {-1 - old: -1 - new for new, old in enumerate(kept)}

    def moved(source: Source) -> Source:
        return source._replace(entry=places.get(source.entry, source.entry))

    inside = body._replace(
        inputs=tuple(body.inputs[at] for at in kept),
        shapes=tuple(body.shapes[at] for at in kept if at < len(body.shapes)),
        alone=frozenset(new for new, old in enumerate(kept) if old in body.alone),
        entries=tuple(each.rewired(moved) for each in body.entries),
        outputs=tuple(moved(source) for source in body.outputs),
    )
    return inside, kept


def _with_tails(body: Body, modules: dict[str, Module]) -> Body:
    """Take functions behind numbered layers out of a class that adds just these.

    `class Pooling(nn.Sequential)` with a `forward` that resizes the result: its keys
    are numbers, so it is a numbered `Sequential` and a function behind it.
    """
    for index, entry in enumerate(body.entries):
        count = _numbered_head(entry, modules)
        if not count or entry.body is None:
            continue
        inside = entry.body
        head = inside.entries[:count]
        options = {**entry.options, "numbered": True}
        chain = Body(inside.inputs, head, (Source(count - 1),), inside.shapes)
        first = entry._replace(type="Sequential", options=options, body=chain)
        tail = inside.entries[count:]

        def moved(
            source: Source, at: int = index, own: Entry = entry, n: int = count
        ) -> Source:
            if source.is_input:
                return own.sources[-1 - source.entry]
            return (
                Source(at)
                if source.entry == n - 1
                else Source(at + source.entry - n + 1)
            )

        tails = tuple(each.rewired(moved) for each in tail)
        return body.replaced(index, index + 1, (first, *tails))
    return body


def _numbered_head(entry: Entry, modules: dict[str, Module]) -> int:
    """Return how many numbered layers a class begins with, if functions follow them."""
    module = modules.get(entry.path)
    if entry.body is None or module is None or module.chain or not module.children:
        return 0
    if KEY in entry.options:
        return 0
    inside = entry.body
    keyed = [each for each in inside.entries if each.key and each.path]
    names = [each.name for each in keyed]
    if names != [*module.children] or not module.numbered:
        return 0
    if [*inside.entries[: len(keyed)]] != keyed or len(inside.outputs) != 1:
        return 0
    chained = all(each.sources == (Source(at - 1),) for at, each in enumerate(keyed))
    tail = inside.entries[len(keyed) :]
    own = {source.entry for each in tail for source in each.sources}
    inner = own & {*range(len(keyed) - 1)}
    stateless = not any(each.type in ("parameter", "buffer", "share") for each in tail)
    ends = inside.outputs == (Source(len(inside.entries) - 1),)
    return len(keyed) if chained and not inner and stateless and ends and tail else 0


def _inlined(entry: Entry) -> Entry:
    """Return the one function that a module wraps, or an identity, instead of it."""
    body = entry.body
    if body is not None and not body.entries and body.outputs == (Source(-1),):
        return entry._replace(type="Identity", body=None, options={}, stateful=False)
    if body is None or len(body.entries) != 1 or len(entry.sources) != 1:
        return entry
    if KEY in entry.options:
        return entry
    (inner,) = body.entries
    if (inner.stateful and inner.path) or inner.type in ("parameter", "buffer"):
        return entry
    if inner.body is not None or inner.sources != (Source(-1),):
        return entry
    if body.outputs != (Source(0),):
        return entry
    return inner._replace(
        type=_layer_of(entry, inner),
        sources=entry.sources,
        name=entry.name,
        key=entry.key,
        stateful=False,
    )


def _layer_of(entry: Entry, inner: Entry) -> str:
    """Return the layer of torch that a class is, by its name and its one function."""
    same = [name for name in ACTIVATIONS if name.lower() == entry.type.lower()]
    is_it = same and inner.type.replace("_", "") == same[0].lower()
    return same[0] if is_it and not inner.arguments else inner.type


def _numbered(entry: Entry, modules: dict[str, Module]) -> dict[str, object]:
    module = modules.get(entry.path)
    if module is None or not (module.chain and module.children and module.numbered):
        return entry.options
    return {**entry.options, "numbered": True}


def _without(body: Body, *, identities: bool) -> Body:
    """Leave out entries and let others take what they took."""
    needed = _needed(body)
    idle = {
        index: entry.sources[0]
        for index, entry in enumerate(body.entries)
        if index in needed
        and identities
        and (entry.type, entry.body) == ("Identity", None)
    }
    return body.without({*range(len(body.entries))} - needed | idle.keys(), idle)


def _needed(body: Body) -> set[int]:
    """Return the entries that the outputs depend on."""
    needed = {source.entry for source in body.outputs}
    for index in range(len(body.entries) - 1, -1, -1):
        if index in needed:
            entry = body.entries[index]
            needed |= {source.entry for source in entry.sources}
            if isinstance(entry.options.get("share"), int):
                needed.add(entry.options["share"])
    return needed
