"""Time to 98, 99 and 99.5 % on MNIST, with five seeds, against PyTorch's example.

    python benchmarks/targets.py --data-dir FOLDER

Ours are the committed scripts of `specs/speed/`, unchanged. The other is the network
and recipe of PyTorch's MNIST example (two convolutions, two dropouts, Adadelta with a
rate of 1 that decays by 0.7 per epoch, batches of 64), in the loop that favors it most:
its images are ready in memory, and only test data is evaluated. Both clocks start
before the first batch and stop after the evaluation that reached the target. Seeds
alternate, so that a noisy minute affects both.
"""

from __future__ import annotations

import argparse
import csv
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "generated" / "sequential"
sys.path.insert(0, str(FOLDER))

from data_common import Data  # noqa: E402, TC001
from data_mnist import load  # noqa: E402

TARGETS = {"mnist98": 0.98, "mnist99": 0.99, "mnist995": 0.995}
SEEDS = range(1, 6)
EPOCHS = 3  # of the other recipe
Curve = list[tuple[float, float]]
"""Seconds since the start, and the accuracy on the test data, after each epoch."""


class Example(nn.Module):
    """The network of PyTorch's example."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, 3)
        self.conv2 = nn.Conv2d(32, 64, 3)
        self.fc1 = nn.Linear(64 * 12 * 12, 128)
        self.fc2 = nn.Linear(128, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.conv1(x))
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = F.dropout(x, 0.25, self.training).flatten(1)
        x = F.dropout(F.relu(self.fc1(x)), 0.5, self.training)
        return F.log_softmax(self.fc2(x), dim=1)


def other(train: Data, test: Data, seed: int) -> Curve:
    """Train the example's network by its recipe."""
    torch.manual_seed(seed)
    model = Example()
    optimizer = torch.optim.Adadelta(model.parameters(), lr=1.0)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.7)
    examples = TensorDataset(*train.between(0, len(train)))
    batches = DataLoader(examples, batch_size=64, shuffle=True)
    tested = TensorDataset(*test.between(0, len(test)))
    tests = DataLoader(tested, batch_size=1000)
    curve: Curve = []
    start = time.perf_counter()
    for _ in range(EPOCHS):
        model.train()
        for images, labels in batches:
            optimizer.zero_grad()
            F.nll_loss(model(images), labels).backward()
            optimizer.step()
        model.eval()
        with torch.inference_mode():
            correct = sum(
                int((model(images).argmax(1) == labels).sum())
                for images, labels in tests
            )
        scheduler.step()
        curve.append((time.perf_counter() - start, correct / len(test.targets)))
    return curve


def ours(name: str, data_dir: Path, seed: int, threads: int) -> Curve:
    """Run a committed script."""
    script = FOLDER / f"train_{name}.py"
    with tempfile.TemporaryDirectory() as out:
        options = ["--data-dir", str(data_dir), "--out", out, "--seed", str(seed)]
        options += ["--threads", str(threads)]
        command = [sys.executable, str(script), *options]
        subprocess.run(command, check=True, capture_output=True)
        with Path(out, "metrics.csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
    curve: Curve = []
    for row in rows:
        passed = curve[-1][0] if curve else 0.0
        curve.append((passed + float(row["seconds"]), float(row["test_accuracy"])))
    return curve


def reached(curve: Curve, target: float) -> float | None:
    """Return when the accuracy first reached the target."""
    return next((seconds for seconds, found in curve if found >= target), None)


def shown(seconds: float | None) -> str:
    """Format a time, or the lack of one."""
    return "      -" if seconds is None else f"{seconds:7.2f}"


def main() -> None:
    """Print a table of seconds, and the ratios."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--only", choices=TARGETS, nargs="*", default=[*TARGETS])
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    folder = args.data_dir.resolve()
    scale = (0.1307, 0.3081)  # as the example normalizes
    train, _, test, _ = load(folder, torch.device("cpu"), normalize=scale)
    times: dict[str, list[float | None]] = {name: [] for name in args.only}
    theirs: list[Curve] = []
    print(f"seed  {'  '.join(f'{name:>16}' for name in args.only)}  other's epochs")
    for seed in SEEDS:
        cells = []
        for name in args.only:
            curve = ours(name, folder, seed, args.threads)
            times[name].append(reached(curve, TARGETS[name]))
            best = max(accuracy for _, accuracy in curve)
            cells.append(f"{shown(times[name][-1])} {best:8.2%}")
        theirs.append(other(train, test, seed))
        epochs = ", ".join(f"{s:.1f} s {a:.2%}" for s, a in theirs[-1])
        print(f"{seed:4}  {'  '.join(cells)}  {epochs}", flush=True)
    for name in args.only:
        _compare(name, times[name], theirs)


def _compare(name: str, found: list[float | None], theirs: list[Curve]) -> None:
    """Print how many seeds reached a target, and how much faster than the other."""
    times = [seconds for seconds in found if seconds is not None]
    print(f"{name}: {len(times)} of {len(found)} seeds reached {TARGETS[name]:.1%}")
    if not times:
        return
    pairs = [
        ((reached(curve, TARGETS[name]) or curve[-1][0]) / seconds)
        for seconds, curve in zip(found, theirs, strict=True)
        if seconds is not None
    ]
    never = sum(reached(curve, TARGETS[name]) is None for curve in theirs)
    print(f"  seconds: median {median(times):.2f}, largest {max(times):.2f}")
    print(f"  times sooner than the other: median {median(pairs):.1f}, least", end=" ")
    print(f"{min(pairs):.1f} (its {EPOCHS} epochs where it did not reach it: {never})")


if __name__ == "__main__":
    main()
