"""`mlpgen sync`."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

import click

from mlpgen.cli import check, options, printing, reports, selection
from mlpgen.output import atomic_write
from mlpgen.project import drift
from mlpgen.project.sync import planned
from mlpgen.project.verdict import Verdict

if TYPE_CHECKING:
    from mlpgen.project.sync import FileStep, Sync

_YELLOW = ("removed", "merged")


@click.command("sync")
@options.style_option(help="The styles that must exist.")
@options.out_option
@options.package_option
@options.templates_option
@options.own_option
@click.option("--check", "only_check", is_flag=True, help="Do what `check` does.")
@click.option(
    "--dry-run", is_flag=True, help="Print what would be done; write nothing."
)
@click.option(
    "--merge", is_flag=True, help="Merge edits into what is rendered, where needed."
)
@options.format_option
@click.pass_context
def command(
    context: click.Context,
    styles: tuple[str, ...],
    out: str | None,
    package: str | None,
    templates: str | None,
    own: tuple[str, ...],
    only_check: bool,
    dry_run: bool,
    merge: bool,
    format_: str,
) -> int:
    """Make the generated files of the project what its specs say.

    Files are written, updated, moved if the `name` of their spec is another now, and
    removed if no spec makes them any more: all of them or none. What a person edited
    stays as it is. Exit 1 if there is something that a person has to decide.

    \b
    Example:
      mlpgen sync
      mlpgen sync --dry-run
      mlpgen sync --merge
    """
    if only_check:
        options_of_check = {"styles": styles, "out": out, "package": package}
        more = {"templates": templates, "own": own, "format_": format_}
        code: int = context.invoke(check.command, specs=(), **options_of_check, **more)
        return code
    selected = selection.select((), styles, out, package, templates, own)
    selection.need_specs(selected.specs, selected.file, "render")
    destination, warnings = selected.destination, [*selected.warnings]
    lock = nullcontext() if dry_run else atomic_write.locked(destination.out)
    with lock:
        found = drift.compare(
            selected.specs, selected.styles, destination, warnings.extend
        )
        plan = planned(found, destination, merge=merge)
        if not dry_run:
            plan.write()
    needing = [each for each in plan.steps if each.needs_person]
    if format_ == "json":
        printing.dump([_row(each) for each in plan.steps])
        return 1 if needing else 0
    reports.show_warnings(warnings, selected.lint)
    if format_ == "github":
        check.annotate(
            Verdict(each.path, each.status, each.about, spec=found.spec_of(each.path))
            for each in needing
        )
    for each in plan.steps:
        _tell(each, dry_run=dry_run, aside=format_ == "github")
    printing.say(_summary(plan, dry_run=dry_run), aside=format_ == "github")
    return 1 if needing else 0


def _row(step: FileStep) -> dict[str, str]:
    return step._asdict() | {"path": step.path.as_posix()}


def _tell(step: FileStep, *, dry_run: bool, aside: bool) -> None:
    color = (
        "red" if step.needs_person else "yellow" if step.status in _YELLOW else "green"
    )
    would = "would be " if dry_run and not step.needs_person else ""
    about = f"; {step.about}" if step.about else ""
    status = printing.Painted(f"{would}{step.status}", color)
    printing.say(f"{step.path.as_posix()}: ", status, about, aside=aside)


def _summary(plan: Sync, *, dry_run: bool) -> str:
    """Count what was done, such as `2 updated, 1 removed, 44 current`."""
    counts: dict[str, int] = {}
    for each in plan.steps:
        if not each.needs_person:
            counts[each.status] = counts.get(each.status, 0) + 1
    needing = sum(each.needs_person for each in plan.steps)
    would = "would be " if dry_run else ""
    said = [f"{count} {would}{status}" for status, count in sorted(counts.items())]
    said += [f"{plan.current} current"]
    if plan.imported:
        said.append(f"{len(plan.imported)} kept, since edited files import them")
    if needing:
        said.append(f"{needing} {'need' if needing > 1 else 'needs'} you")
    nothing = "nothing was written: " if dry_run and counts else ""
    return nothing + ", ".join(said)
