"""What `--fix` makes of specs with one mistake: better ones, and no other change."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest

from mlpgen import api
from mlpgen.diagnostics.diagnostic import SpecError
from mlpgen.project.fixed_files import fixed
from tests.mutated_specs import KINDS, Mutated, mutated

if TYPE_CHECKING:
    from mlpgen.diagnostics.diagnostic import Diagnostic

FOLDER = Path(__file__).parent.parent / "specs"
MOST_LINES = 60
COUNT = 300


@cache
def texts() -> list[str]:
    """Return the specs of the repository that are short and need no other file."""
    found = [path.read_text("utf-8") for path in sorted(FOLDER.rglob("*.yaml"))]
    return [
        text
        for text in found
        if text.count("\n") <= MOST_LINES
        and not any(key in text for key in ("include:", "path:", "module:"))
    ]


def diagnosed(path: Path) -> list[Diagnostic]:
    try:
        network = api.load(path)
    except SpecError as error:
        return error.diagnostics
    return [*network.warnings, *api.lint(network)]


def errors(found: list[Diagnostic]) -> int:
    return sum(not each.warning for each in found)


def wrong(number: int, path: Path) -> tuple[str, Mutated]:
    """Return a good spec, and the same one with a mistake that is an error."""
    random = Random(number)
    kinds = [*KINDS]
    for _ in range(1000):
        text = random.choice(texts())
        made = mutated(text, kinds[number % len(kinds)], random)
        if made is None or made.text == text:
            continue
        path.write_text(made.text, encoding="utf-8", newline="")
        if errors(diagnosed(path)):
            return text, made
    raise AssertionError(kinds[number % len(kinds)])


@pytest.mark.parametrize(
    "number",
    [
        pytest.param(n, marks=[] if n < COUNT // 30 else [pytest.mark.exhaustive])
        for n in range(COUNT)
    ],
)
def test_a_mistake_is_mended_and_nothing_else_changes(
    number: int, tmp_path: Path
) -> None:
    path = tmp_path / "net.yaml"
    text, made = wrong(number, path)
    before = errors(diagnosed(path))
    result = fixed(lambda: diagnosed(path), [str(path)])
    result.write()
    new = path.read_text("utf-8")
    if not result.done:
        assert new == made.text
        assert made.kind.startswith("a slip"), made
        return
    left = diagnosed(path)
    assert errors(left) < before
    if not errors(left):
        assert api.render(str(path))
    good, now = text.split("\n"), new.split("\n")
    assert good[: made.row] == now[: made.row]
    below = good[made.row + 2 :]
    assert now[len(now) - len(below) :] == below
