"""The statements of `forward`: which layers share a line, and in what order they run.

Layers run in the order of the spec. A value that is used once, by the layer right
behind it, may stand inside of that layer's call; the others have a variable: `x` for
the value that runs along, `y` and `z` beside it, or the layer's own name where it is
needed for longer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.styles.forward.calls import Term, fits_inside, is_statement
from mlpgen.styles.forward.statement_writer import Writer
from mlpgen.styles.forward.statements import Assignment, Block
from mlpgen.styles.forward.variables import Uses, Variables
from mlpgen.styles.layout import INDENT, WIDTH, layout, width
from mlpgen.styles.repeated_layers import Run, calls, is_line, stem
from mlpgen.styles.variable_names import argument

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mlpgen.graph.nodes import Graph, Node
    from mlpgen.styles.forward.statements import Statement

MOST_WAITING = 3
BODY = 2 * INDENT


def forward(
    graph: Graph, outputs: Sequence[str], indent: int, *, returns: bool
) -> tuple[dict[str, str], list[str]]:
    """Write the body of `forward`.

    Args:
        graph: The class.
        outputs: Names of the values that are needed in the end.
        indent: Columns to the left of it.
        returns: Whether the only output is returned by the last statement.

    Returns:
        The variables of the values, and the lines.
    """
    given = {name: argument(name) for name in graph.inputs}
    line = is_line(graph)
    parts = calls(graph.nodes, frozenset(outputs)) if line else graph.nodes
    uses = Uses(graph.nodes, outputs)
    own = outputs if line or len(outputs) > 1 else ()
    variables = Variables(uses, given, own)
    flow = Flow(uses, variables, indent, nested=not line, comments=bool(graph.stem))
    flow.run(parts)
    if returns:
        flow.give_back(outputs[0])
    return variables.of, _lines(flow.finish(), indent)


def statements(
    nodes: Sequence[Node],
    outputs: Sequence[str],
    variables: Mapping[str, str],
    *,
    comments: bool,
) -> tuple[dict[str, str], list[str]]:
    """Write the statements of functions that are called on values with variables.

    Returns:
        The variables of the values, and the lines.
    """
    uses = Uses(nodes, outputs)
    own = Variables(uses, variables, outputs)
    flow = Flow(uses, own, BODY, comments=comments)
    flow.run(nodes)
    return own.of, _lines(flow.finish(), BODY)


def _lines(statements: Sequence[Statement], indent: int) -> list[str]:
    return [line for each in statements for line in each.lines(indent)]


class Flow:
    """Takes layers one by one; a call waits, for it may stand inside of the next."""

    def __init__(
        self,
        uses: Uses,
        variables: Variables,
        indent: int,
        *,
        nested: bool = False,
        comments: bool = True,
    ) -> None:
        """Begin with no layer.

        Args:
            uses: Where values are used.
            variables: What they are called.
            indent: Columns to the left.
            nested: Whether layers may stand inside of calls of any others.
            comments: Whether lines say the shape that comes out.
        """
        self._uses = uses
        self._variables = variables
        self._indent = indent
        self._nested = nested
        self._writer = Writer(uses, variables, comments=comments)
        self._waiting: list[Term] = []

    def run(self, parts: Sequence[Node | Run]) -> None:
        """Take layers in their order."""
        for part in parts:
            if isinstance(part, Run):
                self._write_waiting()
                self._loop(part)
            elif not part.idle:
                self._take(part)

    def finish(self) -> list[Statement]:
        """Write what waits; return all statements."""
        self._write_waiting()
        return self._writer.statements

    def give_back(self, output: str) -> None:
        """Return the only output by the last statement."""
        self._write_waiting(but=1)
        if self._waiting:
            self._writer.give_back(self._waiting.pop())
        else:
            self._writer.give_back_value(output)

    def _take(self, node: Node) -> None:
        """Take one layer: what waits goes inside of it, or goes on waiting, or not."""
        while self._waiting and not self._joins(node) and not self._may_wait(node):
            self._write_first()
        term = self._term(node)
        self._waiting = [t for t in self._waiting if t.node.name not in node.sources]
        self._waiting.append(term)
        if is_statement(node) or self._uses.none(node.name):
            self._write_waiting()

    def _term(self, node: Node) -> Term:
        """Make the call of a layer, with what waits for it inside."""
        waiting = {term.node.name: term for term in self._waiting}
        operands = tuple(waiting.get(source, source) for source in node.sources)
        return Term(node, operands, self._uses.places[node.name])

    def _may_wait(self, node: Node) -> bool:
        """Tell whether what waits can go on waiting while another layer begins."""
        taken = any(term.node.name in node.sources for term in self._waiting)
        few = len(self._waiting) < MOST_WAITING
        return self._nested and few and not taken and not is_statement(node)

    def _joins(self, node: Node) -> bool:
        """Tell whether all that waits can stand inside of the call of a layer.

        They must be its last operands, in their order, for layers to run in order.
        """
        names = [term.node.name for term in self._waiting]
        places = [node.sources.index(n) for n in names if n in node.sources]
        return (
            len(places) == len(names)
            and places == sorted(places)
            and not is_statement(node)
            and all(self._uses.once(name) for name in names)
            and all(fits_inside(t, node, nested=self._nested) for t in self._waiting)
            and self._fits_on_line(self._term(node))
        )

    def _fits_on_line(self, term: Term) -> bool:
        name = self._variables.own(term.node.name)
        ends = term.node.name in self._uses.ends
        before = f"{name}: Tensor = " if ends else "x = "
        _, piece, comment, _ = self._writer.assignment("", term)
        line, *more = layout(piece, 0, before, comment=comment)
        return not more and self._indent + width(line) <= WIDTH

    def _write_waiting(self, but: int = 0) -> None:
        while len(self._waiting) > but:
            self._write_first()

    def _write_first(self) -> None:
        """Write the call that waits for longest."""
        term = self._waiting.pop(0)
        needed = {name for each in self._waiting for name in each.names()}
        self._writer.write(term, needed)

    def _loop(self, run: Run) -> None:
        """Write a loop over functions."""
        first, last = run.pattern[0].sources[0], run.pattern[-1].name
        if self._variables.of[first] != "x":
            self._writer.statements.append(Assignment("x", self._variables.of[first]))
        uses = Uses(run.pattern, (last,))
        flow = Flow(uses, Variables(uses, {first: "x"}, ()), self._indent + INDENT)
        flow.run(run.pattern)
        head = f"for _ in range({run.rounds}):"
        self._writer.statements.append(Block(head, tuple(flow.finish())))
        tensor = self._variables.is_tensor("x")
        for node in run.pattern:
            for number in range(run.first, run.first + run.rounds):
                self._variables.hold(f"{stem(node)}_{number}", "x", tensor=tensor)
