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


PARTS = 6


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let CI run a part of the exhaustive tests, another one for each commit."""
    about = "run one sixth of the tests: 0 to 5"
    parser.addoption("--sixth", type=int, choices=range(PARTS), help=about)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Run slow tests first, so that no worker is left alone with them at the end."""
    mark_thinned(items)
    sixth = config.getoption("sixth")
    if sixth is not None:
        items[:], others = parted(items, sixth)
        config.hook.pytest_deselected(items=others)
    items.sort(key=lambda item: item.path.name not in FIRST)


def parted(
    items: list[pytest.Item], sixth: int
) -> tuple[list[pytest.Item], list[pytest.Item]]:
    """Return a sixth of the exhaustive tests, as many of each table, and the others."""
    rows: Counter[str] = Counter()
    parts: dict[bool, list[pytest.Item]] = {True: [], False: []}
    for item in items:
        drawn = item.get_closest_marker("each_commit") is not None
        if not drawn and item.get_closest_marker("exhaustive"):
            test = item.nodeid.partition("[")[0]
            drawn = (crc32(test.encode()) + rows[test]) % PARTS == sixth
            rows[test] += 1
        parts[drawn].append(item)
    return parts[True], parts[False]


def pytest_collection_finish() -> None:
    """Let the collector of garbage skip what is imported: with torch, half its time.

    From here on tests damage and import files within a second, which caches of bytecode
    do not notice; those of the tests are kept, as they take a third of the collection.
    """
    sys.dont_write_bytecode = True
    gc.collect()
    gc.freeze()
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
