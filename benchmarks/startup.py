"""Time a cold `mlpgen render` against the bare imports, interleaved.

python benchmarks/startup.py
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parent.parent
RUNS = 31
# As pip installs packages: with their bytecode.
ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}


def render_seconds(folder: str) -> float:
    """Render into a folder that is not there yet and return how long it took."""
    mlpgen = str(Path(sys.executable).parent / "mlpgen")
    out = tempfile.mkdtemp(dir=folder) + "/generated"
    return seconds([mlpgen, "render", "specs/mnist_mlp.yaml", "--out", out])


def seconds(command: list[str]) -> float:
    """Run a command and return how long it took."""
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT, env=ENVIRONMENT)
    return time.perf_counter() - start


def main() -> None:
    """Print the ratio, pair by pair."""
    imports = [sys.executable, "-c", "import click, jinja2, pydantic, yaml"]
    with tempfile.TemporaryDirectory() as folder:
        seconds(imports), render_seconds(folder)
        pairs = [(render_seconds(folder), seconds(imports)) for _ in range(RUNS)]
    ratio = median(a / b for a, b in pairs)
    print(f"bare imports   {median(b for _, b in pairs) * 1000:6.1f} ms")
    print(f"mlpgen render  {median(a for a, _ in pairs) * 1000:6.1f} ms")
    print(f"ratio          {ratio:6.2f}      (must be at most 1.4)")


if __name__ == "__main__":
    main()
