"""Tensors that layers of an ONNX file have in common, as they were equal."""

from __future__ import annotations

import re
from math import prod
from typing import Any

from mlpgen.importer.recorder.files.onnx_scopes import is_path, scopes_of

_LARGEST = 1024
"""Torch's exporter keeps equal tensors once that have at most so many numbers."""


def give_own_tensors(graph: Any) -> None:
    """Give each layer tensors of its own, such as the ones of each normalization.

    Larger tensors that several layers use are tied, and stay so.
    """
    tensors = {each.name: each for each in graph.initializer}
    layers = [(_path(each), each) for each in graph.node]
    kinds = {path: each.op_type for path, each in layers}
    for path, node in layers:
        for at, name in enumerate(node.input):
            home, _, last = name.rpartition(".")
            if not path or _is_call(path, home) or kinds.get(home) != node.op_type:
                continue
            if name not in tensors or not is_path(name):
                continue
            if prod(tensors[name].dims) > _LARGEST:
                continue
            own = f"{path}.{last}"
            if own not in tensors:
                made = graph.initializer.add()
                made.CopyFrom(tensors[name])
                made.name = own
                tensors[own] = made
            node.input[at] = own


def _is_call(path: str, home: str) -> bool:
    """Tell whether a path is that of a module, or of a later call: `norm_1`."""
    one, other = path.split("."), home.split(".")
    return len(one) == len(other) and all(
        re.fullmatch(rf"{y}(_\d+)?", x) for x, y in zip(one, other, strict=True)
    )


def _path(node: Any) -> str:
    scopes = scopes_of(node)
    return scopes[-1].path if scopes else ""
