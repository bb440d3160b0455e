"""What code that uses the class of a network relies on: names, arguments, tensors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlpgen import api
from mlpgen.changes.reasons import Break
from mlpgen.layers.shapes import whole_shown
from mlpgen.names.members import layer_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mlpgen.changes.sides import Side
    from mlpgen.diagnostics.diagnostic import Place
    from mlpgen.graph.nodes import Model
    from mlpgen.layers.base import Value


def code_breaks(old: Side, new: Side) -> list[Break]:
    """Find what breaks code that imports, makes or calls the class."""
    found = [*_names(old, new), *_arguments(old, new)]
    return [*found, *_inputs(old, new), *_outputs(old, new)]


def _names(old: Side, new: Side) -> Iterator[Break]:
    one, other = old.graph, new.graph
    if one.name != other.name:
        message = f"the class is `{other.name}`, no longer `{one.name}`"
        yield Break("code", message, new.place("name"))
    if one.stem != other.stem:
        message = f"the module is `{other.stem}`, no longer `{one.stem}`"
        yield Break("code", message, new.place("name"))


def _arguments(old: Side, new: Side) -> Iterator[Break]:
    """Compare the arguments of the constructor."""
    one, other = (_signature(side.graph) for side in (old, new))
    class_ = new.graph.name
    names = {"old": [*one], "new": [*other]}
    kept = [name for name in one if name in other]
    renamed = _renamed(one, other)
    for name in one:
        if name in renamed:
            message = f"the argument `{name}` of `{class_}` is now `{renamed[name]}`"
            place = new.place("parameters", renamed[name])
            yield Break("code", message, place)
        elif name not in other:
            message = f"`{class_}` has no argument `{name}` any more"
            yield Break("code", message, new.place("parameters"))
    for name in kept:
        place = new.place("parameters", name)
        if type(one[name]) is not type(other[name]):
            message = f"the argument `{name}` of `{class_}` is now "
            message += f"{_kind(other[name])}, no longer {_kind(one[name])}"
            yield Break("code", message, place)
        elif one[name] != other[name]:
            message = f"the default of `{name}` is {_shown(other[name])}, no longer "
            yield Break("code", f"{message}{_shown(one[name])}", place)
    order = [
        renamed.get(name, name) for name in one if name in other or name in renamed
    ]
    first = names["new"][: len(order)]
    if order != first:
        moved = next(a for a, b in zip(order, first, strict=True) if a != b)
        message = f"the argument `{moved}` of `{class_}` has another position: "
        message += (
            f"now ({', '.join(names['new'])}), before ({', '.join(names['old'])})"
        )
        yield Break("code", message, new.place("parameters", moved))


def _signature(graph: Model) -> dict[str, Any]:
    return dict(graph.parameters)


def _renamed(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, str]:
    """Return arguments that have another name: the same position and default."""
    pairs = zip(one, other, strict=False)
    return {
        before: after
        for before, after in pairs
        if before not in other and after not in one and one[before] == other[after]
    }


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, (tuple, list)):
        return "a list"
    return {int: "a whole number", float: "a number"}.get(
        type(value), "a type of layer"
    )


def _shown(value: Any) -> str:
    return f"`{api.shown(value)}`"


def _inputs(old: Side, new: Side) -> Iterator[Break]:
    """Compare the arguments of `forward`."""
    one, other = old.graph.inputs, new.graph.inputs
    if [*one] != [*other]:
        yield Break("code", _of_names("inputs", [*one], [*other]), new.place("input"))
    for before, after in _pairs(one, other):
        place = new.place("input", after)
        what = f"the input `{after}`"
        sides = (old.graph, before), (new.graph, after)
        yield from _tensor(what, sides, (one[before], other[after]), place)


def _pairs(
    one: Mapping[str, Value], other: Mapping[str, Value]
) -> Iterator[tuple[str, str]]:
    """Yield the inputs that are the same: of a name, or else of a position."""
    for at, name in enumerate(one):
        if name in other:
            yield name, name
        elif at < len(other) and [*other][at] not in one:
            yield name, [*other][at]


def _of_names(what: str, one: Sequence[str], other: Sequence[str]) -> str:
    def written(names: Sequence[str]) -> str:
        return ", ".join(f"`{name}`" for name in names)

    return f"the {what} are {written(other)}, no longer {written(one)}"


def _tensor(
    what: str,
    sides: tuple[tuple[Model, str], tuple[Model, str]],
    values: tuple[Value, Value],
    place: Place,
) -> Iterator[Break]:
    """Compare an input: its dtype, and the sizes that it must have."""
    before, after = values
    if before.dtype != after.dtype:
        message = f"{what} is {after.dtype}, no longer {before.dtype}"
        yield Break("code", message, place)
    (one, name), (other, now) = sides
    free = _free(one, name), _free(other, now)
    sizes = [
        None if at in free[side] else int(size)
        for side in (0, 1)
        for at, size in enumerate(values[side].shape)
    ]
    count = len(before.shape)
    first, second = sizes[:count], sizes[count:]
    fits = len(first) == len(second) and all(
        b is None or a == b for a, b in zip(first, second, strict=True)
    )
    if not fits or before.batched != after.batched:
        message = f"{what} is {whole_shown(after)}, no longer {whole_shown(before)}"
        if whole_shown(after) == whole_shown(before):
            message = f"{what} has fixed sizes now: {whole_shown(after)}"
        yield Break("code", message, place)


def _free(graph: Model, name: str) -> set[int]:
    """Return the indices of the sizes of an input that may be any."""
    value = graph.inputs[name]
    return {at - value.batched for source, at in graph.free.values() if source == name}


def _outputs(old: Side, new: Side) -> Iterator[Break]:
    """Compare what `forward` returns."""
    one, other = old.graph, new.graph
    place = _place_of_outputs(new)
    if len(one.outputs) != len(other.outputs):
        message = f"`forward` returns {_counted(len(other.outputs))}, no longer "
        yield Break("code", f"{message}{_counted(len(one.outputs))}", place)
    elif [*one.outputs] != [*other.outputs]:
        names = {*one.outputs} == {*other.outputs} or (_chosen(one) and _chosen(other))
        if names:
            message = _of_names("outputs", one.outputs, other.outputs)
            yield Break("code", message, place)
    values = one.values(), other.values()
    for at, (before, after) in enumerate(zip(one.outputs, other.outputs, strict=False)):
        was, now = values[0][before], values[1][after]
        what = (
            f"output {at + 1}, `{after}`," if len(other.outputs) > 1 else "the output"
        )
        if was.dtype != now.dtype:
            message = f"{what} is {now.dtype}, no longer {was.dtype}"
            yield Break("code", message, place)
        if _sizes(was) != _sizes(now) or was.batched != now.batched:
            message = f"{what} is {whole_shown(now)}, no longer {whole_shown(was)}"
            yield Break("code", message, place)


def _place_of_outputs(side: Side) -> Place:
    """Return the place of the outputs; of one that is the last layer, of that."""
    given = side.network.document.part(("outputs",))
    if given is not None or not side.graph.nodes:
        return side.place("outputs")
    return side.network.document.place(side.graph.nodes[-1].path)


def _chosen(graph: Model) -> bool:
    """Tell whether a person chose the names of the outputs."""
    nodes = {node.name: node for node in graph.nodes}
    layers = (nodes.get(layer_in(name, nodes)) for name in graph.outputs)
    return all(each is not None and each.named for each in layers)


def _sizes(value: Value) -> list[int]:
    return [int(size) for size in value.shape]


def _counted(count: int) -> str:
    return "a tensor" if count == 1 else f"{count} tensors"
