"""The process of an import, forked from one that has torch imported already."""

from __future__ import annotations

import os
import sys
from multiprocessing import forkserver
from pathlib import Path
from typing import Any

from tests import processes


class Forked:
    """What `subprocess.Popen` is for a session: two pipes and an end."""

    def __init__(self, command: list[str], *, stderr: Any, **_options: Any) -> None:
        folder = Path(command[-1])
        for name in ("questions", "answers"):
            os.mkfifo(folder / name)
        self._process = processes._SERVER.Process(
            target=_main, args=(folder, Path.cwd(), Path(stderr.name))
        )
        self._process.start()
        self.stdin = (folder / "questions").open("w", encoding="utf-8")
        self.stdout = (folder / "answers").open(encoding="utf-8")

    def kill(self) -> None:
        """Kill it."""
        self._process.kill()

    def wait(self) -> int:
        """Wait for its end, and return its code."""
        self._process.join()
        assert self._process.exitcode is not None
        return self._process.exitcode

    def communicate(self) -> None:
        """Wait for its end."""
        self.wait()
        self.stdin.close()
        self.stdout.close()


def start_server() -> None:
    """Start what is forked, from a folder where it finds what it imports before."""
    forkserver.ensure_running()


def _main(folder: Path, place: Path, errors: Path) -> None:
    os.chdir(place)
    flags = [os.O_RDONLY, os.O_WRONLY, os.O_WRONLY | os.O_APPEND]
    files = [folder / "questions", folder / "answers", errors]
    for number, (file, flag) in enumerate(zip(files, flags, strict=True)):
        os.dup2(os.open(file, flag), number)
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", closefd=False)
    from mlpgen.importer.recorder.main import main

    main(str(folder))
    os._exit(0)
