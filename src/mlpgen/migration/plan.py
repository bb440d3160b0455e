"""What becomes of each tensor of a checkpoint, said before anything is moved.

`migration(old, new)` compares the two networks without torch. What it calls exact is a
promise: that the outputs of the new network are those of the old one in eval mode.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.changes.layers import layers_of
from mlpgen.changes.matching import match
from mlpgen.graph.state_dict import state_dict
from mlpgen.migration.follow import Networks, follow
from mlpgen.migration.moves import Axis, Compared, Move
from mlpgen.migration.step import alike
from mlpgen.migration.units import all_of
from mlpgen.migration.values import is_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlpgen.changes.layers import Layers
    from mlpgen.changes.matching import Pair
    from mlpgen.graph.nodes import Model
    from mlpgen.graph.state_dict import StateTensor
    from mlpgen.migration.follow import Followed
    from mlpgen.migration.step import Planned

STATUSES = ("kept", "renamed", "moved", "widened", "narrowed", "new", "dropped")


class Migration(NamedTuple):
    """What a checkpoint of one network becomes for another.

    Attributes:
        moves: Each tensor of the new network in order, then what is dropped.
        compared: The outputs that an old one is compared with.
        reasons: Why not all outputs are kept: the key of a layer, and what is there.
        custom: Custom modules of the new network, with those that they were.
    """

    moves: tuple[Move, ...]
    compared: tuple[Compared, ...]
    reasons: tuple[tuple[str, str], ...]
    custom: Mapping[str, str]

    @property
    def exact(self) -> bool:
        """Whether the outputs of the old network are promised."""
        return not self.reasons and bool(self.compared)

    @property
    def counts(self) -> dict[str, int]:
        """How many tensors have each status, without those that none has."""
        found = Counter(each.status for each in self.moves)
        return {status: found[status] for status in STATUSES if found[status]}


def migration(old: Model, new: Model) -> Migration:
    """Plan how a checkpoint of one network becomes one of another."""
    layers = layers_of(old), layers_of(new)
    matching = match(*layers)
    followed = follow(Networks(old, new, *layers, matching))
    pairs = {pair.new.key: pair for pair in matching.pairs}
    states = state_dict(old), state_dict(new)
    before, after = states[0].by_key, states[1].by_key
    moves: list[Move] = []
    used: set[str] = set()
    torn: list[tuple[str, str]] = []
    for key, tensor in after.items():
        owner = after.get(tensor.tied, tensor)
        planned = followed.notes.tensors.get(owner.key)
        mine = followed.notes.tensors.get(key)
        if tensor.tied and mine and planned and not alike(mine, planned):
            why = f"it is the same tensor as `{tensor.tied}`, which changes otherwise"
            torn.append((tensor.layer, why))
        move = _move(tensor, planned or mine, before, pairs)
        moves.append(move)
        used.add(move.source)
    moves += [
        Move(key, "dropped", _gone(each), source=key, shape=each.shape)
        for key, each in before.items()
        if key not in used and each.tied not in used
    ]
    custom = {key: pairs[key].old.key for key in states[1].unknown if key in pairs}
    compared, lost, exact = _compared(followed, layers[0])
    lost += torn
    exact = exact and not torn
    reasons = () if exact else (*followed.notes.reasons, *lost)
    if not exact and not reasons:
        reasons = (("", "not all values can be followed"),)
    return Migration(tuple(moves), tuple(compared), reasons, custom)


def _move(
    tensor: StateTensor,
    planned: Planned | None,
    before: Mapping[str, StateTensor],
    pairs: Mapping[str, Pair],
) -> Move:
    """Say what becomes of a tensor, in words."""
    key, shape = tensor.key, tensor.shape
    if planned is None:
        same = before.get(key)
        if same is None or same.shape != shape or tensor.layer in pairs:
            return Move(key, "new", "as the spec says", fill="init", shape=shape)
        axes = tuple(Axis(all_of(size)) for size in shape)
        return Move(key, "kept", "", same.key, axes, shape=shape)
    if not planned.source or planned.source not in before:
        words = {
            "zeros": "zeros, so that nothing changes",
            "identity": "the identity, so that nothing changes",
            "rescaled": "changes nothing in eval mode",
        }
        fill = planned.fill or "init"
        why = words.get(fill, "as the spec says")
        return Move(key, "new", why, fill=fill, shape=shape)
    source = before[planned.source]
    if key in before and before[key].tied == source.key:
        source = before[key]
    sizes = [*zip(source.shape, shape, strict=False)]
    if len(source.shape) != len(shape) or len(planned.axes) != len(shape):
        return Move(key, "new", "its shape is another", fill="init", shape=shape)
    move = Move(key, "kept", "", source.key, planned.axes, shape=shape)
    name = f"`{source.key}`" if source.key != key else ""
    size = " ".join(filter(None, ("from", name, _shown(source.shape))))
    if any(a > b for a, b in sizes):
        return move._replace(status="narrowed", why=f"{size}: the first stay")
    if not all(each.same for each in planned.axes):
        why = f"{size}: {_how(planned.axes)}"
        return move._replace(status="widened", why=why)
    pair = pairs.get(tensor.layer)
    if pair is not None and pair.moved:
        why = f"from {name}: " * bool(name) + "its layer runs elsewhere"
        return move._replace(status="moved", why=why)
    if name:
        return move._replace(status="renamed", why=f"from {name}")
    return move


def _how(axes: tuple[Axis, ...]) -> str:
    """Say how a tensor is widened."""
    copied = any(
        not each.same and not each.summed and -1 not in each.units.were for each in axes
    )
    shared = any(not each.same and each.summed for each in axes)
    fresh = any(not each.summed and -1 in each.units.were for each in axes)
    said = [
        "units repeated" if copied else "",
        "weights divided among the repeated inputs" if shared else "",
        "new units as the spec says" if fresh else "",
    ]
    return ", ".join(filter(None, said))


def _gone(tensor: StateTensor) -> str:
    return f"nothing of the new network was `{tensor.layer}`"


def _shown(shape: tuple[int, ...]) -> str:
    return f"[{', '.join(map(str, shape))}]"


def _compared(
    followed: Followed, old: Layers
) -> tuple[list[Compared], list[tuple[str, str]], bool]:
    """Pair the outputs with the old ones that they are.

    Returns:
        The pairs, what is lost, and whether all old outputs are kept.
    """
    found: list[Compared] = []
    lost: list[tuple[str, str]] = []
    others: list[tuple[str, str]] = []
    order = [*followed.outputs]
    before = [*old.flow.outputs.items()]
    left = {*range(len(before))}
    for at, (name, known) in enumerate(followed.outputs.items()):
        same = [
            each
            for each, (other, source) in enumerate(before)
            if is_value(known.origin, source)
        ]
        same.sort(key=lambda each: (each not in left, before[each][0] != name))
        if not same:
            others.append((name, followed.additions.get(name, "takes another value")))
            continue
        left.discard(same[0])
        axes = tuple(map(Axis, known.units[1:]))
        found.append(Compared(at, same[0], axes))
    if left:
        names = ", ".join(f"`{before[each][0]}`" for each in sorted(left))
        lost = [*others, ("", f"no output is the old {names}")]
    exact = all(followed.outputs[order[each.new]].exact for each in found)
    return found, lost, exact and not left
