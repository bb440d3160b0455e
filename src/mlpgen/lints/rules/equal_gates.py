"""Sums of two products with one gate, which shuts both at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.graph.effects.arguments import number_of
from mlpgen.lints import kinds
from mlpgen.lints.rule import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.graph.flow import Operation, Source
    from mlpgen.lints.rule import Subject

    Gate = tuple[bool, str, Operation | None, str]

_GATES = frozenset(("Sigmoid", "Hardsigmoid"))


def equal_gates(subject: Subject) -> Iterator[Finding]:
    """Yield sums in which two ways are multiplied by the same gate."""
    for each in subject.flow.of("Add"):
        seen: dict[Gate, str] = {}
        for source in each.sources:
            found = _gates(source)
            gate = next((seen[one] for one in found if one in seen), None)
            if gate is not None:
                yield Finding(
                    f"both ways that `{each.name}` adds are multiplied by `{gate}`: "
                    "where it is shut, nothing gets through",
                    each.node.path,
                    each.owner,
                    help="multiply what is carried on by one minus the gate",
                )
                break
            seen |= found


def _gates(source: Source) -> dict[Gate, str]:
    """Return the gates that a value was multiplied by right before, with names."""
    made = kinds.origin(source.operation)
    if made is None or made.kind != "Mul" or len(made.sources) < 2:
        return {}
    return {
        gate: each.operation.name
        for each in made.sources
        if each.operation is not None and (gate := _gate(each)) is not None
    }


def _gate(source: Source) -> Gate | None:
    """Return what a gate is computed of, and whether it is turned around."""
    made = _moved(source).operation
    if made is None:
        return None
    if made.kind in _GATES:
        first = _moved(made.sources[0])
        return False, made.kind, first.operation, first.part
    if made.kind != "Sub" or number_of(made, "input") != 1:
        return None
    inner = _gate(made.sources[0])
    return inner and (not inner[0], *inner[1:])


def _moved(source: Source) -> Source:
    """Return a value before what keeps all of its elements."""
    made = source.operation
    while made is not None and kinds.keeps_all(made):
        source, made = made.sources[0], made.before
    return source
