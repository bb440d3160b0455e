"""Calls as statements of `forward`: assigned, in loops, taken apart, returned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.layers.shapes import whole_shown
from mlpgen.names.identifiers import free_name
from mlpgen.styles.forward.calls import (
    applied,
    condition_code,
    is_statement,
    module_call,
    new_shape,
    term_piece,
)
from mlpgen.styles.forward.statements import Alone, Assignment, Block, declare, unpacked
from mlpgen.symbols.operands import atom

if TYPE_CHECKING:
    from collections.abc import Collection

    from mlpgen.graph.nodes import Node
    from mlpgen.styles.code import Value
    from mlpgen.styles.forward.calls import Term
    from mlpgen.styles.forward.statements import Statement
    from mlpgen.styles.forward.variables import Uses, Variables
    from mlpgen.symbols.operands import Operand

LONGEST_OUTPUT = 24


class Writer:
    """Writes one statement after the other.

    Attributes:
        statements: What is written by now.
        variables: What values are called.
    """

    def __init__(self, uses: Uses, variables: Variables, *, comments: bool) -> None:
        """Begin with no statement.

        Args:
            uses: Where values are used.
            variables: What they are called.
            comments: Whether lines say the shape that comes out.
        """
        self.statements: list[Statement] = []
        self.variables = variables
        self._uses = uses
        self._comments = comments

    def assignment(self, target: str, term: Term) -> Assignment:
        """Plan a statement; without a target it returns what the call gives."""
        comment = new_shape(term) if self._comments else ""
        return Assignment(target, self._piece(term), comment)

    def _piece(self, term: Term) -> Value:
        return term_piece(term, self.variables.of, self.variables.first)

    def write(self, term: Term, waiting: Collection[str]) -> None:
        """Write a call.

        Args:
            term: The call.
            waiting: Values that are needed by calls which are not written yet.
        """
        node = term.node
        if node.is_held:
            self.variables.of[node.name] = f"self.{node.name}"
        elif not node.single:
            self._unpack(term, waiting)
        elif is_statement(node):
            self._change(term, waiting)
        elif self._uses.none(node.name):
            self.statements.append(Alone(self._piece(term)))
        else:
            target = self.variables.choose(term, waiting)
            tensor = self.variables.gives_tensor(term)
            self.statements.append(self.assignment(target, term))
            self.variables.hold(node.name, target, tensor=tensor)

    def _change(self, term: Term, waiting: Collection[str]) -> None:
        """Write a statement that changes a variable: a loop, or under a condition."""
        node = term.node
        target = self.variables.choose_changing(term, waiting)
        if node.rounds:
            self._loop(node, target, target)
        else:
            piece = applied(node, self._begin(node, target), batch=target)
            body = (Assignment(target, piece),)
            self.statements.append(Block(condition_code(node), body))
        self.variables.hold(node.name, target, tensor=False)

    def _loop(self, node: Node, changed: str, target: str) -> None:
        """Write a loop over the rounds of a layer.

        Args:
            node: The layer.
            changed: The variable that runs through them.
            target: What the call of each is assigned to.
        """
        layer = self.variables.loop
        piece = module_call(layer, node, self._begin(node, changed))
        head = f"for {layer} in self.{node.shared or node.name}:"
        self.statements.append(Block(head, (Assignment(target, piece),)))

    def _begin(self, node: Node, target: str) -> list[Operand]:
        """Put the first source into the variable that changes; return all of them."""
        first, *others = (self.variables.of[each] for each in node.sources)
        if first != target:
            self.statements.append(Assignment(target, first))
            self.variables.know(target, tensor=self.variables.is_tensor(first))
        return [atom(target), *map(atom, others)]

    def _unpack(self, term: Term, waiting: Collection[str]) -> None:
        """Write a statement that takes the results of a call apart."""
        node = term.node
        wanted = node.parts_in(self._needed_of(node))
        kept = [self.variables.of[each] for each in node.sources[1:] if node.rounds]

        def choose(part: str, value: str, others: Collection[str]) -> str:
            several = len(wanted) > 1
            if value == node.name and not (several and node.is_function):
                changes = self.variables.choose_changing
                pick = changes if node.rounds else self.variables.choose
                found = pick(term, waiting)
                own = self.variables.own(node.name)
                if found != own or not several or node.graph is None:
                    return found
            return self.variables.choose_part(node, part, {*others, *kept})

        plan = unpacked(node, wanted, choose)
        if node.rounds:
            self._loop(node, plan.parts[0].given, plan.pattern)
        else:
            self.statements.append(Assignment(plan.pattern, self._piece(term)))
        for part in plan.parts:
            if part.code:
                shape = whole_shown(node.parts[part.name]) if self._comments else ""
                self.statements.append(Assignment(part.variable, part.code, shape))
            self.variables.know(part.given, tensor=False)
            tensor = part.code.startswith("torch.")
            self.variables.hold(part.value, part.variable, tensor=tensor)

    def _needed_of(self, node: Node) -> Collection[str]:
        """Return the values that are needed; the first result of rounds in any case."""
        return {*self._uses.of, node.name} if node.rounds else self._uses.of

    def give_back(self, term: Term) -> None:
        """Return what a call gives; torch does not say what calling a module gives."""
        if self.variables.gives_tensor(term):
            self.statements.append(self.assignment("", term))
            return
        own = self.variables.own(term.node.name)
        name = self._name_of_output(own, named=term.node.named)
        told = self.assignment(name, term)._replace(declared=True)
        self.statements += [told, Assignment("", name)]

    def give_back_value(self, value: str) -> None:
        """Return a value that has a variable, which is a tensor to mypy."""
        variable = self.variables.of[value]
        known = self.variables.is_tensor(variable) or declare(self.statements, variable)
        last = self.statements[-1]
        if isinstance(last, Assignment) and last.target == variable:
            if not last.declared:  # a part of a result
                self.statements.pop()
                self._give_back_part(last, known=known)
                return
        elif not known:
            told = Assignment(self._name_of_output(), variable, declared=True)
            self.statements.append(told)
            variable = told.target
        self.statements.append(Assignment("", variable))

    def _give_back_part(self, part: Assignment, *, known: bool) -> None:
        """Return a part of a result, at once if mypy knows that it is a tensor."""
        if known:
            self.statements.append(part._replace(target=""))
            return
        told = part._replace(target=self._name_of_output(), declared=True)
        self.statements += [told, Assignment("", told.target)]

    def _name_of_output(self, own: str = "output", *, named: bool = False) -> str:
        """Name what is returned: by its own name, if the author chose that."""
        used = set(self.variables.of.values())
        plain = named and len(own) <= LONGEST_OUTPUT
        names = (own if plain else "output", "output", "result")
        return next((each for each in names if each not in used), free_name(own, used))
