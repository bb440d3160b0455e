"""The import block of a script, in the order that ruff gives it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from mlpgen.styles.code import Group, layout

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlpgen.styles.plan import Lines

OTHERS = ("matplotlib", "numpy", "PIL", "torch")
"""Packages that scripts import and that are neither Python's nor of the same folder."""


def import_lines(needs: Iterable[str]) -> Lines:
    """Write the imports of a script.

    Args:
        needs: Each a module (`math`), or a module and a name in it (`pathlib:Path`,
            `torch.nn:functional as F`).
    """
    modules: set[str] = set()
    names: dict[str, set[str]] = {}
    for need in needs:
        module, colon, name = need.partition(":")
        if colon:
            names.setdefault(module, set()).add(name)
        else:
            modules.add(module)
    lines: list[str] = []
    for section in range(3):
        block = [
            f"import {each}" for each in sorted(modules) if _section(each) == section
        ]
        for each in sorted(names, key=str.lower):
            if _section(each) == section:
                block += _from(each, names[each])
        lines += ["", *block] if block else []
    return tuple(lines[1:])


def _section(module: str) -> int:
    package = module.partition(".")[0]
    if package in sys.stdlib_module_names:
        return 0
    return 1 if package in OTHERS else 2


def _from(module: str, names: set[str]) -> list[str]:
    ordered = sorted(names, key=_kind)
    opening = f"from {module} import "
    if len(opening) + len(", ".join(ordered)) <= 88:
        return [opening + ", ".join(ordered)]
    return layout(Group(f"{opening}(", tuple(ordered), ")", exploded=True))


def _kind(name: str) -> tuple[int, str]:
    """Sort constants before classes before functions."""
    if name.isupper() and len(name) > 1:
        return 0, name
    return (1 if name[0].isupper() else 2), name
