"""Mutations of names, and of the keys beside a type."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from mlpgen.names.members import layer_in

from . import formulas
from .plain_specs import (
    KEYS,
    Slot,
    classes,
    expressions,
    inputs,
    lists,
    mapping_of,
    names,
    numbers,
    type_of,
    values,
)
from .selection import parameters_of, some_class, some_entry

if TYPE_CHECKING:
    import random

    from .plain_specs import Class, Data, Entry


NAMES = [
    *("W_query", "Conv2d_1a_3x3", "_hidden", "layers", "x", "x1", "out", "f", "self"),
    *("torch", "nn", "F", "Tensor", "outputs", "index", "layer", "i", "l", "class"),
    *("forward", "weight", "in_channels", "input", "a" * 40, "Q", "norm_1", "size"),
    *("batch", "hidden", "cell", "features", "result", "shape", "recorded", "super"),
    *("linear_1", "conv2d_1", "add_1", "x_2", "sequential_1", "tuple", "len", "int"),
    *("steps.0", "steps.0", "steps.1", "ways.left", "ways.self", "ways.keys"),
]
PATTERNS = [
    "block",
    "layer_",
    "x${2 * index}y",
    "a-",
    "bfloat",
    "${index + 1}",
    "T",
    "_",
]
INITS: list[Any] = [
    {"weight": "zeros_"},
    {"weight": {"normal_": {"std": 0.02}}},
    {"bias": "ones_"},
    {"weight": {"kaiming_normal_": {"nonlinearity": "relu"}}, "bias": "zeros_"},
    {"weight": {"uniform_": {"a": -0.5, "b": 0.5}}},
]


def renamed(rng: random.Random, spec: Data) -> bool:
    """Rename a layer, also where others name it."""
    each = some_class(rng, spec)
    if each is None or not each.data["layers"]:
        return False
    layers = each.data["layers"]
    index = rng.randrange(len(layers))
    old, new = names(layers)[index], rng.choice(NAMES)
    entry = mapping_of(layers[index])
    layers[index] = {**entry, "name": new}
    if rng.random() < 0.9:
        _follow(each.data, old, new)
    return True


def _follow(data: Data, old: str, new: str) -> None:
    """Change a name everywhere in a class."""

    def changed(raw: Any) -> Any:
        if isinstance(raw, list):
            return [changed(each) for each in raw]
        if isinstance(raw, str) and layer_in(raw, [old]) == old:
            return new + raw[len(old) :]
        return raw

    for entry in data["layers"]:
        if isinstance(entry, dict):
            for key in ("from", "else", "share"):
                if key in entry:
                    entry[key] = changed(entry[key])
    for key in ("outputs", "order"):
        if key in data:
            data[key] = changed(data[key])


def renamed_parameter(rng: random.Random, spec: Data) -> bool:
    """Rename a parameter everywhere."""
    found = [each for each in classes(spec) if each.parameters]
    if not found:
        return False
    each = rng.choice(found)
    old = rng.choice([*each.parameters])
    new = rng.choice([*NAMES, "in_features", "out_channels", "growth_rate", "rate"])
    each.data["parameters"] = {
        new if name == old else name: value for name, value in each.parameters.items()
    }
    for slot in values(each.data["layers"]):
        raw = slot.value
        if isinstance(raw, str) and old in expressions(raw):
            words = raw[2:-1].replace("(", "( ").replace(")", " )").split(" ")
            code = " ".join(new if word == old else word for word in words)
            slot.holder[slot.key] = f"${{{code}}}"
    return True


def key(rng: random.Random, spec: Data) -> bool:
    """Add a key beside a type."""
    chosen = some_entry(rng, spec)
    if chosen is None:
        return False
    each, layers, index = chosen
    entry = dict(mapping_of(layers[index]))
    more = ["repeat", "repeat", "when", "when", "share", "batch_dims", "batch_dims"]
    wanted = rng.choice([*more, *KEYS])
    entry[wanted] = _value_of_key(rng, wanted, each, layers[:index], entry)
    if wanted == "repeat" and rng.random() < 0.3:
        entry["names"] = _value_of_key(rng, "names", each, [], entry)
    if wanted == "when" and rng.random() < 0.3:
        entry["else"] = _value_of_key(rng, "else", each, layers[:index], entry)
    layers[index] = entry
    return True


def _value_of_key(
    rng: random.Random, key: str, each: Class, before: list[Entry], entry: Data
) -> Any:
    known = parameters_of(each)
    earlier = [*inputs(each), *names(before)]
    if key == "repeat":
        if rng.random() < 0.5 or not numbers(known):
            return rng.choice([0, 1, 1, 2, 2, 3, 4])
        name = rng.choice([*numbers(known)])
        low = f"${{{name} - {max(0, int(known[name]) - rng.choice([0, 1, 2]))}}}"
        return rng.choice([f"${{{name}}}", f"${{{name} - 1}}", low])
    if key == "when":
        more = ["index"] if "repeat" in entry else []
        drawn = formulas.any_condition(rng, known, more)
        return rng.choice([True, False, drawn, drawn, drawn])
    if key == "select":
        words = ["last", "hidden", "output", "cell", "weights", "indices", "first"]
        return rng.choice(words)
    if key == "init":
        return copy.deepcopy(rng.choice(INITS))
    if key == "parametrize":
        return rng.choice(["weight_norm", "spectral_norm"])
    if key in ("numbered", "unused"):
        return rng.random() < 0.9
    if key == "batch_dims":
        return rng.choice([2, 2, 2, 2, 3, 3, 4, "${1 + 1}", 1])
    if key == "names":
        return f"{rng.choice(PATTERNS)}{rng.choice(['', '', '-', '_'])}${{index}}"
    if key == "name":
        return rng.choice(NAMES)
    if key in ("else", "share"):
        return rng.choice(earlier)
    several = rng.random() < 0.4
    return [rng.choice(earlier) for _ in range(2)] if several else rng.choice(earlier)


def numbered(rng: random.Random, spec: Data) -> bool:
    """Let layers have numbers: those of a class, or of a `Sequential`."""
    each = some_class(rng, spec)
    if each is None:
        return False
    inner = [
        entry
        for layers in lists(each.data["layers"])
        for entry in layers
        if isinstance(entry, dict) and "Sequential" in entry
    ]
    holder = rng.choice([each.data, *inner, *inner])
    if holder.pop("numbered", False):
        return True
    holder["numbered"] = True
    return True


def ordered(rng: random.Random, spec: Data) -> bool:
    """Let a class make some of its layers first, or no more."""
    each = some_class(rng, spec)
    if each is None or not each.data["layers"]:
        return False
    if each.data.pop("order", None) and rng.random() < 0.5:
        return True
    layers = each.data["layers"]
    pairs = zip(names(layers), layers, strict=True)
    made = [name.partition(".")[0] for name, entry in pairs if _is_made(entry)]
    every = [*dict.fromkeys(made if rng.random() < 0.95 else names(layers))]
    each.data["order"] = rng.sample(every, rng.randint(1, len(every)))
    return True


def _is_made(entry: Entry) -> bool:
    type_ = type_of(entry)
    tensor = type_ in ("parameter", "buffer")
    return tensor or type_[:1] == "$" or type_[:1].isupper()


def key_moved(rng: random.Random, spec: Data) -> bool:
    """Move a key from one entry to another, or remove it."""
    chosen = some_entry(
        rng, spec, lambda entry: isinstance(entry, dict) and bool({*entry} & {*KEYS})
    )
    other = some_entry(rng, spec)
    if chosen is None or other is None:
        return False
    entry: Any = chosen[1][chosen[2]]
    moved = rng.choice([each for each in entry if each in KEYS])
    value = entry.pop(moved)
    if rng.random() < 0.6:
        layers, index = other[1:]
        layers[index] = {**mapping_of(layers[index]), moved: value}
    return True


def by_round(rng: random.Random, spec: Data) -> bool:
    """Let a number of a repeated layer grow with the rounds."""
    chosen = some_entry(
        rng, spec, lambda entry: isinstance(entry, dict) and "repeat" in entry
    )
    if chosen is None:
        return False
    layers, index = chosen[1:]
    entry: Any = layers[index]
    type_ = type_of(entry)
    if not type_:
        return False
    found = [Slot(entry, type_)]
    if isinstance(entry[type_], dict | list):
        found = [*values(entry[type_])]
    found = [each for each in found if type(each.value) is int]
    if not found:
        return False
    slot = rng.choice(found)
    n = slot.value
    codes = [f"{n} + index", f"{n} * (index + 1)", f"{n} * 2 ** index", f"{n} - index"]
    slot.holder[slot.key] = f"${{{rng.choice(codes)}}}"
    return True
