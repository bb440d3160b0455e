"""Images of 8 bits a value, which become floating-point in a batch."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, ClassVar

import torch
from torch import Tensor

from data_common import Data, readable
from data_scale import of_channels
from image_files import opened, pixels
from preprocessing import Preprocessing


class Images(Data):
    """Images, uint8 (N, C, H, W), and their labels, int64 (N,).

    A batch is float32, less `mean` and divided by `std`. The images may lie elsewhere
    than the labels: where there is room for them.

    Attributes:
        mean: Of each channel, in 0 to 255, (C, 1, 1).
        std: Likewise.
    """

    unit: ClassVar[int] = 255

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

    def as_read(self, name: str, values: Tensor) -> Tensor:
        """Return pixels as they were read: in 0 to 255."""
        del name
        return values

    def as_seen(self, name: str, values: Tensor) -> Tensor:
        """Return pixels, (N, C, H, W), as the model sees them, float32."""
        del name
        return self._scaled(values)

    def scale(self, mean: Tensor, std: Tensor) -> None:
        """Bring the images of each batch from a mean and a deviation to 0 and 1."""
        self.mean, self.std = mean, std

    def rescale(self, was: dict[str, Any], now: dict[str, Any]) -> None:
        """Bring the images of each batch to another scale."""
        self.scale(*self._scale(now))
        self.keep_scale(self.mean, self.std)

    def _scaled(self, pixels: Tensor) -> Tensor:
        device = self.targets.device
        features = pixels.to(device, torch.float32)
        return features.sub_(self.mean.to(device)).div_(self.std.to(device))


def read_images(
    paths: Iterable[Path], shape: Sequence[int], about: dict[str, Any]
) -> Tensor:
    """Read images of any size as the model takes them, float32 (N, C, H, W).

    Args:
        paths: The files.
        shape: Of each.
        about: Their scale, as `normalized` has told it.

    Raises:
        DataError: One is no image.
    """
    features = torch.stack([fitted(path, shape) for path in paths])
    images = Images(features, torch.zeros(len(features)))
    if about["mean"] is not None:
        mean, std = (of_channels(about[name], 3) for name in ("mean", "std"))
        images.scale(mean, std)
    return images.between(0, len(features))[0]


def of_pixels(about: dict[str, Any]) -> Preprocessing:
    """Return what brings pixels to the scale that `normalized` has told."""
    if about["mean"] is None:
        return Preprocessing(torch.uint8, std=255)
    mean, std = (of_channels(about[name], 3) for name in ("mean", "std"))
    return Preprocessing(torch.uint8, mean, std)


def fitted(path: Path, shape: Sequence[int]) -> Tensor:
    """Read an image of any size as one of a shape, uint8 (C, H, W).

    Raises:
        DataError: It is no image.
    """
    channels, height, width = shape
    with readable(path, "is no image"):
        image = opened(path, "RGB" if channels == 3 else "L").resize((width, height))
        return pixels(image)
