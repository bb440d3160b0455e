"""Where a training starts: from which weights, and with which layers frozen."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

import torch
from torch import Tensor, nn

from damage import is_odd
from errors import RunError, note
from weight_files import FoundWeights, named_alike, read_weights

COUNTERS = "num_batches_tracked"
"""What normalization counts; older files lack it, and nothing depends on it."""
MOST_DIFFERENCES = 10
"""Weights that do not fit and are named."""
MOST_LAYERS = 5
"""Layers that are named as those which can be left out."""


def take_weights(
    model: nn.Module,
    path: Path,
    without: Sequence[str] = (),
    classes: Sequence[str] = (),
) -> None:
    """Give a model the weights of a file, which must be all of its own.

    Args:
        model: The model.
        path: A run, or a file: a checkpoint, a state_dict, `.safetensors`, an index.
        without: Patterns of weights that stay as they are, or of layers: `head.*`.
        classes: The names of the classes of the data.

    Raises:
        RunError: The file has no weights, or others.
    """
    read = read_weights(path)
    give_weights(model, read, without)
    was, now = ([*each] for each in (read.classes, classes))
    if len(was) == len(now) and was != now and not without:
        said = f"are {_listed(was)} in {read.path}, {_listed(now)} in the data"
        note(f"warning: the classes {said}")


def give_weights(
    model: nn.Module,
    read: FoundWeights,
    without: Sequence[str] = (),
    *,
    learns: bool = True,
) -> None:
    """Give a model weights that were read, which must be all of its own.

    Args:
        model: The model.
        read: What was read.
        without: Patterns of weights that stay as they are, or of layers.
        learns: Whether the model may begin without some of them.

    Raises:
        RunError: They are of another model.
    """
    path, own = read.path, model.state_dict()
    found = named_alike(read.tensors, own.__contains__)
    for pattern in without:
        if not any(matches(name, [pattern]) for name in (*own, *found)):
            said = f"fits no weights of the model, nor in {path}"
            raise RunError(f"--weights-except {pattern} {said}")
    given, wanted = (
        {name: each for name, each in all_.items() if not matches(name, without)}
        for all_ in (found, own)
    )
    tied = {own[name].data_ptr() for name in own if name in found}
    free = {name for name, value in wanted.items() if value.data_ptr() in tied}
    if lines := [*_misfits(path, given, wanted, free, learns=learns)]:
        raise RunError(*lines)
    taken = {name: own[name] for name in wanted if name in given}
    values = {name: _converted(path, name, given[name], own) for name in taken}
    with torch.no_grad():
        for name, value in values.items():
            taken[name].copy_(value)
    rest = f", but for {', '.join(without)}" if without else ""
    note(f"{path}: {len(taken)} of {len(own)} tensors are taken{rest}")


def _listed(names: Sequence[str]) -> str:
    more = ", …" if len(names) > MOST_LAYERS else ""
    return ", ".join(names[:MOST_LAYERS]) + more


def _misfits(
    path: Path,
    given: Mapping[str, Tensor],
    wanted: Mapping[str, Tensor],
    free: Collection[str],
    *,
    learns: bool,
) -> Iterator[str]:
    """Say which weights of a file are not those of a model, and what to do.

    Args:
        path: The file.
        given: What is in it.
        wanted: The weights of the model.
        free: Names of weights that it need not have: they are tied to others.
        learns: Whether the model may begin without some of them.
    """
    missing = [name for name in wanted if name not in given and name not in free]
    missing = [name for name in missing if name.rpartition(".")[2] != COUNTERS]
    other = [
        name
        for name in wanted
        if name in given and given[name].shape != wanted[name].shape
    ]
    more = [name for name in given if name not in wanted]
    if not (missing or other or more):
        if not wanted:
            yield "--weights-except leaves no weights to take"
        return
    lines = [
        f"{each} is {_sizes(given[each])} in {path}, {_sizes(wanted[each])} here"
        for each in other
    ]
    lines += [f"{name} {_sizes(wanted[name])} is not in {path}" for name in missing]
    lines += [f"{name} {_sizes(given[name])} is in {path} alone" for name in more]
    yield from lines[:MOST_DIFFERENCES]
    if len(lines) > MOST_DIFFERENCES:
        yield f"{len(lines) - MOST_DIFFERENCES} more"
    odd = [*other, *missing, *more]
    layers = dict.fromkeys(name.rpartition(".")[0] or name for name in odd)
    if not {*given} & ({*wanted} - {*other}):
        said = f"{path} has no weights that fit this network"
        yield f"{said}: none has the name and the shape of one of its own"
    elif not learns:
        yield f"{path} is of another network, or of one with other parameters"
    elif len(layers) > MOST_LAYERS:
        yield f"{path} is of another network; --weights-except names what to leave out"
    else:
        flag = f"--weights-except {' '.join(layers)}"
        keys = f"weights: {{path: {path}, except: [{', '.join(layers)}]}}"
        yield f"to begin without these: {flag}, or in the spec {keys}"


def _sizes(value: Tensor) -> str:
    return str([*value.shape])


def _converted(
    path: Path, name: str, value: Tensor, wanted: Mapping[str, Tensor]
) -> Tensor:
    """Return weights in the dtype of the model, which must not lose anything."""
    own = wanted[name]
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
