"""Random turns, moves and stretches of the images of a batch, float32 (N, C, H, W)."""

import math

import torch
from torch import Tensor
from torch.nn import functional as F


def rotate(images: Tensor, degrees: float) -> Tensor:
    """Turn each image by up to `degrees`, either way."""
    height, width = images.shape[2:]
    angle = math.radians(degrees) * (2 * torch.rand(len(images)) - 1)
    cos, sin, zero = angle.cos(), angle.sin(), torch.zeros_like(angle)
    first = torch.stack([cos, -sin * height / width, zero], dim=1)
    second = torch.stack([sin * width / height, cos, zero], dim=1)
    return _resampled(images, first, second)


def affine(
    images: Tensor,
    degrees: float,
    translate: float,
    scale: tuple[float, float],
    shear: float,
) -> Tensor:
    """Turn, move, stretch and shear each image by up to so much, either way.

    Moves are shares of height and width; `scale` is from which to which size; angles
    are in degrees, that of `shear` is of the columns.
    """
    height, width = images.shape[2:]
    turn, slant, right, down = 2 * torch.rand(4, len(images)) - 1
    angle, tilt = math.radians(degrees) * turn, math.radians(shear) * slant
    size = scale[0] + (scale[1] - scale[0]) * torch.rand(len(images))
    cos, sin = angle.cos() / size, angle.sin() / size
    across = cos * tilt.tan() - sin
    along = sin * tilt.tan() + cos
    first = torch.stack([cos, across * height / width, 2 * translate * right], dim=1)
    second = torch.stack([sin * width / height, along, 2 * translate * down], dim=1)
    return _resampled(images, first, second)


def _resampled(images: Tensor, first: Tensor, second: Tensor) -> Tensor:
    """Read each image at other places: two rows of its matrix, (N, 3) each."""
    matrices = torch.stack([first, second], dim=1).to(images)
    grid = F.affine_grid(matrices, list(images.shape), align_corners=False)
    return F.grid_sample(images, grid, align_corners=False)
