"""Syntax errors of libyaml and PyYAML in plain words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mlpgen.diagnostics.diagnostic import Diagnostic, Edit, Fix, Label, Span
from mlpgen.source.conflicts import first_conflict
from mlpgen.source.document import place_of
from mlpgen.source.slips import find_slip
from mlpgen.source.yaml_events import DEEPEST

if TYPE_CHECKING:
    import yaml

    from mlpgen.diagnostics.diagnostic import Place
    from mlpgen.source.slips import Slip

_AFTER_A_SLIP = "mapping values are|block (mapping|collection): |not find expected ':'"
"""The errors that follow from a missing space or dash."""

_WORDS = (
    (
        "mapping values are",
        "a `:` is not allowed here",
        "fix the indentation, or put a string with `: ` in quotes",
    ),
    (
        "found unexpected ':'",
        "a `:` is not allowed here",
        "put a string with `:` in quotes",
    ),
    ("sequence entries are", "a `-` cannot start an entry here", ""),
    ("mapping keys are", "a `?` cannot start a key here", ""),
    (
        "block mapping: .*(expected key|<block end>)",
        "expected a key, or the end of the mapping",
        "the keys of a mapping must start in the same column",
    ),
    (
        "block collection: .*(expected '-'|<block end>)",
        "expected a `-`, or the end of the list",
        "entries of a list start in the same column, keys beside a type in its column",
    ),
    (r"expected ',' or '\]'", "expected `,` or `]`", ""),
    ("expected ',' or '}'", "expected `,` or `}`", ""),
    ("node content", "expected a value", ""),
    (
        "could not find expected ':'",
        "a `:` is missing",
        "put a space after the `:` of a key",
    ),
    (
        "cannot start any token",
        "this character cannot start a value",
        "put it in quotes",
    ),
    (
        "document (indicator|separator)",
        "the document ends inside this quoted string",
        "",
    ),
    ("unexpected end of stream", "this quoted string is not closed", ""),
    (
        "directive|YAML document|%YAML",
        "lines that start with `%` are not allowed",
        "",
    ),
    ("document start", "the document has ended before this", ""),
    ("block scalar", "only `+`, `-` or a digit may follow `|` and `>`", ""),
    (
        "escape|hexa?decimal",
        "`\\` does not start a YAML escape here",
        "write `\\\\` for a backslash",
    ),
)


def syntax_error(
    error: yaml.MarkedYAMLError, name: str, lines: list[str]
) -> Diagnostic:
    """Describe a syntax error, with its place."""
    conflict = first_conflict(lines)
    if conflict is not None:
        span = Span(conflict + 1, 1, conflict + 1, len(lines[conflict]) + 1)
        message = "git's conflict markers: a merge has not been decided"
        help = "keep what is right of both sides, and remove the lines of the markers"
        return Diagnostic("MG101", message, place_of(name, lines, span), help=help)
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
        where = "here" if place.text[:column].strip() else "for indentation"
        message = f"tabs are not allowed {where}"
        fix = _tab(place) if where == "here" else None
        return Diagnostic("MG107", message, place, help="use spaces", fix=fix)
    if "nesting depth" in theirs:
        return Diagnostic("MG106", f"more than {DEEPEST} levels of nesting", place)
    if "tag" in theirs:
        return Diagnostic(
            "MG103", "tags are not allowed", place, help="put it in quotes"
        )
    if "anchor" in theirs or "alias" in theirs:
        message = "anchors and aliases are not allowed"
        return Diagnostic("MG104", message, place, help="put it in quotes")
    slip = find_slip(lines, row) if re.search(_AFTER_A_SLIP, theirs) else None
    if slip:
        line, start = slip.row + 1, slip.column + 1
        place = place_of(name, lines, Span(line, start, line, start + 1))
        message = f"invalid YAML: {slip.message}"
        fix = _insertion(place, slip)
        return Diagnostic("MG101", message, place, help=slip.help, fix=fix)
    fix = None
    fallback = (error.problem or "it cannot be parsed", "")
    words = (
        (ours, hint) for pattern, ours, hint in _WORDS if re.search(pattern, theirs)
    )
    message, hint = next(words, fallback)
    if re.search(r"(?<![\"'])\$\{", place.text):
        hint = 'put an expression in quotes: `"${…}"`'
        fix = _quotes(place)
    above = lines[row - 1] if row and message == _WORDS[0][1] else ""
    if entry := re.match(r"\s*- ([A-Za-z]\w*)\s*(#.*)?$", above):
        hint = f"write `- {entry[1]}:` above, because keys follow"
        at = Span(row, entry.end(1) + 1, row, entry.end(1) + 1)
        fix = Fix(f"add `:` behind `{entry[1]}`", name, (Edit(at, ":"),))
    elif re.match(r"\s*- [A-Za-z]\w*: \S", above):
        hint = "keys beside a type must start in its column"
    began: Any = error.context_mark or mark
    what = str(error.context).removeprefix("while ").removeprefix("parsing ")
    what = {"a flow sequence": "the list", "a flow mapping": "the mapping"}.get(
        what, ""
    )
    labels: tuple[Label, ...] = ()
    if what and began.line != row:
        line, start = began.line + 1, began.column + 1
        there = place_of(name, lines, Span(line, start, line, start + 1))
        labels = (Label(there, f"{what} starts here"),)
    said = f"invalid YAML: {message}"
    return Diagnostic("MG101", said, place, help=hint, labels=labels, fix=fix)


def _tab(place: Place) -> Fix:
    """Write a space in place of the tabs."""
    tabs = re.match(r"\t+", place.text[place.span.column - 1 :])
    start, width = place.span[:2], len(tabs[0]) if tabs else 1
    span = Span(*start, start[0], start[1] + width)
    return Fix("replace the tab by a space", place.path, (Edit(span, " "),))


def _insertion(place: Place, slip: Slip) -> Fix | None:
    """Write what is missing: a space goes behind its sign, a `- ` before its word."""
    if not slip.inserted:
        return None
    row, column = place.span[:2]
    column += slip.inserted == " "
    at = Span(row, column, row, column)
    what = "a space" if slip.inserted == " " else "`- `"
    return Fix(f"insert {what}", place.path, (Edit(at, slip.inserted),))


_QUOTED = re.compile(r"""\"[^"\\]*\"|'[^']*'""")
_EXPRESSION = re.compile(r"""(?<=[\s\[,{])\$\{[^{}"'\\#]*\}(?=\s*([,\]}]|$| #))""")


def _quotes(place: Place) -> Fix | None:
    """Put the expressions of a line in quotes, if it is clear where each ends."""
    text = _QUOTED.sub(lambda each: "_" * len(each[0]), place.text)
    found = [*_EXPRESSION.finditer(text)]
    if not found or len(found) != text.count("${") or "#" in text:
        return None
    row = place.span.line
    marks = (at for each in found for at in each.span())
    edits = tuple(Edit(Span(row, at + 1, row, at + 1), '"') for at in marks)
    return Fix("quote the expression", place.path, edits)
