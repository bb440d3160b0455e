"""The text of a document around the values that edits are about."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlpgen.source.document import Document, Spans


def in_flow(document: Document, spans: Spans) -> bool:
    """Tell whether a mapping or list is written in brackets."""
    return spans.inner is not None and char_at(document, spans.span[:2]) in ("[", "{")


def char_at(document: Document, place: tuple[int, int]) -> str:
    """Return the character at a place."""
    return document.lines[place[0] - 1][place[1] - 1 : place[1]]


def before(document: Document, place: tuple[int, int]) -> str:
    """Return what stands before a place in its line."""
    return document.lines[place[0] - 1][: place[1] - 1]


def after(document: Document, place: tuple[int, int]) -> str:
    """Return the rest of a line, from a place on."""
    return document.lines[place[0] - 1][place[1] - 1 :]


def between(
    document: Document, start: tuple[int, int], end: tuple[int, int]
) -> str | None:
    """Return the text between two places of one line; None if they are not in one."""
    if start[0] != end[0]:
        return None
    return document.lines[start[0] - 1][start[1] - 1 : end[1] - 1]
