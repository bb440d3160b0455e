"""Reads an ONNX file."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from mlpgen.importer.recorder.files.exported import Exported
from mlpgen.importer.recorder.files.onnx_reader import Reader
from mlpgen.importer.recorder.target import TargetError, in_words


def read_onnx(file: str) -> Exported:
    """Read a file.

    Raises:
        TargetError: It has no model, or an operator that is not known.
    """
    try:
        import onnx
        from onnx import numpy_helper
    except ModuleNotFoundError:
        raise TargetError("an ONNX file needs onnx: pip install onnx") from None
    try:
        model = onnx.load(file)
        onnx.checker.check_model(model)
    except Exception as error:  # what a file can be wrong in has no common class
        why = in_words(error, 200)
        raise TargetError(f"`{file}` is no file of ONNX: {why}") from None
    reader = Reader(file, model.graph, numpy_helper.to_array)
    graph, example = reader.read()
    return Exported(graph, example, _returned(file, model, example))


def _returned(file: str, model: Any, example: dict[str, Tensor]) -> Any:
    """Run the file itself."""
    given = {name: tensor.numpy() for name, tensor in example.items()}
    try:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4
        session = onnxruntime.InferenceSession(file, options)
        found = session.run(None, given)
    except ModuleNotFoundError:
        from onnx.reference import ReferenceEvaluator

        found = ReferenceEvaluator(model).run(None, given)
    return [torch.from_numpy(each) for each in found]
