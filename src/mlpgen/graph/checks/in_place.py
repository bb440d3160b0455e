"""Layers that work in place, and what they overwrite.

The layers of a network are followed in the order they run, and each use of a block as
if its layers were inlined. Values that may share memory share a `_Cell`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen.spec.types import layer_class

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from mlpgen.graph.nodes import Graph, Node, Repetition
    from mlpgen.layers.base import Layer
    from mlpgen.spec.problems import Problems

MOST_ROUNDS = 2
"""The number of rounds that are followed; later rounds behave the same."""

_NAMES = (
    "ReLU Sigmoid Tanh Softmax LogSoftmax AdaptiveAvgPool1d AdaptiveAvgPool2d "
    "ZeroPad1d ZeroPad2d ConstantPad1d ConstantPad2d PixelShuffle PixelUnshuffle "
    "add sub neg mean sum cat stack flip roll repeat pad tril triu cumsum "
    "eq ne lt le gt ge floor ceil round sign argmax argmin "
    "exp reciprocal tanh sigmoid relu softmax log_softmax"
)
_KEEP_NO_INPUT = frozenset(_NAMES.split())
"""Layers that do not need their input for the gradient."""


class Overwriting(NamedTuple):
    """A layer that works in place where it must not.

    Attributes:
        node: The layer.
        message: What it overwrites.
        output: The output that it overwrites, if that is all; the network still runs.
    """

    node: Node
    message: str
    output: str


class _Cell:
    """Memory that values share.

    Attributes:
        what: What it is in the model: its input, or a parameter.
        names: The layers whose results are in it.
        saved_by: The layer that needs its own result for the gradient.
        taken_by: The layers that need their input for the gradient.
    """

    def __init__(self, what: str = "") -> None:
        self.what = what
        self.names: set[str] = set()
        self.saved_by = ""
        self.taken_by: list[str] = []


class _Value(NamedTuple):
    """A tensor that is followed.

    Attributes:
        cells: Its memory.
        evaluated: Its further memory in evaluation, when nothing needs a gradient.
    """

    cells: frozenset[_Cell]
    evaluated: frozenset[_Cell] = frozenset()

    @property
    def every(self) -> frozenset[_Cell]:
        return self.cells | self.evaluated


class _Walk:
    """Follows values through the layers of a network."""

    def __init__(self, kept: Collection[str]) -> None:
        self.kept = frozenset(kept)
        self.found: dict[tuple[str, str], Overwriting] = {}

    def graph(
        self,
        nodes: Sequence[Node],
        outputs: Collection[str],
        values: dict[str, _Value],
        later: Mapping[_Cell, str],
        inside: str,
    ) -> None:
        """Follow values through the layers of a class.

        Args:
            nodes: The layers.
            outputs: The names of the values that the class returns.
            values: Its inputs; the results are added.
            later: Memory that is needed after the class, and what for.
            inside: The prefix of the names of its layers.
        """
        last = {
            source: (index, f"what `{node.name}` uses later")
            for index, node in enumerate(nodes)
            for source in node.reads
        }
        if inside:
            returned = f"what `{inside[:-1]}` returns"
            last |= dict.fromkeys(outputs, (len(nodes), returned))
        for index, node in enumerate(nodes):
            if node.idle:
                continue
            needed = dict(later)
            for name, (at, what) in last.items():
                if at > index and name in values:
                    needed |= dict.fromkeys(values[name].every, what)
            takes = [values[source] for source in node.sources]
            given = self.layer(node, takes, needed, inside + node.name)
            if node.otherwise:
                given = [_both(each, values[node.otherwise]) for each in given]
            for part, value in zip(node.parts, given, strict=False):
                name = f"{node.name}.{part}" if part != next(iter(node.parts)) else ""
                values[name or node.name] = value

    def layer(
        self,
        node: Node,
        takes: list[_Value],
        later: Mapping[_Cell, str],
        full: str,
    ) -> list[_Value]:
        """Follow values through one layer, and return its results."""
        given = self._made(node, takes, later, full)
        if node.condition is not None and takes and not node.otherwise:
            given = [_both(each, takes[0]) for each in given]
        for value in given:
            for cell in value.every:
                cell.names.add(full)
        return given

    def _made(
        self,
        node: Node,
        takes: list[_Value],
        later: Mapping[_Cell, str],
        full: str,
    ) -> list[_Value]:
        if node.rounds:
            first, *others = takes
            given = [first]
            for each in node.rounds:
                for number in self._rounds(each, full):
                    at = f"{full}.{number}"
                    needed = {
                        **later,
                        **{
                            cell: f"what each round of `{full}` uses"
                            for one in others
                            for cell in one.every
                        },
                    }
                    given = self.layer(each.node, [given[0], *others], needed, at)
            return given
        if node.graph is not None:
            return self._block(node.graph, takes, later, full)
        if node.type == "Sequential":
            value = takes[0]
            for child in node.children:
                (value,) = self.layer(child, [value], later, f"{full}.{child.name}")
            return [value]
        if node.is_tensor:
            return [_Value(frozenset({_Cell(f"the {node.type} `{full}`")}))]
        layer = layer_class(node.type)
        if layer is None:
            return [_Value(frozenset({_Cell()})) for _ in node.parts]
        if in_place(node):
            return [self._overwrite(node, layer, takes[0], later, full)]
        return _after(node, layer, takes)

    def _rounds(self, each: Repetition, full: str) -> list[int]:
        """Return the numbers of the rounds to follow: the first ones and those kept."""
        numbers = range(each.first, each.first + int(each.times))
        kept = {name.removeprefix(f"{full}.").partition(".")[0] for name in self.kept}
        return [
            number
            for number in numbers
            if number < each.first + MOST_ROUNDS or str(number) in kept
        ]

    def _block(
        self,
        graph: Graph,
        takes: list[_Value],
        later: Mapping[_Cell, str],
        full: str,
    ) -> list[_Value]:
        values = dict(zip(graph.inputs, takes, strict=True))
        self.graph(graph.nodes, graph.outputs, values, later, f"{full}.")
        return [values[name] for name in graph.outputs]

    def _overwrite(
        self,
        node: Node,
        layer: type[Layer],
        value: _Value,
        later: Mapping[_Cell, str],
        full: str,
    ) -> _Value:
        for message, output in self._reasons(value, later):
            text = f"`{node.name}` works in place and overwrites {message}"
            self.found.setdefault((full, text), Overwriting(node, text, output))
        saved_by = node.name if layer.saves_output != "never" else ""
        for cell in value.cells:
            cell.saved_by = saved_by
        return value

    def _reasons(
        self, value: _Value, later: Mapping[_Cell, str]
    ) -> Iterator[tuple[str, str]]:
        reason = _refused(value, later)
        if reason:
            yield reason, ""
        names = {name for cell in value.every for name in cell.names}
        for name in sorted(names & self.kept):
            yield f"the output `{name}`", name


def _refused(value: _Value, later: Mapping[_Cell, str]) -> str:
    """Return what is lost if a value is overwritten."""
    for cell in value.every:
        if cell.what:
            return cell.what
    for cell in value.cells:
        if cell.saved_by:
            return f"what `{cell.saved_by}` needs for its gradient"
    for cell in value.every:
        if cell in later:
            return later[cell]
    for cell in value.cells:
        if cell.taken_by:
            return f"what `{cell.taken_by[0]}` needs for its gradient"
    return ""


def _after(node: Node, layer: type[Layer], takes: list[_Value]) -> list[_Value]:
    """Return the results of a layer that does not work in place."""
    always = layer.returns_input == "always"
    evaluated = layer.returns_input == "in evaluation"
    cells = frozenset[_Cell]().union(*(each.cells for each in takes))
    every = frozenset[_Cell]().union(*(each.every for each in takes))
    several = (
        always and len(node.parts) > 1
    )  # torch does not allow to change such views
    if several or not (always or evaluated or node.type in _KEEP_NO_INPUT):
        for cell in cells:
            cell.taken_by.append(node.name)
    given = []
    for _ in node.parts:
        if always:
            given.append(_Value(cells, every - cells))
            continue
        cell = _Cell()
        cell.saved_by = node.name if layer.saves_output == "always" else ""
        same = every if evaluated else frozenset[_Cell]()
        given.append(_Value(frozenset({cell}), same))
    return given


def _both(one: _Value, other: _Value) -> _Value:
    return _Value(one.cells | other.cells, one.evaluated | other.evaluated)


def overwritings(graph: Graph, kept: Collection[str]) -> Iterable[Overwriting]:
    """Find layers that overwrite a value that is still needed.

    That is the input, a parameter, an output, an input of a later layer, or what a
    gradient needs. Torch reports only the last, and not before `backward`.

    Args:
        graph: The network.
        kept: The names of the layers whose results are returned, with dots inside a
            `Sequential`.
    """
    if not any(_asks(node) for node in graph.nodes):
        return ()
    walk = _Walk(kept)
    several = len(graph.inputs) > 1
    values = {
        name: _Value(
            frozenset({_Cell(f"the input `{name}`" if several else "the input")})
        )
        for name in graph.inputs
    }
    for value in values.values():
        for cell in value.cells:
            cell.what += " of the model"
    walk.graph(graph.nodes, graph.outputs, values, {}, "")
    return walk.found.values()


def check_overwriting(graph: Graph, problems: Problems) -> None:
    """Refuse layers that overwrite what is still needed; warn about outputs."""
    for node, message, output in overwritings(graph, graph.outputs):
        help = "leave `inplace` out"
        problems.add("MG216", message, node.path, help=help, warning=bool(output))


def _asks(node: Node) -> bool:
    """Return whether a layer, or one inside it, works in place."""
    inner = [*node.children, *(each.node for each in node.rounds)]
    inner += node.graph.nodes if node.graph else ()
    return in_place(node) or any(_asks(each) for each in inner)


def in_place(node: Node) -> bool:
    """Return whether a layer may overwrite its input."""
    # An expression may be true for other arguments of the class.
    if node.arguments.get("inplace", False) is False:
        return False
    layer = layer_class(node.type)
    return layer is not None and node.graph is None and not layer.ignores_inplace
