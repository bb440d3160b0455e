"""Reads an ONNX file."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from mlpgen.importer.recorder.files.exported import Exported
from mlpgen.importer.recorder.files.onnx_equal import give_own_tensors
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
    _name_inputs(model.graph)
    give_own_tensors(model.graph)
    reader = Reader(file, model.graph, numpy_helper.to_array)
    graph, example = reader.read()
    return Exported(graph, example, _returned(file, model, example))


def _name_inputs(graph: Any) -> None:
    """Name inputs whose names are none, such as `onnx::Gemm_0`: `x`, or `x0`, `x1`."""
    weights = {each.name for each in graph.initializer}
    inputs = [each for each in graph.input if each.name not in weights]
    taken = {name for node in graph.node for name in node.output} | weights
    new = {
        each.name: _free("x" if len(inputs) == 1 else f"x{at}", taken)
        for at, each in enumerate(inputs)
        if not each.name.isidentifier()
    }
    for each in inputs:
        each.name = new.get(each.name, each.name)
    for node in graph.node:
        node.input[:] = [new.get(name, name) for name in node.input]


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_"
    return name


def _returned(file: str, model: Any, example: dict[str, Tensor]) -> Any:
    """Run the file itself."""
    given = {name: tensor.numpy() for name, tensor in example.items()}
    try:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4
        session = onnxruntime.InferenceSession(file, options)
        names = [each.name for each in session.get_inputs()]
        found = session.run(None, dict(zip(names, given.values(), strict=True)))
    except ModuleNotFoundError:
        from onnx.reference import ReferenceEvaluator

        found = ReferenceEvaluator(model).run(None, given)
    return [torch.from_numpy(each) for each in found]
