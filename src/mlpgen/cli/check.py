"""`mlpgen check`."""

from __future__ import annotations

import difflib
import json
from pathlib import Path
from typing import NamedTuple

import click

from mlpgen import project
from mlpgen.cli import common
from mlpgen.diagnostics import Diagnostic, SpecError
from mlpgen.output import files

SCHEMA = Path("schemas/spec.schema.json")

_ADVICE = {
    "missing": "render the spec",
    "stale": "render the spec again",
    "edited": "move the edit into the spec, or render with --force (keeps a .orig)",
    "foreign": "another file has its place: move it, or render with --force",
    "damaged": "its header is damaged: render with --force (keeps a .orig)",
    "orphan": "no spec makes it: remove it, or render its spec from where that is now",
}


class Verdict(NamedTuple):
    """What `check` says of one file."""

    path: Path
    status: str
    diff: str = ""


@click.command("check")
@click.argument("specs", nargs=-1, type=click.Path())
@common.style_option(multiple=True)
@common.out_option
@common.format_option
def command(
    specs: tuple[str, ...], styles: tuple[str, ...], out: str, format_: str
) -> int:
    """Tell whether the generated files are what the specs say now.

    Without SPEC, every generated file is checked against the spec that its header
    names. Exit 1, with the differences, if one is stale, edited, missing or orphaned.

    \b
    Example:
      mlpgen check
      mlpgen check specs/*.yaml --style explicit --style sequential
    """
    folder = Path(out)
    found = list(project.generated(folder))
    if not found and not specs and not SCHEMA.exists():
        message = f"no generated files in `{folder.as_posix()}`"
        help = "render a spec first, or name the folder with --out"
        raise SpecError([Diagnostic("MG005", message, help=help)])
    verdicts = _verdicts(found, common.once(specs), styles, folder)
    if SCHEMA.exists():
        verdicts.append(_schema())
    _report(verdicts, format_)
    return 1 if any(each.status != "current" for each in verdicts) else 0


def _verdicts(
    found: list[project.Found],
    specs: list[str],
    styles: tuple[str, ...],
    folder: Path,
) -> list[Verdict]:
    wanted = set(specs)
    requests: dict[project.Request, None] = {}
    verdicts: dict[Path, Verdict] = {}
    for each in found:
        if each.header is None:
            verdicts[each.path] = Verdict(each.path, "damaged")
        elif each.spec == "-":
            continue
        elif not Path(each.spec).is_file():
            verdicts[each.path] = Verdict(each.path, "orphan")
        elif not wanted or any(_same(each.spec, spec) for spec in wanted):
            origin = each.header.origin
            settings = tuple(common.parse_settings(origin.settings).items())
            request = project.Request(
                each.spec, origin.style, settings, origin.captured
            )
            requests[request] = None
    for spec in specs:
        rendered = {each.style for each in requests if _same(each.spec, spec)}
        for style in styles or (() if rendered else (None,)):
            if style not in rendered:
                requests[project.Request(spec, style)] = None
    texts = project.texts(requests, folder, common.show_warnings)
    for path, text in texts.items():
        verdicts[path] = _verdict(path, text)
    for each in found:
        known = each.path in verdicts or each.spec == "-"
        if not known and (not wanted or any(_same(each.spec, spec) for spec in wanted)):
            verdicts[each.path] = Verdict(each.path, "orphan")
    return [verdicts[path] for path in sorted(verdicts)]


def _same(left: str, right: str) -> bool:
    return Path(left).absolute().resolve() == Path(right).absolute().resolve()


def _verdict(path: Path, text: str) -> Verdict:
    change = files.compare(path, text)
    diff = "".join(
        difflib.unified_diff(
            change.old.splitlines(keepends=True),
            change.new.splitlines(keepends=True),
            f"{path.as_posix()} (as it is)",
            f"{path.as_posix()} (as the spec says)",
        )
    )
    return Verdict(path, change.status, diff if change.status != "missing" else "")


def _schema() -> Verdict:
    from mlpgen.schema import text

    current = SCHEMA.read_text(encoding="utf-8", errors="replace") == text()
    return Verdict(SCHEMA, "current" if current else "stale")


def _report(verdicts: list[Verdict], format_: str) -> None:
    if format_ == "json":
        rows = [
            {
                "path": each.path.as_posix(),
                "status": each.status,
                "advice": _ADVICE.get(each.status, ""),
                "diff": each.diff,
            }
            for each in verdicts
        ]
        click.echo(json.dumps(rows, indent=2))
        return
    wrong = [each for each in verdicts if each.status != "current"]
    for each in wrong:
        advice = _ADVICE[each.status]
        if each.path == SCHEMA:
            advice = "run `mlpgen schema`"
        if format_ == "github":
            path = each.path.as_posix()
            click.echo(
                f"::error file={path},title={each.status}::{each.status}: {advice}"
            )
            continue
        common.say(f"{each.path.as_posix()}: ", each.status, "red")
        click.echo(f"  {advice}")
        if each.diff:
            click.echo(each.diff, nl=False)
    if format_ == "text" and not wrong:
        click.echo(f"{len(verdicts)} files are current")
