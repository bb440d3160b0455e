"""`mlpgen prove`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from mlpgen import api
from mlpgen.cli import options, printing, reports, selection
from mlpgen.cli.repository_paths import from_repository
from mlpgen.diagnostics.diagnostic import Diagnostic, SpecError
from mlpgen.project.settings import settings as project_settings
from mlpgen.proof.certificate import mark, verdict
from mlpgen.proof.job import job
from mlpgen.proof.process import NoTorchError
from mlpgen.proof.prove import prove

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.proof.certificate import Certificate, Check
    from mlpgen.proof.job import Job
    from mlpgen.symbols.type_names import Setting


@click.command("prove")
@options.specs_argument(required=False)
@options.set_option
@options.capture_option
@click.option(
    "--timeout",
    type=click.IntRange(1, 86_400),
    metavar="SECONDS",
    default=300,
    show_default=True,
    help="How long each spec may take.",
)
@options.format_option
def command(
    specs: tuple[str, ...],
    settings: tuple[str, ...],
    captures: tuple[str, ...],
    timeout: int,
    format_: str,
) -> int:
    """Run all styles of each SPEC with torch, and check what mlpgen predicts.

    Without SPEC, prove every spec of the project.

    It checks that the styles are equal; the predicted shapes and counts; the outputs
    and parameters of each layer; captured values; other constructor arguments
    and free sizes; and that torch can export, compile, script, copy, save and load the
    model and run it in half precision. No files are written. Exit 1, with the first
    difference, if a check fails or takes too long.

    \b
    Example:
      mlpgen prove specs/mnist_mlp.yaml
      mlpgen prove specs/*.yaml --format json
    """
    jobs, warnings = _jobs(
        selection.project_specs(specs, "prove"),
        options.parse_settings(settings),
        options.parse_captures(captures),
    )
    reports.show_warnings(warnings, project_settings().lint, aside=format_ == "json")
    _note_custom_files(jobs)
    found: list[Certificate] = []
    try:
        for each in prove(jobs, timeout=timeout, tell=_progress):
            _progress()
            if format_ == "text":
                _tell(each, first=not found)
            found.append(each)
    except NoTorchError:
        message = f"`prove` needs torch, which {sys.executable} does not have"
        raise click.ClickException(f"{message}: pip install torch") from None
    finally:
        _progress()
    if format_ == "json":
        printing.dump([each.row() for each in found])
    elif format_ == "github":
        _annotate(found)
    return 0 if all(each.proved for each in found) else 1


def _jobs(
    specs: Sequence[str], values: dict[str, Setting], captures: Sequence[str]
) -> tuple[list[Job], list[Diagnostic]]:
    found: list[Job] = []
    warnings: list[Diagnostic] = []
    mistakes: list[Diagnostic] = []
    for spec in specs:
        try:
            network = api.load(spec, values)
            found.append(job(spec, network, captures))
            warnings += api.every_warning(network)
        except SpecError as error:
            mistakes += error.diagnostics
    if mistakes:
        raise SpecError(mistakes)
    return found, warnings


def _note_custom_files(jobs: Sequence[Job]) -> None:
    """Name the author's files that will run."""
    for each in jobs:
        found = ((file.path, *file.others) for file in each.custom)
        files = ", ".join(dict.fromkeys(name for names in found for name in names))
        if files:
            note = f"note: {each.spec}: this runs its author's code: {files}"
            printing.say(note, aside=True)


def _progress(spec: str = "", check: str = "") -> None:
    """Show the current check on a terminal; without arguments, clear it."""
    printing.progress(f"{spec}: {check} …" if spec else "")


def _annotate(certificates: Sequence[Certificate]) -> None:
    from mlpgen.diagnostics import renderers

    for each in certificates:
        for check in (*each.failures, *each.unfinished):
            shown = renderers.annotation(
                "error",
                check.detail,
                file=from_repository(each.spec),
                title=check.name,
            )
            printing.as_it_is(f"{shown}\n")


def _tell(found: Certificate, *, first: bool) -> None:
    head = f"{found.spec}: {found.name}, {' = '.join(found.styles)}"
    torch = f", torch {found.torch}" if found.torch else ""
    printing.say_lines([*[""] * (not first), f"{head}{torch}"])
    width = max(len(check.name) for check in found.checks)
    for check in found.checks:
        _line(check, width)
    color = "green" if found.proved else "red" if found.failures else "yellow"
    printing.say("  ", printing.Painted(verdict(found), color))


def _line(check: Check, width: int) -> None:
    encoding = (getattr(sys.stdout, "encoding", "") or "").lower()
    sign, color = mark(check.status, unicode=encoding.startswith("utf"))
    rest = f" {check.name:{width}}  {check.detail}"
    printing.say("  ", printing.Painted(sign, color), rest)
