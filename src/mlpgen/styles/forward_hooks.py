"""How values inside of layers come out of a model: forward hooks record them.

A hook sees what a module gives. What no module gives gets one that changes nothing: an
`nn.Identity` in the class of the block, for its hook alone.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.graph.nodes import Maker, Node
from mlpgen.layers.base import Call
from mlpgen.names.identifiers import free_name
from mlpgen.styles.code import Group, call
from mlpgen.styles.docstrings import plain
from mlpgen.styles.init.modules import chains
from mlpgen.styles.layout import INDENT, indented, layout
from mlpgen.styles.variable_names import outputs_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mlpgen.graph.captures import Captured
    from mlpgen.graph.nodes import Graph, Model
    from mlpgen.graph.run_order import Place
    from mlpgen.layers.base import Returned, Value
    from mlpgen.styles.code import Piece


class Recording(NamedTuple):
    """Values that are recorded.

    Attributes:
        blocks: The blocks of the network, with modules for what is recorded in them.
        modules: Dotted names of the modules that get a hook.
        codes: The code that takes each value from what is recorded.
        outputs: The variable of what is recorded.
    """

    blocks: tuple[Graph, ...]
    modules: tuple[str, ...]
    codes: Mapping[str, Piece]
    outputs: str

    @property
    def uses(self) -> frozenset[str]:
        """What the codes need, beside what the blocks do."""
        calls = any(isinstance(code, Group) for code in self.codes.values())
        return frozenset({"torch"} if calls else ())


def recording(graph: Model, names: Sequence[str]) -> Recording:
    """Plan how values are recorded.

    Args:
        graph: The network.
        names: Those that its model does not have as variables.
    """
    outputs = outputs_of(graph)
    if not names:
        return Recording(graph.blocks, (), {}, outputs)
    from mlpgen.graph.captures import captures

    known = captures(graph)
    blocks = _Blocks(graph.blocks, outputs)
    modules: dict[str, None] = {}
    codes: dict[str, Piece] = {}
    for name in names:
        found = known[name]
        assert found.place is not None
        if found.place.node.is_held:
            codes[name] = _held(found.place)
            continue
        module, code = blocks.hooked(name, found, found.place)
        modules[module] = None
        codes[name] = code
    return Recording(blocks.all(), tuple(modules), codes, outputs)


def _held(place: Place) -> str:
    """Write how a tensor of a block is found: no call gives it."""
    return f'self.get_{place.node.type}("{place.module}")'


class _Blocks:
    """The blocks of a network, changed as hooks need it."""

    def __init__(self, blocks: Iterable[Graph], outputs: str) -> None:
        self._outputs = outputs
        self._found = {block.name: block for block in blocks}
        self._points: dict[str, dict[str, str]] = defaultdict(dict)

    def all(self) -> tuple[Graph, ...]:
        return tuple(
            _with_points(block, self._points[block.name])
            for block in self._found.values()
        )

    def hooked(self, name: str, found: Captured, place: Place) -> tuple[str, Piece]:
        """Return the module whose hook sees a value, and the code that takes it."""
        node, block = place.node, self._found.get(place.holder)
        listed = bool(node.rounds) and not chains(node)
        if block is not None and (node.is_function or listed):
            own = name.removeprefix(place.name.removesuffix(node.name))
            points = self._points[block.name]
            point = points.setdefault(own, _point(own, block, points.values()))
            module = f"{place.instance}.{point}"
            return module, f'{self._outputs}["{module}"][{place.pass_}]'
        if block is not None:
            self._found[block.name] = _with_module(block, node.name)
        given = f'{self._outputs}["{place.module}"][{place.time}]'
        if node.single:
            return place.module, given
        base, pick = node.picks.get(found.part, (found.part, "{}"))
        return place.module, _picked(pick, given + _index(node.returned, base))


def _picked(pick: str, given: str) -> Piece:
    """Write what takes a part, which may be a call: `torch.cat([{0}[-2]], dim=1)`."""
    function, listed, rest = pick.partition("([")
    if not listed:
        return pick.format(given)
    items, _, last = rest.removesuffix(")").rpartition("], ")
    parts = tuple(each.format(given) for each in items.split(", "))
    return call(function, Group("[", parts, "]", collection=True), last)


def _with_module(block: Graph, name: str) -> Graph:
    """Make a module of a layer that would be a function."""
    nodes = tuple(
        node._replace(function=None, shared="")
        if node.name == name and node.function is not None
        else node
        for node in block.nodes
    )
    return replace(block, nodes=nodes)


def _point(value: str, block: Graph, others: Iterable[str]) -> str:
    """Name the module that a value of a block goes through for its hook."""
    taken = {*others, *block.inputs, *block.parameters, *block.inferred, *block.sizes}
    taken |= {node.name for node in block.nodes}
    return free_name(f"{value.replace('.', '_')}_output", taken)


def _with_points(block: Graph, points: Mapping[str, str]) -> Graph:
    """Send values of a block through modules that change nothing."""
    if not points:
        return block
    values = block.values()
    nodes: list[Node] = []
    for node in block.nodes:
        nodes.append(_renamed(node, points))
        nodes += [
            _identity(node, values[value], value, point)
            for value, point in points.items()
            if value.partition(".")[0] == node.name
        ]
    outputs = tuple(points.get(output, output) for output in block.outputs)
    about = block.description or f"A {plain(block)}"
    return replace(block, description=about, nodes=tuple(nodes), outputs=outputs)


def _renamed(node: Node, points: Mapping[str, str]) -> Node:
    sources = tuple(points.get(source, source) for source in node.sources)
    return node._replace(sources=sources)


def _identity(node: Node, value: Value, source: str, name: str) -> Node:
    """Make a layer that hands on a value of another one."""
    return Node(
        name=name,
        named=node.named,
        maker=Maker("Identity", "nn.", {}, frozenset()),
        sources=(source,),
        call=Call((0,)),
        inputs=(value,),
        parts={"": value},
        path=node.path,
        pointwise=True,
    )


def _index(returned: Returned, part: str) -> str:
    """Write where a part stands in what a call gives: `[1][0]`."""
    if isinstance(returned, str):
        return ""
    for index, each in enumerate(returned):
        if each == part:
            return f"[{index}]"
        if not isinstance(each, str) and part in _flat(each):
            return f"[{index}]{_index(each, part)}"
    raise ValueError(f"a call gives no {part}")


def _flat(returned: Returned) -> set[str]:
    if isinstance(returned, str):
        return {returned}
    return set[str]().union(*map(_flat, returned))


RECORDING = {"Any", "Callable", "Iterator", "contextmanager"}
"""What the helper that records outputs imports."""


def recorded(found: Recording, body: Sequence[str]) -> list[str]:
    """Write a block in which the outputs of modules are recorded, if there are any."""
    if not found.modules:
        return [*body]
    items = ("self", *(f'"{name}"' for name in found.modules))
    after = f" as {found.outputs}:"
    head = layout(call("with recorded", *items), 2 * INDENT, after=after)
    return [*head, *indented(body)]
