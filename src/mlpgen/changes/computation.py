"""What a network computes, as numbers: equal numbers are equal values.

Each value gets a number by what computes it, of which values, with which weights; names
of layers, blocks, the order of the spec and nesting leave no trace. This is the value
numbering of compilers (J. Cocke, J. Schwartz, "Programming Languages and Their
Compilers", 1970), over two networks with one table. Equal outputs are equal for any
input and any weights; unequal ones may still be equal.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.changes.neutral import passes
from mlpgen.changes.parts import part_of
from mlpgen.changes.signatures import (
    draws,
    has_weights,
    is_commutative,
    moves,
    precedes,
    repeats,
    signature,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    from mlpgen.changes.layers import Layers
    from mlpgen.changes.signatures import Mode, Signature
    from mlpgen.graph.flow import Operation, Source


class Table:
    """Numbers for all values of the networks that are compared."""

    def __init__(self) -> None:
        self._numbers: dict[Hashable, int] = {}

    def number(self, value: Hashable) -> int:
        """Return the number of a value, by what it is."""
        return self._numbers.setdefault(value, len(self._numbers))


class Computation(NamedTuple):
    """The numbers of the values of a network.

    Attributes:
        outputs: Of what it returns, in order.
        drawn: What draws random numbers, in the order it runs; not of which values.
        operations: Of what each operation returns.
    """

    outputs: tuple[int, ...]
    drawn: tuple[int, ...]
    operations: Mapping[Operation, int]

    def equals(self, other: Computation) -> bool:
        """Tell whether outputs at the same positions are equal."""
        pairs = zip(self.outputs, other.outputs, strict=False)
        return self.drawn == other.drawn and all(a == b for a, b in pairs)


def computation(
    layers: Layers,
    table: Table,
    weights: Callable[[Operation], Hashable],
    inputs: Mapping[str, Hashable],
    mode: Mode,
) -> Computation:
    """Number the values of a network.

    Args:
        layers: The network.
        table: The numbers of all values so far.
        weights: The names of the weights of an operation that has any.
        inputs: What tells the inputs of the network apart, by their names.
        mode: How it runs.
    """
    walk = _Walk(table, weights, inputs, mode)
    for each in layers.flow.operations:
        walk.take(each)
    outputs = tuple(walk.value(each) for each in layers.flow.outputs.values())
    return Computation(outputs, tuple(walk.drawn), walk.numbers)


class _Made(NamedTuple):
    """What made the value of a number.

    Attributes:
        operation: The operation.
        signature: What it does.
        taken: The number of its first input.
        more: What else its results depend on: weights, its turn to draw.
    """

    operation: Operation
    signature: Signature
    taken: int
    more: tuple[Hashable, ...]


class _Walk:
    """Numbers the operations of a network in the order they run."""

    def __init__(
        self,
        table: Table,
        weights: Callable[[Operation], Hashable],
        inputs: Mapping[str, Hashable],
        mode: Mode,
    ) -> None:
        self.numbers: dict[Operation, int] = {}
        self.drawn: list[int] = []
        self._table = table
        self._weights = weights
        self._inputs = inputs
        self._mode = mode
        self._made: dict[int, _Made] = {}
        self._runs: Counter[str] = Counter()

    def value(self, source: Source) -> int:
        """Return the number of a value."""
        if source.operation is None:
            return self._table.number(("input", self._inputs[source.part]))
        number = self.numbers[source.operation]
        if source.operation.node.single:
            return number
        return self._table.number(("part", number, part_of(source)))

    def take(self, operation: Operation) -> None:
        """Number what an operation returns."""
        taken = [self.value(source) for source in operation.sources]
        if passes(operation, self._mode):
            self.numbers[operation] = taken[0]
            return
        does = signature(operation, self._mode)
        more = self._more(operation, does)
        if moves(operation):
            number = self._moved(operation, does, taken[0], more)
        else:
            number = self._number(operation, does, taken, more)
        self.numbers[operation] = number

    def _moved(
        self,
        operation: Operation,
        does: Signature,
        taken: int,
        more: tuple[Hashable, ...],
    ) -> int:
        """Number an operation as if it ran as early as it can."""
        made = self._made.get(taken)
        if made and repeats(operation, made.signature, does):
            return taken
        if made and precedes(operation, made.operation):
            first = self._moved(operation, does, made.taken, more)
            return self._number(made.operation, made.signature, [first], made.more)
        return self._number(operation, does, [taken], more)

    def _more(self, operation: Operation, does: Signature) -> tuple[Hashable, ...]:
        """Return what else the results of an operation depend on."""
        found: list[Hashable] = []
        if has_weights(operation.node):
            found.append(("weights", self._weights(operation)))
        if operation.node.maker.wrapper == "spectral_norm" and self._mode.training:
            # Each run in training improves the estimate that the next one uses.
            found.append(("run", self._runs[operation.key]))
            self._runs[operation.key] += 1
        if draws(operation, self._mode):
            found.append(("draw", len(self.drawn)))
            shape = tuple(map(int, operation.node.output))
            self.drawn.append(self._table.number(("drawn", does, shape)))
        return tuple(found)

    def _number(
        self,
        operation: Operation,
        does: Signature,
        taken: list[int],
        more: tuple[Hashable, ...] = (),
    ) -> int:
        """Number what an operation makes of some values."""
        if is_commutative(operation):
            taken = [*sorted(taken[:2]), *taken[2:]]
        number = self._table.number((does, *taken, *more))
        if taken:
            self._made.setdefault(number, _Made(operation, does, taken[0], more))
        return number
