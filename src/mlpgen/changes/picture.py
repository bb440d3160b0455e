"""The diagram of two networks as one: what is new, gone, changed, and what stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.changes.layers import layers_of
from mlpgen.changes.matching import match
from mlpgen.pictures.diagram import INPUT, JOIN, LAYER, TENSOR, Arrow, Box, Diagram
from mlpgen.pictures.layer_text import tensor_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mlpgen.changes.differences import Differences
    from mlpgen.changes.layers import Layer, Layers
    from mlpgen.graph.nodes import Graph

SHORTEST = 3
"""Chains of at least this many layers that stay are drawn as one box."""


def picture(old: Graph, new: Graph, found: Differences) -> Diagram:
    """Return the diagram of a change; layers that stay are summed up.

    Args:
        old: The old network.
        new: The new network.
        found: Their differences.
    """
    return _Drawing(layers_of(old), layers_of(new), found).diagram(new)


class _Drawing:
    """Draws the new network, then what is gone between its layers."""

    def __init__(self, old: Layers, new: Layers, found: Differences) -> None:
        self._old = old
        self._new = new
        self._title = " → ".join(dict.fromkeys(found.names))
        changes = [each for each in found.layers if each.new is not None]
        self._changed = {each.new.place: each for each in changes if each.new}
        matching = match(old, new)
        self._partners = {pair.old.place: pair.new.place for pair in matching.pairs}
        self._removed = matching.removed
        self._boxes: dict[int, str] = {}

    def diagram(self, graph: Graph) -> Diagram:
        """Draw it."""
        items = [
            Box(f"i{at}", INPUT, (name, tensor_text(value)), returned=False)
            for at, (name, value) in enumerate(graph.inputs.items())
        ]
        inputs = {name: f"i{at}" for at, name in enumerate(graph.inputs)}
        for chain in self._chains():
            box = self._box(chain)
            items.append(box)
            self._boxes |= dict.fromkeys((each.place for each in chain), box.id)
        arrows = [
            Arrow(tail, self._boxes[layer.place], "")
            for layer in self._new.every
            for tail in self._tails(self._new, layer, self._boxes, inputs)
            if tail != self._boxes[layer.place]
        ]
        gone = {each.place: f"r{each.place}" for each in self._removed}
        kept = {old: self._boxes[new] for old, new in self._partners.items()}
        for layer in self._removed:
            box_id = gone[layer.place]
            lines = _lines(layer)
            items.append(Box(box_id, _kind(layer), lines, False, "removed"))
            tails = self._tails(self._old, layer, kept | gone, inputs)
            arrows += [Arrow(tail, box_id, "") for tail in tails]
            heads = (kept.get(place, "") for place in self._old.after(layer))
            arrows += [Arrow(box_id, head, "") for head in heads if head]
        return Diagram(self._title, tuple(items), tuple(dict.fromkeys(arrows)))

    def _tails(
        self,
        layers: Layers,
        layer: Layer,
        boxes: Mapping[int, str],
        inputs: Mapping[str, str],
    ) -> Iterable[str]:
        """Return the boxes that a layer takes values of."""
        sources = [source for run in layer.runs[:1] for source in run.sources]
        places = layers.before(layer)
        tails = (
            inputs.get(source.part, "") if place is None else boxes[place]
            for source, place in zip(sources, places, strict=True)
        )
        return dict.fromkeys(filter(None, tails))

    def _chains(self) -> list[list[Layer]]:
        """Return the layers of the new network; those that stay, in chains."""
        found: list[list[Layer]] = []
        for layer in self._new.every:
            before = found[-1][-1] if found else None
            if before is not None and self._follows(before, layer):
                found[-1].append(layer)
                continue
            found.append([layer])
        return [
            part
            for chain in found
            for part in ([chain] if len(chain) >= SHORTEST else [[e] for e in chain])
        ]

    def _follows(self, before: Layer, layer: Layer) -> bool:
        """Tell whether two layers stay, one after the other without branches."""
        stay = self._stays(before) and self._stays(layer)
        alone = self._new.after(before) == (layer.place,)
        return stay and alone and self._new.before(layer) == (before.place,)

    def _stays(self, layer: Layer) -> bool:
        returned = any(run.returned for run in layer.runs)
        return layer.place not in self._changed and not returned

    def _box(self, chain: list[Layer]) -> Box:
        first, last = chain[0], chain[-1]
        id_ = f"n{first.place}"
        if len(chain) > 1:
            title = f"{len(chain)} layers: {first.key} … {last.key}"
            return Box(id_, LAYER, (title, _shape(last)), returned=False)
        change = self._changed.get(first.place)
        words = "" if change is None else "added" if change.old is None else "changed"
        told = [] if change is None else [*change.kinds, *change.details]
        lines: tuple[str, ...] = _lines(first)
        if words == "changed":
            lines = (*lines[:-1], *(each for each in told if each), lines[-1])
        returned = any(run.returned for run in first.runs)
        return Box(id_, _kind(first), lines, returned, words)


def _kind(layer: Layer) -> str:
    sources = [source for run in layer.runs[:1] for source in run.sources]
    several = len({source.operation for source in sources}) > 1
    return JOIN if several else TENSOR if layer.node.is_tensor else LAYER


def _lines(layer: Layer) -> tuple[str, ...]:
    return f"{layer.key}: {layer.kind}", _shape(layer)


def _shape(layer: Layer) -> str:
    return tensor_text(layer.node.value)
