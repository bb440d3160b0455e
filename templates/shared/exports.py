"""A trained model as a file for other programs: ONNX, or one of torch.export."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

import hooks
from data_features import applied, in_tuple
from errors import RunError, printable
from prediction import Loaded, Trained

Given = tuple[Tensor, ...]
"""What is exported is called with: a tensor for each input."""
Names = tuple[str, ...]
"""Of the inputs; of a single one they may be any."""


def export(
    run: Trained,
    loaded: Loaded[Any],
    *shapes: tuple[int, ...],
    free: Sequence[Sequence[int]] = (),
) -> None:
    """Export a model as --export asks for, and compare what both give.

    The exported model takes any number of examples at once. It carries what its users
    need to know: the classes, the scale, the vocabulary.

    Args:
        run: What the model is of.
        loaded: The model, and what it takes.
        shapes: Of one example, of each input.
        free: Dimensions of each input that may have any size too.
    """
    if not run.args.export:
        return
    if hasattr(sys.modules[type(loaded.model).__module__], "pack_padded_sequence"):
        said = "a packed sequence: its lengths are data"
        raise RunError(f"--export: torch.export cannot follow {said}")
    device, inside = run.args.device, run.args.with_preprocessing
    if inside and "vocabulary" in loaded.about:
        said = "a text becomes numbers outside of the model, by `vocabulary`"
        raise RunError(f"--with-preprocessing: {said} in its metadata")
    examples = loaded.preprocess.examples([(2, *shape) for shape in shapes])
    raw = tuple(each.to(device) for each in examples)
    found = loaded.preprocess(*raw)
    features = in_tuple(found)
    model, given, names = loaded.model, features, loaded.preprocess.names
    batch, of_any_size = torch.export.Dim("batch"), torch.export.Dim.AUTO
    dims: Any = tuple(
        {0: batch, **dict.fromkeys(each, of_any_size)}
        for each in free or [()] * len(shapes)
    )
    if inside:
        model, given, dims = Whole(loaded).eval(), raw, (dims,)
        names = names or ("input",)
    ours, again = ([t for _, t in hooks.tensors(model(*given))] for _ in range(2))
    pairs = zip(ours, again, strict=True)
    draws = not all(one.nan_to_num().equal(two.nan_to_num()) for one, two in pairs)
    if not inside and hides_attributes(model):
        model, dims = Inner(model).eval(), (dims,)
    program = torch.export.export(model, given, dynamic_shapes=dims)
    path = run.folder / f"model.{run.args.export}"
    save = save_pt2 if path.suffix == ".pt2" else save_onnx
    theirs = save(path, program, metadata(loaded, inside=inside), given, names)
    if theirs and not draws and not same_outputs(ours, theirs):
        raise RunError(f"{path} gives other outputs than the model")
    said = "the same outputs" if theirs else "not checked: pip install onnxruntime"
    said = "not compared, since the model draws random numbers" if draws else said
    print(printable(f"{path}: {said}"))


def same_outputs(ours: Sequence[Tensor], theirs: Sequence[Tensor]) -> bool:
    """Tell whether two models give as many outputs, and about the same ones."""
    return len(ours) == len(theirs) and all(
        one.shape == other.shape
        and torch.allclose(one.cpu(), other.cpu(), rtol=1e-3, atol=1e-4)
        for one, other in zip(ours, theirs, strict=True)
    )


def hides_attributes(model: nn.Module) -> bool:
    """Tell whether something in a model is named like an attribute of a graph.

    `torch.export.load` cannot read a program of a model with a layer `code`.
    """
    program = torch.export.export(nn.Identity(), (torch.zeros(1),))
    taken = dir(program.module())
    return any(name.partition(".")[0] in taken for name in model.state_dict())


class Inner(nn.Module):
    """A model behind a name of its own."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, *given: Tensor) -> Any:
        """Call the model."""
        return self.model(*given)


class Whole(nn.Module):
    """A model that takes raw examples of each of its inputs."""

    def __init__(self, loaded: Loaded[Any]) -> None:
        super().__init__()
        self.preprocess, self.model = loaded.preprocess, loaded.model
        self.postprocess = loaded.postprocess

    def forward(self, *raw: Tensor) -> Any:
        """Bring examples to what the model takes, call it, and undo its scale."""
        return self.postprocess(applied(self.model, self.preprocess(*raw)))


def metadata(loaded: Loaded[Any], *, inside: bool) -> dict[str, str]:
    """Return what an exported model carries, each by its name, as JSON.

    Args:
        loaded: The model, and what it takes.
        inside: Whether the preprocessing is part of what is exported.
    """
    found = {**loaded.about, "classes": loaded.classes}
    found["preprocessing"] = {**loaded.preprocess.told(), "in_graph": inside}
    if "targets" in found:
        found["targets"] = {**found["targets"], "in_graph": inside}
    hidden = ("mean", "std")  # in a unit of their own
    return {key: json.dumps(value) for key, value in found.items() if key not in hidden}


def save_pt2(
    path: Path, program: Any, about: dict[str, str], given: Given, names: Names
) -> Any:
    """Save a program of torch.export; return what it gives when it is loaded.

    It takes its inputs in their order.
    """
    del names
    extra = {f"{name}.json": text for name, text in about.items()}
    torch.export.save(program, path, extra_files=extra)
    result = torch.export.load(path).module()(*given)
    return [tensor for _, tensor in hooks.tensors(result)]


def save_onnx(
    path: Path, program: Any, about: dict[str, str], given: Given, names: Names
) -> Any:
    """Save an ONNX model; return what it gives, or nothing without onnxruntime.

    It takes several inputs by their names.
    """
    try:
        made: Any = torch.onnx.export(
            program, (), input_names=names or None, verbose=False
        )
    except ImportError:
        wanted = "pip install onnx onnxscript onnxruntime"
        raise RunError(f"--export onnx needs packages: {wanted}") from None
    made.model.metadata_props.update(about)
    made.save(path)
    try:
        from onnxruntime import InferenceSession  # type: ignore[import, unused-ignore]
    except ImportError:
        return []
    session = InferenceSession(str(path))
    known = [each.name for each in session.get_inputs()]
    values = [each.cpu().numpy() for each in given]
    arrays = session.run(None, dict(zip(names or known, values, strict=True)))
    return [torch.tensor(array) for array in arrays]
