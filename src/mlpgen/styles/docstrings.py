"""What docstrings of the generated code say: the author's words, shapes, counts."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING

from mlpgen.functions.base import whole_shown
from mlpgen.graph.blocks import LETTERS
from mlpgen.sizes import code_of, names_of
from mlpgen.styles.code import INDENT, WIDTH, prose, width
from mlpgen.styles.variables import argument

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mlpgen.graph.nodes import Graph
    from mlpgen.layers.base import Value


_BARE_QUOTE = r'(?<!\\)(\\\\)*"$'


def docstring(lines: Sequence[str], indent: int = 0) -> tuple[str, ...]:
    """Put quotes around the lines of a docstring; one line stays one line."""
    first, *more = lines
    first = f" {first}" if first.startswith('"') else first  # four quotes are no three
    space = " " if first.endswith('"') and re.search(_BARE_QUOTE, first) else ""
    if not more and indent + width(first) + len(space) + 6 <= WIDTH:
        return (f'"""{first}{space}"""',)
    return (f'"""{first}', *more, '"""')


def module_docstring(graph: Graph) -> tuple[str, ...]:
    """Say what a file holds: the class and the author's sentence."""
    if not graph.description:
        return docstring([f"{graph.name}: a network of {len(graph.nodes)} layers."])
    return docstring(prose(graph.description, f"{graph.name}: "))


def class_docstring(graph: Graph, outputs: Sequence[str]) -> tuple[str, ...]:
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


def _wrapped(row: str, hanging: int) -> list[str]:
    room = WIDTH - INDENT
    return (
        [row]
        if len(row) <= room
        else textwrap.wrap(
            row, room, subsequent_indent=" " * hanging, drop_whitespace=True
        )
    )
