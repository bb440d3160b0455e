"""The body of a model: its forward pass as entries of a spec."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlpgen.importer.body import Source
from mlpgen.importer.borrowed import with_borrowed
from mlpgen.importer.calls import UnsaidError, Value
from mlpgen.importer.layout import layout_of
from mlpgen.importer.needed import needed, refs
from mlpgen.importer.recording import Place, Ref, Structure
from mlpgen.importer.same_lines import SameLines
from mlpgen.importer.scopes import with_scopes
from mlpgen.importer.states import without_zero_states
from mlpgen.importer.translate import Translator

if TYPE_CHECKING:
    from mlpgen.importer.body import Body
    from mlpgen.importer.recording import Pass, Recording, Tensor


def body_of(recording: Recording) -> Body:
    """Translate the forward pass of the model.

    Raises:
        UnsaidError: No spec can say it.
    """
    modules = recording.modules
    forward = needed(with_scopes(without_zero_states(recording), modules))
    forward = with_borrowed(forward, modules)
    inputs = {*refs(recording.forward.inputs)}
    forward = forward._replace(returned=_without(forward.returned, inputs))
    lines = SameLines(forward, recording.tensors)
    body = _translated(recording, forward, lines)
    body = body if lines.settled() else _translated(recording, forward, lines)
    if not body.outputs:
        place = forward.steps[-1].place if forward.steps else Place("", 0)
        raise UnsaidError("it returns no tensor that it computes", place)
    return body


def _without(returned: Any, numbers: set[int]) -> Any:
    """Return a result without some tensors."""
    if isinstance(returned, Ref):
        return None if returned.number in numbers else returned
    if isinstance(returned, Structure):
        return returned._replace(fields=_without(returned.fields, numbers))
    if isinstance(returned, dict):
        return {key: _without(each, numbers) for key, each in returned.items()}
    if type(returned) in (tuple, list):
        return type(returned)(_without(each, numbers) for each in returned)
    return returned


def _translated(recording: Recording, forward: Pass, lines: SameLines) -> Body:
    values = {}
    numbers = [ref for ref in recording.forward.inputs.values() if isinstance(ref, Ref)]
    for index, ref in enumerate(numbers):
        tensor = recording.tensors[ref.number]
        layout = layout_of(tensor.shape, tensor.batch, _times(tensor))
        values[ref.number] = Value(Source(-1 - index), layout, tensor.dtype)
    translator = Translator(recording, "", values, lines)
    return translator.body(forward, [each.name for each in recording.inputs])


def _times(tensor: Tensor) -> int:
    return tensor.shape[tensor.batch] if tensor.batch >= 0 else 1
