"""What every style's plan of a model has in common."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.expressions import written
from mlpgen.graph.nodes import named
from mlpgen.layers.base import shown
from mlpgen.styles.code import (
    INDENT,
    WIDTH,
    Code,
    Group,
    call,
    flat,
    indented,
    keyword,
    layout,
    literal,
    prose,
    width,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mlpgen.expressions import Scalar
    from mlpgen.graph.nodes import Graph, Node
    from mlpgen.styles.code import Piece

Lines = tuple[str, ...]


class ModelPlan(NamedTuple):
    """Everything that the template of a model shows, as lines of code.

    Attributes:
        template: The file in `templates/`.
        docstring: Of the module.
        imports: The import block.
        helpers: Functions before the class.
        name: Of the class.
        about: Docstring of the class.
        signature: The line that begins `__init__`.
        init: The body of `__init__`.
        forward_signature: The line that begins `forward`.
        forward: The body of `forward`; nothing if it is inherited.
    """

    template: str
    docstring: Lines
    imports: Lines
    helpers: bool
    name: Code
    about: Lines
    signature: Lines
    init: Lines
    forward_signature: Lines
    forward: Lines


_BARE_QUOTE = r'(?<!\\)(\\\\)*"$'


def docstring(lines: Sequence[str], indent: int = 0) -> Lines:
    """Put quotes around the lines of a docstring; one line stays one line."""
    first, *more = lines
    first = f" {first}" if first.startswith('"') else first  # four quotes are no three
    space = " " if first.endswith('"') and re.search(_BARE_QUOTE, first) else ""
    if not more and indent + width(first) + len(space) + 6 <= WIDTH:
        return (f'"""{first}{space}"""',)
    return (f'"""{first}', *more, '"""')


def module_docstring(graph: Graph) -> Lines:
    """Say what a file holds: the class and the author's sentence."""
    if not graph.description:
        return docstring([f"{graph.name}: a network of {len(graph.nodes)} layers."])
    return docstring(prose(graph.description, f"{graph.name}: "))


def class_docstring(graph: Graph, outputs: Sequence[str]) -> Lines:
    """Say what the class is, the shapes it takes and returns, and its size."""
    count = len(graph.nodes)
    plain = f"A network of {f'{count} layers' if count > 1 else 'one layer'}."
    about = prose(graph.description or plain, indent=INDENT)
    rows = [("Input:", "x", graph.input)]
    label = "Output:" if len(outputs) == 1 else "Outputs:"
    layers = dict(named(graph.nodes))
    for name in outputs:
        rows.append((label, name, layers[name].output))
        label = ""
    first = max(len(row[0]) for row in rows)
    second = max(len(row[1]) for row in rows)
    hanging = min(first + second + 3, WIDTH // 2)
    table = [
        f"{label:{first}} {name:{second}}  float32 {shown(shape)}"
        for label, name, shape in rows
    ]
    return docstring(
        [
            *about,
            "",
            *(line for row in table for line in _wrapped(row, hanging)),
            "",
            f"{graph.total_parameters:,} parameters.",
        ],
        INDENT,
    )


def _wrapped(row: str, hanging: int) -> list[str]:
    room = WIDTH - INDENT
    return (
        [row]
        if len(row) <= room
        else textwrap.wrap(
            row, room, subsequent_indent=" " * hanging, drop_whitespace=True
        )
    )


def init_signature(parameters: Mapping[str, Scalar]) -> Lines:
    """Begin `__init__`, with the spec's parameters as keyword arguments."""
    items = [
        f"{name}: {type(value).__name__} = {written(value)}"
        for name, value in parameters.items()
    ]
    group = call("def __init__", "self", *items)
    return tuple(layout(group, INDENT, after=" -> None:"))


def size_lines(graph: Graph) -> Lines:
    """Write the sizes that have a name and are used, each before its use."""
    if not graph.sizes:
        return ()
    used: set[str] = set()
    for node in graph.nodes:
        for code in _codes(node):
            used.update(re.findall(_WORD, code))
    lines = []
    for name, code in reversed(graph.sizes.items()):
        if name in used:
            used.update(re.findall(_WORD, code))
            lines.append(f"{name} = {code}")
    return tuple(reversed(lines))


_WORD = r"[a-z]\w*"


def _codes(node: Node) -> Iterable[str]:
    for value in node.arguments.values():
        yield flat(literal(value))
    for child in node.children:
        yield from _codes(child)


def forward_signature(outputs: Sequence[str]) -> Lines:
    """Begin `forward`; many outputs are a tuple of any length."""
    returns = "Tensor"
    if len(outputs) > 6:
        returns = "tuple[Tensor, ...]"
    elif len(outputs) > 1:
        returns = f"tuple[{', '.join('Tensor' for _ in outputs)}]"
    return (f"def forward(self, x: Tensor) -> {returns}:",)


def returned(outputs: Sequence[str], indent: int = 2 * INDENT) -> list[str]:
    """Return several outputs as a tuple."""
    line = f"return {', '.join(outputs)}"
    if indent + len(line) <= WIDTH:
        return [line]
    return layout(Group("(", tuple(outputs), ")", collection=True), indent, "return ")


RECORDING = {"Any", "Callable", "Iterator", "contextmanager"}
"""What the helper that records outputs imports."""


def recording(names: Sequence[str]) -> list[str]:
    """Begin the block in which the outputs of layers are recorded."""
    items = ("self", *(f'"{name}"' for name in names))
    return layout(call("with recorded", *items), 2 * INDENT, after=" as outputs:")


def recorded(name: str) -> str:
    """Return the code of a recorded output."""
    return f'outputs["{name}"]'


def module_call(node: Node) -> Piece:
    """Write the call that makes a layer: `nn.Linear(784, 10)`."""
    return call(
        f"nn.{node.type}",
        *(
            literal(value)
            for name, value in node.arguments.items()
            if name in node.required
        ),
        *(
            keyword(name, literal(value))
            for name, value in node.arguments.items()
            if name not in node.required
        ),
    )


def sequential_entries(nodes: Iterable[Node], indent: int) -> list[str]:
    """Write layers as the entries of an `OrderedDict`, one a line."""
    lines: list[str] = []
    for node in nodes:
        before = f"{node.name}="
        comment = shown(node.output) if node.output != node.input else ""
        if node.type == "Sequential":
            lines += sequential(node.children, indent, before, ",")
        else:
            lines += layout(module_call(node), indent, before, ",", comment)
    return lines


def sequential(
    nodes: Sequence[Node],
    indent: int,
    before: str = "",
    after: str = "",
    function: str = "nn.Sequential",
) -> list[str]:
    """Write a chain as an `nn.Sequential` with named children."""
    if not nodes:
        return [f"{before}{function}(){after}"]
    entries = sequential_entries(nodes, indent + 2 * INDENT)
    inner = ["OrderedDict(", *indented(entries), ")"]
    return [f"{before}{function}(", *indented(inner), f"){after}"]


def imports(uses: Iterable[str]) -> Lines:
    """Write the import block.

    Args:
        uses: Names that the code uses: `F`, `torch`, `Tensor`, `OrderedDict` …
    """
    standard = [line for name, line in _STANDARD.items() if name in uses]
    torch = [line for name, line in _TORCH.items() if name in uses]
    torch.insert("torch" in uses, _torch_line("Tensor" in uses))
    return (*standard, *([""] if standard else []), *torch)


_STANDARD = {
    "OrderedDict": "from collections import OrderedDict",
    "Iterator": "from collections.abc import Callable, Iterator",
    "contextmanager": "from contextlib import contextmanager",
    "Any": "from typing import Any",
}


def _torch_line(tensor: bool) -> str:
    return "from torch import Tensor, nn" if tensor else "from torch import nn"


_TORCH = {
    "torch": "import torch",
    "F": "from torch.nn import functional as F",
}
