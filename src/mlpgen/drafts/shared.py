"""Modules that scripts share, used by drafts."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING

from mlpgen.template_files import TEMPLATES

if TYPE_CHECKING:
    from types import ModuleType


def shared_module(name: str) -> ModuleType:
    """Import a module that scripts share, and that needs no torch."""
    folder = str(TEMPLATES / "shared")
    sys.path.insert(0, folder)
    try:
        return import_module(name)
    finally:
        sys.path.remove(folder)
