"""Every committed spec renders what it rendered before: tests for `mutants.py`.

`MLPGEN_RENDERED` is a file of all that was rendered.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import NamedTuple

import pytest

from mlpgen import api

ROOT = Path(__file__).parent.parent
SPECS = [*sorted(ROOT.glob("specs/*.yaml")), *sorted(ROOT.glob("specs/*/*.yaml"))]


class Case(NamedTuple):
    """A way to render a spec."""

    spec: Path
    style: str
    notebook: bool

    @property
    def name(self) -> str:
        """Its name in a report."""
        kind = "notebook" if self.notebook else "scripts"
        return f"{self.spec.stem}-{self.style}-{kind}"

    def texts(self) -> dict[str, str]:
        """Render it."""
        network = api.load(self.spec)
        return dict(api.render(network, self.style, notebook=self.notebook))


CASES = [
    Case(spec, style, notebook)
    for spec in SPECS
    for style in api.STYLES
    for notebook in (False, True)
]


def write() -> None:
    """Write what the specs render now."""
    texts = {case.name: case.texts() for case in CASES}
    Path(os.environ["MLPGEN_RENDERED"]).write_text(json.dumps(texts), encoding="utf-8")


@pytest.fixture(scope="session")
def rendered() -> dict[str, dict[str, str]]:
    """Read what the specs rendered before."""
    file = Path(os.environ["MLPGEN_RENDERED"])
    found: dict[str, dict[str, str]] = json.loads(file.read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_drift(case: Case, rendered: dict[str, dict[str, str]]) -> None:
    assert (case.texts() == rendered[case.name]) is True
