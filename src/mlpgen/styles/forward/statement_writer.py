"""Writes calls as statements of `forward`: assigned, looped, unpacked, returned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.graph.entries.repeat_flow import read_part, read_value
from mlpgen.graph.walks import parts_in
from mlpgen.names.identifiers import free_name
from mlpgen.styles.code import flat
from mlpgen.styles.forward.calls import (
    Around,
    absence_code,
    all_joined,
    condition_code,
    formed,
    is_compound,
    layer_call,
    module_call,
    nested_code,
    shape_comment,
    split,
)
from mlpgen.styles.forward.packing import OUTPUT, bases, is_packed, pack, pad
from mlpgen.styles.forward.statements import (
    Assignment,
    Choice,
    CompoundStatement,
    ExpressionStatement,
    annotate,
    unpack,
)
from mlpgen.styles.init.modules import can_chain, iterated
from mlpgen.styles.shape_text import comment_text
from mlpgen.symbols.operands import atom

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from mlpgen.graph.nodes import Node
    from mlpgen.styles.code import Piece, Value
    from mlpgen.styles.forward.calls import PendingCall
    from mlpgen.styles.forward.statements import Statement
    from mlpgen.styles.forward.variables import Lifetimes, Variables
    from mlpgen.symbols.operands import Operand

LONGEST_OUTPUT = 24


class StatementWriter:
    """Writes one statement after the other.

    Attributes:
        statements: The statements so far.
        variables: What values are called.
    """

    def __init__(
        self, lifetimes: Lifetimes, variables: Variables, *, comments: bool
    ) -> None:
        """Start with no statement.

        Args:
            lifetimes: Where values are read.
            variables: What values are called.
            comments: Whether lines end with the shape of their result.
        """
        self.statements: list[Statement] = []
        self.variables = variables
        self._lifetimes = lifetimes
        self._comments = comments

    def assignment(self, target: str, call: PendingCall) -> Assignment:
        """Make the assignment of a call; without a target it returns the result."""
        return Assignment(target, self.code(call), self._comment(call))

    def _comment(self, call: PendingCall) -> str:
        return shape_comment(call) if self._comments else ""

    def code(self, call: PendingCall, packed: str = "") -> Value:
        """Write a call with the calls inside it, perhaps on a packed sequence."""
        variables, codes = self.variables.of, self.variables.sizes.codes
        if packed:
            node = call.node
            taken = (each.text for each in self._taken(node))
            variables = {**variables, **dict(zip(node.sources, taken, strict=True))}
            variables[node.sources[0]] = packed
            call = call._replace(node=node._replace(batch=()))
        return nested_code(call, variables, codes, self.variables.first_argument)

    def write(self, call: PendingCall, read_later: Collection[str]) -> None:
        """Write a call.

        Args:
            call: The call.
            read_later: Values that calls read which are still pending.
        """
        node = call.node
        if node.is_tensor:
            self.variables.of[node.name] = f"self.{node.name}"
        elif not node.single:
            self._unpack(call, read_later)
        elif node.otherwise:
            self._choose(call, read_later)
        elif is_compound(node):
            self._reassign(call, read_later)
        elif self._lifetimes.is_unread(node.name):
            self.statements.append(ExpressionStatement(self.code(call)))
        else:
            target = self.variables.choose(call, read_later)
            tensor = self.variables.gives_tensor(call)
            self.statements.append(self.assignment(target, call))
            self.variables.assign(node.name, target, tensor=tensor)

    def _reassign(self, call: PendingCall, read_later: Collection[str]) -> None:
        """Write a statement that reassigns a variable, in a loop or if a condition."""
        node = call.node
        target = self.variables.choose_reassigned(call, read_later)
        if node.rounds:
            self._loop(node, target, target)
        else:
            sizes = self.variables.sizes.codes
            code = layer_call(node, self._start(node, target), Around(sizes, target))
            body = (Assignment(target, code),)
            head = condition_code(node, sizes)
            self.statements.append(CompoundStatement(head, body))
        self.variables.assign(node.name, target, tensor=False)

    def _choose(self, call: PendingCall, read_later: Collection[str]) -> None:
        """Write a choice between a call and another value."""
        node, other = call.node, atom(self.variables.of[call.node.otherwise])
        if node.rounds and not can_chain(node):
            self._loop_or(other, call, read_later)
            return
        target = self.variables.choose(call, read_later)
        tensor = self.variables.gives_tensor(call)
        tensor = tensor and self.variables.is_tensor(other.text)
        code, comment = self.code(call), self._comment(call)
        sizes = self.variables.sizes.codes
        if node.is_function:
            choice = Choice(
                target, condition_code(node, sizes), code, other, tensor, comment
            )
        else:
            choice = Choice(target, absence_code(node), other, code, tensor, comment)
        self.statements.append(choice)
        self.variables.assign(node.name, target, tensor=tensor)

    def _loop_or(
        self, other: Operand, call: PendingCall, read_later: Collection[str]
    ) -> None:
        """Write a loop over rounds, or if there are none, another value."""
        node = call.node
        target = self.variables.choose_reassigned(call, read_later)
        before, self.statements = self.statements, []
        self._loop(node, target, target)
        inner, self.statements = self.statements, before
        self.statements += [
            CompoundStatement(absence_code(node), (Assignment(target, other),)),
            CompoundStatement("else:", tuple(inner)),
        ]
        self.variables.assign(node.name, target, tensor=False)

    def _loop(self, node: Node, variable: str, target: str) -> None:
        """Write a loop over the rounds of a layer.

        Args:
            node: The layer.
            variable: The variable that flows through them.
            target: What the call of each round is assigned to.
        """
        layer = self.variables.loop_variable
        code = module_call(layer, node, self._start(node, variable))
        head = f"for {layer} in {iterated(node, node.shared or node.name)}:"
        self.statements.append(CompoundStatement(head, (Assignment(target, code),)))
        if node.batch and node.single and node.value.batched:
            self.statements.append(Assignment(target, self._split(node, target)))

    def _start(self, node: Node, target: str) -> list[Operand]:
        """Assign the first source to a variable to reassign; return all sources."""
        before = self.variables.of[node.sources[0]]
        first, *others = self._taken(node)
        if first.text != target and not is_packed(node):
            self.statements.append(Assignment(target, first))
            self.variables.set_type(target, tensor=self.variables.is_tensor(before))
        return [atom(target), *others]

    def _taken(self, node: Node) -> list[Operand]:
        """Write the sources of a layer as its module takes them in statements."""
        values = [atom(self.variables.of[each]) for each in node.sources]
        apart = bool(node.rounds) or is_packed(node)
        return all_joined(values, node) if node.batch and apart else values

    def _split(self, node: Node, code: Piece) -> Piece:
        """Write a result with the dimensions that its layer does not see."""
        return split(code, node, self.variables.sizes.codes)

    def _unpack(self, call: PendingCall, read_later: Collection[str]) -> None:
        """Write a statement that unpacks the results of a call."""
        node = call.node
        packed = self._pack(call) if is_packed(node) else ""
        wanted = parts_in(node, self._read_of(node))
        kept = [self.variables.of[each] for each in node.sources[1:] if node.rounds]
        kept += [packed] if packed else []

        flows = read_part(node) if node.rounds and not packed else ""

        def choose(part: str, value: str, others: Collection[str]) -> str:
            several = len(wanted) > 1
            still = _still_read(node, part, wanted)
            if flows and part == flows:
                return self.variables.choose_reassigned(call, read_later)
            if value == node.name and not flows and not (several and node.is_function):
                found = self.variables.choose(call, {*read_later, *still})
                name = self.variables.name_of(node.name)
                if found != name or not several or node.graph is None:
                    return found
            taken = {*others, *kept, *(self.variables.of[each] for each in still)}
            return self.variables.choose_part(node, part, taken)

        unpacking = unpack(
            node,
            wanted,
            choose,
            self._split if node.batch else None,
            packed=packed,
            lengths=self._lengths(node),
        )
        if node.rounds:
            flowing = packed or unpacking.variable(flows)
            self._loop(node, flowing, unpacking.target)
        else:
            code = self.code(call, packed)
            self.statements.append(Assignment(unpacking.target, code))
        if unpacking.padded:
            length = f"{self._taken(node)[0].atom}.shape[1]"
            target = f"{unpacking.padded}, _"
            self.statements.append(Assignment(target, pad(packed, length)))
        for part in unpacking.parts:
            if part.code:
                shape = comment_text(node.parts[part.name]) if self._comments else ""
                self.statements.append(Assignment(part.variable, part.code, shape))
            padded = bool(part.unpacked) and part.unpacked == unpacking.padded
            self.variables.set_type(part.unpacked, tensor=padded)
            tensor = padded or flat(part.code).startswith("torch.")
            self.variables.assign(part.value, part.variable, tensor=tensor)

    def _pack(self, call: PendingCall) -> str:
        """Write the statement that packs a sequence; return its variable."""
        node = call.node
        sequence, *_, lengths = formed(node.call, self._taken(node))
        packed = self.variables.free_variable("packed")
        self.statements.append(Assignment(packed, pack(sequence, lengths)))
        return packed

    def _lengths(self, node: Node) -> str:
        """Return the code of the lengths of a packed layer; empty without."""
        at = node.call.packs
        if at is None:
            return ""
        return node.call.forms.get(at, "{}").format(self._taken(node)[at].text)

    def _read_of(self, node: Node) -> Collection[str]:
        """Return the values that are read; of rounds one result flows on, too."""
        read = self._lifetimes.readers
        if not node.rounds or is_packed(node):
            return read
        return {*read, read_value(node)}

    def return_call(self, call: PendingCall) -> None:
        """Return the result of a call; torch does not type what a module returns."""
        if self.variables.gives_tensor(call):
            self.statements.append(self.assignment("", call))
            return
        name = self.variables.name_of(call.node.name)
        output = self._name_of_output(name, named=call.node.named)
        annotated = self.assignment(output, call)._replace(annotated=True)
        self.statements += [annotated, Assignment("", output)]

    def return_value(self, value: str) -> None:
        """Return a value that has a variable, which must be a tensor to mypy."""
        variable = self.variables.of[value]
        known = self.variables.is_tensor(variable)
        last = self.statements[-1]
        if isinstance(last, Choice) and last.target == variable:
            self.statements.pop()
            self._return_part(last, known=last.tensors)
            return
        known = known or annotate(self.statements, variable)
        last = self.statements[-1]
        if isinstance(last, Assignment) and last.target == variable:
            if not last.annotated:  # a part of a result
                self.statements.pop()
                self._return_part(last, known=known)
                return
        elif not known:
            output = Assignment(self._name_of_output(), variable, annotated=True)
            self.statements.append(output)
            variable = output.target
        self.statements.append(Assignment("", variable))

    def _return_part(self, part: Assignment | Choice, *, known: bool) -> None:
        """Return a part or a choice, directly if mypy knows that it is a tensor."""
        if known:
            self.statements.append(part._replace(target=""))
            return
        output = part._replace(target=self._name_of_output(), annotated=True)
        self.statements += [output, Assignment("", output.target)]

    def _name_of_output(self, name: str = "output", *, named: bool = False) -> str:
        """Name what is returned: the name of its layer, if the author chose one."""
        used = {*self.variables.of.values(), *self.variables.sizes.variables}
        own = named and len(name) <= LONGEST_OUTPUT
        names = (name if own else "output", "output", "result")
        return next((each for each in names if each not in used), free_name(name, used))


def _still_read(node: Node, part: str, wanted: Iterable[str]) -> Collection[str]:
    """Return the sources that are read after a packed call, which unpacks a part."""
    if not is_packed(node):
        return ()
    lasts = any("{lengths}" in node.pick(each)[1] for each in wanted)
    lengths = [node.sources[node.call.packs or 0]] if lasts else []
    pads = OUTPUT in bases(node, wanted) - bases(node, [part])
    return [*lengths, node.sources[0]] if pads else lengths
