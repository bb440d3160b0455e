"""Variables of `forward`: what values are called, and how long they are needed."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING

from mlpgen.names.identifiers import free_name
from mlpgen.names.reserved.words import BUILTINS
from mlpgen.styles.forward.calls import PendingCall
from mlpgen.styles.forward.input_sizes import InputSizes
from mlpgen.styles.variable_names import FORWARD, SHORT, choose_names, spelling

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from mlpgen.graph.nodes import Node

NO_SIZES = InputSizes()
NEAR = 2
"""Layers between a value and its only reader, beyond which it has a name."""


def _followed(node: Node) -> tuple[str, ...]:
    """Return the input whose dtype a new tensor has; its device is that of all."""
    new = node.function.new if node.function else None
    return (node.like,) if new is not None and new.follows else ()


class Lifetimes:
    """Where values are made and read, as positions in the order of the layers.

    Attributes:
        positions: The position of each layer.
        readers: The positions of the layers that read a value; outputs are also read
            behind the last layer.
        outputs: The values that are returned.
        labels: What the result of each layer is called, if it has a variable.
    """

    def __init__(self, nodes: Sequence[Node], outputs: Sequence[str]) -> None:
        self.positions = {node.name: index for index, node in enumerate(nodes)}
        self.readers: dict[str, list[int]] = {}
        self.outputs = frozenset(outputs)
        self.labels = {name: name for name in self.positions}
        for node in nodes:
            if node.label not in self.labels.values():
                self.labels[node.name] = node.label
        for index, node in enumerate(nodes):
            for source in (*node.reads, *_followed(node)):
                self.readers.setdefault(source, []).append(index)
        for name in outputs:
            self.readers.setdefault(name, []).append(len(nodes))

    def is_unread(self, value: str) -> bool:
        """Tell whether nothing reads a value: it is computed for a hook only."""
        return value not in self.readers

    def is_read_once(self, value: str) -> bool:
        """Tell whether one layer reads a value, and nothing else."""
        return len(self.readers.get(value, ())) == 1 and value not in self.outputs

    def is_long(self, value: str, position: int) -> bool:
        """Tell whether a value made at a position is read several times, or late."""
        readers = self.readers.get(value, ())
        late = len(readers) == 1 and readers[-1] - position > NEAR
        return len(readers) > 1 or late


class LiveVariables:
    """Which variables hold values that are still needed.

    Positions must be asked for in ascending order.
    """

    def __init__(self, lifetimes: Lifetimes) -> None:
        """Start with no variable."""
        self._lifetimes = lifetimes
        self._last_reads: list[tuple[int, str]] = []
        self._counts: dict[str, int] = {}

    def assign(self, value: str, variable: str) -> None:
        """Note that a value is assigned to a variable."""
        readers = self._lifetimes.readers.get(value)
        if readers:
            heappush(self._last_reads, (readers[-1], variable))
            self._counts[variable] = self._counts.get(variable, 0) + 1

    def after(self, position: int) -> Collection[str]:
        """Return the variables whose values are needed after a position."""
        while self._last_reads and self._last_reads[0][0] <= position:
            _, variable = heappop(self._last_reads)
            self._counts[variable] -= 1
            if not self._counts[variable]:
                del self._counts[variable]
        return self._counts.keys()


class Variables:
    """The variables of values, and what mypy knows about their types.

    Attributes:
        of: The variable of each value so far.
        sizes: The free sizes of the inputs.
    """

    def __init__(
        self,
        lifetimes: Lifetimes,
        arguments: Mapping[str, str],
        named: Collection[str],
        sizes: InputSizes = NO_SIZES,
        reserved: Collection[str] = (),
    ) -> None:
        """Start with the variables of the arguments.

        Args:
            lifetimes: Where values are read.
            arguments: The variables of the values that `forward` takes, all tensors.
            named: Values whose variable always has the name of their layer.
            sizes: The free sizes of the inputs.
            reserved: Other names that no variable may have.
        """
        self.of = dict(arguments)
        self.sizes = sizes
        self._lifetimes = lifetimes
        self._named = named
        self._arguments = tuple(arguments.values())
        self._taken = {*FORWARD, *self._arguments, *sizes.variables, *reserved}
        labels = lifetimes.labels
        chosen = choose_names(labels.values(), self._taken)
        self._names = {name: chosen[label] for name, label in labels.items()}
        self._short = [each for each in SHORT if each not in reserved]
        self._tensors = dict.fromkeys(self._arguments, True)
        self._live = LiveVariables(lifetimes)
        for value, variable in arguments.items():
            self._live.assign(value, variable)

    @property
    def first_argument(self) -> str:
        """The first argument; an empty text if there is none."""
        return next(iter(self._arguments), "")

    @property
    def loop_variable(self) -> str:
        """The variable of a loop over modules."""
        return free_name("layer", self._taken - FORWARD)

    def name_of(self, layer: str) -> str:
        """Return the variable that has the name of a layer."""
        return self._names[layer]

    def assign(self, value: str, variable: str, *, tensor: bool) -> None:
        """Assign a value to a variable; `tensor` tells whether mypy knows its type."""
        self.of[value] = variable
        self._live.assign(value, variable)
        self.set_type(variable, tensor=tensor)

    def set_type(self, variable: str, *, tensor: bool) -> None:
        """Note whether mypy knows that a variable is a tensor; arguments always are."""
        self._tensors[variable] = tensor or variable in self._arguments

    def is_tensor(self, variable: str) -> bool:
        """Tell whether mypy knows that a variable is a tensor."""
        return self._tensors.get(variable, variable.startswith("self."))

    def gives_tensor(self, call: PendingCall) -> bool:
        """Tell whether mypy knows that a call returns a tensor.

        Torch does not type what a module returns, nor then its methods and sums.
        """
        function = call.node.function
        if function is None:
            return call.node.is_tensor
        if call.node.batch and call.node.single:
            return True
        if not (function.is_method or function.is_index or function.is_operator):
            return not function.name.startswith("torch.linalg.")
        operands = call.arguments if function.is_operator else call.arguments[:1]
        return all(
            self.gives_tensor(each)
            if isinstance(each, PendingCall)
            else self.is_tensor(self.of[each])
            for each in operands
        )

    def choose(self, call: PendingCall, read_later: Collection[str]) -> str:
        """Choose the variable of a result.

        Args:
            call: What returns it.
            read_later: Values that calls read which are still pending.
        """
        layer = call.node.name
        name = self._names[layer]
        if layer in self._named:
            return name
        needed = self._needed_after(call, read_later)
        long = self._lifetimes.is_long(layer, call.position)
        if long and call.node.named and name not in needed:
            return name
        return self._short_or(name, [self.of[each] for each in call.values()], needed)

    def choose_reassigned(self, call: PendingCall, read_later: Collection[str]) -> str:
        """Choose the variable that a loop or condition reassigns."""
        node = call.node
        name = self._names[node.name]
        if node.name in self._named:
            return name
        first, *others = [self.of[each] for each in call.values()]
        needed = self._needed_after(call, read_later)
        # The other sources are read after the first assignment: again in each round.
        needed |= set(others) if node.rounds else set(others) - {first}
        return self._short_or(name, [first], needed)

    def _needed_after(self, call: PendingCall, read_later: Collection[str]) -> set[str]:
        later = (self.of[value] for value in read_later)
        return {*self._live.after(call.position), *later}

    def _short_or(self, name: str, sources: list[str], needed: Collection[str]) -> str:
        """Choose `x`, `y` or `z`, preferably that of a source; else the name."""
        for variable in (*sources, *self._short):
            if variable in self._short and variable not in needed:
                return variable
        return name

    def free_variable(self, name: str) -> str:
        """Return a name that is no variable of a value, or this one with a number."""
        taken = {*FORWARD, *BUILTINS, *self._names.values(), *self._arguments}
        return free_name(name, {*taken, *self.of.values()})

    def choose_part(self, node: Node, part: str, others: Collection[str]) -> str:
        """Choose the variable of one of several results.

        Args:
            node: The layer.
            part: The name of the result: `hidden`, or `lstm.hidden` of a block.
            others: The variables of its other results.
        """
        live = self._live.after(self._lifetimes.positions[node.name])
        taken = {*BUILTINS, *self._names.values(), *self._taken, *others, *live}
        last = part.rpartition(".")[2]
        short = spelling(part if last.isdigit() else last)
        layer = self._names[node.name]
        long = f"{layer}_{spelling(part.replace('.', '_'))}"
        names = [short, f"{layer}_{short}", long]
        names += [f"{long}_{number}" for number in range(2, len(taken) + 3)]
        return next(name for name in names if name not in taken)
