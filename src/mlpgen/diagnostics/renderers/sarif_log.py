"""Diagnostics as SARIF 2.1.0, which code hosts and editors read.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from mlpgen.diagnostics.escape import as_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mlpgen.diagnostics.diagnostic import Diagnostic, Fix, Label, Span
    from mlpgen.diagnostics.explanations.explanation import Explanation

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {"error": "error", "warning": "warning", "hint": "note"}
_ABSOLUTE = re.compile(r"/|[A-Za-z]:/")


def sarif(
    diagnostics: Sequence[Diagnostic], pages: Mapping[str, Explanation], version: str
) -> str:
    """Return all diagnostics as a log of one run.

    Args:
        diagnostics: The diagnostics.
        pages: What each code means.
        version: The version of mlpgen.
    """
    codes = sorted({each.code for each in diagnostics})
    driver = {
        "name": "mlpgen",
        "version": version,
        "rules": [_rule(code, pages.get(code)) for code in codes],
    }
    run = {
        "tool": {"driver": driver},
        # The columns count characters, not the units of UTF-16.
        "columnKind": "unicodeCodePoints",
        "results": [_result(each, codes.index(each.code)) for each in diagnostics],
    }
    return as_json({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(code: str, page: Explanation | None) -> dict[str, Any]:
    if page is None:
        return {"id": code}
    return {
        "id": code,
        "shortDescription": {"text": page.title},
        "fullDescription": {"text": page.text},
        "help": {"text": page.text, "markdown": _markdown(page)},
    }


def _markdown(page: Explanation) -> str:
    specs = (("wrong", page.wrong), ("fixed", page.right))
    shown = [f"```yaml\n# {word}\n{spec}```" for word, spec in specs if spec]
    return "\n\n".join([page.text, *shown])


def _result(diagnostic: Diagnostic, index: int) -> dict[str, Any]:
    place = diagnostic.place
    said = [diagnostic.message, *(f"note: {note}" for note in diagnostic.notes)]
    said += [f"help: {diagnostic.help}"] if diagnostic.help else []
    found: dict[str, Any] = {
        "ruleId": diagnostic.code,
        "ruleIndex": index,
        "level": _LEVELS[diagnostic.severity],
        "message": {"text": "\n".join(said)},
    }
    if place:
        found["locations"] = [{"physicalLocation": _location(place.path, place.span)}]
    if diagnostic.labels:
        related = enumerate(diagnostic.labels, 1)
        found["relatedLocations"] = [_related(*each) for each in related]
    if diagnostic.fix:
        found["fixes"] = [_fix(diagnostic.fix)]
    return found


def _related(number: int, label: Label) -> dict[str, Any]:
    return {
        "id": number,
        "physicalLocation": _location(label.place.path, label.place.span),
        "message": {"text": label.message},
    }


def _location(path: str, span: Span) -> dict[str, Any]:
    return {"artifactLocation": {"uri": uri(path)}, "region": _region(span)}


def _region(span: Span) -> dict[str, int]:
    keys = ("startLine", "startColumn", "endLine", "endColumn")
    return dict(zip(keys, span, strict=True))


def _fix(fix: Fix) -> dict[str, Any]:
    replacements = [
        {"deletedRegion": _region(span), "insertedContent": {"text": text}}
        for span, text in fix.edits
    ]
    change = {
        "artifactLocation": {"uri": uri(fix.path)},
        "replacements": replacements,
    }
    return {"description": {"text": fix.title}, "artifactChanges": [change]}


def uri(path: str) -> str:
    """Return a path as a URI: relative as it was given, or with `file://`."""
    escaped = quote(path, errors="replace")
    if not _ABSOLUTE.match(path):
        return escaped
    return f"file:///{escaped.removeprefix('/')}".replace("%3A", ":", 1)
