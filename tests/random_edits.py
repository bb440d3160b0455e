"""Random edits of specs as people make them: a layer renamed, widened, swapped."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any, NamedTuple

from mlpgen import SpecError
from mlpgen.spec.entries import ENTRY_KEYS

from .networks import network

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator

    from mlpgen.api import Network

    Data = dict[str, Any]
    Entries = list[Any]
    Mutation = Callable[[Data, random.Random], None]

TRIES = 60
"""How often a kind of edit is tried until a spec comes out that mlpgen accepts."""


class Edited(NamedTuple):
    """A spec before and after an edit.

    Attributes:
        kind: The kind of the edit, one of `EDITS`.
        old: The network before it.
        new: The network after it.
        data: The spec after it.
    """

    kind: str
    old: Network
    new: Network
    data: Data


class _CannotError(Exception):
    """There is nothing to edit in this way."""


def edited(data: Data, kind: str, rng: random.Random) -> Edited | None:
    """Edit a spec; None if no edit of this kind leads to a right spec.

    Args:
        data: The spec, which is left as it is.
        kind: One of `EDITS`.
        rng: Chooses where.
    """
    old = network(data)
    for _ in range(TRIES):
        changed = copy.deepcopy(data)
        try:
            EDITS[kind](changed, rng)
            if changed != data:
                return Edited(kind, old, network(changed), changed)
        except (SpecError, _CannotError):
            continue
    return None


def classes(data: Data) -> list[Data]:
    """Return the model and the blocks of a spec."""
    blocks = data.get("blocks") or {}
    return [data, *(each for each in blocks.values() if isinstance(each, dict))]


def lists(data: Data) -> Iterator[Entries]:
    """Yield all lists of layers: of classes and of `Sequential`s."""
    waiting = [each["layers"] for each in classes(data) if "layers" in each]
    while waiting:
        found = waiting.pop()
        yield found
        for entry in found:
            inner = entry.get("Sequential") if isinstance(entry, dict) else None
            waiting += [inner] if isinstance(inner, list) else []


def type_of(entry: Any) -> str:
    """Return the type of an entry; empty for `share`."""
    if isinstance(entry, str):
        return entry
    return next((key for key in entry if key not in ENTRY_KEYS), "")


def _place(
    data: Data, rng: random.Random, wanted: Callable[[Any], bool]
) -> tuple[Entries, int]:
    """Choose an entry: the list that it is in, and where."""
    found = [
        (entries, at)
        for entries in lists(data)
        for at, entry in enumerate(entries)
        if wanted(entry)
    ]
    if not found:
        raise _CannotError
    return rng.choice(found)


def _mapping(entries: Entries, at: int) -> Data:
    """Make an entry a mapping of its type to a mapping of arguments."""
    entry = entries[at]
    entries[at] = entry = {entry: None} if isinstance(entry, str) else entry
    return entry


def _arguments(entries: Entries, at: int) -> Data:
    entry, type_ = _mapping(entries, at), type_of(entries[at])
    value = entry[type_]
    if not isinstance(value, (dict, type(None))):
        if type_ not in FIRST:
            raise _CannotError
        value = {FIRST[type_]: value}
    entry[type_] = dict(value or {})
    found: Data = entry[type_]
    return found


FIRST = {
    **dict.fromkeys(("Conv1d", "Conv2d", "Conv3d"), "out_channels"),
    **dict.fromkeys(("LSTM", "GRU", "RNN"), "hidden_size"),
    **dict.fromkeys(
        ("MaxPool1d", "MaxPool2d", "AvgPool1d", "AvgPool2d"), "kernel_size"
    ),
    **dict.fromkeys(("Dropout", "Dropout1d", "Dropout2d"), "p"),
    **dict.fromkeys(("Softmax", "LogSoftmax"), "dim"),
    **dict.fromkeys(("LeakyReLU",), "negative_slope"),
    **dict.fromkeys(("ELU", "CELU"), "alpha"),
    "Linear": "out_features",
    "GroupNorm": "num_groups",
}
"""The argument that one value stands for."""
SIZES = (
    *("out_features", "out_channels", "hidden_size", "embedding_dim"),
    *("dim_feedforward", "num_embeddings", "num_groups"),
)


def rename(data: Data, rng: random.Random) -> None:
    """Give a layer another name, and say so where it is used."""
    entries, at = _place(data, rng, lambda entry: type_of(entry)[:1].isalpha())
    entry = _mapping(entries, at)
    before, after = entry.get("name"), f"renamed_{rng.randrange(10)}"
    entry["name"] = after
    if before is None:
        return
    for class_ in classes(data):
        if not any(entries is each for each in lists({"layers": class_["layers"]})):
            continue
        for key in ("outputs", "order"):
            if key in class_:
                class_[key] = _replaced(class_[key], before, after)
        for found in lists({"layers": class_["layers"]}):
            for each in found:
                for key in ("from", "else", "share"):
                    if isinstance(each, dict) and key in each:
                        each[key] = _replaced(each[key], before, after)


def _replaced(value: Any, before: str, after: str) -> Any:
    if isinstance(value, list):
        return [_replaced(each, before, after) for each in value]
    return after if value == before else value


def _resize(data: Data, rng: random.Random, change: Callable[[int], int]) -> None:
    numbers = [
        (class_["parameters"], name)
        for class_ in classes(data)
        for name, value in (class_.get("parameters") or {}).items()
        if type(value) is int and value > 1
    ]
    if numbers and rng.random() < 0.3:
        holder, name = rng.choice(numbers)
    else:
        entries, at = _place(data, rng, lambda entry: type_of(entry) in RESIZED)
        holder = _arguments(entries, at)
        names = [name for name in SIZES if type(holder.get(name)) is int]
        if not names:
            raise _CannotError
        name = rng.choice(names)
    holder[name] = max(1, change(holder[name]))


RESIZED = (
    *("Linear", "Conv1d", "Conv2d", "Conv3d", "LSTM", "GRU", "RNN", "Embedding"),
    *("TransformerEncoderLayer", "TransformerEncoder", "GroupNorm"),
)


def widen(data: Data, rng: random.Random) -> None:
    """Make a layer wider."""
    _resize(data, rng, lambda size: size * 2 if rng.random() < 0.7 else size + 4)


def narrow(data: Data, rng: random.Random) -> None:
    """Make a layer narrower."""
    _resize(data, rng, lambda size: size // 2)


def deepen(data: Data, rng: random.Random) -> None:
    """Add a layer: one more round, a copy of one, or an activation."""
    entries, at = _place(data, rng, lambda _: True)
    entry = entries[at]
    if isinstance(entry, dict) and type(entry.get("repeat")) is int:
        entry["repeat"] += rng.choice([1, 2])
        return
    more = copy.deepcopy(entry)
    if isinstance(more, dict):
        more.pop("name", None)
        more.pop("from", None)
    more = rng.choice([more, more, "ReLU", "Tanh", "Identity", {"Dropout": 0.3}])
    entries.insert(at + 1, more)


def flatten(data: Data, rng: random.Random) -> None:
    """Remove a layer, or a round."""
    entries, at = _place(data, rng, lambda _: True)
    entry = entries[at]
    if isinstance(entry, dict) and type(entry.get("repeat")) is int:
        entry["repeat"] = max(1, entry["repeat"] - 1)
    elif len(entries) > 1:
        del entries[at]


def reorder(data: Data, rng: random.Random) -> None:
    """Let two neighbours change places."""
    entries = rng.choice([each for each in lists(data) if len(each) > 1] or [[]])
    if not entries:
        raise _CannotError
    at = rng.randrange(len(entries) - 1)
    entries[at : at + 2] = entries[at : at + 2][::-1]


def new_head(data: Data, rng: random.Random) -> None:
    """Return one more value."""
    layers = data["layers"]
    names = [
        each["name"] for each in layers if isinstance(each, dict) and "name" in each
    ]
    if not names:
        raise _CannotError
    head = {rng.choice(["Linear"]): 3, "name": "new_head", "from": rng.choice(names)}
    layers.append(head)
    outputs = data.get("outputs") or [names[-1]]
    data["outputs"] = [*outputs, "new_head"] if rng.random() < 0.7 else ["new_head"]


def _names(entries: Entries) -> list[str]:
    return [each["name"] for each in entries if "name" in each and type(each) is dict]


ARGUMENTS: dict[str, list[tuple[str, Any]]] = {
    "Linear": [("bias", False), ("bias", True)],
    "Conv1d": [("bias", False), ("padding", 1), ("stride", 2), ("dilation", 2)],
    "Conv2d": [
        *(("bias", False), ("padding", 1), ("padding", 2), ("stride", 2)),
        *(("padding_mode", "reflect"), ("dilation", 2), ("kernel_size", 3)),
        *(("groups", 2), ("stride", [1, 1]), ("dilation", 1)),
    ],
    "BatchNorm1d": [("eps", 1e-3), ("momentum", 0.2), ("affine", False)],
    "BatchNorm2d": [
        *(("eps", 1e-2), ("momentum", 0.2), ("affine", False)),
        *(("track_running_stats", False), ("affine", True)),
    ],
    "LayerNorm": [("eps", 1e-2), ("elementwise_affine", False)],
    "GroupNorm": [("eps", 1e-2), ("num_groups", 2)],
    "MaxPool2d": [("stride", 1), ("padding", 1), ("stride", 2), ("ceil_mode", True)],
    "AvgPool2d": [("stride", 1), ("count_include_pad", False), ("padding", 1)],
    "Dropout": [("p", 0.1), ("p", 0.0), ("p", 0.5), ("inplace", True)],
    "Dropout2d": [("p", 0.1), ("p", 0.0)],
    "LeakyReLU": [("negative_slope", 0.3), ("negative_slope", 0.01)],
    "ReLU": [("inplace", True)],
    "GELU": [("approximate", "tanh"), ("approximate", "none")],
    "ELU": [("alpha", 0.5)],
    "Softmax": [("dim", 1), ("dim", -1)],
    "LSTM": [("bidirectional", True), ("num_layers", 2), ("dropout", 0.2)],
    "GRU": [("bidirectional", True), ("num_layers", 2), ("bias", False)],
    "MultiheadAttention": [("dropout", 0.2), ("num_heads", 2), ("bias", False)],
    "TransformerEncoderLayer": [
        *(("norm_first", True), ("activation", "gelu"), ("dropout", 0.3)),
        *(("layer_norm_eps", 1e-3), ("nhead", 2)),
    ],
    "Flatten": [("end_dim", -1), ("start_dim", 1)],
    "cat": [("dim", -1), ("dim", 1)],
    "mean": [("keepdim", True)],
    "add": [("other", 0.5)],
    "mul": [("other", 2)],
}


def argument(data: Data, rng: random.Random) -> None:
    """Give a layer another argument."""
    entries, at = _place(data, rng, lambda entry: type_of(entry) in ARGUMENTS)
    name, value = rng.choice(ARGUMENTS[type_of(entries[at])])
    _arguments(entries, at)[name] = value


SWAPS = (
    *(
        [
            "ReLU",
            "GELU",
            "Tanh",
            "Sigmoid",
            "SiLU",
            "LeakyReLU",
            "ELU",
            "Hardswish",
            "Identity",
            "relu",
        ],
    ),
    *(["MaxPool2d", "AvgPool2d"], ["AdaptiveAvgPool2d", "AdaptiveMaxPool2d"]),
    *(["BatchNorm2d", "InstanceNorm2d"], ["BatchNorm1d", "LayerNorm"]),
    *(["LSTM", "GRU", "RNN"], ["Softmax", "LogSoftmax"], ["add", "mul", "maximum"]),
    *(["Dropout", "Dropout1d", "AlphaDropout"], ["LayerNorm", "RMSNorm"]),
)


def swap(data: Data, rng: random.Random) -> None:
    """Replace a layer by one of another type."""
    groups = {each: group for group in SWAPS for each in group}
    entries, at = _place(data, rng, lambda entry: type_of(entry) in groups)
    type_ = type_of(entries[at])
    other = rng.choice([each for each in groups[type_] if each != type_])
    entry = _mapping(entries, at)
    entries[at] = {other if key == type_ else key: entry[key] for key in entry}


def rewire(data: Data, rng: random.Random) -> None:
    """Let a layer take another value, or its values in another order."""
    entries, at = _place(data, rng, lambda entry: isinstance(entry, dict))
    entry = entries[at]
    names = [
        each["name"]
        for each in entries[:at]
        if isinstance(each, dict) and "name" in each
    ]
    source = entry.get("from")
    if isinstance(source, list) and len(source) > 1 and rng.random() < 0.5:
        rng.shuffle(source)
    elif names and isinstance(source, list):
        source[rng.randrange(len(source))] = rng.choice(names)
    else:
        entry["from"] = rng.choice([*names, "input"])


def initial_values(data: Data, rng: random.Random) -> None:
    """Let weights begin with other values, which changes no checkpoint."""
    entries, at = _place(data, rng, lambda entry: type_of(entry) in RESIZED[:4])
    _mapping(entries, at)["init"] = {"weight": {"normal_": {"std": 0.1}}}


def cosmetics(data: Data, rng: random.Random) -> None:
    """Write the same otherwise: names, spelling, order of keys."""
    rng.choice([_sums, _functions, _defaults, _block_name, _words, _keys])(data, rng)


def _sums(data: Data, rng: random.Random) -> None:
    """Write a number as an expression."""
    entries, at = _place(data, rng, lambda entry: type_of(entry) in RESIZED)
    holder = _arguments(entries, at)
    names = [name for name in SIZES if type(holder.get(name)) is int]
    if not names:
        raise _CannotError
    name = rng.choice(names)
    holder[name] = f"${{{holder[name] - 1} + 1}}"


FUNCTIONS = {"ReLU": "relu", "Tanh": "tanh", "Sigmoid": "sigmoid", "GELU": "gelu"}


def _functions(data: Data, rng: random.Random) -> None:
    """Write a layer as its function, or the other way round."""
    both = FUNCTIONS | {value: key for key, value in FUNCTIONS.items()}
    entries, at = _place(data, rng, lambda entry: type_of(entry) in both)
    entry, type_ = _mapping(entries, at), type_of(entries[at])
    entries[at] = {both[type_] if key == type_ else key: entry[key] for key in entry}


def _defaults(data: Data, rng: random.Random) -> None:
    """Say what torch does anyway."""
    same = {
        "Linear": ("bias", True),
        "Conv2d": ("groups", 1),
        "BatchNorm2d": ("eps", 1e-5),
        "MaxPool2d": ("ceil_mode", False),
        "Dropout": ("inplace", False),
        "LayerNorm": ("bias", True),
    }
    entries, at = _place(data, rng, lambda entry: type_of(entry) in same)
    name, value = same[type_of(entries[at])]
    _arguments(entries, at).setdefault(name, value)


def _block_name(data: Data, rng: random.Random) -> None:
    """Give a block another name, where its uses have names of their own."""
    blocks = data.get("blocks") or {}
    if not blocks:
        raise _CannotError
    name = rng.choice([*blocks])
    for entries in lists(data):
        for at, entry in enumerate(entries):
            if type_of(entry) == name:
                if not isinstance(entry, dict) or "name" not in entry:
                    raise _CannotError
                entries[at] = {
                    "OtherName" if key == name else key: value
                    for key, value in entry.items()
                }
    data["blocks"] = {
        "OtherName" if key == name else key: value for key, value in blocks.items()
    }


def _words(data: Data, rng: random.Random) -> None:
    data["description"] = f"A network, described for the {rng.randrange(9)}th time."


def _keys(data: Data, rng: random.Random) -> None:
    """Shuffle the keys of the spec, of its blocks and arguments."""
    items = [*data.items()]
    rng.shuffle(items)
    data.clear()
    data.update(items)
    data["description"] = "Shuffled."


EDITS: dict[str, Mutation] = {
    "rename": rename,
    "widen": widen,
    "narrow": narrow,
    "deepen": deepen,
    "flatten": flatten,
    "reorder": reorder,
    "new head": new_head,
    "new argument": argument,
    "swap": swap,
    "rewire": rewire,
    "initial values": initial_values,
    "cosmetics": cosmetics,
}
"""The kinds of edits; each changes a spec, which may then be wrong."""


def as_text(data: Data) -> str:
    """Write a spec as YAML (JSON is YAML)."""
    return json.dumps(data, indent=2)
