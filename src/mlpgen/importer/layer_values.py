"""Initial values of single layers, which stand beside them: `init`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.importer.initial_values import values_beside
from mlpgen.layers import LAYERS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mlpgen.importer.block import Draft
    from mlpgen.importer.body import Body, Entry
    from mlpgen.importer.initial_values import Rules
    from mlpgen.importer.recording import Module

KEY = "init"
_APART = {"repeat", "share", "share_weights", "batch_dims"}
"""Keys of entries beside which there is no `init`."""


def with_layer_values(
    draft: Draft, rules: Rules, modules: Mapping[str, Module]
) -> tuple[Draft, frozenset[str]]:
    """Say the initial values of layers that have others than the rules.

    Returns:
        The draft, and the keys of the parameters whose values are said so.
    """
    said: set[str] = set()

    def valued(body: Body, paths: Sequence[str]) -> Body:
        entries = tuple(
            _valued(each, paths, rules, modules, said) for each in body.entries
        )
        return body._replace(entries=entries)

    blocks = tuple(
        block._replace(body=valued(block.body, block.paths))
        for block in draft.blocks
        if not block.numbered
    )
    numbered = {block.name: block for block in draft.blocks if block.numbered}
    made = {block.name: block for block in blocks} | numbered
    draft = draft._replace(
        body=draft.body if draft.numbered else valued(draft.body, [""]),
        blocks=tuple(made[block.name] for block in draft.blocks),
    )
    return draft, frozenset(said)


def _valued(
    entry: Entry,
    paths: Sequence[str],
    rules: Rules,
    modules: Mapping[str, Module],
    said: set[str],
) -> Entry:
    """Add `init` to a layer, if it is the same in all uses of its class."""
    if entry.type not in LAYERS or entry.body or _APART & entry.options.keys():
        return entry
    start = next((p for p in paths if entry.path.startswith(p and f"{p}.")), None)
    if start is None or not entry.path:
        return entry
    rest = entry.path[len(start) :].lstrip(".")
    found = {f"{path}.{rest}".lstrip(".") for path in paths} & modules.keys()
    values = [values_beside(rules, modules[path]) for path in sorted(found)]
    if not values or not values[0] or any(each != values[0] for each in values):
        return entry
    said.update(f"{path}.{name}" for path in found for name in values[0])
    return entry._replace(options={**entry.options, KEY: values[0]})
