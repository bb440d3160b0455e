"""Modules of the author's own: imported from their file, before anything is called."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

from torch import nn

from .common import FailsError


def import_own(own: dict[str, Any]) -> list[str]:
    """Import the author's files; what the generated code imports is then this.

    Args:
        own: See `mlpgen.proof.custom_files.written`.

    Returns:
        Their paths.

    Raises:
        FailsError: A file is not there, Python finds another one of its name, or what
            should be a class of `nn.Module` is something else.
    """
    sys.path.insert(0, own["folder"])
    try:
        for file in own["files"]:
            _import(file, Path(own["folder"]))
    finally:
        sys.path.remove(own["folder"])
    return [file["path"] for file in own["files"]]


def _import(file: dict[str, Any], folder: Path) -> None:
    path = file["path"]
    if file["wrong"]:
        raise FailsError(file["wrong"])
    module = importlib.import_module(file["module"])
    found = getattr(module, "__file__", None)
    if not found or not Path(found).samefile(folder / path):
        raise FailsError(f"Python imports `{file['module']}` from {found}, not {path}")
    for name in file["classes"]:
        cls = getattr(module, name, None)
        if not isinstance(cls, type) or not issubclass(cls, nn.Module):
            raise FailsError(f"`{name}` of {path} is no class of `nn.Module`")
