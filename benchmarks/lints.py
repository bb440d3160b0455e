"""Time `validate` with and without the rules about faults of design, alternating.

python benchmarks/lints.py
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parent.parent
ROUNDS = 31
MOST = 1.1
SPECS = ("specs/zoo/gpt2.yaml", "specs/zoo/resnet50.yaml", "specs/mnist_mlp.yaml")
COLD = """
import sys, time
from mlpgen import api
if sys.argv[2] == "without":
    api.lint = lambda network: []
from mlpgen.cli import run
sys.exit(run(["validate", sys.argv[1]]))
"""
WARM = """
import gc, sys, time
from mlpgen import api
gc.disable()
api.lint(api.load(sys.argv[1]))
for _ in range(int(sys.argv[2])):
    start = time.process_time()
    network = api.load(sys.argv[1])
    middle = time.process_time()
    api.lint(network)
    print((time.process_time() - start) / (middle - start))
"""


def seconds(spec: str, how: str) -> float:
    """Validate in a process of its own and return how long it took."""
    start = time.perf_counter()
    command = [sys.executable, "-c", COLD, spec, how]
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
    return time.perf_counter() - start


def warm(spec: str) -> float:
    """Return the ratio within one process, without imports and start."""
    command = [sys.executable, "-c", WARM, spec, str(ROUNDS)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    return median(map(float, done.stdout.split()))


def main() -> None:
    """Print the ratio of each spec."""
    for spec in SPECS:
        pairs = [
            (seconds(spec, "with"), seconds(spec, "without")) for _ in range(ROUNDS + 1)
        ][1:]
        ratio = median(one / other for one, other in pairs)
        print(
            f"{spec}: validate with the rules against without: {ratio:.2f} "
            f"(must be at most {MOST}); {warm(spec):.2f} without start and imports"
        )


if __name__ == "__main__":
    main()
