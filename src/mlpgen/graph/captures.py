"""`--capture`: values inside a network that the model returns as well."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen.diagnostics.diagnostic import Diagnostic, SpecError
from mlpgen.graph.checks.in_place import overwritings
from mlpgen.graph.entries.numbered import place_of
from mlpgen.graph.named_layers import named_layers
from mlpgen.graph.run_order import occurrences, values_of
from mlpgen.graph.walks import is_numbered
from mlpgen.names.members import layer_in
from mlpgen.spec.wording import cut, listed, nearest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mlpgen.graph.nodes import Graph
    from mlpgen.graph.run_order import Occurrence
    from mlpgen.layers.base import Value

MOST_MEANT = 3


class Captured(NamedTuple):
    """A value that can be captured.

    Attributes:
        value: The tensor.
        occurrence: The call that returns it; None for an input of the model.
        part: The part of that result.
    """

    value: Value
    occurrence: Occurrence | None
    part: str = ""

    @property
    def examples(self) -> int:
        """How many examples it has for one of the model."""
        return self.occurrence.examples if self.occurrence else 1


def captures(graph: Graph) -> dict[str, Captured]:
    """Return all values of a network that can be captured, by name."""
    found = {name: Captured(value, None) for name, value in graph.inputs.items()}
    parts: dict[str, Captured] = {}
    outer: dict[str, Captured] = {}
    for occurrence in occurrences(graph):
        if _is_moved(occurrence, graph):
            continue
        for part, name, value in values_of(occurrence):
            if _is_packed(occurrence, part, graph):
                continue
            into = found if name == occurrence.name else parts
            into = outer if occurrence.node.batch else into
            into[name] = Captured(value, occurrence, part)
    # Outputs of a block are also results of its layers, which may see more examples.
    known = parts | found | outer
    return {
        name: each for name, each in known.items() if _own_name(name, known) == name
    }


def _is_moved(occurrence: Occurrence, graph: Graph) -> bool:
    """Tell whether the place of a result depends on a parameter of the model."""
    if graph.numbered and any(occurrence.node is node for node in graph.nodes):
        return place_of(occurrence.name, graph.nodes) is None
    return occurrence.moved


def _by_key(graph: Graph) -> dict[str, str]:
    """Return the names of layers by those of their modules, if they have numbers."""
    return {
        each.module: each.name
        for each in occurrences(graph)
        if each.time == 0 and not each.node.spread and is_numbered(each.module)
    }


def _is_packed(occurrence: Occurrence, part: str, graph: Graph) -> bool:
    """Tell whether a part of a round takes more than the packed result of its module.

    That is the lengths of the sequences, or that of all if it is free.
    """
    node = occurrence.node
    if occurrence.holder or node.call.packs is None:
        return False
    base, code = node.pick(part)
    return "{lengths}" in code or (base == "output" and bool(graph.free))


def _packed(occurrence: Occurrence, graph: Graph) -> Iterator[str]:
    """Yield the names of parts of a round that cannot be captured."""
    for part, name, _ in values_of(occurrence):
        if _is_packed(occurrence, part, graph):
            yield from (name, f"{occurrence.name}.{part}")


def free_captures(graph: Graph) -> tuple[str, ...]:
    """Return the results of layers that can be captured together, except outputs."""
    known = captures(graph)
    layers = {
        name: each.occurrence.name for name, each in known.items() if each.occurrence
    }
    lost = {each.output for each in overwritings(graph, {*layers.values()})}
    return tuple(
        name
        for name, layer in layers.items()
        if layer not in lost and name not in graph.outputs
    )


def captured(graph: Graph, names: Sequence[str]) -> tuple[str, ...]:
    """Check the names given to `--capture`.

    Returns:
        Each name once, without the outputs of the network; a first part has the name of
        its layer.

    Raises:
        SpecError: A name is unknown, or a later layer overwrites its value.
    """
    if not names:
        return ()
    known = captures(graph)
    if not {*names} <= known.keys():
        keys = _by_key(graph)
        names = [name if name in known else keys.get(name, name) for name in names]
    own = [_own_name(name, known) for name in names]
    wrong = [
        _unknown(name, graph, known)
        for name, meant in zip(names, own, strict=True)
        if meant not in known
    ]
    layers = [
        each.occurrence.name
        for name in own
        if (each := known.get(name)) and each.occurrence
    ]
    wrong += [
        Diagnostic(
            "MG216", each.message, help="leave `inplace` out, or capture another layer"
        )
        for each in overwritings(graph, layers)
        if each.output
    ]
    if wrong:
        raise SpecError(wrong)
    return tuple(name for name in dict.fromkeys(own) if name not in graph.outputs)


def _own_name(name: str, known: Mapping[str, Captured]) -> str:
    """Return the name of the layer if a name means its first part.

    The part of a block has dots itself if that is a layer of a list in it.
    """
    words = name.split(".")
    for end in range(len(words) - 1, 0, -1):
        layer, part = ".".join(words[:end]), ".".join(words[end:])
        found = known.get(layer)
        if found is None or found.occurrence is None:
            continue
        if part == next(iter(found.occurrence.node.parts)):
            return layer
    return name


def _unknown(name: str, graph: Graph, known: dict[str, Captured]) -> Diagnostic:
    idle = {node.name for node in graph.nodes if node.idle}
    if layer_in(name, idle) in idle:
        return Diagnostic(
            "MG212",
            f"`--capture {cut(name)}`: this layer does not run",
            help="capture one that uses its module",
        )
    values = (each for run in occurrences(graph) for each in _packed(run, graph))
    if name in values:
        return Diagnostic(
            "MG216",
            f"`--capture {cut(name)}`: this round returns a packed sequence",
            help="capture the layer itself, or its state",
        )
    if any(each.name == name for each in occurrences(graph)):
        return Diagnostic(
            "MG216",
            f"`--capture {cut(name, 60)}`: the number of this layer depends on a "
            "parameter",
            help="capture the layer around it, or put those before it in a block",
        )
    return Diagnostic(
        "MG212",
        f"`--capture {cut(name, 60)}`: there is no such layer",
        help=_meant(name, graph, known) or "`mlpgen show` lists the names",
    )


def _meant(name: str, graph: Graph, known: dict[str, Captured]) -> str:
    """Suggest a layer: in a round, inside another, or with a similar name."""
    for outer, node in named_layers(graph.nodes):
        if name.startswith(f"{outer}.") and not node.active:
            return f"`when` leaves `{outer}` out, with everything in it"
    bare = _without_rounds(name)
    rounds = [each for each in known if _without_rounds(each) == bare]
    first, _, last = name.rpartition(".")
    alike = [each for each in known if f".{each}".endswith(f".{last}")]
    outer = layer_in(first, known)
    inner = rounds or [
        each for each in alike if each.startswith(f"{outer}.") or not first
    ]
    if not inner:
        return nearest(name, known)
    more = " …" if len(inner) > MOST_MEANT else ""
    return f"did you mean {listed(inner[:MOST_MEANT])}{more}?"


def _without_rounds(name: str) -> str:
    """Remove round numbers from a name: `stage.0.conv` becomes `stage.conv`."""
    return ".".join(word for word in name.split(".") if not word.isdigit())
