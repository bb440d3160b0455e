"""Epochs of the generated script against other loops, alternating.

    python benchmarks/training.py --data-dir FOLDER

Model, batch size, optimizer and evaluation (loss and accuracy on all of train and test)
are the same. The usual loop is a DataLoader over a TensorDataset. The lecture's loop is
one over torchvision's `MNIST` with `ToTensor`, or without torchvision over the same
steps written with Pillow. The floor is the matrix products alone.
"""

from __future__ import annotations

import argparse
import ast
import importlib.util
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
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
FOLDER = ROOT / "generated" / "sequential"
sys.path.insert(0, str(FOLDER))

import train_mnist_mlp as script  # noqa: E402
from mnist_mlp import MnistMLP  # noqa: E402

from data_common import Splits  # noqa: E402
from data_mnist import load  # noqa: E402

ROUNDS = 5
EVALUATED = 2500
"""Examples that the script evaluates at once."""
BOUNDS = ["at least 2.2", "at least 15", "at most 2.6", "at most 1.10", "< 250", "< 50"]


def torchvision_images(data: script.Data) -> Dataset[Any]:
    """Return torchvision's data set with data that was read already."""
    from torchvision.datasets import MNIST
    from torchvision.transforms import ToTensor

    images = MNIST.__new__(MNIST)
    images.data, images.targets = pixels(data), data.targets
    images.transform, images.target_transform = ToTensor(), None
    return images


class PillowImages(Dataset[tuple[Tensor, int]]):
    """The same steps as torchvision's data set, for each image."""

    def __init__(self, data: script.Data) -> None:
        self.data, self.targets = pixels(data), data.targets

    def __len__(self) -> int:
        return len(self.data)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        image = Image.fromarray(self.data[index].numpy())
        channel = torch.from_numpy(np.array(image, np.uint8, copy=True))
        channel = channel.view(28, 28, 1).permute(2, 0, 1).contiguous()
        return channel.to(torch.float32).div(255), int(self.targets[index])


def pixels(data: script.Data) -> Tensor:
    """Return the images as stored in the archive."""
    return data.features[:, 0]


def usual(train: Dataset[Any], test: Dataset[Any]) -> float:
    """Train and evaluate one epoch by data loaders; return the seconds."""
    torch.manual_seed(1)
    model = MnistMLP()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
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


def ours(train: script.Data, test: script.Data) -> float:
    """Train and evaluate one epoch as the generated script does."""
    torch.manual_seed(1)
    model = MnistMLP()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, fused=True)
    args = argparse.Namespace(
        seed=1,
        batch_size=64,
        checkpoint_every=0,
        device=torch.device("cpu"),
        out=Path(),
        profile=False,
    )
    data = Splits(train, train, test, {})
    run = script.Run(args, data, model=model, optimizer=optimizer)
    start = time.perf_counter()
    script.train_epoch(model, optimizer, train, run)
    script.evaluate(model, train)
    script.evaluate(model, test)
    return time.perf_counter() - start


def products(train: script.Data, test: script.Data) -> float:
    """Do only the matrix products of an epoch."""
    sizes = [784, 128, 64, 10]
    pairs = list(pairwise(sizes))
    weights = [torch.randn(wide, narrow) for wide, narrow in pairs]
    inputs = [torch.randn(64, size) for size in sizes]
    large = [torch.randn(EVALUATED, size) for size in sizes]
    steps = len(train.targets) // 64
    checks = (len(train.targets) + len(test.targets)) // EVALUATED
    start = time.perf_counter()
    with torch.inference_mode():
        for _ in range(steps):
            for place, weight in enumerate(weights):
                torch.mm(inputs[place], weight)
                torch.mm(inputs[place].t(), inputs[place + 1])
                if place:
                    torch.mm(inputs[place + 1], weight.t())
        for _ in range(checks):
            for place, weight in enumerate(weights):
                torch.mm(large[place], weight)
    return time.perf_counter() - start


def memory(data_dir: Path) -> float:
    """Compare the peak memory of a run with that of torch's import and the data.

    Making the first optimizer imports `torch._dynamo`.
    """
    command = [sys.executable, "-c", "import torch, torch._dynamo"]
    alone = _peak(command)
    with tempfile.TemporaryDirectory() as out:
        options = ["--data-dir", str(data_dir.resolve()), "--epochs", "1", "--out", out]
        whole = _peak([sys.executable, str(FOLDER / "train_mnist_mlp.py"), *options])
    data = load(data_dir, torch.device("cpu"))
    tensors = [data.train.features, data.train.targets]
    tensors += [data.test.features, data.test.targets]
    size = sum(each.numel() * each.element_size() for each in tensors)
    return whole / (alone + size)


def _peak(command: list[str]) -> float:
    """Return the largest memory of a process, in bytes."""
    code = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, "
        "stdout=subprocess.DEVNULL); "
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *command], capture_output=True, check=True
    )
    unit = 1 if sys.platform == "darwin" else 1024
    return float(done.stdout) * unit


def lines() -> tuple[int, int]:
    """Count the lines of the script, and of the function of an epoch."""
    text = (FOLDER / "train_mnist_mlp.py").read_text(encoding="utf-8")
    functions = {
        node.name: node
        for node in ast.parse(text).body
        if isinstance(node, ast.FunctionDef)
    }
    epoch = functions["train_epoch"]
    return len(text.splitlines()), (epoch.end_lineno or 0) - epoch.lineno + 1


def main() -> None:
    """Print the ratios."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data-dir", type=Path, default=ROOT / "data" / "sample")
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    data = load(args.data_dir, torch.device("cpu"))
    train, test = data.train, data.test
    tensors = [TensorDataset(*each.between(0, len(each))) for each in (train, test)]
    torchvision = importlib.util.find_spec("torchvision")
    lecture_way = torchvision_images if torchvision else PillowImages
    images = lecture_way(train), lecture_way(test)
    rows = [
        (
            ours(train, test),
            usual(*tensors),
            usual(*images),
            products(train, test),
        )
        for _ in range(ROUNDS)
    ]
    whole, epoch = lines()
    figures = [
        ("DataLoader(TensorDataset), times as long", median(r[1] / r[0] for r in rows)),
        ("DataLoader(MNIST(ToTensor())), likewise", median(r[2] / r[0] for r in rows)),
        ("epoch against its products alone", median(r[0] / r[3] for r in rows)),
        ("memory against import and data", memory(args.data_dir)),
        ("lines of train_mnist_mlp.py", whole),
        ("lines of train_epoch", epoch),
    ]
    print(f"epoch of the generated script: {median(row[0] for row in rows):.2f} s")
    for (name, value), bound in zip(figures, BOUNDS, strict=True):
        print(f"{name:42} {value:7.2f}   ({bound})")
    if not torchvision:
        print("torchvision is not installed: its steps were done with Pillow")


if __name__ == "__main__":
    main()
