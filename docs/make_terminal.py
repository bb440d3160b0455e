"""Draws `docs/terminal.svg` from a real run of mlpgen, through rich."""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).parent.parent
WRONG = "  - Linear: {in_features: 100, out_features: 10}"


def output(*args: str, cwd: Path = ROOT) -> str:
    """Run mlpgen with colours and return what it prints."""
    command = [sys.executable, "-m", "mlpgen", "--color", *args]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    return done.stdout + done.stderr


def main() -> None:
    """Write the picture."""
    spec = (ROOT / "specs" / "mnist_mlp.yaml").read_text(encoding="utf-8")
    console = Console(record=True, width=108, file=io.StringIO(), force_terminal=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "mlp.yaml").write_text(spec, encoding="utf-8")
        wrong = spec.replace("  - Linear: 10", WRONG).replace("- ReLU", "- Relu", 1)
        (folder / "wrong.yaml").write_text(wrong, encoding="utf-8")
        runs = [["show", "mlp.yaml"], ["render", "mlp.yaml"], ["render", "wrong.yaml"]]
        for args in runs:
            console.print(Text(f"$ mlpgen {' '.join(args)}", style="bold"))
            console.print(Text.from_ansi(output(*args, cwd=folder)))
    console.save_svg(str(ROOT / "docs" / "terminal.svg"), title="mlpgen")


if __name__ == "__main__":
    main()
