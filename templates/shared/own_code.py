"""Modules of the model's author, beside the generated ones."""

import sys
from collections.abc import Sequence
from pathlib import Path

from errors import RunError


def check_own(files: Sequence[str]) -> None:
    """See that modules were imported from beside this one: Python may find others."""
    package = f"{__package__}." if __package__ else ""
    for name in files:
        module = sys.modules[package + name.removesuffix(".py").replace("/", ".")]
        path, found = Path(__file__).parent / name, Path(str(module.__file__))
        if path.resolve() != found.resolve():
            raise RunError(f"the model needs {path}, but Python imported {found}")
