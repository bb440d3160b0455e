"""The codes that the author of a spec ignores, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mlpgen.diagnostics.diagnostic import Diagnostic, Fix, Place, Span


class Ignored(NamedTuple):
    """A code in an `ignore`.

    Attributes:
        code: The code.
        place: Where it is written.
        path: The path of the mapping that has the `ignore`.
        span: Everything in that mapping, with its key.
        everywhere: Whether it is the `ignore` of the spec, which also counts for the
            files that it includes.
        removal: The edits that remove it; None if they are not certain.
    """

    code: str
    place: Place
    path: tuple[str | int, ...]
    span: Span
    everywhere: bool
    removal: Fix | None

    def covers(self, found: Diagnostic) -> bool:
        """Tell whether a warning or hint is ignored by this."""
        if not found.warning or found.code != self.code:
            return False
        place = found.place
        if self.everywhere or place is None:
            return self.everywhere
        start, end = self.span[:2], self.span[2:]
        inside = start <= place.span[:2] < end
        return inside and place.path == self.place.path


def shown(found: Iterable[Diagnostic], ignored: Sequence[Ignored]) -> list[Diagnostic]:
    """Leave out what is ignored."""
    return [each for each in found if not any(one.covers(each) for one in ignored)]


def needed(found: Iterable[Diagnostic], ignored: Sequence[Ignored]) -> set[Ignored]:
    """Return the codes that something is ignored by.

    Of several around a warning, that is the innermost: the others change nothing.
    """
    inner = sorted(ignored, key=lambda each: -len(each.path))
    every = (next((one for one in inner if one.covers(each)), None) for each in found)
    return {each for each in every if each is not None}
