"""Leaves out first states that are zeros, which a recurrent layer has by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlpgen.importer.functions import canonical
from mlpgen.importer.recording import Ref
from mlpgen.importer.weights import given, tensors_in
from mlpgen.layers import LAYERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.importer.recording import Pass, Recording, Step

_FAMILIES = LAYERS.families
_RECURRENT = {*_FAMILIES["recurrent"], *_FAMILIES["recurrent_cells"]}
_ZEROS = {"zeros", "new_zeros", "zeros_like"}
_SAME = {"to", "cuda", "cpu", "float", "double", "half", "type_as", "contiguous"}
_SAME |= {"clone", "detach", "data", "requires_grad", "alias", "select", "narrow"}
_SAME |= {"__getitem__", "unbind", "chunk", "split", "squeeze", "unsqueeze", "view"}
_SAME |= {"reshape", "expand", "expand_as", "repeat", "transpose", "permute"}
_SAME |= {"flatten", "unflatten", "cat", "stack"}


def without_zero_states(recording: Recording) -> Pass:
    """Return the forward pass without states that are zeros everywhere."""
    zeros: set[int] = set()
    for step in _steps(recording.forward):
        name = canonical(step.function)
        refs = [each for each in tensors_in([*given(step)]) if isinstance(each, Ref)]
        kept = name in _SAME and refs and all(each.number in zeros for each in refs)
        if step.function and (name in _ZEROS or kept):
            zeros |= {each.number for each in step.outputs}
    return _without(recording.forward, recording, zeros) if zeros else recording.forward


def _steps(each: Pass) -> Iterator[Step]:
    """Yield all calls in the order in which they are made."""
    for step in each.steps:
        if step.pass_ is not None:
            yield from _steps(step.pass_)
        yield step


def _without(each: Pass, recording: Recording, zeros: set[int]) -> Pass:
    steps = []
    for step in each.steps:
        if step.pass_ is not None:
            inside = _without(step.pass_, recording, zeros)
            step = step._replace(pass_=inside)
        elif step.module and recording.modules[step.module].type in _RECURRENT:
            step = _plain(step, zeros)
        steps.append(step)
    return each._replace(steps=(*steps,))


def _plain(step: Step, zeros: set[int]) -> Step:
    """Return the call of a recurrent layer without its states, if all are zeros."""
    states: Any = [*step.args[1:], *step.kwargs.values()]
    refs = tensors_in(states)
    if all(isinstance(each, Ref) and each.number in zeros for each in refs):
        return step._replace(args=step.args[:1], kwargs={})
    return step
