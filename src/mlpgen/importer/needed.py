"""Leaves out calls whose results nothing needs, as checks of shapes and of masks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlpgen.importer.recording import Pass, Ref, Slice, State, Step, Structure

if TYPE_CHECKING:
    from collections.abc import Iterator


def needed(each: Pass) -> Pass:
    """Return a forward pass with the calls that what it returns depends on."""
    return _needed(each, {*refs(each.returned)})


def _needed(each: Pass, wanted: set[int]) -> Pass:
    kept: list[Step] = []
    for step in reversed(each.steps):
        given = {*refs(step.args), *refs(step.kwargs)}
        back = {*refs(step.returned)}
        made = {output.number for output in step.outputs}
        made |= back if step.module else back - given  # an identity has a number
        if not made & wanted:
            continue
        if step.pass_ is not None:
            inside = _needed(step.pass_, wanted)
            step = step._replace(pass_=inside)
        else:
            wanted |= given
        kept.append(step)
    return each._replace(steps=(*reversed(kept),))


def refs(value: Any) -> Iterator[int]:
    """Return the numbers of the tensors in a value."""
    if isinstance(value, Ref):
        yield value.number
    elif isinstance(value, Structure | dict):
        fields = value.fields if isinstance(value, Structure) else value
        for each in fields.values():
            yield from refs(each)
    elif isinstance(value, Slice) or type(value) in (tuple, list):
        for each in value:
            yield from refs(each)


def keys(value: Any) -> Iterator[str]:
    """Return the keys of the parameters and buffers in a value."""
    if isinstance(value, State):
        yield value.key
    elif isinstance(value, dict):
        for each in value.values():
            yield from keys(each)
    elif type(value) in (tuple, list):
        for each in value:
            yield from keys(each)
