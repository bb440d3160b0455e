"""Time cold commands against the bare imports and each other, alternating.

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
MLPGEN = str(Path(sys.executable).parent / "mlpgen")
IMPORTS = [sys.executable, "-c", "import click, jinja2, pydantic, yaml"]
SHOW_IMPORTS = [
    sys.executable,
    "-c",
    "import click, jinja2, pydantic, yaml, rich.table",
]

DIFF = [MLPGEN, "diff", "specs/zoo/resnet18.yaml", "specs/zoo/resnet50.yaml"]
DIFF_IMPORTS = [
    sys.executable,
    "-c",
    "import mlpgen.cli.diff, mlpgen.changes.differences, mlpgen.changes.table",
]
"""All that `diff` imports but the families of layers, which the specs decide."""


def render_seconds(folder: str, spec: str) -> float:
    """Render into a folder that is not there yet and return how long it took."""
    out = tempfile.mkdtemp(dir=folder) + "/generated"
    return seconds([MLPGEN, "render", spec, "--style", "explicit", "--out", out])


def seconds(command: list[str]) -> float:
    """Run a command and return how long it took."""
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT, env=ENVIRONMENT)
    return time.perf_counter() - start


def main() -> None:
    """Print the ratios, round by round."""
    with tempfile.TemporaryDirectory() as folder:
        rounds = [
            {
                "imports": seconds(IMPORTS),
                "imports with rich": seconds(SHOW_IMPORTS),
                "render mnist_mlp": render_seconds(folder, "specs/mnist_mlp.yaml"),
                "render resnet50": render_seconds(folder, "specs/zoo/resnet50.yaml"),
                "imports of diff": seconds(DIFF_IMPORTS),
                "diff resnet18 resnet50": seconds(DIFF),
                "show gpt2": seconds([MLPGEN, "show", "specs/zoo/gpt2.yaml"]),
                "show vit_b_16": seconds([MLPGEN, "show", "specs/zoo/vit_b_16.yaml"]),
            }
            for _ in range(RUNS + 1)
        ][1:]
    for name in rounds[0]:
        print(f"{name:22} {median(each[name] for each in rounds) * 1000:6.1f} ms")
    for one, other, most in (
        ("render mnist_mlp", "imports", 1.4),
        ("render resnet50", "render mnist_mlp", 1.5),
        ("show gpt2", "imports with rich", 2),
        ("show vit_b_16", "imports with rich", 2),
        ("diff resnet18 resnet50", "imports of diff", 2),
    ):
        ratio = median(each[one] / each[other] for each in rounds)
        print(f"{one} against {other}: {ratio:.2f}      (must be at most {most})")


if __name__ == "__main__":
    main()
