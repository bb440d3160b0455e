"""Images of one size brought to another one: resized, cut, or with a margin."""

import math
from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from data_common import NUMBERS_AT_ONCE

Fit = Literal["resize", "crop", "pad"]
"""How images of another size become those that a model takes."""


def refit(images: Tensor, shape: Sequence[int], fit: Fit) -> Tensor:
    """Bring images of one size to a shape, uint8 (N, C, H, W).

    `resize` squeezes or stretches them, `crop` cuts the middle out, and `pad` puts a
    black margin around them; both leave pixels as they are.

    Args:
        images: The images, uint8 (N, C, H, W), grey or in color.
        shape: What each becomes, (C, H, W).
        fit: How.
    """
    channels, *size = shape
    grey = channels < images.shape[1]
    made = images.new_empty((len(images), 1 if grey else images.shape[1], *size))
    largest = max(images.shape[1:].numel(), math.prod(shape))
    at_once = max(4 * NUMBERS_AT_ONCE // largest, 1)
    pairs = (torch.split(each, at_once) for each in (images, made))
    for some, into in zip(*pairs, strict=True):
        into.copy_(sized(grayed(some) if grey else some, size, fit))
    return made.expand(-1, channels, -1, -1)  # which copies nothing


def sized(images: Tensor, size: Sequence[int], fit: Fit) -> Tensor:
    """Bring images to a height and a width."""
    if fit == "resize":
        return F.interpolate(images, [*size], mode="bilinear", antialias=True)
    height, width = size
    above, before = height - images.shape[2], width - images.shape[3]
    edges = [before // 2, before - before // 2, above // 2, above - above // 2]
    return F.pad(images, edges)  # below 0 it cuts


def grayed(images: Tensor) -> Tensor:
    """Make images grey as Pillow does: ITU-R BT.601."""
    red, green, blue = images.float().unbind(1)
    return (0.299 * red + 0.587 * green + 0.114 * blue).round().byte().unsqueeze(1)
