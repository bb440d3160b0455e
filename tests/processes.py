"""Runs scripts in separate processes that have torch imported already.

Importing torch takes longer than most trainings of the tests, and so do other imports
of scripts (`imported.py`). A server that has only done these imports is forked for each
script, so that scripts share nothing else but what is compiled: each renders the same
shared modules to a folder of its own, and compiling these takes longer than all else.
"""

from __future__ import annotations

import atexit
import gc
import hashlib
import marshal
import multiprocessing
import os
import runpy
import shutil
import socket
import sys
import tempfile
import traceback
from functools import cache
from importlib.machinery import SourceFileLoader
from multiprocessing.connection import wait
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import finalize

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import CodeType

_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload(["__main__", "tests.imported"])


class Done(NamedTuple):
    """The result of a script."""

    returncode: int
    stdout: str
    stderr: str


class Started:
    """A script that runs in its folder, as the command line starts it."""

    def __init__(
        self, script: Path, *args: str, environment: Mapping[str, str] | None = None
    ) -> None:
        folder = tempfile.mkdtemp()
        # Also where a failed test never asks for the end.
        self._clear = finalize(self, shutil.rmtree, folder, ignore_errors=True)
        self._files = [Path(folder, name) for name in ("out", "err")]
        self.process = _SERVER.Process(
            target=_main,
            args=(script, args, *self._files, environment or {}, _compiled()),
        )
        self.process.start()

    def send_signal(self, number: int) -> None:
        """Send it a signal."""
        assert self.process.pid is not None
        os.kill(self.process.pid, number)

    def done(self, timeout: float = 600) -> Done:
        """Wait for its end."""
        self.process.join(timeout)
        if self.process.exitcode is None:
            self.kill()
            raise TimeoutError(self.process)
        said = [path.read_text("utf-8") for path in self._files if path.exists()]
        self._clear()
        return Done(self.process.exitcode, *(said or ("", "")))

    def kill(self) -> None:
        """Kill it."""
        self.process.kill()
        self.process.join()
        self._clear()


def run(script: Path, *args: str) -> Done:
    """Run a script to its end."""
    return Started(script, *args).done()


def run_ranks(script: Path, *args: str, ranks: int = 2, timeout: float = 200) -> Done:
    """Run a script in several ranks, as `torchrun` does: the first failure ends all."""
    with socket.socket() as taken:
        taken.bind(("localhost", 0))
        port = taken.getsockname()[1]
    size = dict.fromkeys(("WORLD_SIZE", "LOCAL_WORLD_SIZE"), str(ranks))
    common = {"MASTER_ADDR": "localhost", "MASTER_PORT": str(port), **size}
    started = [
        Started(
            script, *args, environment=common | {"RANK": str(i), "LOCAL_RANK": str(i)}
        )
        for i in range(ranks)
    ]
    living = {each.process.sentinel: each.process for each in started}
    while living:
        ready = [living.pop(each) for each in wait([*living], timeout)]
        if not ready or any(process.exitcode for process in ready):
            break
    for process in living.values():
        process.kill()
    found = [each.done() for each in started]
    return Done(
        next((done.returncode for done in found if done.returncode), 0),
        "".join(done.stdout for done in found),
        "".join(done.stderr for done in found),
    )


@cache
def _compiled() -> Path:
    """Make the folder of what is compiled, which ends with this process of pytest."""
    folder = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


def _compile_once(folder: Path) -> None:
    """Let imports compile a text once, whatever file it is in and when."""
    compiled = SourceFileLoader.source_to_code

    def source_to_code(
        self: SourceFileLoader, data: bytes, path: str, **options: Any
    ) -> CodeType:
        kept = folder / hashlib.sha256(data).hexdigest()
        if kept.exists():
            return _at_path(marshal.loads(kept.read_bytes()), path)
        code = compiled(self, data, path, **options)
        written = kept.with_suffix(f".{os.getpid()}")
        written.write_bytes(marshal.dumps(code))
        written.replace(kept)
        return code

    SourceFileLoader.source_to_code = source_to_code
    sys.dont_write_bytecode = True


def _at_path(code: CodeType, path: str) -> CodeType:
    """Return code as if it had been compiled at a path, for tracebacks."""
    inner = (
        _at_path(each, path) if hasattr(each, "co_code") else each
        for each in code.co_consts
    )
    return code.replace(co_filename=path, co_consts=tuple(inner))


def _main(
    script: Path,
    args: tuple[str, ...],
    out: Path,
    err: Path,
    environment: Mapping[str, str],
    compiled: Path,
) -> None:
    _compile_once(compiled)
    gc.freeze()  # what is imported is no garbage
    os.fsync = lambda _file: None  # of no use to what is gone after the test
    os.environ.update(environment)
    os.chdir(script.parent)
    sys.argv = [script.name, *args]
    sys.path[0] = str(script.parent)
    sys.stdin = Path(os.devnull).open(encoding="utf-8")  # noqa: SIM115
    for number, path in ((1, out), (2, err)):
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(file, number)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", closefd=False)
    code: object = 0
    try:
        runpy.run_path(script.name, run_name="__main__")
    except SystemExit as error:
        code = error.code
        if isinstance(code, str):
            print(code, file=sys.stderr)
            code = 1
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 0)
