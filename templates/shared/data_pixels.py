"""Images of 8 bits a value, which become floating-point in a batch."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

import torch
from torch import Tensor

from data_checks import DARK
from data_common import RANK, RANKS, Data
from data_scale import of_channels
from errors import note
from file_errors import readable
from image_checks import cut_values
from image_files import Ends, opened, pixels, sized_image
from image_fit import Fit
from preprocessing import Preprocessing


class Images(Data):
    """Images, uint8 (N, C, H, W), and their targets: labels, int64 (N,), or masks.

    Masks are int64 (N, H, W) of classes, or float32 of the shape of the output.

    A batch is float32, less `mean` and divided by `std`. The images may lie elsewhere
    than the targets: where there is room for them.

    Attributes:
        mean: Of each channel, in 0 to 255, (C, 1, 1); None is 0.
        std: Likewise.
    """

    unit: ClassVar[int] = 255
    mean: Tensor | None = None

    def __init__(self, features: Tensor, targets: Tensor) -> None:
        super().__init__(features, targets)
        self.std = torch.full((1, 1, 1), 255.0, device=targets.device)

    def at(self, index: Tensor) -> tuple[Tensor, Tensor]:
        """Return the images at some places, float32 (B, C, H, W), and their targets."""
        pixels = self.features.index_select(0, index.to(self.features.device))
        return self._scaled(pixels), self.targets.index_select(0, index)

    def between(self, start: int, stop: int) -> tuple[Tensor, Tensor]:
        """Return the images from one place to another, float32, and their targets."""
        return self._scaled(self.features[start:stop]), self.targets[start:stop]

    def as_read(self, values: Tensor) -> Tensor:
        """Return pixels as they were read: in 0 to 255."""
        return values

    def as_seen(self, values: Tensor) -> Tensor:
        """Return pixels, (N, C, H, W), as the model sees them, float32."""
        return self._scaled(values)

    def batches(self, size: int) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield as `Data` does; each batch takes the memory of the one before."""
        kept: Tensor | None = None
        for start in range(RANK * size, len(self), RANKS * size):
            pixels = self.features[start : start + size]
            if kept is None or kept.shape != pixels.shape:
                kept = torch.empty(pixels.shape, device=self.targets.device)
            pixels = pixels.to(self.targets.device)
            yield self._rescaled(kept.copy_(pixels)), self.targets[start : start + size]

    def scale(self, mean: Tensor, std: Tensor) -> None:
        """Bring the images of each batch from a mean and a deviation to 0 and 1."""
        device = self.targets.device
        self.mean, self.std = mean.to(device), std.to(device)

    def rescale(self, was: dict[str, Any], now: dict[str, Any]) -> None:
        """Bring the images of each batch to another scale."""
        mean, std = self._scale(now)
        self.scale(mean, std)
        self.keep_scale(mean, std)

    def _scaled(self, pixels: Tensor) -> Tensor:
        pixels = pixels.to(self.targets.device)  # as bytes, which are fewer
        return self._rescaled(pixels.to(torch.float32))

    def _rescaled(self, features: Tensor) -> Tensor:
        if self.mean is not None:
            features.sub_(self.mean)
        return features.div_(self.std)


def read_images(
    paths: Iterable[Path], shape: Sequence[int], about: dict[str, Any]
) -> Tensor:
    """Read images of any size as the model takes them, float32 (N, C, H, W).

    Args:
        paths: The files.
        shape: Of each.
        about: Their scale, as `normalized` has told it, and how they fit.

    Raises:
        DataError: One is no image.
    """
    fit, ends = about.get("fit", "resize"), about.get("ends")
    images: list[Tensor] = []
    for path in paths:
        image = fitted(path, shape, fit, ends)
        images.append(image)
        if image.max() <= DARK:
            said = f"{path} is nearly black: no pixel is above {DARK} of 255"
            note(f"warning: {said}")
        if said := cut_values(path, ends):
            note(f"warning: {said}")
    features: Tensor = of_pixels(about)(torch.stack(images))
    return features


def of_pixels(about: dict[str, Any]) -> Preprocessing:
    """Return what brings pixels to the scale that `normalized` has told."""
    if about["mean"] is None:
        return Preprocessing(torch.uint8, std=255)
    mean, std = (of_channels(about[name], 3) for name in ("mean", "std"))
    return Preprocessing(torch.uint8, mean, std)


def fitted(
    path: Path,
    shape: Sequence[int],
    fit: Fit = "resize",
    ends: Ends | None = None,
) -> Tensor:
    """Read an image of any size as one of a shape, uint8 (C, H, W).

    Raises:
        DataError: It is no image.
    """
    channels, height, width = shape
    with readable(path, "is no image"):
        image = opened(path, "RGB" if channels == 3 else "L", ends)
        return pixels(sized_image(image, (width, height), fit))
