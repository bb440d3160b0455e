"""Every code is explained, and the examples of explanations are right."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from mlpgen import api
from mlpgen.diagnostics.diagnostic import SpecError
from mlpgen.diagnostics.explanations import page
from mlpgen.lints.pages import EVERY_PAGE

from .networks import network_of

ROOT = Path(__file__).parent.parent
EXAMPLES = {code: each for code, each in EVERY_PAGE.items() if each.wrong}


def codes(text: str, *, lints: bool) -> set[str]:
    try:
        network = network_of(text)
        found = [*network.warnings, *(api.lint(network) if lints else ())]
    except SpecError as error:
        found = error.diagnostics
    return {each.code for each in found}


@pytest.mark.parametrize("code", EXAMPLES)
def test_examples(code: str) -> None:
    lints = code.startswith("MG5")
    assert codes(EXAMPLES[code].wrong, lints=lints) == {code}
    assert codes(EXAMPLES[code].right, lints=lints) == set()


def test_every_code_of_the_source_is_explained() -> None:
    texts = [
        path.read_text(encoding="utf-8")
        for path in (ROOT / "src" / "mlpgen").rglob("*.py")
        if path.parent.name != "explanations"
    ]
    used = set(re.findall(r'"(MG\d{3})"', "\n".join(texts)))
    assert used == set(EVERY_PAGE)


def test_the_page_is_current() -> None:
    path = ROOT / "docs" / "errors.md"
    if os.environ.get("MLPGEN_UPDATE"):
        path.write_text(page(EVERY_PAGE), encoding="utf-8")
    assert path.read_text(encoding="utf-8") == page(EVERY_PAGE)
