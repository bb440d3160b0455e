"""Runs the program git: it reads a repository, and writes nothing."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.diagnostics.diagnostic import Diagnostic, SpecError

if TYPE_CHECKING:
    from collections.abc import Mapping

_SET = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_PAGER": "cat",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
_OF_A_HOOK = (
    "GIT_COMMON_DIR",
    "GIT_DIR",
    "GIT_INDEX_FILE",
    "GIT_PREFIX",
    "GIT_WORK_TREE",
)
"""What git tells its hooks, relative to a folder that need not be ours."""


class Answer(NamedTuple):
    """What git says: its exit status, its output, and the first line of its errors."""

    code: int
    out: bytes
    said: str


class Repository(NamedTuple):
    """A repository with a working tree.

    Attributes:
        root: The top folder of the working tree, absolute and without links.
        shallow: Whether older commits were left out when it was cloned.
    """

    root: Path
    shallow: bool


def run(folder: Path, *args: str, given: bytes = b"", globs: bool = False) -> Answer:
    """Run git in a folder.

    Args:
        folder: The folder.
        args: The arguments, without a shell.
        given: What git reads from standard input.
        globs: Whether paths may be patterns.

    Raises:
        SpecError: There is no git.
    """
    words = ["git", "-c", "core.fsmonitor=false", "-C", str(folder), *args]
    paths = {"GIT_LITERAL_PATHSPECS": "0" if globs else "1"}
    environment = _environment(os.environ) | paths
    try:
        done = subprocess.run(words, input=given, capture_output=True, env=environment)
    except FileNotFoundError:
        raise failed("git is not installed, or not in PATH") from None
    except OSError as error:
        raise failed(f"git cannot be run: {error.strerror or error}") from None
    lines = done.stderr.decode(errors="replace").strip().splitlines() or [""]
    said = lines[0].removeprefix("fatal: ").removeprefix("error: ")
    return Answer(done.returncode, done.stdout, said)


def _environment(found: Mapping[str, str]) -> dict[str, str]:
    """Return an environment in which git asks nothing and locks nothing."""
    kept = {name: each for name, each in found.items() if name not in _OF_A_HOOK}
    return kept | _SET


def repository(path: Path) -> Repository:
    """Find the repository of a file or folder, which need not exist.

    In a submodule or another worktree, it is this one.

    Raises:
        SpecError: There is none, or no git.
    """
    folder = next(each for each in (path, *path.absolute().parents) if each.is_dir())
    asked = ("--show-toplevel", "--is-shallow-repository")
    answer = run(folder, "rev-parse", *asked)
    root, _, shallow = answer.out.rstrip(b"\n").rpartition(b"\n")
    if answer.code == 0:
        return Repository(Path(os.fsdecode(root)), shallow == b"true")
    if "not a git repository" in answer.said:
        raise failed(f"`{path.as_posix()}` is not in a git repository")
    raise failed(f"git cannot read the repository: {answer.said}")


def failed(message: str, help: str = "") -> SpecError:
    """Return the error that git cannot answer."""
    return SpecError([Diagnostic("MG008", message, help=help)])
