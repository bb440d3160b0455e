"""What `mlpgen validate --fix` and `--diff` print and write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.cli import printing, reports
from mlpgen.diagnostics import escape
from mlpgen.project.fixed_files import fixed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mlpgen.diagnostics.diagnostic import Diagnostic
    from mlpgen.project.fixed_files import Fixed


def fix(
    diagnose: Callable[[], list[Diagnostic]], specs: Sequence[str]
) -> list[Diagnostic]:
    """Fix what can be fixed, say what was done, and return what is left."""
    made = fixed(diagnose, specs)
    made.write()
    stdin = "-" in specs
    if stdin:
        printing.as_it_is(made.stdin.decode("utf-8", "replace"))
    for line in _summary(made):
        printing.say(line, aside=stdin or reports.is_for_programs())
    return [*made.refused, *made.left]


def show_diff(
    diagnose: Callable[[], list[Diagnostic]], specs: Sequence[str]
) -> list[Diagnostic] | None:
    """Print what fixes would change; return what is wrong if that is nothing."""
    made = fixed(diagnose, specs)
    if not made.new:
        return [*made.refused, *made.left]
    printing.as_it_is(escape.lines(made.diff()))
    return None


def _summary(made: Fixed) -> list[str]:
    lines = [f"{fix.path}:{line} {done(fix.title)}" for line, fix in made.done]
    if len(lines) < 2:
        return [f"fixed 1 mistake: {line}" for line in lines]
    return [f"fixed {len(lines)} mistakes:", *(f"  {line}" for line in lines)]


def done(title: str) -> str:
    """Say what was done: `remove x` becomes `removed x`; all verbs are regular."""
    verb, _, rest = title.partition(" ")
    return f"{verb}{'d' if verb.endswith('e') else 'ed'} {rest}"
