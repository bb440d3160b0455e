"""What libyaml, or PyYAML's own scanner, stopped at, in plain words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mlpgen.diagnostics.diagnostic import Diagnostic, Span
from mlpgen.source.document import place_of

if TYPE_CHECKING:
    import yaml

DEEPEST = 64

_WORDS = (
    (
        "mapping values are",
        "a `:` cannot stand here",
        "mend the indentation, or put a text with `: ` in quotes",
    ),
    (
        "found unexpected ':'",
        "a `:` cannot stand here",
        "put a text with `:` in quotes",
    ),
    ("sequence entries are", "a `-` cannot begin an entry here", ""),
    ("mapping keys are", "a `?` cannot begin a key here", ""),
    (
        "block mapping: .*(expected key|<block end>)",
        "a key, or the end of the mapping, is expected here",
        "the keys of a mapping begin in the same column",
    ),
    (
        "block collection: .*(expected '-'|<block end>)",
        "a `-`, or the end of the list, is expected here",
        "the entries of a list begin in one column, keys beside a type in its column",
    ),
    (r"expected ',' or '\]'", "`,` or `]` is expected here", ""),
    ("expected ',' or '}'", "`,` or `}` is expected here", ""),
    ("node content", "a value is expected here", ""),
    (
        "could not find expected ':'",
        "a `:` is missing",
        "a space follows each `:` behind a key",
    ),
    (
        "cannot start any token",
        "this character cannot begin a value",
        "put it in quotes",
    ),
    ("document (indicator|separator)", "the document ends inside these quotes", ""),
    ("unexpected end of stream", "these quotes are not closed", ""),
    (
        "directive|YAML document|%YAML",
        "a line that begins with `%` is not for a spec",
        "",
    ),
    ("document start", "the document has ended before this", ""),
    ("block scalar", "only `+`, `-` or a digit may follow `|` and `>`", ""),
    (
        "escape|hexa?decimal",
        "`\\` does not begin an escape of YAML here",
        "write `\\\\` for a backslash",
    ),
)


def syntax_error(
    error: yaml.MarkedYAMLError, name: str, lines: list[str]
) -> Diagnostic:
    """Say what is wrong with the YAML, at its place."""
    theirs = f"{error.context}: {error.problem}"
    mark: Any = error.problem_mark or error.context_mark
    if "while scanning a quoted scalar" in theirs and "unexpected" in theirs:
        mark = error.context_mark or mark
    row, column = mark.line, mark.column
    if not any(line.strip() for line in lines[row:]):
        row = max((at for at, line in enumerate(lines) if line.strip()), default=0)
        column = len(lines[row].rstrip())
    place = place_of(name, lines, Span(row + 1, column + 1, row + 1, column + 2))
    if place.text[column : column + 1] == "\t":
        where = "stand here" if place.text[:column].strip() else "indent"
        return Diagnostic("MG107", f"a tab cannot {where}", place, help="use spaces")
    if "nesting depth" in theirs:
        return Diagnostic("MG106", f"nested deeper than {DEEPEST} levels", place)
    if "tag" in theirs:
        return Diagnostic("MG103", "a spec has no tags", place, help="put it in quotes")
    if "anchor" in theirs or "alias" in theirs:
        message = "a spec has no anchors or aliases"
        return Diagnostic("MG104", message, place, help="put it in quotes")
    fallback = (error.problem or "it cannot be read", "")
    said = (
        (ours, hint) for pattern, ours, hint in _WORDS if re.search(pattern, theirs)
    )
    message, hint = next(said, fallback)
    if re.search(r"(?<![\"'])\$\{", place.text):
        hint = 'put an expression in quotes: `"${…}"`'
    above = lines[row - 1] if row and message == _WORDS[0][1] else ""
    if entry := re.match(r"\s*- ([A-Za-z]\w*)\s*(#.*)?$", above):
        hint = f"write `- {entry[1]}:` above, since keys follow"
    elif re.match(r"\s*- [A-Za-z]\w*: \S", above):
        hint = "keys beside a type begin in its column"
    began = error.context_mark.line + 1 if error.context_mark else row + 1
    what = str(error.context).removeprefix("while ").removeprefix("parsing ")
    what = {"a flow sequence": "the list", "a flow mapping": "the mapping"}.get(
        what, ""
    )
    notes = (f"{what} begins in line {began}",) if what and began != row + 1 else ()
    return Diagnostic("MG101", f"this is not YAML: {message}", place, notes, hint)
