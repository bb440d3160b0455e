"""Which test runs which line: a file of JSON lines that grows with the tests.

The first line of a run has the texts of the sources; a test has its CPU time and, for
each source that it runs, the lines as the bits of a number. Lines are followed through
later changes of a source, so that only new tests are ever traced.
"""

from __future__ import annotations

import json
from collections import Counter
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

IMPORTS = ""
"""The test in whose name modules are imported."""


class Map:
    """A map from lines to tests.

    Attributes:
        seconds: The CPU time of each test; None if it fails or takes too long.
    """

    def __init__(self, file: Path, texts: dict[str, str]) -> None:
        self.file = file
        self.seconds: dict[str, float | None] = {}
        self._texts = texts
        self._runs: dict[str, dict[str, int]] = {}
        moved: dict[str, dict[int, int]] = {}
        last = None
        for line in file.read_text("utf-8").splitlines() if file.exists() else []:
            entry = json.loads(line)
            if "texts" in entry:
                last = entry["texts"]
                moved = _all_moved(last, texts)
            else:
                self._read(entry, moved)
        if last != texts:
            self._append({"texts": texts})

    def _append(self, entry: dict[str, Any]) -> None:
        with self.file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")

    def _read(self, entry: dict[str, Any], moved: dict[str, dict[int, int]]) -> None:
        lines = {path: int(bits, 16) for path, bits in entry["lines"].items()}
        for path, lines_moved in moved.items():
            if path in lines:
                lines[path] = _bits(
                    lines_moved[line]
                    for line in _lines(lines[path])
                    if line in lines_moved
                )
        test = entry["test"]
        before = self._runs.get(test, {}) if test == IMPORTS else {}
        for path, bits in before.items():  # modules of tests that were imported before
            lines[path] = lines.get(path, 0) | bits
        self.seconds[test] = entry["cpu"]
        self._runs[test] = lines

    def add(
        self, test: str, cpu: float | None, lines: dict[str, Iterable[int]]
    ) -> None:
        """Record a test."""
        bits = {path: f"{_bits(each):x}" for path, each in lines.items()}
        entry = {"test": test, "cpu": cpu, "lines": bits}
        self._append(entry)
        self._read(entry, {})

    def running(self, path: str, lines: Sequence[int] = ()) -> list[str]:
        """List the tests that run one of some lines, or anything of a file."""
        wanted = _bits(lines) if lines else -1
        return [
            test
            for test, runs in self._runs.items()
            if test != IMPORTS
            and self.seconds[test] is not None
            and runs.get(path, 0) & wanted
        ]

    def imported(self, path: str, lines: Iterable[int]) -> bool:
        """Tell whether all of some lines are known to run before any test."""
        wanted = _bits(lines)
        return self._runs.get(IMPORTS, {}).get(path, 0) & wanted == wanted

    def imported_any(self, path: str, lines: Iterable[int]) -> bool:
        """Tell whether one of some lines runs before any test."""
        return bool(self._runs.get(IMPORTS, {}).get(path, 0) & _bits(lines))

    def ordered(self, tests: Iterable[str]) -> list[str]:
        """Sort tests: quick ones first, each case of a function after other tests.

        The third case of a function counts as one that takes three times as long.
        """
        seen: Counter[str] = Counter()
        costs: dict[str, float] = {}
        for test in sorted(tests, key=self._cost):
            function = test.partition("[")[0]
            seen[function] += 1
            costs[test] = seen[function] * self._cost(test)
        return sorted(costs, key=lambda test: costs[test])

    def _cost(self, test: str) -> float:
        return 0.01 + (self.seconds[test] or 0.0)


def _bits(lines: Iterable[int]) -> int:
    found = 0
    for line in lines:
        found |= 1 << line
    return found


def _lines(bits: int) -> list[int]:
    return [line for line in range(bits.bit_length()) if bits >> line & 1]


def _all_moved(old: dict[str, str], new: dict[str, str]) -> dict[str, dict[int, int]]:
    """Say for each source that changed where its lines are now."""
    return {
        path: _moved(text, new.get(path, ""))
        for path, text in old.items()
        if text != new.get(path)
    }


def _moved(old: str, new: str) -> dict[int, int]:
    """Say where lines are now; one that was replaced is where its replacement is."""
    found: dict[int, int] = {}
    matcher = SequenceMatcher(None, old.splitlines(), new.splitlines(), autojunk=False)
    for _, start, end, new_start, new_end in matcher.get_opcodes():
        for index in range(end - start):
            if new_end > new_start:
                found[start + index + 1] = min(new_start + index, new_end - 1) + 1
    return found
