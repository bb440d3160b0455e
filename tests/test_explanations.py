"""Every code is explained, and the examples of explanations are right."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from mlpgen import api
from mlpgen.diagnostics.diagnostic import SpecError
from mlpgen.diagnostics.explanations.every import page
from mlpgen.lints import unneeded
from mlpgen.lints.catalogue import RULES
from mlpgen.lints.pages import EVERY_PAGE

from .networks import network_of

ROOT = Path(__file__).parent.parent
RULED = {unneeded.CODE, *(each.code for each in RULES)}
"""What rules say, not mistakes."""
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
    lints = code in RULED
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


def rules() -> str:
    """Return the table of all rules, each with how much it matters."""
    levels: dict[str, set[str]] = {unneeded.CODE: {"hint"}}
    for each in RULES:
        levels.setdefault(each.code, set()).add(each.level)
    rows = [
        f"| {code} | {' or '.join(sorted(levels[code], reverse=True))} | "
        f"{EVERY_PAGE[code].title} |\n"
        for code in sorted(levels)
    ]
    return "".join(rows)


def test_the_table_of_rules_is_current() -> None:
    path = ROOT / "docs" / "lints.md"
    head = "\n| code | | what it finds |\n|---|---|---|\n"
    above = path.read_text(encoding="utf-8").partition(head)[0]
    if os.environ.get("MLPGEN_UPDATE"):
        path.write_text(above + head + rules(), encoding="utf-8")
    assert path.read_text(encoding="utf-8") == above + head + rules()


def test_the_page_is_current() -> None:
    path = ROOT / "docs" / "errors.md"
    if os.environ.get("MLPGEN_UPDATE"):
        path.write_text(page(EVERY_PAGE), encoding="utf-8")
    assert path.read_text(encoding="utf-8") == page(EVERY_PAGE)
