"""A process with torch that runs the checks of networks, beside mlpgen."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlpgen.proof.certificate import Certificate, Check

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from mlpgen.proof.job import Job

    Tell = Callable[[str, str], None]

_START = "import sys; sys.path.append(sys.argv[1])"
_COMMAND = f"{_START}; from mlpgen.proof.checks.main import main; main(sys.argv[2])"
JOBS = "jobs.json"
"""The file with the jobs of a process."""


class NoTorchError(Exception):
    """The Python that runs mlpgen has no torch."""


class Process:
    """A process with torch, which proves networks until it ends or takes too long."""

    def __init__(
        self, jobs: Sequence[Job], folder: Path, timeout: float, tell: Tell
    ) -> None:
        self.jobs = jobs
        self.folder = folder
        self.timeout = timeout
        self.tell = tell
        self.torch = ""
        self.current = 0
        self.running = "start"
        self.checks: list[list[Check]] = [[]]
        self.expired = False
        self.watch = threading.Timer(timeout, lambda: None)

    def run(self) -> Iterator[Certificate]:
        """Run the process and yield at least one certificate."""
        with (
            (self.folder / "errors.txt").open("wb") as errors,
            subprocess.Popen(
                # `-P`: import nothing from the working folder.
                [sys.executable, "-P", "-c", _COMMAND, _HERE, JOBS],
                cwd=self.folder,
                env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                encoding="utf-8",
            ) as process,
        ):
            assert process.stdout is not None
            try:
                yield from self._listen(process, process.stdout)
            finally:
                self.watch.cancel()
                process.kill()
        code = process.returncode
        if code or self.expired or len(self.checks) < len(self.jobs):
            self.checks[-1].append(self._broken(code))
        yield self._certificate()

    def _certificate(self) -> Certificate:
        """Return the certificate of the current network."""
        job = self.jobs[len(self.checks) - 1]
        name, styles = job.claims["name"], (*job.texts,)
        checks = (*self.checks[-1],)
        return Certificate(job.spec, name, styles, self.torch, checks)

    def _listen(
        self, process: subprocess.Popen[str], lines: Iterable[str]
    ) -> Iterator[Certificate]:
        """Read the answers; each network gets the full time."""
        self._watch(process)
        for line in lines:
            answer = json.loads(line)
            if answer.get("begin"):
                yield self._certificate()
                self._watch(process)
            self._take(answer)
        process.wait()

    def _watch(self, process: subprocess.Popen[str]) -> None:
        def expire() -> None:
            self.expired = True
            process.kill()

        self.watch.cancel()
        self.watch = threading.Timer(self.timeout, expire)
        self.watch.daemon = True
        self.watch.start()

    def _take(self, answer: dict[str, Any]) -> None:
        if "missing" in answer:
            raise NoTorchError(answer["missing"])
        if "torch" in answer:
            self.torch = answer["torch"]
        elif answer.get("begin"):
            self.checks.append([])
        elif "status" in answer:
            self.checks[-1].append(Check(**answer))
        elif "name" in answer:
            self.running = answer["name"]
            self.tell(self.jobs[len(self.checks) - 1].spec, self.running)

    def _broken(self, code: int) -> Check:
        """Say why the process did not finish."""
        if self.expired:
            why = f"took longer than {self.timeout:g} s in all; --timeout allows more"
            return Check(self.running, "unfinished", why)
        text = (self.folder / "errors.txt").read_text("utf-8", errors="replace")
        last = text.strip().splitlines()[-1:]
        why = ": ".join([f"the process ended with code {code}", *last])
        return Check(self.running, "fails", why[:300])


_HERE = str(Path(__file__).parent.parent.parent)
