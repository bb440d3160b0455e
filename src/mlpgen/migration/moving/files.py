"""Files of weights: what is in them, and writing one."""

from __future__ import annotations

import ctypes
import json
import struct
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch import Tensor

from .dtypes import misfit, name_of
from .errors import MoveError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_MOST = 3
"""How many keys that differ are named."""


class Found(NamedTuple):
    """What is in a checkpoint.

    Attributes:
        tensors: Its weights by key.
        of_run: Whether a training wrote it, with the state of its optimizer.
        told: What network a training says that it is of; empty if none does.
    """

    tensors: dict[str, Tensor]
    of_run: bool
    told: str = ""


def read(path: str, modules: str) -> Found:
    """Read weights, without running code that is in the file.

    Args:
        path: A checkpoint, a state_dict, `.safetensors`, or an index of shards.
        modules: The folder of the modules that scripts read weights with.

    Raises:
        MoveError: There are none, or they cannot be read.
    """
    sys.path.append(modules)
    reader = _reader()
    wrong: type[Exception] = import_module("errors").RunError
    try:
        found = reader.read_weights(Path(path))
    except wrong as error:
        raise MoveError(str(error)) from None
    told = _network_of(reader.read_one(found.path)) if found.of_run else ""
    return Found(found.tensors, bool(found.of_run), told)


def _reader() -> Any:
    """Return the module that scripts read weights with."""
    return import_module("weight_files")


def _network_of(state: Mapping[str, Any]) -> str:
    """Return the network that a run says it is of, with what was set for it."""
    try:
        network, settings = state["spec"]["network"], state["settings"]
        changed = [
            f"--set-old {name}={settings[f'model_{name}']}"
            for name, default in network.get("parameters", {}).items()
            if settings.get(f"model_{name}", default) != default
        ]
        return " ".join([f"`{network['name']}`", *changed])
    except (KeyError, TypeError, AttributeError):
        return ""


def fitted(
    found: Found,
    wanted: Sequence[Mapping[str, Any]],
    unknown: Sequence[str],
    path: str,
    spec: str,
) -> dict[str, Tensor]:
    """Return the tensors of a network, after a look at whether they are its own.

    Args:
        found: What is in the file.
        wanted: The tensors of the network: key, shape, dtype, and the one that it is.
        unknown: Its custom modules, which have others.
        path: The file.
        spec: The spec of the network.

    Raises:
        MoveError: It is of another network.
    """
    known = {each["key"] for each in wanted}
    inside = tuple(f"{each}." for each in unknown)
    given: dict[str, Tensor] = _reader().named_alike(
        found.tensors, lambda key: key in known or key.startswith(inside)
    )
    lacking: list[str] = []
    other: list[str] = []
    for each in wanted:
        key, shape = each["key"], each["shape"]
        if key not in given and each["tied"] in given:
            given[key] = given[each["tied"]]
        if key not in given:
            lacking.append(f"has no `{key}`")
        elif said := misfit(given[key], each["dtype"]):
            raise MoveError(f"{path}: `{key}` {said}")
        elif [*given[key].shape] != shape:
            other.append(f"`{key}` is {[*given[key].shape]}, not {shape}")
    more = [
        f"`{key}` is none of its tensors"
        for key in given
        if key not in known and not key.startswith(inside)
    ]
    wrong = [*other, *lacking, *more]
    if wrong:
        said = "; ".join(wrong[:_MOST])
        rest = len(wrong) - _MOST
        said += f"; and {rest} more" if rest > 0 else ""
        told = f"; the run says it is of {found.told}" if found.told else ""
        raise MoveError(f"{path} is not of the network of {spec}: {said}{told}")
    return given


def check_made(
    made: Mapping[str, Tensor], given: Mapping[str, Tensor], path: str
) -> None:
    """See that a network that was made can have the tensors of a checkpoint.

    Only now it is known what tensors custom modules have.

    Raises:
        MoveError: It cannot.
    """
    for key, own in made.items():
        if key not in given:
            raise MoveError(f"{path} has no `{key}`, which a custom module has")
        if said := misfit(given[key], name_of(own.dtype)):
            raise MoveError(f"{path}: `{key}` {said}")
        sizes, wanted = [*given[key].shape], [*own.shape]
        if sizes != wanted:
            raise MoveError(f"{path}: `{key}` is {sizes}, not {wanted}")


def write(tensors: Mapping[str, Tensor], path: Path, *, safe: bool) -> None:
    """Write weights, as `torch.save` does or in the format safetensors.

    That is the length of a head, a head in JSON, and the bytes of the tensors: see
    https://huggingface.co/docs/safetensors.
    """
    if not safe:
        torch.save(dict(tensors), path)
        return
    names = {value: name for name, value in _reader().SAFE_TYPES.items()}
    head: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    start = 0
    for key, each in tensors.items():
        size = each.numel() * each.element_size()
        head[key] = {
            "dtype": names[each.dtype],
            "shape": [*each.shape],
            "data_offsets": [start, start + size],
        }
        start += size
    text = json.dumps(head).encode()
    text += b" " * (-len(text) % 8)
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for each in tensors.values():
            plain = each.detach().contiguous().view(-1).view(torch.uint8)
            file.write(_bytes(plain))


def _bytes(plain: Tensor) -> bytes:
    """Return the bytes of a tensor, without NumPy, which need not be there."""
    return ctypes.string_at(plain.data_ptr(), plain.numel())
