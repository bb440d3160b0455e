"""Diagnostics as annotations of GitHub."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.diagnostics.diagnostic import MAXIMUM
from mlpgen.diagnostics.escape import guarded, safe
from mlpgen.diagnostics.renderers.explained_lines import more

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlpgen.diagnostics.diagnostic import Diagnostic


def github(diagnostics: Sequence[Diagnostic]) -> str:
    """Return diagnostics as GitHub Actions workflow commands.

    https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
    """
    shown = [_annotation(each) for each in diagnostics[:MAXIMUM]]
    return "\n".join([*shown, *(f"::notice::{line}" for line in more(diagnostics))])


_LEVELS = {"error": "error", "warning": "warning", "hint": "notice"}


def _annotation(diagnostic: Diagnostic) -> str:
    properties: dict[str, object] = {}
    if diagnostic.place:
        path, span, _ = diagnostic.place
        keys = ("line", "col", "endLine", "endColumn")
        properties = {"file": path, **dict(zip(keys, span, strict=True))}
    return annotation(
        _LEVELS[diagnostic.severity],
        "\n".join(_message(diagnostic)),
        **properties,
        title=diagnostic.code,
    )


def _message(diagnostic: Diagnostic) -> Iterator[str]:
    yield diagnostic.message
    for (path, span, _), message in diagnostic.labels:
        yield f"{path}:{span.line}:{span.column}: {message}"
    yield from (f"note: {note}" for note in diagnostic.notes)
    if diagnostic.help:
        yield f"help: {diagnostic.help}"
    if diagnostic.fix:
        yield f"`mlpgen validate --fix` can {diagnostic.fix.title}"


def annotation(severity: str, message: str, **properties: object) -> str:
    """Return one escaped GitHub Actions workflow command."""
    listed = ",".join(
        f"{key}={_escape(str(value)).replace(':', '%3A').replace(',', '%2C')}"
        for key, value in properties.items()
    )
    return f"::{severity} {guarded(listed)}::{guarded(_escape(message))}"


def _escape(value: str) -> str:
    """Escape a value for a workflow command."""
    kept = {"\r": "%0D", "\n": "%0A", "%": "%25"}
    return "".join(kept.get(char) or safe(char) for char in value)
