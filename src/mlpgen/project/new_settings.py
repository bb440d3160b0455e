"""The settings of a new project, and what other tools should know of its files.

Files that exist keep every byte: something is inserted, or a person is told the line.
"""

from __future__ import annotations

import os
import tomllib
from typing import TYPE_CHECKING, Any, NamedTuple

from mlpgen.output import files
from mlpgen.project.destination import OUT
from mlpgen.project.toml_edits import with_item, with_table
from mlpgen.source.decoding import decode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

SETTINGS = ('specs = ["specs/**/*.yaml"]', f'out = "{OUT}"', 'styles = ["explicit"]')
"""The settings of a new project."""
RUFF_FILES = ("ruff.toml", ".ruff.toml")


class Addition(NamedTuple):
    """What is added to a file.

    Attributes:
        path: The file.
        text: Its new text; None if it stays as it is.
        advice: What a person should add to it; empty if nothing is missing.
        exists: Whether the file is there already.
    """

    path: Path
    text: str | None = None
    advice: str = ""
    exists: bool = True


def settings_of(folder: Path) -> Addition:
    """Return what gives a folder without settings the usual ones."""
    common, plain = folder / "pyproject.toml", folder / "mlpgen.toml"
    if not os.path.lexists(common):
        return Addition(plain, "".join(f"{each}\n" for each in SETTINGS), exists=False)
    text = with_table(_read(common), ["[tool.mlpgen]", *SETTINGS])
    lines = "; ".join(SETTINGS)
    return Addition(common, text, "" if text else f"add a table [tool.mlpgen]: {lines}")


def additions(folder: Path, out: str) -> Iterator[Addition]:
    """Yield what git and ruff should know of generated files, where they are used.

    Args:
        folder: The folder of the project.
        out: The folder of the generated files, relative to it.
    """
    if out.startswith("../") or os.path.isabs(out):  # noqa: PTH117
        return
    absolute = folder.absolute()
    if any(os.path.lexists(each / ".git") for each in (absolute, *absolute.parents)):
        yield _attributes(folder / ".gitattributes", out)
    for name in RUFF_FILES:
        if os.path.lexists(folder / name):
            yield _excluded(folder / name, (), out)
            return
    common = folder / "pyproject.toml"
    if os.path.lexists(common) and _at(_table(_read(common)), ("tool", "ruff")):
        yield _excluded(common, ("tool", "ruff"), out)


def _attributes(path: Path, out: str) -> Addition:
    """Hide generated files in pull requests, and keep their line ends."""
    exists = os.path.lexists(path)
    text = _read(path) if exists else ""
    pattern = f'"{out}/**"' if " " in out else f"{out}/**"
    for line in text.splitlines():
        if line.startswith(f"{pattern} ") and "linguist-generated" in line:
            return Addition(path)
    ending = "\r\n" if "\r\n" in text else "\n"
    before = text if not text or text.endswith("\n") else f"{text}{ending}"
    line = f"{pattern} linguist-generated=true text=auto eol=lf"
    return Addition(path, f"{before}{line}{ending}", exists=exists)


def _excluded(path: Path, table: tuple[str, ...], out: str) -> Addition:
    """Keep ruff from changing generated files."""
    text, key = _read(path), "extend-exclude"
    whole = _table(text)
    listed = _at(whole, (*table, key))
    if isinstance(listed, list) and out in listed:
        return Addition(path)
    new = with_item(text, table, key, out)
    if new is None and table and isinstance(_at(whole, table), dict) and not listed:
        new = with_table(text, [f"[{'.'.join(table)}]", f'{key} = ["{out}"]'])
    where = f"[{'.'.join(table)}]" if table else "the top"
    return Addition(path, new, "" if new else f'add to {where}: {key} = ["{out}"]')


def _at(found: Any, path: Iterable[str]) -> Any:
    """Return what is in tables, by its keys; None if there is nothing."""
    for key in path:
        found = found.get(key) if isinstance(found, dict) else None
    return found


def _table(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return {}


def _read(path: Path) -> str:
    """Read a file as it is, with its line ends.

    Raises:
        SpecError: It is not UTF-8.
        OSError: It cannot be read.
    """
    there = files.look(path)
    files.require_writable(there)
    decode(there.data, path.as_posix())
    return there.data.decode()
