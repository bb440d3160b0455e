"""Files after their fixes: made again until nothing changes, then written at once."""

from __future__ import annotations

import difflib
import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.diagnostics.diagnostic import Diagnostic
from mlpgen.output.atomic_write import rewrite
from mlpgen.source.decoding import LARGEST_FILE
from mlpgen.source.edited import compatible, edited
from mlpgen.source.files import STDIN, held

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from mlpgen.diagnostics.diagnostic import Fix

MOST_ROUNDS = 10


class Fixed(NamedTuple):
    """What fixes made of the files.

    Attributes:
        left: What is found after them.
        done: The fixes that were made, each with its first line.
        old: The content of each changed file, by its name in diagnostics.
        new: Its content after the fixes.
        stdin: Standard input after the fixes.
        refused: Why a file could not be fixed.
    """

    left: list[Diagnostic]
    done: list[tuple[int, Fix]]
    old: dict[str, bytes]
    new: dict[str, bytes]
    stdin: bytes
    refused: list[Diagnostic]

    def diff(self) -> str:
        """Return what changes, as a unified diff."""
        return "".join(
            line
            for name in self.new
            for line in _diff(name, self.old[name], self.new[name])
        )

    def write(self) -> None:
        """Write the changed files, all or none of them; each keeps its permissions.

        Raises:
            OSError: A file could not be written; nothing was changed.
        """
        texts = {Path(name): new.decode() for name, new in self.new.items()}
        texts.pop(Path(STDIN), None)
        rewrite(texts)


def fixed(diagnose: Callable[[], list[Diagnostic]], specs: Iterable[str]) -> Fixed:
    """Make all fixes, without writing any file.

    Args:
        diagnose: Returns what is wrong with the files as they are now.
        specs: The files that are named by the user, who may fix them wherever they are.
    """
    with held() as contents:
        found = diagnose()
        old: dict[str, bytes] = {}
        done: list[tuple[int, Fix]] = []
        refused: dict[str, str] = {}
        failed: set[Fix] = set()
        for _ in range(MOST_ROUNDS):
            fixes = [
                each
                for each in _fixes(found)
                if each[1] not in failed and _allowed(each[1].path, {*specs}, refused)
            ]
            if not fixes:
                break
            tried = _tried(fixes, found, contents, diagnose)
            if tried is None and len(fixes) > 1:  # one of them does not help
                each = fixes[0]
                tried = _tried([each], found, contents, diagnose)
                fixes = [each]
            if tried is None:
                failed.add(fixes[0][1])
                continue
            made, found, before = tried
            done += made
            old = before | old
        new = {name: contents[name] for name in old if contents[name] != old[name]}
        stdin = contents.get(STDIN, b"")
    reasons = [_refusal(*each) for each in refused.items()]
    return Fixed(found, done, old, new, stdin, reasons)


def _fixes(found: Sequence[Diagnostic]) -> list[tuple[int, Fix]]:
    fixes = {
        each.fix: min(edit.span.line for edit in each.fix.edits)
        for each in found
        if each.fix is not None
    }
    return [(line, fix) for fix, line in fixes.items()]


_Tried = tuple[list[tuple[int, "Fix"]], list[Diagnostic], dict[str, bytes]]


def _tried(
    fixes: list[tuple[int, Fix]],
    found: list[Diagnostic],
    contents: dict[str, bytes],
    diagnose: Callable[[], list[Diagnostic]],
) -> _Tried | None:
    """Make the fixes that do not touch each other; undo them if they do not help."""
    taken = compatible(fix for _, fix in fixes)
    made = [(line, fix) for line, fix in fixes if fix in taken]
    before = {fix.path: contents[fix.path] for fix in taken}
    for name, data in before.items():
        edits = (edit for fix in taken if fix.path == name for edit in fix.edits)
        contents[name] = edited(data, edits)
    now = diagnose()
    if all(len(contents[name]) <= LARGEST_FILE for name in before) and _helped(
        found, now
    ):
        return made, now, before
    contents.update(before)
    return None


def _helped(found: Sequence[Diagnostic], now: Sequence[Diagnostic]) -> bool:
    """Tell whether mistakes with a fix are gone, and no file is unreadable by it."""
    unreadable = [
        sum(each.code.startswith("MG1") for each in them) for them in (found, now)
    ]
    wrong, still = (Counter(_said(them)) for them in (found, now))
    failed = [any(not each.warning for each in them) for them in (found, now)]
    return (
        unreadable[1] <= unreadable[0]
        and failed[1] <= failed[0]
        and bool(wrong - still)
    )


def _said(found: Iterable[Diagnostic]) -> Iterator[tuple[str, str, str]]:
    """Yield what can be fixed, without the lines, which change."""
    for each in found:
        if each.fix:
            yield each.code, each.message, each.fix.path


def _allowed(name: str, specs: set[str], refused: dict[str, str]) -> bool:
    """Tell whether a file may be changed; remember why not."""
    if name == STDIN:
        return True
    path = Path(name)
    why = ""
    if path.is_symlink():
        why = "is a symbolic link: fix the file that it points to"
    elif not _is_writable(path):
        why = "is read-only, so it cannot be fixed"
    elif name not in specs and not _inside(path, specs):
        return False
    if why:
        refused[name] = why
    return not why


def _is_writable(path: Path) -> bool:
    """Tell whether a file may be replaced; root respects the mode of a file, too."""
    mode = path.stat().st_mode if path.exists() else 0
    return bool(mode & 0o222) and os.access(path, os.W_OK)


def _inside(path: Path, specs: Iterable[str]) -> bool:
    """Tell whether an included file is below this folder or that of a spec."""
    real = path.resolve()
    roots = [
        Path.cwd(),
        *(Path(spec).resolve().parent for spec in specs if spec != "-"),
    ]
    return any(real.is_relative_to(root) for root in roots)


def _refusal(name: str, why: str) -> Diagnostic:
    return Diagnostic("MG004", f"`{name}` {why}")


def _diff(name: str, old: bytes, new: bytes) -> Iterator[str]:
    before, after = (data.decode().splitlines(keepends=True) for data in (old, new))
    for line in difflib.unified_diff(before, after, name, name):
        ended = line.endswith("\n")
        yield line if ended else f"{line}\n\\ No newline at end of file\n"
