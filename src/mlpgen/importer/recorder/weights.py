"""Writes the weights of a model to a file."""

from __future__ import annotations

import ctypes
import json
from pathlib import Path
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAMES = {
    torch.float32: "F32",
    torch.float64: "F64",
    torch.float16: "F16",
    torch.bfloat16: "BF16",
    torch.int64: "I64",
    torch.int32: "I32",
    torch.uint8: "U8",
    torch.bool: "BOOL",
}


def write_weights(state: Mapping[str, torch.Tensor], file: str) -> None:
    """Write a state_dict: `.safetensors`, anything else as `torch.save` does.

    The format is an 8-byte length, a header of JSON, and the bytes of the tensors; see
    https://huggingface.co/docs/safetensors.
    """
    path = Path(file)
    if path.suffix != ".safetensors":
        torch.save(dict(state), path)
        return
    header: dict[str, object] = {}
    blobs: list[bytes] = []
    begin = 0
    for key, tensor in state.items():
        flat = tensor.detach().cpu().contiguous().reshape(-1)
        data = ctypes.string_at(flat.data_ptr(), flat.nbytes) if flat.numel() else b""
        offsets = [begin, begin + len(data)]
        header[key] = {
            "dtype": _NAMES[tensor.dtype],
            "shape": [*tensor.shape],
            "data_offsets": offsets,
        }
        blobs.append(data)
        begin += len(data)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(len(text).to_bytes(8, "little") + text + b"".join(blobs))
