"""Limits on the size of a network, so that no spec takes minutes or all memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from mlpgen.graph.context import add_at_type
from mlpgen.symbols.work_limit import STEPS_OF_A_LAYER, spend

if TYPE_CHECKING:
    from mlpgen.graph.nodes import Node
    from mlpgen.spec.entries import Entry
    from mlpgen.spec.problems import Problems

MOST_ROUNDS = 10_000
MOST_LAYERS = 100_000
"""The maximum number of rounds of one layer, and of layers of a network."""

MOST_DIFFERENT = 12_000
"""The maximum number of different layers; equal uses and rounds count once."""

MOST_STEPS = 3_000_000
"""The maximum number of steps of arithmetic with sizes, about two seconds."""

DEEPEST = 64
"""How deep blocks, `Sequential`s and repeats may be nested."""


class Budget:
    """Counts resolved layers and their depth."""

    def __init__(self) -> None:
        self._seen = 0
        self._depth = 0

    def enter(self, entry: Entry, problems: Problems) -> None:
        """Count a layer and enter it.

        Raises:
            SpecError: There are too many layers, or they are nested too deep.
        """
        spend(STEPS_OF_A_LAYER)
        self._seen += 1
        self._depth += 1
        if self._depth > DEEPEST:
            message = f"layers are nested more than {DEEPEST} deep"
            add_at_type("MG106", message, entry, problems)
            raise problems.error()
        if self._seen > MOST_DIFFERENT:
            message = f"the network has more than {MOST_DIFFERENT:,} different layers"
            help = "uses of a block count once if their arguments and inputs are equal"
            add_at_type("MG222", message, entry, problems, help=help)
            raise problems.error()

    def leave(self) -> None:
        """Leave the layer that was entered last."""
        self._depth -= 1


def refuse_work(entry: Entry, problems: Problems) -> NoReturn:
    """Refuse a network at the layer where it exceeds the limit of work.

    Raises:
        SpecError: Always.
    """
    message = f"up to here, sizes take more than {MOST_STEPS:,} steps to compute"
    help = "no network needs this many: look for a size that grows with each layer"
    add_at_type("MG240", message, entry, problems, help=help)
    raise problems.error()


def check_total(total: int, entry: Entry, problems: Problems) -> None:
    """Refuse a class with too many layers.

    Args:
        total: The number of layers so far.
        entry: The last of them.
        problems: Collects mistakes.

    Raises:
        SpecError: There are too many.
    """
    if total > MOST_LAYERS:
        message = f"with this one there are {total:,} layers"
        help = f"a network can have at most {MOST_LAYERS:,}"
        add_at_type("MG222", message, entry, problems, help=help)
        raise problems.error()


def leaves(node: Node) -> int:
    """Count the layers inside a layer, or 1 for a single layer."""
    if node.rounds:
        return sum(int(each.times) * leaves(each.node) for each in node.rounds)
    if node.graph is not None:
        return node.graph.layers
    return sum(leaves(each) for each in node.children) if node.children else 1
