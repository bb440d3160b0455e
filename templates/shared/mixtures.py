"""Random mixtures of the images of a batch, whose targets are mixed alike.

Images are float32 (N, C, H, W), targets float32 (N, K), one value for each class.
"""

import torch
from torch import Tensor


def mixup(images: Tensor, targets: Tensor, alpha: float) -> tuple[Tensor, Tensor]:
    """Mix each image, and its target, with another one (arXiv:1710.09412)."""
    share = torch.distributions.Beta(alpha, alpha).sample().item()
    other = torch.randperm(len(images)).to(images.device)
    mixed = images.lerp(images[other], share)
    return mixed, targets.lerp(targets[other], share)


def cutmix(images: Tensor, targets: Tensor, alpha: float) -> tuple[Tensor, Tensor]:
    """Put a box of another image into each; mix targets alike (arXiv:1905.04899)."""
    height, width = images.shape[2:]
    part = (1 - torch.distributions.Beta(alpha, alpha).sample().item()) ** 0.5
    tall, wide = round(part * height), round(part * width)
    top = int(torch.randint(height - tall + 1, ()))
    left = int(torch.randint(width - wide + 1, ()))
    box = (..., slice(top, top + tall), slice(left, left + wide))
    other = torch.randperm(len(images)).to(images.device)
    images = images.clone()
    images[box] = images[other][box]
    return images, targets.lerp(targets[other], tall * wide / (height * width))
