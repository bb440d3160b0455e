"""The pass that follows tensors through the model and its blocks."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from mlpgen.graph.blocks.definitions import INPUT
from mlpgen.graph.checks.limits import Budget, check_total, leaves, refuse_work
from mlpgen.graph.context import (
    Beside,
    Inside,
    Resolved,
    container,
    not_in_a_chain,
    too_deep,
    wrong_number,
)
from mlpgen.graph.entries.when import condition_of, each_round, merged
from mlpgen.graph.layer import resolve_layer
from mlpgen.graph.outputs import finished
from mlpgen.graph.resolution import Record
from mlpgen.graph.scope import Findings, Scope
from mlpgen.graph.training.producers import places
from mlpgen.graph.wires import Wire, Wires
from mlpgen.spec.types import CUSTOM, SHARE, TENSORS, layer_class
from mlpgen.symbols.expressions import Expression
from mlpgen.symbols.sizes import Size
from mlpgen.symbols.work_limit import WorkError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mlpgen.diagnostics.diagnostic import Diagnostic
    from mlpgen.graph.blocks.definitions import Definition
    from mlpgen.graph.blocks.known_uses import Hints
    from mlpgen.graph.blocks.use import Uses
    from mlpgen.graph.nodes import Graph, Node
    from mlpgen.layers.base import Value
    from mlpgen.spec.entries import Entry

    Key = Callable[[Node, Entry, Inside], Node | None]


_KEYS = ("select", "share", "init", "parametrize")
"""Keys beside a type that change a layer, in this order; `options` says who has them.

Their modules are imported where one is there, as are those of `repeat`, of what is left
out and of blocks: most specs need few of them.
"""


def _meaning(key: str) -> Key:
    """Return what a key does."""
    if key == "select":
        from mlpgen.graph.entries.select import selected as meaning
    elif key == "share":
        from mlpgen.graph.entries.share import tied as meaning
    elif key == "init":
        from mlpgen.graph.entries.init import initialized as meaning
    else:
        from mlpgen.graph.entries.parametrize import parametrized as meaning
    return meaning


class Resolver:
    """Resolves the model, and each block once for equal uses.

    Attributes:
        blocks: The blocks of the spec.
        hints: What is known of all their uses.
        record: What is found on the way.
    """

    def __init__(
        self, blocks: Mapping[str, Definition], hints: Hints, stem: str
    ) -> None:
        """Begin with nothing that is resolved.

        Args:
            blocks: The blocks of the spec.
            hints: What is known of all their uses.
            stem: The file of the model, without `.py`.
        """
        self.blocks = blocks
        self.hints = hints
        self.record = Record(blocks)
        self._beside = Beside(stem, dict.fromkeys(blocks, ""))
        self._budget = Budget()

    def model(self, definition: Definition, inputs: tuple[Value | None, ...]) -> Graph:
        """Resolve the model itself."""
        self._beside.classes[definition.name] = ""
        scope = Scope(definition.parameters, Findings())
        return self._class(definition, inputs, scope).graph

    @cached_property
    def _uses(self) -> Uses:
        from mlpgen.graph.blocks.use import Uses

        return Uses(self.blocks, self.hints.plain, self.record, self._class)

    def _class(
        self,
        definition: Definition,
        inputs: Sequence[Value | None],
        scope: Scope,
    ) -> Resolved:
        """Resolve the layers of a class."""
        wires = Wires(
            [
                Wire(name, value, "`input`" if name == INPUT else f"the input `{name}`")
                for name, value in zip(definition.inputs, inputs, strict=True)
            ],
            definition.entries,
        )
        inside = Inside(scope, definition.problems, "", {}, set(), set())
        nodes = []
        total = 0
        for entry in definition.entries:
            found = wires.find(entry, _most_inputs(entry, self.blocks), inside.problems)
            node, wire = self._resolve(entry, found, inside)
            if node is not None:
                nodes.append(node)
                inside.made[entry.name] = (entry, node)
                wires.add_parts(wire, node.parts)
                total += leaves(node)
                check_total(total, entry, inside.problems)
            else:
                (inside.lost if wire.value is None else inside.left_out).add(entry.name)
            wires.add(entry.name, wire)
        graph = finished(definition, inputs, scope, nodes, wires)
        resolved = Resolved(graph, scope)
        self.record.classes.append((definition, resolved))
        return resolved

    def _resolve(
        self, entry: Entry, wires: tuple[Wire, ...], inside: Inside
    ) -> tuple[Node | None, Wire]:
        """Resolve one entry, as long as there is work left to do it."""
        try:
            return self._entry(entry, wires, inside)
        except WorkError:
            refuse_work(entry, inside.problems)

    def _entry(
        self, entry: Entry, wires: tuple[Wire, ...], inside: Inside
    ) -> tuple[Node | None, Wire]:
        """Resolve one entry: repeated, under a condition, or as it is."""
        full = inside.prefix + entry.name
        origin = f"`{full}` (line {inside.problems.line(entry.path)})"
        lost = Wire(entry.name, None, origin)
        if not entry.type:
            return None, lost
        condition: Expression | bool | None = None
        if not each_round(entry):
            condition = condition_of(entry, inside.scope, inside.problems)
        off = isinstance(condition, Expression) and not condition.value
        count = 1 if condition is False else self._times(entry, inside, off=off)
        if count is None:
            return None, lost
        never = condition is False or (count == 0 and not isinstance(count, Size))
        if never and wires and wires[0].value is not None:
            key = "when" if condition is False else "repeat"
            origin = f"{wires[0].origin}, past `{full}`, which `{key}` leaves out"
            inside.problems.extend(self._anyway(entry, wires, inside))
            return None, wires[0]._replace(origin=origin)
        made = self._left_out if off or count == 0 else self._running
        before = len(inside.scope.found.agreements)
        node = made(entry, wires, inside)
        if isinstance(condition, Expression):
            inside.scope.guard(condition, before)
        if node is not None and count == 0:
            from mlpgen.graph.entries.repeat import emptied

            node = emptied(node, count, entry, inside)
        if node is None:
            return None, lost
        if isinstance(condition, Expression):
            if inside.prefix.count(".") > 1:
                too_deep(entry, inside)
                return None, lost
            node = merged(node, condition, entry, inside.scope, inside.problems)
            if node is None:
                return None, lost
            if not condition.value:
                origin += f", which `when` leaves out, so from {wires[0].origin}"
        spatial = places(node, wires[0].spatial if wires else 0)
        return node, Wire(entry.name, node.value, origin, spatial)

    def _times(self, entry: Entry, inside: Inside, *, off: bool) -> int | None:
        """Say how often an entry runs where it does; None after a mistake.

        Args:
            entry: The entry.
            inside: Where it stands.
            off: Whether its `when` is false: then only that it never runs counts.
        """
        if "repeat" not in entry.options:
            return 1
        from mlpgen.graph.entries.repeat import count_of, no_rounds

        if off:
            return 0 if no_rounds(entry, inside) else 1
        return count_of(entry, inside)

    def _running(
        self, entry: Entry, wires: tuple[Wire, ...], inside: Inside
    ) -> Node | None:
        """Resolve an entry without its `when`, in its rounds."""
        self._budget.enter(entry, inside.problems)
        if "repeat" not in entry.options:
            node = self._one(entry, wires, inside)
        else:
            node = self._repeated(entry, wires, inside)
        self._budget.leave()
        return node

    def _repeated(
        self, entry: Entry, wires: tuple[Wire, ...], inside: Inside
    ) -> Node | None:
        from mlpgen.graph.entries.repeat import count_of, repeated

        count = count_of(entry, inside)
        if count is None:
            return None
        place = (inside.scope.title, entry.path)
        if isinstance(count, Size):
            self.record.counts.setdefault(place, []).append(count)
        empty = not inside.scope.title or place in self.hints.empty
        return repeated(entry, count, wires, inside, self._resolve, empty=empty)

    def _left_out(
        self, entry: Entry, wires: tuple[Wire, ...], inside: Inside
    ) -> Node | None:
        """Resolve an entry that is left out: its code, which other arguments need."""
        from mlpgen.graph.entries.when_off import omitted

        examples = self.hints.examples.get(inside.scope.title, ())
        return omitted(entry, wires, inside, self._running, self.record, examples)

    def _anyway(
        self, entry: Entry, wires: tuple[Wire, ...], inside: Inside
    ) -> list[Diagnostic]:
        """Find what is wrong with an entry that never runs; of it nothing stays."""
        from mlpgen.graph.entries.when_off import mistakes_anyway

        beside = self._beside
        self._beside = beside._replace(classes={**beside.classes})
        with self.record.untouched():
            found = mistakes_anyway(entry, wires, inside, self._running, self.record)
        self._beside = beside
        return found

    def _one(
        self, entry: Entry, wires: tuple[Wire, ...], inside: Inside
    ) -> Node | None:
        """Resolve an entry without its `repeat` and `when`."""
        if entry.type == SHARE:
            from mlpgen.graph.entries.share import shared

            return shared(entry, wires, self._again, inside)
        node = self._made(entry, wires, inside)
        if node is None and "share" in entry.options:
            from mlpgen.graph.entries.share import target

            target(entry, inside)  # a wrong name is one whatever the layer is
        failed = False
        for key in _KEYS:
            if node is not None and key in entry.options:
                changed = _meaning(key)(node, entry, inside)
                failed = failed or changed is None
                node = changed or node
        return None if failed else node

    def _made(
        self, entry: Entry, wires: tuple[Wire, ...], inside: Inside
    ) -> Node | None:
        """Resolve what a type and its arguments say."""
        if entry.type == "Sequential":
            return self._sequential(entry, wires, inside)
        if entry.type == CUSTOM:
            from mlpgen.graph.entries.custom import resolve_custom

            return resolve_custom(entry, wires, inside, self._beside)
        full = inside.prefix + entry.name
        if entry.type in self.blocks:
            return self._uses.node(entry, wires, inside)
        if layer_class(entry.type) is None:
            return None  # a block with mistakes of its own
        scope, problems = inside.scope, inside.problems
        node = resolve_layer(entry, wires, scope, problems, full)
        if node is not None and entry.type in TENSORS:
            from mlpgen.graph.entries.init import filled_tensor

            return filled_tensor(node, entry, inside)
        return node

    def _again(
        self, entry: Entry, wires: tuple[Wire, ...], inside: Inside
    ) -> Node | None:
        return self._resolve(entry, wires, inside)[0]

    def _sequential(
        self, entry: Entry, wires: tuple[Wire, ...], inside: Inside
    ) -> Node | None:
        full = inside.prefix + entry.name
        nodes: list[Node] = []
        if len(wires) != 1:
            wrong_number(entry, (INPUT,), wires, inside)
            return None
        wire = wires[0]
        within = inside._replace(prefix=f"{full}.", made={})
        for child in entry.children:
            if child.is_function or child.type in TENSORS:
                not_in_a_chain(child, within)
                return None
            node, wire = self._resolve(child, (wire,), within)
            if node is not None and not node.is_link:
                not_in_a_chain(child, within)
                return None
            if node is not None:
                nodes.append(node)
        if wires[0].value is None or wire.value is None:
            return None
        return container(entry, wires, tuple(nodes), wire.value)


def _most_inputs(entry: Entry, blocks: Mapping[str, Definition]) -> int:
    if entry.type in blocks:
        return len(blocks[entry.type].inputs)
    cls = layer_class(entry.type) if entry.type else None
    return cls.arity[1] if cls else 1
