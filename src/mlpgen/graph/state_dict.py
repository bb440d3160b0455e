"""The tensors of a model as torch's state_dict has them, predicted without torch.

`state_dict(graph)` is what `{key: tensor for …}` of the model's `state_dict()` would
have: keys in torch's order, shapes, dtypes. A module saves its parameters, its buffers,
and then its modules, each in the order in which they are made
(https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html, `state_dict`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen.graph.entries.members import members_of
from mlpgen.graph.made_order import made_in_order
from mlpgen.names.members import layer_and_rest, member_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from mlpgen.graph.nodes import Graph, Node
    from mlpgen.layers.base import Shape


class StateTensor(NamedTuple):
    """A tensor of a state_dict.

    Attributes:
        key: Its key, with dots: `features.0.weight`.
        shape: Its shape.
        dtype: torch's name: `float32`, `int64`.
        layer: The key of its module; that of a tensor of a class is its own.
        type: The type of the layer that it belongs to: `BatchNorm2d`, `parameter`.
        learned: Whether it is a parameter; others are buffers.
        tied: The key of the tensor that it is the same as; empty if it is its own.
    """

    key: str
    shape: Shape
    dtype: str
    layer: str
    type: str
    learned: bool
    tied: str = ""

    @property
    def name(self) -> str:
        """Its name in its layer, `self_attn.in_proj_weight`; empty without a module."""
        return self.key[len(self.layer) + 1 :]


class StateDict(NamedTuple):
    """What is known of a state_dict.

    Attributes:
        tensors: Its tensors in order, without those of custom modules.
        unknown: The keys of custom modules, which can have any tensors.
    """

    tensors: tuple[StateTensor, ...]
    unknown: tuple[str, ...]

    @property
    def by_key(self) -> dict[str, StateTensor]:
        """Its tensors by their keys, in order."""
        return {each.key: each for each in self.tensors}


class Owner(NamedTuple):
    """A layer that has tensors of its own, or can have some.

    Attributes:
        key: The key of its module; of a tensor of a class its own.
        node: The layer.
        tied: The key of the layer whose parameters it uses.
        ties: The names of these.
        again: The key of the same module, if this is a second name for it.
    """

    key: str
    node: Node
    tied: str = ""
    ties: tuple[str, ...] = ()
    again: str = ""


def state_dict(graph: Graph) -> StateDict:
    """Predict the state_dict of a model."""
    tensors: list[StateTensor] = []
    unknown: list[str] = []
    for owner in owners(made(graph)):
        tensors += _tensors(owner)
        if owner.node.maker.module:
            unknown.append(owner.key)
    return StateDict(tuple(tensors), tuple(unknown))


def made(graph: Graph) -> tuple[Node, ...]:
    """Return the layers of a class in the order of their keys.

    Lists and dictionaries are made whole, at the place of their first member.
    """
    found: dict[str, Node] = {}
    for node in made_in_order(graph):
        member = member_of(node.name)
        held = members_of(member.holder, graph.nodes) if member else [node]
        found |= {each.name: each for each in held}
    return tuple(sorted(found.values(), key=_kind))


def _kind(node: Node) -> int:
    """Number what a class saves first: its parameters, its buffers, its modules."""
    return 2 if not node.is_tensor else 0 if node.parameters else 1


def owners(nodes: Sequence[Node], inside: str = "") -> Iterator[Owner]:
    """Yield the layers that have tensors of their own, or can have some, in order.

    Args:
        nodes: The layers of a class, or in a `Sequential`.
        inside: The name of the module that has them, with a dot.
    """
    keys = {node.name: node.key for node in nodes}
    for node in nodes:
        if (node.shared and not node.unused) or not node.active:
            continue
        if node.shared:
            first = next((each for each in nodes if each.name == node.shared), node)
            for each in _within(Owner(inside + first.key, first), inside):
                again = each.again or each.key
                key = inside + node.key + each.key[len(inside + first.key) :]
                yield each._replace(key=key, again=again)
            continue
        tied = ""
        if node.ties:
            layer, rest = layer_and_rest(node.tied, keys)
            tied = f"{inside}{'.'.join(filter(None, [keys.get(layer, layer), rest]))}"
        yield from _within(Owner(inside + node.key, node, tied, node.ties), inside)


def _within(owner: Owner, inside: str) -> Iterator[Owner]:
    """Yield a layer, or those that it contains."""
    key, node, tied, ties, _ = owner
    if node.is_tensor:
        if node.parameters or node.arguments.get("persistent", True):
            yield owner
        return
    for _, name, each in node.each_round():
        yield from _within(Owner(inside + name, each, tied, ties), inside)
    if node.rounds:
        return
    inner = made(node.graph) if node.graph else node.children
    yield from owners(inner, f"{key}.")
    if node.weights or node.computed_from or node.buffers or node.maker.module:
        yield owner


def parameters_of(owner: Owner) -> Mapping[str, Shape]:
    """Return the parameters of a layer by their names in it, in order."""
    node = owner.node
    if node.is_tensor:
        return {"": node.output} if node.parameters else {}
    return {**node.weights, **node.computed_from}


def _tensors(owner: Owner) -> Iterator[StateTensor]:
    """Yield the tensors of a layer."""
    key, node = owner.key, owner.node
    for name, shape in parameters_of(owner).items():
        yield _tensor(owner, name, shape, "float32", learned=True)
    if node.is_tensor and not node.parameters:
        yield StateTensor(
            key, _plain(node.output), node.value.dtype, key, node.type, learned=False
        )
    for name, value in node.buffers.items():
        yield _tensor(owner, name, value.shape, value.dtype, learned=False)


def _tensor(
    owner: Owner, name: str, shape: Iterable[int], dtype: str, *, learned: bool
) -> StateTensor:
    key, layer = (f"{owner.key}.{name}" if name else owner.key), owner.key
    other = owner.again or (owner.tied if name in owner.ties else "")
    tied = f"{other}.{name}" if other else ""
    return StateTensor(key, _plain(shape), dtype, layer, owner.node.type, learned, tied)


def _plain(shape: Iterable[int]) -> Shape:
    """Return a shape as plain numbers."""
    return tuple(map(int, shape))
