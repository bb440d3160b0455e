"""The corpus of faults: each is named, and nothing else is."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from types import ModuleType


def _benchmark() -> ModuleType:
    path = Path(__file__).parents[2] / "benchmarks" / "faults.py"
    spec = importlib.util.spec_from_file_location("faults", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["faults"] = module
    spec.loader.exec_module(module)
    return module


FAULTS = _benchmark()
FAULTY, CLEAN = FAULTS.faults(), FAULTS.clean()


@pytest.mark.parametrize("case", FAULTY, ids=lambda case: case.title)
def test_a_fault_is_named(case: FAULTS.Case, tmp_path: Path) -> None:
    found = FAULTS.judged(case.text, tmp_path)
    assert {*case.codes} & {*found.errors, *found.warnings}


@pytest.mark.parametrize("case", FAULTY, ids=lambda case: case.title)
def test_what_is_mended_has_no_fault(case: FAULTS.Case, tmp_path: Path) -> None:
    assert FAULTS.judged(case.mended, tmp_path) == FAULTS.Judged((), ())


@pytest.mark.parametrize("case", CLEAN, ids=lambda case: case.title)
def test_what_only_looks_faulty_is_clean(case: FAULTS.Case, tmp_path: Path) -> None:
    assert FAULTS.judged(case.text, tmp_path) == FAULTS.Judged((), ())


@pytest.mark.parametrize("path", FAULTS.specs_of_the_repository(), ids=str)
@pytest.mark.thinned(3)
def test_specs_of_the_repository_are_clean(path: Path) -> None:
    assert FAULTS.of_file(path) == FAULTS.Judged((), ())


def test_the_corpus_is_large_enough() -> None:
    assert len(FAULTY) >= 60
    assert len(CLEAN) >= 30
    assert len({case.title for case in FAULTY}) == len(FAULTY)
