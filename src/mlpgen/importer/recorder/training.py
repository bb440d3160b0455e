"""Records what a model does in training only: modules with weights, further results."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from mlpgen.importer.needed import keys, refs
from mlpgen.importer.recorder.comparison import states_kept
from mlpgen.importer.recording import Structure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from torch import nn

    from mlpgen.importer.recording import Module, Pass, Tensor

Recorded = tuple["Pass", dict[int, "Tensor"]]


def with_training(
    model: nn.Module,
    modules: Mapping[str, Module],
    found: Recorded,
    record: Callable[[], Recorded],
) -> Recorded:
    """Return the pass of training instead, if weights are used in training only.

    The results of evaluation come first in it. A model that does something else in
    training, or that cannot be recorded so, keeps the pass of evaluation.

    Args:
        model: The model, in evaluation mode before and after.
        modules: Its modules, by path.
        found: The pass of evaluation.
        record: Records a pass in the mode that the model has.
    """
    used = {*_used(found[0])}
    idle = {path for path, each in modules.items() if each.members} - used
    if not idle:
        return found
    with states_kept(model):
        model.train()
        try:
            training = record()
        except Exception:  # of the author's code, or that no spec can say it
            return found
    if idle.isdisjoint(_used(training[0])):
        return found
    returned = _arranged(found[0], training[0])
    if returned is None:
        return found
    return training[0]._replace(returned=returned), training[1]


def _used(each: Pass) -> Iterator[str]:
    """Yield the modules that are called, and those whose weights a function takes."""
    for step in each.steps:
        if step.module:
            yield step.module
        yield from (key.rpartition(".")[0] for key in keys((step.args, step.kwargs)))
        if step.pass_ is not None:
            yield from _used(step.pass_)


def _arranged(evaluation: Pass, training: Pass) -> Any:
    """Return the results of training, those of evaluation first; None without them."""
    one, other = _origins(evaluation), _origins(training)
    wanted = [one.get(ref) for ref in refs(evaluation.returned)]
    returned = training.returned
    if isinstance(returned, Structure):
        items = [*returned.fields.items()]
    elif type(returned) in (tuple, list):
        items = [(str(at), each) for at, each in enumerate(returned)]
    else:
        items = [("0", returned)]
    ranks = {}
    for name, each in items:
        own = [other.get(ref) for ref in refs(each)]
        at = [wanted.index(origin) for origin in own if origin in wanted]
        ranks[name] = min(at, default=len(wanted))
    there = {other.get(ref) for ref in refs(returned)}
    if None in wanted or not there >= {*wanted}:
        return None
    arranged = sorted(items, key=lambda item: ranks[item[0]])
    return returned if arranged == items else Structure("tuple", dict(arranged))


_Origin = tuple[Any, ...]


def _origins(each: Pass) -> dict[int, _Origin]:
    """Return which call gives each tensor, in words that hold for another pass."""
    counts: Counter[_Origin] = Counter()
    found: dict[int, _Origin] = {}

    def visit(inside: Pass, owner: str) -> None:
        for step in inside.steps:
            if step.pass_ is not None:
                visit(step.pass_, step.module)
                continue
            call = (owner, step.module, step.function, step.place)
            counts[call] += 1
            for at, output in enumerate(step.outputs):
                found[output.number] = (*call, counts[call], at)

    visit(each, "")
    return found
