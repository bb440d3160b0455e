"""Warnings about the last step of a sequence, where something else is meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.names.members import layer_and_rest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlpgen.graph.blocks.definitions import Definition
    from mlpgen.graph.nodes import Node
    from mlpgen.source import Path

_BOTH = "the backward half of the last step has seen that step only"


def warn_about_ends(definition: Definition, nodes: Sequence[Node]) -> None:
    """Warn about the part `last` of two directions, and about a step that is padding.

    A rule of `lints` finds the last step of two directions behind other layers.

    Args:
        definition: The class as written.
        nodes: Its layers.
    """
    named = {node.name: node for node in nodes}
    both = {name for name, node in named.items() if _has_two_directions(node)}
    problems = definition.problems
    for path, layer in _lasts(definition):
        if layer in both:
            selected = path[-1] == "select"
            means = "select: hidden" if selected else f"{layer}.hidden"
            help = f"`{means}` is the final state of both directions"
            problems.add("MG323", _BOTH, path, help=help, warning=True)
    for node in nodes:
        layer = _whose_last_step(node, named)
        if layer and layer not in both:
            message = f"the last step of `{layer}` is padding in shorter sequences"
            help = f"`{layer}.last` is the last step that is none"
            problems.add_entry("MG325", message, node.path, help=help, warning=True)


def _has_two_directions(node: Node) -> bool:
    maker = node.rounds[-1].node.maker if node.rounds else node.maker
    return maker.arguments.get("bidirectional") is True


def _lasts(definition: Definition) -> Iterator[tuple[Path, str]]:
    """Yield where the part `last` of a layer is named, and that layer."""
    names = {entry.name for entry in definition.entries}
    for entry in definition.entries:
        if entry.options.get("select") == "last":
            yield (*entry.path, "select"), entry.name
        for index, source in enumerate(entry.sources or ()):
            layer, part = layer_and_rest(source, names)
            if part == "last":
                yield entry.source_path(index), layer
    for index, output in enumerate(definition.outputs or ()):
        layer, part = layer_and_rest(output, names)
        if part == "last":
            yield (*definition.path, "outputs", index), layer


def _whose_last_step(node: Node, named: dict[str, Node]) -> str:
    """Return the layer that reads no padding of whose output it takes the last step.

    Empty if it is no such `select`.
    """
    ends = node.type == "select" and node.arguments.get("index") == -1
    if not ends or node.arguments["dim"] not in (1, -2) or not node.sources:
        return ""
    layer, part = layer_and_rest(node.sources[0], named)
    before = named.get(layer)
    if before is None or (part or next(iter(before.parts))) != "output":
        return ""
    return layer if before.call.packs is not None else ""
