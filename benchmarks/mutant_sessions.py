"""Sessions of pytest that run chosen tests until one fails, and end the process."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from mutant_processes import spent

if TYPE_CHECKING:
    from collections.abc import Sequence

KILLED, OUT_OF_TIME = 1, 3
"""Exit codes of a process that tries a mistake; 0 if all tests pass."""
SLOWEST = 20
"""CPU seconds: tests that take longer are not used."""
PATIENCE = 10
"""Times as long as usual, and at least `SLOWEST`: a test that hangs."""


class Watch:
    """A plugin of pytest that runs chosen tests until one fails, and ends the process.

    Attributes:
        failed: Whether a test failed.
    """

    def __init__(self) -> None:
        self.failed = False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Notice that a test failed."""
        self.failed = self.failed or report.failed

    def until_noticed(
        self,
        items: Sequence[pytest.Item],
        seconds: dict[str, float | None],
        end: float,
        tell: int,
    ) -> None:
        """Run tests; end the process."""
        for item, following in zip(items, [*items[1:], None], strict=True):
            os.write(tell, f"{item.nodeid}\n".encode())
            usual = seconds[item.nodeid] or 0.0
            signal.setitimer(signal.ITIMER_PROF, max(SLOWEST, PATIENCE * usual))
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            signal.setitimer(signal.ITIMER_PROF, 0)
            if self.failed:
                os._exit(KILLED)
            if spent() > end and following:
                os._exit(OUT_OF_TIME)
        os._exit(0)


class Again(Watch):
    """The plugin of a session that is collected with a mistake in place."""

    def __init__(
        self,
        chosen: Sequence[str],
        seconds: dict[str, float | None],
        end: float,
        tell: int,
    ) -> None:
        super().__init__()
        self.chosen, self.seconds, self.end, self.tell = chosen, seconds, end, tell

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run the chosen tests; end the process."""
        signal.setitimer(signal.ITIMER_PROF, 0)
        if session.testsfailed:
            os._exit(KILLED)
        items = {item.nodeid: item for item in session.items}
        if any(each not in items for each in self.chosen):
            os._exit(KILLED)
        chosen = [items[each] for each in self.chosen]
        self.until_noticed(chosen, self.seconds, self.end, self.tell)
        return True
