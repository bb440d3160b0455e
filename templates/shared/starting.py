"""Where a training starts: from which weights, and with which layers frozen."""

import re
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from damage import is_odd, is_whole
from errors import RunError, note

WITHIN = ("average", "model", "state_dict", "model_state_dict")
"""Where checkpoints keep weights, of a run first their mean."""
PREFIXES = ("module.", "_orig_mod.")
"""What torch puts before the names of a model that is averaged, parallel, compiled."""
SHARD = re.compile(r"-\d+-of-\d+\.|\.index\.json$")
"""In names of files that have only some of the weights."""


def take_weights(model: nn.Module, path: Path) -> None:
    """Give a model the weights of a file that fit by name and shape; tell the others.

    Args:
        model: The model.
        path: A run, or a file: a checkpoint, a state_dict, `.safetensors`.

    Raises:
        RunError: The file has no weights, none that fits, or some of another dtype.
    """
    found, wanted = read_weights(path), model.state_dict()
    fitting = [
        name
        for name, value in wanted.items()
        if name in found and found[name].shape == value.shape
    ]
    if not fitting:
        said = f"{path} has no weights that fit this network"
        raise RunError(f"{said}: none has the name and the shape of one of its own")
    values = {name: _converted(path, name, found[name], wanted) for name in fitting}
    note(f"{path}: {len(fitting)} of {len(wanted)} tensors are taken")
    for name in [*wanted, *(each for each in found if each not in wanted)]:
        if name not in values:
            note(_other(path, name, found, wanted))
    with torch.no_grad():
        for name, value in values.items():
            wanted[name].copy_(value)


def _other(
    path: Path, name: str, found: dict[str, Tensor], wanted: dict[str, Any]
) -> str:
    """Say why weights of a name are not taken."""
    if name not in found:
        return f"{name} {[*wanted[name].shape]} is not in {path}"
    shape = [*found[name].shape]
    if name not in wanted:
        return f"{name} {shape} is in {path} alone"
    return f"{name} is {shape} in {path}, {[*wanted[name].shape]} here: not taken"


def read_weights(path: Path) -> dict[str, Tensor]:
    """Read the weights in a file, or the best ones of a run, by name."""
    if path.is_dir():
        if not (path / "best.pt").exists():
            raise RunError(f"{path} has no best.pt: name a run, or a file of weights")
        path = path / "best.pt"
    if SHARD.search(path.name):
        said = f"{path} is a part of weights in several files"
        raise RunError(f"{said}: merge them into one file first")
    try:
        path.open("rb").close()
    except OSError as error:
        raise RunError(f"{path} cannot be read: {error.strerror}") from None
    state = _safetensors(path) if path.suffix == ".safetensors" else _pickled(path)
    for key in WITHIN:
        if isinstance(inner := state.get(key), dict):
            state = inner
            break
    found = {
        str(name): value for name, value in state.items() if isinstance(value, Tensor)
    }
    found.pop("n_averaged", None)  # of torch's AveragedModel
    for prefix in PREFIXES:
        if all(name.startswith(prefix) for name in found):
            found = {name.removeprefix(prefix): value for name, value in found.items()}
    if not found:
        raise RunError(f"{path} has no weights: no tensors with names")
    return found


def _pickled(path: Path) -> dict[Any, Any]:
    """Read what `torch.save` has written, if it is plain data and tensors."""
    try:
        if zipfile.is_zipfile(path) and not is_whole(path):
            raise ValueError("it is damaged")
        with warnings.catch_warnings(action="ignore"):
            state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception:
        said = "it is incomplete or damaged, or holds more than plain data and tensors"
        raise RunError(f"{path} cannot be read: {said}; save a state_dict") from None
    if not isinstance(state, dict):
        raise RunError(f"{path} has no weights: no tensors with names")
    return state


def _safetensors(path: Path) -> dict[Any, Any]:
    """Read what the package safetensors has written."""
    try:
        from safetensors.torch import (  # type: ignore[import-not-found, unused-ignore]
            load_file,
        )
    except ImportError:
        said = f"{path} needs a package: pip install safetensors"
        raise RunError(said) from None
    try:
        state: dict[Any, Any] = load_file(path)
    except Exception:
        raise RunError(f"{path} cannot be read: it is incomplete") from None
    return state


def _converted(path: Path, name: str, value: Tensor, wanted: dict[str, Any]) -> Tensor:
    """Return weights in the dtype of the model, which must not lose anything."""
    own: Tensor = wanted[name]
    was, now = (str(each.dtype).removeprefix("torch.") for each in (value, own))
    if value.layout != torch.strided or value.is_quantized or value.is_meta:
        raise RunError(f"{name} in {path} is no plain tensor: save it as {now}")
    if _kind_of_numbers(value) != _kind_of_numbers(own):
        raise RunError(f"{name} is {was} in {path}, which cannot become {now}")
    if is_odd(value, own):
        said = f"{name} in {path} has values that are not numbers"
        raise RunError(f"{said}, but NaN or infinite")
    changed = value.to(own.dtype)
    widest = torch.float64 if value.is_floating_point() else value.dtype
    if not torch.equal(changed.to(widest), value.to(widest)):
        said = f"{name} is {was} in {path}, and {now} would round it"
        raise RunError(f"{said}: save it as {now}")
    return changed


def _kind_of_numbers(value: Tensor) -> tuple[bool, bool, bool]:
    """Tell floats, complex numbers and truth values from whole numbers."""
    floating, complex_ = value.is_floating_point(), value.is_complex()
    return floating, complex_, value.dtype == torch.bool


def freeze(model: nn.Module, patterns: Sequence[str]) -> list[nn.Module]:
    """Keep parameters as they are in training.

    Args:
        model: The model.
        patterns: Of names of parameters, or of modules around them: `features.*`.

    Returns:
        The normalizations that keep their statistics: they stay in eval mode.

    Raises:
        RunError: A pattern fits nothing, or nothing is left to train.
    """
    parameters = dict(model.named_parameters(remove_duplicate=False))
    modules = {
        name: module
        for name, module in model.named_modules(remove_duplicate=False)
        if "Norm" in type(module).__name__ and not [*module.children()]
    }
    for pattern in patterns:
        if not any(matches(name, [pattern]) for name in (*parameters, *modules)):
            raise RunError(f"--freeze {pattern} fits no parameter of the model")
    for name, parameter in parameters.items():
        if matches(name, patterns):
            parameter.requires_grad_(False)
    if patterns and not any(each.requires_grad for each in parameters.values()):
        raise RunError("--freeze leaves no parameter to train")
    return [
        module
        for name, module in modules.items()
        if matches(name, patterns) or _all_frozen(module)
    ]


def _all_frozen(module: nn.Module) -> bool:
    """Tell whether a module has parameters, and none of them is trained."""
    own = [*module.parameters()]
    return bool(own) and not any(each.requires_grad for each in own)


def matches(name: str, patterns: Sequence[str]) -> bool:
    """Tell whether a pattern fits a dotted name, or that of a module around it."""
    return any(
        fnmatchcase(around, pattern) for around in _around(name) for pattern in patterns
    )


def _around(name: str) -> Iterator[str]:
    """Yield a dotted name, and those of the modules around it."""
    while name:
        yield name
        name = name.rpartition(".")[0]
