"""Files of images, read as tensors."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from data_common import DataError
from data_files import FileKind
from image_fit import Fit
from image_formats import picture
from image_walk import should_be_image

IMAGES = FileKind("images", known=should_be_image)
"""Files with an image each, whatever they are called."""
READABLE = ("1", "L", "LA", "P", "PA", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr")
"""Modes of Pillow with 8 bits a channel."""
DEEP = ("I", "I;16", "I;16L", "I;16B", "I;16N", "F")
"""Those with more, all grey."""
WHITES = (1, 255, 1023, 4095, 16383, 65535)
"""What is white with 8 to 16 bits, or in floating-point numbers."""
Ends = Mapping[str, Sequence[float]] | Sequence[float]
"""What is black and what is white where there are more than 8 bits.

It is told apart for `kind_of_numbers`; runs of older scripts have one for both.
"""


def pixels(image: Any) -> Tensor:
    """Return the values of an image of Pillow, uint8 (C, H, W)."""
    values = torch.frombuffer(bytearray(image.tobytes()), dtype=torch.uint8)
    return values.reshape(image.height, image.width, -1).permute(2, 0, 1)


def opened(path: Path, mode: str, ends: Ends | None = None) -> Any:
    """Read an image as "L", grey, or "RGB": upright, on white where it has no color.

    Args:
        path: The file; of several images in it, the first.
        mode: What it becomes.
        ends: What is black and what is white; of a kind that it lacks, the image says
            it itself.
    """
    image = upright(path)
    if image.mode in DEEP:
        own = [each.item() for each in deep_values(image).nan_to_num().aminmax()]
        black, white = known_ends(image.mode, ends) or ends_of([(own[0], own[1])])
        unit = 255 / (white - black)
        shift = 0.5 - black * unit  # what follows rounds down
        return (
            as_floats(image)
            .point(lambda value: value * unit + shift)
            .convert("L")
            .convert(mode)
        )
    if image.mode not in READABLE:
        raise DataError(f"{path} has {image.mode} pixels: save it with 8 bits each")
    if image.has_transparency_data:
        from PIL import Image

        ground = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(ground, image.convert("RGBA"))
    return image.convert(mode)


def kind_of_numbers(mode: str) -> str:
    """Say what an image of over 8 bits holds, by its mode."""
    return "fractions" if mode == "F" else "whole numbers"


def known_ends(mode: str, ends: Ends | None) -> Sequence[float] | None:
    """Return what is black and what is white in images of a mode, if it is known."""
    return ends.get(kind_of_numbers(mode)) if isinstance(ends, Mapping) else ends


def as_floats(image: Any) -> Any:
    """Bring an image of over 8 bits to floating-point numbers."""
    return image if image.mode == "F" else image.convert("I").convert("F")


def deep_values(image: Any) -> Tensor:
    """Return the values of an image of over 8 bits, float32 (H * W,)."""
    content = bytearray(as_floats(image).tobytes())
    return torch.frombuffer(content, dtype=torch.float32)


def ends_of(every: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Choose what is black and what is white, by all values that there are."""
    least, most = min(low for low, _ in every), max(high for _, high in every)
    if least < 0 or most > WHITES[-1]:
        return least, max(most, least + 1)
    white = next(each for each in WHITES if most <= each)
    return 0, white if 8 * most >= white else most or 1


def upright(path: Path) -> Any:
    """Read an image as it is, turned as its camera says."""
    image = begun(path)
    from PIL import ImageOps

    with image:
        image.load()
        try:
            return ImageOps.exif_transpose(image)
        except Exception:  # a camera that says nonsense
            return image.copy()


def begun(path: Path) -> Any:
    """Read the beginning of an image: its size and its mode."""
    try:
        return picture(path)
    except ImportError:
        raise DataError("reading images needs a package: pip install pillow") from None


def sized_image(
    image: Any, size: tuple[int, int], fit: Fit, *, exact: bool = False
) -> Any:
    """Bring an image of Pillow to a width and a height.

    `resize` squeezes or stretches it; `crop` keeps its proportions, and cuts off what
    does not fit; `pad` keeps all of it, between black margins.

    Args:
        image: The image.
        size: The width and the height.
        fit: How.
        exact: Whether its values are names, such as those of classes, and not mixed.
    """
    from PIL import Image, ImageOps

    way = Image.Resampling.NEAREST if exact else Image.Resampling.BICUBIC
    if fit == "crop":
        return ImageOps.fit(image, size, way)
    if fit == "resize":
        return image.resize(size, way)
    width, height = without_margins(image.size, size)
    inner = image.resize((width, height), way)
    padded = Image.new(image.mode, size)
    padded.paste(inner, ((size[0] - width) // 2, (size[1] - height) // 2))
    return padded


def without_margins(image: tuple[int, int], size: tuple[int, int]) -> tuple[int, int]:
    """Return the width and the height that `pad` gives an image within a size."""
    unit = min(size[0] / image[0], size[1] / image[1])
    return max(round(image[0] * unit), 1), max(round(image[1] * unit), 1)
