"""A model of a file, with the inputs and the result that the file has."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor, nn

from mlpgen.importer.recorder.comparison import difference
from mlpgen.importer.recorder.files.exported import Exported, read_exported
from mlpgen.importer.recorder.files.modules import modules_of
from mlpgen.importer.recorder.inputs import Given
from mlpgen.importer.recorder.results import flat
from mlpgen.importer.recorder.target import TargetError

if TYPE_CHECKING:
    from collections.abc import Callable


class Loaded(NamedTuple):
    """A model of a file.

    Attributes:
        model: Modules that compute what the file says.
        inputs: What it takes.
        checks: How its result compares with that of the file itself, and what is lost.
    """

    model: nn.Module
    inputs: list[Given]
    checks: list[dict[str, str]]


def load_file(file: str) -> Loaded:
    """Read a file, and check that it was read well.

    Raises:
        TargetError: It is not there, or something else.
    """
    if not Path(file).is_file():
        raise TargetError(f"there is no file `{file}`")
    found = _reader(file)(file)
    model = modules_of(found.graph).eval()
    with torch.no_grad():
        again = model(*(each.clone() for each in found.example.values()))
    fails, detail = difference(flat(found.returned), flat(again))
    check = {
        "name": "what the file returns",
        "status": "failed" if fails else "ok",
        "detail": fails or detail,
    }
    count = sum(1 for _ in model.parameters())
    lost = {
        "name": "initial values",
        "status": "note",
        "detail": f"a file has none: {count} parameters begin as torch's layers do",
    }
    inputs = [_given(*each) for each in found.example.items()]
    return Loaded(model, inputs, [check, lost])


def _given(name: str, tensor: Tensor) -> Given:
    dtype = str(tensor.dtype).removeprefix("torch.")
    if not tensor.dim():
        raise TargetError(f"the input `{name}` has no batch")
    values = None if tensor.dtype.is_floating_point else tensor
    return Given(name, tuple(tensor.shape[1:]), dtype, values)


def _reader(file: str) -> Callable[[str], Exported]:
    if file.endswith(".onnx"):
        from mlpgen.importer.recorder.files.onnx_file import read_onnx

        return read_onnx
    return read_exported
