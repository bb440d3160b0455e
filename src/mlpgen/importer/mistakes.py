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

    from mlpgen.api import Network
    from mlpgen.importer.block import Block

_BLOCK = re.compile(r"  (\w+):$")


def network_of(text: str) -> Network | SpecError:
    """Return the network of a spec, or its mistakes."""
    with TemporaryDirectory(prefix="mlpgen_import_") as folder:
        path = Path(folder) / "imported.yaml"
        path.write_text(text, encoding="utf-8")
        try:
            return api.load(path)
        except SpecError as error:
            return error


def mistaken(text: str, error: SpecError, blocks: Sequence[Block]) -> list[Block]:
    """Return the blocks of a spec that its mistakes are about."""
    lines = text.splitlines()
    words: set[str] = set()
    for each in error.diagnostics:
        if each.warning:
            continue
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
