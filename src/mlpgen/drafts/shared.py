"""Modules that scripts share, used by drafts."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING

from mlpgen.drafts.text import refuse
from mlpgen.template_files import TEMPLATES

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType


def shared_module(name: str) -> ModuleType:
    """Import a module that scripts share, and that needs no torch."""
    folder = str(TEMPLATES / "shared")
    sys.path.insert(0, folder)
    try:
        return import_module(name)
    finally:
        sys.path.remove(folder)


def text_in(path: Path) -> str:
    """Read a file of text as scripts do.

    Raises:
        SpecError: It is no text in UTF-8.
    """
    content = shared_module("text_content")
    if shared_module("data_folders").is_no_file(path):
        raise refuse(f"{path} is neither a file nor a folder")
    try:
        text: str = content.content_of(path)
    except content.TextError as error:
        help = "save it as UTF-8" if error.advice else ""
        raise refuse(error.said, help) from None
    return text
