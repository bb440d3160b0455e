"""Docstrings of generated code: the author's description, shapes, counts."""

from __future__ import annotations

import re
import textwrap
from types import MappingProxyType
from typing import TYPE_CHECKING

from mlpgen.diagnostics.escape import guarded
from mlpgen.names.members import layer_and_rest, layer_in
from mlpgen.spec.wording import counted
from mlpgen.styles.code import escaped
from mlpgen.styles.layout import INDENT, WIDTH, width
from mlpgen.styles.shape_text import shape_text
from mlpgen.styles.variable_names import argument
from mlpgen.symbols.operands import name as named
from mlpgen.symbols.sizes import code_of, operand_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mlpgen.graph.captures import Captured
    from mlpgen.graph.nodes import Graph
    from mlpgen.layers.base import Value
    from mlpgen.symbols.operands import Operand


_BARE_QUOTE = r'(?<!\\)(\\\\)*"$'

LETTERS = {"height": "H", "width": "W", "depth": "D", "features": "F", "channels": "C"}
"""The letters of sizes that are not arguments, in docstrings."""


def docstring(lines: Sequence[str], indent: int = 0) -> tuple[str, ...]:
    """Put quotes around the lines of a docstring, on one line if possible."""
    first, *more = lines
    first = f" {first}" if first.startswith('"') else first  # avoids four quotes
    space = " " if first.endswith('"') and re.search(_BARE_QUOTE, first) else ""
    if not more and indent + width(first) + len(space) + 6 <= WIDTH:
        return (f'"""{first}{space}"""',)
    return (f'"""{first}', *more, '"""')


def module_docstring(graph: Graph) -> tuple[str, ...]:
    """Write the docstring of a file: the class, and its description if that fits."""
    told = prose(graph.description, f"{graph.name}: ")
    if not graph.description or len(told) > 1:
        told = [f"{graph.name}: a {plain_summary(graph)}"]
    return docstring(told)


def plain_summary(graph: Graph) -> str:
    """Describe a class without a description: network of 3 layers."""
    count = len(graph.nodes)
    kind = "network" if graph.stem else "block"
    return f"{kind} of {'one layer' if count == 1 else f'{count} layers'}."


def _inner(
    graph: Graph, names: Sequence[str], known: Mapping[str, Value]
) -> dict[str, Captured]:
    """Return the captured values inside of layers."""
    if all(name in known for name in names):
        return {}
    from mlpgen.graph.captures import captures

    found = captures(graph)
    return {name: found[name] for name in names if name not in known}


def class_docstring(
    graph: Graph,
    outputs: Sequence[str],
    variables: Mapping[str, str] = MappingProxyType({}),
) -> tuple[str, ...]:
    """Write the docstring of a class: description, shapes, number of parameters.

    Blocks have no number, since it depends on their arguments.

    Args:
        graph: The class.
        outputs: The values that it returns.
        variables: Their variables in `forward`, if there are several.
    """
    about = _about(graph)
    several = len(graph.inputs) > 1 or graph.joins
    star = "*" if graph.joins else ""
    rows = [
        ("Inputs:" if several else "Input:", star + argument(name), value, 1)
        for name, value in graph.inputs.items()
    ]
    label = "Output:" if len(outputs) == 1 else "Outputs:"
    values = graph.values()
    inner = _inner(graph, outputs, values)
    layers = {node.name for node in graph.nodes}
    for name in outputs:
        layer, part = layer_and_rest(name, layers)
        code = variables.get(name, part or layer)
        shown = name if name in inner else code.removeprefix("self.")
        if len(outputs) == 1 and not _is_named(graph, name):
            shown = ""  # its author has not named it
        found = inner.get(name)
        value = found.value if found else values[name]
        rows.append((label, shown, value, found.examples if found else 1))
    table = _table([_labelled(rows, index) for index in range(len(rows))], graph)
    size = (
        ["", f"{counted(graph.total_parameters, 'parameter')}."] if graph.stem else []
    )
    return docstring([*about, "", *table, *size], INDENT)


def _about(graph: Graph) -> list[str]:
    """Return the description: a summary of one line, and the rest below it."""
    summary = f"A {plain_summary(graph)}"
    if not graph.description:
        return [summary]
    told = prose(graph.description, indent=INDENT)
    if len(told) == 1:
        return told
    first, stop, rest = graph.description.partition(". ")
    sentence = prose(f"{first}{stop.rstrip()}", indent=INDENT)
    if rest and len(sentence) == 1:
        return [*sentence, "", *prose(rest, indent=INDENT)]
    return [summary, "", *told]


def _is_named(graph: Graph, value: str) -> bool:
    """Tell whether the author chose the name of a value."""
    layer = layer_in(value, {node.name for node in graph.nodes})
    return all(node.named for node in graph.nodes if node.name == layer)


Row = tuple[str, str, "Value", int]


def _labelled(rows: Sequence[Row], index: int) -> Row:
    """Drop a label that repeats that of the row above."""
    label, *rest = rows[index]
    repeated = index and rows[index - 1][0] == label
    return ("" if repeated else label, *rest)  # type: ignore[return-value]


def _table(rows: Sequence[Row], graph: Graph) -> list[str]:
    first = max(len(row[0]) for row in rows)
    second = max(len(row[1]) for row in rows)
    hanging = min(first + second + 3, WIDTH // 2)
    letters = _letters(graph)
    lines = [
        f"{label:{first}} {name:{second}}{'  ' if second else ''}{value.dtype} "
        + ("joined to " if name.startswith("*") else "")
        + (
            shape_text(value, examples)
            if graph.stem
            else _shape(value, graph.sizes, letters)
        )
        for label, name, value, examples in rows
    ]
    return [line for row in lines for line in _wrapped(row, hanging)]


def _letters(graph: Graph) -> dict[str, str]:
    """Choose letters for sizes of inputs that are not arguments: H, W, then H2, W2.

    Equal sizes may have two letters, since nothing tells that they are equal.
    """
    found: dict[str, str] = {}
    for value in graph.inputs.values():
        for name in map(code_of, value.shape):
            letter = LETTERS.get(name.strip("_").rpartition("_")[2], "")
            if letter == "C" and len(value.shape) == 2:
                letter = "L"  # steps of a sequence rather than channels
            if letter and name not in graph.inferred:
                others = [each for each in found.values() if each[0] == letter]
                found[name] = f"{letter}{len(others) + 1}" if others else letter
    return found


_LONG = 40
"""The most characters of a local value that is written out."""


def _with_arguments(code: Operand, known: Mapping[str, Operand]) -> Operand:
    """Replace variables by what they are; a long one keeps the name of its author."""
    short = {
        name: known[name]
        for name in code.own_names & known.keys()
        if len(known[name].text) <= _LONG or name not in code.meanings
    }
    return code.replaced(short)


_TIED = "\xa0"
"""A space at which lines are not broken."""


def _shape(
    value: Value, sizes: Mapping[str, Operand], letters: Mapping[str, str]
) -> str:
    """Write a shape in a block by its arguments, letters, and values that are long."""
    codes: list[str] = []
    known: dict[str, Operand] = {}
    for name, each in sizes.items():
        known[name] = _with_arguments(each, known)
    for size in value.shape:
        code = _with_arguments(operand_of(size), known)
        code = code.replaced({name: named(each) for name, each in letters.items()})
        codes.append(code.text.replace(" ", _TIED))
    whole = ["N", *codes] if value.batched else codes
    return f"({', '.join(whole)})" if len(whole) != 1 else f"({whole[0]},)"


def _wrapped(row: str, hanging: int) -> list[str]:
    """Break a row between sizes, inside a size only if it is longer than a line."""
    room = WIDTH - INDENT
    for text in (row, row.replace(_TIED, " ")):
        lines = textwrap.wrap(
            text, room, subsequent_indent=" " * hanging, break_long_words=False
        )
        if all(len(line) <= room for line in lines):
            break
    return [line.replace(_TIED, " ") for line in lines]


_TYPOGRAPHY = str.maketrans("–−‘’×∗\xa0", "--''x* ")
"""Characters that ruff finds ambiguous (RUF002), and what replaces them."""


def prose(text: str, first: str = "", indent: int = 0) -> list[str]:
    """Break a description into lines of a docstring.

    Escapes what could end the docstring, is not printable, or would be a command to a
    workflow that prints it.

    Args:
        text: The description.
        first: What comes before it on the first line.
        indent: Columns to the left of the docstring.
    """
    plain = text.translate(_TYPOGRAPHY)
    safe = "".join(escaped(char) for char in plain).replace('"""', '\\"\\"\\"')
    room = WIDTH - indent - 6
    lines = [""]
    for word in guarded(f"{first}{safe}", whole=False).split():
        longer = f"{lines[-1]} {word}".lstrip()
        if lines[-1] and width(longer) > room:
            lines.append(guarded(word))
        else:
            lines[-1] = longer
    return lines
