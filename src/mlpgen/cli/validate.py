"""`mlpgen validate`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mlpgen import api
from mlpgen.cli import options, printing, reports
from mlpgen.diagnostics.diagnostic import SpecError
from mlpgen.project.render import clash, files_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlpgen.diagnostics.diagnostic import Diagnostic
    from mlpgen.symbols.type_names import Setting


@click.command("validate")
@options.specs_argument()
@options.set_option
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
    fix: bool,
    diff: bool,
    format_: str,
) -> int:
    """Find the mistakes in each SPEC (`-`: standard input).

    \b
    Example:
      mlpgen validate specs/*.yaml
      mlpgen validate specs/*.yaml --fix
      mlpgen validate specs/*.yaml --format github
    """
    values = options.parse_settings(settings)
    names = options.once(specs)
    found = _all_found(names, values, fix=fix, diff=diff)
    if found is None:
        return 1
    wrong = any(not each.warning for each in found)
    if fix and "-" in names and found:
        reports.report_text(found)
    elif not (fix and "-" in names):
        reports.report_problems(found)
    if format_ == "text" and not wrong:
        said = f"{len(names)} spec{'s' if len(names) > 1 else ''}: no mistakes"
        printing.say(said, aside=fix and "-" in names)
    return 2 if wrong else 0


def _all_found(
    specs: Sequence[str], values: dict[str, Setting], *, fix: bool, diff: bool
) -> list[Diagnostic] | None:
    """Return all mistakes and warnings, after fixes; None if a diff was printed."""

    def diagnose() -> list[Diagnostic]:
        return [*_found(specs, values)]

    if not (fix or diff):
        return diagnose()
    from mlpgen.cli import fixes

    made = fixes.show_diff if diff else fixes.fix
    return made(diagnose, specs)


def _found(specs: Sequence[str], values: dict[str, Setting]) -> Iterator[Diagnostic]:
    """Yield all mistakes and warnings."""
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
