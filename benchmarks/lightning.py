"""Train a spec with Lightning: the example of `docs/templates.md`.

Not part of CI: Lightning is installed into a temporary environment that uses the
installed torch, or into the one that `--env` names, which is kept.

python benchmarks/lightning.py --epochs 1
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).parent.parent
TORCH = "torch==2.13.0"
"""Packages that Lightning must not replace."""


def install(env: Path) -> Path:
    """Create an environment with Lightning if there is none; return its Python."""
    python = env / "bin" / "python"
    if not python.exists():
        venv.create(env, with_pip=True)
    pip = [str(python), "-m", "pip", "install", "--quiet"]
    if subprocess.run([str(python), "-c", "import lightning"], check=False).returncode:
        constraint = env / "constraint.txt"
        constraint.write_text(f"{TORCH}\n", encoding="utf-8")
        subprocess.run([*pip, TORCH, "numpy"], check=True)
        subprocess.run([*pip, "-c", str(constraint), "lightning"], check=True)
    return python


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--spec", default=str(ROOT / "specs" / "mnist_mlp.yaml"))
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--data-dir", default=str(ROOT / "data" / "sample"))
    parser.add_argument("--env", type=Path, help="an environment that is kept")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "generated")
        templates = ROOT / "examples" / "lightning"
        render = ["render", args.spec, "--templates", str(templates), "--out", str(out)]
        style = ["--style", "explicit"]
        subprocess.run([sys.executable, "-m", "mlpgen", *render, *style], check=True)
        python = install(args.env or Path(folder, "env"))
        script = next(out.glob("explicit/train_*.py"))
        flags = ["--epochs", str(args.epochs), "--data-dir", args.data_dir]
        trained = subprocess.run(
            [str(python), str(script), *flags],
            cwd=folder,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # progress bars
            text=True,
            check=True,
        )
    for line in trained.stdout.splitlines():
        if line.startswith(("test_", "validation_")):
            print(line)


if __name__ == "__main__":
    main()
