"""Golden files: every mistake in `diagnostics/` with its output.

`MLPGEN_UPDATE=1 pytest tests/test_diagnostics.py` rewrites them; read the diff.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mlpgen import api
from mlpgen.diagnostics import renderers
from mlpgen.diagnostics.diagnostic import SpecError

FOLDER = Path(__file__).parent / "diagnostics"
CASES = sorted(FOLDER.glob("*.yaml"))


def said(path: Path) -> str:
    """Return what mlpgen says about a spec."""
    try:
        found = list(api.load(path).warnings)
    except SpecError as error:
        found = error.diagnostics
    text = renderers.text(found)
    return text.replace(path.as_posix(), path.name) + "\n"


@pytest.mark.parametrize("path", CASES, ids=[path.stem for path in CASES])
def test_mistake(path: Path) -> None:
    golden = path.with_suffix(".txt")
    if os.environ.get("MLPGEN_UPDATE"):
        golden.write_text(said(path), encoding="utf-8")
    wanted = golden.read_text(encoding="utf-8") if golden.exists() else ""
    assert said(path) == wanted, "MLPGEN_UPDATE=1 pytest accepts what is said now"
    if path.stem.startswith("MG"):
        assert f"[{path.stem[:5]}]" in wanted


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 60
