"""`mlpgen validate`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mlpgen import api
from mlpgen.cli import options, printing, reports, selection
from mlpgen.diagnostics.diagnostic import SpecError
from mlpgen.project.consent import shown
from mlpgen.project.render import clash, files_of
from mlpgen.project.settings import settings as project_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mlpgen.diagnostics.diagnostic import Diagnostic
    from mlpgen.project.consent import Shown
    from mlpgen.project.settings import Lint
    from mlpgen.symbols.type_names import Setting


@click.command("validate")
@options.specs_argument(required=False)
@options.set_option
@click.option(
    "--strict/--no-strict",
    default=None,
    help="Make warnings mistakes; by default as pyproject.toml says, else not.",
)
@click.option(
    "--hints/--no-hints",
    default=None,
    help="Show hints too, which are matters of taste; by default as pyproject.toml "
    "says, else not.",
)
@click.option(
    "--fix",
    is_flag=True,
    help="Fix what is marked with [*], in place; standard input is printed fixed.",
)
@click.option(
    "--diff",
    is_flag=True,
    help="Print what `--fix` would change, and exit with 1 if it is anything.",
)
@options.formats("sarif")
def command(
    specs: tuple[str, ...],
    settings: tuple[str, ...],
    strict: bool | None,
    hints: bool | None,
    fix: bool,
    diff: bool,
    format_: str,
) -> int:
    """Find the mistakes in each SPEC (`-`: standard input), and faults of design.

    Without SPEC, look at every spec of the project.

    \b
    Example:
      mlpgen validate
      mlpgen validate specs/*.yaml
      mlpgen validate specs/*.yaml --strict --hints
      mlpgen validate specs/*.yaml --fix
      mlpgen validate specs/*.yaml --format github
    """
    values = options.parse_settings(settings)
    wanted = _wanted(project_settings().lint, strict, hints)
    names = selection.project_specs(specs, "validate")
    looks: list[Shown] = []

    def diagnose() -> list[Diagnostic]:
        looks.append(shown(_found(names, values), wanted))
        return looks[-1].diagnostics

    found = _left(diagnose, names, fix=fix, diff=diff)
    if found is None:
        return 1
    wrong = any(not each.warning for each in found)
    aside = fix and "-" in names
    if aside and found:
        reports.report_text(found)
    elif not aside:
        reports.report_problems(found)
    if format_ == "text":
        for line in _summary(len(names), found, looks[-1]):
            printing.say(line, aside=aside)
    return 2 if wrong else 0


def _wanted(project: Lint, strict: bool | None, hints: bool | None) -> Lint:
    """Return the settings of the project with those of the command."""
    return project._replace(
        strict=project.strict if strict is None else strict,
        hints=project.hints if hints is None else hints,
    )


def _left(
    diagnose: Callable[[], list[Diagnostic]],
    specs: Sequence[str],
    *,
    fix: bool,
    diff: bool,
) -> list[Diagnostic] | None:
    """Return what is shown, after fixes; None if a diff was printed."""
    if not (fix or diff):
        return diagnose()
    from mlpgen.cli import fixes

    made = fixes.show_diff if diff else fixes.fix
    return made(diagnose, specs)


def _found(specs: Sequence[str], values: dict[str, Setting]) -> Iterator[Diagnostic]:
    """Yield all mistakes, warnings and hints."""
    made: dict[str, str] = {}
    for spec in specs:
        try:
            network = api.load(spec, values)
        except SpecError as error:
            yield from error.diagnostics
            continue
        yield from network.warnings
        yield from api.lint(network)
        for file in files_of(network):
            other = made.setdefault(file, spec)
            if other != spec:
                yield clash(other, spec, file, network)
                break


def _summary(specs: int, found: Sequence[Diagnostic], last: Shown) -> Iterator[str]:
    """Count what was found, and what is not shown."""
    kinds = [each.severity for each in found]
    if "error" not in kinds:
        counts = [_counted(kinds.count(kind), kind) for kind in ("warning", "hint")]
        said = ", ".join(["no mistakes", *filter(None, counts)])
        yield f"{_counted(specs, 'spec')}: {said}"
    elif last.strict:
        verb = "is a mistake" if last.strict == 1 else "are mistakes"
        yield f"{_counted(last.strict, 'warning')} {verb}, since `strict` is set"
    if last.hidden:
        yield f"{_counted(last.hidden, 'hint')} hidden: `--hints`"


def _counted(count: int, word: str) -> str:
    """Count things: `1 hint`, `3 hints`; nothing is an empty text."""
    return f"{count} {word}{'s' if count > 1 else ''}" if count else ""
