"""A diagram in Mermaid, which GitHub and GitLab render in Markdown.

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

    from mlpgen.pictures.diagram import Diagram, Frame

_SHAPES = {
    "input": ("([", "])"),
    "layer": ("[", "]"),
    "join": ("{{", "}}"),
    "tensor": ("[(", ")]"),
}
_CHANGES = {
    "added": "fill:#c6efce,stroke:#1a7f37,color:#000",
    "removed": "fill:#ffd7d5,stroke:#cf222e,color:#000,stroke-dasharray:4",
    "changed": "fill:#fff3c4,stroke:#9a6700,color:#000",
}


def text(diagram: Diagram) -> str:
    """Return a diagram in Mermaid."""
    title = json.dumps(safe(diagram.title), ensure_ascii=False)
    lines = ["---", f"title: {title}", "---", "flowchart TB"]
    lines += _items(diagram.items, "    ")
    for arrow in diagram.arrows:
        label = f"|{quoted(arrow.label)}|" if arrow.label else ""
        lines.append(f"    {arrow.tail} -->{label} {arrow.head}")
    returned = [box.id for box in boxes(diagram.items) if box.returned]
    if returned:
        lines.append("    classDef returned stroke-width:3px")
        lines.append(f"    class {','.join(returned)} returned")
    for change, style in _CHANGES.items():
        ids = [box.id for box in boxes(diagram.items) if box.change == change]
        if ids:
            lines.append(f"    classDef {change} {style}")
            lines.append(f"    class {','.join(ids)} {change}")
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
    """Return lines as a quoted Mermaid string, with Mermaid and HTML escaped."""
    return f'"{"<br/>".join(_escaped(line) for line in lines)}"'


def _escaped(line: str) -> str:
    """Escape all but letters, digits and plain punctuation as entities: `#35;`."""
    return re.sub(r"[^\w .,:()×–…+-]", lambda found: f"#{ord(found[0])};", safe(line))
