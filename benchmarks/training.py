"""Epochs of the generated script against two usual loops, interleaved.

    python benchmarks/training.py --data-dir FOLDER

Model, batch size, optimizer and evaluation (loss and accuracy on all of train and test)
are the same. The usual loop is a DataLoader over a TensorDataset; the lecture's goes
through one PIL image and torchvision's `ToTensor` at a time, whose steps are here.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset, TensorDataset

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "generated" / "sequential"))

import train_mnist_mlp as script  # noqa: E402
from mnist_mlp import MnistMLP  # noqa: E402

ROUNDS = 5


class Images(Dataset[tuple[Tensor, int]]):
    """MNIST as torchvision's data set gives it: a PIL image, then a tensor."""

    def __init__(self, data: script.Data) -> None:
        self.pixels = (data.images[:, 0] * 255).to(torch.uint8).numpy()
        self.labels = data.labels

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        import numpy as np
        from PIL import Image

        image = Image.fromarray(self.pixels[index], mode="L")
        pixels = torch.from_numpy(np.array(image, np.uint8, copy=True))
        return pixels.view(1, 28, 28).to(torch.float32).div(255), int(
            self.labels[index]
        )


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
    images = Images(train), Images(test)
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
    print(f"DataLoader(images, ToTensor), likewise     {lecture:6.1f}   (at least 10)")


if __name__ == "__main__":
    main()
