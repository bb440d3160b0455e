"""A diagram in the DOT language of Graphviz, and as SVG through its program `dot`.

https://graphviz.org/doc/info/lang.html
"""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

from mlpgen.diagnostics.escape import safe
from mlpgen.pictures.diagram import Box

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mlpgen.pictures.diagram import Diagram, Frame

_LOOKS = {
    "input": 'shape=box style="rounded,filled" fillcolor="#e8e8e8"',
    "layer": 'fillcolor="#dbe9f8"',
    "join": 'shape=hexagon margin="0.02,0.02" fillcolor="#fbe3c8"',
    "tensor": 'shape=cylinder fillcolor="#e2f0d9"',
}
_CHANGES = {
    "added": ' fillcolor="#c6efce" color="#1a7f37"',
    "removed": ' fillcolor="#ffd7d5" color="#cf222e" style="filled,dashed"',
    "changed": ' fillcolor="#fff3c4" color="#9a6700"',
}
_FRAMES = ("#f7f7f7", "#eeeeee")
_HEAD = """\
    graph [fontname=Helvetica fontsize=12 labelloc=t bgcolor=white ranksep=0.3]
    node [fontname=Helvetica fontsize=10 shape=box style=filled height=0.3]
    edge [fontname=Helvetica fontsize=9 arrowsize=0.6]"""

LONGEST = 60
"""The most seconds that `dot` can take."""


class DrawingError(Exception):
    """The program `dot` is not installed, or it failed."""


def text(diagram: Diagram) -> str:
    """Return a diagram in DOT."""
    lines = ["digraph {", _HEAD, f"    label={quoted(diagram.title)}"]
    lines += _items(diagram.items, 1)
    for arrow in diagram.arrows:
        label = f" [label={quoted(arrow.label)}]" if arrow.label else ""
        lines.append(f"    {arrow.tail} -> {arrow.head}{label}")
    return "\n".join([*lines, "}"]) + "\n"


def svg(diagram: Diagram) -> str:
    """Return a diagram as SVG.

    Raises:
        DrawingError: Graphviz's `dot` is not installed, or it failed.
    """
    program = shutil.which("dot")
    if program is None:
        raise DrawingError(
            "`--format svg` needs the program `dot` of Graphviz, which is not "
            "installed: get it from https://graphviz.org/download/, or use "
            "`--format dot` or `--format mermaid`"
        )
    try:
        done = subprocess.run(
            [program, "-Tsvg"],
            input=text(diagram).encode(),
            capture_output=True,
            timeout=LONGEST,
        )
    except subprocess.TimeoutExpired:
        raise DrawingError(
            f"`dot` took more than {LONGEST} seconds: use a smaller `--depth`"
        ) from None
    if done.returncode:
        reason = done.stderr.decode(errors="replace").strip().split("\n")[0]
        raise DrawingError(f"`dot` failed: {safe(reason)}")
    return done.stdout.decode()


def _items(items: Iterable[Box | Frame], level: int) -> Iterator[str]:
    indent = "    " * level
    for item in items:
        if isinstance(item, Box):
            width = " penwidth=2" if item.returned else ""
            label = quoted(*item.lines)
            looks = _LOOKS[item.kind] + _CHANGES.get(item.change, "")
            yield f"{indent}{item.id} [label={label} {looks}{width}]"
            continue
        color = _FRAMES[level % len(_FRAMES)]
        yield f"{indent}subgraph cluster_{item.id} {{"
        yield f'{indent}    graph [label={quoted(item.title)} bgcolor="{color}"]'
        yield f"{indent}    graph [labeljust=l color=gray fontsize=10]"
        yield from _items(item.items, level + 1)
        yield f"{indent}}}"


def quoted(*lines: str) -> str:
    """Return lines as a quoted DOT string, with escapes and entities escaped."""
    return '"' + "\\n".join(_escaped(line) for line in lines) + '"'


def _escaped(line: str) -> str:
    plain = safe(line).replace("&", "&amp;")
    return plain.replace("\\", "\\\\").replace('"', '\\"')
