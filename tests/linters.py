"""Runs ruff and mypy on a folder of generated code, as the README promises."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mlpgen.names.modules import KINDS, shared_modules

if TYPE_CHECKING:
    from collections.abc import Iterator

# Shared, so that mypy analyzes torch once, not in every test.
CACHE = Path(__file__).parent.parent / ".mypy_cache" / "generated"
RULES = "F,E,W,I,N,UP,B,A,C4,SIM,RET,PIE,RUF,PERF,TC,PTH"


def run(module: str, *args: str, folder: Path) -> None:
    """Run a tool, which must find nothing."""
    command = [sys.executable, "-m", module, *args]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]


def ruff(folder: Path, *, ignore: str = "N812") -> None:
    """Run the formatter and the linter."""
    common = ("--isolated", "--line-length", "88", "--target-version", "py311")
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

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add(self, label: str, text: str) -> None:
        """Add a module that imports none of its neighbours."""
        name = re.sub(r"\W+", "_", label).lower()
        number = len([*self.folder.iterdir()])
        (self.folder / f"{name}_{number}.py").write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def gathered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gathered]:
    """Gather code of the tests of a module; after the last one it must be clean."""
    folder = tmp_path_factory.mktemp("gathered")
    yield Gathered(folder)
    all_tools(folder)
