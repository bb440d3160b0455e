"""Mutations of blocks: extracted from layers, used again, copied from other specs."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from mlpgen.names.members import layer_in

from .corpus import corpus
from .layers import renamed_sources
from .plain_specs import (
    expressions,
    inputs,
    lists,
    mapping_of,
    names,
    type_of,
)
from .selection import parameters_of, some_class, some_list

if TYPE_CHECKING:
    import random

    from .plain_specs import Data


def made_block(rng: random.Random, spec: Data) -> bool:
    """Put a few layers into a new block."""
    chosen = some_class(rng, spec)
    if chosen is None or not isinstance(spec.get("blocks", {}), dict):
        return False
    layers = chosen.data["layers"]
    if not layers:
        return False
    first = rng.randrange(len(layers))
    last = rng.randint(first + 1, min(first + 5, len(layers)))
    inner = [copy.deepcopy(mapping_of(entry)) for entry in layers[first:last]]
    own = names(layers)[first:last]
    use: Data = {}
    outside = _taken_from_outside(inner, own)
    if "from" in inner[0]:
        outside = outside or ["input"]
    block: Data = {}
    known = parameters_of(chosen)
    used = {each: known[each] for each in known if each in expressions(inner)}
    if used:
        block["parameters"] = used
    if outside:
        words = {name: f"given_{index}" for index, name in enumerate(outside)}
        use["from"] = outside
        block["input"] = [*words.values()]
        for entry in inner:
            renamed_sources(entry, words)
        inner[0].setdefault("from", "given_0")
    block["layers"] = inner
    blocks = spec.setdefault("blocks", {})
    name = rng.choice(["Made", "Part", "Unit", "Stage", "W_block", "Cell"])
    while name in blocks:
        name += rng.choice("ABC")
    blocks[name] = block
    arguments: Any = {each: f"${{{each}}}" for each in used}
    if rng.random() < 0.3:
        arguments = {}
    outer = {name: arguments or None, **use, "name": own[-1]}
    inner[-1].pop("name", None)
    layers[first:last] = [outer]
    return True


def _taken_from_outside(entries: list[Data], own: list[str]) -> list[str]:
    """List the sources of entries that are not among them."""
    raw = [entry.get(key, []) for entry in entries for key in ("from", "else")]
    sources = [
        name for each in raw for name in (each if isinstance(each, list) else [each])
    ]
    outside = [name for name in sources if layer_in(str(name), own) not in own]
    return [*dict.fromkeys(map(str, outside))]


def used_again(rng: random.Random, spec: Data) -> bool:
    """Use a block of the spec once more, anywhere; perhaps inside another block."""
    blocks = spec.get("blocks")
    each = some_class(rng, spec)
    if not isinstance(blocks, dict) or not blocks or each is None:
        return False
    layers = some_list(rng, each)
    index = rng.randint(0, len(layers))
    entry: Data = {rng.choice([*blocks]): None}
    if rng.random() < 0.3:
        entry["repeat"] = rng.choice([1, 2, 3])
    layers.insert(index, entry)
    return True


def grafted(rng: random.Random, spec: Data) -> bool:
    """Take a block from another spec, and use it."""
    blocks = spec.setdefault("blocks", {})
    each = some_class(rng, spec)
    if not isinstance(blocks, dict) or each is None:
        return False
    name, more = rng.choice(corpus().blocks)
    for other, block in more.items():
        blocks.setdefault(other, copy.deepcopy(block))
    several = isinstance(blocks[name], dict) and isinstance(
        blocks[name].get("input"), list
    )
    layers = each.data["layers"]
    index = rng.randint(0, len(layers))
    entry: Data = {name: None}
    if several:
        known = [*inputs(each), *names(layers[:index])]
        entry["from"] = [rng.choice(known[-4:]) for _ in blocks[name]["input"]]
    layers.insert(index, entry)
    return True


def crossed(rng: random.Random, spec: Data) -> bool:
    """Continue with the layers of another spec from some position on."""
    other = copy.deepcopy(rng.choice(corpus().specs).data)
    mine, theirs = spec.get("layers"), other["layers"]
    blocks = spec.setdefault("blocks", {})
    known = spec.setdefault("parameters", {})
    if not (isinstance(mine, list) and isinstance(blocks, dict)):
        return False
    if not isinstance(known, dict):
        return False
    at, begin = rng.randint(0, len(mine)), rng.randrange(len(theirs))
    end = min(len(theirs), begin + rng.randint(1, 6))
    part = theirs[begin:end]
    used = {type_of(entry) for layers in lists(part) for entry in layers}
    for name in other.get("blocks") or {}:
        if name in used or rng.random() < 0.2:
            blocks.setdefault(name, other["blocks"][name])
    for name in expressions(part):
        if name in (other.get("parameters") or {}):
            known.setdefault(name, other["parameters"][name])
    mine[at:] = part if rng.random() < 0.4 else [*part, *mine[at:]]
    return True
