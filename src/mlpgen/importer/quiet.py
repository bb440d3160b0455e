"""Leaves out layers that do nothing in any use of a class: dropout of nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.layers import LAYERS

if TYPE_CHECKING:
    from mlpgen.importer.block import Draft
    from mlpgen.importer.body import Body, Entry, Source

_DROPOUTS = {*LAYERS.families["dropout"], "DropPath"}


def without_idle_layers(draft: Draft) -> Draft:
    """Return a draft without them; those stay that others count in their numbers."""
    blocks = tuple(
        block._replace(body=_without(block.body, numbered=block.numbered))
        for block in draft.blocks
    )
    return draft._replace(
        body=_without(draft.body, numbered=draft.numbered), blocks=blocks
    )


def _without(body: Body, *, numbered: bool) -> Body:
    body = body.with_inner(
        lambda entry, inner: _without(
            inner, numbered=bool(entry.options.get("numbered"))
        )
    )
    idle = [at for at, entry in enumerate(body.entries) if _idle(entry)]
    if numbered:
        last = len(body.entries) - 1
        idle = [last] if last in idle and last else []
    if len(idle) == len(body.entries):
        return body
    instead: dict[int, Source] = {at: body.entries[at].sources[0] for at in idle}
    return body.without({*idle}, instead)


def _idle(entry: Entry) -> bool:
    share = entry.type == "share" or "share" in entry.options
    return entry.type in _DROPOUTS and entry.arguments.get("p") == 0 and not share
