"""The pass that resolves each layer with the shapes of its inputs."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from mlpgen.graph.blocks.definitions import INPUT, most_inputs
from mlpgen.graph.checks.limits import Budget, check_total, leaves, refuse_work
from mlpgen.graph.context import (
    Context,
    Resolved,
    TakenNames,
    too_deep,
)
from mlpgen.graph.entries.keys import with_keys
from mlpgen.graph.entries.members import as_member
from mlpgen.graph.entries.when import condition_of, each_round, merged, refuse_no_rounds
from mlpgen.graph.layer import resolve_layer
from mlpgen.graph.outputs import finished
from mlpgen.graph.resolver_state import ResolverState
from mlpgen.graph.scope import scope_of_model
from mlpgen.graph.training.producers import places
from mlpgen.graph.values import check_values
from mlpgen.graph.wires import Wire, Wires
from mlpgen.spec.types import CUSTOM, SHARE, layer_class
from mlpgen.symbols.expressions import Expression
from mlpgen.symbols.sizes import Size
from mlpgen.symbols.work_limit import WorkError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mlpgen.diagnostics.diagnostic import Diagnostic
    from mlpgen.graph.blocks.definitions import Definition
    from mlpgen.graph.blocks.hints import Hints
    from mlpgen.graph.blocks.use import Uses
    from mlpgen.graph.entries.type_parameters import OfParameter
    from mlpgen.graph.nodes import Graph, Node
    from mlpgen.graph.scope import Scope
    from mlpgen.layers.base import Value
    from mlpgen.spec.entries import Entry


class Resolver:
    """Resolves the model, and each block once for all equal uses.

    Attributes:
        blocks: The blocks of the spec.
        hints: What a previous pass found out about the uses of the blocks.
        state: What this pass finds out.
    """

    def __init__(
        self, blocks: Mapping[str, Definition], hints: Hints, stem: str
    ) -> None:
        """Begin with nothing resolved.

        Args:
            blocks: The blocks of the spec.
            hints: What a previous pass found out about the uses of the blocks.
            stem: The file of the model, without `.py`.
        """
        self.blocks = blocks
        self.hints = hints
        self.state = ResolverState(blocks)
        self._taken = TakenNames(stem, dict.fromkeys(blocks, ""))
        self._budget = Budget()

    def model(
        self,
        definition: Definition,
        inputs: tuple[Value | None, ...],
        sizes: Mapping[str, int],
    ) -> Graph:
        """Resolve the model itself, with these examples of free sizes."""
        self._taken.classes[definition.name] = ""
        scope = scope_of_model(definition.parameters, sizes, definition.values)
        return self._class(definition, inputs, scope).graph

    @cached_property
    def _uses(self) -> Uses:
        from mlpgen.graph.blocks.use import Uses

        return Uses(self.blocks, self.hints, self.state, self._class)

    def _class(
        self,
        definition: Definition,
        inputs: Sequence[Value | None],
        scope: Scope,
    ) -> Resolved:
        """Resolve the layers of a class."""
        entries = definition.entries
        if any(entry.varies for entry in entries):
            from mlpgen.graph.entries.type_parameters import with_types

            entries = with_types(entries, scope, self.blocks, definition.problems)
        spatial = -1 if definition.path else 0
        given = tuple(
            Wire(
                name,
                value,
                "`input`" if name == INPUT else f"the input `{name}`",
                spatial,
            )
            for name, value in zip(definition.inputs, inputs, strict=True)
        )
        wires = Wires(given, entries)
        check_values(scope, definition.problems)
        context = Context(scope, definition.problems, "", {}, set(), set(), given)
        nodes: list[Node] = []
        total = 0
        for entry in entries:
            found = wires.find(entry, most_inputs(entry, self.blocks), context.problems)
            other = wires.passing(entry, context.problems)
            node, wire = self._resolve(entry, found, context, other)
            if definition.joined is not None and node is not None and not nodes:
                node = node._replace(parts={"": definition.joined})
                wire = wire._replace(value=definition.joined)
            if node is not None:
                node = as_member(node)
                nodes.append(node)
                context.made[entry.name] = (entry, node)
                wires.add_parts(wire, node.parts)
                total += leaves(node)
                check_total(total, entry, context.problems)
            else:
                (context.lost if wire.value is None else context.left_out).add(
                    entry.name
                )
            wires.add(entry.name, wire)
        graph = finished(definition, inputs, scope, nodes, wires)
        resolved = Resolved(graph, scope)
        self.state.classes.append((definition, resolved))
        return resolved

    def _resolve(
        self,
        entry: Entry,
        wires: tuple[Wire, ...],
        context: Context,
        other: Wire | None = None,
    ) -> tuple[Node | None, Wire]:
        """Resolve one entry, unless the network takes too much work.

        Args:
            entry: The entry.
            wires: Its inputs.
            context: The context of the entry.
            other: What passes where `when` leaves it out, if not its first input.
        """
        try:
            return self._entry(entry, wires, context, other)
        except WorkError:
            refuse_work(entry, context.problems)

    def _entry(
        self,
        entry: Entry,
        wires: tuple[Wire, ...],
        context: Context,
        other: Wire | None,
    ) -> tuple[Node | None, Wire]:
        """Resolve one entry with its `when` and `repeat`."""
        full = context.prefix + entry.name
        origin = f"`{full}`"
        lost = Wire(entry.name, None, origin)
        if not entry.type:
            return None, lost
        if entry.unused:
            from mlpgen.graph.entries.unused import resolve_unused

            return resolve_unused(entry, context, self._made), lost
        block = self.blocks.get(entry.type)
        if block is not None and not block.inputs:
            from mlpgen.graph.blocks.without_inputs import taking_nothing

            entry, wires = taking_nothing(entry, context.problems), ()
        condition: Expression | bool | None = None
        if not each_round(entry):
            condition = condition_of(entry, context.scope, context.problems)
        off = isinstance(condition, Expression) and not condition.value
        count = 1 if condition is False else self._times(entry, context, off=off)
        if count is None:
            return None, lost
        never = condition is False or (count == 0 and not isinstance(count, Size))
        passing = other or next(iter(wires), lost)
        if never and passing.value is not None:
            key = "when" if condition is False else "repeat"
            origin = f"{passing.origin}, past `{full}`, which `{key}` leaves out"
            context.problems.extend(self._anyway(entry, wires, context))
            if other is not None and condition is not False:
                refuse_no_rounds(entry, context.problems)
                return None, lost
            return None, passing._replace(origin=origin)
        made = self._left_out if off or count == 0 else self._running
        before = len(context.scope.found.agreements)
        node = made(entry, wires, context)
        if isinstance(condition, Expression):
            context.scope.guard(condition, before)
        if node is not None and count == 0:
            from mlpgen.graph.entries.repeat import emptied

            node = emptied(node, count, entry, context)
        if node is None:
            return None, lost
        if isinstance(condition, Expression):
            if context.depth > 1:
                too_deep(entry, context)
                return None, lost
            node = merged(node, condition, entry, other, context)
            if node is None:
                return None, lost
            if not condition.value:
                origin += f", which `when` leaves out, so from {passing.origin}"
        spatial = places(node, passing.spatial)
        place = context.problems.entry_place(entry.path)
        return node, Wire(entry.name, node.value, origin, spatial, place)

    def _times(self, entry: Entry, context: Context, *, off: bool) -> int | None:
        """Return how many rounds an entry has; None after a mistake.

        Args:
            entry: The entry.
            context: The context of the entry.
            off: Whether its `when` is false; then only a fixed count of 0 matters.
        """
        if "repeat" not in entry.options:
            return 1
        from mlpgen.graph.entries.repeat_count import count_of, no_rounds

        if off:
            return 0 if no_rounds(entry, context) else 1
        return count_of(entry, context)

    def _running(
        self, entry: Entry, wires: tuple[Wire, ...], context: Context
    ) -> Node | None:
        """Resolve an entry with its `repeat`, without its `when`."""
        self._budget.enter(entry, context.problems)
        made = self._repeated if "repeat" in entry.options else self._one
        if "batch_dims" in entry.options:
            from mlpgen.graph.entries.batch_dims import batched

            node = batched(entry, wires, context, made)
        else:
            node = made(entry, wires, context)
        self._budget.leave()
        return node

    def _repeated(
        self, entry: Entry, wires: tuple[Wire, ...], context: Context
    ) -> Node | None:
        from mlpgen.graph.entries.repeat import repeated
        from mlpgen.graph.entries.repeat_count import count_of

        count = count_of(entry, context)
        if count is None:
            return None
        place = (context.scope.title, entry.path)
        if isinstance(count, Size):
            self.state.counts.setdefault(place, []).append(count)
        empty = not context.scope.title or place in self.hints.empty
        return repeated(entry, count, wires, context, self._resolve, empty=empty)

    def _left_out(
        self, entry: Entry, wires: tuple[Wire, ...], context: Context
    ) -> Node | None:
        """Resolve an entry that these parameters leave out: others need its code."""
        from mlpgen.graph.entries.when_left_out import omitted

        examples = self.hints.examples.get(context.scope.title, ())
        return omitted(entry, wires, context, self._running, self.state, examples)

    def _anyway(
        self, entry: Entry, wires: tuple[Wire, ...], context: Context
    ) -> list[Diagnostic]:
        """Return the mistakes of an entry that never runs, and nothing else."""
        from mlpgen.graph.entries.when_left_out import mistakes_anyway

        taken = self._taken
        self._taken = taken._replace(classes={**taken.classes})
        with self.state.untouched():
            found = mistakes_anyway(entry, wires, context, self._running, self.state)
        self._taken = taken
        return found

    def _one(
        self, entry: Entry, wires: tuple[Wire, ...], context: Context
    ) -> Node | None:
        """Resolve an entry without its `repeat` and `when`."""
        if entry.type == SHARE:
            from mlpgen.graph.entries.share import shared

            return shared(entry, wires, self._again, context)
        if entry.variable:
            return self._of_parameter.node(entry, wires, context)
        return self._of_type(entry, wires, context)

    @cached_property
    def _of_parameter(self) -> OfParameter:
        from mlpgen.graph.entries.type_parameters import OfParameter

        return OfParameter(self.blocks, self.state, self._of_type)

    def _of_type(
        self, entry: Entry, wires: tuple[Wire, ...], context: Context
    ) -> Node | None:
        """Resolve a layer of a type, with the keys that change it."""
        node = self._made(entry, wires, context)
        return with_keys(node, entry, context) if entry.options else node

    def _made(
        self, entry: Entry, wires: tuple[Wire, ...], context: Context
    ) -> Node | None:
        """Resolve the type of an entry and its arguments."""
        if entry.type == "Sequential":
            from mlpgen.graph.entries.sequential import chained

            return chained(entry, wires, context, self._resolve)
        if entry.type == CUSTOM:
            from mlpgen.graph.entries.custom import resolve_custom

            return resolve_custom(entry, wires, context, self._taken)
        if entry.computed:
            from mlpgen.graph.entries.buffer import computed

            return computed(entry, self._resolve, context)
        if entry.type in self.blocks:
            return self._uses.node(entry, wires, context)
        if layer_class(entry.type) is None:
            return None  # a block with mistakes
        return resolve_layer(entry, wires, context)

    def _again(
        self, entry: Entry, wires: tuple[Wire, ...], context: Context
    ) -> Node | None:
        return self._resolve(entry, wires, context)[0]
