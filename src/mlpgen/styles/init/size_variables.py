"""Local variables of `__init__` for sizes whose code is long."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from mlpgen.graph.scope import INDEX
from mlpgen.graph.used_parameters import computed_names, names_in_init, names_of_node
from mlpgen.styles.init.repeated_sizes import repeated_sizes
from mlpgen.styles.layout import BODY, Lines, bracketed
from mlpgen.styles.variable_names import running_names
from mlpgen.symbols import operands
from mlpgen.symbols.expressions import Expression
from mlpgen.symbols.operands import name as name_of
from mlpgen.symbols.sizes import Real, Size, is_product, is_symbolic, replaced
from mlpgen.symbols.sums import name as sums_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.graph.nodes import Graph, Maker, Node
    from mlpgen.layers.base import Function
    from mlpgen.symbols.operands import Operand

G = TypeVar("G", bound="Graph")
LONGEST_CODE = 40
LONGEST_SUM = 20
"""Most characters of a size in a call, and of a sum in a call of the model, which has
several calls in a row."""
LONGEST_KEYWORD = 57
"""Most characters of a keyword and the code of its size, which share a line."""
SHORTEST = 8
"""Characters that a size has in any case: those of a variable."""
LONGEST_LINE = 68
"""Most characters of a variable's code; longer code is split over several variables."""


def with_size_variables(graph: G) -> G:
    """Give sizes variables if their code is too long for a call."""
    found = _SizeVariables(graph)
    nodes = tuple(found.node(each) for each in graph.nodes)
    own = {name: code for code, name in found.names.items() if name not in graph.sizes}
    return replace(graph, nodes=nodes, sizes={**graph.sizes, **own})


class _SizeVariables:
    """The variables of a class so far.

    Attributes:
        names: The variable of each piece of code.
    """

    def __init__(self, graph: Graph) -> None:
        self.names = {code: name for name, code in graph.sizes.items()}
        self._sum = LONGEST_SUM if graph.stem else LONGEST_CODE
        self._free = {*graph.free, *running_names(graph)}
        self._taken = {*graph.parameters, *graph.inferred, *graph.sizes}
        self._taken |= {node.name for node in graph.nodes}
        self._taken |= self._free
        often = repeated_sizes(graph, self._taken, self._free)
        self.names |= {code: n for code, n in often.items() if code not in self.names}
        self._taken |= {*self.names.values()}

    def node(self, node: Node) -> Node:
        """Replace long code in a layer by variables."""
        function = node.function
        return node._replace(
            maker=self._maker(node.maker),
            batch=self._value(node.batch),
            function=self._function(function) if function else None,
            children=tuple(self.node(child) for child in node.children),
            computed=tuple(self.node(each) for each in node.computed),
            rounds=tuple(
                each._replace(node=self.node(each.node), times=self._value(each.times))
                for each in node.rounds
            ),
            inits={
                name: (function, self._values(arguments))
                for name, (function, arguments) in node.inits.items()
            },
        )

    def _maker(self, maker: Maker) -> Maker:
        inner = {name: self._maker(each) for name, each in maker.inner.items()}
        return maker._replace(arguments=self._values(maker.arguments), inner=inner)

    def _function(self, function: Function) -> Function:
        return function._replace(
            leading=self._value(function.leading),
            positional=self._value(function.positional),
            keywords=self._values(function.keywords),
        )

    def _values(self, values: dict[str, Any]) -> dict[str, Any]:
        return {
            name: self._value(each, max(SHORTEST, LONGEST_KEYWORD - len(name)))
            for name, each in values.items()
        }

    def _value(self, value: Any, most: int = LONGEST_CODE) -> Any:
        if not isinstance(value, (Size, Real, Expression)):
            several = isinstance(value, (tuple, list))
            return type(value)(map(self._value, value)) if several else value
        code = value.operand
        if INDEX in code.names:
            return self._in_a_loop(value, code, most)
        short = len(code.text) <= min(most, self._longest(value))
        if (short and code not in self.names) or code.names & self._free:
            return value
        name = self._name(code, "size" if isinstance(value, Size) else "value")
        if isinstance(value, Size):
            return Size.parameter(name, int(value))
        if isinstance(value, Real):
            return Real(value, operands.name(name))
        return value._replace(said=operands.name(name), turned=None)

    def _in_a_loop(self, value: Any, code: Operand, most: int) -> Any:
        """Replace long names of parameters in a size that differs by the round."""
        if not isinstance(value, Size):
            return value
        sums = {
            each: sums_name(self._name(operands.name(each), "size"))
            for each in sorted(code.names)
            if len(each) > most
        }
        return replaced(value, sums, lambda each: each)

    def _longest(self, value: Size | Real | Expression) -> int:
        whole = isinstance(value, Size) and not is_product(value)
        return self._sum if whole else LONGEST_CODE

    def _name(self, code: Operand, kind: str) -> str:
        """Return the variable of code; code that is too long is split first."""
        code = self._short(code, kind)
        number = sum(each.startswith(kind) for each in self.names.values())
        while code not in self.names:
            number += 1
            name = f"{kind}_{number}"
            if name not in self._taken:
                self.names[code] = name
                self._taken.add(name)
        return self.names[code]

    def _short(self, code: Operand, kind: str) -> Operand:
        """Replace operands by variables if code is too long for a line."""
        if len(code.text) <= LONGEST_LINE:
            return code

        def shortened(each: Operand) -> Operand:
            short = self._short(each, kind)
            long = len(short.text) > LONGEST_CODE
            return operands.name(self._name(short, kind)) if long else short

        return code.mapped(shortened)


def size_lines(graph: Graph, attributes: Sequence[str] = ()) -> Lines:
    """Write the variables of sizes that are used, each before its use.

    Args:
        graph: The class.
        attributes: The names that `forward` needs as attributes. Variables that only
            `forward` needs become attributes at once.
    """
    used = set[str]().union(*(names_of_node(node) for node in graph.nodes))
    needed = set[str]().union(*(_needed(node) for node in graph.nodes))
    local = set[str]().union(*(names_in_init(node) for node in graph.nodes))
    lines = []
    for name, code in reversed(graph.sizes.items()):
        if name in used:
            from mlpgen.styles.init.left_out_sizes import guard

            used |= code.names
            if name in needed:
                needed |= code.computed
            computed = code if name in needed else guard(code)
            target = name if name in local or name not in attributes else f"self.{name}"
            lines.append(bracketed(computed, BODY, f"{target} = "))
            local |= code.own_names
    lines.reverse()
    lines += [
        bracketed(name_of(each), BODY, f"self.{each} = ")
        for each in attributes
        if each in local or each not in graph.sizes
    ]
    return tuple(line for each in lines for line in each)


def _needed(node: Node) -> frozenset[str]:
    """Return the names in layers that are made for any arguments, and in conditions."""
    found = computed_names(node)
    if node.condition is not None:
        return found
    inner = [*node.children, *node.computed]
    inner += (each.node for each in node.rounds if not is_symbolic(each.times))
    return found.union(*map(_needed, inner))
