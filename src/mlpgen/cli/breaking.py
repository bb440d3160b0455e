"""`mlpgen breaking`."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import click

from mlpgen.changes.breaks import breaks, diagnostics, removed
from mlpgen.changes.reasons import CATEGORIES
from mlpgen.cli import options, printing, reports
from mlpgen.cli.against import against_option, versions
from mlpgen.spec.wording import counted

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from mlpgen.changes.reasons import Break
    from mlpgen.changes.versions import Version


@click.command("breaking")
@options.specs_argument(required=False)
@against_option(required=True)
@click.option(
    "--category",
    "categories",
    type=click.Choice(CATEGORIES),
    multiple=True,
    help="What to look at; can be repeated. By default all three.",
)
@options.set_option
@options.formats("sarif", help="How to print what breaks.")
def command(
    specs: tuple[str, ...],
    against: str,
    categories: tuple[str, ...],
    settings: tuple[str, ...],
    format_: str,
) -> int:
    """Tell what a change of each SPEC breaks, and exit with 1 if it is anything.

    By default these are all specs of the project. Three things can break: `code` that
    uses the class, `weights` (what `load_state_dict(strict=True)` says to an old
    checkpoint), and `values`: the same weights may give other outputs.

    \b
    Example:
      mlpgen breaking --against main
      mlpgen breaking specs/net.yaml --against v1.0 --category weights
      mlpgen breaking new.yaml --against old.yaml
      mlpgen breaking --against origin/main --format github
    """
    wanted = categories or CATEGORIES
    values = options.parse_settings(settings)
    found: list[Break] = []
    count = 0
    for version in versions(specs, against, ({}, values)):
        if version.old is None:
            message = (
                f"{version.spec} is new: {against} has no such file, and lost none"
            )
            printing.say(f"{message} like it", aside=True)
        found += _breaks(version, wanted)
        count += 1
    reports.report_problems(diagnostics(found))
    if format_ == "text":
        printing.say(_summary(count, found))
    return 1 if found else 0


def _breaks(version: Version, categories: Collection[str]) -> list[Break]:
    if version.new is None:
        return [removed(version.names[0])] if "code" in categories else []
    if version.old is None:
        return []
    return breaks(version.old, version.new, categories, version.modules)


def _summary(count: int, found: Sequence[Break]) -> str:
    specs = counted(count, "spec")
    counts = Counter(each.category for each in found)
    told = [f"{counts[each]} of {each}" for each in CATEGORIES if counts[each]]
    if not told:
        return f"{specs}: nothing breaks"
    return f"{specs}: {counted(len(found), 'break')}, {', '.join(told)}"
