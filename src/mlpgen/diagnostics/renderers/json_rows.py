"""Diagnostics as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.diagnostics.escape import as_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.diagnostics.diagnostic import Diagnostic, Fix, Span

_KEYS = ("line", "column", "end_line", "end_column")


def json(diagnostics: Sequence[Diagnostic]) -> str:
    """Return all diagnostics as a JSON array."""
    return as_json([_row(each) for each in diagnostics])


def _row(diagnostic: Diagnostic) -> dict[str, object]:
    place = diagnostic.place
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity,
        "message": diagnostic.message,
        "path": place.path if place else None,
        **_range(place.span if place else None),
        "labels": [
            {"path": path, **_range(span), "message": message}
            for (path, span, _), message in diagnostic.labels
        ],
        "notes": list(diagnostic.notes),
        "help": diagnostic.help,
        "fix": _fix(diagnostic.fix) if diagnostic.fix else None,
    }


def _range(span: Span | None) -> dict[str, object]:
    return dict(zip(_KEYS, span or (None,) * 4, strict=True))


def _fix(fix: Fix) -> dict[str, object]:
    edits = [{**_range(span), "text": text} for span, text in fix.edits]
    return {"title": fix.title, "path": fix.path, "edits": edits}
