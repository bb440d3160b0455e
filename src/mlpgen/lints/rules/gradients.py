"""Operations that let no gradient through to layers that are to learn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.diagnostics.explanations.explanation import Explanation, trained
from mlpgen.lints import kinds
from mlpgen.lints.rule import Finding, Rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mlpgen.graph.flow import Operation
    from mlpgen.lints.rule import Subject
    from mlpgen.source import Path

_STEPS = frozenset(("Round", "Floor", "Ceil", "Trunc", "Sign", "FloorDivide"))
"""Functions that are flat wherever they have a slope."""
_STOPS = _STEPS | {"Detach", "Bernoulli", "ZerosLike", "OnesLike", "FullLike"}
_STOPS |= {"RandLike", "RandnLike"}


def _blocked(subject: Subject) -> Iterator[Finding]:
    recipe = subject.model.recipe
    if recipe is not None and (recipe.settings.weights or recipe.settings.freeze):
        return
    names = [name for term in recipe.terms for name in term.outputs] if recipe else ()
    outputs = subject.flow.outputs
    ends = [outputs[each].operation for each in dict.fromkeys(names or outputs)]
    learning, blocks = _reached(subject, filter(None, ends))
    every = [each for each in subject.flow.operations if each.node.weights]
    shared = _shared(subject)
    alone = [each for each in every if each not in learning and each not in shared]
    idle = set(kinds.always(alone, every))
    taught = learning.intersection(every)
    if recipe is not None:
        yield from _untaught(alone, [*filter(None, ends)], subject)
    for each in blocks:
        layer = _nearest(each, idle)
        if layer is None or (each.kind == "Detach" and not taught <= _after(each)):
            continue
        if recipe is None and not (_is_hard(each) and taught & _after(each)):
            continue  # it decides at the end, or is not meant for gradients
        yield Finding(
            f"`{layer.name}` never learns: `{each.name}` lets no gradient through",
            each.node.path,
            each.owner,
            help=f"leave out `{each.name}`",
        )


def _untaught(
    alone: list[Operation], ends: list[Operation], subject: Subject
) -> Iterator[Finding]:
    """Find layers whose results get to outputs only that no loss is on."""
    known, waiting = set(ends), [*ends]
    for each in waiting:
        before = {source.operation for source in each.sources} - known
        new = [made for made in before if made is not None]
        known.update(new)
        waiting += new
    heads = [each for each in alone if each not in known]
    for each in heads:
        behind = _after(each)
        if not behind.isdisjoint(heads):
            continue  # the last of them says it
        if each.owner and not any(one.returned for one in (each, *behind)):
            continue  # the last use of a block, of which only another part is used
        path, owner = _seen_at(each, behind, subject)
        yield Finding(
            f"`{each.name}` never learns: no loss is on what it returns",
            path,
            owner,
            help="name the output beside a loss, `on: …`, or put it first in `outputs`",
        )


def _seen_at(
    each: Operation, behind: set[Operation], subject: Subject
) -> tuple[Path, str]:
    """Return where a head is: a block may be used for others, its output is its own."""
    if each.owner:
        for index, source in enumerate(subject.flow.outputs.values()):
            path = ("outputs", index)
            own = source.operation is each or source.operation in behind
            if own and subject.sources.written(path) is not None:
                return path, ""
    return each.node.path, each.owner


def _reached(
    subject: Subject, ends: Iterable[Operation]
) -> tuple[set[Operation], list[Operation]]:
    """Return the operations that a gradient reaches, and those that let none through.

    Whole numbers and truth values have no gradient.
    """
    reached = set(ends)
    blocks: dict[Operation, None] = {}
    for each in reversed(subject.flow.operations):
        if each not in reached:
            continue
        if each.kind in _STOPS or not _is_float(each):
            blocks[each] = None
            continue
        for source in each.sources:
            if source.operation is None:
                continue
            if source.value.dtype == "float32":
                reached.add(source.operation)
            else:
                blocks[source.operation] = None
    return reached, [*blocks]


def _is_hard(each: Operation) -> bool:
    """Tell whether an operation is a step, or a comparison."""
    return each.kind in _STEPS or each.node.value.dtype == "bool"


def _is_float(each: Operation) -> bool:
    return any(part.dtype == "float32" for part in each.node.parts.values())


def _nearest(block: Operation, idle: set[Operation]) -> Operation | None:
    """Return the layer that is nearest before a block, of those that never learn."""
    seen: set[Operation] = set()
    waiting = [block]
    for each in waiting:
        if each in idle:
            return each
        for source in each.sources:
            if source.operation is not None and source.operation not in seen:
                seen.add(source.operation)
                waiting.append(source.operation)
    return None


def _after(block: Operation) -> set[Operation]:
    """Return the operations that use the result of a block, however far behind it."""
    found: set[Operation] = set()
    waiting = [block]
    for each in waiting:
        new = [user for user in each.users if user not in found]
        found.update(new)
        waiting += new
    return found


def _shared(subject: Subject) -> set[Operation]:
    """Return the layers whose weights others have, too."""
    every = subject.flow.operations
    users = {each for each in every if each.node.shared or each.node.tied}
    names = {name for each in users for name in (each.node.shared, each.node.tied)}
    last = {name.rpartition(".")[2] for name in names if name}
    return users | {each for each in every if each.node.name in last}


_CHAIN = ("Flatten", "Linear: 64", "ReLU", "Linear: 10")
RULES = (
    Rule(
        "MG521",
        "warning",
        _blocked,
        Explanation(
            "Layers that no gradient reaches",
            "A layer learns from the gradient of the loss, which goes back through all "
            "that follows. `detach` lets none through; nor do functions that are flat "
            "between their steps (`round`, `floor`, `sign`), comparisons, `argmax`, "
            "and whole numbers: what is before them keeps its random initial values. A "
            "second way around them is enough, as in a straight-through estimator, x + "
            "detach(round(x) - x) (Bengio et al., arXiv:1308.3432). It is certain that "
            "the layer does not learn. Nor does a head of its own that no loss is on, "
            "as where two losses are on one output. "
            "A `detach` of one of several branches is no fault, nor are trainings with "
            "`freeze` or `weights`, where it may be meant; without a training only "
            "steps and comparisons before layers with weights are named. Leave it out.",
            trained(*_CHAIN[:3], "round", _CHAIN[3]),
            trained(*_CHAIN),
        ),
    ),
)
