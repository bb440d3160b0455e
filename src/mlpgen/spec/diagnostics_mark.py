"""A point in the reading of a spec, and the diagnostics added after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlpgen.diagnostics.diagnostic import Diagnostic, Label


class Mark:
    """The diagnostics added after this point, in all files of the spec.

    Attributes:
        kept: Whether the diagnostics of a trial remain after it.
    """

    def __init__(self, diagnostics: list[Diagnostic]) -> None:
        self.kept = False
        self._all = diagnostics
        self._start = len(diagnostics)
        self._ended: tuple[Diagnostic, ...] | None = None

    @property
    def found(self) -> tuple[Diagnostic, ...]:
        """The diagnostics added after this point, up to the end of a trial."""
        if self._ended is not None:
            return self._ended
        return tuple(self._all[self._start :])

    @property
    def failed(self) -> bool:
        """Whether any of them is an error."""
        return any(not each.warning for each in self.found)

    def keep(self) -> None:
        """Keep the diagnostics of a trial after it."""
        self.kept = True

    def end(self) -> None:
        """End a trial: remove its diagnostics, unless they are kept."""
        self._ended = self.found
        if not self.kept:
            del self._all[self._start :]

    def add_label(self, label: Label, applies: Callable[[Diagnostic], bool]) -> None:
        """Add a second place to each of the diagnostics that it applies to."""
        for index, each in enumerate(self.found, self._start):
            if label not in each.labels and applies(each):
                self._all[index] = each._replace(labels=(*each.labels, label))

    def drop_repeated(self) -> None:
        """Remove the diagnostics that repeat one from before this point."""
        known = {(each.code, each.message) for each in self._all[: self._start]}
        self._all[self._start :] = [
            each for each in self.found if (each.code, each.message) not in known
        ]
