"""`--against`: what a spec is compared with, a revision of git or another file."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from mlpgen.changes import versions as found
from mlpgen.cli import completion, options, printing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from mlpgen.changes.versions import Values, Version


def against_option(*, required: bool = False) -> Callable[[Any], Any]:
    """Make the option `--against`."""
    return click.option(
        "--against",
        type=options.AnyPath(),
        required=required,
        metavar="REV|SPEC",
        shell_complete=completion.complete_specs,
        help="What to compare with: a branch, a tag or a commit of git, or a file.",
    )


def versions(
    specs: Sequence[str], against: str, settings: tuple[Values, Values]
) -> Iterable[Version]:
    """Load each spec now and as it was: in a file, or in a revision of git.

    Args:
        specs: The specs now; all of the project if there are none.
        against: The file, if there is one of this name; else the revision.
        settings: New defaults for the parameters of the old and the new ones.

    Raises:
        click.UsageError: A file is to be compared with several.
        SpecError: There is no such file or revision, or a spec has mistakes.
    """
    specs = options.once(specs)
    if not _is_file(against):
        return _told(found.against_revision(against, specs, settings))
    if len(specs) != 1:
        count = "several" if specs else "no"
        message = f"--against a file takes one SPEC to compare with it, not {count}"
        raise click.UsageError(message)
    return found.of_files(against, specs[0], settings)


def _told(versions: Iterable[Version]) -> Iterator[Version]:
    """Say of each spec that had another name which one."""
    for each in versions:
        if each.note:
            printing.say(each.note, aside=True)
        yield each


def _is_file(against: str) -> bool:
    """Tell whether a file is meant, which may be missing."""
    there = os.path.isfile(against)  # noqa: PTH113 - `-` and any name
    return there or against == "-" or against.endswith((".yaml", ".yml"))
