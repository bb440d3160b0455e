"""What a change of a spec changes in the network, and what only in its text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mlpgen.changes.matching import match
from mlpgen.changes.reasons import listed_few
from mlpgen.changes.sides import side_of
from mlpgen.changes.signatures import same_signature, with_defaults
from mlpgen.changes.text_changes import training_changes, words
from mlpgen.changes.totals import Sums, Totals, sums, totals
from mlpgen.changes.values import old_inputs
from mlpgen.changes.variants import variants
from mlpgen.changes.wiring import Wiring
from mlpgen.layers.shapes import whole_shown
from mlpgen.pictures.layer_text import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mlpgen.api import Network
    from mlpgen.changes.layers import Layer
    from mlpgen.changes.matching import Matching, Pair
    from mlpgen.changes.sides import Side
    from mlpgen.layers.base import Value

Words = tuple[str, ...]


class LayerChange(NamedTuple):
    """What changed about a layer.

    Attributes:
        kinds: What happened to it: `added`, `removed`, `replaced`, `renamed`, `moved`,
            `resized`, `arguments`, `wiring`, `initial values`.
        old: The layer before; None if it is new.
        new: The layer now; None if it is gone.
        details: The same for people, with values before and after.
    """

    kinds: Words
    old: Layer | None
    new: Layer | None
    details: Words

    @property
    def key(self) -> str:
        """The name of its module, now if it has one."""
        layer = self.new or self.old
        assert layer is not None
        return layer.key

    @property
    def type(self) -> str:
        """What it does now; if it is gone, what it did."""
        layer = self.new or self.old
        assert layer is not None
        return layer.kind

    @property
    def shapes(self) -> tuple[str, str]:
        """The shape of its result, before and after."""
        return _shape(self.old), _shape(self.new)

    @property
    def parameters(self) -> tuple[int, int]:
        """The numbers of its parameters, before and after."""
        return _count(self.old), _count(self.new)


class Differences(NamedTuple):
    """What differs between two networks.

    Attributes:
        names: What people call them: their classes, or files if these are equal.
        layers: The layers that differ, in the order of the new network.
        interface: What differs about the class, its arguments, inputs, outputs.
        training: The settings of the training that differ.
        text: What differs in the text of the specs alone.
        totals: Their sizes.
        types: Their sizes by the types of layers, those with most parameters first.
    """

    names: tuple[str, str]
    layers: tuple[LayerChange, ...]
    interface: Words
    training: Words
    text: Words
    totals: tuple[Totals, Totals]
    types: Mapping[str, tuple[Sums, Sums]]

    @property
    def equal(self) -> bool:
        """Whether the networks, and their trainings, are equal."""
        return not (self.layers or self.interface or self.training)


def differences(old: Network, new: Network, files: tuple[str, str]) -> Differences:
    """Compare two networks.

    Args:
        old: The old network.
        new: The new network.
        files: What their files are called.
    """
    sides = side_of(old), side_of(new)
    matching, wiring = _matched(*sides)
    names = old.graph.name, new.graph.name
    changed = tuple(_changes(*sides, matching, wiring))
    interface = (*_interface(*sides), *_returned(*sides, wiring))
    training = (*training_changes(old, new),)
    if not (changed or interface):
        interface = (*_of_variants(old, new),)
    equal = not (changed or interface or training)
    return Differences(
        names if names[0] != names[1] else files,
        changed,
        interface,
        training,
        words(old, new) if equal else (),
        (totals(old.graph), totals(new.graph)),
        _types(sums(old.graph), sums(new.graph)),
    )


def _of_variants(old: Network, new: Network) -> Iterator[str]:
    """Yield what differs with other arguments or free sizes alone: the first of it."""
    for each in variants(old, new):
        sides = side_of(each.old), side_of(each.new)
        keys = [change.key for change in _changes(*sides, *_matched(*sides))]
        if keys:
            layers = listed_few(keys).replace("`", "")
            yield f"with {each.said} alone, what differs is {layers}"
            return


def _matched(old: Side, new: Side) -> tuple[Matching, Wiring]:
    """Return which layers are which, and what compares the values they take."""
    layers = old.layers, new.layers
    matching = match(*layers)
    inputs = old_inputs(old, new)
    return matching, Wiring(*layers, matching, inputs, lambda _: False)


def _types(
    one: Mapping[str, Sums], other: Mapping[str, Sums]
) -> dict[str, tuple[Sums, Sums]]:
    both = {
        type_: (one.get(type_, Sums()), other.get(type_, Sums()))
        for type_ in dict.fromkeys([*one, *other])
    }

    def weight(type_: str) -> tuple[int, int]:
        sides = both[type_]
        most = max(each.parameters for each in sides)
        return most, max(each.multiply_adds for each in sides)

    return {each: both[each] for each in sorted(both, key=weight, reverse=True)}


def _changes(
    old: Side, new: Side, matching: Matching, wiring: Wiring
) -> Iterator[LayerChange]:
    """Yield the layers that differ; a removed one follows those before it."""
    partners = {pair.old.place: pair.new.place for pair in matching.pairs}
    found: list[tuple[float, LayerChange]] = []
    for pair in matching.pairs:
        kinds = dict(_of_pair(pair, wiring))
        if kinds:
            told = tuple(text for texts in kinds.values() for text in texts)
            change = LayerChange((*kinds,), pair.old, pair.new, told)
            found.append((pair.new.place, change))
    for layer in matching.added:
        change = LayerChange(("added",), None, layer, (_arguments(layer),))
        found.append((layer.place, change))
    after = -1.0
    gone = {each.place for each in matching.removed}
    for layer in old.layers.every:
        after = partners.get(layer.place, after)
        if layer.place in gone:
            change = LayerChange(("removed",), layer, None, (_arguments(layer),))
            found.append((after + 0.5, change))
    return (change for _, change in sorted(found, key=lambda each: each[0]))


def _of_pair(pair: Pair, wiring: Wiring) -> Iterator[tuple[str, Words]]:
    """Yield what changed about a layer that both networks have."""
    old, new = pair.old, pair.new
    if old.kind != new.kind:
        yield "replaced", (f"was {old.kind}",)
    named = old.is_named or new.is_named or bool(old.node.weights or new.node.weights)
    if pair.renamed and named:
        yield "renamed", (f"was {old.key}",)
    if pair.moved:
        yield "moved", ()
    shapes = _shape(old), _shape(new)
    if shapes[0] != shapes[1]:
        yield "resized", ()
    arguments = (*_of_arguments(old, new),) if old.kind == new.kind else ()
    if arguments:
        yield "arguments", arguments
    pairs = zip(old.runs, new.runs, strict=False)
    wired = tuple(filter(None, (wiring.change(was, now) for was, now in pairs)))
    if len(old.runs) != len(new.runs):
        wired = (f"runs {len(new.runs)} ×, no longer {len(old.runs)} ×", *wired)
    if wired and not pair.moved:
        yield "wiring", tuple(each.replace("`", "") for each in wired)
    inits = [
        plain({k: [*v] for k, v in each.node.inits.items()}) for each in (old, new)
    ]
    if inits[0] != inits[1]:
        yield "initial values", (*_of_inits(*inits),)


def _of_arguments(old: Layer, new: Layer) -> Iterator[str]:
    """Yield the arguments that differ: `kernel_size: 3 → 5`.

    A function and its module have other arguments for the same.
    """
    runs = (old.runs[0], new.runs[0]) if old.runs and new.runs else ()
    if runs and old.node.type != new.node.type and same_signature(*runs):
        return
    one, other = (_full(each) for each in (old, new))
    for name in dict.fromkeys([*one, *other]):
        if one.get(name) != other.get(name):
            yield f"{name}: {_text(one.get(name))} → {_text(other.get(name))}"


def _full(layer: Layer) -> dict[str, Any]:
    """Return all arguments of a layer, in the order of its class."""
    return with_defaults(layer.node, layer.arguments)


def _inits(layer: Layer) -> Mapping[str, Any]:
    """Return the initial values of a layer as plain data."""
    return {name: plain([*each]) for name, each in layer.node.inits.items()}


def _of_inits(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for name in dict.fromkeys([*old, *new]):
        if old.get(name) != new.get(name):
            was, now = (_init(each.get(name)) for each in (old, new))
            yield f"{name or 'values'} by {now}, no longer {was}"


def _init(value: Sequence[Any] | None) -> str:
    if value is None:
        return "default"
    given = ", ".join(f"{name}={each}" for name, each in value[1].items())
    return f"{value[0]}({given})"


def _text(value: Any) -> str:
    if value is None:
        return "none"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _arguments(layer: Layer) -> str:
    return ", ".join(f"{name}={_text(each)}" for name, each in layer.arguments.items())


def _interface(old: Side, new: Side) -> Iterator[str]:
    """Yield what differs about the class: `parameter width: 16 → 32`."""
    one, other = old.graph, new.graph
    if one.name != other.name:
        yield f"class: {one.name} → {other.name}"
    yield from _named("parameter", _shown(one.parameters), _shown(other.parameters))
    if [*one.parameters] != [*other.parameters] and {*one.parameters} == {
        *other.parameters
    }:
        yield f"order of parameters: {', '.join(other.parameters)}"
    yield from _named("input", _tensors(one.inputs), _tensors(other.inputs))
    values = [
        {name: graph.value(name) for name in graph.outputs} for graph in (one, other)
    ]
    outputs = [_tensors(each) for each in values]
    if [*outputs[0].values()] != [*outputs[1].values()] or len(one.outputs) > 1:
        yield from _named("output", *outputs)


def _returned(old: Side, new: Side, wiring: Wiring) -> Iterator[str]:
    """Yield which other values of the same layers are returned."""
    outputs = (side.layers.flow.outputs.values() for side in (old, new))
    for was, now in zip(*outputs, strict=False):
        if told := wiring.difference([was], [now]):
            yield f"returns {told}".replace("`", "")


def _shown(parameters: Mapping[str, Any]) -> dict[str, str]:
    return {name: _text(plain(value)) for name, value in parameters.items()}


def _tensors(values: Mapping[str, Value]) -> dict[str, str]:
    return {
        name: whole_shown(value)
        + (f" {value.dtype}" if value.dtype != "float32" else "")
        for name, value in values.items()
    }


def _named(what: str, old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[str]:
    for name in dict.fromkeys([*old, *new]):
        if name not in new:
            yield f"{what} {name}: gone"
        elif name not in old:
            yield f"{what} {name}: new, {new[name]}"
        elif old[name] != new[name]:
            yield f"{what} {name}: {old[name]} → {new[name]}"


def _shape(layer: Layer | None) -> str:
    return "" if layer is None else whole_shown(layer.node.value)


def _count(layer: Layer | None) -> int:
    return 0 if layer is None else layer.node.parameters
