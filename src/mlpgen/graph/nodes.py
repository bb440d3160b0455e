"""The spec resolved: layers with names, arguments, shapes and counts; the training."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mlpgen.expressions import Scalar
    from mlpgen.layers.base import Function, Shape
    from mlpgen.source import Path
    from mlpgen.training.datasets import Dataset
    from mlpgen.training.loss import Loss, Target
    from mlpgen.training.optimizer import Optimizer
    from mlpgen.training.scheduler import Scheduler


class Node(NamedTuple):
    """One layer in its place.

    Attributes:
        name: The attribute that holds it, unique among its siblings.
        named: Whether the author chose the name.
        type: `Conv2d`, `Sequential`.
        arguments: What a call must say, in torch's order. A value is plain, a `Size`,
            or an `Expression` of parameters.
        required: The arguments that torch has no default for.
        children: The layers of a `Sequential`.
        function: The call that does the same in `forward`, if the layer holds nothing.
        pointwise: It follows another layer on the same line of `forward`.
        input: Shape that arrives, without the batch dimension.
        output: Shape that leaves.
        parameters: How many values it learns.
        multiply_adds: For one example.
        path: Where it stands in the spec.
    """

    name: str
    named: bool
    type: str
    arguments: dict[str, Any]
    required: frozenset[str]
    children: tuple[Node, ...]
    function: Function | None
    pointwise: bool
    input: Shape
    output: Shape
    parameters: int
    multiply_adds: int
    path: Path


class Recipe(NamedTuple):
    """How a network is trained.

    Attributes:
        dataset: The data.
        target: What the first output is compared with.
        loss: How.
        optimizer: What changes the parameters.
        scheduler: What changes the learning rate, or None.
        schedulers: The parts of a scheduler that is made of several.
        epochs: Passes over the training data.
        batch_size: Examples in one step.
        seed: Of initial values and shuffling.
    """

    dataset: Dataset
    target: Target
    loss: Loss
    optimizer: Optimizer
    scheduler: Scheduler | None
    schedulers: tuple[Scheduler, ...]
    epochs: int
    batch_size: int
    seed: int


class Graph(NamedTuple):
    """A network, ready to become code.

    Attributes:
        name: The class.
        stem: The name of its file, without `.py`.
        description: The author's sentence, or an empty text.
        parameters: Keyword arguments of the class with their defaults.
        input: Shape of one example, without the batch dimension.
        sizes: Names for sizes whose code is long, with that code, in order.
        nodes: The layers in the order they run.
        outputs: Names of the layers whose outputs are returned.
        style: The style that the spec asks for.
        recipe: How it is trained, or None.
    """

    name: str
    stem: str
    description: str
    parameters: dict[str, Scalar]
    input: Shape
    sizes: dict[str, str]
    nodes: tuple[Node, ...]
    outputs: tuple[str, ...]
    style: str
    recipe: Recipe | None

    @property
    def total_parameters(self) -> int:
        """How many values the network learns."""
        return sum(node.parameters for node in self.nodes)

    @property
    def total_multiply_adds(self) -> int:
        """Multiply-adds of one example."""
        return sum(node.multiply_adds for node in self.nodes)

    def node(self, name: str) -> Node:
        """Return the layer that has this name; inside a `Sequential` it has dots."""
        return next(node for dotted, node in named(self.nodes) if dotted == name)


def named(nodes: Iterable[Node], inside: str = "") -> Iterator[tuple[str, Node]]:
    """Go through all layers with their names; those inside a `Sequential` have dots."""
    for node in nodes:
        yield inside + node.name, node
        yield from named(node.children, f"{inside}{node.name}.")
