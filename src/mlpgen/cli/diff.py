"""`mlpgen diff`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mlpgen.cli import options, printing
from mlpgen.cli.against import against_option, versions
from mlpgen.spec.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mlpgen.changes.differences import Differences
    from mlpgen.changes.versions import Values, Version

DIAGRAMS = ("mermaid", "dot", "svg")


@click.command("diff")
@options.specs_argument(required=False)
@against_option()
@options.set_option
@click.option(
    "--set-old",
    "old_settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="The same for the old spec.",
)
@click.option(
    "--exit-code", is_flag=True, help="Exit with 1 if the networks are not equal."
)
@options.formats(
    *("markdown", *DIAGRAMS),
    help="A table, data for programs, text for a pull request, or a diagram.",
)
def command(
    specs: tuple[str, ...],
    against: str | None,
    settings: tuple[str, ...],
    old_settings: tuple[str, ...],
    exit_code: bool,
    format_: str,
) -> int:
    """Show what changed in a network, not in its text: `mlpgen diff OLD NEW`.

    With one SPEC, it is compared with a revision of git, by default HEAD; without any,
    all specs of the project are. Layers that are renamed or moved are recognised.

    \b
    Example:
      mlpgen diff old.yaml new.yaml
      mlpgen diff specs/net.yaml --against main
      mlpgen diff --format markdown
      mlpgen diff specs/net.yaml --format svg > change.svg
    """
    values = options.parse_settings(old_settings), options.parse_settings(settings)
    found = [*_versions(specs, against, values)]
    if format_ in DIAGRAMS:
        return _draw(found, format_, exit_code=exit_code)
    results = [(each, _compared(each)) for each in found]
    if format_ == "json":
        rows = [as_data(*each) for each in results]
        printing.dump(
            rows if len(specs) != 1 and not _are_two(specs, against) else rows[0]
        )
    elif format_ == "markdown":
        from mlpgen.changes import markdown

        texts = [_markdown(each, result, markdown) for each, result in results]
        printing.say_lines("\n".join(texts).split("\n")[:-1])
    else:
        for each, result in results:
            show(each, result)
    return _code(results) if exit_code else 0


def _are_two(specs: Sequence[str], against: str | None) -> bool:
    return against is None and len(specs) == 2


def _versions(
    specs: Sequence[str], against: str | None, values: tuple[Values, Values]
) -> Iterable[Version]:
    if against is None and len(specs) > 2:
        raise click.UsageError("name an old and a new SPEC, or add --against")
    if _are_two(specs, against):
        from mlpgen.changes.versions import of_files

        return of_files(specs[0], specs[1], values)
    return versions(specs, against or "HEAD", values)


def _compared(version: Version) -> Differences | None:
    """Compare the networks; None if there is only one."""
    if version.old is None or version.new is None:
        return None
    from mlpgen.changes.differences import differences

    return differences(version.old, version.new, version.names)


def _code(results: Iterable[tuple[Version, Differences | None]]) -> int:
    return 1 if any(found is None or not found.equal for _, found in results) else 0


def show(version: Version, found: Differences | None) -> None:
    """Print differences as tables, or that there are none."""
    if found is None:
        printing.say(_alone(version))
        return
    name = " → ".join(dict.fromkeys(found.names))
    if found.equal:
        code = [f"the code of `{each}` differs" for each in sorted(version.modules)]
        why = "".join(f": {each}" for each in (*found.text, *code))
        printing.say(f"{version.names[1]}: the networks are equal{why}")
        return
    from mlpgen.changes.table import size_table, table

    if found.layers:
        printing.draw(table(found), 120)
    else:
        printing.say(name)
    for each in (*found.interface, *found.training):
        printing.say(f"  {each}")
    printing.draw(size_table(found), 120)


def _alone(version: Version) -> str:
    """Say that a spec is new, or gone."""
    network = version.new or version.old
    assert network is not None
    graph, gone = network.graph, version.new is None
    word = "is gone" if gone else "is new"
    return (
        f"{version.names[0 if gone else 1]} {word}: {graph.name}, "
        f"{counted(graph.layers, 'layer')}, "
        f"{counted(graph.total_parameters, 'parameter')}"
    )


def _markdown(version: Version, found: Differences | None, markdown: Any) -> str:
    if found is None:
        return f"### {markdown.plain(_alone(version))}\n"
    text: str = markdown.text(found)
    return text


def as_data(version: Version, found: Differences | None) -> dict[str, Any]:
    """Return differences as plain data, for JSON."""
    from mlpgen.changes.json_data import data
    from mlpgen.changes.totals import totals

    files = {"files": list(version.names)}
    if found is not None:
        return {**files, **data(found)}
    sides = [
        None if each is None else totals(each.graph)._asdict()
        for each in (version.old, version.new)
    ]
    return {**files, "equal": False, "totals": sides}


def _draw(found: Sequence[Version], format_: str, *, exit_code: bool) -> int:
    if len(found) != 1 or found[0].old is None or found[0].new is None:
        raise click.UsageError(f"--format {format_} draws one spec, in two versions")
    old, new = found[0].old, found[0].new
    from mlpgen.changes.differences import differences
    from mlpgen.changes.picture import picture
    from mlpgen.pictures import dot, mermaid

    result = differences(old, new, found[0].names)
    writers = {"mermaid": mermaid.text, "dot": dot.text, "svg": dot.svg}
    try:
        text = writers[format_](picture(old.graph, new.graph, result))
    except dot.DrawingError as error:
        raise click.ClickException(str(error)) from None
    printing.say_lines(text.split("\n")[:-1])
    return 0 if result.equal or not exit_code else 1
