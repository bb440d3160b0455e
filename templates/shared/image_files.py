"""Files of images, read as tensors."""

import warnings
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from data_common import DataError

READABLE = ("1", "L", "LA", "P", "PA", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr")
"""Modes of Pillow with 8 bits a channel; those of 16 bits are "I" and "I;16"."""


def pixels(image: Any) -> Tensor:
    """Return the values of an image of Pillow, uint8 (C, H, W)."""
    values = torch.frombuffer(bytearray(image.tobytes()), dtype=torch.uint8)
    return values.reshape(image.height, image.width, -1).permute(2, 0, 1)


def opened(path: Path, mode: str) -> Any:
    """Read an image as "L", grey, or "RGB": upright, on white where it has no color."""
    try:
        from PIL import Image, ImageOps
    except ImportError:
        raise DataError("reading images needs a package: pip install pillow") from None
    warnings.filterwarnings("ignore", module="PIL")  # what is wrong is raised as well
    with Image.open(path) as image:
        upright = ImageOps.exif_transpose(image)
    if upright.mode in ("I", "I;16"):
        deep = upright.convert("I").point(lambda value: value / 256)
        return deep.convert("L").convert(mode)
    if upright.mode not in READABLE:
        raise DataError(f"{path} has {upright.mode} pixels: save it with 8 bits each")
    if upright.has_transparency_data:
        ground = Image.new("RGBA", upright.size, "white")
        upright = Image.alpha_composite(ground, upright.convert("RGBA"))
    return upright.convert(mode)
