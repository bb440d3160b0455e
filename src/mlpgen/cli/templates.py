"""`mlpgen templates`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlpgen.cli import options, printing
from mlpgen.diagnostics.diagnostic import Diagnostic, SpecError
from mlpgen.output import atomic_write, files
from mlpgen.project.settings import settings
from mlpgen.project_templates import listing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

FOLDER = "templates"
"""The default folder of copies."""
_TITLES: Mapping[str | None, str] = {
    "model": "models",
    "script": "scripts",
    "notebook": "notebooks",
    None: "shared modules",
}


@click.command("templates")
@click.argument("folder", required=False, metavar="[DIR]", type=options.AnyPath())
@click.option("--copy", metavar="NAME", help="Copy this template of mlpgen into DIR.")
@options.format_option
def command(folder: str | None, copy: str | None, format_: str) -> int:
    """List the templates that a project can replace, and what they can use.

    A template or shared module in DIR replaces mlpgen's of the same name, if commands
    are given `--templates DIR` or pyproject.toml names DIR. DIR is by default the
    folder that pyproject.toml names, else `templates`. Exit 1 if the file to copy
    already exists; it is not changed.

    \b
    Example:
      mlpgen templates
      mlpgen templates --copy train my_templates
    """
    usual = settings().templates_path
    there = Path(folder or usual or FOLDER)
    if copy is not None:
        return _copy(copy, there, usual)
    names = {each.name for each in there.glob("*")} if folder or usual else set[str]()
    rows = [
        {
            "name": each.name,
            "about": each.about,
            "uses": each.kind or None,
            "replaced_by": (there / each.name).as_posix()
            if each.name in names
            else None,
        }
        for each in listing.replaceable()
    ]
    if format_ == "json":
        values = {
            kind: [each._asdict() for each in found]
            for kind, found in listing.values().items()
        }
        filters = listing.filters()
        printing.dump({"templates": rows, "values": values, "filters": {**filters}})
        return 0
    _list(rows)
    return 0


def _copy(name: str, folder: Path, usual: str) -> int:
    found = listing.named(name)
    if found is None:
        help = listing.meant(name) or "`mlpgen templates` lists them all"
        message = f"there is no template `{name[:60]}`"
        raise SpecError([Diagnostic("MG207", message, help=help)])
    path = folder / found.name
    if files.look(path).status != "missing":
        said = printing.Painted("kept: it already exists", "yellow")
        printing.say(f"{path.as_posix()}: ", said)
        return 1
    atomic_write.write({path: found.path.read_text("utf-8")})
    printing.say(f"{path.as_posix()}: ", printing.Painted("written", "green"))
    if folder.as_posix() != usual:
        given = folder.as_posix()
        hint = f"use it with `--templates {given}`, or `templates` in [tool.mlpgen]"
        printing.say(hint, aside=True)
    return 0


def _list(rows: Sequence[Mapping[str, str | None]]) -> None:
    for kind, title in _TITLES.items():
        found = [
            (str(each["name"]), f"{each['about']}{_replaced(each['replaced_by'])}")
            for each in rows
            if each["uses"] == kind
        ]
        _table(f"templates of {title}" if kind else title, found)
    for kind, values in listing.values().items():
        more = ", besides all that those of scripts can use" * (kind == "notebook")
        _table(f"what templates of {_TITLES[kind]} can use{more}", values)
    _table("filters, as in {{ value | literal }}", listing.filters().items())


def _replaced(by: str | None) -> str:
    return f" Replaced by {by}." if by else ""


def _table(title: str, rows: Iterable[tuple[str, ...]]) -> None:
    from rich.markup import escape
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=None, show_header=False)
    table.add_column(style="bold", no_wrap=True)
    for row in rows:
        table.add_row(*map(escape, row))
    printing.draw(table)
    printing.say()
