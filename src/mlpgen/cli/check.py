"""`mlpgen check`."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlpgen.cli import common, printing
from mlpgen.diagnostics.diagnostic import Diagnostic, SpecError
from mlpgen.output import files
from mlpgen.project import drift

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.project.drift import Verdict

SCHEMA = Path("schemas/spec.schema.json")


@click.command("check")
@common.specs_argument(required=False)
@common.style_option(help="Styles that must be there.")
@common.out_option
@common.package_option
@common.templates_option
@common.format_option
def command(
    specs: tuple[str, ...],
    styles: tuple[str, ...],
    out: str | None,
    package: str | None,
    templates: str | None,
    format_: str,
) -> int:
    """Tell whether the generated files are what the specs say now.

    Without SPEC, every spec of the project must have been rendered, in every style that
    its `pyproject.toml` names under `tool.mlpgen`, and every generated file is checked
    against the spec that its header names. Without such settings the specs are those of
    the folder `specs`, and the styles those of which something is there. Exit 1, with
    the differences and the commands that mend them, if a file is not as it should be.

    \b
    Example:
      mlpgen check
      mlpgen check specs/*.yaml --style explicit --style sequential
    """
    wanted = common.wanted(specs, styles, out, package, templates)
    warnings = [*wanted.warnings]
    verdicts = drift.check(
        wanted.specs,
        wanted.styles,
        wanted.target,
        warnings.extend,
        only=bool(specs),
    )
    if files.is_file(str(wanted.root / SCHEMA)):
        verdicts.append(_schema(wanted.root / SCHEMA))
    if not verdicts:
        message = f"no generated files in `{wanted.target.out.as_posix()}`"
        help = "render a spec first, or name the folder with --out"
        raise SpecError([Diagnostic("MG005", message, help=help)])
    wrong = [each for each in verdicts if each.wrong]
    if format_ == "json":
        printing.dump([_row(each) for each in verdicts])
        return 1 if wrong else 0
    common.show_warnings(warnings)
    if format_ == "github":
        _annotate(wrong)
    else:
        _tell(verdicts, wrong)
    return 1 if wrong else 0


def _schema(path: Path) -> Verdict:
    from mlpgen.schema import text

    if files.compare(path, text()).status == "current":
        return drift.Verdict(path, "current")
    where = "" if path == SCHEMA else f" --out {shlex.quote(path.as_posix())}"
    return drift.Verdict(path, "stale", f"write it again: mlpgen schema{where}")


def _row(verdict: Verdict) -> dict[str, str]:
    diff = "".join(f"{line}\n" for line in verdict.diff)
    return verdict._asdict() | {"path": verdict.path.as_posix(), "diff": diff}


def _annotate(wrong: Sequence[Verdict]) -> None:
    from mlpgen.diagnostics import renderers

    for each in wrong:
        path = each.path.as_posix()
        shown = renderers.annotation("error", each.advice, file=path, title=each.status)
        printing.as_it_is(f"{shown}\n")


def _tell(verdicts: Sequence[Verdict], wrong: Sequence[Verdict]) -> None:
    for each in wrong:
        status = printing.Painted(each.status, "red")
        printing.say(f"{each.path.as_posix()}: ", status)
        printing.say_lines([f"  {each.advice}", *each.diff])
    unknown = sum(each.status == "unknown" for each in verdicts)
    current = len(verdicts) - unknown - len(wrong)
    summary = f"{current} of {len(verdicts)} files are current"
    if unknown:
        summary += f", {unknown} made from standard input cannot be compared"
    printing.say(summary)
