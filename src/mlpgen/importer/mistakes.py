"""Blocks that cannot be: one class for all uses would have two codes."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from mlpgen import api
from mlpgen.diagnostics.diagnostic import SpecError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.importer.block import Block

_BLOCK = re.compile(r"  (\w+):$")


def mistaken(text: str, blocks: Sequence[Block]) -> list[Block]:
    """Return the blocks of a spec that its mistakes are about; none if it is valid."""
    lines = text.splitlines()
    with TemporaryDirectory(prefix="mlpgen_import_") as folder:
        path = Path(folder) / "imported.yaml"
        path.write_text(text, encoding="utf-8")
        try:
            api.load(path)
        except SpecError as error:
            found = [each for each in error.diagnostics if not each.warning]
        else:
            return []
    words: set[str] = set()
    for each in found:
        words |= {*re.findall(r"`(\w+)`", each.message)}
        if each.place is not None:
            line = each.place.span.line
            words |= {*re.findall(r"\w+", lines[line - 1].partition(":")[0])}
            words |= {_around(lines, line)}
    return [block for block in blocks if block.name in words]


def _around(lines: list[str], line: int) -> str:
    """Return the name of the block that a line is in."""
    for each in reversed(lines[:line]):
        if match := _BLOCK.match(each):
            return match[1]
        if not each.startswith(" "):
            break
    return ""
