"""The statements of `forward`: which layers share a line, and what values are called.

Layers run in the order of the spec. A value that is used once, by the layer right
behind it, may stand inside of that layer's call; the others have a variable: `x` for
the value that runs along, `y` and `z` beside it, or the layer's own name where it is
needed for longer.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.layers.base import shown
from mlpgen.styles.alive import Alive
from mlpgen.styles.calls import applied, condition_code, module_call
from mlpgen.styles.code import INDENT, WIDTH, indented, layout, width
from mlpgen.styles.modules import chains
from mlpgen.styles.plan import argument
from mlpgen.styles.runs import Run, calls, is_line
from mlpgen.vocabulary import HELD, is_function

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from mlpgen.graph.nodes import Graph, Node
    from mlpgen.layers.base import Returned
    from mlpgen.styles.code import Piece

LONGEST_OUTPUT = 24
RUNNING = ("x", "y", "z")
BODY = 2 * INDENT


class Term(NamedTuple):
    """A call that is not a statement yet.

    Attributes:
        node: What is called.
        operands: What it is called on: other terms, or names of values.
        last: Where the layer stands in the order.
    """

    node: Node
    operands: tuple[Term | str, ...]
    last: int

    def nodes(self) -> Iterator[Node]:
        """Go through the layers in the order they run."""
        for each in self.operands:
            if isinstance(each, Term):
                yield from each.nodes()
        yield self.node

    def names(self) -> Iterator[str]:
        """Go through the values that have a variable."""
        for each in self.operands:
            if isinstance(each, Term):
                yield from each.names()
            else:
                yield each


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
    variables = {name: argument(name) for name in graph.inputs}
    linear = is_line(graph)
    parts = calls(graph.nodes, frozenset(outputs)) if linear else graph.nodes
    flow = Flow(graph.nodes, outputs, variables, indent)
    flow.nested = not linear
    flow.comments = bool(graph.stem)
    flow.run(parts)
    return flow.finish(returns=returns)


def statements(
    nodes: Sequence[Node],
    outputs: Sequence[str],
    variables: Mapping[str, str],
    *,
    comments: bool,
) -> list[str]:
    """Write the statements of functions that are called on values with variables."""
    flow = Flow(nodes, outputs, variables, BODY)
    flow.comments = comments
    flow.run(nodes)
    return flow.finish(returns=False)[1]


class Flow:
    """Gathers statements.

    Attributes:
        lines: What is written by now.
        variables: What values are called.
        nested: Whether layers may stand inside of calls of any others.
        comments: Whether lines say the shape that comes out.
    """

    def __init__(
        self,
        nodes: Sequence[Node],
        outputs: Sequence[str],
        variables: Mapping[str, str],
        indent: int,
    ) -> None:
        self.lines: list[str] = []
        self.variables = dict(variables)
        self.nested = False
        self.comments = True
        self._arguments = frozenset(variables.values())
        self._tensors = dict.fromkeys(variables.values(), True)
        self._outputs = tuple(outputs)
        self._indent = indent
        self._waiting: list[Term] = []
        self._at = {node.name: index for index, node in enumerate(nodes)}
        self._uses: dict[str, list[int]] = {}
        for index, node in enumerate(nodes):
            for source in node.sources:
                self._uses.setdefault(source, []).append(index)
        for name in outputs:
            self._uses.setdefault(name, []).append(len(nodes))
        self._taken = set(self._at) | set(variables.values())
        self._kept = frozenset(outputs)
        self._alive = Alive(self._uses)
        for name, variable in variables.items():
            self._alive.hold(name, variable)

    def _hold(self, value: str, variable: str) -> None:
        """Note that a variable holds a value."""
        self.variables[value] = variable
        self._alive.hold(value, variable)

    def run(self, parts: Sequence[Node | Run]) -> None:
        """Take layers in their order."""
        for part in parts:
            if isinstance(part, Run):
                self._write_waiting()
                self._loop(part)
            else:
                self._take(part)

    def finish(self, *, returns: bool) -> tuple[dict[str, str], list[str]]:
        """Write what waits; return the only output, if it is to be."""
        while len(self._waiting) > 1:
            self._write(self._waiting.pop(0))
        if returns and self._waiting:
            self._return(self._waiting.pop())
        elif returns:
            self._return_variable()
        self._write_waiting()
        return self.variables, self.lines

    def _take(self, node: Node) -> None:
        while self._waiting and not self._joins(node):
            if not self._takes_waiting(node) and self._may_wait(node):
                break
            self._write(self._waiting.pop(0))
        term = self._term(node)
        self._waiting = [t for t in self._waiting if t.node.name not in node.sources]
        if self._is_statement(node):
            self._write_waiting()
            self._write(term)
        else:
            self._waiting.append(term)

    def _term(self, node: Node) -> Term:
        """Make the call of a layer, with what waits for it inside."""
        waiting = {term.node.name: term for term in self._waiting}
        operands = tuple(waiting.get(source, source) for source in node.sources)
        return Term(node, operands, self._at[node.name])

    def _may_wait(self, node: Node) -> bool:
        """Tell whether what waits can go on waiting while another layer begins."""
        return self.nested and len(self._waiting) < 3 and not self._is_statement(node)

    def _is_statement(self, node: Node) -> bool:
        """Tell whether a layer is more than a call with one result."""
        loop = bool(node.rounds) and not chains(node)
        conditional = node.condition is not None and is_function(node.type)
        return not node.single or loop or conditional

    def _takes_waiting(self, node: Node) -> bool:
        return any(term.node.name in node.sources for term in self._waiting)

    def _once(self, name: str) -> bool:
        return len(self._uses.get(name, ())) == 1 and name not in self._kept

    def _joins(self, node: Node) -> bool:
        """Tell whether all that waits can stand inside of the call of a layer.

        They must be its last operands, in their order, for layers to run in order.
        """
        names = [term.node.name for term in self._waiting]
        places = [node.sources.index(n) for n in names if n in node.sources]
        if len(places) < len(names) or places != sorted(places):
            return False
        if not all(self._once(name) for name in names) or self._is_statement(node):
            return False
        if not all(self._fits_inside(term, node) for term in self._waiting):
            return False
        term = self._term(node)
        before = f"{node.name}: Tensor = " if node.name in self._kept else "x = "
        line, *more = layout(self._piece(term), 0, before, comment=self._comment(term))
        return not more and self._indent + width(line) <= WIDTH

    def _fits_inside(self, term: Term, node: Node) -> bool:
        """Tell whether people would write a call inside of the other."""
        function = node.function
        if node.pointwise or (function and (function.is_method or function.is_index)):
            return True
        if not self.nested:
            return False
        inner = list(term.nodes())
        if function is not None:
            return len(inner) <= 2
        return len(inner) <= 2 and all(each.pointwise for each in inner)

    def _write_waiting(self) -> None:
        while self._waiting:
            self._write(self._waiting.pop(0))

    def _write(self, term: Term) -> None:
        """Write a statement."""
        node = term.node
        if node.type in HELD:
            self.variables[node.name] = f"self.{node.name}"
        elif not node.single:
            self._unpack(term)
        elif self._is_statement(node):
            self._in_place(term)
        else:
            target = self._target(term)
            self._know(target, tensor=self._typed(term))
            comment = self._comment(term)
            piece = self._piece(term)
            self.lines += layout(piece, self._indent, f"{target} = ", comment=comment)
            self._hold(node.name, target)

    def _comment(self, term: Term) -> str:
        node = term.node
        first = next(iter(term.nodes()))
        if not self.comments or not node.value.batched:
            return ""
        before = first.input if first.inputs else node.output
        return shown(node.output) if node.output != before else ""

    def _piece(self, term: Term) -> Piece:
        values: list[Piece] = []
        for each in term.operands:
            if isinstance(each, Term):
                values.append(self._piece(each))
            else:
                values.append(self._variable(each))
        batch = next(
            (
                self._variable(each)
                for each, value in zip(term.operands, term.node.inputs, strict=True)
                if isinstance(each, str) and value.batched
            ),
            next(iter(self._arguments)),
        )
        return applied(term.node, values, batch=batch)

    def _variable(self, name: str) -> str:
        return self.variables.get(name, "x")

    def _in_place(self, term: Term) -> None:
        """Write a statement that changes a variable: a loop, or under a condition."""
        node = term.node
        target = self._target(term, first=True)
        values = self._begin(node, target)
        if node.rounds:
            called: Piece = module_call("layer", node, values)
            head = _loop_head(node)
        else:
            called = applied(node, values, batch=target)
            head = f"if {condition_code(node)}:"
        self._know(target, tensor=False)
        lines = layout(called, self._indent + INDENT, f"{target} = ")
        self.lines += [head, *indented(lines)]
        self._hold(node.name, target)

    def _unpack(self, term: Term) -> None:
        """Write a statement that takes the results of a call apart."""
        node = term.node
        wanted = self._wanted_parts(node)
        bases = [node.picks[part][0] if part in node.picks else part for part in wanted]
        names: dict[str, str] = {}
        targets: dict[str, str] = {}
        for base, (part, value) in zip(bases, wanted.items(), strict=True):
            taken = {*names.values(), *targets.values()}
            targets[part] = self._part_target(term, value, part, taken)
            if bases.count(base) == 1 or part not in node.picks:
                names[base] = targets[part]
        for base in bases:
            if base not in names:  # several parts are taken from it
                value = f"{node.name}.{base}"
                taken = {*names.values(), *targets.values()}
                names[base] = self._part_target(term, value, base, taken)
        pattern = _pattern(node.returned, names)
        if node.rounds:
            self._loop_of_tuples(term, pattern, names)
        else:
            piece = self._piece(term)
            self.lines += layout(piece, self._indent, f"{pattern} = ")
        for part, value in wanted.items():
            base, pick = node.picks.get(part, (part, ""))
            self._know(names[base], tensor=False)
            self._know(targets[part], tensor=pick.startswith("torch."))
            if pick:
                code = pick.format(names[base])
                shape = node.parts[part] if self.comments else None
                said = f"  # {shown(shape.shape)}" if shape else ""
                self.lines.append(f"{targets[part]} = {code}{said}")
            self._hold(value, targets[part])

    def _loop_of_tuples(
        self, term: Term, pattern: str, names: Mapping[str, str]
    ) -> None:
        node = term.node
        target = next(iter(names.values()))
        values = self._begin(node, target)
        lines = layout(
            module_call("layer", node, values), self._indent + INDENT, f"{pattern} = "
        )
        self.lines += [_loop_head(node), *indented(lines)]

    def _begin(self, node: Node, target: str) -> list[Piece]:
        """Put the first source into the variable that changes; return all of them."""
        begin = self._variable(node.sources[0])
        if begin != target:
            self.lines.append(f"{target} = {begin}")
            self._know(target, tensor=self._is_tensor(begin))
        return [target, *(self._variable(each) for each in node.sources[1:])]

    def _wanted_parts(self, node: Node) -> dict[str, str]:
        """Return the parts that are used, with the names of their values."""
        found = {}
        for index, part in enumerate(node.parts):
            value = node.name if index == 0 else f"{node.name}.{part}"
            if value in self._uses:
                found[part] = value
        return found

    def _part_target(
        self, term: Term, value: str, part: str, taken: Collection[str]
    ) -> str:
        node = term.node
        chosen = is_function(node.type) and len(self._wanted_parts(node)) > 1
        if value == node.name and not chosen:
            return self._target(term, first=bool(term.node.rounds))
        taken = self._taken | {*taken} | set(self._alive.behind(term.last))
        return part if part not in taken else f"{term.node.name}_{part}"

    def _target(self, term: Term, *, first: bool = False) -> str:
        """Choose the variable of a result.

        Args:
            term: What gives it.
            first: Whether the variable of the first source is to be changed.
        """
        node = term.node
        if node.name in self._kept and (len(self._outputs) > 1 or not self.nested):
            return node.name
        uses = self._uses.get(node.name, [])
        live = self._alive.behind(term.last)
        waited = {self._variable(each) for t in self._waiting for each in t.names()}
        # What an earlier layer that still waits takes is needed as well.
        longer = len(uses) > 1 or (uses and uses[-1] - term.last > 2)
        known = node.name in live or node.name in waited
        if longer and node.named and not first and not known:
            return node.name
        sources = [self._variable(each) for each in term.names()]
        if first:  # the others are needed after it was changed
            again = set() if node.rounds else {sources[0]}
            waited |= set(sources[1:]) - again
            sources = sources[:1]
        for variable in (*sources, *RUNNING):
            free = variable not in self._at or variable in sources
            if variable not in RUNNING or variable in live or variable in waited:
                continue
            if free:
                return variable
        return node.name

    def _loop(self, run: Run) -> None:
        """Write a loop over functions."""
        source = self._variable(run.pattern[0].sources[0])
        if source != "x":
            self.lines.append(f"x = {source}")
        flow = Flow(run.pattern, (), {run.pattern[0].sources[0]: "x"}, self._indent + 4)
        flow._uses[run.pattern[-1].name] = [len(run.pattern)]
        flow.run(run.pattern)
        _, lines = flow.finish(returns=False)
        self.lines += [f"for _ in range({run.rounds}):", *indented(lines)]
        for node in run.pattern:
            stem = node.name.rpartition("_")[0]
            for number in range(run.first, run.first + run.rounds):
                self._hold(f"{stem}_{number}", "x")

    def _return(self, term: Term) -> None:
        """Return the only output; torch does not say what calling a module gives.

        Nor does it say so of the methods and sums of that.
        """
        if not term.node.single or self._is_statement(term.node):
            self._write(term)
            self._return_variable()
            return
        comment = self._comment(term)
        if self._typed(term):
            piece = self._piece(term)
            self.lines += layout(piece, self._indent, "return ", comment=comment)
            return
        node = term.node
        plain = node.named and len(node.name) <= LONGEST_OUTPUT
        used = set(self.variables.values())
        names = (node.name if plain else "output", "output", "result", node.name)
        name = next(each for each in names if each not in used)
        before = f"{name}: Tensor = "
        self.lines += layout(self._piece(term), self._indent, before, comment=comment)
        self.lines.append(f"return {name}")

    def _return_variable(self) -> None:
        """Return the only output, which has a variable that is a tensor to mypy."""
        variable = self.variables[self._outputs[0]]
        if not self._is_tensor(variable):
            self._declare(variable)
        target, sign, code = self.lines[-1].partition(" = ")
        if target == variable and sign:  # a part that is taken from a result
            self.lines[-1] = f"return {code}"
        else:
            self.lines.append(f"return {variable}")

    def _declare(self, variable: str) -> None:
        """Say that a variable is a tensor, where it is assigned first."""
        at, line = next(
            (at, line)
            for at, line in enumerate(self.lines)
            if re.match(r"\S.* = ", line)
            and re.search(rf"\b{variable}\b", line.partition(" = ")[0])
        )
        declared = line.replace(f"{variable} = ", f"{variable}: Tensor = ", 1)
        fits = self._indent + width(declared) <= WIDTH
        if line.startswith(f"{variable} = ") and fits:
            self.lines[at] = declared
        else:
            self.lines.insert(at, f"{variable}: Tensor")

    def _know(self, variable: str, *, tensor: bool) -> None:
        """Remember whether mypy takes a variable for a tensor; arguments always are."""
        self._tensors[variable] = tensor or variable in self._arguments

    def _is_tensor(self, variable: str) -> bool:
        return self._tensors.get(variable, variable.startswith("self."))

    def _typed(self, term: Term) -> bool:
        """Tell whether mypy knows that a call gives a tensor."""
        function = term.node.function
        if function is None:
            return term.node.type in HELD
        if not (function.is_method or function.is_index or function.is_operator):
            return not function.name.startswith("torch.linalg.")
        operands = term.operands if function.is_operator else term.operands[:1]
        return all(
            self.nested and self._typed(each)
            if isinstance(each, Term)
            else self._is_tensor(self._variable(each))
            for each in operands
        )


def _loop_head(node: Node) -> str:
    return f"for layer in self.{node.shared or node.name}:"


def _pattern(returned: Returned, names: Mapping[str, str]) -> str:
    """Write what the results of a call are assigned to: `x, (_, cell)`."""
    if isinstance(returned, str):
        return names.get(returned, "_")
    inner = [
        _pattern(each, names)
        if isinstance(each, str)
        else _bracketed(_pattern(each, names), each, names)
        for each in returned
    ]
    return ", ".join(inner)


def _bracketed(text: str, returned: Returned, names: Mapping[str, str]) -> str:
    return f"({text})" if set(text.split(", ")) != {"_"} else "_"
