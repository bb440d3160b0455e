"""Additions to TOML files: every other byte stays, or nothing is done."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from mlpgen.project.toml_edits import with_item, with_table

ROOT = Path(__file__).parent.parent
TABLE = ("tool", "mlpgen")
HEAD = "[tool.mlpgen]\n"
# The file, and what it becomes when `new` is added to `own`.
EDITS = {
    f"{HEAD}": f'{HEAD}own = ["new"]\n',
    "[tool.mlpgen]": '[tool.mlpgen]\nown = ["new"]\n',
    f'{HEAD}out = "a"  # here\n\n[tool.other]\nx = 1\n': f'{HEAD}out = "a"  # here\n'
    'own = ["new"]\n\n[tool.other]\nx = 1\n',
    f'{HEAD}specs = [\n  "a",  # ]\n  "b",\n]\n\n# end\n': f"{HEAD}specs = [\n"
    '  "a",  # ]\n  "b",\n]\nown = ["new"]\n\n# end\n',
    f'{HEAD}own = ["a"]\n': f'{HEAD}own = ["a", "new"]\n',
    f'{HEAD}own=[ "a" , ] # c\n': f'{HEAD}own=[ "a", "new" , ] # c\n',
    f"{HEAD}own = ['a, ]']\n": f"{HEAD}own = ['a, ]', \"new\"]\n",
    f'{HEAD}own = [\n    "a",  # first\n    "b",  # second\n]\n': f"{HEAD}own = [\n"
    '    "a",  # first\n    "b",  # second\n    "new",\n]\n',
    f'{HEAD}own = [\n  "a",\n  "b"  # second, ]\n]\n': f'{HEAD}own = [\n  "a",\n'
    '  "b",  # second, ]\n  "new"\n]\n',
    f'{HEAD}own = [\n  "a",\n  "b"]\n': f'{HEAD}own = [\n  "a",\n  "b",\n  "new"]\n',
    f'{HEAD}own = ["a",\n       "b"]\nout = "c"\n': f'{HEAD}own = ["a",\n       "b",\n'
    '       "new"]\nout = "c"\n',
    '[ tool . "mlpgen" ]\r\nout = "a"\r\n\r\n[x]\r\n': '[ tool . "mlpgen" ]\r\n'
    'out = "a"\r\nown = ["new"]\r\n\r\n[x]\r\n',
    f'[tool.mlpgen.lint]\nstrict = true\n\n{HEAD}out = """\n[tool.mlpgen]\n"""\n': "["
    f'tool.mlpgen.lint]\nstrict = true\n\n{HEAD}out = """\n[tool.mlpgen]\n"""\n'
    'own = ["new"]\n',
    f'\ufeff{HEAD}out = "a"\n': f'\ufeff{HEAD}out = "a"\nown = ["new"]\n',
}
REFUSED = {
    "inline": '[tool]\nmlpgen = {out = "a"}\n',
    "dotted": 'tool.mlpgen.out = "a"\n',
    "only below": "[tool.mlpgen.lint]\nstrict = true\n",
    "no list": f'{HEAD}own = "a"\n',
    "empty list": f"{HEAD}own = []\n",
    "no TOML": f"{HEAD}own = [\n",
    "in a list of tables": "[[tool.mlpgen]]\nx = 1\n",
}


@pytest.mark.parametrize("text", EDITS)
def test_an_item_is_added(text: str) -> None:
    assert with_item(text, TABLE, "own", "new") == EDITS[text]


@pytest.mark.parametrize("text", EDITS)
def test_more_items_are_added(text: str) -> None:
    """Any text, in the order in which they are added."""
    items = ['with "quotes"', "back\\slash", "é\x7f"]
    found: str | None = text
    for item in items:
        assert found is not None
        found = with_item(found, TABLE, "own", item)
    assert found is not None
    own = tomllib.loads(found.removeprefix("\ufeff"))["tool"]["mlpgen"]["own"]
    assert own[-3:] == items


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_what_needs_more_than_an_insertion_is_not_done(text: str) -> None:
    assert with_item(text, TABLE, "own", "new") is None


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("", 'own = ["new"]\n'),
        ("# first\n", 'own = ["new"]\n# first\n'),
        ("[lint]\nstrict = true\n", 'own = ["new"]\n[lint]\nstrict = true\n'),
        ('# a\nout = "b"\n\n[lint]\n', '# a\nout = "b"\nown = ["new"]\n\n[lint]\n'),
        ('own = ["a"]\n[lint]\n', 'own = ["a", "new"]\n[lint]\n'),
    ],
)
def test_at_the_top_of_a_file(text: str, new: str) -> None:
    assert with_item(text, (), "own", "new") == new


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("last", ["", "\n", "\n\n"])
def test_a_table_is_appended(ending: str, last: str) -> None:
    text = f'[project]\nname = "a"  # b{last}'.replace("\n", ending)
    new = with_table(text, ["[tool.mlpgen]", 'out = "c"'])
    assert new is not None and new.startswith(text)
    gap = "\n" * (2 - bool(last))
    added = f'{gap}[tool.mlpgen]\nout = "c"\n'.replace("\n", ending)
    assert new == text + added
    assert with_table(new, ["[tool.mlpgen]", 'out = "c"']) is None


@pytest.mark.parametrize("text", ["tool = {a = 1}\n", "[tool]\nmlpgen = {}\n", "a = ["])
def test_a_table_that_cannot_be_appended(text: str) -> None:
    assert with_table(text, ["[tool.mlpgen]", 'out = "c"']) is None


def test_the_file_of_this_repository() -> None:
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    for key in ("own", "styles"):
        new = with_item(text, TABLE, key, "new")
        assert new is not None
        assert new.replace('own = ["new"]\n', "").replace(', "new"', "") == text
    assert with_item(text, ("tool", "ruff"), "extend-exclude", "made") is not None
