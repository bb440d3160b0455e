"""Runs ruff and mypy on a folder of generated code, as the README promises."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mlpgen.names.modules import KINDS, shared_modules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Shared, so that mypy analyzes torch once, not in every test.
CACHE = Path(__file__).parent.parent / ".mypy_cache" / "generated"
CELLS = "train_cells_*.py"
"""Notebooks as scripts for mypy; ruff reads the notebooks themselves."""
RULES = "F,E,W,I,N,UP,B,A,C4,SIM,RET,PIE,RUF,PERF,TC,PTH"


def run(module: str, *args: str, folder: Path) -> None:
    """Run a tool, which must find nothing."""
    command = [sys.executable, "-m", module, *args]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]


def ruff(folder: Path, *, ignore: str = "N812") -> None:
    """Run the formatter and the linter."""
    common = ("--isolated", "--line-length", "88", "--target-version", "py311")
    common = (*common, "--extend-exclude", CELLS)
    run("ruff", "format", *common, "--diff", ".", folder=folder)
    rules = ("--select", RULES, "--ignore", ignore)
    run("ruff", "check", *common, *rules, ".", folder=folder)


def mypy(folder: Path) -> None:
    """Run mypy --strict, but allow untyped calls of torch in scripts."""
    names = sorted(path.name for path in folder.glob("*.py"))
    kinds = tuple(f"{kind}_" for kind in KINDS)
    scripts = [name.removesuffix(".py") for name in names if name.startswith(kinds)]
    scripts += [name for name in sorted(shared_modules()) if f"{name}.py" in names]
    allowed = f"[mypy-{','.join(scripts)}]\nallow_untyped_calls = True\n"
    with tempfile.TemporaryDirectory() as other:
        config = Path(other, "mypy.ini")
        config.write_text("[mypy]\n" + allowed * bool(scripts))
        options = ("--strict", f"--config-file={config}", f"--cache-dir={CACHE}")
        run("mypy", *options, *names, folder=folder)


def all_tools(folder: Path) -> None:
    """Run all tools."""
    ruff(folder)
    mypy(folder)


class Gathered:
    """Code of many tests, which all tools look at once: each takes long to start."""

    def __init__(self, make: Callable[[], Path]) -> None:
        self.make = make
        self.alone = make()
        self.together: list[Path] = []

    @property
    def folders(self) -> list[Path]:
        """Return where the code is."""
        return [self.alone, *self.together]

    def add(self, label: str, text: str) -> None:
        """Add a module that imports none of its neighbours."""
        name = re.sub(r"\W+", "_", label).lower()
        number = len([*self.alone.iterdir()])
        path = self.alone / f"of_{name}_{number}.py"
        path.write_text(text, encoding="utf-8")

    def add_notebook(self, label: str, content: str, script: str) -> None:
        """Add a notebook, and its cells as one script."""
        number = len([*self.alone.iterdir()])
        (self.alone / f"of_{label}_{number}.ipynb").write_text(content, "utf-8")
        path = self.alone / f"train_cells_{label}_{number}.py"
        path.write_text(script, encoding="utf-8")

    def take(self, folder: Path) -> None:
        """Add all modules of a folder, which must find there what they import."""
        texts = {path.name: path.read_text("utf-8") for path in folder.glob("*.py")}
        own = {name.removesuffix(".py") for name in texts}
        imported = {name for text in texts.values() for name in imports(text)}
        missing = (imported - own) & {*shared_modules()}  # others may have brought it
        assert not missing, f"{folder} lacks {missing}"
        if not imported & own:
            for name, text in texts.items():
                self.add(f"{folder.name}_{name}", text)
            return
        place = next((each for each in self.together if fits(texts, each)), None)
        if place is None:
            place = self.make()
            self.together.append(place)
        for name, text in texts.items():
            (place / name).write_text(text, encoding="utf-8")


def imports(text: str) -> set[str]:
    """Return the modules at the top that a text imports."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return {name.partition(".")[0] for name in found}


def fits(texts: dict[str, str], folder: Path) -> bool:
    """Return whether no file of a folder would change."""
    return all(
        not (folder / name).exists() or (folder / name).read_text("utf-8") == text
        for name, text in texts.items()
    )


@pytest.fixture(scope="session")
def gathered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gathered]:
    """Gather code of tests; after the last of all tests it must be clean."""
    made = Gathered(lambda: tmp_path_factory.mktemp("gathered"))
    yield made
    for folder in made.folders:
        if any(folder.iterdir()):
            all_tools(folder)
