"""`mlpgen check`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlpgen import drift
from mlpgen.cli import common
from mlpgen.diagnostics import Diagnostic, SpecError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.drift import Verdict

SCHEMA = Path("schemas/spec.schema.json")


@click.command("check")
@common.specs_argument(required=False)
@common.style_option(help="Styles that must be there.")
@common.out_option
@common.format_option
def command(
    specs: tuple[str, ...], styles: tuple[str, ...], out: str, format_: str
) -> int:
    """Tell whether the generated files are what the specs say now.

    Without SPEC, every generated file is checked against the spec that its header
    names, and every spec of the folder `specs` must have been rendered. Exit 1, with
    the differences, if one is stale, edited, missing or orphaned.

    \b
    Example:
      mlpgen check
      mlpgen check specs/*.yaml --style explicit --style sequential
    """
    folder = Path(out)
    warnings: list[Diagnostic] = []
    verdicts = drift.check(common.once(specs), styles, folder, warnings.extend)
    if SCHEMA.exists():
        verdicts.append(_schema())
    if not verdicts:
        message = f"no generated files in `{folder.as_posix()}`"
        help = "render a spec first, or name the folder with --out"
        raise SpecError([Diagnostic("MG005", message, help=help)])
    wrong = [each for each in verdicts if each.wrong]
    if format_ == "json":
        click.echo(json.dumps([_row(each) for each in verdicts], indent=2))
        return 1 if wrong else 0
    common.show_warnings(warnings)
    if format_ == "github":
        _annotate(wrong)
    else:
        _tell(verdicts, wrong)
    return 1 if wrong else 0


def _schema() -> Verdict:
    from mlpgen.schema import text

    if SCHEMA.read_text(encoding="utf-8", errors="replace") == text():
        return drift.Verdict(SCHEMA, "current")
    return drift.Verdict(SCHEMA, "stale", "write it again: mlpgen schema")


def _row(verdict: Verdict) -> dict[str, str]:
    return verdict._asdict() | {"path": verdict.path.as_posix()}


def _annotate(wrong: Sequence[Verdict]) -> None:
    from mlpgen import report

    for each in wrong:
        path = each.path.as_posix()
        click.echo(
            report.annotation("error", each.advice, file=path, title=each.status)
        )


def _tell(verdicts: Sequence[Verdict], wrong: Sequence[Verdict]) -> None:
    for each in wrong:
        common.say(f"{each.path.as_posix()}: ", each.status, "red")
        click.echo(f"  {each.advice}")
        if each.diff:
            click.echo(each.diff, nl=False)
    unknown = sum(each.status == "unknown" for each in verdicts)
    current = len(verdicts) - unknown - len(wrong)
    summary = f"{current} of {len(verdicts)} files are current"
    if unknown:
        summary += f", {unknown} made from standard input cannot be compared"
    click.echo(summary)
