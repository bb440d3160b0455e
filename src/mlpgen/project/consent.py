"""Which warnings and hints a project wants to see, and whether they are mistakes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlpgen.diagnostics.diagnostic import Diagnostic
    from mlpgen.project.settings import Lint


class Shown(NamedTuple):
    """What is shown of all that was found.

    Attributes:
        diagnostics: Mistakes, warnings, and hints if they are asked for.
        strict: How many of the mistakes are warnings.
        hidden: How many hints are not shown.
    """

    diagnostics: list[Diagnostic]
    strict: int = 0
    hidden: int = 0


def shown(found: Iterable[Diagnostic], wanted: Lint) -> Shown:
    """Choose what is shown, and make warnings mistakes if the project is strict."""
    every = without_ignored(found, wanted)
    kept = [each for each in every if wanted.hints or not each.hint]
    hidden = len(every) - len(kept)
    if not wanted.strict:
        return Shown(kept, hidden=hidden)
    strict = sum(each.severity == "warning" for each in kept)
    return Shown([each._replace(warning=each.hint) for each in kept], strict, hidden)


def without_ignored(found: Iterable[Diagnostic], wanted: Lint) -> list[Diagnostic]:
    """Leave out the warnings and hints that a project ignores."""
    return [
        each for each in found if not each.warning or each.code not in wanted.ignore
    ]
