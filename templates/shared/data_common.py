"""What all kinds of data share: examples in batches, their parts, their scale."""

import copy
import math
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal, NamedTuple, Self

import torch
from torch import Tensor

RANK = int(os.environ.get("RANK", "0"))  # torchrun sets these
RANKS = int(os.environ.get("WORLD_SIZE", "1"))
LOCAL_RANK = int(os.environ.get("LOCAL_RANK", "0"))  # of those on this machine
LOCAL_RANKS = int(os.environ.get("LOCAL_WORLD_SIZE", "1"))

Features = Any
"""What a model takes: a tensor, (N, …), or of several inputs a tuple of them."""
Numbers = float | list[float]
"""One number, or one for each channel."""
Scale = tuple[Numbers, Numbers] | Literal["auto"] | None
"""Mean and deviation that features are brought from; "auto": those that they have."""
NAMED = 5
"""What a line names; more is counted."""
NUMBERS_AT_ONCE = 2**20
"""Numbers of which something is made at once, so that it takes little memory."""
LARGEST_NUMBER = torch.finfo(torch.float32).max
"""What no number of data is above, since models take float32."""


class DataError(ValueError):
    """Why the data cannot be used, and what to do, in one line."""


class Data:
    """Examples and their targets, on one device.

    Attributes:
        features: What the model takes, (N, …).
        targets: What it should give, (N, …).
        unit: What stands for 1 in the features.
        class_weights: How much each class counts in the loss, float32 (K,), if it
            is weighted.
        pos_weight: How much positive targets count in the loss, float32 () or (K,),
            if they are weighted.
        compared: Whether the loss looks at the targets.
        counted: The class weights, if the loss of a batch is a mean over them.
        ignored: What stands for a class that is not known, if some are not.
        soft: Whether the targets are probabilities of classes, (N, K, …).
        scaled: Mean and deviation that the features were brought from, for features
            whose `unit` was 1 before.
        target_scale: Mean and deviation that the targets were brought from.
    """

    unit: ClassVar[int] = 1
    class_weights: Tensor
    pos_weight: Tensor
    compared: bool = True
    counted: Tensor | None = None
    ignored: int | None = None
    soft: bool = False
    scaled: tuple[Tensor, Tensor] | None = None
    target_scale: tuple[Tensor, Tensor] | None = None

    def __init__(self, features: Tensor, targets: Tensor) -> None:
        self.features, self.targets = features, targets

    def __len__(self) -> int:
        """Count the examples."""
        return len(self.targets)

    def at(self, index: Tensor) -> tuple[Features, Tensor]:
        """Return the examples at some places, int64 (B,), and their targets."""
        return self.features.index_select(0, index), self.targets.index_select(0, index)

    def some(self, most: int) -> tuple[Features, Tensor]:
        """Return examples from the first to the last, at most so many, as `at` does."""
        return self.at(spread(len(self), most).to(self.targets.device))

    def between(self, start: int, stop: int) -> tuple[Features, Tensor]:
        """Return the examples from one place to another, and their targets.

        The examples are a copy, since a model may change in place what it is given.
        """
        return self.features[start:stop].clone(), self.targets[start:stop]

    def batches(self, size: int) -> Iterator[tuple[Features, Tensor]]:
        """Yield all examples in order, some at a time; ranks share the batches."""
        for start in range(RANK * size, len(self), RANKS * size):
            yield self.between(start, start + size)

    def steps(self, batch_size: int, parts: int = 1) -> int:
        """Count the steps of an epoch; each has parts of `batch_size` examples."""
        most = len(self) // parts
        if not RANKS <= batch_size <= most:
            shared = f" for {parts} parts of a step" if parts > 1 else ""
            raise DataError(
                f"--batch-size {batch_size} must be from {RANKS}, the number of "
                f"ranks, to {most}, as there are {len(self)} examples{shared}"
            )
        return len(self) // (parts * batch_size)

    def shuffled(self, batch_size: int, parts: int, seed: int) -> tuple[Tensor, ...]:
        """Return the places of each step; some have one more, so there is no rest."""
        order = shuffled(torch.arange(len(self)), seed).to(self.targets.device)
        return order.tensor_split(self.steps(batch_size, parts))

    def part(self, places: Tensor) -> Self:
        """Return the examples at some places as data of their own."""
        part = copy.copy(self)
        part.features = self.features[places.to(self.features.device)]
        part.targets = self.targets[places.to(self.targets.device)]
        return part

    def labels(self, targets: Tensor) -> Tensor:
        """Return classes; of their probabilities the likeliest."""
        return targets.argmax(dim=1) if self.soft else targets

    def known(self, targets: Tensor) -> int | Tensor:
        """Count the targets that the loss does not ignore."""
        if self.ignored is None:
            return targets.numel()
        return (targets != self.ignored).sum()

    def weights(self, targets: Tensor) -> Tensor:
        """Return the weight of the class of each target, 0 where it is ignored."""
        if self.ignored is None:
            return self.class_weights[targets]
        known = targets != self.ignored
        return self.class_weights[targets * known] * known

    def count(self, targets: Tensor) -> int | Tensor:
        """Count what the mean loss of a batch is over: targets, or their weights."""
        if self.counted is None:
            return self.known(targets)
        return self.weights(targets).sum()

    def shares(self, parts: Sequence[Tensor]) -> tuple[list[float], int | Tensor]:
        """Return the share of each part of a step, given by its places, and the count.

        The count is what the mean loss of all parts together is over.
        """
        if self.counted is None and self.ignored is None:
            whole = sum(len(part) for part in parts)
            return [len(part) / whole for part in parts], whole
        counts = [torch.as_tensor(self.count(self.targets[part])) for part in parts]
        total = torch.stack(counts).sum()
        return (torch.stack(counts) / total).tolist(), total

    @property
    def by_name(self) -> dict[str, "Data"]:
        """The data of each input, by its name."""
        return {"input": self}

    def inputs(self) -> dict[str, Tensor]:
        """Return what the model takes by its name, as it is kept, (N, …) each."""
        return {name: each.features for name, each in self.by_name.items()}

    def of(self, name: str) -> "Data":
        """Return the data of one input."""
        return self.by_name[name]

    def as_read(self, values: Tensor) -> Tensor:
        """Return kept values, (N, …), as they were before `normalize`."""
        return self.unscaled(values)

    def as_seen(self, values: Tensor) -> Tensor:
        """Return kept values, (N, …), as the model sees them."""
        return values

    def scale(self, mean: Tensor, std: Tensor) -> None:
        """Bring the features from a mean and a deviation to 0 and 1."""
        device = self.features.device
        self.features = (self.features - mean.to(device)).div_(std.to(device))

    def rescale(self, was: dict[str, Any], now: dict[str, Any]) -> None:
        """Bring scaled features from one scale to another one."""
        if all(was.get(key) == now.get(key) for key in ("mean", "std")):
            return  # such as whole numbers, which have none
        (mean, std), (middle, deviation) = (self._scale(each) for each in (was, now))
        restored = self.targets is self.features
        self.scale((middle - mean) / std, deviation / std)
        self.keep_scale(middle, deviation)
        if restored:
            self.targets = self.features

    def keep_scale(self, mean: Tensor, std: Tensor) -> None:
        """Remember what the features were brought from, for `unscaled`."""
        self.scaled = mean / self.unit, std / self.unit

    def unscaled(self, values: Tensor) -> Tensor:
        """Bring values, (N, C, …), from the scale of the features to their own."""
        if self.scaled is None:
            return values
        mean, std = (each.to(values.device) for each in self.scaled)
        return values * std + mean

    def standardize_targets(self, about: dict[str, Any]) -> None:
        """Bring the targets, (N, …), to mean 0 and deviation 1, if the loss wants that.

        Args:
            about: What is known of the data: of such targets, their `mean` and `std`.
        """
        if known := about.get("targets"):
            mean, std = (
                torch.tensor(known[name], device=self.targets.device)
                for name in ("mean", "std")
            )
            shape = self.targets.shape[1:]
            self.target_scale = mean.view(shape), std.view(shape)
            self.targets = (self.targets - mean.view(shape)) / std.view(shape)

    def rescale_targets(self, now: dict[str, Any]) -> None:
        """Bring the targets to another scale, that of `about`, or to their own unit."""
        self.targets = self.in_own_unit(self.targets)
        self.target_scale = None
        self.standardize_targets(now)

    def in_own_unit(self, values: Tensor) -> Tensor:
        """Bring what is compared with the targets, (N, …), to the unit they had."""
        if self.target_scale is None:
            return values
        mean, std = (each.to(values.device) for each in self.target_scale)
        return values * std + mean

    def _scale(self, about: dict[str, Any]) -> tuple[Tensor, Tensor]:
        """Lay mean and deviation out as features are, (C, 1, …)."""
        ones = (1,) * (self.features.ndim - 2)
        mean, std = about.get("mean"), about.get("std")
        if mean is None or std is None:
            mean, std = 0.0, float(self.unit)
        return torch.tensor(mean).view(-1, *ones), torch.tensor(std).view(-1, *ones)


class Splits(NamedTuple):
    """Data in three parts.

    Attributes:
        train: What the model learns from.
        validation: What decides between epochs; empty if nothing is held out for it.
        test: What the model never learns from.
        about: What predictions need to know of the data, as plain values: the names
            of its classes, its scale.
        notes: What was left out, found or assumed, a line each.
        warnings: What may be a mistake, a line each.
    """

    train: Data
    validation: Data
    test: Data
    about: dict[str, Any]
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    def first(self, count: int) -> "Splits":
        """Put the first examples of the training data in the place of all parts."""
        data = self.train.part(torch.arange(min(count, len(self.train))))
        return self._replace(train=data, validation=data, test=data)


def named(things: Iterable[object]) -> str:
    """Name things in a line, five at most: "a, b and c", "a, b, c, d, e and 7 more"."""
    names = [str(each) for each in things]
    if len(names) > NAMED + 1:
        names = [*names[:NAMED], f"{len(names) - NAMED:,} more"]
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def names_of_targets(about: Mapping[str, Any], count: int) -> list[str]:
    """Name the numbers to predict of an example: the columns of a table; else none.

    Args:
        about: What is known of the data.
        count: How many numbers there are.
    """
    names = [*about.get("target_columns", {})]
    return names if len(names) == count else []


def in_pieces(values: Tensor) -> Sequence[Tensor]:
    """Cut values, (N, …), into views of rows, few numbers each."""
    width = math.prod(values.shape[1:])
    return torch.split(values, max(NUMBERS_AT_ONCE // max(width, 1), 1))


def spread(count: int, most: int) -> Tensor:
    """Return places from the first of some to the last, at most so many, int64 (M,)."""
    few = min(count, most)
    return torch.arange(few) * (count - 1) // max(few - 1, 1)


def parted(data: Data, subset: int, validation: float, seed: int) -> tuple[Data, Data]:
    """Part data as `chosen` does; nothing is copied where all of it is trained on."""
    if not subset and not validation:
        return data, data.part(torch.arange(0))
    train, held = chosen(torch.arange(len(data)), subset, validation, seed)
    return data.part(train), data.part(held)


def chosen(
    places: Tensor, subset: int, validation: float, seed: int
) -> tuple[Tensor, Tensor]:
    """Choose what is trained on, and what is held out to decide between epochs.

    Args:
        places: Of all training data, int64 (N,).
        subset: How many of them are used; 0 for all.
        validation: The share of these that is held out; 0 for nothing.
        seed: Gives the order.
    """
    if subset:
        places = shuffled(places, seed)[:subset]
    if validation:
        return held_out(places, validation, seed)
    return places, places[:0]


def held_out(places: Tensor, share: float, seed: int) -> tuple[Tensor, Tensor]:
    """Part places by the seed: most of them, and a share; both must have some."""
    order = shuffled(places, seed)
    count = max(round(share * len(order)), 1)
    if count >= len(order):
        raise DataError(f"too few examples to hold out {share:.0%} of them")
    return order[count:], order[:count]


def shuffled(places: Tensor, seed: int) -> Tensor:
    """Return places in an order that the seed gives."""
    order = torch.Generator().manual_seed(seed)
    return places[torch.randperm(len(places), generator=order)]


def inside(folder: Path, path: str) -> Path:
    """Find a file or folder of the data; it must be there."""
    found = folder / path
    if not found.exists():
        advice = ". finds it" if Path(path).exists() else "names its folder"
        raise DataError(f"{found} is not there: --data-dir {advice}")
    if not (found.is_file() or found.is_dir()):  # such as a pipe, which would wait
        raise DataError(f"{found} is neither a file nor a folder")
    return found
