"""Reads the tensors of an example from a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from mlpgen.importer.recorder.target import TargetError, in_words

if TYPE_CHECKING:
    from collections.abc import Callable

KINDS = "a tensor, or a list or dict of tensors"


def read_example(file: str) -> Any:
    """Return the tensors of a file: `.pt`, `.npy`, `.npz` or `.safetensors`.

    Raises:
        TargetError: It is not there, or has no tensors.
    """
    path = Path(file)
    if not path.is_file():
        raise TargetError(f"there is no file `{file}`")
    try:
        return _READERS.get(path.suffix, _torch)(path)
    except ModuleNotFoundError as error:
        raise TargetError(f"`{file}` needs {error.name}: pip install") from None
    except Exception as error:  # what a file can be wrong in has no common class
        why = in_words(error, 200)
        raise TargetError(f"`{file}` is no file with {KINDS}: {why}") from None


def _torch(path: Path) -> Any:
    return torch.load(path, map_location="cpu", weights_only=True)


def _numpy(path: Path) -> Any:
    import numpy

    found = numpy.load(path, allow_pickle=False)
    if isinstance(found, numpy.ndarray):
        return torch.from_numpy(found)
    return {name: torch.from_numpy(found[name]) for name in found.files}


def _safetensors(path: Path) -> Any:
    from safetensors.torch import load_file

    return load_file(path)


_READERS: dict[str, Callable[[Path], Any]] = {
    ".npy": _numpy,
    ".npz": _numpy,
    ".safetensors": _safetensors,
}
