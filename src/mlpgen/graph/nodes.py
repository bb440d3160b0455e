"""The resolved spec: classes of layers with names, sources, shapes and counts."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from mlpgen.spec.types import TENSORS, is_function

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mlpgen.graph.inits import Inits, Rule
    from mlpgen.graph.round_names import RoundNames
    from mlpgen.graph.running import Running
    from mlpgen.graph.training.recipe import Recipe
    from mlpgen.layers.base import Call, Function, Returned, Shape, Value
    from mlpgen.source import Path
    from mlpgen.spec.entries import Entry
    from mlpgen.symbols.expressions import Expression
    from mlpgen.symbols.operands import Operand
    from mlpgen.symbols.type_names import ParameterValue


class Maker(NamedTuple):
    """How the module of a layer is created.

    Attributes:
        type: `Conv2d`, `Sequential`, or a block.
        prefix: `nn.`; empty for a class of the generated file.
        arguments: Those of the call, in order: plain, a `Size`, or an `Expression`.
        required: The positional arguments.
        inner: Modules that are arguments, by keyword; the one without is the first.
        module: The custom module that it is imported from.
        wrapper: A function that is called on the module, such as `weight_norm`.
        variable: The parameter of the class that holds the type.
    """

    type: str
    prefix: str
    arguments: dict[str, Any]
    required: frozenset[str]
    inner: Mapping[str, Maker] = MappingProxyType({})
    module: str = ""
    wrapper: str = ""
    variable: str = ""


class Repetition(NamedTuple):
    """Consecutive rounds of a repeated layer that the same code creates.

    Attributes:
        node: The layer, with `index` in its arguments where they use it.
        first: The number of the first round.
        times: The number of rounds; a `Size` if it depends on a parameter.
        each: The rounds with their own shapes; the last stands for all later ones.
        counted: Whether `index` counts these rounds, and not those of an outer layer.
        running: The size that each round changes, if a variable holds it.
    """

    node: Node
    first: int
    times: int
    each: tuple[Node, ...]
    counted: bool
    running: Running | None = None

    def at(self, index: int) -> Node:
        """Return a round with its own shapes."""
        return self.each[min(index - self.first, len(self.each) - 1)]


class Node(NamedTuple):
    """One layer of a class.

    Attributes:
        name: The attribute that holds it, unique among its siblings.
        named: Whether the author chose the name.
        maker: How its module is created.
        sources: The names of its inputs; see `Graph`.
        call: How its module is called on them.
        inputs: The inputs.
        parts: The results, by name; the first is the default. A layer with one result
            has one part, without a name.
        path: Its path in the spec.
        function: The call that does the same in `forward`, if it needs no module.
        children: The layers of a `Sequential`.
        rounds: The repetitions of a repeated layer.
        condition: When it runs; else its first input passes through.
        otherwise: The name of another value that passes instead.
        shared: The name of the layer whose module it uses.
        tied: The name of the layer whose parameters it uses.
        ties: The names of those parameters; in rounds, those of each round.
        pointwise: Whether it can share a line of `forward` with the layer before it.
        returned: The structure of what the call returns.
        picks: Parts that are taken from other parts, and the code for it.
        weights: The shapes of the parameters that can be shared or initialized.
        computed_from: The shapes of parameters that a weight is computed from.
        buffers: What a checkpoint has of its module that is not learned.
        parameters: The number of its parameters.
        multiply_adds: For one example.
        graph: The class of a block, resolved for this use.
        inits: Initial values of its parameters.
        number: Its number, if those of its container are the keys of its layers. Its
            rounds then have numbers of their own, the first has this one.
        names: The names of its rounds, if these are no numbers.
        like: The input whose device and dtype a new tensor has.
        computed: The functions that compute a buffer once; its value is the last.
        batch: Sizes that count as batch: its inputs and results begin with them, while
            its module or function sees what follows (`batch_dims`).
        unused: Whether `forward` never calls it, as its author says.
    """

    name: str
    named: bool
    maker: Maker
    sources: tuple[str, ...]
    call: Call
    inputs: tuple[Value, ...]
    parts: dict[str, Value]
    path: Path
    function: Function | None = None
    children: tuple[Node, ...] = ()
    rounds: tuple[Repetition, ...] = ()
    condition: Expression | None = None
    otherwise: str = ""
    shared: str = ""
    tied: str = ""
    ties: tuple[str, ...] = ()
    pointwise: bool = False
    returned: Returned = ""
    picks: Mapping[str, tuple[str, str]] = MappingProxyType({})
    weights: Mapping[str, Shape] = MappingProxyType({})
    computed_from: Mapping[str, Shape] = MappingProxyType({})
    buffers: Mapping[str, Value] = MappingProxyType({})
    parameters: int = 0
    multiply_adds: int = 0
    graph: Graph | None = None
    inits: Inits = MappingProxyType({})
    number: int | None = None
    names: RoundNames | None = None
    like: str = ""
    computed: tuple[Node, ...] = ()
    batch: Shape = ()
    unused: bool = False

    @property
    def key(self) -> str:
        """The name of its module in that of its class or container."""
        return self.name if self.number is None else str(self.number)

    @property
    def spread(self) -> bool:
        """Whether its rounds are beside the other layers, each with a number."""
        return self.number is not None and bool(self.rounds)

    @property
    def label(self) -> str:
        """What its result is called: as the last layer of a `Sequential`, if named."""
        last = self.children[-1:]
        named = any(each.named and each.condition is None for each in last)
        return last[0].name if named else self.name

    def each_round(self) -> Iterator[tuple[str, str, Node]]:
        """Yield the rounds: the name, the key beside that of the layer, the layer."""
        inside = f"{self.name}." if self.number is None else ""
        for each in self.rounds:
            for index in range(each.first, each.first + int(each.times)):
                name = self.names.every[index] if self.names else str(index)
                key = name if self.number is None else str(index + self.number)
                yield name, f"{inside}{key}", each.at(index)

    @property
    def type(self) -> str:
        """`Conv2d`, `add`, `Sequential`, or a block."""
        return self.maker.type

    @property
    def arguments(self) -> dict[str, Any]:
        """The arguments that create its module."""
        return self.maker.arguments

    @property
    def value(self) -> Value:
        """The default result."""
        return next(iter(self.parts.values()))

    @property
    def input(self) -> Shape:
        """The shape of the first input."""
        return self.inputs[0].shape if self.inputs else ()

    @property
    def output(self) -> Shape:
        """The shape of the default result."""
        return self.value.shape

    @property
    def active(self) -> bool:
        """Whether it runs with the current values of the parameters."""
        return self.condition is None or bool(self.condition.value)

    @property
    def reads(self) -> tuple[str, ...]:
        """The names of all values that it may read."""
        return (*self.sources, self.otherwise) if self.otherwise else self.sources

    @property
    def passes(self) -> str:
        """The name of the value that passes where it does not run."""
        return self.otherwise or self.sources[0]

    @property
    def is_function(self) -> bool:
        """Whether it is a function of tensors, without a module."""
        return is_function(self.type)

    @property
    def is_tensor(self) -> bool:
        """Whether it is a parameter or a buffer of the class."""
        return self.type in TENSORS

    @property
    def idle(self) -> bool:
        """Whether it never runs: it is unused, or others only use its module."""
        return self.unused or (bool(self.inputs) and not self.sources)

    @property
    def is_link(self) -> bool:
        """Whether it has one input and one output, as a link of a chain."""
        return self.single and self.call.plain

    @property
    def single(self) -> bool:
        """Whether a call returns one tensor, not a tuple."""
        return self.returned == ""

    def pick(self, part: str) -> tuple[str, str]:
        """Return the part of a call that holds a part, and the code that takes it."""
        return self.picks.get(part, (part, ""))


@dataclass(frozen=True, kw_only=True)
class Graph:
    """One class of the generated code, the model or a block.

    Its values have names: those of its inputs, of its layers, and `layer.part` for
    layers with several results.

    Attributes:
        name: The class.
        stem: The file of the model, without `.py`; empty for a block.
        description: The author's sentence, or an empty text.
        parameters: Keyword arguments of the class with their defaults.
        inferred: Arguments before them: sizes that follow from the inputs.
        inputs: The inputs by name; a single input has the name `input`.
        nodes: The layers in the order they run.
        outputs: The names of the returned values.
        layers: The number of layers, including those of blocks and rounds.
        entries: The layers as the spec writes them.
        sizes: Local variables of `__init__` with their code, each before its use: the
            local values, and those that a style gives to sizes whose code is long.
        order: The attributes that are made first; see `made_order`.
        numbered: Whether the keys of its layers are numbers.
        free: Sizes that each call of `forward` has anew, with the input and the index
            in its shape that they are read from.
        joins: Whether it takes any number of inputs, which its first layer joins.
    """

    name: str
    stem: str
    description: str
    parameters: dict[str, ParameterValue]
    inferred: tuple[str, ...]
    inputs: dict[str, Value]
    nodes: tuple[Node, ...]
    outputs: tuple[str, ...]
    layers: int
    entries: tuple[Entry, ...]
    sizes: dict[str, Operand] = field(default_factory=dict)
    order: tuple[str, ...] = ()
    numbered: bool = False
    free: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    joins: bool = False

    @property
    def input(self) -> Shape:
        """The shape of the first input."""
        return next(iter(self.inputs.values())).shape

    @property
    def examples(self) -> dict[str, int]:
        """The values of its free sizes that it is resolved for."""
        return {
            name: int(value.shape[index - value.batched])
            for name, (source, index) in self.free.items()
            for value in [self.inputs[source]]
        }

    @property
    def total_parameters(self) -> int:
        """The number of parameters of the network."""
        return sum(node.parameters for node in self.nodes)

    @property
    def total_multiply_adds(self) -> int:
        """Multiply-adds of one example."""
        return sum(node.multiply_adds for node in self.nodes)

    def node(self, name: str) -> Node:
        """Return a layer of the class by its name."""
        return next(node for node in self.nodes if node.name == name)

    def values(self) -> dict[str, Value]:
        """Return all values of the class by name."""
        found = dict(self.inputs)
        for node in self.nodes:
            found[node.name] = node.value
            found |= {f"{node.name}.{p}": v for p, v in node.parts.items() if p}
        return found

    def value(self, name: str) -> Value:
        """Return a value of the class by name."""
        return self.values()[name]


@dataclass(frozen=True, kw_only=True)
class Model(Graph):
    """The model, with everything that belongs to the network as a whole.

    Attributes:
        style: The style in the spec.
        blocks: The classes of its blocks, in the order of the file.
        rules: Initial values by layer type.
        recipe: How it is trained, or None.
        bound: Parameters for which sizes fit only with the default (MG316).
    """

    style: str
    blocks: tuple[Graph, ...]
    rules: tuple[Rule, ...]
    recipe: Recipe | None
    bound: tuple[str, ...]
