"""Runs scripts in processes of their own that have torch imported already.

Importing torch takes longer than most trainings of the tests. A server that has done so
and nothing else is forked for each script, so that nothing is shared but the import.
"""

from __future__ import annotations

import multiprocessing
import os
import runpy
import sys
import tempfile
import traceback
from pathlib import Path
from typing import NamedTuple

_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload(
    ["torch", "torch.distributed", "torch.nn.parallel", "torch.optim.swa_utils"]
)


class Done(NamedTuple):
    """What a script left behind."""

    returncode: int
    stdout: str
    stderr: str


def run(script: Path, *args: str, timeout: float = 600) -> Done:
    """Run a script in its folder, as the command line does."""
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        process = _SERVER.Process(target=_main, args=(script, args, out, err))
        process.start()
        process.join(timeout)
        if process.exitcode is None:
            process.kill()
            raise TimeoutError(f"{script} {args}")
        return Done(process.exitcode, out.read_text("utf-8"), err.read_text("utf-8"))


def _main(script: Path, args: tuple[str, ...], out: Path, err: Path) -> None:
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
