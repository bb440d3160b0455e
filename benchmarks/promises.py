"""Print what the tests of the README's promises try and find.

python benchmarks/promises.py
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
FIGURES = {
    "500 random chains: equal styles, shapes, counts": "tests/test_promises_chains.py",
    "500 random graphs: the same": "tests/test_promises_graphs.py",
    "the zoo: published counts, expert code": "tests/test_zoo.py",
    "1,000 damaged specs: a diagnostic or a model": "tests/test_damaged_specs.py",
    "ruff and mypy on all that is generated": "tests/test_expert_code.py",
    "the same bytes; torch is never imported": "tests/test_cli.py",
}


def main() -> None:
    """Print one line per figure."""
    for what, path in FIGURES.items():
        options = ["-q", "-n", "2", "-m", ""]  # exhaustive tests too
        command = [sys.executable, "-m", "pytest", *options, path]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        print(f"{what:50} {done.stdout.splitlines()[-1]}", flush=True)


if __name__ == "__main__":
    main()
