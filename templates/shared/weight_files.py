"""Weights in files of any form: a checkpoint, a state_dict, safetensors, in shards."""

import json
import math
import pickle
import re
import warnings
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor

from damage import is_whole
from errors import RunError

WITHIN = ("average", "model", "state_dict", "model_state_dict", "net")
"""Where checkpoints keep weights, of a run first their mean."""
DEEPEST = 2
"""How many of these are inside of each other."""
NAMES_OF_CLASSES = ("classes", "class_names", "class_to_idx", "id2label")
"""Where files keep the names of classes."""
WEIGHT_FILES = (
    "best.pt",
    "model.safetensors",
    "model.safetensors.index.json",
    "pytorch_model.bin",
    "pytorch_model.bin.index.json",
)
"""Files of weights in a folder: that of a run, and those of transformers."""
PREFIXES = ("module.", "_orig_mod.", "model.")
"""What is put before all names of a model that is averaged, parallel, compiled, or a
part of another one."""
INDEX_END = ".index.json"
"""What the name of a file ends with that lists shards."""
SHARD = re.compile(r"(.+)-\d+-of-(?!0*1\.)\d+(\.\w+)")
"""The name of a file that has only some of the weights."""
DAMAGED = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""What reading a file in the format safetensors raises if its head is wrong."""
SAFE_TYPES = {
    "BOOL": torch.bool,
    "U8": torch.uint8,
    "I8": torch.int8,
    "F8_E4M3": torch.float8_e4m3fn,
    "F8_E5M2": torch.float8_e5m2,
    "U16": torch.uint16,
    "I16": torch.int16,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "U32": torch.uint32,
    "I32": torch.int32,
    "F32": torch.float32,
    "U64": torch.uint64,
    "I64": torch.int64,
    "F64": torch.float64,
    "C64": torch.complex64,
}
"""Types of tensors by their names in safetensors."""


class FoundWeights(NamedTuple):
    """What a file has.

    Attributes:
        path: The file.
        tensors: The weights, by name.
        classes: The names of the classes that they tell apart, if it has them.
        config: What a file of transformers beside it tells of the model.
        of_run: Whether it is a checkpoint of a run.
    """

    path: Path
    tensors: dict[str, Tensor]
    classes: list[str]
    config: dict[str, Any]
    of_run: bool


def read_weights(path: Path) -> FoundWeights:
    """Read the weights in a file, or in that of a folder.

    Args:
        path: A checkpoint, a state_dict, `.safetensors`, an index of shards; or the
            folder of a run or of a model of transformers.

    Raises:
        RunError: There are none, or they cannot be read.
    """
    path = weight_file(path)
    state: dict[Any, Any] = {}
    for part in shards_of(path):
        state |= read_one(part)
    classes = classes_in_file(state)
    of_run = state.keys() >= {"settings", "about"}
    for _ in range(DEEPEST):
        inside = [state[key] for key in WITHIN if isinstance(state.get(key), dict)]
        state = inside[0] if inside else state
        classes = classes or classes_in_file(state)
    tensors = {
        str(name): value for name, value in state.items() if isinstance(value, Tensor)
    }
    tensors.pop("n_averaged", None)  # of torch's AveragedModel
    if not tensors:
        raise RunError(f"{path} has no weights: no tensors with names")
    config = model_config(path)
    classes = classes or classes_in_file(config)
    return FoundWeights(path, tensors, classes, config, of_run)


def named_alike(
    tensors: Mapping[str, Tensor], is_own: Callable[[str], bool]
) -> dict[str, Tensor]:
    """Remove what is put before all names in a file, if more of them fit without it.

    A model may itself have one layer with such a name: then as many fit with it.

    Args:
        tensors: What is in the file, by name.
        is_own: Tells whether a model has a tensor with a name.
    """
    forms = [dict(tensors)]
    while before := [each for each in PREFIXES if _all_begin(each, forms[-1])]:
        end = len(before[0])
        forms.append({name[end:]: value for name, value in forms[-1].items()})
    return max(forms, key=lambda form: sum(map(is_own, form)))


def _all_begin(prefix: str, names: Mapping[str, Any]) -> bool:
    """Tell whether there are names, and all of them begin with something."""
    return bool(names) and all(name.startswith(prefix) for name in names)


def weight_file(path: Path) -> Path:
    """Return a file of weights, or that of a folder."""
    if path.is_dir():
        found = [path / name for name in WEIGHT_FILES if (path / name).is_file()]
        if not found:
            said = f"{path} has no {WEIGHT_FILES[0]} and no {WEIGHT_FILES[1]}"
            raise RunError(f"{said}: name a run, or a file of weights")
        path = found[0]
    if name := SHARD.fullmatch(path.name):
        whole = path.with_name(f"{name[1]}{name[2]}{INDEX_END}")
        said = f"{path} is a part of weights in several files"
        raise RunError(f"{said}: name their index, {whole}")
    return path


def shards_of(path: Path) -> list[Path]:
    """Return the files that weights are in: of an index all that it lists."""
    if not path.name.endswith(INDEX_END):
        return [path]
    try:
        listed = json.loads(path.read_text("utf-8"))["weight_map"]
        names = sorted({*listed.values()})
    except OSError as error:
        raise RunError(f"{path} cannot be read: {error.strerror}") from None
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise RunError(f"{path} is no index of weights in several files") from None
    if not names or not all(isinstance(each, str) for each in names):
        raise RunError(f"{path} is no index of weights in several files")
    parts = [path.with_name(Path(name).name) for name in names]
    missing = [part.name for part in parts if not part.is_file()]
    if missing:
        said = f"{path} lists {len(parts)} files, of which {len(missing)} are not there"
        raise RunError(f"{said}: {', '.join(missing[:3])}")
    return parts


def read_one(path: Path) -> dict[Any, Any]:
    """Read one file, as plain data and tensors."""
    try:
        with path.open("rb") as file:
            begin = file.read(64)
    except OSError as error:
        raise RunError(f"{path} cannot be read: {error.strerror}") from None
    if begin.startswith(b"version https://git-lfs"):
        said = f"{path} is only a pointer to weights"
        raise RunError(f"{said}: `git lfs pull` brings the file itself")
    if path.suffix == ".safetensors" or begin[8:9] == b"{":
        return safetensors(path)
    return pickled(path, begin)


def pickled(path: Path, begin: bytes) -> dict[Any, Any]:
    """Read what `torch.save` has written, if it is plain data and tensors."""
    damaged = f"{path} cannot be read: it is incomplete or damaged"
    if not begin.startswith((b"PK\x03\x04", b"\x80")):
        raise RunError(f"{path} is no file of weights: `torch.save` writes one")
    zipped = begin.startswith(b"PK")
    try:
        if zipped and not is_whole(path):
            raise RunError(damaged)
        with warnings.catch_warnings(action="ignore"):
            state = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        if "truncated" in str(error):
            raise RunError(damaged) from None
        said = f"{path} cannot be read: it holds more than plain data and tensors"
        mend = "torch.save(model.state_dict(), path)"
        raise RunError(f"{said}; save a state_dict: `{mend}`") from None
    except Exception:
        if zipped and zipfile.is_zipfile(path) and not _has_tensors(path):
            said = f"{path} is no file of weights: `torch.save` writes one"
            raise RunError(said) from None
        raise RunError(damaged) from None
    if not isinstance(state, dict):
        raise RunError(f"{path} has no weights: no tensors with names")
    return state


def _has_tensors(path: Path) -> bool:
    """Tell whether an archive is one of `torch.save`."""
    with zipfile.ZipFile(path) as file:
        return any(name.endswith("/data.pkl") for name in file.namelist())


def safetensors(path: Path) -> dict[Any, Any]:
    """Read a file in the format safetensors.

    That is the length of a head, a head in JSON, and the bytes of the tensors: see
    https://huggingface.co/docs/safetensors.
    """
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            size = path.stat().st_size - 8 - length
            if size < 0:
                raise RunError(f"{path} cannot be read: it is incomplete")
            head = json.loads(file.read(length))
            found: dict[Any, Any] = dict(told_classes(head.pop("__metadata__", {})))
            for name, about in head.items():
                start, end = about["data_offsets"]
                if not 0 <= start <= end <= size:
                    raise RunError(f"{path} cannot be read: it is incomplete")
                file.seek(8 + length + start)
                content = bytearray(file.read(end - start))
                found[name] = as_weights(content, about)
    except DAMAGED:
        raise RunError(f"{path} is no file of weights: it is damaged") from None
    return found


def as_weights(content: bytearray, about: Mapping[str, Any]) -> Tensor:
    """Return the tensor in some bytes.

    Args:
        content: The bytes.
        about: Its type and shape, as a head tells them.
    """
    dtype, shape = SAFE_TYPES[about["dtype"]], about["shape"]
    if len(content) != math.prod(shape) * dtype.itemsize:
        raise ValueError(shape)
    if not content:
        return torch.empty(shape, dtype=dtype)
    return torch.frombuffer(content, dtype=dtype).reshape(shape)


def told_classes(told: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    """Yield what a file in the format safetensors tells of classes, which is text."""
    for key in NAMES_OF_CLASSES:
        if key in told:
            try:
                yield key, json.loads(told[key])
            except ValueError:
                yield key, told[key].split(",")


def model_config(path: Path) -> dict[str, Any]:
    """Return what transformers tell of a model, in a file beside its weights."""
    try:
        found = json.loads(path.with_name("config.json").read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def classes_in_file(state: Mapping[Any, Any]) -> list[str]:
    """Return the names of classes in what a file tells; none if it has no such."""
    about = state.get("about")  # of a run
    for known in (state, about if isinstance(about, dict) else {}):
        for key in NAMES_OF_CLASSES:
            if found := _in_order(known.get(key)):
                return found
    return []


def _in_order(told: Any) -> list[str]:
    """Return names in their order: a list, names with places, or places with names."""
    try:
        if isinstance(told, dict):
            places = {int(place): str(name) for name, place in _with_places(told)}
            return [places[place] for place in range(len(places))]
    except (KeyError, TypeError, ValueError):
        return []
    listed = told if isinstance(told, list | tuple) else []
    return [*listed] if all(isinstance(each, str) for each in listed) else []


def _with_places(told: Mapping[Any, Any]) -> Iterator[tuple[Any, Any]]:
    """Yield names and their places."""
    by_name = any(isinstance(value, int) for value in told.values())
    for key, value in told.items():
        yield (key, value) if by_name else (value, key)
