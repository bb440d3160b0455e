"""Finds layers that repeat, so that a loop can make or call them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen.styles.code import flat
from mlpgen.styles.init.modules import module_code

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from mlpgen.graph.nodes import Graph, Node

LONGEST_PATTERN = 8
FEWEST_ROUNDS = 3


class Repetition(NamedTuple):
    """Layers that repeat with ascending numbers: `linear_2`, `relu_2`, `linear_3`.

    Attributes:
        pattern: The layers of the first round.
        first: Their number in the first round.
        rounds: The number of rounds.
    """

    pattern: tuple[Node, ...]
    first: int
    rounds: int

    @property
    def layers(self) -> int:
        """The number of layers in all rounds."""
        return len(self.pattern) * self.rounds


def is_straight_line(graph: Graph) -> bool:
    """Tell whether each layer is a module that takes what the previous one returns."""
    before = next(iter(graph.inputs), "")
    for node in graph.nodes:
        if node.reads != (before,) or not node.single or node.is_function:
            return False
        before = node.name
    return True


def base_name(node: Node) -> str:
    """Return the name of a numbered layer without its number."""
    return node.name.rpartition("_")[0]


def _number(node: Node) -> int:
    return int(node.name.rpartition("_")[2])


def group_repeated(
    nodes: Sequence[Node], kept: Collection[str]
) -> list[Node | Repetition]:
    """Split a chain into single layers and repetitions of at least three rounds.

    Args:
        nodes: The chain.
        kept: Names of layers that must stay single: outputs, captured layers.
    """
    keys = [_key(node, kept) for node in nodes]
    found: list[Node | Repetition] = []
    at = 0
    while at < len(nodes):
        repetition = _repetition_at(nodes, keys, at)
        found.append(repetition or nodes[at])
        at += repetition.layers if repetition else 1
    return found


def group_functions(
    nodes: Sequence[Node], kept: Collection[str]
) -> list[Node | Repetition]:
    """Split a chain as `group_repeated` does, but leave modules single.

    A loop in `forward` would have to look them up by their numbered names, which
    torch.jit.script refuses. `repeat` in the spec makes a loop of them.
    """
    found: list[Node | Repetition] = []
    at = 0
    for each in group_repeated(nodes, kept):
        count = each.layers if isinstance(each, Repetition) else 1
        modules = isinstance(each, Repetition) and any(
            node.function is None for node in each.pattern
        )
        found += nodes[at : at + count] if modules else [each]
        at += count
    return found


def _key(node: Node, kept: Collection[str]) -> str:
    """Return a key that equal layers share; empty if the layer must stay single."""
    container = node.children or node.rounds or node.type == "Sequential"
    if (
        container
        or node.inits
        or node.maker.wrapper
        or node.named
        or node.name in kept
        or node.condition is not None
    ):
        return ""
    sizes = f"{node.input} {node.output} {len(node.batch)}"
    return f"{flat(module_code(node))} {sizes} {base_name(node)}"


def _repetition_at(
    nodes: Sequence[Node], keys: Sequence[str], at: int
) -> Repetition | None:
    """Return the longest repetition that starts at a layer; None without any."""
    best: Repetition | None = None
    for length in range(1, LONGEST_PATTERN + 1):
        pattern = nodes[at : at + length]
        if len(pattern) < length or not keys[at + length - 1]:
            break
        if len({_number(node) for node in pattern}) > 1:
            continue
        if len({base_name(node) for node in pattern}) < length:
            break
        rounds = _rounds(nodes, keys, at, length)
        covered = best.rounds * len(best.pattern) if best else 0
        if rounds >= FEWEST_ROUNDS and rounds * length > covered:
            best = Repetition(tuple(pattern), _number(pattern[0]), rounds)
    return best


def _rounds(nodes: Sequence[Node], keys: Sequence[str], at: int, length: int) -> int:
    """Count how many times the next layers repeat, with ascending numbers."""
    rounds = 1
    while True:
        start = at + rounds * length
        same = keys[start : start + length] == keys[at : at + length]
        if not same or any(
            _number(nodes[start + i]) != _number(nodes[at + i]) + rounds
            for i in range(length)
        ):
            return rounds
        rounds += 1
