"""One block for all uses of a class, or several if they are too different."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from mlpgen.importer.alignment import Aligned, Slot, UnlikeError, aligned, skeleton
from mlpgen.importer.block import Block, block_name, free_name, parameter_name
from mlpgen.importer.body import Body, Entry, Source
from mlpgen.importer.entries import entries_of, structural
from mlpgen.importer.expressions.features import Features
from mlpgen.importer.expressions.named_sizes import with_named_sizes
from mlpgen.importer.expressions.vectors import NoExpressionError
from mlpgen.importer.recording import Unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mlpgen.importer.recording import Module

_WORDS = {
    1: (),
    2: ("channels",),
    3: ("channels", "height"),
    4: ("channels", "depth", "height"),
}
"""The sizes that an expression may name, besides the last one, `features`."""


def blocks_of(
    uses: list[Entry],
    modules: dict[str, Module],
    names: dict[str, int],
    apart: int = 0,
) -> tuple[list[Block], dict[str, Entry]]:
    """Make blocks for the uses of a class, and return what calls them, by path.

    Args:
        uses: All calls of the class.
        modules: The modules of the model.
        names: The names of blocks so far, with how many have each.
        apart: How much of a difference needs a block of its own: nothing, another
            structure, or any.
    """
    for alike in (_anything, _strict, _exact)[apart:]:
        groups: dict[Any, list[Entry]] = {}
        for each in uses:
            assert each.body is not None
            groups.setdefault(alike(each.body), []).append(each)
        blocks: list[Block] = []
        calls: dict[str, Entry] = {}
        taken = dict(names)
        try:
            for group in groups.values():
                made, own = _block_of(group, modules, taken)
                blocks += made
                calls |= own
        except (UnlikeError, NoExpressionError):
            continue
        names.update(taken)
        return blocks, calls
    raise UnlikeError


MOST_APART = 2
"""The most that the uses of a class can be apart."""


def _anything(body: Body) -> Any:
    """Return what all bodies share."""
    del body


def _exact(body: Body) -> Any:
    """Return what bodies share that are the same."""

    def text(entry: Entry) -> Any:
        return repr(entry.arguments), repr(entry.options)

    return skeleton(body), _texts(body, text), body.shapes, body.alone


def _strict(body: Body) -> Any:
    """Return what bodies share that differ in nothing but numbers."""

    def text(entry: Entry) -> Any:
        return tuple(
            (k, repr(v) if structural(entry.type, k) else _kind(v))
            for k, v in entry.arguments.items()
        )

    return skeleton(body), _texts(body, text)


def _texts(body: Body, text: Callable[[Entry], Any]) -> Any:
    return tuple(
        (text(entry), entry.body and _texts(entry.body, text)) for entry in body.entries
    )


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
    kept = _in_all([modules[each.path].attributes for each in uses])
    features = Features(_sizes(bodies), _given(uses, modules), kept)
    entries, values = with_named_sizes(entries_of(common.slots, features))
    entries, outputs = _each_once(entries, common.outputs)
    parameters = features.parameters()
    names_of_outputs = next((body.names for body in bodies), ())
    body = Body(
        bodies[0].inputs,
        entries,
        outputs,
        bodies[0].shapes,
        names_of_outputs,
        max((each.order for each in bodies), key=len),
    )
    defaults = {name: _usual(values) for name, values in parameters.items()}
    name = free_name(block_name(module.type), names)
    usual = {
        key
        for key, values in parameters.items()
        if 2 * [*values].count(defaults[key]) > len(values)
    }
    origin = (module.type, module.origin)
    block = Block(
        name,
        body,
        defaults,
        numbered,
        module.doc,
        frozenset(usual),
        values,
        origin,
        tuple(each.path for each in uses),
    )
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


def _each_once(
    entries: tuple[Entry, ...], outputs: tuple[Source, ...]
) -> tuple[tuple[Entry, ...], tuple[Source, ...]]:
    """Return a name of its own for a result that is returned again."""
    found: list[Source] = []
    for source in outputs:
        if source in found:
            entries = (*entries, Entry("Identity", {}, (source,)))
            source = Source(len(entries) - 1)
        found.append(source)
    return entries, (*found,)


def _usual(values: Sequence[Any]) -> Any:
    """Return the most frequent value, as the default: it says the type of all."""
    texts = Counter(repr(each) for each in values)
    most = texts.most_common(1)[0][0]
    found = next(each for each in values if repr(each) == most)
    fractions = any(isinstance(each, float) for each in values)
    return float(found) if fractions and type(found) is int else found


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


def _plain(value: Any) -> Any:
    """Return an argument as a parameter has it: one number for several equal ones."""
    if isinstance(value, Unknown):
        return value.text
    same = isinstance(value, list) and value and all(each == value[0] for each in value)
    return value[0] if same and type(value[0]) in (int, float) else value


def _given(
    uses: Sequence[Entry], modules: dict[str, Module]
) -> dict[str, tuple[Any, ...]]:
    """Return what the constructors of all uses were given, where a spec can have it."""
    return _in_all([modules[use.path].arguments for use in uses])


def _in_all(uses: Sequence[Mapping[str, Any]]) -> dict[str, tuple[Any, ...]]:
    """Return what all uses have by the same name, without sizes of inputs."""
    found: dict[str, list[Any]] = {}
    for values in uses:
        for name, value in values.items():
            found.setdefault(parameter_name(name), []).append(_plain(value))
    return {
        name: (*values,)
        for name, values in found.items()
        if len(values) == len(uses)
        and None not in values
        and not name.startswith("in_")
    }
