"""Custom modules: imported from the author's files before any model is made."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

from torch import nn

from .errors import FailsError


def import_custom(custom: dict[str, Any]) -> list[str]:
    """Import the author's files, so that the generated code finds exactly these.

    Args:
        custom: See `mlpgen.proof.custom_files.write_files`.

    Returns:
        Their paths.

    Raises:
        FailsError: A file is missing, Python finds another module of that name, or a
            class does not inherit from `nn.Module`.
    """
    sys.path.insert(0, custom["folder"])
    try:
        for file in custom["files"]:
            _import(file, Path(custom["folder"]))
    finally:
        sys.path.remove(custom["folder"])
    return [file["path"] for file in custom["files"]]


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
            raise FailsError(f"`{name}` in {path} is not an `nn.Module` class")
