"""Forward hooks that record values inside of layers, so that a model can return them.

A hook sees what a module returns. A value that no module returns goes through an
`nn.Identity` in the class of its block, only for its hook.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.graph.nodes import Maker, Node
from mlpgen.layers.base import Call
from mlpgen.names.identifiers import free_name
from mlpgen.names.members import layer_in
from mlpgen.styles.code import call, flat
from mlpgen.styles.docstrings import plain_summary
from mlpgen.styles.forward.packing import (
    OUTPUT,
    in_code,
    is_packed,
    padded_from_hook,
)
from mlpgen.styles.forward.picks import picked
from mlpgen.styles.init.modules import can_chain
from mlpgen.styles.layout import BODY, indented, layout
from mlpgen.styles.variable_names import outputs_variable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mlpgen.graph.captures import Captured
    from mlpgen.graph.nodes import Graph, Model
    from mlpgen.graph.run_order import Occurrence
    from mlpgen.layers.base import Returned, Value
    from mlpgen.styles.code import Piece


class Recording(NamedTuple):
    """The values that forward hooks record.

    Attributes:
        blocks: The blocks of the network, with modules for the values inside them.
        modules: Dotted names of the modules that get a hook.
        codes: The code that takes each value from the recorded outputs.
        outputs: The variable of the recorded outputs.
    """

    blocks: tuple[Graph, ...]
    modules: tuple[str, ...]
    codes: Mapping[str, Piece]
    outputs: str

    @property
    def imports(self) -> frozenset[str]:
        """The names that the codes import."""
        found = set[str]().union(*map(in_code, self.codes.values()))
        calls = any(flat(code).startswith("torch.") for code in self.codes.values())
        return frozenset({*found, "torch"} if calls else found)


def recording_of(graph: Model, names: Sequence[str]) -> Recording:
    """Choose the hooks that record values.

    Args:
        graph: The network.
        names: The values for which `forward` has no variables.
    """
    outputs = outputs_variable(graph)
    if not names:
        return Recording(graph.blocks, (), {}, outputs)
    from mlpgen.graph.captures import captures

    known = captures(graph)
    blocks = _Blocks(graph.blocks, outputs)
    modules: dict[str, None] = {}
    codes: dict[str, Piece] = {}
    for name in names:
        found = known[name]
        assert found.occurrence is not None
        if found.occurrence.node.is_tensor:
            codes[name] = _access(found.occurrence)
            continue
        module, code = blocks.hooked(name, found, found.occurrence)
        modules[module] = None
        codes[name] = code
    return Recording(blocks.all(), tuple(modules), codes, outputs)


def _access(occurrence: Occurrence) -> str:
    """Write the access to a parameter or buffer of a block, which no call returns."""
    return f'self.get_{occurrence.node.type}("{occurrence.module}")'


class _Blocks:
    """The blocks of a network, changed so that hooks see the recorded values."""

    def __init__(self, blocks: Iterable[Graph], outputs: str) -> None:
        self._outputs = outputs
        self._by_name = {block.name: block for block in blocks}
        self._identities: dict[str, dict[str, str]] = defaultdict(dict)

    def all(self) -> tuple[Graph, ...]:
        return tuple(
            _with_identities(block, self._identities[block.name])
            for block in self._by_name.values()
        )

    def hooked(
        self, name: str, found: Captured, occurrence: Occurrence
    ) -> tuple[str, Piece]:
        """Return the module whose hook sees a value, and the code of the value."""
        node, block = occurrence.node, self._by_name.get(occurrence.holder)
        listed = bool(node.rounds) and not can_chain(node)
        called = block is not None and block.node(node.name).is_function
        inside = called or listed or node.otherwise or is_packed(node) or node.batch
        if block is not None and inside:
            value = name.removeprefix(occurrence.name.removesuffix(node.name))
            identities = self._identities[block.name]
            identity = identities.setdefault(
                value, _identity_name(value, block, identities.values())
            )
            module = f"{occurrence.instance}.{identity}"
            return module, f'{self._outputs}["{module}"][{occurrence.pass_}]'
        if block is not None:
            self._by_name[block.name] = _with_module(block, node.name)
        output = f'{self._outputs}["{occurrence.returns}"][{occurrence.time}]'
        if node.single:
            return occurrence.returns, output
        base, code = node.pick(found.part)
        output += _index(node.returned, base)
        if is_packed(node) and base == OUTPUT:
            return occurrence.module, padded_from_hook(output, node)
        return occurrence.module, picked(code or "{}", output)


def _with_module(block: Graph, name: str) -> Graph:
    """Turn a layer that is a function into a module."""
    nodes = tuple(
        node._replace(function=None, shared="")
        if node.name == name and node.function is not None
        else node
        for node in block.nodes
    )
    return replace(block, nodes=nodes)


def _identity_name(value: str, block: Graph, others: Iterable[str]) -> str:
    """Name the `nn.Identity` that a value of a block goes through."""
    taken = {*others, *block.inputs, *block.parameters, *block.inferred, *block.sizes}
    taken |= {node.name for node in block.nodes}
    return free_name(f"{value.replace('.', '_')}_output", taken)


def _with_identities(block: Graph, identities: Mapping[str, str]) -> Graph:
    """Send values of a block through `nn.Identity` modules."""
    if not identities:
        return block
    values = block.values()
    names = {node.name for node in block.nodes}
    nodes: list[Node] = []
    for node in block.nodes:
        nodes.append(_renamed(node, identities))
        nodes += [
            _identity(node, values[value], value, identity)
            for value, identity in identities.items()
            if layer_in(value, names) == node.name
        ]
    outputs = tuple(identities.get(output, output) for output in block.outputs)
    about = block.description or f"A {plain_summary(block)}"
    return replace(block, description=about, nodes=tuple(nodes), outputs=outputs)


def _renamed(node: Node, identities: Mapping[str, str]) -> Node:
    sources = tuple(identities.get(source, source) for source in node.sources)
    otherwise = identities.get(node.otherwise, node.otherwise)
    return node._replace(sources=sources, otherwise=otherwise)


def _identity(node: Node, value: Value, source: str, name: str) -> Node:
    """Make a layer that returns the value of another one."""
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
    """Write the index of a part in the result of a call: `[1][0]`."""
    if isinstance(returned, str):
        return ""
    for index, each in enumerate(returned):
        if each == part:
            return f"[{index}]"
        if not isinstance(each, str) and part in _flat(each):
            return f"[{index}]{_index(each, part)}"
    raise ValueError(f"the call returns no {part}")


def _flat(returned: Returned) -> set[str]:
    if isinstance(returned, str):
        return {returned}
    return set[str]().union(*map(_flat, returned))


RECORDING_IMPORTS = {"Any", "Callable", "Iterator", "contextmanager"}
"""The names that the helper `recorded` imports."""


def recording_block(recording: Recording, body: Sequence[str]) -> list[str]:
    """Put statements into the `with` block that records outputs, if any are."""
    if not recording.modules:
        return [*body]
    items = ("self", *(f'"{name}"' for name in recording.modules))
    after = f" as {recording.outputs}:"
    head = layout(call("with recorded", *items), BODY, after=after)
    return [*head, *indented(body)]
