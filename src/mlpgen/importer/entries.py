"""Entries of a class from those of its uses: their numbers become expressions."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from mlpgen.functions import FUNCTIONS
from mlpgen.importer.activations import ACTIVATIONS
from mlpgen.importer.alignment import Slot, UnlikeError
from mlpgen.importer.body import Entry, Source
from mlpgen.importer.customs import ARGUMENT, COUNT, CUSTOM, WORK
from mlpgen.importer.expressions.conditions import condition
from mlpgen.importer.expressions.inference import expression
from mlpgen.importer.expressions.vectors import (
    MISSING,
    NoExpressionError,
    matches,
    numeric,
)
from mlpgen.layers import LAYERS

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlpgen.importer.expressions.features import Features
    from mlpgen.importer.expressions.vectors import Vector

COUNTS = {
    "out_channels": "channels",
    "groups": "channels",
    "num_groups": "channels",
    "num_features": "channels",
    "out_features": "features",
    "dim_feedforward": "features",
    "hidden_size": "features",
    "num_heads": "features",
}
"""What arguments count: they may follow from a size of the input."""
NO_SIZE = {
    "kernel_size",
    "stride",
    "padding",
    "dilation",
    "p",
    "eps",
    "momentum",
    "dim",
}
"""Arguments that never follow from a size of the input."""


def entries_of(slots: tuple[Slot, ...], features: Features) -> tuple[Entry, ...]:
    """Return the entries of a class.

    Raises:
        UnlikeError: The uses differ in what they do.
        NoExpressionError: They differ in something that no parameter can be.
    """
    return _conditioned(_entries(slots, features), features)


def _entries(
    slots: tuple[Slot, ...], features: Features, around: Slot | None = None
) -> tuple[Entry, ...]:
    return tuple(_entry(slot, features, around) for slot in slots)


def _entry(slot: Slot, features: Features, around: Slot | None) -> Entry:
    """Make the entry of a slot: its numbers become expressions."""
    first = next(each for each in slot.entries if each is not None)
    type_ = _type(slot, features)
    label = _label(first._replace(type=type_.strip("${}")))
    options = dict(first.options)
    if "repeat" in options:
        counts = _vector(slot, lambda entry: entry.options["repeat"])
        options["repeat"] = expression(features, counts, "depth", "nothing")
    if slot.share is not None:
        options["share"] = slot.share
    outer = around.entries if around else slot.entries
    present = tuple(
        MISSING if around and beyond is None else each is not None
        for each, beyond in zip(slot.entries, outer, strict=True)
    )
    if not all(present):
        if first.type in ("parameter", "buffer"):
            _need_no_key(first)  # it is made in each use
        else:
            options["when"] = _Presence(present, f"has_{label}")
    inner = first.body
    if slot.inner is not None and inner is not None:
        outputs = (Source(len(slot.inner) - 1),) if slot.inner else (Source(-1),)
        inner = inner._replace(
            entries=_entries(slot.inner, features, slot), outputs=outputs
        )
    features.label = label
    return first._replace(
        type=type_,
        arguments=_arguments(slot, first, features, around),
        sources=slot.sources,
        options=options,
        body=inner,
    )


def _need_no_key(entry: Entry) -> None:
    """Refuse a weight that only some uses have: no `when` stands beside one."""
    if entry.type == "parameter" or entry.arguments.get("persistent") is not False:
        raise UnlikeError


class _Presence(NamedTuple):
    """When an entry runs; the expression is found after those of the arguments."""

    present: tuple[Any, ...]
    name: str


def _conditioned(entries: tuple[Entry, ...], features: Features) -> tuple[Entry, ...]:
    """Find the expressions of the conditions."""
    found = []
    for entry in entries:
        options, body = dict(entry.options), entry.body
        if body is not None:
            body = body._replace(entries=_conditioned(body.entries, features))
        wanted = options.get("when")
        if isinstance(wanted, _Presence):
            text = condition(features, wanted.present)
            text = text or features.make(wanted.present, wanted.name)
            options["when"] = f"${{{text}}}"
        found.append(entry._replace(options=options, body=body))
    return (*found,)


def _label(entry: Entry) -> str:
    name = entry.name if entry.key and not entry.name.isdigit() else entry.type
    return "".join(c if c.isalnum() else "_" for c in name).strip("_").lower()


def _vector(slot: Slot, value: Callable[[Entry], Any]) -> tuple[Any, ...]:
    return tuple(MISSING if each is None else value(each) for each in slot.entries)


def _type(slot: Slot, features: Features) -> str:
    types = _vector(slot, lambda entry: entry.type)
    known = [each for each in types if each is not MISSING]
    return str(known[0]) if len({*known}) == 1 else _named_type(types, features)


def _named_type(types: tuple[Any, ...], features: Features) -> str:
    """Return a type of layers as a parameter."""
    known = [each for each in types if each is not MISSING]
    for name, own in features.given.items():
        if matches(types, own) and all(each in LAYERS for each in own):
            return f"${{{features.use(name)}}}"
    for name, own in features.made.items():
        if matches(types, own):
            return f"${{{name}}}"
    name = "activation" if ACTIVATIONS.issuperset(known) else "layer"
    name = "layer" if name in features.arguments else name
    features.made[name] = tuple(known[0] if e is MISSING else e for e in types)
    return f"${{{name}}}"


def _arguments(
    slot: Slot, first: Entry, features: Features, around: Slot | None
) -> dict[str, Any]:
    written = {
        key for each in slot.entries if each is not None for key in each.arguments
    }
    return {
        key: _argument(slot, first, features, key, around)
        for key in sorted(written, key=_order(first))
    }


def _argument(
    slot: Slot, first: Entry, features: Features, key: str, around: Slot | None
) -> Any:
    vector = _vector(slot, partial(_written, key=key))
    present = [each for each in vector if each is not MISSING]
    same = all(each == present[0] for each in present)
    if (
        same
        and around
        and any(each and each.type == "buffer" for each in around.entries)
    ):
        return present[0]  # a number of a formula is no argument by chance
    if not same and all(isinstance(e, str) and e in LAYERS for e in present):
        return _named_type(vector, features)
    if not same and all(isinstance(each, dict) for each in present):
        return _mapping(features, vector)
    worded = any(isinstance(each, dict | str) for each in present)
    if worded and not same:
        raise NoExpressionError(key)
    if structural(first.type, key):
        if len({repr(each) for each in present}) > 1:
            raise NoExpressionError(key)
        return present[0]
    kind = "nothing" if key in NO_SIZE else COUNTS.get(key, "")
    if first.type in ("parameter", "buffer"):
        key = "size"  # a tensor that is made has no size that follows
    if first.type == CUSTOM:
        return _of_custom(features, vector, key)
    return expression(features, vector, key, kind)


def _mapping(features: Features, vector: Vector) -> dict[str, Any]:
    """Return initial values that differ in numbers: `{normal_: {std: "${std}"}}`."""
    first = next(each for each in vector if each is not MISSING)
    found = {}
    for key in first:
        if any(each is not MISSING and each.keys() != first.keys() for each in vector):
            raise NoExpressionError(key)
        column = tuple(e if e is MISSING else e[key] for e in vector)
        present = [each for each in column if each is not MISSING]
        if all(isinstance(each, dict) for each in present):
            found[key] = _mapping(features, column)
        elif numeric(present):
            found[key] = expression(features, column, key, "nothing")
        elif all(each == present[0] for each in present):
            found[key] = present[0]
        else:
            raise NoExpressionError(key)
    return found


def _of_custom(features: Features, vector: Vector, key: str) -> Any:
    """Return what `custom` says; no parameter is made up to count its parameters."""
    made = dict(features.made)
    name = "size" if key == "output" else key.removeprefix(ARGUMENT)
    found = expression(features, vector, name, "nothing")
    if key in (COUNT, WORK) and made != features.made:
        raise NoExpressionError(key)
    return found


def _written(entry: Entry, key: str) -> Any:
    return entry.arguments[key] if key in entry.arguments else default_of(entry, key)


def _order(entry: Entry) -> Callable[[str], int]:
    """Return the order of arguments: that of torch, or of the parameters of a block."""
    catalogue: Any = FUNCTIONS if entry.type[:1].islower() else LAYERS
    known = catalogue[entry.type].model_fields if entry.type in catalogue else None
    fields = [*(known if known is not None else entry.arguments)]
    return lambda key: fields.index(key) if key in fields else len(fields)


def structural(type_: str, key: str) -> bool:
    """Return whether an argument must be a plain value in a spec."""
    catalogue: Any = FUNCTIONS if type_[:1].islower() else LAYERS
    return type_ in catalogue and catalogue[type_].structural(key)


def default_of(entry: Entry, key: str) -> Any:
    """Return the default of an argument that an entry does not write."""
    catalogue: Any = FUNCTIONS if entry.type[:1].islower() else LAYERS
    if entry.type not in catalogue or key not in catalogue[entry.type].model_fields:
        raise NoExpressionError(key)
    field = catalogue[entry.type].model_fields[key]
    if key == "stride" and "kernel_size" in entry.arguments and field.default is None:
        return entry.arguments["kernel_size"]
    if field.is_required() or field.default is None:
        raise NoExpressionError(key)
    return field.default
