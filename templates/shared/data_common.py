"""What all kinds of data share: examples in batches, their parts, their scale."""

import http.client
import os
import urllib.request
from collections.abc import Iterator, Sequence
from hashlib import md5
from pathlib import Path
from typing import Any, NamedTuple, Self

import torch
from torch import Tensor

RANK = int(os.environ.get("RANK", "0"))  # torchrun sets these
RANKS = int(os.environ.get("WORLD_SIZE", "1"))


class DataError(ValueError):
    """Why the data cannot be used, and what to do, in one line."""


class Data:
    """Examples and their targets, on one device.

    Attributes:
        features: What the model takes, (N, …).
        targets: What it should give, (N, …).
    """

    def __init__(self, features: Tensor, targets: Tensor) -> None:
        self.features, self.targets = features, targets

    def __len__(self) -> int:
        """Count the examples."""
        return len(self.targets)

    def at(self, index: Tensor) -> tuple[Tensor, Tensor]:
        """Return the examples at some places, int64 (B,), and their targets."""
        return self.features.index_select(0, index), self.targets.index_select(0, index)

    def between(self, start: int, stop: int) -> tuple[Tensor, Tensor]:
        """Return the examples from one place to another, and their targets."""
        return self.features[start:stop], self.targets[start:stop]

    def batches(self, size: int) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield all examples in order, some at a time; ranks share the batches."""
        for start in range(RANK * size, len(self), RANKS * size):
            yield self.between(start, start + size)

    def part(self, places: Tensor) -> Self:
        """Return the examples at some places as data of their own."""
        places = places.to(self.targets.device)
        return self._of(self.features[places], self.targets[places])

    def first(self, count: int) -> Self:
        """Return the first examples as data of their own."""
        return self._of(self.features[:count], self.targets[:count])

    def count(self, targets: Tensor) -> int | Tensor:
        """Count what the mean loss of a batch is over: its examples."""
        return len(targets)

    def _of(self, features: Tensor, targets: Tensor) -> Self:
        return type(self)(features, targets)


class Images(Data):
    """Images, uint8 (N, C, H, W), and their labels, int64 (N,).

    A batch is float32, less `mean` and divided by `std`. The images may lie elsewhere
    than the labels: where there is room for them.

    Attributes:
        mean: Of each channel, in 0 to 255, (C, 1, 1).
        std: Likewise.
    """

    def __init__(
        self,
        features: Tensor,
        targets: Tensor,
        mean: Tensor | None = None,
        std: Tensor | None = None,
    ) -> None:
        super().__init__(features, targets)
        self.mean = torch.zeros(1, 1, 1) if mean is None else mean
        self.std = torch.full((1, 1, 1), 255.0) if std is None else std

    def at(self, index: Tensor) -> tuple[Tensor, Tensor]:
        """Return the images at some places, float32 (B, C, H, W), and their labels."""
        pixels = self.features.index_select(0, index.to(self.features.device))
        return self._scaled(pixels), self.targets.index_select(0, index)

    def between(self, start: int, stop: int) -> tuple[Tensor, Tensor]:
        """Return the images from one place to another, float32, and their labels."""
        return self._scaled(self.features[start:stop]), self.targets[start:stop]

    def part(self, places: Tensor) -> Self:
        """Return the images at some places as data of their own."""
        features = self.features[places.to(self.features.device)]
        return self._of(features, self.targets[places.to(self.targets.device)])

    def _scaled(self, pixels: Tensor) -> Tensor:
        device = self.targets.device
        features = pixels.to(device, torch.float32)
        return features.sub_(self.mean.to(device)).div_(self.std.to(device))

    def _of(self, features: Tensor, targets: Tensor) -> Self:
        return type(self)(features, targets, self.mean, self.std)


class Splits(NamedTuple):
    """Data in three parts.

    Attributes:
        train: What the model learns from.
        validation: What decides between epochs; empty if nothing is held out for it.
        test: What the model never learns from.
        about: What predictions need to know of the data, as plain values: the names
            of its classes, its scale.
    """

    train: Data
    validation: Data
    test: Data
    about: dict[str, Any]

    def first(self, count: int) -> "Splits":
        """Put the first examples of the training data in the place of all parts."""
        data = self.train.first(count)
        return Splits(data, data, data, self.about)


def chosen(
    places: Tensor, subset: int, validation: float, seed: int
) -> tuple[Tensor, Tensor]:
    """Choose what is trained on, and what is held out to decide between epochs.

    Args:
        places: Of all training data, int64 (N,).
        subset: How many of them are used; 0 for all.
        validation: The share of these that is held out; 0 for nothing.
        seed: Gives the order.

    Raises:
        DataError: Nothing would be left.
    """
    if subset:
        places = shuffled(places, seed)[:subset]
    if validation:
        return held_out(places, validation, seed)
    return places, places[:0]


def held_out(places: Tensor, share: float, seed: int) -> tuple[Tensor, Tensor]:
    """Part places by the seed: most of them, and a share.

    Raises:
        DataError: Nothing would be left.
    """
    order = shuffled(places, seed)
    count = max(round(share * len(order)), 1)
    if count >= len(order):
        raise DataError(f"too few examples to hold out {share:.0%} of them")
    return order[count:], order[:count]


def shuffled(places: Tensor, seed: int) -> Tensor:
    """Return places in an order that the seed gives."""
    order = torch.Generator().manual_seed(seed)
    return places[torch.randperm(len(places), generator=order)]


def statistics(features: Tensor) -> tuple[Tensor, Tensor]:
    """Return mean and standard deviation of each channel, (C, 1, …), of (N, C, …)."""
    some = features[:: max(len(features) // 10_000, 1)].float()
    dims = (0, *range(2, some.ndim))
    std, mean = torch.std_mean(some, dim=dims, correction=0, keepdim=True)
    return mean[0], torch.where(std > 1e-6, std, 1.0)[0]


def opened(path: Path, mode: str) -> Any:
    """Read an image as "L", grey, or "RGB": upright, on white where it has no color.

    Raises:
        DataError: It is no image, or Pillow is not installed.
    """
    try:
        from PIL import Image, ImageOps
    except ImportError:
        raise DataError("reading images needs a package: pip install pillow") from None
    try:
        with Image.open(path) as image:
            upright = ImageOps.exif_transpose(image)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise DataError(f"{path} is no image: {error}") from None
    if upright.mode.startswith("I"):  # 16 bits
        return upright.point(lambda value: value / 256).convert("L").convert(mode)
    if upright.has_transparency_data:
        ground = Image.new("RGBA", upright.size, "white")
        upright = Image.alpha_composite(ground, upright.convert("RGBA"))
    return upright.convert(mode)


def fitted(path: Path, shape: Sequence[int]) -> Tensor:
    """Read an image of any size as one of a shape, uint8 (C, H, W)."""
    channels, height, width = shape
    image = opened(path, "RGB" if channels == 3 else "L").resize((width, height))
    pixels = torch.frombuffer(bytearray(image.tobytes()), dtype=torch.uint8)
    return pixels.reshape(height, width, channels).permute(2, 0, 1)


def download(path: Path, mirrors: Sequence[str], checksum: str) -> None:
    """Fetch a file from the first mirror that has the right one.

    Args:
        path: Where it goes; it has the same name there.
        mirrors: Addresses that end with a slash.
        checksum: The MD5 of the file.

    Raises:
        DataError: No mirror has it.
    """
    errors = []
    for mirror in mirrors:
        print(f"downloading {mirror}{path.name}")
        try:
            with urllib.request.urlopen(mirror + path.name, timeout=30) as response:
                content: bytes = response.read()
        except (OSError, http.client.HTTPException) as error:
            errors.append(f"{mirror}: {error}")
            continue
        if md5(content, usedforsecurity=False).hexdigest() == checksum:
            path.parent.mkdir(parents=True, exist_ok=True)
            aside = path.with_suffix(f".{os.getpid()}.part")
            aside.write_bytes(content)
            aside.replace(path)
            return
        errors.append(f"{mirror}: another file than expected")
    raise DataError(
        f"{path} is not there; --data-dir names the folder that has it "
        f"({'; '.join(errors)})"
    )
