"""Variables of `forward`: what values are called, and how long they are needed."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING

from mlpgen.names.identifiers import free_name
from mlpgen.names.reserved.words import BUILTINS
from mlpgen.styles.forward.calls import Term
from mlpgen.styles.variable_names import FORWARD, spelling, variables

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from mlpgen.graph.nodes import Node

RUNNING = ("x", "y", "z")
"""Variables for values that are needed soon and then no more."""


class Variables:
    """The variables that values have by now.

    Attributes:
        of: The variable of each value.
    """

    def __init__(
        self, uses: Uses, given: Mapping[str, str], own: Collection[str]
    ) -> None:
        """Begin with the variables of some values.

        Args:
            uses: Where values are used.
            given: Variables that are there: the arguments of `forward`, tensors all.
            own: Values that are called by their own name in any case.
        """
        self.of = dict(given)
        self._uses = uses
        self._own = own
        self._given = tuple(given.values())
        self._names = variables(uses.places, {*FORWARD, *self._given})
        self._tensors = dict.fromkeys(self._given, True)
        self._alive = Alive(uses)
        for value, variable in given.items():
            self._alive.hold(value, variable)

    @property
    def first(self) -> str:
        """The first argument."""
        return self._given[0]

    @property
    def loop(self) -> str:
        """The variable of a loop over modules."""
        return free_name("layer", self._given)

    def own(self, layer: str) -> str:
        """Return the variable that has the name of a layer."""
        return self._names[layer]

    def hold(self, value: str, variable: str, *, tensor: bool) -> None:
        """Note that a variable holds a value, and whether mypy knows its type."""
        self.of[value] = variable
        self._alive.hold(value, variable)
        self.know(variable, tensor=tensor)

    def know(self, variable: str, *, tensor: bool) -> None:
        """Note whether mypy takes a variable for a tensor; arguments always are."""
        self._tensors[variable] = tensor or variable in self._given

    def is_tensor(self, variable: str) -> bool:
        """Tell whether mypy takes a variable for a tensor."""
        return self._tensors.get(variable, variable.startswith("self."))

    def gives_tensor(self, term: Term) -> bool:
        """Tell whether mypy knows that a call gives a tensor.

        Torch does not say what calling a module gives, so neither is it known of the
        methods and sums of that.
        """
        function = term.node.function
        if function is None:
            return term.node.is_held
        if not (function.is_method or function.is_index or function.is_operator):
            return not function.name.startswith("torch.linalg.")
        operands = term.operands if function.is_operator else term.operands[:1]
        return all(
            self.gives_tensor(each)
            if isinstance(each, Term)
            else self.is_tensor(self.of[each])
            for each in operands
        )

    def choose(self, term: Term, waiting: Collection[str]) -> str:
        """Choose the variable of a result.

        Args:
            term: What gives it.
            waiting: Values that are needed by calls which are not written yet.
        """
        layer = term.node.name
        name = self._names[layer]
        if layer in self._own:
            return name
        needed = {*self._alive.behind(term.place), *(self.of[v] for v in waiting)}
        longer = self._uses.for_long(layer, term.place)
        if longer and term.node.named and name not in needed:
            return name
        return self._running(name, [self.of[each] for each in term.names()], needed)

    def choose_changing(self, term: Term, waiting: Collection[str]) -> str:
        """Choose a variable that a statement changes, at first its first source."""
        node = term.node
        name = self._names[node.name]
        if node.name in self._own:
            return name
        first, *others = [self.of[each] for each in term.names()]
        needed = {*self._alive.behind(term.place), *(self.of[v] for v in waiting)}
        # The others are needed after it was changed: again in each round.
        needed |= set(others) if node.rounds else set(others) - {first}
        return self._running(name, [first], needed)

    def _running(self, name: str, sources: list[str], needed: Collection[str]) -> str:
        """Choose `x`, `y` or `z`, best of all that of a source; else the name."""
        for variable in (*sources, *RUNNING):
            if variable in RUNNING and variable not in needed:
                return variable
        return name

    def choose_part(self, node: Node, part: str, others: Collection[str]) -> str:
        """Choose the variable of one of several results.

        Args:
            node: What gives it.
            part: What it is called there: `hidden`, or `lstm.hidden` of a block.
            others: The variables of its other results.
        """
        alive = self._alive.behind(self._uses.places[node.name])
        taken = {*FORWARD, *BUILTINS, *self._names.values(), *self._given}
        taken |= {*others, *alive}
        short = spelling(part.rpartition(".")[2])
        own = self._names[node.name]
        names = [short, f"{own}_{short}", f"{own}_{spelling(part.replace('.', '_'))}"]
        names += [f"{names[-1]}_{number}" for number in range(2, len(taken) + 3)]
        return next(name for name in names if name not in taken)


class Uses:
    """Where values are made and used, in the order of layers.

    Attributes:
        places: Where each layer stands.
        of: The places of the layers that take a value; its end is behind the last.
        ends: The values that are needed in the end.
    """

    def __init__(self, nodes: Sequence[Node], ends: Sequence[str]) -> None:
        self.places = {node.name: index for index, node in enumerate(nodes)}
        self.of: dict[str, list[int]] = {}
        self.ends = frozenset(ends)
        for index, node in enumerate(nodes):
            for source in node.sources:
                self.of.setdefault(source, []).append(index)
        for name in ends:
            self.of.setdefault(name, []).append(len(nodes))

    def none(self, value: str) -> bool:
        """Tell whether nothing takes a value: it is made for a hook alone."""
        return value not in self.of

    def once(self, value: str) -> bool:
        """Tell whether one layer takes a value, and nobody else."""
        return len(self.of.get(value, ())) == 1 and value not in self.ends

    def for_long(self, value: str, made: int) -> bool:
        """Tell whether a value is needed several times, or much later."""
        uses = self.of.get(value, ())
        return len(uses) > 1 or (len(uses) == 1 and uses[-1] - made > 2)


class Alive:
    """Variables, and how long the values in them are needed.

    Places in the order of layers must be asked for in that order.
    """

    def __init__(self, uses: Uses) -> None:
        """Take where each value is used."""
        self._uses = uses
        self._ends: list[tuple[int, str]] = []
        self._holders: dict[str, int] = {}

    def hold(self, value: str, variable: str) -> None:
        """Note that a variable holds a value."""
        uses = self._uses.of.get(value)
        if uses:
            heappush(self._ends, (uses[-1], variable))
            self._holders[variable] = self._holders.get(variable, 0) + 1

    def behind(self, index: int) -> Collection[str]:
        """Return the variables whose values are needed behind a layer."""
        while self._ends and self._ends[0][0] <= index:
            _, variable = heappop(self._ends)
            self._holders[variable] -= 1
            if not self._holders[variable]:
                del self._holders[variable]
        return self._holders.keys()
