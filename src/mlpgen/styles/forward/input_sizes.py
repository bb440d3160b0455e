"""Free sizes in `forward`, which reads them from the shapes of its inputs."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.graph.used_parameters import own_operands
from mlpgen.names.identifiers import free_name
from mlpgen.names.reserved.words import BUILTINS
from mlpgen.styles.code import in_forward
from mlpgen.styles.forward.statements import Assignment
from mlpgen.styles.variable_names import FORWARD, SHORT, argument
from mlpgen.symbols import operands

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlpgen.graph.nodes import Graph
    from mlpgen.symbols.operands import Operand


LONGEST_INDEX = 32
"""The most characters of an expression in an index."""


class InputSizes(NamedTuple):
    """The free sizes that `forward` uses.

    Attributes:
        codes: What each is in the code: a variable, or `tokens.shape[1]`. The same for
            long code of an index, which ruff would break over lines.
        variables: The variables.
        statements: Their assignments.
    """

    codes: Mapping[str, Operand] = MappingProxyType({})
    variables: tuple[str, ...] = ()
    statements: tuple[Assignment, ...] = ()


def input_sizes(graph: Graph) -> InputSizes:
    """Choose how `forward` of a class reads the free sizes that it uses.

    A size that is used once needs no variable, unless there are others of that input,
    or the variable of the input may be assigned to again before.
    """
    uses = _uses(graph) if graph.free else {}
    sources = [source for name, (source, _) in graph.free.items() if name in uses]
    taken = {*FORWARD, *BUILTINS, *map(argument, graph.inputs)}
    taken |= {node.name for node in graph.nodes} | {*graph.parameters, *graph.inferred}
    codes: dict[str, Operand] = {}
    read: dict[str, dict[int, str]] = {}
    for name, (source, index) in graph.free.items():
        value = argument(source)
        alone = sources.count(source) == 1 and value not in SHORT
        if uses.get(name) == 1 and alone:
            codes[name] = operands.atom(f"{value}.shape[{index}]")
        elif name in uses:
            variable = free_name(name.removeprefix("in_"), taken)
            taken.add(variable)
            codes[name] = operands.name(variable)
            read.setdefault(source, {})[index] = variable
    statements = [
        each
        for source, variables in read.items()
        for each in _assignments(argument(source), variables, _rank(graph, source))
    ]
    names = [each for found in read.values() for each in found.values()]
    for number, code in enumerate(_long_indices(graph) if uses else (), 1):
        variable = free_name(f"size_{number}", taken)
        taken.add(variable)
        names.append(variable)
        assigned = _in_forward(code, codes)
        codes[code.text] = operands.name(variable)
        statements.append(Assignment(variable, assigned))
    return InputSizes(codes, tuple(names), tuple(statements))


def _in_forward(code: Operand, sizes: Mapping[str, Operand]) -> Operand:
    names = {
        name: sizes.get(name) or operands.atom(f"self.{name}") for name in code.names
    }
    return in_forward(code, names)


def _long_indices(graph: Graph) -> list[Operand]:
    """Return the long code of free sizes in indices, each once."""
    found = {
        code.text: code
        for node in graph.nodes
        if node.function is not None and node.function.is_index and not node.idle
        for code in own_operands(node._replace(condition=None, batch=()))
        if len(code.text) > LONGEST_INDEX and code.names & graph.free.keys()
    }
    return [*found.values()]


def _uses(graph: Graph) -> dict[str, int]:
    """Count how many times functions use each free size."""
    found: dict[str, int] = {}
    for node in graph.nodes:
        for code in () if node.idle else own_operands(node):
            for name in code.names & graph.free.keys():
                times = len(re.findall(rf"(?<![\w.]){name}\b", code.text))
                found[name] = found.get(name, 0) + times
    return found


def _rank(graph: Graph, source: str) -> int:
    value = graph.inputs[source]
    return len(value.shape) + value.batched


def _assignments(
    value: str, variables: Mapping[int, str], rank: int
) -> list[Assignment]:
    """Read sizes from the shape of an input; all of its last ones at once."""
    first = min(variables)
    if len(variables) > 1 and sorted(variables) == [*range(first, rank)]:
        target = ", ".join(variables[index] for index in sorted(variables))
        return [Assignment(target, operands.atom(f"{value}.shape[{first}:]"))]
    return [
        Assignment(variable, operands.atom(f"{value}.shape[{index}]"))
        for index, variable in sorted(variables.items())
    ]
