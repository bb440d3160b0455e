"""Shared modules have no name twice, since a notebook has all their definitions."""

from __future__ import annotations

import ast
from collections import Counter

import pytest

from .shared_modules import SHARED

LOADERS = (
    *("arrays", "cifar", "images", "labeled_texts", "mnist", "module", "tables"),
    *("named_arrays", "named_module", "text", "texts_with_lengths", "words"),
)
OF_SCRIPTS = ("checkpoint", "command_line", "hooks", "prediction")
"""Modules that notebooks do not use."""


@pytest.mark.parametrize("loader", LOADERS)
def test_names_mean_one_thing_in_a_notebook(loader: str) -> None:
    """It has the definitions of several modules, so no two can share a name."""
    others = {f"data_{each}" for each in LOADERS if each != loader}
    names = Counter(
        name
        for path in SHARED.glob("*.py")
        if path.stem not in {*OF_SCRIPTS, *others}
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        for name in defined(node)
    )
    assert [name for name, count in names.items() if count > 1] == []


def defined(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else []
    return [each.id for each in targets if isinstance(each, ast.Name)]
