"""Mutations of layers: exchanged, inserted, joined, wrapped; of inputs and outputs."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from .corpus import corpus
from .plain_specs import (
    expressions,
    inputs,
    mapping_of,
    names,
    type_of,
)
from .selection import parameters_of, some_class, some_entry, some_list

if TYPE_CHECKING:
    import random

    from .plain_specs import Class, Data, Entry


TWINS = {
    "ReLU": "relu",
    "Sigmoid": "sigmoid",
    "Tanh": "tanh",
    "GELU": "gelu",
    "SiLU": "silu",
    "Softmax": "softmax",
    "LogSoftmax": "log_softmax",
    "Flatten": "flatten",
    "Unflatten": "unflatten",
    "Softplus": "softplus",
    "LeakyReLU": "leaky_relu",
    "ELU": "elu",
}
TWINS |= {function: module for module, function in TWINS.items()}
JOINS: list[Entry] = [
    *("add", "add", "mul", "sub", "maximum", {"cat": {"dim": 1}}, {"cat": {"dim": -1}}),
    *({"stack": {"dim": 1}}, "matmul", "where", {"add": {"alpha": 2}}),
]
SHAPELESS: list[Entry] = [
    *("ReLU", "relu", "Tanh", "Identity", {"Dropout": 0.5}, {"mul": 2}, {"add": 1}),
    *({"LeakyReLU": 0.2}, "GELU", "LayerNorm", "neg", {"sub": 1}, {"div": 3}, "exp"),
    {"clamp": {"min": 0, "max": 1}},
]
"""Layers that fit nearly everywhere."""
_MOST_LAYERS = 60


def exchanged(rng: random.Random, spec: Data) -> bool:
    """Exchange two layers of a list."""
    each = some_class(rng, spec)
    layers = some_list(rng, each) if each else []
    if len(layers) < 2:
        return False
    one, other = rng.sample(range(len(layers)), 2)
    layers[one], layers[other] = layers[other], layers[one]
    return True


def doubled(rng: random.Random, spec: Data) -> bool:
    """Duplicate a layer; the copy has no name, or shares the first."""
    chosen = some_entry(rng, spec)
    if chosen is None or len(chosen[1]) > _MOST_LAYERS:
        return False
    layers, index = chosen[1:]
    again = copy.deepcopy(mapping_of(layers[index]))
    again.pop("name", None)
    kind = rng.random()
    name = names(layers)[index]
    if kind < 0.15:
        again = {"share": name}
    elif kind < 0.3:
        again["share"] = name
    layers.insert(rng.randint(index + 1, min(index + 3, len(layers))), again)
    return True


def removed(rng: random.Random, spec: Data) -> bool:
    """Remove a layer."""
    chosen = some_entry(rng, spec)
    if chosen is None or len(chosen[1]) < 2:
        return False
    del chosen[1][chosen[2]]
    return True


def inserted(rng: random.Random, spec: Data) -> bool:
    """Insert a layer of another spec, or of the catalogue, anywhere."""
    each = some_class(rng, spec)
    layers = some_list(rng, each) if each else []
    if each is None or len(layers) > _MOST_LAYERS:
        return False
    if rng.random() < 0.4:
        entry = copy.deepcopy(rng.choice(SHAPELESS))
    else:
        known = corpus().entries
        entry = copy.deepcopy(rng.choice(known[rng.choice([*known])]))
        entry = _at_home(rng, each, entry)
    layers.insert(rng.randint(0, len(layers)), entry)
    return True


def _at_home(rng: random.Random, each: Class, entry: Entry) -> Entry:
    """Remove what only the original spec of an entry defines."""
    if not isinstance(entry, dict):
        return entry
    found = {key: value for key, value in entry.items() if key not in ("name", "from")}
    parameters = {**parameters_of(each)}
    for name in expressions(found) - {*parameters, "index"}:
        if not name.startswith("in_") and name not in ("true", "false", "not", "and"):
            is_type = type_of(found) == f"${{{name}}}"
            parameters[name] = "ReLU" if is_type else rng.choice([1, 2, 4])
    if parameters:
        each.data["parameters"] = parameters
    return found


def twin(rng: random.Random, spec: Data) -> bool:
    """Replace a module by its function, or the reverse."""
    chosen = some_entry(rng, spec, lambda entry: type_of(entry) in TWINS)
    if chosen is None:
        return False
    layers, index = chosen[1:]
    entry, type_ = mapping_of(layers[index]), type_of(layers[index])
    layers[index] = {
        (TWINS[type_] if key == type_ else key): value for key, value in entry.items()
    }
    return True


def joined(rng: random.Random, spec: Data) -> bool:
    """Join the result of a layer with an earlier result."""
    each = some_class(rng, spec)
    if each is None or not each.data["layers"]:
        return False
    layers = each.data["layers"]
    index = rng.randint(1, len(layers))
    known = [*inputs(each), *names(layers[:index])]
    pair = [known[-1], rng.choice(known[-4:] if rng.random() < 0.6 else known)]
    rng.shuffle(pair)
    join: Any = copy.deepcopy(rng.choice(JOINS))
    layers.insert(index, {**mapping_of(join), "from": pair})
    return True


def residual(rng: random.Random, spec: Data) -> bool:
    """Add a residual connection around a few layers that keep the shape."""
    each = some_class(rng, spec)
    if each is None or not each.data["layers"]:
        return False
    layers = each.data["layers"]
    index = rng.randint(0, len(layers))
    known = [*inputs(each), *names(layers[:index])]
    start = known[-1]
    inner = [copy.deepcopy(rng.choice(SHAPELESS)) for _ in range(rng.randint(1, 2))]
    if rng.random() < 0.3:
        halves = {"chunk": {"chunks": 2, "dim": 1, "names": ["one", "two"]}}
        name = f"halves_{index}"
        layers[index:index] = [
            {**halves, "from": start, "name": name},
            {**mapping_of(inner[0]), "from": f"{name}.one", "name": f"left_{index}"},
            {"cat": {"dim": 1}, "from": [f"left_{index}", f"{name}.two"]},
        ]
        return True
    name = f"around_{index}"
    inner[-1] = {**mapping_of(inner[-1]), "name": name}
    join = rng.choice(["add", "mul", "sub"])
    layers[index:index] = [*inner, {join: None, "from": [start, name]}]
    return True


def tensor_added(rng: random.Random, spec: Data) -> bool:
    """Add a tensor of the model to the result of a layer."""
    each = some_class(rng, spec)
    if each is None:
        return False
    layers = each.data["layers"]
    index = rng.randint(0, len(layers))
    before = [*inputs(each), *names(layers[:index])][-1]
    sizes = rng.choice([[1], [1, 1], ["${in_channels}"], ["${in_features}"], [4], [8]])
    if not each.name and "$" in str(sizes):
        sizes = [1]
    name = f"held_{index}"
    arguments: Data = {"shape": sizes}
    if rng.random() < 0.5:
        arguments["init"] = rng.choice(["ones_", {"normal_": {"std": 0.5}}])
    saved = {"persistent": rng.random() < 0.5}
    held = rng.choice(
        [
            {"parameter": arguments},
            {"parameter": arguments},
            {"buffer": {**arguments, **saved}},
            {"buffer": {"layers": [{"ones": sizes}, {"mul": 0.5}, "exp"], **saved}},
            {"buffer": {"layers": [{"randn": sizes}], **saved}},
            {"buffer": {"values": [0.5], **saved}},
            {rng.choice(["zeros", "rand"]): sizes},
            {"full": {"size": sizes, "fill_value": 2}},
            {"arange": {"end": sizes[0], "dtype": "float32"}},
        ]
    )
    layers[index:index] = [
        {**held, "name": name},
        {rng.choice(["add", "mul", "sub"]): None, "from": [before, name]},
    ]
    return True


def wrapped(rng: random.Random, spec: Data) -> bool:
    """Put a few layers into a `Sequential`."""
    each = some_class(rng, spec)
    layers = some_list(rng, each) if each else []
    if not layers:
        return False
    first = rng.randrange(len(layers))
    last = rng.randint(first + 1, min(first + 4, len(layers)))
    inner = [copy.deepcopy(mapping_of(entry)) for entry in layers[first:last]]
    outer: Data = {"Sequential": inner}
    if "from" in inner[0]:
        outer["from"] = inner[0].pop("from")
    name = names(layers)[last - 1]
    if rng.random() < 0.7:
        inner[-1].pop("name", None)
        outer["name"] = name
    if rng.random() < 0.25:
        outer["repeat"] = rng.choice([1, 2, 3])
    layers[first:last] = [outer]
    return True


def renamed_sources(entry: Data, words: dict[str, str]) -> None:
    """Change the sources of an entry."""
    raw = entry.get("from")
    if isinstance(raw, list):
        entry["from"] = [
            words.get(each, each) if isinstance(each, str) else each for each in raw
        ]
    elif isinstance(raw, str):
        entry["from"] = words.get(raw, raw)
    other = entry.get("else")
    if isinstance(other, str):
        entry["else"] = words.get(other, other)


def opened(rng: random.Random, spec: Data) -> bool:
    """Replace a `Sequential` by its layers."""
    chosen = some_entry(
        rng,
        spec,
        lambda entry: type_of(entry) == "Sequential" and isinstance(entry, dict),
    )
    if chosen is None:
        return False
    layers, index = chosen[1:]
    outer: Any = layers[index]
    inner = outer["Sequential"]
    if not isinstance(inner, list) or not inner:
        return False
    found = [copy.deepcopy(mapping_of(entry)) for entry in inner]
    found[0] |= {key: outer[key] for key in ("from", "when", "else") if key in outer}
    found[-1] |= {key: outer[key] for key in ("name",) if key in outer}
    layers[index : index + 1] = found
    return True


def outputs(rng: random.Random, spec: Data) -> bool:
    """Return several layers, of the model or of a block."""
    each = some_class(rng, spec)
    if each is None:
        return False
    known = names(each.data["layers"])
    count = min(len(known), rng.randint(1, 3))
    found = rng.sample(known, count)
    if known and known[-1] not in found and rng.random() < 0.8:
        found[-1] = known[-1]
    each.data["outputs"] = found
    return True


def more_inputs(rng: random.Random, spec: Data) -> bool:
    """Add an input to the model, and join it with the first."""
    given = spec.get("input")
    layers = spec.get("layers")
    if not isinstance(layers, list):
        return False
    first = next(iter(given)) if isinstance(given, dict) and given else "input"
    if isinstance(given, list):
        spec["input"] = {"image": given, "other": copy.deepcopy(given)}
        _replace_name(spec, "input", "image")
        first = "image"
    elif isinstance(given, dict) and given and len(given) < 4:
        given[f"other_{len(given)}"] = copy.deepcopy(given[first])
    else:
        return False
    new = [*spec["input"]][-1]
    if layers:
        begin = mapping_of(layers[0])
        if "from" not in begin:
            layers[0] = {**begin, "from": "both"}
    join = rng.choice(["add", "mul", "maximum"])
    layers.insert(0, {join: None, "from": [first, new], "name": "both"})
    return True


def _replace_name(spec: Data, old: str, new: str) -> None:
    for entry in spec["layers"]:
        if isinstance(entry, dict):
            renamed_sources(entry, {old: new})
