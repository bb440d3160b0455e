"""What an entry of a spec takes and returns, and whether it runs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ..errors import FailsError
from .expressions import value_of
from .functions import Value

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

Parts = dict[str, Value]
"""The result of a layer, by the names of its parts; the first is its main value."""
Entry = dict[str, Any]
_SIZES = {
    1: ("features",),
    2: ("channels", "features"),
    3: ("channels", "height", "width"),
    4: ("channels", "depth", "height", "width"),
}


def handed_on(parts: Parts, entry: Entry) -> Value:
    """Return the input of the next round: of a recurrent layer always every step."""
    steps = entry["kind"] == "module" and entry["type"] in ("RNN", "LSTM", "GRU")
    first = next(iter(parts.values()))
    return parts.get("output", first) if steps else first


def selected(parts: Parts, entry: Entry) -> Parts:
    """Put the part that `select` names first."""
    wanted = entry["options"].get("select")
    return parts if wanted is None else {wanted: parts[wanted], **parts}


def sources_of(entry: Entry, last: str, known: Mapping[str, Any]) -> Sequence[str]:
    """Return the sources of an entry: the entry before it, unless `from` names others.

    An entry that does not run passes its first source on and takes no others.
    """
    if entry["sources"] is not None:
        found: list[str] = entry["sources"]
        return found if runs(entry, known) else found[:1]
    return [] if entry["kind"] == "tensor" else [last]


def passing_in(entry: Entry, known: Mapping[str, Any]) -> Sequence[str]:
    """Return what passes if `when` leaves an entry out; nothing if it never does."""
    options = entry["options"]
    if "else" not in options or value_or_none(options["when"], known) is True:
        return []
    return [options["else"]]


def taken_in(entry: Entry, last: str, known: Mapping[str, Any]) -> list[str]:
    """Return all that an entry may take: its sources, and what passes instead."""
    passing = passing_in(entry, known)
    if passing and value_or_none(entry["options"]["when"], known) is False:
        return [*passing]
    return [*sources_of(entry, last, known), *passing]


def called_in(entries: Mapping[str, Entry]) -> list[tuple[str, Entry]]:
    """Return the entries that run, without those that are only made."""
    return [each for each in entries.items() if "unused" not in each[1]["options"]]


def needed_in(each: dict[str, Any], known: Mapping[str, Any]) -> set[str]:
    """Name the layers that the outputs depend on; the model leaves out all others.

    Args:
        each: The class.
        known: The values of its parameters. Without them, the result holds what is
            needed for any values.
    """
    before, taken = each["inputs"][0] if each["inputs"] else "", {}
    entries = {entry["name"]: entry for entry in each["layers"]}
    for name, entry in called_in(entries):
        taken[name] = taken_in(entry, before, known)
        before = name
    needed = {layer_in(name, taken) for name in each["outputs"] or [before]}
    for name, sources in reversed(taken.items()):
        if name in needed:
            needed |= {layer_in(source, taken) for source in sources}
    return needed


def layer_in(name: str, layers: Container[str]) -> str:
    """Return the layer of a value; the name of a member of a list has dots itself."""
    parts = name.split(".")
    begins = (".".join(parts[:end]) for end in range(1, len(parts) + 1))
    return next((each for each in begins if each in layers), parts[0])


def value_or_none(raw: Any, known: Mapping[str, Any]) -> Any:
    """Evaluate an argument; None if it names a parameter that is not known."""
    try:
        return value_of(raw, known)
    except FailsError:
        return None


def runs(entry: Entry, known: Mapping[str, Any]) -> bool:
    """Tell whether an entry runs; true if its parameters are not known."""
    options = entry["options"]
    asked = (options.get("when", True), options.get("repeat", 1))
    return all(value_or_none(raw, known) not in (False, 0) for raw in asked)


def modules_of(entry: Entry, known: Mapping[str, Any]) -> int:
    """Count the modules that an entry is where layers have numbers."""
    options = entry["options"]
    if not value_of(options.get("when", True), known):
        return 0
    count: int = value_of(options.get("repeat", 1), known)
    return count


def name_of_round(entry: Entry, index: int) -> str:
    """Return the name of a round: its number, or what the pattern of names says."""
    pattern: str = entry["options"].get("names", "${index}")
    return re.sub(
        r"\$\{[^{}]*\}",
        lambda found: str(value_of(found.group(), {"index": index})),
        pattern,
    )


def path_in(
    entry: Entry, names: Sequence[str], spec: dict[str, Any], known: Mapping[str, Any]
) -> list[str]:
    """Return the names of the modules on the way to a layer inside an entry."""
    if not names:
        return []
    entry = of_type(entry, spec, known)
    block = spec["blocks"].get(entry["type"], {})
    if block:
        known = {**block["parameters"], **_types_in(entry["arguments"], known)}
    layers: list[Entry] = block.get("layers") or entry["layers"]
    key = layer_in(".".join(names), [each["name"] for each in layers])
    found = next(each for each in layers if each["name"] == key)
    inner = names[key.count(".") + 1 :]
    if block.get("numbered") or entry["options"].get("numbered"):
        before = layers[: layers.index(found)]
        key = str(sum(modules_of(each, {}) for each in before))
    return [key, *path_in(found, inner, spec, known)]


def _types_in(arguments: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, str]:
    """Return the arguments that are types of layers."""
    texts = {name: raw for name, raw in arguments.items() if isinstance(raw, str)}
    types = {name: known.get(raw.strip("${} "), raw) for name, raw in texts.items()}
    return {name: each for name, each in types.items() if isinstance(each, str)}


def of_type(entry: Entry, spec: dict[str, Any], known: Mapping[str, Any]) -> Entry:
    """Return an entry whose type is a parameter as one of the type that it has."""
    if entry["kind"] != "variable":
        return entry
    type_ = value_of(entry["type"], known)
    given = {} if type_ == "Identity" else entry["arguments"]
    return {
        **entry,
        "type": type_,
        "kind": "block" if type_ in spec["blocks"] else "module",
        "arguments": {name or spec["first"][type_]: given[name] for name in given},
    }


def original_of(entry: Entry, entries: Mapping[str, Entry]) -> Entry:
    """Return the entry whose module a `share` entry reuses, called as that one says."""
    original = entry
    while original["kind"] == "share":
        original = entries[original["options"]["share"]]
    if original is entry:
        return entry
    options = {k: v for k, v in original["options"].items() if k != "batch_dims"}
    own = {k: v for k, v in entry["options"].items() if k == "batch_dims"}
    return {**original, "options": {**options, **own}}


def sizes_of(each: dict[str, Any], takes: Sequence[Value]) -> dict[str, int]:
    """Name the sizes of the inputs: `in_channels`, `memory_features`."""
    found: dict[str, int] = {}
    for index, (name, value) in enumerate(zip(each["inputs"], takes, strict=True)):
        begin = "in" if index == 0 else name
        shape = value.tensor.shape[value.batched :]
        words = _SIZES.get(len(shape), tuple(f"size_{i}" for i in range(len(shape))))
        found |= zip((f"{begin}_{word}" for word in words), shape, strict=True)
        # A block may always call the last size `features`.
        found |= {f"{begin}_features": size for size in shape[-1:]}
    return found


def free_sizes(
    shapes: Sequence[Sequence[int | str]], takes: Sequence[Value]
) -> dict[str, int]:
    """Return the free sizes of the inputs of a model.

    Raises:
        FailsError: Two inputs disagree about one.
    """
    found: dict[str, int] = {}
    for shape, value in zip(shapes, takes, strict=True):
        sizes = value.tensor.shape[value.batched :]
        for name, size in zip(shape, sizes, strict=True):
            if isinstance(name, str) and found.setdefault(name, size) != size:
                raise FailsError(f"the free size `{name}` is {found[name]} and {size}")
    return found
