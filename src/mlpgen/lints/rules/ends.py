"""The last or the first step of recurrent layers, behind other layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.diagnostics.explanations.sequences import SEQUENCES
from mlpgen.lints.kinds import inherits, is_single
from mlpgen.lints.rule import Finding, Rule
from mlpgen.lints.written import argument
from mlpgen.spec.types import layer_class

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.graph.flow import Operation
    from mlpgen.lints.rule import Subject

_HALVES = frozenset(("Chunk", "Narrow", "Slice", "Split"))


def _ends(subject: Subject) -> Iterator[Finding]:
    for each in subject.flow.of("Select", "Slice", "Narrow"):
        if len(each.node.input) != 2 or argument(each, "dim") not in (1, -2):
            continue
        end = _end(each)
        found = _recurrent(each) if end else None
        if found is None:
            continue
        name, both = found.node.name, argument(found, "bidirectional") is True
        halved = each.users and all(one.kind in _HALVES for one in each.users)
        if halved if both else end == "last" or not _is_alone(each, found):
            continue
        half = f"{'backward' if end == 'last' else 'forward'} half of the "
        yield Finding(
            f"the {half if both else ''}{end} step has seen that step only",
            each.node.path,
            each.owner,
            help=f"`{name}.hidden` is the final state of both directions"
            if both
            else f"`{name}.last` has seen all steps",
        )


def _is_alone(step: Operation, recurrent: Operation) -> bool:
    """Tell whether no other step is used, and no state comes into them."""
    each = step.before
    while each is not None and each is not recurrent and is_single(each):
        each = each.before
    return each is recurrent and is_single(each) and len(each.sources) == 1


def _end(operation: Operation) -> str:
    """Return `first` or `last` if that is the only step that a function takes."""
    steps = int(operation.node.input[0])
    name = "index" if operation.kind == "Select" else "start"
    start = argument(operation, name) or 0
    if operation.kind != "Select" and int(operation.node.output[0]) != 1:
        return ""
    if steps < 2 or start not in (0, -1, steps - 1, -steps):
        return ""
    return "first" if start in (0, -steps) else "last"


def _recurrent(operation: Operation) -> Operation | None:
    """Return the recurrent layer whose steps arrive."""
    source = operation.sources[0]
    while source.operation is not None:
        each = source.operation
        cls = layer_class(each.node.type)
        if cls is None:
            return None
        if inherits(cls, "Recurrent"):
            return each if source.part == "output" else None
        if not cls.pointwise and each.kind not in ("Linear", "Identity"):
            return None
        source = each.sources[0]
    return None


RULES = (Rule("MG323", "warning", _ends, SEQUENCES["MG323"]),)
