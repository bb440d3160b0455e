"""The body of a model: its forward pass as entries of a spec."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.importer.body import Source
from mlpgen.importer.borrowed import with_borrowed
from mlpgen.importer.calls import Value
from mlpgen.importer.layout import layout_of
from mlpgen.importer.needed import needed
from mlpgen.importer.recording import Ref
from mlpgen.importer.same_lines import SameLines
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
    forward = with_borrowed(needed(without_zero_states(recording)), recording.modules)
    lines = SameLines(forward)
    body = _translated(recording, forward, lines)
    return body if lines.settled() else _translated(recording, forward, lines)


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
