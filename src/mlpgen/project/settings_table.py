"""Reads the settings of a project: from TOML to checked values, or mistakes."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlpgen.diagnostics.diagnostic import Diagnostic, Span, SpecError
from mlpgen.names.modules import wrong_package
from mlpgen.project.destination import OUT
from mlpgen.project.package_name import misplaced
from mlpgen.project.settings_keys import KEYS, WrongError
from mlpgen.source.decoding import decode, lines_of
from mlpgen.source.document import Document, Spans, place_of
from mlpgen.spec.problems import Problems
from mlpgen.spec.wording import cut, listed, nearest, shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlpgen.diagnostics.diagnostic import Place
    from mlpgen.project.settings_keys import Key

MOST_DOTS = 1000


_TABLES = tuple(filter(None, KEYS))
"""The tables inside the table."""


Names = tuple[str, ...]
"""The names of a table: `("tool", "mlpgen")`; none for the whole file."""


def read(data: bytes, name: str, at: Names) -> dict[str, Any] | None:
    """Read the table of a file; None if the file has none.

    Args:
        data: The file.
        name: Its path.
        at: The names of the table.

    Raises:
        SpecError: The table has mistakes.
    """
    text = decode(data, name)
    lines = lines_of(text)
    try:
        table: Any = _parsed(text, lines)
    except (ValueError, RecursionError) as error:
        raise SpecError([_not_toml(error, name, lines)]) from None
    for each in at:
        if not isinstance(table, dict) or each not in table:
            return None
        table = table[each]
    problems = Problems(Document(name, lines, table, _spans(lines, at)))
    try:
        found = _values(table, "")
    except (AttributeError, KeyError, WrongError):
        _name_mistakes(table, at, "", problems)
        raise problems.error() from None
    _check_folder(found, Path(name).parent, problems)
    problems.check()
    return found


def _values(table: Any, name: str) -> dict[str, Any]:
    """Read the keys of a table.

    Raises:
        AttributeError: It is no table.
        KeyError: It has an unknown key.
        WrongError: The value of a key is not valid.
    """
    inner = _TABLES if not name else ()
    return {
        key: _values(value, key) if key in inner else KEYS[name][key].read(value)
        for key, value in table.items()
    }


def place(data: bytes, name: str, at: Names, key: str) -> Place:
    """Return the place of a key of the table."""
    lines = lines_of(decode(data, name))
    return Document(name, lines, {}, _spans(lines, at)).place((key,))


def _check_folder(found: Mapping[str, Any], root: Path, problems: Problems) -> None:
    """Check that the package ends with the name of the folder."""
    package, out = found.get("package"), found.get("out", OUT)
    if package and (why := misplaced(package, root / out)):
        meant = ".".join([*package.split(".")[:-1], Path(out).name])
        help = "" if wrong_package(meant) else f"did you mean `{cut(meant)}`?"
        message = f"`package` cannot be `{cut(package)}`: {why}"
        problems.add("MG205", message, ("package",), help=help)


def _name_mistakes(table: Any, at: Names, name: str, problems: Problems) -> None:
    """Report all mistakes of a table.

    Args:
        table: The table, or what stands there.
        at: The names of the whole table.
        name: Its name inside this table; empty for the whole.
        problems: Collects mistakes.
    """
    inside = (name,) if name else ()
    whole = ".".join((*at, *inside))
    if not isinstance(table, dict):
        message = f"`{whole}` must be a table, not {shown(table)}"
        problems.add("MG203", message, inside)
        return
    keys = KEYS[name]
    inner = _TABLES if not name else ()
    for key, value in table.items():
        if key in inner:
            _name_mistakes(value, at, key, problems)
        elif key not in keys:
            said = f"the table `{whole}` has" if whole else "the settings have"
            message, help = f"{said} no key `{cut(key)}`", _meant(key, at, name)
            problems.add("MG201", message, (*inside, key), key=True, help=_plain(help))
        else:
            _name_mistake(value, keys[key], (*inside, key), problems)


def _meant(key: str, at: Names, name: str) -> str:
    """Say what an unknown key of a table may mean."""
    if not at and key == "tool":
        return "keys stand here without `[tool.mlpgen]`"
    if key in (KEYS[""] if name else KEYS["lint"]):
        table = ".".join((*at, *("lint",) * (not name)))
        return f"it is a key of `{table}`" if table else "it stands above all tables"
    known = (*KEYS[name], *(_TABLES if not name else ()))
    return nearest(key, known) or f"it takes {listed(known)}"


def _name_mistake(
    value: Any, key: Key, path: tuple[str, ...], problems: Problems
) -> None:
    """Report the mistake of a value, if it has one."""
    try:
        key.read(value)
    except WrongError as wrong:
        found_is = "not" if wrong.value is value else "but it contains"
        value_is = f"{found_is} {shown(wrong.value)}{wrong.why}"
        message = f"`{path[-1]}` must be {key.expects}, {value_is}"
        help = wrong.help or problems.help_for(wrong.value, symbolic=False)
        problems.add(wrong.code, message, path, help=_plain(help))


def _plain(help: str) -> str:
    """Return help without its change: `--fix` mends specs, and no settings."""
    return f"{help}"


def _parsed(text: str, lines: list[str]) -> dict[str, Any]:
    """Read TOML; refuse lines with many dots, which take quadratic time.

    Raises:
        ValueError: It is not valid TOML, or has a number that Python refuses.
    """
    for row, line in enumerate(lines, 1):
        if line.count(".") > MOST_DOTS:
            where = f"(at line {row}, column 1)"
            raise ValueError(f"a line has more than {MOST_DOTS:,} dots {where}")
    return tomllib.loads(text)


def _not_toml(error: Exception, name: str, lines: list[str]) -> Diagnostic:
    said = re.fullmatch(r"(.*?)(?: \(at line (\d+), column (\d+)\))?", str(error))
    reason = said[1] if said else "it cannot be read"
    where = said and said[2]
    if said is None or not where:
        return Diagnostic("MG006", f"`{name}` is not TOML: {reason}")
    row, column = int(said[2]), int(said[3])
    place = place_of(name, lines, Span(row, column, row, column + 1))
    return Diagnostic("MG006", f"this is not TOML: {reason}", place)


def _spans(lines: list[str], at: Names) -> Spans:
    """Find the lines of the table, of those in it and of keys, in the usual form."""
    dot, name = r"\s*\.\s*", r"""["']?(\w+)["']?\s*"""
    inside = rf"(?:{dot}{name})?" if at else name
    names = dot.join(rf"""["']?{each}["']?""" for each in at)
    head = re.compile(rf"\s*\[\s*{names}\s*{inside}\]")
    pair = re.compile(r"""\s*["']?([\w-]+)["']?\s*=\s*""")
    first = _span(0, 0, len(lines[0].rstrip()) if lines else 0)
    whole: Spans | None = None
    keys: dict[str, tuple[Span, Spans]] = {}
    inner: dict[str, tuple[Span, Spans]] | None = None if at else keys
    for row, line in enumerate(lines):
        if found := head.match(line):
            span = _span(row, 0, len(line.rstrip()))
            inner = {} if found[1] else keys
            if found[1]:
                keys.setdefault(found[1], (span, Spans(span, inner)))
            if at and (whole is None or not found[1]):
                whole = Spans(span, keys)
        elif line.lstrip().startswith("["):
            inner = None
        elif inner is not None and (found := pair.match(line)):
            begin = found.end()
            value = line[begin:].partition("#")[0].rstrip()
            spans = Spans(_span(row, begin, begin + len(value)))
            inner.setdefault(found[1], (_span(row, *found.span(1)), spans))
    return whole or Spans(first, keys)


def _span(row: int, start: int, end: int) -> Span:
    return Span(row + 1, start + 1, row + 1, max(end, start) + 1)
