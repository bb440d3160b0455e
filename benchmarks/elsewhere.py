"""Run the examples of `docs/use-elsewhere.md`, with Lightning and transformers.

Not part of CI, which runs those of the packages that it has: the others are installed
into a temporary environment that uses the installed torch, or into the one that
`--env` names, which is kept.

python benchmarks/elsewhere.py
"""

from __future__ import annotations

import argparse
import contextlib
import re
import shutil
import subprocess
import tempfile
import time
import venv
from pathlib import Path
from typing import NamedTuple

from mlpgen.cli import run

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "use-elsewhere.md"
PACKAGES = (
    *("torch==2.13.0", "numpy", "pillow", "onnx", "onnxscript", "onnxruntime"),
    *("safetensors", "huggingface_hub", "lightning", "transformers", "accelerate"),
)
TABLE = """
[tool.mlpgen]
specs = ["mnist_mlp.yaml"]
out = "shop/generated"
package = "shop.generated"
styles = ["explicit"]
"""


class Example(NamedTuple):
    """A block of the page.

    Attributes:
        title: The heading above it.
        code: A Python script, or commands.
        python: Whether it is a script.
    """

    title: str
    code: str
    python: bool

    @property
    def needs(self) -> set[str]:
        """The packages that it imports, or that a command needs."""
        found = {*re.findall(r"^(?:import|from) (\w+)", self.code, re.MULTILINE)}
        if "--export onnx" in self.code:
            found |= {"onnx", "onnxscript", "onnxruntime"}
        if ".png" in self.code:
            found.add("PIL")
        return found

    def commands(self, folder: Path) -> list[list[str]]:
        """Return the arguments of Python that run it; a script is written first."""
        if not self.python:
            lines = re.findall(r"^\$ python (.*)", self.code, re.MULTILINE)
            return [line.split() for line in lines]
        (folder / "example.py").write_text(self.code, encoding="utf-8")
        return [["example.py"]]


def examples() -> list[Example]:
    """Return the blocks of the page, in order."""
    found: list[Example] = []
    title = ""
    parts = r"^## ([^\n]*)$|^```(python|console)\n(.*?)^```$"
    for each in re.finditer(parts, PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL):
        title = each[1] or title
        if each[2]:
            found.append(Example(title, each[3], each[2] == "python"))
    return found


def render(folder: Path) -> None:
    """Write what the examples use into a folder: scripts, and a package of them."""
    spec = ROOT / "specs" / "mnist_mlp.yaml"
    shutil.copy(spec, folder)
    made = ["mnist_mlp.yaml", "--style", "explicit", "--out", "made"]
    mlpgen(folder, "render", *made)
    for path in (folder / "made" / "explicit").iterdir():
        path.rename(folder / path.name)
    templates = str(ROOT / "examples" / "hub")
    mlpgen(folder, "render", *made[:-1], "hub", "--templates", templates)
    (folder / "pyproject.toml").write_text(TABLE, encoding="utf-8")
    mlpgen(folder, "render")


def mlpgen(folder: Path, *args: str) -> None:
    """Run a command in a folder, silently."""
    with contextlib.chdir(folder), contextlib.redirect_stdout(None):
        code = run(args)
    if code:
        raise SystemExit(code)


def install(env: Path) -> Path:
    """Create an environment if there is none; return its Python."""
    python = env / "bin" / "python"
    if not python.exists():
        venv.create(env, with_pip=True)
        pip = [str(python), "-m", "pip", "install", "--quiet"]
        subprocess.run([*pip, *PACKAGES], check=True)
    return python


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data-dir", type=Path, default=ROOT / "data" / "sample")
    parser.add_argument("--env", type=Path, help="an environment that is kept")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "project")
        folder.mkdir()
        render(folder)
        (folder / "data").symlink_to(args.data_dir.resolve())
        python = install(args.env or Path(name, "env"))
        draw = "from PIL import Image; Image.new('L', (28, 28)).save('7.png')"
        subprocess.run([str(python), "-c", draw], cwd=folder, check=True)
        for example in examples():
            for command in example.commands(folder):
                begun = time.perf_counter()
                done = subprocess.run(
                    [str(python), *command],
                    cwd=folder,
                    check=False,
                    capture_output=True,
                    text=True,
                )
                seconds = time.perf_counter() - begun
                said = "runs" if done.returncode == 0 else "FAILS"
                print(f"{example.title}: {said} ({seconds:.0f} s)", flush=True)
                if done.returncode:
                    raise SystemExit(done.stderr)


if __name__ == "__main__":
    main()
