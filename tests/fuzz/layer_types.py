"""Mutations of types: a layer's type as a parameter, and other types as its value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlpgen.layers import LAYERS
from mlpgen.symbols.type_names import is_type_text

from .plain_specs import classes, mapping_of, type_of
from .selection import some_entry

if TYPE_CHECKING:
    import random

    from .plain_specs import Data

_COMMON = ("ReLU", "Tanh", "GELU", "Identity", "PReLU", "LayerNorm", "Dropout")
_WORDS = ("act", "norm", "kind", "layer_type")


def typed(rng: random.Random, spec: Data) -> bool:
    """Make the type of a layer a parameter of its class, or use one that it has."""
    blocks = spec.get("blocks") or {}

    def fits(entry: Any) -> bool:
        return type_of(entry) in LAYERS or type_of(entry) in blocks

    chosen = some_entry(rng, spec, fits)
    if chosen is None:
        return False
    each, layers, index = chosen
    known = each.data.setdefault("parameters", {})
    entry, type_ = mapping_of(layers[index]), type_of(layers[index])
    same = [name for name, value in known.items() if value == type_]
    name = rng.choice(same) if same and rng.random() < 0.7 else rng.choice(_WORDS)
    while name in known and name not in same:
        name += rng.choice("abcd")
    known[name] = type_
    layers[index] = {
        (f"${{{name}}}" if key == type_ else key): value for key, value in entry.items()
    }
    return True


def retyped(rng: random.Random, spec: Data) -> bool:
    """Name another type, as a default or in a use of a block; or hand one on."""
    found = [
        (each, name)
        for each in classes(spec)
        for name, value in each.parameters.items()
        if is_type_text(value)
    ]
    if not found:
        return False
    each, name = rng.choice(found)
    blocks = [*(spec.get("blocks") or {})]
    other = _another(rng, each.parameters[name], blocks)
    uses = some_entry(rng, spec, lambda entry: type_of(entry) == each.name)
    if not each.name or uses is None or rng.random() < 0.3:
        each.parameters[name] = other
        return True
    user, layers, index = uses
    entry = mapping_of(layers[index])
    given = entry[each.name] if isinstance(entry[each.name], dict) else {}
    if rng.random() < 0.4:
        user.data.setdefault("parameters", {}).setdefault(name, other)
        other = f"${{{name}}}"
    layers[index] = {**entry, each.name: {**given, name: other}}
    return True


def _another(rng: random.Random, type_: str, blocks: list[str]) -> str:
    """Draw a type of the same family, a common one, or a block."""
    kind = rng.random()
    alike = [
        each for some in LAYERS.families.values() if type_ in some for each in some
    ]
    if alike and kind < 0.5:
        return rng.choice(alike)
    return rng.choice(blocks) if blocks and kind < 0.65 else rng.choice(_COMMON)
