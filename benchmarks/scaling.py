"""Time and memory of rendering 10,000 layers against 1,000, interleaved.

python benchmarks/scaling.py
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

RUNS = 5
CODE = """
import resource, sys
from pathlib import Path
from mlpgen import api
texts = api.render(sys.argv[1], "explicit")
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def spec(count: int, *, equal: bool) -> str:
    """Write a spec with many layers; unequal ones cannot become a loop."""
    layers = []
    for index in range(count // 2):
        layers += [f"  - Linear: {64 if equal else 32 + index % 7}", "  - ReLU"]
    return "name: Deep\ninput: [64]\nlayers:\n" + "\n".join(layers) + "\n"


def run(path: Path) -> tuple[float, float]:
    """Return seconds and MiB of rendering a spec in a process of its own."""
    start = time.perf_counter()
    command = [sys.executable, "-c", CODE, str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return time.perf_counter() - start, int(done.stdout) / 1024


def main() -> None:
    """Print the ratios."""
    with tempfile.TemporaryDirectory() as name:
        for equal in (False, True):
            small, large = Path(name) / "small.yaml", Path(name) / "large.yaml"
            small.write_text(spec(1_000, equal=equal), encoding="utf-8")
            large.write_text(spec(10_000, equal=equal), encoding="utf-8")
            pairs = [(run(large), run(small)) for _ in range(RUNS)]
            seconds = median(a[0] / b[0] for a, b in pairs)
            memory = median(a[1] / b[1] for a, b in pairs)
            print(
                f"{'equal' if equal else 'different':9} layers: 10,000 in "
                f"{median(a[0] for a, _ in pairs):.2f} s, 1,000 in "
                f"{median(b[0] for _, b in pairs):.2f} s, ratio {seconds:.1f}, "
                f"memory {memory:.1f}      (must be at most 12)"
            )


if __name__ == "__main__":
    main()
