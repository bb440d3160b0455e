"""Random changes of the images of a batch, so that no epoch sees the same ones.

Images are float32 (N, C, H, W).
"""

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
