"""Two ranks with one thread each against one process with one thread, alternating.

    python benchmarks/ranks.py --data-dir FOLDER

Both train `mnist_cnn` with the same global batch, by the generated script. Seconds are
those of metrics.csv, with evaluation, after a first epoch to warm up.
"""

from __future__ import annotations

import argparse
import csv
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parent.parent
SCRIPT = ROOT / "generated" / "explicit" / "train_mnist_cnn.py"
ROUNDS = 3


def seconds(data_dir: Path, ranks: int) -> float:
    """Train two epochs and return the seconds of the second."""
    start = [sys.executable]
    if ranks > 1:
        start += ["-m", "torch.distributed.run", "--standalone"]
        start += [f"--nproc-per-node={ranks}"]
    with tempfile.TemporaryDirectory() as out:
        options = ["--epochs", "2", "--threads", "1", "--out", out]
        command = [*start, str(SCRIPT), *options, "--data-dir", str(data_dir)]
        subprocess.run(command, check=True, capture_output=True)
        with Path(out, "metrics.csv").open(newline="") as file:
            return float(list(csv.DictReader(file))[-1]["seconds"])


def main() -> None:
    """Print the ratio."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data-dir", type=Path, default=ROOT / "data" / "sample")
    args = parser.parse_args()
    folder = args.data_dir.resolve()
    pairs = [(seconds(folder, 1), seconds(folder, 2)) for _ in range(ROUNDS)]
    print(f"one process, one thread   {median(one for one, _ in pairs):6.2f} s")
    print(f"two ranks, one thread     {median(two for _, two in pairs):6.2f} s")
    ratio = median(one / two for one, two in pairs)
    print(f"times as fast             {ratio:6.2f}   (at least 1.6)")


if __name__ == "__main__":
    main()
