"""Finds layers that repeat, so that a loop can stand for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen.styles.code import flat
from mlpgen.styles.init.modules import module

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from mlpgen.graph.nodes import Graph, Node

LONGEST_PATTERN = 8
FEWEST_ROUNDS = 3


class Run(NamedTuple):
    """Layers that come again and again, numbered on: `linear_2`, `relu_2`, `linear_3`.

    Attributes:
        pattern: The layers of the first round.
        first: Their number in the first round.
        rounds: How often they come.
    """

    pattern: tuple[Node, ...]
    first: int
    rounds: int


def is_line(graph: Graph) -> bool:
    """Tell whether each layer takes what the one before it gives, and is a class."""
    before = next(iter(graph.inputs))
    for node in graph.nodes:
        if node.sources != (before,) or not node.single or node.is_function:
            return False
        before = node.name
    return True


def stem(node: Node) -> str:
    """Return the name of a numbered layer without its number."""
    return node.name.rpartition("_")[0]


def _number(node: Node) -> int:
    return int(node.name.rpartition("_")[2])


def segments(nodes: Sequence[Node], kept: Collection[str]) -> list[Node | Run]:
    """Split a chain into single layers and runs of at least three equal rounds.

    Args:
        nodes: The chain.
        kept: Names of layers that must stay by themselves: outputs, captured layers.
    """
    keys = [_key(node, kept) for node in nodes]
    found: list[Node | Run] = []
    at = 0
    while at < len(nodes):
        run = _run_at(nodes, keys, at)
        found.append(run or nodes[at])
        at += len(run.pattern) * run.rounds if run else 1
    return found


def calls(nodes: Sequence[Node], kept: Collection[str]) -> list[Node | Run]:
    """Split a chain as `segments` does, but leave layers that hold anything single.

    Only their names are numbered: a loop in `forward` would have to look them up by
    name, which torch.jit.script does not take. `repeat` makes a loop of them.
    """
    found: list[Node | Run] = []
    at = 0
    for part in segments(nodes, kept):
        count = len(part.pattern) * part.rounds if isinstance(part, Run) else 1
        if isinstance(part, Run) and any(
            node.function is None for node in part.pattern
        ):
            found += nodes[at : at + count]
        else:
            found.append(part)
        at += count
    return found


def _key(node: Node, kept: Collection[str]) -> str:
    """Return a text that equal layers share; empty if the layer must stay alone."""
    alone = node.children or node.rounds or node.type == "Sequential"
    if (
        alone
        or node.inits
        or node.maker.wrapper
        or node.named
        or node.name in kept
        or node.condition is not None
    ):
        return ""
    return f"{flat(module(node))} {node.input} {node.output} {stem(node)}"


def _run_at(nodes: Sequence[Node], keys: Sequence[str], at: int) -> Run | None:
    best: Run | None = None
    for length in range(1, LONGEST_PATTERN + 1):
        pattern = nodes[at : at + length]
        if len(pattern) < length or not keys[at + length - 1]:
            break
        if len({_number(node) for node in pattern}) > 1:
            continue
        if len({stem(node) for node in pattern}) < length:
            break
        rounds = _rounds(nodes, keys, at, length)
        covered = best.rounds * len(best.pattern) if best else 0
        if rounds >= FEWEST_ROUNDS and rounds * length > covered:
            best = Run(tuple(pattern), _number(pattern[0]), rounds)
    return best


def _rounds(nodes: Sequence[Node], keys: Sequence[str], at: int, length: int) -> int:
    rounds = 1
    while True:
        begin = at + rounds * length
        same = keys[begin : begin + length] == keys[at : at + length]
        if not same or any(
            _number(nodes[begin + i]) != _number(nodes[at + i]) + rounds
            for i in range(length)
        ):
            return rounds
        rounds += 1
