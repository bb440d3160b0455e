"""Residual blocks without a shortcut, and streams that only grow."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.diagnostics.explanations.explanation import Explanation, spec
from mlpgen.graph.effects.arguments import number_of
from mlpgen.lints import kinds
from mlpgen.lints.rule import Finding, Rule
from mlpgen.lints.rules.equal_gates import equal_gates

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlpgen.graph.flow import Operation
    from mlpgen.lints.rule import Subject

_ROUNDS = 3
"""In so many blocks in a row it matters."""
_POOLED = kinds.AVERAGE_POOLS | kinds.MAXIMUM_POOLS | {"DropPath"}
_LEARNED = kinds.WEIGHTED | kinds.RECURRENT | kinds.TRANSFORMERS
_LEARNED |= {"MultiheadAttention"}


def _missing(subject: Subject) -> Iterator[Finding]:
    """Find blocks that add, but whose input gets out through layers only."""
    operations = subject.flow.operations
    for owner, places in _places(operations).items():
        if len(places) < _ROUNDS or max(places.values()) > 1:
            continue
        found = [
            _around([each for each in operations if each.name.startswith(f"{place}.")])
            for place in [*places][:_ROUNDS]
        ]
        each = found[0]
        if each is None or None in found:
            continue
        added = " and ".join(f"`{name}`" for name in each.node.sources)
        yield Finding(
            f"`{each.node.name}` of `{owner}` adds {added}, and nothing adds the input "
            "of the block: it gets through layers only, so there is no shortcut",
            (*each.node.path, "from"),
            owner,
            help="add what the last layer returns to `input`",
        )


def _places(operations: Sequence[Operation]) -> dict[str, Counter[str]]:
    """Count the sums in each use of each block."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for each in operations:
        if each.owner and each.kind == "Add" and len(each.sources) == 2:
            inside, _, own = each.name.rpartition(".")
            if own == each.node.name and len(each.node.path) == 4:
                found[each.owner][inside] += 1
    return found


def _around(use: list[Operation]) -> Operation | None:
    """Return the sum in a block around whose layers no way leads."""
    inside = {*use}
    given = {
        (source.operation, source.part)
        for each in use
        for source in each.sources
        if source.operation not in inside and source.value.batched
    }
    last = use[-1]
    sums = [each for each in use if each.kind == "Add" and len(each.sources) == 2]
    if len(given) != 1 or len(sums) != 1 or not _is_way(sums[0], inside):
        return None
    ((before, _),) = given
    if before is None or before.node.output != last.node.output:
        return None
    reached: set[Operation] = set()
    for each in use:
        outside = any(source.operation not in inside for source in each.sources)
        known = any(source.operation in reached for source in each.sources)
        if each.kind not in _LEARNED and (outside or known):
            reached.add(each)
    return None if sums[0] in reached or last in reached else sums[0]


def _is_way(each: Operation, inside: set[Operation]) -> bool:
    """Tell whether one value of a sum was made from the other by a layer."""
    one, two = (source.operation for source in each.sources)
    return _made_from(one, two, inside) or _made_from(two, one, inside)


def _made_from(
    late: Operation | None, early: Operation | None, inside: set[Operation]
) -> bool:
    if early not in inside:
        return False
    learned = False
    while late is not None and late in inside and late is not early:
        learned |= late.kind in _LEARNED
        late = late.before
    return late is early and learned


class _Sum(NamedTuple):
    """A sum of a stream and what is never below 0.

    Attributes:
        first: What ends the branch of the first such sum of the stream.
        times: How many there are in a row.
    """

    first: Operation
    times: int


def _growing(subject: Subject) -> Iterator[Finding]:
    """Find streams to which only numbers of at least 0 are added."""
    streams: dict[Operation, _Sum] = {}
    for each in subject.flow.of("Add"):
        if len(each.sources) != 2:
            continue
        for branch, stream in (each.sources, reversed(each.sources)):
            made = kinds.origin(branch.operation, _POOLED)
            if made is None or made.kind not in ("ReLU", "ReLU6", "Softplus"):
                continue
            base = kinds.origin(stream.operation, _POOLED)
            known = streams.get(base) if base is not None else None
            if base is None or not _leads(base, made):
                continue
            one = _Sum(known.first, known.times + 1) if known else _Sum(made, 1)
            streams[each] = one
            break
    long = {one.first for one in streams.values() if one.times >= _ROUNDS}
    for first in long:
        yield Finding(
            f"`{first.name}` ends a branch: what it adds is never below 0, so that the "
            "stream only grows",
            first.node.path,
            first.owner,
            help="end the branch with its layer or its normalization",
        )


def _leads(base: Operation, made: Operation) -> bool:
    """Tell whether a branch was made from the stream, which it normalizes first."""
    each: Operation | None = made
    first = made
    while each is not None and each is not base:
        first, each = each, each.before
    return each is base and first.kind in kinds.NORMALIZATIONS


def _faint(subject: Subject) -> Iterator[Finding]:
    """Find branches that a number takes away from the sum they belong to."""
    for each in subject.flow.of("Add"):
        branches = [source.operation for source in each.sources]
        for branch in branches if len(branches) > 1 else ():
            if branch is None or branch.kind != "Mul" or len(branch.sources) > 1:
                continue
            factor = number_of(branch, "other")
            if factor is not None and 0 < abs(factor) <= _FAINT:
                yield Finding(
                    f"`{branch.name}` multiplies a branch by {factor:g}: nothing of it "
                    "is left in the sum, and hardly any gradient gets into it",
                    branch.node.path,
                    branch.owner,
                    help="write a factor near 1, or a `parameter` that is learned",
                )


_FAINT = 0.001


def _find(subject: Subject) -> Iterator[Finding]:
    yield from _missing(subject)
    yield from _growing(subject)
    yield from _faint(subject)
    yield from equal_gates(subject)


_PARTS = "Linear: 8, name: one}, {LayerNorm: , name: norm}, ReLU, {Linear: 8, name: two"


def _blocks(base: str) -> str:
    layers = f"[{{{_PARTS}}}, {{add: , from: [two, {base}]}}, ReLU]"
    rest = f"blocks: {{Residual: {{layers: {layers}}}}}\n"
    return spec("ReLU", "Residual:\n    repeat: 4", image="[8]", rest=rest)


RULES = (
    Rule(
        "MG545",
        "warning",
        _find,
        Explanation(
            "A residual block that is none",
            "A residual block adds its input to what its layers made of it, so that "
            "gradients have a way around every layer (He et al., Deep residual "
            "learning, arXiv:1512.03385). Where a block adds two values of its own, "
            "its input gets through the first layer only: the deep way has no "
            "shortcut. And where each branch ends with a ReLU, nothing can be taken "
            "away from the stream, which only grows (He et al., Identity mappings in "
            "deep residual networks, arXiv:1603.05027, 4.1, measure both). There is a "
            "warning for three such blocks in a row; for a ReLU if the branch begins "
            "with a normalization, as no ReLU is behind the sum then. A number of a "
            "thousandth or less takes a whole branch away. Nor is there a way where "
            "both sides of a sum have the same gate: a highway carries its input times "
            "one minus the gate (Srivastava et al., arXiv:1505.00387). How sure: very.",
            _blocks("norm"),
            _blocks("input"),
        ),
    ),
)
