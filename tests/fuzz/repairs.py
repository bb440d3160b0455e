"""Repairs of mutated specs: names that no longer exist."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.names.members import layer_in

from .plain_specs import (
    classes,
    inputs,
    lists,
    names,
    type_of,
    values,
)

if TYPE_CHECKING:
    import random

    from .plain_specs import Data


def mend_names(spec: Data, rng: random.Random) -> None:
    """Repair unknown names in `from`, `share`, `order` and `outputs`."""
    for each in classes(spec):
        known = [*inputs(each)]
        layers = each.data["layers"]
        for name, entry in zip(names(layers), layers, strict=True):
            if isinstance(entry, dict):
                _mended(entry, known, rng)
            known.append(name)
        order = each.data.get("order")
        if isinstance(order, list):
            own = {name.partition(".")[0] for name in names(layers)}
            each.data["order"] = [name for name in order if name in own]
            if not each.data["order"]:
                del each.data["order"]
        given = each.data.get("outputs")
        if isinstance(given, list):
            own = known[len(inputs(each)) :]
            right = [x for x in given if layer_in(str(x), own) in own]
            each.data["outputs"] = [*dict.fromkeys(map(str, right))]
            if not right:
                del each.data["outputs"]


def _mended(entry: Data, known: list[str], rng: random.Random) -> None:
    raw = entry.get("from")
    if isinstance(raw, str) and layer_in(raw, known) not in known:
        entry["from"] = known[-1] if rng.random() < 0.6 else rng.choice(known)
    elif isinstance(raw, list):
        entry["from"] = [
            each
            if not isinstance(each, str) or layer_in(each, known) in known
            else rng.choice(known[-3:])
            for each in raw
        ]
    for key in ("share", "else"):
        given = entry.get(key)
        if isinstance(given, str) and layer_in(given, known) not in known:
            entry[key] = rng.choice(known)


def drop_unused(spec: Data) -> None:
    """Remove unused blocks, and empty keys."""
    blocks = spec.get("blocks")
    if isinstance(blocks, dict):
        found: set[str] = set()
        named = [each.value for each in values(spec) if isinstance(each.value, str)]
        types = [blocks[name] for name in named if name in blocks]
        found |= {name for name in named if name in blocks}
        open_ = [spec, *types]
        open_ = [each.get("layers") for each in open_ if isinstance(each, dict)]
        while open_:
            layers = open_.pop()
            if not isinstance(layers, list):
                continue
            for some in lists(layers):
                for entry in some:
                    name = type_of(entry)
                    if name in blocks and name not in found:
                        found.add(name)
                        block = blocks[name]
                        open_.append(
                            block.get("layers") if isinstance(block, dict) else None
                        )
        spec["blocks"] = {key: blocks[key] for key in blocks if key in found}
    for key in ("blocks", "parameters"):
        if spec.get(key) == {}:
            del spec[key]
