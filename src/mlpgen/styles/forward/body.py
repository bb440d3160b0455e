"""The body of `forward`: which calls share a line, and in what order they run.

Layers run in the order of the spec. A value that only the next layer reads may stay
inside that layer's call. All others get a variable: `x` for the value that flows
through, `y` and `z` beside it, or the layer's own name if it is needed for longer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.styles.forward.calls import PendingCall, can_nest, is_compound
from mlpgen.styles.forward.input_sizes import input_sizes
from mlpgen.styles.forward.statement_writer import StatementWriter
from mlpgen.styles.forward.statements import Assignment, CompoundStatement
from mlpgen.styles.forward.variables import Lifetimes, Variables
from mlpgen.styles.layout import BODY, INDENT, WIDTH, layout, width
from mlpgen.styles.repeated_layers import (
    Repetition,
    base_name,
    group_functions,
    is_straight_line,
)
from mlpgen.styles.variable_names import argument
from mlpgen.symbols.operands import atom

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from mlpgen.graph.nodes import Graph, Node
    from mlpgen.styles.code import Value
    from mlpgen.styles.forward.statements import Statement

MOST_PENDING = 3


def forward_body(
    graph: Graph, outputs: Sequence[str], indent: int, *, returns: bool
) -> tuple[dict[str, str], list[str]]:
    """Write the body of `forward`.

    Args:
        graph: The class.
        outputs: Names of the values that it must compute.
        indent: Columns to the left of it.
        returns: Whether the last statement returns the only output.

    Returns:
        The variables of the values, and the lines.
    """
    arguments = {name: argument(name) for name in graph.inputs}
    straight = is_straight_line(graph)
    layers = (
        group_functions(graph.nodes, frozenset(outputs)) if straight else graph.nodes
    )
    lifetimes = Lifetimes(graph.nodes, outputs)
    named = outputs if straight or len(outputs) > 1 else ()
    sizes = input_sizes(graph)
    variables = Variables(lifetimes, arguments, named, sizes)
    builder = BodyBuilder(
        lifetimes, variables, indent, nested=not straight, comments=bool(graph.stem)
    )
    builder.add(layers)
    if returns:
        builder.return_output(outputs[0])
    return variables.of, _lines([*sizes.statements, *builder.finish()], indent)


def function_statements(
    nodes: Sequence[Node],
    outputs: Sequence[str],
    variables: Mapping[str, str],
    *,
    comments: bool,
) -> tuple[dict[str, str], list[str]]:
    """Write statements that call functions on values which have variables.

    Returns:
        The variables of the values, and the lines.
    """
    lifetimes = Lifetimes(nodes, outputs)
    chosen = Variables(lifetimes, variables, outputs)
    builder = BodyBuilder(lifetimes, chosen, BODY, comments=comments)
    builder.add(nodes)
    return chosen.of, _lines(builder.finish(), BODY)


def computed_once(
    nodes: Sequence[Node], taken: Collection[str]
) -> tuple[list[str], Value]:
    """Write statements of `__init__` that compute a tensor with functions.

    Args:
        nodes: The functions; the value of the last one is the tensor.
        taken: The names that variables must not have.

    Returns:
        The statements, and the code of the tensor after them.
    """
    output = nodes[-1].name
    lifetimes = Lifetimes(nodes, (output,))
    named = [node.name for node in nodes if node.named]
    variables = Variables(lifetimes, {}, named, reserved=taken)
    builder = BodyBuilder(lifetimes, variables, BODY, nested=True, comments=False)
    builder.add(nodes)
    value = builder.last_value(output)
    return _lines(builder.finish(), BODY), value


def _lines(statements: Sequence[Statement], indent: int) -> list[str]:
    return [line for each in statements for line in each.lines(indent)]


class BodyBuilder:
    """Takes layers one by one. A call stays pending while the next may contain it."""

    def __init__(
        self,
        lifetimes: Lifetimes,
        variables: Variables,
        indent: int,
        *,
        nested: bool = False,
        comments: bool = True,
    ) -> None:
        """Start with no layer.

        Args:
            lifetimes: Where values are read.
            variables: What values are called.
            indent: Columns to the left.
            nested: Whether the calls of any layers may contain others.
            comments: Whether lines end with the shape of their result.
        """
        self._lifetimes = lifetimes
        self._variables = variables
        self._indent = indent
        self._nested = nested
        self._writer = StatementWriter(lifetimes, variables, comments=comments)
        self._pending: list[PendingCall] = []

    def add(self, layers: Sequence[Node | Repetition]) -> None:
        """Add layers in their order."""
        for each in layers:
            if isinstance(each, Repetition):
                self._write_pending()
                self._add_loop(each)
            elif not each.idle:
                self._add_layer(each)

    def finish(self) -> list[Statement]:
        """Write all pending calls; return all statements."""
        self._write_pending()
        return self._writer.statements

    def last_value(self, output: str) -> Value:
        """Return the code of the only output, after the statements before it."""
        self._write_pending(but=1)
        if self._pending:
            return self._writer.code(self._pending.pop())
        return atom(self._variables.of[output])

    def return_output(self, output: str) -> None:
        """Return the only output in the last statement."""
        self._write_pending(but=1)
        if self._pending:
            self._writer.return_call(self._pending.pop())
        else:
            self._writer.return_value(output)

    def _add_layer(self, node: Node) -> None:
        """Add a layer: pending calls go inside of its call, stay pending, or go out."""
        while self._pending and not self._nests_in(node) and not self._can_wait(node):
            self._write_first()
        call = self._call(node)
        self._pending = [c for c in self._pending if c.node.name not in node.sources]
        self._pending.append(call)
        if is_compound(node) or self._lifetimes.is_unread(node.name):
            self._write_pending()

    def _call(self, node: Node) -> PendingCall:
        """Make the call of a layer, with the pending calls that it reads inside."""
        pending = {call.node.name: call for call in self._pending}
        arguments = tuple(pending.get(source, source) for source in node.sources)
        return PendingCall(node, arguments, self._lifetimes.positions[node.name])

    def _can_wait(self, node: Node) -> bool:
        """Tell whether all pending calls can stay pending when a layer is added."""
        read = any(call.node.name in node.sources for call in self._pending)
        few = len(self._pending) < MOST_PENDING
        return self._nested and few and not read and not is_compound(node)

    def _nests_in(self, node: Node) -> bool:
        """Tell whether the call of a layer can contain all pending calls.

        They must be its last arguments, in their order, so that layers run in order.
        """
        names = [call.node.name for call in self._pending]
        places = [node.sources.index(n) for n in names if n in node.sources]
        return (
            len(places) == len(names)
            and places == sorted(places)
            and not is_compound(node)
            and all(self._lifetimes.is_read_once(name) for name in names)
            and all(can_nest(c, node, nested=self._nested) for c in self._pending)
            and self._fits_on_line(self._call(node))
        )

    def _fits_on_line(self, call: PendingCall) -> bool:
        name = self._variables.name_of(call.node.name)
        is_output = call.node.name in self._lifetimes.outputs
        before = f"{name}: Tensor = " if is_output else "x = "
        _, piece, comment, _ = self._writer.assignment("", call)
        line, *more = layout(piece, 0, before, comment=comment)
        return not more and self._indent + width(line) <= WIDTH

    def _write_pending(self, but: int = 0) -> None:
        while len(self._pending) > but:
            self._write_first()

    def _write_first(self) -> None:
        """Write the oldest pending call."""
        call = self._pending.pop(0)
        read_later = {name for each in self._pending for name in each.values()}
        self._writer.write(call, read_later)

    def _add_loop(self, repetition: Repetition) -> None:
        """Write a loop over functions."""
        pattern, rounds = repetition.pattern, repetition.rounds
        first, last = pattern[0].sources[0], pattern[-1].name
        if self._variables.of[first] != "x":
            self._writer.statements.append(Assignment("x", self._variables.of[first]))
        lifetimes = Lifetimes(pattern, (last,))
        variables = Variables(lifetimes, {first: "x"}, ())
        builder = BodyBuilder(lifetimes, variables, self._indent + INDENT)
        builder.add(pattern)
        head = f"for _ in range({rounds}):"
        loop = CompoundStatement(head, tuple(builder.finish()))
        self._writer.statements.append(loop)
        tensor = self._variables.is_tensor("x")
        for node in pattern:
            for number in range(repetition.first, repetition.first + rounds):
                name = f"{base_name(node)}_{number}"
                self._variables.assign(name, "x", tensor=tensor)
