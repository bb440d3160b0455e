"""Makes blocks of the author's classes: one for all uses, with parameters."""

from __future__ import annotations

import builtins
import keyword
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from mlpgen.functions import FUNCTIONS
from mlpgen.importer.alignment import Aligned, Slot, UnlikeError, aligned, skeleton
from mlpgen.importer.body import Body, Entry, Source
from mlpgen.importer.inference import MISSING, Features, NoExpressionError
from mlpgen.importer.recording import Unknown
from mlpgen.importer.rounds import compressed, shortened
from mlpgen.layers import LAYERS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mlpgen.importer.recording import Module, Recording

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


class Block(NamedTuple):
    """A block of the spec.

    Attributes:
        name: Its name.
        body: What it does; arguments may be expressions.
        parameters: Their defaults.
        numbered: Whether its layers have numbers for keys.
        description: What its author says of it.
        usual: The parameters whose default most uses have.
    """

    name: str
    body: Body
    parameters: dict[str, Any]
    numbered: bool = False
    description: str = ""
    usual: frozenset[str] = frozenset()


class Draft(NamedTuple):
    """A model and its blocks."""

    body: Body
    blocks: tuple[Block, ...]
    numbered: bool = False


def with_blocks(body: Body, recording: Recording) -> Draft:
    """Make a block of each class of the author."""
    blocks: list[Block] = []
    model = _block_name(recording.name, {})
    names: dict[str, int] = {model: 1}
    for key in _classes(body, recording.modules):
        body = _mapped(
            body, lambda entry, key=key: _as_rounds(entry, key, recording.modules)
        )
        uses = [
            each for each in _uses(body) if _class_of(each, recording.modules) == key
        ]
        if not uses:
            continue
        made, calls = _blocks_of(uses, recording.modules, names)
        blocks += made
        body = _mapped(body, lambda entry, calls=calls: calls.get(entry.path, entry))
    root = recording.modules[""]
    body = _tidy(body)
    numbered = root.chain and [*root.children] == [
        str(i) for i in range(len(root.children))
    ]
    return Draft(body, (*blocks,), numbered)


def _as_rounds(entry: Entry, key: tuple[str, str], modules: dict[str, Module]) -> Entry:
    """Return rounds for a class of the author that is no more than a `Sequential` of them."""
    if entry.body is None or entry.type == "Sequential":
        return entry
    module = modules[entry.path]
    if not module.chain or _class_of(entry, modules) != key:
        return entry
    tidied = entry._replace(body=_tidy(entry.body), type="Sequential")
    found = shortened(tidied)
    return found if "repeat" in found.options else entry


def _tidy(body: Body) -> Body:
    """Join rounds, in containers first."""
    body = _mapped(body, shortened)
    return compressed(body)


def _mapped(body: Body, change: Callable[[Entry], Entry]) -> Body:
    """Change all entries, the inner ones first."""
    entries = []
    for entry in body.entries:
        if entry.body is not None:
            entry = entry._replace(body=_mapped(entry.body, change))
        entries.append(change(entry))
    return body._replace(entries=(*entries,))


def _uses(body: Body) -> list[Entry]:
    found = []
    for entry in body.entries:
        if entry.body is not None:
            found += _uses(entry.body)
            if entry.type != "Sequential":
                found.append(entry)
    return found


def _class_of(entry: Entry, modules: dict[str, Module]) -> tuple[str, str]:
    return entry.type, modules[entry.path].origin


def _classes(body: Body, modules: dict[str, Module]) -> list[tuple[str, str]]:
    """Return the classes, each after those that it contains."""
    heights: dict[tuple[str, str], int] = {}

    def height(inside: Body) -> int:
        most = 0
        for entry in inside.entries:
            if entry.body is None:
                continue
            own = height(entry.body)
            if entry.type != "Sequential":
                key = _class_of(entry, modules)
                own = max(own + 1, heights.get(key, 0))
                heights[key] = own
            most = max(most, own)
        return most

    for _ in range(3):  # a class that is used at several depths raises those around it
        height(body)
    return sorted(heights, key=lambda key: heights[key])


def _blocks_of(
    uses: list[Entry], modules: dict[str, Module], names: dict[str, int]
) -> tuple[list[Block], dict[str, Entry]]:
    """Make one block for all uses of a class, or several if they are too different."""
    tidied = [each._replace(body=_tidy(each.body)) for each in uses if each.body]
    try:
        return _block_of(tidied, modules, names)
    except (UnlikeError, NoExpressionError):
        pass
    groups: dict[Any, list[Entry]] = {}
    for each in tidied:
        assert each.body is not None
        groups.setdefault(_strict(each.body), []).append(each)
    blocks: list[Block] = []
    calls: dict[str, Entry] = {}
    for group in groups.values():
        made, own = _block_of(group, modules, names)
        blocks += made
        calls |= own
    return blocks, calls


def _strict(body: Body) -> Any:
    """Return what bodies share that differ in nothing but numbers."""

    def texts(inside: Body) -> Any:
        return tuple(
            (
                tuple(
                    (k, repr(v) if _structural(entry.type, k) else _kind(v))
                    for k, v in entry.arguments.items()
                ),
                entry.body and texts(entry.body),
            )
            for entry in inside.entries
        )

    return skeleton(body), texts(body)


def _kind(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_kind(each) for each in value)
    plain = isinstance(value, str | dict) or value is None
    return repr(value) if plain else type(value).__name__


def _block_of(
    uses: Sequence[Entry], modules: dict[str, Module], names: dict[str, int]
) -> tuple[list[Block], dict[str, Entry]]:
    bodies = [each.body for each in uses if each.body is not None]
    module = modules[uses[0].path]
    numbered = bool(uses[0].options.get("numbered"))
    unique: dict[Any, int] = {}
    which = [unique.setdefault(_strict(body), len(unique)) for body in bodies]
    firsts = [bodies[which.index(at)] for at in range(len(unique))]
    common = _filled(aligned(firsts, numbered=numbered), which, bodies)
    features = Features(_sizes(bodies), _given(uses, modules))
    entries = _conditioned(_entries(common.slots, features), features)
    parameters = features.parameters()
    names_of_outputs = next((body.names for body in bodies), ())
    body = Body(
        bodies[0].inputs, entries, common.outputs, bodies[0].shapes, names_of_outputs
    )
    defaults = {name: _usual(values) for name, values in parameters.items()}
    name = _free(_block_name(module.type, names), names)
    usual = {
        key
        for key, values in parameters.items()
        if 2 * [*values].count(defaults[key]) > len(values)
    }
    block = Block(name, body, defaults, numbered, module.doc, frozenset(usual))
    calls = {
        each.path: each._replace(
            type=name,
            arguments={key: values[at] for key, values in parameters.items()},
            body=None,
            options={k: v for k, v in each.options.items() if k != "numbered"},
        )
        for at, each in enumerate(uses)
    }
    return [block], calls


def _usual(values: Sequence[Any]) -> Any:
    """Return the most frequent value, as the default."""
    texts = Counter(repr(each) for each in values)
    most = texts.most_common(1)[0][0]
    return next(each for each in values if repr(each) == most)


def _filled(common: Aligned, which: list[int], bodies: list[Body]) -> Aligned:
    """Give each slot the entries of all bodies instead of those of one of each kind."""

    def slots(
        given: tuple[Slot, ...], firsts: list[Body | None], each: list[Body | None]
    ) -> tuple[Slot, ...]:
        found = []
        for slot in given:
            entries: list[Entry | None] = []
            for at, body in enumerate(each):
                first = slot.entries[which[at]]
                inside = firsts[which[at]]
                if first is None or inside is None or body is None:
                    entries.append(None)
                    continue
                index = next(i for i, e in enumerate(inside.entries) if e is first)
                entries.append(body.entries[index])
            inner = slot.inner
            if inner is not None:
                inner = slots(
                    inner,
                    [entry and entry.body for entry in slot.entries],
                    [entry and entry.body for entry in entries],
                )
            found.append(slot._replace(entries=(*entries,), inner=inner))
        return (*found,)

    count = max(which) + 1
    firsts: list[Body | None] = [bodies[which.index(at)] for at in range(count)]
    return common._replace(slots=slots(common.slots, firsts, [*bodies]))


def _entries(
    slots: tuple[Slot, ...], features: Features, around: Slot | None = None
) -> tuple[Entry, ...]:
    return tuple(_entry(slot, features, around) for slot in slots)


def _entry(slot: Slot, features: Features, around: Slot | None) -> Entry:
    """Make the entry of a slot: its numbers become expressions."""
    first = next(each for each in slot.entries if each is not None)
    label = _label(first)
    options = dict(first.options)
    if "repeat" in options:
        counts = _vector(slot, lambda entry: entry.options["repeat"])
        options["repeat"] = features.expression(counts, "depth", "nothing")
    if slot.share is not None:
        options["share"] = slot.share
    outer = around.entries if around else slot.entries
    present = tuple(
        MISSING if around and beyond is None else each is not None
        for each, beyond in zip(slot.entries, outer, strict=True)
    )
    if not all(present):
        options["when"] = Condition(present, f"has_{label}")
    inner = first.body
    if slot.inner is not None and inner is not None:
        outputs = (Source(len(slot.inner) - 1),) if slot.inner else (Source(-1),)
        inner = inner._replace(
            entries=_entries(slot.inner, features, slot), outputs=outputs
        )
    return first._replace(
        type=_type(slot, features),
        arguments=_arguments(slot, first, features),
        sources=slot.sources,
        options=options,
        body=inner,
    )


class Condition(NamedTuple):
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
        condition = options.get("when")
        if isinstance(condition, Condition):
            text = features.condition(condition.present)
            text = text or features._make(condition.present, condition.name)
            options["when"] = f"${{{text}}}"
        found.append(entry._replace(options=options, body=body))
    return (*found,)


def _label(entry: Entry) -> str:
    name = entry.name if entry.key and not entry.name.isdigit() else entry.type
    return "".join(c if c.isalnum() else "_" for c in name).strip("_").lower()


def _vector(slot: Slot, value: Callable[[Entry], Any]) -> tuple[Any, ...]:
    return tuple(MISSING if each is None else value(each) for each in slot.entries)


def _type(slot: Slot, features: Features) -> str:
    types = tuple(each.type for each in slot.entries if each is not None)
    if len({*types}) == 1:
        return types[0]
    if len(types) != len(slot.entries):
        raise UnlikeError
    for name, own in features.given.items():
        if own == types:
            return f"${{{features._use(name)}}}"
    name = "activation" if "activation" not in features.given else "layer"
    features.made[name] = types
    return f"${{{name}}}"


def _arguments(slot: Slot, first: Entry, features: Features) -> dict[str, Any]:
    written = {
        key for each in slot.entries if each is not None for key in each.arguments
    }
    keys = sorted(written, key=_order(first))
    found: dict[str, Any] = {}
    for key in keys:
        vector = _vector(
            slot,
            lambda entry, key=key: (
                entry.arguments[key]
                if key in entry.arguments
                else default_of(entry, key)
            ),
        )
        kinds = {type(each).__name__ for each in vector if each is not MISSING}
        if kinds & {"dict", "str"} and len({repr(each) for each in vector}) > 1:
            if not all(each is MISSING or each == vector[0] for each in vector):
                raise NoExpressionError(key)
        if (
            _structural(first.type, key)
            and len({repr(e) for e in vector} - {repr(MISSING)}) > 1
        ):
            raise NoExpressionError(key)
        if _structural(first.type, key):
            found[key] = next(each for each in vector if each is not MISSING)
            continue
        kind = "nothing" if key in NO_SIZE else COUNTS.get(key, "")
        found[key] = features.expression(vector, key, kind)
    return found


def _order(entry: Entry) -> Callable[[str], int]:
    """Return the order of arguments: that of torch, or of the parameters of a block."""
    catalogue: Any = FUNCTIONS if entry.type[:1].islower() else LAYERS
    known = catalogue[entry.type].model_fields if entry.type in catalogue else None
    fields = [*(known if known is not None else entry.arguments)]
    return lambda key: fields.index(key) if key in fields else len(fields)


def _structural(type_: str, key: str) -> bool:
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


_WORDS = {
    1: (),
    2: ("channels",),
    3: ("channels", "height"),
    4: ("channels", "depth", "height"),
}
"""The sizes that an expression may name, besides the last one, `features`."""


def _sizes(bodies: Sequence[Body]) -> dict[str, tuple[int, ...]]:
    """Return the sizes of the inputs of all uses, by the names that a spec has."""
    found: dict[str, list[int]] = {}
    for body in bodies:
        for index, (name, shape) in enumerate(
            zip(body.inputs, body.shapes, strict=False)
        ):
            begin = "in" if index == 0 else name
            words = _WORDS.get(len(shape), ())
            sizes = {
                f"{begin}_{word}": n for word, n in zip(words, shape, strict=False)
            }
            if shape:
                sizes[f"{begin}_features"] = shape[-1]
            for key, size in sizes.items():
                found.setdefault(key, []).append(size)
    return {
        name: (*sizes,) for name, sizes in found.items() if len(sizes) == len(bodies)
    }


def _given(
    uses: Sequence[Entry], modules: dict[str, Module]
) -> dict[str, tuple[Any, ...]]:
    """Return what the constructors of all uses were given, where a spec can have it."""
    found: dict[str, list[Any]] = {}
    for use in uses:
        for name, value in modules[use.path].arguments.items():
            plain = value.text if isinstance(value, Unknown) else value
            found.setdefault(parameter_name(name), []).append(plain)
    return {
        name: (*values,)
        for name, values in found.items()
        if len(values) == len(uses) and not name.startswith("in_")
    }


def parameter_name(name: str) -> str:
    """Return a name that a parameter of a spec may have."""
    name = name.lower()
    taken = hasattr(builtins, name) or keyword.iskeyword(name) or name in ("index", "e")
    return f"{name}_value" if taken else name


def _block_name(type_: str, names: dict[str, int]) -> str:
    del names
    words = "".join(part[:1].upper() + part[1:] for part in type_.split("_"))
    words = words if words[:1].isalpha() else f"Block{words}"
    return f"{words}Block" if words in LAYERS or words == "Sequential" else words


def _free(name: str, names: dict[str, int]) -> str:
    names[name] = names.get(name, 0) + 1
    return name if names[name] == 1 else f"{name}{names[name]}"
