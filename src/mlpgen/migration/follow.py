"""The values of the new network, followed from its inputs to its outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen.graph.flow import Source
from mlpgen.migration.additions import ZERO_ENDS, branches, fills
from mlpgen.migration.rules import rule_of
from mlpgen.migration.step import AgainError, Notes, Planned, Step, output_units
from mlpgen.migration.values import (
    PASSING,
    Known,
    guessed,
    is_value,
    unchanged,
    whole,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlpgen.changes.layers import Layers
    from mlpgen.changes.matching import Matching
    from mlpgen.graph.flow import Operation
    from mlpgen.graph.nodes import Model
    from mlpgen.migration.units import Units

COMMUTE = ("Add", "Mul", "Maximum", "Minimum")
_ANY_ROUNDS = 200
"""How often layers may choose again; more would be a circle."""


class Followed(NamedTuple):
    """What is known after all operations.

    Attributes:
        notes: What the rules found.
        outputs: What is known of each output, by name.
        additions: Why an output is none of the old ones, by name.
    """

    notes: Notes
    outputs: Mapping[str, Known]
    additions: Mapping[str, str]


class Networks(NamedTuple):
    """Two networks, with their layers.

    Attributes:
        old: The old network.
        new: The new one.
        before: The layers of the old network.
        after: Those of the new one.
        matching: Which of them are the same.
    """

    old: Model
    new: Model
    before: Layers
    after: Layers
    matching: Matching


def follow(networks: Networks) -> Followed:
    """Follow the values of the new network.

    Where two values that are added widen in different ways, the layers that make them
    choose again, and all is followed once more.
    """
    chosen: dict[str, Units] = {}
    for _ in range(_ANY_ROUNDS):
        walk = _Walk(networks, chosen)
        try:
            return walk.run()
        except AgainError as again:
            chosen[again.layer] = again.units
    return _Walk(networks, chosen, last=True).run()


class _Walk:
    def __init__(
        self,
        networks: Networks,
        chosen: Mapping[str, Units],
        *,
        last: bool = False,
    ) -> None:
        self.old = networks.before
        self.new = networks.after
        self.notes = Notes(chosen, settled=last)
        self.partners: dict[Operation, Operation] = {}
        for pair in networks.matching.pairs:
            runs = zip(pair.new.runs, pair.old.runs, strict=False)
            if pair.old.kind == pair.new.kind:
                self.partners |= dict(runs)
        self.values: dict[tuple[Operation | None, str], Known] = {}
        self.add_inputs(networks.old, networks.new)
        self.why: dict[Operation, str] = {}
        self.branches = branches(self.new.flow, self.is_new)
        self.inside = {x for each in self.branches.values() for x in each.inside}

    def is_new(self, operation: Operation) -> bool:
        """Tell whether the old network has no such operation."""
        return operation not in self.partners

    def run(self) -> Followed:
        """Follow all operations, then look at the outputs."""
        for operation in self.new.flow.operations:
            takes = [self.value(source) for source in operation.sources]
            for part, known in self.results(operation, takes).items():
                self.values[operation, part] = known
        outputs = {
            name: self.output(source) for name, source in self.new.flow.outputs.items()
        }
        additions = {
            name: self.why[source.operation]
            for name, source in self.new.flow.outputs.items()
            if source.operation is not None and source.operation in self.why
        }
        return Followed(self.notes, outputs, additions)

    def value(self, source: Source) -> Known:
        """Return what is known of an input of an operation."""
        known = self.values[source.operation, source.part]
        more = len(known.units) - len(whole(source.value))
        if more <= 0:
            return known
        # A layer with `batch_dims` sees the first of them as more examples.
        return known._replace(units=(known.units[0], *known.units[1 + more :]))

    def add_inputs(self, old: Model, new: Model) -> None:
        """Note which inputs of the new network are old ones."""
        for name, value in new.inputs.items():
            before = old.inputs.get(name)
            same = before is not None and whole(before) == whole(value)
            known = Known(None, unchanged(value), exact=False)
            if before is not None and same and before.dtype == value.dtype:
                known = Known(Source(None, name, before), unchanged(value))
            self.values[None, name] = known

    def results(self, operation: Operation, takes: list[Known]) -> dict[str, Known]:
        """Return what is known of the results of an operation."""
        if operation.kind in PASSING and takes:
            return self.shaped(operation, dict.fromkeys(operation.node.parts, takes[0]))
        partner = self.partners.get(operation)
        if partner is None:
            return self.shaped(operation, self.added(operation, takes))
        takes = self.wired(operation, partner, takes)
        step = Step(operation, partner, takes, self.notes)
        units = rule_of(operation.kind)(step)
        if not step.fits(units):
            units = step.otherwise("its result has another size")
        parts = partner.node.parts
        return self.shaped(
            operation,
            {
                part: Known(
                    Source(partner, part, parts[part]) if part in parts else None,
                    units[part],
                    step.exact,
                )
                for part in operation.node.parts
            },
        )

    def shaped(self, operation: Operation, found: dict[str, Known]) -> dict[str, Known]:
        """Add the dimensions that `batch_dims` hides inside a layer."""
        if not operation.sources:
            return found
        source = operation.sources[0]
        outer = self.values[source.operation, source.part].units
        more = len(outer) - len(whole(source.value))
        if more <= 0:
            return found
        return {
            part: each._replace(
                units=(each.units[0], *outer[1 : 1 + more], *each.units[1:])
            )
            for part, each in found.items()
        }

    def wired(
        self, operation: Operation, partner: Operation, takes: list[Known]
    ) -> list[Known]:
        """Return the inputs of an operation in the order of those that it had."""
        key, sources = operation.key, partner.sources
        if len(sources) != len(takes):
            self.notes.reasons[key, "it has another number of inputs"] = None
            return [each._replace(exact=False) for each in takes]
        if operation.kind in COMMUTE and not self._fit(takes, sources):
            turned = takes[::-1]
            takes = turned if self._fit(turned, sources) else takes
        found = []
        for at, (known, source) in enumerate(zip(takes, sources, strict=True)):
            if is_value(known.origin, source):
                found.append(known)
                continue
            self._lost(operation, at, known)
            now = operation.sources[at].value
            found.append(Known(None, guessed(source.value, now), exact=False))
        return found

    def _fit(self, takes: list[Known], sources: tuple[Source, ...]) -> bool:
        pairs = zip(takes, sources, strict=True)
        return all(is_value(known.origin, source) for known, source in pairs)

    def _lost(self, operation: Operation, at: int, known: Known) -> None:
        """Say why an input is none of the old ones."""
        source = operation.sources[at].operation
        if known.origin is not None or source is None:
            other = "an input of another shape" if source is None else "another value"
            self.notes.reasons[operation.key, f"it takes {other}"] = None
        elif source in self.why:
            self.notes.reasons[source.key, self.why[source]] = None

    def added(self, operation: Operation, takes: list[Known]) -> dict[str, Known]:
        """Return what is known of the results of a new operation."""
        parts = operation.node.parts
        branch = self.branches.get(operation)
        if branch is not None and takes[branch.skip].origin is not None:
            for name in ZERO_ENDS[branch.end.kind]:
                if name in branch.end.node.weights:
                    self._fill(branch.end, name, "zeros")
            return {"": takes[branch.skip]}
        if operation not in self.inside and takes:
            found = fills(operation, takes[0])
            if found is not None:
                for name in found.keys() & operation.node.weights.keys():
                    self._fill(operation, name, found[name])
                return dict.fromkeys(parts, takes[0])
        self.why[operation] = f"`{operation.kind}` is new, and changes what follows"
        return {
            part: Known(None, unchanged(value), exact=False)
            for part, value in parts.items()
        }

    def _fill(self, operation: Operation, name: str, fill: str) -> None:
        self.notes.plan(f"{operation.key}.{name}", Planned("", fill=fill))

    def output(self, source: Source) -> Known:
        """Return what is known of an output; what is new in it starts anew."""
        known = self.value(source)
        for units in known.units[1:]:
            new = output_units(units.old, len(units.were))
            if units.same or units.is_like(new) or not units.chosen:
                continue
            if units.chosen not in self.notes.chosen and not self.notes.settled:
                raise AgainError(units.chosen, new)
        return known
