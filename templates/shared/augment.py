"""Random changes of the images of a batch, so that no epoch sees the same ones.

Images are float32 (N, C, H, W).
"""

import math

import torch
from torch import Tensor
from torch.nn import functional as F


def crop(images: Tensor, padding: int) -> Tensor:
    """Move each image by up to `padding` pixels, and fill with zeros."""
    count, _, height, width = images.shape
    device = images.device
    padded = F.pad(images, [padding] * 4).permute(0, 2, 3, 1)
    places = torch.arange(count, device=device).view(-1, 1, 1)
    top, left = torch.randint(2 * padding + 1, (2, count, 1, 1), device=device)
    rows = top + torch.arange(height, device=device).view(1, -1, 1)
    columns = left + torch.arange(width, device=device).view(1, 1, -1)
    moved = padded[places, rows, columns].permute(0, 3, 1, 2)
    return moved.clone(memory_format=torch.contiguous_format)


def flip(images: Tensor, p: float) -> Tensor:
    """Mirror each image, left to right, with probability `p`."""
    chosen = torch.rand(len(images), 1, 1, 1, device=images.device) < p
    return torch.where(chosen, images.flip(3), images)


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


def cutout(images: Tensor, size: int) -> Tensor:
    """Set a square of each image to 0 (arXiv:1708.04552)."""
    count, _, height, width = images.shape
    device = images.device
    top = torch.randint(height, (count, 1, 1, 1), device=device) - size // 2
    left = torch.randint(width, (count, 1, 1, 1), device=device) - size // 2
    rows = torch.arange(height, device=device).view(-1, 1) - top
    columns = torch.arange(width, device=device) - left
    inside = (rows >= 0) & (rows < size) & (columns >= 0) & (columns < size)
    return images.masked_fill(inside, 0)


def _resampled(images: Tensor, first: Tensor, second: Tensor) -> Tensor:
    """Read each image at other places: two rows of its matrix, (N, 3) each."""
    matrices = torch.stack([first, second], dim=1).to(images)
    grid = F.affine_grid(matrices, list(images.shape), align_corners=False)
    return F.grid_sample(images, grid, align_corners=False)
