"""Processes of their own for what may fail, hang or end them."""

from __future__ import annotations

import os
import select
import signal
import sys
import traceback
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BROKEN = 5
"""The exit code of a process in which something else fails."""
SILENCE = 900
"""Seconds without a word after which a process is ended."""
NEVER_ENDS = "does not end"


def forked(action: Callable[[int], None]) -> tuple[int, str | None, float, bool]:
    """Run something in a process of its own, which tells the name of each test.

    Returns:
        Its exit code (negative for a signal), the last test, CPU seconds, and whether
        it was ended because it was silent.
    """
    told, tell = os.pipe()
    process = os.fork()
    if not process:
        os.setsid()
        os.close(told)
        try:
            action(tell)
        except BaseException:
            traceback.print_exc()
            sys.stderr.flush()
        os._exit(BROKEN)
    os.close(tell)
    last, ended = None, False
    for line in _lines(told):
        ended = line == NEVER_ENDS
        last = last if ended else line
    os.close(told)
    with suppress(ProcessLookupError):  # what it started ends with it
        os.killpg(process, signal.SIGKILL if ended else signal.SIGTERM)
    _, status, used = os.wait4(process, 0)
    cpu = used.ru_utime + used.ru_stime
    return os.waitstatus_to_exitcode(status), last, cpu, ended


def _lines(file: int) -> Iterator[str]:
    """Yield the lines of a process; `NEVER_ENDS` if it is silent for too long."""
    rest = b""
    while True:
        ready, _, _ = select.select([file], [], [], SILENCE)
        if not ready:
            yield NEVER_ENDS
            return
        got = os.read(file, 4096)
        if not got:
            return
        *whole, rest = (rest + got).split(b"\n")
        yield from (line.decode() for line in whole)


def spent() -> float:
    """Count the CPU seconds of this process and of those that it has waited for."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system
