"""`ignore`: the codes of warnings and hints that an author knows about.

It is read and taken out before anything else, so that nothing that is made from a spec
can depend on it.
"""

from __future__ import annotations

import re
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from mlpgen.diagnostics.advice import Advice, Removed
from mlpgen.diagnostics.ignored import Ignored
from mlpgen.spec.fixes import fix_of
from mlpgen.spec.wording import cut, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.diagnostics.codes import Codes
    from mlpgen.source import Path
    from mlpgen.spec.problems import Problems

IGNORE = "ignore"
REMOVE = "remove it"
_LONGEST = 20
_DIGITS = str.maketrans("OIL", "011")
_COMPONENTS = ("loss", "optimizer", "scheduler", "metrics")
"""Keys of a training that are a mapping, or a list of mappings, with keys beside."""


def take_ignored(problems: Problems) -> None:
    """Read each `ignore` of a document, and take it out of its data."""
    data = problems.document.data
    if not isinstance(data, dict):
        return
    holders = [path for path, each in _holders(data) if IGNORE in each]
    if not holders:
        return
    for path in holders:
        _read(path, problems)
    without = problems.document._replace(data=deepcopy(data))
    for path in holders:
        del without.value(path)[IGNORE]
    problems.document = without


def _holders(data: dict[str, Any]) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield all mappings that can have an `ignore`, each with its path."""
    yield (), data
    yield from _entries(data.get("layers"), ("layers",))
    blocks = data.get("blocks")
    for name, block in blocks.items() if isinstance(blocks, dict) else ():
        if isinstance(block, dict):
            path = ("blocks", name)
            yield path, block
            yield from _entries(block.get("layers"), (*path, "layers"))
    training = data.get("training")
    if isinstance(training, dict):
        yield ("training",), training
        for key in _COMPONENTS:
            yield from _mappings(training.get(key), ("training", key))
        optimizer = training.get("optimizer")
        if isinstance(optimizer, dict):
            groups = ("training", "optimizer", "groups")
            yield from _mappings(optimizer.get("groups"), groups)


def _mappings(raw: Any, path: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    if isinstance(raw, dict):
        yield path, raw
    for index, each in enumerate(raw if isinstance(raw, list) else ()):
        if isinstance(each, dict):
            yield (*path, index), each


def _entries(raw: Any, path: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield the entries of a list of layers, and those inside them."""
    for at, entry in _mappings(raw if isinstance(raw, list) else (), path):
        yield at, entry
        yield from _entries(entry.get("Sequential"), (*at, "Sequential"))
        buffer = entry.get("buffer")
        if isinstance(buffer, dict):
            yield from _entries(buffer.get("layers"), (*at, "buffer", "layers"))


def _read(path: Path, problems: Problems) -> None:
    """Read the `ignore` of a mapping."""
    at, document = (*path, IGNORE), problems.document
    raw = document.value(at)
    codes = raw if isinstance(raw, list) else [raw]
    if not codes or not all(isinstance(each, str) for each in codes):
        message = f"`{IGNORE}` must be the code of a warning, or a list of such codes, "
        code = "MG203" if codes else "MG204"
        problems.add(code, f"{message}not {shown(raw)}", at)
        return
    for index, each in enumerate(codes):
        place = (*at, index) if isinstance(raw, list) else at
        if _is_right(each, place, problems):
            whole = place if len(codes) > 1 else at
            found = Ignored(
                each,
                document.place(place),
                path,
                document.extent(path),
                everywhere=not path and not problems.included,
                removal=fix_of(document, whole, Advice(REMOVE, Removed(each))),
            )
            problems.ignored.append(found)


def _is_right(code: str, path: Path, problems: Problems) -> bool:
    """Report a code that cannot be ignored."""
    known = problems.codes and problems.codes()
    if not known or code in known.warnings:
        return True
    if code in known.every:
        message = f"`{code}` is a mistake, which cannot be ignored"
        help = f"`mlpgen explain {code}` says how to mend it"
    else:
        message = f"there is no code `{cut(code)}`"
        help = meant(code, known)
        help = help or "warnings and hints are printed with their codes"
    problems.add("MG204", message, path, help=help)
    return False


def meant(code: str, known: Codes) -> str:
    """Return "did you mean …?" for a code in another spelling; else nothing.

    A code with another digit would be another fault.
    """
    digits = re.search(r"\d{3}", code[:_LONGEST].upper().translate(_DIGITS))
    found = f"MG{digits[0]}" if digits else ""
    return f"did you mean `{found}`?" if found in known.warnings else ""
