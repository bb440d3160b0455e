"""Epochs of the generated script against two usual loops, interleaved.

    python benchmarks/training.py --data-dir FOLDER

Model, batch size, optimizer and evaluation (loss and accuracy on all of train and test)
are the same. The usual loop is a DataLoader over a TensorDataset; the lecture's is one
over torchvision's `MNIST` with `ToTensor`, or where torchvision is not installed, over
the same steps written with Pillow.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset, TensorDataset

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "generated" / "sequential"))

import train_mnist_mlp as script  # noqa: E402
from mnist_mlp import MnistMLP  # noqa: E402

ROUNDS = 5


def torchvision_images(data: script.Data) -> Dataset[Any]:
    """Return torchvision's own data set, holding the data that was read already."""
    from torchvision.datasets import MNIST
    from torchvision.transforms import ToTensor

    images = MNIST.__new__(MNIST)
    images.data, images.targets = pixels(data), data.labels
    images.transform, images.target_transform = ToTensor(), None
    return images


class PillowImages(Dataset[tuple[Tensor, int]]):
    """What torchvision's data set does for each image, written out."""

    def __init__(self, data: script.Data) -> None:
        self.data, self.targets = pixels(data), data.labels

    def __len__(self) -> int:
        return len(self.data)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        image = Image.fromarray(self.data[index].numpy())
        channel = torch.from_numpy(np.array(image, np.uint8, copy=True))
        channel = channel.view(28, 28, 1).permute(2, 0, 1).contiguous()
        return channel.to(torch.float32).div(255), int(self.targets[index])


def pixels(data: script.Data) -> Tensor:
    """Return the images as they lie in the archive."""
    return (data.images[:, 0] * 255).round().to(torch.uint8)


def fresh() -> tuple[MnistMLP, torch.optim.Optimizer]:
    torch.manual_seed(1)
    model = MnistMLP()
    return model, torch.optim.SGD(model.parameters(), lr=0.1)


def usual(train: Dataset[Any], test: Dataset[Any], model: Any, optimizer: Any) -> float:
    """Train and evaluate one epoch by data loaders; return the seconds."""
    start = time.perf_counter()
    model.train()
    for features, targets in DataLoader(train, batch_size=64, shuffle=True):
        logits, _ = model(features)
        loss = F.cross_entropy(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.inference_mode():
        for data in (train, test):
            correct, total = 0, 0.0
            for features, targets in DataLoader(data, batch_size=64):
                logits, _ = model(features)
                total += F.cross_entropy(logits, targets, reduction="sum").item()
                correct += int((logits.argmax(1) == targets).sum())
    return time.perf_counter() - start


def ours(train: script.Data, test: script.Data, model: Any, optimizer: Any) -> float:
    """Train and evaluate one epoch as the generated script does."""
    generator = torch.Generator().manual_seed(1)
    start = time.perf_counter()
    script.train_epoch(model, optimizer, script.batches(train, 64, generator))
    script.evaluate(model, train)
    script.evaluate(model, test)
    return time.perf_counter() - start


def main() -> None:
    """Print the ratios."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data-dir", type=Path, default=ROOT / "data" / "sample")
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    cpu = torch.device("cpu")
    train = script.load(args.data_dir, "train", cpu)
    test = script.load(args.data_dir, "t10k", cpu)
    tensors = TensorDataset(*train), TensorDataset(*test)
    torchvision = importlib.util.find_spec("torchvision")
    lecture_way = torchvision_images if torchvision else PillowImages
    images = lecture_way(train), lecture_way(test)
    rows = []
    for _ in range(ROUNDS):
        model = MnistMLP()
        fast = torch.optim.SGD(model.parameters(), lr=0.1, fused=True)
        rows.append(
            (
                ours(train, test, model, fast),
                usual(*tensors, *fresh()),
                usual(*images, *fresh()),
            )
        )
    mine = median(row[0] for row in rows)
    loader = median(row[1] / row[0] for row in rows)
    lecture = median(row[2] / row[0] for row in rows)
    print(f"epoch of the generated script              {mine:6.2f} s")
    print(f"DataLoader(TensorDataset), times as long   {loader:6.1f}   (at least 1.6)")
    print(f"DataLoader(MNIST(ToTensor())), likewise    {lecture:6.1f}   (at least 10)")
    if not torchvision:
        print("torchvision is not installed: its steps were done with Pillow")


if __name__ == "__main__":
    main()
