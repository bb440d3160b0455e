"""`mlpgen check`."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlpgen.cli import options, printing, reports, selection
from mlpgen.cli.repository_paths import from_repository
from mlpgen.cli.schema import SCHEMAS, text_of
from mlpgen.diagnostics.diagnostic import Diagnostic, SpecError
from mlpgen.output import files
from mlpgen.project import drift
from mlpgen.project.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@click.command("check")
@options.specs_argument(required=False)
@options.style_option(help="Styles that must exist.")
@options.out_option
@options.package_option
@options.templates_option
@options.own_option
@options.format_option
def command(
    specs: tuple[str, ...],
    styles: tuple[str, ...],
    out: str | None,
    package: str | None,
    templates: str | None,
    own: tuple[str, ...],
    format_: str,
) -> int:
    """Check that the generated files match the specs.

    Without SPEC, every spec of the project must be rendered in every style that
    `tool.mlpgen` in its `pyproject.toml` names, and every generated file must match the
    spec in its header. Without these settings, the specs are those in the folder
    `specs`, and the styles those that were rendered before. Exit 1 if a file does not
    match, with the differences and the commands that fix them.

    \b
    Example:
      mlpgen check
      mlpgen check specs/*.yaml --style explicit --style sequential
    """
    selected = selection.select(specs, styles, out, package, templates, own)
    warnings = [*selected.warnings]
    verdicts = drift.check(
        selected.specs,
        selected.styles,
        selected.destination,
        warnings.extend,
        only=bool(specs),
    )
    verdicts += [
        _schema(of, selected.root / path)
        for of, path in SCHEMAS.items()
        if files.is_file(str(selected.root / path))
    ]
    if not (verdicts or selected.specs):
        message = f"no generated files in `{selected.destination.out.as_posix()}`"
        help = "render a spec first, or name the folder with --out"
        raise SpecError([Diagnostic("MG005", message, help=help)])
    wrong = [each for each in verdicts if each.wrong]
    if format_ == "json":
        printing.dump([_row(each) for each in verdicts])
        return 1 if wrong else 0
    reports.show_warnings(warnings, selected.lint)
    if format_ == "github":
        annotate(wrong)
    else:
        _tell(verdicts, wrong)
    return 1 if wrong else 0


def _schema(of: str, path: Path) -> Verdict:
    if files.compare(path, text_of(of)).status == "current":
        return Verdict(path, "current")
    options = [] if of == "specs" else ["--of", of]
    options += [] if path == SCHEMAS[of] else ["--out", path.as_posix()]
    command = shlex.join(["mlpgen", "schema", *options])
    return Verdict(path, "stale", f"write it again: {command}")


def _row(verdict: Verdict) -> dict[str, str]:
    diff = "".join(f"{line}\n" for line in verdict.diff)
    return verdict._asdict() | {"path": verdict.path.as_posix(), "diff": diff}


def annotate(wrong: Iterable[Verdict]) -> None:
    """Print what is wrong with files as annotations of GitHub.

    They are at the lines of specs, since code hosts hide generated files; one is for
    all files of a spec with the same status.
    """
    from mlpgen.diagnostics import renderers

    groups: dict[tuple[str, str, str], list[str]] = {}
    for each in wrong:
        path = each.path.as_posix()
        at = each.spec if files.is_file(each.spec) else path
        groups.setdefault((at, each.status, each.advice), []).append(path)
    for (at, status, advice), paths in groups.items():
        shown = renderers.annotation(
            "error",
            f"{', '.join(paths)}: {advice}",
            file=from_repository(at),
            line=_line_of_name(at) if at not in paths else 1,
            title=f"{status} generated file{'s' * (len(paths) > 1)}",
        )
        printing.as_it_is(f"{shown}\n")


def _line_of_name(spec: str) -> int:
    """Return the line of a spec with its name."""
    lines = Path(spec).read_bytes().splitlines()
    return next((at for at, each in enumerate(lines, 1) if each[:5] == b"name:"), 1)


def _tell(verdicts: Sequence[Verdict], wrong: Sequence[Verdict]) -> None:
    for each in wrong:
        status = printing.Painted(each.status, "red")
        printing.say(f"{each.path.as_posix()}: ", status)
        printing.say_lines([f"  {each.advice}", *each.diff])
    edited = [each for each in verdicts if each.status == files.WITH_EDITS]
    for each in edited:
        status = printing.Painted(each.status, "yellow")
        printing.say(f"{each.path.as_posix()}: ", status)
        printing.say_lines(each.diff)
    unknown = sum(each.status == "unknown" for each in verdicts)
    current = len(verdicts) - unknown - len(wrong)
    summary = f"{current} of {len(verdicts)} files are current"
    if edited:
        summary += f", {len(edited)} of them with edits"
    if unknown:
        summary += f", {unknown} made from standard input cannot be compared"
    printing.say(summary)
