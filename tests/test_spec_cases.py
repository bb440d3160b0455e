"""The cases of several files: made with all arguments, interpreted, and linted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mlpgen import api

from . import (
    test_any_inputs,
    test_else,
    test_function_classes,
    test_scalar_inputs,
    test_when,
)
from .spec_cases import check_case, write_cases
from .test_interpreter import evaluated

if TYPE_CHECKING:
    from pathlib import Path

    from .linters import Gathered

CASES = {
    f"{file.__name__.partition('test_')[2]}: {name}": case
    for file in (
        test_any_inputs,
        test_else,
        test_function_classes,
        test_scalar_inputs,
        test_when,
    )
    for name, case in file.CASES.items()
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("style", api.STYLES)
@pytest.mark.thinned(3)
def test_classes_and_what_they_return(name: str, style: str) -> None:
    check_case(CASES[name], style)


@pytest.mark.parametrize("name", CASES)
def test_the_interpreter_gives_the_same(name: str, tmp_path: Path) -> None:
    assert "of the spec give the same" in evaluated(CASES[name].text, tmp_path)


def test_code_passes_ruff_and_mypy(tmp_path: Path, gathered: Gathered) -> None:
    write_cases(CASES, tmp_path)
    gathered.take(tmp_path)
