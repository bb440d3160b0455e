"""Every code is explained, and the examples of explanations are right."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from mlpgen import source
from mlpgen.diagnostics.diagnostic import SpecError
from mlpgen.diagnostics.explanations import EXPLANATIONS, page
from mlpgen.graph.build import build

ROOT = Path(__file__).parent.parent
EXAMPLES = {code: each for code, each in EXPLANATIONS.items() if each.wrong}


def codes(text: str) -> set[str]:
    try:
        found = list(build(source.parse(text.encode(), "spec.yaml")).warnings)
    except SpecError as error:
        found = error.diagnostics
    return {each.code for each in found}


@pytest.mark.parametrize("code", EXAMPLES)
def test_examples(code: str) -> None:
    assert codes(EXAMPLES[code].wrong) == {code}
    assert codes(EXAMPLES[code].right) == set()


def test_every_code_of_the_source_is_explained() -> None:
    texts = [
        path.read_text(encoding="utf-8")
        for path in (ROOT / "src" / "mlpgen").rglob("*.py")
        if path.parent.name != "explanations"
    ]
    used = set(re.findall(r'"(MG\d{3})"', "\n".join(texts)))
    assert used == set(EXPLANATIONS)


def test_the_page_is_current() -> None:
    path = ROOT / "docs" / "errors.md"
    if os.environ.get("MLPGEN_UPDATE"):
        path.write_text(page(), encoding="utf-8")
    assert path.read_text(encoding="utf-8") == page()
