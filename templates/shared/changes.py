"""What differs between the spec that a run was made from and that of today."""

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any, NamedTuple

Spec = Mapping[str, Mapping[str, Any]]
"""What `spec_x.py` says: of the `network`, and of its `training`."""
Layer = tuple[str, str]
"""Its name, and what it is."""


class Change(NamedTuple):
    """A key of a spec that says something else; None where it says nothing."""

    name: str
    was: Any
    now: Any

    def __str__(self) -> str:
        """Say it in the words of the spec."""
        if self.was is None:
            return f"{self.name} is new: {_said(self.now)}"
        if self.now is None:
            return f"{self.name} ({_said(self.was)}) is gone"
        return f"{self.name} was {_said(self.was)}, is {_said(self.now)}"


def of_network(was: Spec, now: Spec) -> list[str]:
    """Say how a network differs from another one: a line for each difference."""
    one, other = was["network"], now["network"]
    lines = [*_of_classes(one, other)]
    new = other.get("parameters", {}).keys() - one.get("parameters", {}).keys()
    lines += (f"the parameter {name} is new" for name in sorted(new))
    blocks, others = one.get("blocks", {}), other.get("blocks", {})
    gone = [name for name in blocks if name not in others]
    lines += (f"the block {name} is gone" for name in gone)
    for name, block in others.items():
        if name in blocks:
            lines += _of_classes(blocks[name], block, f"{name}.")
        else:
            lines.append(f"the block {name} is new")
    return lines


def of_parameters(was: Spec, now: Spec) -> list[Change]:
    """Return the parameters of a network that have another default."""
    kept, given = (each["network"].get("parameters", {}) for each in (was, now))
    return [change for change in _of_keys(kept, given) if change.was is not None]


def of_training(was: Spec, now: Spec) -> list[Change]:
    """Return the keys of a training that say something else."""
    return _of_keys(*(_flat(each["training"]) for each in (was, now)))


def is_other_data(change: Change) -> bool:
    """Tell whether a key is the data, and of another kind than it was."""
    return change.name == "data" and len({*map(_kind, change[1:])}) > 1


def _kind(data: str) -> str:
    """Return the kind of data of one's own; data sets with a name are all alike."""
    return data.partition(":")[0] if data.startswith("{") else ""


def _of_keys(was: Mapping[str, Any], now: Mapping[str, Any]) -> list[Change]:
    names = dict.fromkeys([*was, *now])
    pairs = [Change(name, was.get(name), now.get(name)) for name in names]
    return [each for each in pairs if each.was != each.now]


def _flat(keys: Mapping[str, Any], inside: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in keys.items():
        inner = isinstance(value, dict)
        found |= _flat(value, f"{inside}{name}.") if inner else {inside + name: value}
    return found


def _of_classes(
    was: Mapping[str, Any], now: Mapping[str, Any], inside: str = ""
) -> Iterator[str]:
    """Compare the model with another one, or a block."""
    for key in ("input", "outputs", "numbered", "order"):
        if was.get(key) != now.get(key):
            yield str(Change(inside + key, was.get(key), now.get(key)))
    layers = [
        [(inside + name, said) for name, said in each["layers"].items()]
        for each in (was, now)
    ]
    found = [*_of_layers(*layers)]
    yield from found or (
        f"{one[0]} is called {other[0]}"
        for one, other in zip(*layers, strict=True)
        if one != other
    )


def _of_layers(was: Sequence[Layer], now: Sequence[Layer]) -> Iterator[str]:
    """Compare layers in their order, but for running numbers in their names."""
    one, other = ([*map(_key, each)] for each in (was, now))
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    gone: list[Layer] = []
    new: list[Layer] = []
    for kind, start, stop, begin, end in matcher.get_opcodes():
        if kind == "equal":
            continue
        before, after = [*was[start:stop]], [*now[begin:end]]
        for first, second in _pairs(before, after):
            before.remove(first)
            after.remove(second)
            yield _changed(first, second)
        gone += before
        new += after
    for layer in gone:
        moved = next((each for each in new if _key(each) == _key(layer)), None)
        if moved is None:
            yield f"{layer[0]} ({layer[1]}) is gone"
        else:
            new.remove(moved)
            yield f"{layer[0]} ({layer[1]}) has another place"
    for name, said in new:
        yield f"{name} is new: {said}"


def _key(layer: Layer) -> tuple[str, str]:
    """Return a layer without the running numbers of its name."""
    return re.sub(r"_\d+(?=\.|$)", "", layer[0]), layer[1]


def _pairs(was: Sequence[Layer], now: Sequence[Layer]) -> list[tuple[Layer, Layer]]:
    """Pair layers that stand in one place: those of one name, then in their order."""
    names = dict(now)
    same = [(each, (each[0], names[each[0]])) for each in was if each[0] in names]
    taken = {one[0] for one, _ in same}
    rest = [[each for each in layers if each[0] not in taken] for layers in (was, now)]
    return [*same, *zip(*rest, strict=False)]


def _changed(one: Layer, other: Layer) -> str:
    if one[1] == other[1]:
        return f"{one[0]} ({one[1]}) is called {other[0]}"
    return f"{one[0]} was {one[1]}, is {other[1]}"


def _said(value: Any) -> str:
    """Write a value as a spec does."""
    return str(value).lower() if isinstance(value, bool) else str(value)
