"""What `load_state_dict(strict=True)` of the new model says to an old checkpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.changes.reasons import Break, listed_few

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlpgen.changes.matching import Matching
    from mlpgen.changes.rounds import ExtraRounds, RoundChange
    from mlpgen.changes.sides import Side
    from mlpgen.diagnostics.diagnostic import Place
    from mlpgen.graph.state_dict import StateTensor

HELP = "`mlpgen migrate` makes a checkpoint that fits"


def weight_breaks(
    old: Side, new: Side, matching: Matching, extra: ExtraRounds
) -> list[Break]:
    """Find the keys and shapes that do not fit, a reason for each layer.

    What only more or fewer rounds have is one reason.

    A dtype is none: torch casts what it loads.
    """
    found = [*_sizes(old, new), *_keys(old, new, matching, extra)]
    return [*dict.fromkeys((*found, *_custom(old, new, extra)))]


def _layers(tensors: Sequence[StateTensor]) -> dict[str, list[StateTensor]]:
    found: dict[str, list[StateTensor]] = {}
    for each in tensors:
        found.setdefault(each.layer, []).append(each)
    return found


def _place(side: Side, key: str) -> Place:
    """Return the place of a layer; what no layer has is told at the list of layers."""
    layer = next((each for each in side.layers.every if each.key == key), None)
    return side.place("layers") if layer is None else side.place_of(layer)


def _sizes(old: Side, new: Side) -> Iterator[Break]:
    there = {each.key: each for each in old.state.tensors}
    wrong = [
        each
        for each in new.state.tensors
        if each.key in there and there[each.key].shape != each.shape
    ]
    for layer, tensors in _layers(wrong).items():
        texts = [
            f"`{each.key}` is {_shape(each)}, no longer {_shape(there[each.key])}"
            for each in tensors
        ]
        yield Break("weights", _joined(texts), _place(new, layer), help=HELP)


def _keys(
    old: Side, new: Side, matching: Matching, extra: ExtraRounds
) -> Iterator[Break]:
    """Tell the keys that only one side has, those of renamed layers together."""
    before = {each.key for each in old.state.tensors}
    after = {each.key for each in new.state.tensors}
    missing = _layers([each for each in new.state.tensors if each.key not in before])
    unexpected = _layers([each for each in old.state.tensors if each.key not in after])
    for pair in matching.pairs:
        was, now = pair.old.key, pair.new.key
        both = was in unexpected and now in missing
        if pair.renamed and both and pair.old.kind == pair.new.kind:
            keys = [each.key for each in missing.pop(now)]
            unexpected.pop(was)
            message = f"`{was}` is now `{now}`: the keys "
            message += f"{listed_few(keys)} have other names"
            yield Break("weights", message, new.place_of(pair.new), help=HELP)
    for verb, left in (("lacks", missing), ("has", unexpected)):
        for change, keys in _of_rounds(left, extra).items():
            message = f"{change.message}: an old checkpoint {verb} {listed_few(keys)}"
            yield Break("weights", message, change.place, help=HELP)
    for layer, tensors in missing.items():
        names = listed_few([each.key for each in tensors])
        message = f"an old checkpoint lacks {names} of `{layer}`"
        yield Break("weights", message, _place(new, layer), help=HELP)
    for layer, tensors in unexpected.items():
        names = listed_few([each.key for each in tensors])
        message = f"an old checkpoint has {names} of `{layer}`, which is gone"
        if layer in {each.layer for each in new.state.tensors}:
            message = f"an old checkpoint has {names}, which `{layer}` has no more"
        yield Break("weights", message, _place(new, layer), help=HELP)


def _of_rounds(
    left: dict[str, list[StateTensor]], extra: ExtraRounds
) -> dict[RoundChange, list[str]]:
    """Take away the tensors of extra rounds, and return their keys by the reason."""
    found: dict[RoundChange, list[str]] = {}
    for layer in [*left]:
        if change := extra.of(layer):
            keys = [each.key for each in left.pop(layer)]
            found.setdefault(change, []).extend(keys)
    return found


def _custom(old: Side, new: Side, extra: ExtraRounds) -> Iterator[Break]:
    """Tell custom modules that may have other tensors: only their author knows."""
    one, other = ({*side.state.unknown} for side in (old, new))
    for key in sorted(one ^ other):
        if change := extra.of(key):
            message = f"{change.message}: its custom layers may have tensors"
            yield Break("weights", message, change.place, certain=False)
            continue
        message = f"the custom layer `{key}` may have tensors, and is "
        message += "new" if key in other else "gone"
        yield Break("weights", message, _place(new, key), certain=False)
    layers = {each.key: each for each in old.layers.every}
    for layer in new.layers.every:
        was = layers.get(layer.key)
        if layer.key not in one & other or was is None:
            continue
        if (was.kind, was.node.maker.module, was.arguments) != (
            *(layer.kind, layer.node.maker.module),
            layer.arguments,
        ):
            message = f"the custom layer `{layer.key}` may have other tensors"
            yield Break("weights", message, new.place_of(layer), certain=False)


def _shape(tensor: StateTensor) -> str:
    return str([*tensor.shape])


def _joined(texts: Sequence[str], most: int = 3) -> str:
    left = len(texts) - most
    return "; ".join(texts[:most]) + (f"; and {left} more" if left > 0 else "")
