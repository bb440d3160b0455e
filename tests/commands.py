"""Runs `mlpgen` in processes of their own that have its modules imported already.

Most of the time of a command is that of imports, and of templates to compile. A server
that has done nothing but these is forked for each command, so that commands share
nothing else.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

SPEC = Path(__file__).parent.parent / "specs" / "mnist_mlp.yaml"
SERVER = """
import gc, pkgutil, importlib, json, os, sys, mlpgen
beside_torch = ("proof", "recorder", "moving", "__main__")
for module in pkgutil.walk_packages(mlpgen.__path__, "mlpgen."):
    if not any(word in module.name for word in beside_torch):
        importlib.import_module(module.name)
from mlpgen import api
for style in api.STYLES:
    api.render(sys.argv[1], style)
assert "torch" not in sys.modules
from mlpgen.cli import run
gc.freeze()
print("ready", flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    child = os.fork()
    if child == 0:
        gc.disable()  # as the command does
        os.environ.update(asked["environment"])
        os.chdir(asked["folder"])
        for number, (path, flags) in enumerate(asked["files"]):
            os.dup2(os.open(path, flags, 0o600), number)
        sys.stdin = open(0, encoding="utf-8", closefd=False)
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)
        sys.argv = ["mlpgen", *asked["args"]]
        exec(asked["first"], {})
        code = run()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


@cache
def _server() -> Any:
    """Start the server of this process of pytest, which ends with it."""
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(SPEC)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None
    assert server.stdout.readline() == "ready\n"
    return server


def run(
    args: tuple[str, ...],
    folder: Path,
    stdin: bytes = b"",
    *,
    first: str = "",
    environment: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[bytes]:
    """Run a command to its end.

    Args:
        args: Behind `mlpgen`.
        folder: Where it runs.
        stdin: What it reads.
        first: Code that the process runs before.
        environment: What is changed in it; an interpreter that has started reads none.
    """
    with tempfile.TemporaryDirectory() as made:
        said, out, err = (Path(made, name) for name in ("in", "out", "err"))
        said.write_bytes(stdin)
        new = os.O_WRONLY | os.O_CREAT
        files = [(str(said), os.O_RDONLY), (str(out), new), (str(err), new)]
        asked = {
            "args": args,
            "folder": str(folder),
            "files": files,
            "first": first,
            "environment": dict(environment or {}),
        }
        server = _server()
        server.stdin.write(json.dumps(asked) + "\n")
        server.stdin.flush()
        code = int(server.stdout.readline())
        return subprocess.CompletedProcess(
            args, code, out.read_bytes(), err.read_bytes()
        )
