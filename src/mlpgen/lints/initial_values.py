"""The initial values that each layer of a network ends up with."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen.graph.entries.init_kinds import KINDS, of_kind
from mlpgen.graph.flow import MOST_ROUNDS
from mlpgen.graph.walks import every_layer
from mlpgen.lints.written import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlpgen.graph.flow import Operation
    from mlpgen.graph.inits import Inits
    from mlpgen.graph.nodes import Model, Node
    from mlpgen.source import Path


class Start(NamedTuple):
    """The initial values of one parameter.

    Attributes:
        function: The function of torch.nn.init.
        arguments: Its arguments, with their numbers.
        path: Where it is written.
        owner: The class whose file that is; empty for the model.
    """

    function: str
    arguments: dict[str, float]
    path: Path
    owner: str

    @property
    def constant(self) -> float | None:
        """The value that all of the parameter has; None if it differs."""
        if self.function in ("zeros_", "ones_"):
            return float(self.function == "ones_")
        given = self.arguments
        if self.function == "constant_":
            return float(given["val"])
        if self.function == "normal_" and given.get("std") == 0:
            return float(given.get("mean", 0))
        low, high = given.get("a", 0.0), given.get("b", 1.0)
        return float(low) if self.function == "uniform_" and low == high else None


class _Container(NamedTuple):
    """A layer that contains others.

    Attributes:
        node: The layer.
        owner: The class that has it.
    """

    node: Node
    owner: str


class Starts:
    """The initial values of a network."""

    def __init__(self, model: Model) -> None:
        """Find what contains what, if there are initial values at all."""
        layers = every_layer(model.nodes)
        self.any = bool(model.rules) or any(each.inits for each in layers)
        self._rules = model.rules
        self._containers: dict[str, _Container] = {}
        if self.any:
            self._add(model.nodes, "", "")

    def _add(self, nodes: Sequence[Node], inside: str, owner: str) -> None:
        for node in nodes:
            self._inside(node, f"{inside}{node.name}", owner)

    def _inside(self, node: Node, name: str, owner: str) -> None:
        for each in node.rounds:
            last = each.first + min(int(each.times), max(MOST_ROUNDS, len(each.each)))
            for index in range(each.first, last):
                self._inside(each.at(index), f"{name}.{index}", owner)
        if node.graph is not None or node.children:
            self._containers[name] = _Container(node, owner)
        if node.graph is not None:
            self._add(node.graph.nodes, f"{name}.", node.graph.name)
        for child in node.children:
            self._inside(child, f"{name}.{child.name}", owner)

    def of(self, operation: Operation) -> dict[str, Start]:
        """Return the initial values of the parameters of a layer, by name.

        What is written later in the code counts: first what is inside of blocks, then
        rules, then what is written on the layers of the model.
        """
        if not self.any:
            return {}
        found: dict[str, Start] = {}
        weights = operation.node.weights
        for inits, path, owner in self._in_order(operation):
            for name, (function, given) in inits.items():
                arguments = {key: plain(each) for key, each in given.items()}
                start = Start(function, arguments, (*path, name), owner)
                reached = of_kind(name, weights) if name in KINDS else {name: ()}
                found |= dict.fromkeys(set(reached) & set(weights), start)
        return found

    def _in_order(self, operation: Operation) -> Iterator[tuple[Inits, Path, str]]:
        node, parts = operation.node, operation.name.split(".")
        own = (node.inits, (*node.path, "init"), operation.owner)
        names = [".".join(parts[:end]) for end in range(len(parts) - 1, 0, -1)]
        around = [self._containers[name] for name in names if name in self._containers]
        written = [own]
        for each in around:
            place = (*each.node.path, "init")
            written.append((each.node.inits, place, each.owner))
        yield from (each for each in written if each[2])
        types = {node.type, *(each.node.type for each in around)}
        for rule in self._rules:
            if not rule.type or rule.type in types:
                path: Path = ("init", rule.type) if rule.type else ("init",)
                yield rule.inits, path, ""
        yield from (each for each in written if not each[2])
