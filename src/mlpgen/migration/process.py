"""The process beside mlpgen that reads, moves, compares and writes, with torch."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

from mlpgen import api
from mlpgen.graph.state_dict import state_dict
from mlpgen.output.shared_modules import module_source, with_dependencies
from mlpgen.proof import custom_files
from mlpgen.proof.claims import claims
from mlpgen.proof.process import NoTorchError

if TYPE_CHECKING:
    from mlpgen.api import Network
    from mlpgen.migration.plan import Migration

_START = "import sys; sys.path.append(sys.argv[1])"
_COMMAND = f"{_START}; from mlpgen.migration.moving.main import main; main(sys.argv[2])"
_HERE = str(Path(__file__).parent.parent.parent)
SEED = 1
"""The seed of what is new."""


class UnmovedError(Exception):
    """Why a checkpoint is not moved, in one line."""


class Moved(NamedTuple):
    """What came of moving a checkpoint.

    Attributes:
        of_run: Whether a training wrote it: the state of its optimizer is left out.
        dtypes: The types of the floats that were written, that of most first.
        largest: The largest difference of outputs; None if none can be compared.
        close: Whether the outputs are equal, but for the rounding of what is written.
        rounded: Whether that rounding shows: in float16 it does.
        tensors: How many tensors were written.
        unrun: Why the networks could not be run; empty if they could.
    """

    of_run: bool
    dtypes: list[str]
    largest: float | None
    close: bool
    rounded: bool
    tensors: int
    unrun: str


class Request(NamedTuple):
    """A checkpoint to move.

    Attributes:
        checkpoint: Its path.
        spec: What its spec is called in messages.
        out: The file to write, which does not exist.
        safe: Whether it is written in the format safetensors.
    """

    checkpoint: str
    spec: str
    out: Path
    safe: bool


def move(old: Network, new: Network, plan: Migration, request: Request) -> Moved:
    """Move a checkpoint, unless what the plan promises does not hold.

    Raises:
        NoTorchError: Torch is not installed.
        UnmovedError: The checkpoint cannot be moved.
    """
    with TemporaryDirectory(prefix="mlpgen-") as name:
        folder = Path(name)
        made = job(old, new, plan, request, folder)
        (folder / "job.json").write_text(json.dumps(made), encoding="utf-8")
        done = subprocess.run(
            # `-P`: import nothing from the working folder.
            [sys.executable, "-P", "-c", _COMMAND, _HERE, str(folder / "job.json")],
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    try:
        answer: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        last = done.stderr.strip().splitlines()[-1:]
        ended = f"{request.checkpoint}: the process ended with code {done.returncode}"
        why = ": ".join([ended, *last])
        raise UnmovedError(why[:300]) from None
    if "missing" in answer:
        raise NoTorchError(answer["missing"])
    if "wrong" in answer:
        raise UnmovedError(answer["wrong"])
    return Moved(**answer)


def job(
    old: Network, new: Network, plan: Migration, request: Request, folder: Path
) -> dict[str, Any]:
    """Write the files that the process needs, and return the rest as plain data.

    Args:
        old: The old network.
        new: The new one.
        plan: What becomes of each tensor.
        request: The checkpoint.
        folder: Where the files go.
    """
    shared = folder / "shared"
    shared.mkdir()
    for name in with_dependencies(["weight_files"]):
        (shared / f"{name}.py").write_text(module_source(name), encoding="utf-8")
    state = state_dict(old.graph)
    return {
        "checkpoint": request.checkpoint,
        "spec": request.spec,
        "modules": str(shared),
        "out": str(request.out),
        "safe": request.safe,
        "seed": SEED,
        "exact": plan.exact,
        "state": [
            {
                "key": each.key,
                "shape": [*each.shape],
                "dtype": each.dtype,
                "tied": each.tied,
            }
            for each in state.tensors
        ],
        "unknown": [*state.unknown],
        "custom": dict(plan.custom),
        "tasks": [x.task() for x in plan.moves if x.status != "dropped"],
        "compared": [
            {"new": x.new, "old": x.old, "axes": [axis.row() for axis in x.axes]}
            for x in plan.compared
        ],
        "old": _side(old, folder / "old"),
        "new": _side(new, folder / "new"),
    }


def _side(network: Network, folder: Path) -> dict[str, Any]:
    """Write a network's model and the files of its author."""
    folder.mkdir()
    file = folder / "model.py"
    text = api.render(network, "explicit")[f"{network.graph.stem}.py"]
    file.write_text(text, encoding="utf-8")
    beside = Path(network.document.name).parent
    written = custom_files.read_files(network.graph, beside)
    custom_files.write_files(written, folder / "custom")
    return {
        "file": str(file),
        "custom": str(folder / "custom"),
        "claims": claims(network.graph),
    }
