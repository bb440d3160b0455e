"""Time `mlpgen sync` of 100 specs against `render` of one, cold, alternating.

python benchmarks/sync.py
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
SPECS, RUNS, MOST = 100, 11, 12
# As pip installs packages: with their bytecode.
ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
MLPGEN = str(Path(sys.executable).parent / "mlpgen")
SETTINGS = 'specs = ["specs/*.yaml"]\nstyles = [{}]\n'


def seconds(folder: Path, *args: str) -> float:
    """Run a command of mlpgen in a folder and return how long it took."""
    start = time.perf_counter()
    command = [MLPGEN, *args]
    subprocess.run(
        command, check=True, capture_output=True, cwd=folder, env=ENVIRONMENT
    )
    return time.perf_counter() - start


def alone(path: Path) -> bool:
    """Tell whether a spec needs no other file."""
    text = path.read_text("utf-8")
    return not any(word in text for word in ("include:", "custom:"))


def project(folder: Path, kind: str, styles: str) -> Path:
    """Make a project: of one spec again and again, or of all specs of the zoo."""
    (folder / "specs").mkdir(parents=True)
    (folder / "mlpgen.toml").write_text(SETTINGS.format(styles))
    zoo = [path for path in sorted((ROOT / "specs").rglob("*.yaml")) if alone(path)]
    every = [ROOT / "specs" / "mnist_mlp.yaml"] if kind == "mnist_mlp" else zoo
    texts = [path.read_text("utf-8") for path in every]
    for number in range(SPECS):
        lines = texts[number % len(texts)].splitlines(keepends=True)
        new = [f"name: Net{number}\n" if x.startswith("name:") else x for x in lines]
        new = [line for line in new if not line.startswith("file:")]
        (folder / f"specs/net{number}.yaml").write_text("".join(new), "utf-8")
    seconds(folder, "sync")
    return folder


def change(folder: Path, number: int) -> None:
    """Change one spec in a way that changes its files."""
    path = folder / "specs" / "net0.yaml"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    new = [
        f"description: Run {number}.\n" if line.startswith("description:") else line
        for line in lines
    ]
    path.write_text("".join(new), "utf-8")


def main() -> None:
    """Print the ratios of each kind of project."""
    with tempfile.TemporaryDirectory() as made:
        for kind, styles in (
            ("mnist_mlp", '"explicit"'),
            ("mnist_mlp", '"explicit", "sequential"'),
            ("all specs", '"explicit", "sequential"'),
        ):
            folder = project(Path(tempfile.mkdtemp(dir=made)) / "p", kind, styles)
            rounds = []
            for number in range(RUNS):
                one = seconds(folder, "render", "specs/net0.yaml")
                same = seconds(folder, "sync")
                change(folder, number)
                rounds.append((one, same, seconds(folder, "sync")))
            print(f"{SPECS} of {kind}, {styles}")
            print(f"  render of one: {median(each[0] for each in rounds):.2f} s")
            for at, name in ((1, "nothing changed"), (2, "one changed")):
                ratio = median(each[at] / each[0] for each in rounds)
                print(f"  sync, {name}: {ratio:.1f}      (must be under {MOST})")


if __name__ == "__main__":
    main()
