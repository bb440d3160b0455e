"""Reads the table `[tool.mlpgen]`: from TOML to checked values, or mistakes."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from mlpgen.api import STYLES
from mlpgen.diagnostics.diagnostic import Diagnostic, Span, SpecError
from mlpgen.lints.codes import codes
from mlpgen.names.modules import wrong_package
from mlpgen.project.destination import OUT
from mlpgen.project.package_name import misplaced
from mlpgen.source.decoding import decode, lines_of
from mlpgen.source.document import Document, Spans, place_of
from mlpgen.source.files import possible
from mlpgen.spec.ignore import meant
from mlpgen.spec.problems import Problems
from mlpgen.spec.wording import cut, listed, nearest, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mlpgen.diagnostics.diagnostic import Place

LONGEST_PATH = 500
MOST_DOTS = 1000
MOST_FOLDERS = 4
"""How many `**` a pattern may have: each one walks all folders again."""


class _WrongError(Exception):
    """A value is not valid for its key.

    Attributes:
        value: The wrong value, or the wrong element of it.
        code: MG203 for a wrong type, MG204 for a value out of bounds, MG205 for an
            invalid name.
        why: What is wrong with it, unless that is clear.
        help: What was probably meant.
    """

    def __init__(
        self, value: Any, code: str = "MG203", why: str = "", help: str = ""
    ) -> None:
        self.value = value
        self.code = code
        self.why = f": {why}" if why else ""
        self.help = help
        super().__init__(code)


def _path(value: Any) -> str:
    """Read a path that is valid on every system."""
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_PATH:
        raise _WrongError(value)
    if not possible(value) or "\\" in value:
        raise _WrongError(value)
    return value


def _pattern(value: Any) -> str:
    """Read a pattern of paths, without redundant parts.

    It must stay in the folder of the project.
    """
    text = _path(value)
    split = [part for part in text.split("/") if part not in ("", ".")]
    twice = ["**", "**"]
    parts = [a for at, a in enumerate(split) if split[at : at + 2] != twice]
    wild = ["**" in part and part != "**" for part in parts]
    if any(wild) or not parts or text.startswith("/") or text[1:2] == ":":
        raise _WrongError(value)
    if ".." in parts or parts.count("**") > MOST_FOLDERS:
        raise _WrongError(value)
    return "/".join(parts)


def _style(value: Any) -> str:
    if not isinstance(value, str) or value not in STYLES:
        help = nearest(value, STYLES) if isinstance(value, str) else ""
        raise _WrongError(value, "MG204", help=help)
    return value


def _package(value: Any) -> str:
    if not isinstance(value, str):
        raise _WrongError(value)
    if why := wrong_package(value):
        raise _WrongError(value, "MG205", why)
    return value


def _code(value: Any) -> str:
    """Read the code of a warning or a hint."""
    if not isinstance(value, str):
        raise _WrongError(value)
    known = codes()
    if value not in known.warnings:
        if value in known.every:
            raise _WrongError(value, "MG204", "it is the code of a mistake")
        raise _WrongError(value, "MG204", help=meant(value, known))
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise _WrongError(value)
    return value


def _each(read: Callable[[Any], str]) -> Callable[[Any], tuple[str, ...]]:
    """Read a list that is not empty."""

    def read_all(value: Any) -> tuple[str, ...]:
        if not isinstance(value, list):
            raise _WrongError(value)
        if not value:
            raise _WrongError(value, "MG204")
        return tuple(map(read, value))

    return read_all


class _Key(NamedTuple):
    """What a key of the table takes: in words, and the function that reads it."""

    expects: str
    read: Callable[[Any], Any]


# Not a pydantic model: making one takes longer than reading a small spec.
_KEYS: dict[str, dict[str, _Key]] = {
    "": {
        "specs": _Key(
            "a list of patterns of paths, such as `specs/**/*.yaml`", _each(_pattern)
        ),
        "out": _Key("the path of a folder", _path),
        "styles": _Key(
            f"a list of {', '.join(f'`{each}`' for each in STYLES)}", _each(_style)
        ),
        "package": _Key("a dotted name, such as `mypkg.generated`", _package),
        "templates": _Key("the path of a folder", _path),
    },
    "lint": {
        "ignore": _Key("a list of codes of warnings, such as `MG214`", _each(_code)),
        "strict": _Key("true or false", _flag),
        "hints": _Key("true or false", _flag),
    },
}
"""The keys of each table, which are also fields of `Settings` and of its tables."""
_TABLES = tuple(filter(None, _KEYS))
"""The tables inside the table."""


def read(data: bytes, name: str) -> dict[str, Any] | None:
    """Read the table of a file; None if the file has none.

    Raises:
        SpecError: The table has mistakes.
    """
    text = decode(data, name)
    lines = lines_of(text)
    try:
        tool = _parsed(text, lines).get("tool")
    except (ValueError, RecursionError) as error:
        raise SpecError([_not_toml(error, name, lines)]) from None
    if not isinstance(tool, dict) or "mlpgen" not in tool:
        return None
    table = tool["mlpgen"]
    problems = Problems(Document(name, lines, table, _spans(lines)))
    try:
        found = _values(table, "")
    except (AttributeError, KeyError, _WrongError):
        _name_mistakes(table, "", problems)
        raise problems.error() from None
    _check_folder(found, Path(name).parent, problems)
    problems.check()
    return found


def _values(table: Any, name: str) -> dict[str, Any]:
    """Read the keys of a table.

    Raises:
        AttributeError: It is no table.
        KeyError: It has an unknown key.
        _WrongError: The value of a key is not valid.
    """
    inner = _TABLES if not name else ()
    return {
        key: _values(value, key) if key in inner else _KEYS[name][key].read(value)
        for key, value in table.items()
    }


def place(data: bytes, name: str, key: str) -> Place:
    """Return the place of a key of the table."""
    lines = lines_of(decode(data, name))
    return Document(name, lines, {}, _spans(lines)).place((key,))


def _check_folder(found: Mapping[str, Any], root: Path, problems: Problems) -> None:
    """Check that the package ends with the name of the folder."""
    package, out = found.get("package"), found.get("out", OUT)
    if package and (why := misplaced(package, root / out)):
        meant = ".".join([*package.split(".")[:-1], Path(out).name])
        help = "" if wrong_package(meant) else f"did you mean `{cut(meant)}`?"
        message = f"`package` cannot be `{cut(package)}`: {why}"
        problems.add("MG205", message, ("package",), help=help)


def _name_mistakes(table: Any, name: str, problems: Problems) -> None:
    """Report all mistakes of a table.

    Args:
        table: The table, or what stands there.
        name: Its name inside the table of mlpgen; empty for that itself.
        problems: Collects mistakes.
    """
    at = (name,) if name else ()
    whole = ".".join(("tool.mlpgen", *at))
    if not isinstance(table, dict):
        message = f"`{whole}` must be a table, not {shown(table)}"
        problems.add("MG203", message, at)
        return
    keys = _KEYS[name]
    inner = _TABLES if not name else ()
    for key, value in table.items():
        if key in inner:
            _name_mistakes(value, key, problems)
        elif key not in keys:
            known = (*keys, *inner)
            help = nearest(key, known) or f"it takes {listed(known)}"
            beside = _KEYS[""] if name else _KEYS["lint"]
            if key in beside:
                help = f"it is a key of `tool.mlpgen{'' if name else '.lint'}`"
            message = f"the table `{whole}` has no key `{cut(key)}`"
            problems.add("MG201", message, (*at, key), key=True, help=_plain(help))
        else:
            _name_mistake(value, keys[key], (*at, key), problems)


def _name_mistake(
    value: Any, key: _Key, path: tuple[str, ...], problems: Problems
) -> None:
    """Report the mistake of a value, if it has one."""
    try:
        key.read(value)
    except _WrongError as wrong:
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


def _spans(lines: list[str]) -> Spans:
    """Find the lines of the table, of those in it and of keys, in the usual form."""
    head = re.compile(
        r"""\s*\[\s*tool\s*\.\s*["']?mlpgen["']?\s*(?:\.\s*["']?(\w+)["']?\s*)?\]"""
    )
    pair = re.compile(r"""\s*["']?([\w-]+)["']?\s*=\s*""")
    whole: Spans | None = None
    keys: dict[str, tuple[Span, Spans]] = {}
    inner: dict[str, tuple[Span, Spans]] | None = None
    for row, line in enumerate(lines):
        if found := head.match(line):
            span = _span(row, 0, len(line.rstrip()))
            inner = {} if found[1] else keys
            if found[1]:
                keys.setdefault(found[1], (span, Spans(span, inner)))
            if whole is None or not found[1]:
                whole = Spans(span, keys)
        elif line.lstrip().startswith("["):
            inner = None
        elif inner is not None and (found := pair.match(line)):
            begin = found.end()
            value = line[begin:].partition("#")[0].rstrip()
            spans = Spans(_span(row, begin, begin + len(value)))
            inner.setdefault(found[1], (_span(row, *found.span(1)), spans))
    return whole or Spans(_span(0, 0, len(lines[0].rstrip()) if lines else 0), keys)


def _span(row: int, start: int, end: int) -> Span:
    return Span(row + 1, start + 1, row + 1, max(end, start) + 1)
