"""A process with torch that loads the author's model, records it and compares it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from threading import Timer
from time import monotonic
from typing import TYPE_CHECKING, Any, NamedTuple

from mlpgen.importer.recording import PROOF, Place, Recording, from_json

if TYPE_CHECKING:
    from types import TracebackType

    from mlpgen.proof.job import Job as ProofJob

_START = "import sys; sys.path.append(sys.argv[1])"
_COMMAND = (
    f"{_START}; from mlpgen.importer.recorder.main import main; main(sys.argv[2])"
)
_HERE = str(Path(__file__).resolve().parents[2])


MOST_SECONDS = 60
"""After so much time no other check of the certificate begins."""


class Job(NamedTuple):
    """What is imported.

    Attributes:
        target: `package.module:name` or `net.py:Net`.
        arguments: What it is called with.
        inputs: For each input: name (may be empty), shape of one example, dtype.
        example: A file with the inputs instead; empty if there is none.
        custom: The author's classes that become `custom` layers.
    """

    target: str
    arguments: dict[str, Any]
    inputs: tuple[tuple[str, tuple[int, ...], str], ...]
    example: str = ""
    custom: tuple[str, ...] = ()


class ModelError(Exception):
    """The model cannot be imported.

    Attributes:
        message: Why; the author's own error in its words.
        place: Where, if that is known.
        own: Whether the author's code raised it.
        inside: The author's class whose code it is, if a spec can keep it.
    """

    def __init__(
        self,
        message: str,
        place: Place | None,
        *,
        own: bool = False,
        inside: str | None = None,
    ) -> None:
        self.message = message
        self.place = place
        self.own = own
        self.inside = inside
        super().__init__(message)


class Check(NamedTuple):
    """A check of a generated model against the original."""

    name: str
    status: str
    detail: str


class Session:
    """The process; use it in `with`."""

    def __init__(self, job: Job, timeout: float = 300) -> None:
        self.job = job
        self.timeout = timeout
        self._folder = tempfile.TemporaryDirectory(prefix="mlpgen_import_")
        self.folder = Path(self._folder.name)
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Session:
        inputs = [
            {"name": name, "shape": [*shape], "dtype": dtype}
            for name, shape, dtype in self.job.inputs
        ]
        data = {**self.job._asdict(), "inputs": inputs}
        (self.folder / "job.json").write_text(json.dumps(data), encoding="utf-8")
        self._started = monotonic()
        self._late = False
        self._errors = (self.folder / "errors.txt").open("w")
        self._process = subprocess.Popen(
            [sys.executable, "-c", _COMMAND, _HERE, str(self.folder)],
            env={**os.environ, "PYTHONWARNINGS": "ignore"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            encoding="utf-8",
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.communicate()
        self._errors.close()
        self._folder.cleanup()

    def recording(self) -> Recording:
        """Wait for the recording.

        Raises:
            ModelError: There is none.
        """
        found: Recording = from_json(self._answer("answer.json")["recording"])
        return found

    def compare(self, code: str, name: str, inputs: tuple[int, ...]) -> list[Check]:
        """Compare a generated model, which takes these inputs, with the original."""
        path = self.folder / "generated_model.py"
        path.write_text(code, encoding="utf-8")
        self._ask(["compare", str(path), name, inputs])
        return [Check(**each) for each in self._answer("comparison.json")["checks"]]

    def certify(self, job: ProofJob) -> list[Check]:
        """Run the checks of `mlpgen prove` that cost little.

        Raises:
            ModelError: They take too long.
        """
        written = job.write(self.folder / "proof")
        (self.folder / PROOF).write_text(json.dumps(written), encoding="utf-8")
        rest = self._started + self.timeout - monotonic()
        self._ask(["certify", str(self.folder), min(MOST_SECONDS, rest / 4)])
        return [Check(**each) for each in self._answer("certificate.json")["checks"]]

    def save(self, path: str) -> None:
        """Write the weights of the original to a file.

        Raises:
            ModelError: They cannot be written.
        """
        self._ask(["save", str(Path(path).resolve())])
        self._answer("saved.json")

    def _ask(self, question: list[Any]) -> None:
        assert self._process is not None and self._process.stdin is not None
        with suppress(BrokenPipeError):  # then there is no answer
            self._process.stdin.write(json.dumps(question) + "\n")
            self._process.stdin.flush()

    def _answer(self, name: str) -> dict[str, Any]:
        assert self._process is not None and self._process.stdout is not None
        rest = max(0.0, self._started + self.timeout - monotonic())
        timer = Timer(rest, self._stop)
        timer.start()
        try:
            if all(line.strip() != name for line in self._process.stdout):
                raise ModelError(self._end(), None)
        finally:
            timer.cancel()
        found: dict[str, Any] = json.loads((self.folder / name).read_text("utf-8"))
        if "error" in found:
            place = Place(*found["place"]) if found["place"] else None
            own, inside = found.get("own", False), found.get("inside")
            raise ModelError(found["error"], place, own=own, inside=inside)
        return found

    def _stop(self) -> None:
        """End a process that takes too long."""
        assert self._process is not None
        self._late = True
        self._process.kill()

    def _end(self) -> str:
        """Return why the process ended, with the last line that it wrote."""
        assert self._process is not None
        if self._late:
            return f"the model takes longer than {self.timeout:g} s: see --timeout"
        code = self._process.wait()
        text = (self.folder / "errors.txt").read_text("utf-8", errors="replace")
        last = (text.strip().splitlines() or [""])[-1]
        if "No module named 'torch'" in last:
            return "`import` needs torch: pip install torch"
        how = f"by signal {-code}" if code < 0 else f"with code {code}"
        return f"the model ended its process {how}" + (f": {last}" if last else "")
