"""A diagram in the language of Mermaid, which GitHub and GitLab draw in Markdown.

https://mermaid.js.org/syntax/flowchart.html
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from mlpgen.diagnostics.escape import safe
from mlpgen.pictures.diagram import Box, boxes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mlpgen.pictures.diagram import Drawing, Frame

_SHAPES = {
    "input": ("([", "])"),
    "layer": ("[", "]"),
    "join": ("{{", "}}"),
    "tensor": ("[(", ")]"),
}


def text(drawing: Drawing) -> str:
    """Return the text of a diagram."""
    title = json.dumps(safe(drawing.title), ensure_ascii=False)
    lines = ["---", f"title: {title}", "---", "flowchart TB"]
    lines += _items(drawing.items, "    ")
    for arrow in drawing.arrows:
        label = f"|{quoted(arrow.label)}|" if arrow.label else ""
        lines.append(f"    {arrow.tail} -->{label} {arrow.head}")
    returned = [box.id for box in boxes(drawing.items) if box.returned]
    if returned:
        lines.append("    classDef returned stroke-width:3px")
        lines.append(f"    class {','.join(returned)} returned")
    return "\n".join(lines) + "\n"


def _items(items: Iterable[Box | Frame], indent: str) -> Iterator[str]:
    for item in items:
        if isinstance(item, Box):
            before, after = _SHAPES[item.kind]
            yield f"{indent}{item.id}{before}{quoted(*item.lines)}{after}"
            continue
        yield f"{indent}subgraph {item.id}[{quoted(item.title)}]"
        yield f"{indent}    direction TB"
        yield from _items(item.items, indent + "    ")
        yield f"{indent}end"


def quoted(*lines: str) -> str:
    """Write lines of text so that nothing in them is Mermaid or HTML."""
    return f'"{"<br/>".join(_escaped(line) for line in lines)}"'


def _escaped(line: str) -> str:
    """Write what is no letter, digit or plain mark as Mermaid's entity: `#35;`."""
    return re.sub(r"[^\w .,:()×–…+-]", lambda found: f"#{ord(found[0])};", safe(line))
