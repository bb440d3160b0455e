"""How fast a large table loads, and how much memory it takes above torch's import.

python benchmarks/tables.py --rows 42000 --columns 784
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

SHARED = Path(__file__).parent.parent / "templates" / "shared"
CHILD = """
import json, sys, time
from pathlib import Path
import torch

def peak():
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(each for each in lines if "VmHWM" in each).split()[1]) / 1024

sys.path.insert(0, sys.argv[1])
before, start = peak(), time.perf_counter()
import data_tables
from data_goal import Goal
data = data_tables.load(
    Path(sys.argv[2]), torch.device("cpu"), path="table.csv", target="label",
    features=int(sys.argv[3]), goal=Goal(classes=10), validation=0.1,
)
seconds, memory = time.perf_counter() - start, peak() - before
rows = [len(part) for part in data[:3]]
print(json.dumps({"seconds": seconds, "MB": memory, "rows": rows}))
"""


def write(path: Path, rows: int, columns: int) -> None:
    """Write a table as that of handwritten digits is: most numbers are 0."""
    import numpy as np

    draw = np.random.default_rng(0)
    ink = draw.random((rows, columns)) < 0.19
    pixels = draw.integers(0, 256, (rows, columns)) * ink
    labels = draw.integers(0, 10, (rows, 1))
    names = ",".join(["label", *(f"pixel{number}" for number in range(columns))])
    table = np.hstack([labels, pixels])
    np.savetxt(path, table, fmt="%d", delimiter=",", header=names, comments="")


def main() -> None:
    """Load the table a few times, each in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=42_000)
    parser.add_argument("--columns", type=int, default=784)
    parser.add_argument("--times", type=int, default=3)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder) / "table.csv", args.rows, args.columns)
        for _ in range(args.times):
            command = [sys.executable, "-c", CHILD, str(SHARED), folder]
            done = subprocess.run(
                [*command, str(args.columns)],
                capture_output=True,
                text=True,
                check=True,
            )
            found = json.loads(done.stdout)
            print(
                f"{found['seconds']:.2f} s, {found['MB']:.0f} MB above torch's import, "
                f"rows {found['rows']}"
            )


if __name__ == "__main__":
    main()
