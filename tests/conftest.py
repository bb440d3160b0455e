"""Environment, Hypothesis profiles and order of all tests."""

from __future__ import annotations

import gc
import os
import sys
from collections import Counter
from zlib import crc32

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("POLARS_MAX_THREADS", "1")
os.environ.pop("FORCE_COLOR", None)
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # hundreds of processes share imports

import pytest
from hypothesis import HealthCheck, settings

from .linters import gathered

__all__ = ["gathered"]  # a fixture of all

REPEATABLE = settings(
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)
settings.register_profile("repeatable", REPEATABLE)
settings.register_profile("search", REPEATABLE, derandomize=False)
settings.load_profile(os.environ.get("MLPGEN_HYPOTHESIS", "repeatable"))

gc.disable()  # until all is collected, nothing of it is garbage

FIRST = ("test_training.py", "test_expert_code.py", "test_resume.py", "test_prove.py")


PARTS = 12
"""As many commits of CI run all exhaustive tests; each runs all proofs."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let CI run all proofs and a part of the rest, another for each commit."""
    about = (
        f"run all proofs and one part of the other exhaustive tests: 0 to {PARTS - 1}"
    )
    parser.addoption("--part", type=int, choices=range(PARTS), help=about)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Run slow tests first, so that no worker is left alone with them at the end."""
    mark_thinned(items)
    items.sort(key=lambda item: item.path.name not in FIRST)
    part = config.getoption("part")
    if part is not None:
        items[:], others = parted(items, part)
        items[:] = halved(items)
        config.hook.pytest_deselected(items=others)


def halved(items: list[pytest.Item]) -> list[pytest.Item]:
    """Put half of the proofs, which come first, to where the second worker begins."""
    proofs = [item for item in items if item.get_closest_marker("proof")]
    rest = [item for item in items if item not in proofs]
    half = len(proofs) // 2
    middle = max(0, len(items) // 2 - half)
    return [*proofs[:half], *rest[:middle], *proofs[half:], *rest[middle:]]


def parted(
    items: list[pytest.Item], part: int
) -> tuple[list[pytest.Item], list[pytest.Item]]:
    """Return all proofs and a part of the other exhaustive tests, and the rest."""
    rows: Counter[str] = Counter()
    found: dict[bool, list[pytest.Item]] = {True: [], False: []}
    for item in items:
        drawn = bool(item.get_closest_marker("proof"))
        if not drawn and item.get_closest_marker("exhaustive"):
            test = item.nodeid.partition("[")[0]
            drawn = (crc32(test.encode()) + rows[test]) % PARTS == part
            rows[test] += 1
        found[drawn].append(item)
    return found[True], found[False]


def pytest_collection_finish() -> None:
    """Let the collector of garbage skip what is imported: with torch, half its time.

    From here on tests damage and import files within a second, which caches of bytecode
    do not notice; those of the tests are kept, as they take a third of the collection.
    """
    sys.dont_write_bytecode = True
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    gc.enable()


def mark_thinned(items: list[pytest.Item]) -> None:
    """Leave one row of several of a long table to the usual run."""
    rows: Counter[str] = Counter()
    for item in items:
        mark = item.get_closest_marker("thinned")
        if mark is not None:
            test = item.nodeid.partition("[")[0]
            if rows[test] % mark.args[0]:
                item.add_marker(pytest.mark.exhaustive)
            rows[test] += 1


@pytest.fixture(autouse=True)
def _plain_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "100")
