"""`mlpgen merge-driver`."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import click

from mlpgen.cli import options, printing
from mlpgen.project.merge.driver import merged
from mlpgen.project.merge.merged_files import Versions
from mlpgen.project.settings import settings

DRIVER = (
    "mlpgen merge-driver -- %O %A %B %P || "
    "{ grep -q '^<<<<<<< ' %A && exit 1; "
    "git merge-file -q -L ours -L base -L theirs %A %O %B; }"
)
"""The command that git is to run: the base, ours, theirs, and the path.

If mlpgen is not found or fails, ours would be left as it is, and theirs would be lost.
So the file is merged as git does, unless it has the conflicts that mlpgen found.
"""


@click.command("merge-driver")
@click.argument("base", type=options.AnyPath(), required=False)
@click.argument("ours", type=options.AnyPath(), required=False)
@click.argument("theirs", type=options.AnyPath(), required=False)
@click.argument("path", type=options.AnyPath(), required=False)
@click.option(
    "--setup", is_flag=True, help="Print the two lines that set it up in a repository."
)
def command(
    base: str | None,
    ours: str | None,
    theirs: str | None,
    path: str | None,
    setup: bool,
) -> int:
    """Merge a generated file of two branches, for git.

    The file becomes what the merged spec renders, with the edits of both branches; if
    that is not possible, it has git's markers, and the exit status is 1.

    \b
    Example:
      mlpgen merge-driver --setup
    """
    if setup:
        project = settings()
        pattern = f"{Path(project.out).as_posix()}/**"
        shown = f'"{pattern}"' if " " in pattern else pattern
        attributes = (Path(project.root) / ".gitattributes").as_posix()
        line = shlex.quote(f"{shown} merge=mlpgen")
        printing.say(f"echo {line} >> {shlex.quote(attributes)}")
        printing.say(f"git config merge.mlpgen.driver {shlex.quote(DRIVER)}")
        return 0
    if base is None or ours is None or theirs is None or path is None:
        raise click.UsageError("git calls this; --setup prints how it comes to")
    versions = Versions(*(Path(each).read_bytes() for each in (base, ours, theirs)))
    result, file = Path(ours).absolute(), Path(path)
    if file.parent.is_dir():  # the settings are those of its project
        os.chdir(file.parent)
        file = Path(file.name)
    done = merged(file, versions)
    result.write_bytes(done.text.encode("utf-8", "surrogateescape"))
    return 1 if done.conflicts else 0
