"""The modules that scripts of all specs share: the same bytes in every project."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from mlpgen.output.header import SLOT, stamp
from mlpgen.rendering import text_of

if TYPE_CHECKING:
    from collections.abc import Iterable

NAMES = (
    "augment",
    "checkpoint",
    "command_line",
    "data_arrays",
    "data_cifar",
    "data_common",
    "data_images",
    "data_mnist",
    "data_module",
    "data_pixels",
    "data_tables",
    "data_text",
    "data_wanted",
    "errors",
    "hooks",
    "plots",
    "prediction",
    "scores",
    "training",
)
"""All of them, without `.py`."""

_IMPORT = re.compile(r"^ *(?:from|import) (\w+)", re.MULTILINE)


def used_by(texts: Iterable[str]) -> tuple[str, ...]:
    """Name the shared modules that files import, and those that these import."""
    found: set[str] = set()
    waiting = [name for text in texts for name in _imported(text)]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += _imported(_text(name))
    return tuple(sorted(found))


def _imported(text: str) -> list[str]:
    return [name for name in _IMPORT.findall(text) if name in NAMES]


def texts(names: Iterable[str]) -> dict[str, str]:
    """Return the texts of shared modules, with their header, by the names of files."""
    return {f"{name}.py": stamp(_with_slot(_text(name)), None) for name in names}


@cache
def _text(name: str) -> str:
    return text_of(f"shared/{name}.py")


def _with_slot(text: str) -> str:
    """Say where the header goes: behind the docstring of a module."""
    end = text.index('"""', 3) + 3
    return f"{text[:end]}\n\n{SLOT}{text[end:]}"
