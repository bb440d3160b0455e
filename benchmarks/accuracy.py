"""Train the committed networks on all of MNIST: accuracy, and equal weights.

python benchmarks/accuracy.py --data-dir FOLDER
"""

from __future__ import annotations

import argparse
import csv
import subprocess
import sys
import tempfile
from pathlib import Path

import torch

GENERATED = Path(__file__).parent.parent / "generated"


def train(style: str, name: str, data: Path, out: Path) -> float:
    """Run a committed script unchanged and return its last test accuracy."""
    script = GENERATED / style / f"train_{name}.py"
    command = [sys.executable, str(script), "--data-dir", str(data), "--out", str(out)]
    subprocess.run(command, check=True)
    with (out / "metrics.csv").open(newline="") as file:
        return float([*csv.DictReader(file)][-1]["test_accuracy"])


def equal(one: Path, other: Path) -> bool:
    """Compare the weights of two runs."""
    a, b = (
        torch.load(out / "last.pt", weights_only=True)["model"] for out in (one, other)
    )
    return a.keys() == b.keys() and all(torch.equal(a[key], b[key]) for key in a)


def main() -> None:
    """Print the accuracies."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data-dir", type=Path, required=True)
    data = parser.parse_args().data_dir
    with tempfile.TemporaryDirectory() as name:
        one, other, cnn = (Path(name) / each for each in ("one", "other", "cnn"))
        first = train("explicit", "mnist_mlp", data, one)
        second = train("sequential", "mnist_mlp", data, other)
        same = equal(one, other)
        best = train("sequential", "mnist_cnn", data, cnn)
    print(f"mnist_mlp, both styles  {first:.2%} {second:.2%}   (at least 97.5 %)")
    print(f"the very same weights   {'yes' if same else 'NO'}")
    print(f"mnist_cnn               {best:.2%}          (at least 99.2 %)")


if __name__ == "__main__":
    main()
