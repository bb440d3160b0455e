"""Orders entries so that the keys of the state_dict come in the author's order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.importer.body import UNUSED
from mlpgen.names.members import attribute_of

if TYPE_CHECKING:
    from mlpgen.importer.body import Body, Entry
    from mlpgen.importer.recording import Module


def ordered(body: Body, modules: dict[str, Module], path: str = "") -> Body:
    """Return a body whose entries with keys are in the order of the author's class.

    An entry runs before those that need it. Where that is another order, the body says
    in which order its layers are made.
    """
    body = body.with_inner(lambda entry, inner: ordered(inner, modules, entry.path))
    module = modules[path]
    used = body._replace(
        entries=tuple(e for e in body.entries if UNUSED not in e.options)
    )
    if module.chain or not made_first(used, module):
        return body
    moved = body.arranged(_depth_first(body, _wanted(body, module)), {})
    if not made_first(moved, module):
        return moved
    return body._replace(order=made_first(body, module))


def _depth_first(body: Body, wanted: list[int]) -> list[int]:
    """Return all entries: the wanted ones in their order, each behind what it needs."""
    order: list[int] = []
    placed: set[int] = set()

    def place(index: int) -> None:
        if index < 0 or index in placed:
            return
        placed.add(index)
        for need in _needs(body.entries[index]):
            place(need)
        order.append(index)

    for index in [*wanted, *range(len(body.entries))]:
        place(index)
    return order


def made_first(body: Body, module: Module) -> tuple[str, ...]:
    """Return the names that must be made first; none if layers are made as they run."""
    wanted = [
        *dict.fromkeys(
            attribute_of(body.entries[at].name) for at in _wanted(body, module)
        )
    ]
    found: list[str] = []
    for kind in ("parameter", "buffer", ""):
        running = [
            *dict.fromkeys(
                attribute_of(e.name) for e in body.entries if kind_of(e) == kind
            )
        ]
        asked = [name for name in wanted if name in running]
        count = 0
        while asked[:count] + [n for n in running if n not in asked[:count]] != asked:
            count += 1
        found += asked[:count]
    return (*found,)


def kind_of(entry: Entry) -> str | None:
    """Return what an entry makes, a tensor or a module; None if it has no key."""
    second = UNUSED in entry.options  # a name of its own
    if not entry.key or not entry.stateful or (entry.type == "share" and not second):
        return None
    return entry.type if entry.type in ("parameter", "buffer") else ""


def _needs(entry: Entry) -> list[int]:
    share = entry.options.get("share")
    shared = [share] if isinstance(share, int) else []
    return sorted({*(source.entry for source in entry.sources), *shared})


def _wanted(body: Body, module: Module) -> list[int]:
    """Return the entries that have keys, in the order of the class."""
    found = [at for at, each in enumerate(body.entries) if kind_of(each) is not None]
    return sorted(found, key=lambda at: rank_in(body.entries[at], module))


def rank_in(entry: Entry, module: Module) -> tuple[int, int, int]:
    """Return where the keys of an entry are among those of its class."""
    if entry.type in ("parameter", "buffer"):
        members = [member.name for member in module.members]
        kind = entry.type == "buffer"
        at = members.index(entry.name) if entry.name in members else len(members)
        return (kind, at, 0)
    head, _, rest = entry.name.partition(".")
    children = module.children
    at = children.index(head) if head in children else len(children)
    return (2, at, int(rest) if rest.isdigit() else 0)
