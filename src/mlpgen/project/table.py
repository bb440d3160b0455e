"""The table `[tool.mlpgen]`: TOML to checked data, with the lines of its keys."""

from __future__ import annotations

import re
import tomllib
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field, ValidationError

from mlpgen.component import STRICT, Expects
from mlpgen.diagnostics import Diagnostic, Span, SpecError
from mlpgen.problems import Problems, shown
from mlpgen.source.document import Document, Spans, place_of
from mlpgen.source.files import possible
from mlpgen.source.text import decode, lines_of
from mlpgen.spec import Style


def _path(text: str) -> str:
    """Refuse what is no path on some system."""
    if not possible(text) or "\\" in text:
        raise ValueError(text)
    return text


def _pattern(text: str) -> str:
    """Return a pattern without parts that say nothing; refuse what is none."""
    parts = [part for part in text.split("/") if part not in ("", ".")]
    wild = ["**" in part and part != "**" for part in parts]
    if any(wild) or not parts or text.startswith("/") or text[1:2] == ":":
        raise ValueError(text)
    return "/".join(parts)


_Text = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_path)]
_HEAD = re.compile(r"\s*\[\s*tool\s*\.\s*[\"']?mlpgen[\"']?\s*\]")
_KEY = re.compile(r"""\s*["']?([\w-]+)["']?\s*=\s*(.*?)\s*(?:#.*)?$""")


class Table(BaseModel):
    """What the table may hold; its fields are those of `Settings`."""

    model_config = STRICT

    specs: Annotated[
        list[Annotated[_Text, AfterValidator(_pattern)]],
        Field(min_length=1),
        Expects("a list of patterns of paths, such as `specs/**/*.yaml`"),
    ] = []
    out: Annotated[_Text, Expects("the path of a folder")] = ""
    styles: Annotated[
        list[Style], Field(min_length=1), Expects("a list of `explicit`, `sequential`")
    ] = []


def read(data: bytes, name: str) -> dict[str, Any] | None:
    """Read the table of a file; None if it has none.

    Raises:
        SpecError: With what is wrong, in its line.
    """
    text = decode(data, name)
    lines = lines_of(text)
    try:
        tool = tomllib.loads(text).get("tool")
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise SpecError([_not_toml(error, name, lines)]) from None
    if not isinstance(tool, dict) or "mlpgen" not in tool:
        return None
    table = tool["mlpgen"]
    problems = Problems(Document(name, lines, table, _spans(lines)))
    if not isinstance(table, dict):
        problems.add("MG203", f"`tool.mlpgen` is a table, not {shown(table)}")
        problems.check()
    try:
        found = Table.model_validate(table)
    except ValidationError as error:
        problems.add_invalid(error, Table, "table tool.mlpgen", (), table)
        problems.check()
        raise
    given = found.model_dump(exclude_unset=True)
    return {key: tuple(v) if isinstance(v, list) else v for key, v in given.items()}


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
    """Find the lines of the table and of its keys, if they are written as usual."""
    start = next((row for row, line in enumerate(lines) if _HEAD.match(line)), 0)
    inner: dict[str, tuple[Span, Spans]] = {}
    for row in range(start + 1, len(lines)):
        if lines[row].lstrip().startswith("["):
            break
        if found := _KEY.match(lines[row]):
            key, value = (_span(row, *found.span(group)) for group in (1, 2))
            inner.setdefault(found[1], (key, Spans(value)))
    return Spans(_span(start, 0, len(lines[start].rstrip())), inner)


def _span(row: int, start: int, end: int) -> Span:
    return Span(row + 1, start + 1, row + 1, max(end, start) + 1)
