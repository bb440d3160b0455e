"""What every style's plan of a model has in common."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.expressions import written
from mlpgen.functions.base import whole_shown
from mlpgen.graph.blocks import LETTERS
from mlpgen.graph.definitions import INPUT
from mlpgen.graph.keys import names_of_node
from mlpgen.sizes import code_of, names_of
from mlpgen.styles.code import INDENT, WIDTH, Code, Group, call, layout, prose, width

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mlpgen.graph.nodes import Graph
    from mlpgen.layers.base import Value

Lines = tuple[str, ...]


class ClassPlan(NamedTuple):
    """One class, as lines of code.

    Attributes:
        name: Of the class.
        base: `nn.Module` or `nn.Sequential`.
        about: Docstring of the class.
        annotations: Attributes that need a type.
        signature: The lines that begin `__init__`.
        init: The body of `__init__`.
        forward_signature: The lines that begin `forward`.
        forward: The body of `forward`; nothing if it is inherited.
        uses: Names that the code imports.
    """

    name: Code
    base: Code
    about: Lines
    annotations: Lines
    signature: Lines
    init: Lines
    forward_signature: Lines
    forward: Lines
    uses: frozenset[str]


class ModelPlan(NamedTuple):
    """Everything that the template of a model shows, as lines of code.

    Attributes:
        template: The file in `templates/`.
        docstring: Of the module.
        imports: The import block.
        recorded: Whether outputs of inner layers are recorded.
        drop_path: Whether layers drop residual branches.
        classes: The blocks, and at last the model.
    """

    template: str
    docstring: Lines
    imports: Lines
    recorded: bool
    drop_path: bool
    classes: tuple[ClassPlan, ...]


def model_plan(
    graph: Graph, classes: Sequence[ClassPlan], *, recorded: bool
) -> ModelPlan:
    """Put the classes of a file together.

    Args:
        graph: The network.
        classes: The blocks, and at last the model.
        recorded: Whether outputs of inner layers are recorded.
    """
    names = frozenset[str]().union(*(each.uses for each in classes))
    drop_path = "DropPath" in names
    if drop_path:
        names |= {"torch", "Tensor"}
    return ModelPlan(
        template="model.py.jinja",
        docstring=module_docstring(graph),
        imports=imports(names | (RECORDING if recorded else set())),
        recorded=recorded,
        drop_path=drop_path,
        classes=tuple(classes),
    )


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
    """Say what the class is, the shapes it takes and returns, and its size.

    The size of a block depends on its arguments.
    """
    block = not graph.stem
    count = len(graph.nodes)
    plain = f"A network of {f'{count} layers' if count > 1 else 'one layer'}."
    if block:
        plain = plain.replace("network", "block")
    about = prose(graph.description or plain, indent=INDENT)
    several = len(graph.inputs) > 1
    rows = [
        ("Inputs:" if several else "Input:", argument(name), value)
        for name, value in graph.inputs.items()
    ]
    label = "Output:" if len(outputs) == 1 else "Outputs:"
    values = graph.values()
    for name in outputs:  # a captured layer may be inside of another
        value = values[name] if name in values else graph.node(name).value
        rows.append((label, name.rpartition(".")[2], value))
    table = _table([_labelled(rows, index) for index in range(len(rows))], graph)
    size = [] if block else ["", f"{graph.total_parameters:,} parameters."]
    return docstring([*about, "", *table, *size], INDENT)


Row = tuple[str, str, "Value"]


def _labelled(rows: Sequence[Row], index: int) -> Row:
    """Say a label only once."""
    label, *rest = rows[index]
    repeated = index and rows[index - 1][0] == label
    return ("" if repeated else label, *rest)  # type: ignore[return-value]


def _table(rows: Sequence[Row], graph: Graph) -> list[str]:
    first = max(len(row[0]) for row in rows)
    second = max(len(row[1]) for row in rows)
    hanging = min(first + second + 3, WIDTH // 2)
    lines = [
        f"{label:{first}} {name:{second}}  {value.dtype} {_shape(value, graph)}"
        for label, name, value in rows
    ]
    return [line for row in lines for line in _wrapped(row, hanging)]


def _shape(value: Value, graph: Graph) -> str:
    """Write a shape; in a block, sizes that are no argument are letters."""
    if graph.stem:
        return whole_shown(value)
    letters = {
        name: letter
        for name in names_of(" ".join(code_of(size) for size in value.shape))
        if name not in graph.parameters and name not in graph.inferred
        if (letter := LETTERS.get(name.rpartition("_")[2]))
    }
    if len(graph.input) == 2:  # steps of a sequence rather than channels
        letters = {name: letter.replace("C", "L") for name, letter in letters.items()}
    codes = []
    for size in value.shape:
        code = _spelt(code_of(size), graph.sizes)
        for name, letter in letters.items():
            code = re.sub(rf"\b{name}\b", letter, code)
        codes.append(code)
    return f"({', '.join(['N', *codes] if value.batched else codes)})"


def _spelt(code: str, sizes: Mapping[str, str]) -> str:
    """Replace the names of long sizes by their code."""
    for name in reversed(list(sizes)):
        code = re.sub(rf"\b{name}\b", lambda _, n=name: f"({sizes[n]})", code)  # type: ignore[misc]
    return code


def argument(name: str) -> str:
    """Name an input in code: a single one is `x`."""
    return "x" if name == INPUT else name


def _wrapped(row: str, hanging: int) -> list[str]:
    room = WIDTH - INDENT
    return (
        [row]
        if len(row) <= room
        else textwrap.wrap(
            row, room, subsequent_indent=" " * hanging, drop_whitespace=True
        )
    )


def init_signature(graph: Graph) -> Lines:
    """Begin `__init__`, with the parameters as keyword arguments."""
    items = [f"{name}: int" for name in graph.inferred]
    items += [
        f"{name}: {type(value).__name__} = {written(value)}"
        for name, value in graph.parameters.items()
    ]
    group = call("def __init__", "self", *items)
    return tuple(layout(group, INDENT, after=" -> None:"))


def size_lines(graph: Graph) -> Lines:
    """Write the sizes that have a name and are used, each before its use."""
    if not graph.sizes:
        return ()
    used = set[str]().union(*(names_of_node(node) for node in graph.nodes))
    lines = []
    for name, code in reversed(graph.sizes.items()):
        if name in used:
            used |= names_of(code)
            lines.append(f"{name} = {code}")
    return tuple(reversed(lines))


def forward_signature(inputs: Iterable[str], outputs: Sequence[str]) -> Lines:
    """Begin `forward`; many outputs are a tuple of any length."""
    returns = "Tensor"
    if len(outputs) > 6:
        returns = "tuple[Tensor, ...]"
    elif len(outputs) > 1:
        returns = f"tuple[{', '.join('Tensor' for _ in outputs)}]"
    items = ("self", *(f"{argument(name)}: Tensor" for name in inputs))
    after = f" -> {returns}:"
    return tuple(layout(call("def forward", *items), INDENT, after=after))


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


def imports(uses: Iterable[str]) -> Lines:
    """Write the import block.

    Args:
        uses: Names that the code uses: `F`, `torch`, `Tensor`, `OrderedDict` …
    """
    standard = [line for name, line in _STANDARD.items() if name in uses]
    norms = [name for name in ("spectral_norm", "weight_norm") if name in uses]
    plain = ["import torch"] if "torch" in uses else []
    torch = [_torch_line("Tensor" in uses)]
    torch += ["from torch.nn import functional as F"] if "F" in uses else []
    if norms:
        torch.append(f"from torch.nn.utils.parametrizations import {', '.join(norms)}")
    blocks = [standard, [*plain, *torch], _own(uses)]
    return tuple(line for block in blocks if block for line in ("", *block))[1:]


def _own(uses: Iterable[str]) -> list[str]:
    """Import modules that the author wrote, each file once."""
    classes: dict[str, list[str]] = {}
    for each in sorted(uses):
        module, colon, name = each.partition(":")
        if colon:
            classes.setdefault(module, []).append(name)
    return [
        f"from {module} import {', '.join(names)}" for module, names in classes.items()
    ]


_STANDARD = {
    "OrderedDict": "from collections import OrderedDict",
    "Iterator": "from collections.abc import Callable, Iterator",
    "contextmanager": "from contextlib import contextmanager",
    "Any": "from typing import Any",
}


def _torch_line(tensor: bool) -> str:
    return "from torch import Tensor, nn" if tensor else "from torch import nn"
