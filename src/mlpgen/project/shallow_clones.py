"""How to fetch a revision that a shallow clone lacks, in commands that get it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_BEFORE = re.compile(r"(?:~\d*|\^\d*)+$")
_HASH = re.compile(r"[0-9a-f]{4,64}")
_WHOLE_HASHES = (40, 64)
_ALL = "`git fetch --unshallow`"


def fetch_help(name: str, remotes: Sequence[str], known: Callable[[str], bool]) -> str:
    """Return the commands after which git knows a revision.

    A branch or a tag that is fetched by its name alone gets no name in the clone.

    Args:
        name: The revision: `HEAD~1`, `origin/dev`, `v1.0`, a hash.
        remotes: The names of the remotes.
        known: Whether git knows a revision.
    """
    suffix = _BEFORE.search(name)
    base = name[: suffix.start()] if suffix else name
    steps = _steps(suffix[0]) if suffix else 0
    if suffix and known(base):
        return f"{_ALL}, or `git fetch --deepen={steps}`"
    remote, _, branch = base.partition("/")
    if branch and remote in remotes:
        kept = f"{branch}:refs/remotes/{base}"
        return f"`git fetch --depth={steps + 1} {remote} {kept}`"
    if _HASH.fullmatch(base) and len(base) not in _WHOLE_HASHES:
        return _ALL
    from_ = remotes[0] if remotes else "origin"
    fetch = f"`git fetch --depth={steps + 1} {from_} {base}`"
    if _HASH.fullmatch(base):
        return fetch
    return f"{fetch}, and then `--against FETCH_HEAD{suffix[0] if suffix else ''}`"


def _steps(suffix: str) -> int:
    """Count the generations that `~2^` goes back."""
    counts = re.findall(r"(~|\^)(\d*)", suffix)
    return sum(int(count or 1) if sign == "~" else 1 for sign, count in counts)
