"""The rooms of `src/mlpgen/` stand in one line: each knows only those before it."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
HOUSE = ROOT / "src" / "mlpgen"
ROOMS = [
    "diagnostics",
    "source",
    "symbols",
    "template_files",
    "names",
    "catalogue",
    "layers",
    "functions",
    "initializers",
    "training",
    "spec",
    "graph",
    "lints",
    "styles",
    "scripts",
    "rendering",
    "output",
    "project_templates",
    "api",
    "__init__",
    "project",
    "proof",
    "importer",
    "pictures",
    "changes",
    "migration",
    "schema",
    "drafts",
    "cli",
    "__main__",
]
"""From source to files; the last rooms use all others."""
MOST_AT_THE_TOP = 6
LONGEST, MEDIAN = 350, 150

FILES = {path.relative_to(HOUSE).as_posix(): path for path in HOUSE.rglob("*.py")}


@cache
def imported(name: str) -> tuple[str, ...]:
    """Return the files that a file imports, also those only for types."""
    return (*_imported(name),)


def _imported(name: str) -> Iterator[str]:
    """Yield them, as they stand in the file."""
    for node in ast.walk(ast.parse(FILES[name].read_text("utf-8"))):
        match node:
            case ast.ImportFrom(level=0, module=str(module), names=names):
                yield from (file_of(f"{module}.{each.name}") for each in names)
            case ast.ImportFrom(level=level, module=module, names=names):
                folder = Path(name).parents[level - 1].as_posix()
                package = f"mlpgen.{folder.replace('/', '.')}"
                package += f".{module}" if module else ""
                yield from (file_of(f"{package}.{each.name}") for each in names)
            case ast.Import(names=names):
                yield from (file_of(each.name) for each in names)


def file_of(dotted: str) -> str:
    """Return the file of a module or of a name in it; empty for other packages."""
    names = dotted.split(".")
    if names[0] != "mlpgen":
        return ""
    for count in range(len(names), 0, -1):
        path = "/".join(names[1:count])
        for each in (f"{path}.py", f"{path}/__init__.py".lstrip("/")):
            if each in FILES:
                return each
    return ""


def room(name: str) -> str:
    return Path(name).parts[0].removesuffix(".py")


def lines(name: str) -> int:
    return len(FILES[name].read_text("utf-8").splitlines())


def test_rooms_stand_in_one_line() -> None:
    assert {room(name) for name in FILES} == {*ROOMS}
    back = [
        f"{name} -> {other}"
        for name in FILES
        for other in imported(name)
        if other and ROOMS.index(room(other)) > ROOMS.index(room(name))
    ]
    assert not back


def test_no_file_imports_what_imports_it() -> None:
    waiting = {name: {*imported(name)} - {"", name} for name in FILES}
    while free := [name for name, others in waiting.items() if not others & {*waiting}]:
        for name in free:
            del waiting[name]
    assert not waiting, "these import each other"


def test_the_guide_names_every_room() -> None:
    """Each is in the first column of its table, in their order."""
    guide = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    table = guide.partition("| room |")[2].partition("\n\n")[0]
    cells = [line.split("|")[1] for line in table.splitlines()[2:]]
    named = [re.sub(r"/|\.py", "", name) for name in re.findall(r"`(.*?)`", str(cells))]
    assert named == [name for name in ROOMS if not name.startswith("_")]


def test_a_stranger_has_few_files_to_read() -> None:
    top = [name for name in FILES if "/" not in name]
    assert len(top) <= MOST_AT_THE_TOP
    assert median(map(lines, FILES)) < MEDIAN


@pytest.mark.parametrize("folder", ["src", "templates"])
def test_no_file_is_long(folder: str) -> None:
    sizes = {
        path.relative_to(ROOT).as_posix(): len(path.read_text("utf-8").splitlines())
        for path in (ROOT / folder).rglob("*")
        if path.suffix in (".py", ".jinja")
    }
    assert len(sizes) > 50
    assert not {name: size for name, size in sizes.items() if size >= LONGEST}
