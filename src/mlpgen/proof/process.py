"""Renders specs into a temporary folder and runs the checks there, beside mlpgen."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

from mlpgen import api
from mlpgen.graph.captures import captured
from mlpgen.proof import custom_files
from mlpgen.proof.capture import CapturedTrial, captured_trial
from mlpgen.proof.certificate import Certificate, Check
from mlpgen.proof.claims import claims
from mlpgen.proof.spec_entries import plan
from mlpgen.proof.variants import Trials, trials

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from mlpgen.api import Network
    from mlpgen.proof.claims import Claims
    from mlpgen.proof.custom_files import OwnFile
    from mlpgen.proof.spec_entries import Plan

    Tell = Callable[[str, str], None]

_START = "import sys; sys.path.append(sys.argv[1])"
_COMMAND = f"{_START}; from mlpgen.proof.checks.main import main; main(sys.argv[2])"


class NoTorchError(Exception):
    """The Python that runs mlpgen has no torch."""


class Subject(NamedTuple):
    """What is to be proved of one spec.

    Attributes:
        spec: Its path.
        claims: What mlpgen predicted.
        texts: The model's file, in each style.
        own: The author's own files that it imports.
        trials: The model with other arguments.
        plan: The entries of the spec as they are written.
        captured: The model that returns what each of its layers gives.
    """

    spec: str
    claims: Claims
    texts: dict[str, str]
    own: tuple[OwnFile, ...] = ()
    trials: Trials = Trials()
    plan: Plan | None = None
    captured: CapturedTrial | None = None


def subject(spec: str, network: Network, capture: Sequence[str] = ()) -> Subject:
    """Render a network in all styles.

    Args:
        spec: How people name it.
        network: The loaded spec.
        capture: What the model returns behind its outputs; without, a model is tried
            besides that returns what each layer gives.

    Raises:
        SpecError: A name in `capture` is none.
    """
    names = captured(network.graph, capture)
    file = f"{network.graph.stem}.py"
    texts = {
        style: api.render(network, style, capture=names)[file] for style in api.STYLES
    }
    files = custom_files.own_files(network.graph, Path(network.document.name).parent)
    found = trials(network, names)
    said = claims(network.graph, names)
    every = None if names else captured_trial(network)
    return Subject(spec, said, texts, files, found, plan(network), every)


def prove(
    subjects: Sequence[Subject],
    *,
    timeout: float = 300,
    tell: Tell = lambda spec, check: None,
) -> Iterator[Certificate]:
    """Prove what mlpgen says of networks, in one process with torch.

    Args:
        subjects: The networks.
        timeout: The seconds that each of them may take.
        tell: Told of each check when it begins: the spec and its name.

    Yields:
        A certificate for each, as soon as it is through.

    Raises:
        NoTorchError: There is no torch.
    """
    done = 0
    with TemporaryDirectory(prefix="mlpgen-") as name:
        folder = Path(name)
        jobs = [
            _written(each, folder / str(index)) for index, each in enumerate(subjects)
        ]
        while done < len(subjects):
            # A process that did not come to its end is followed by another.
            left = subjects[done:]
            (folder / "job.json").write_text(json.dumps(jobs[done:]))
            for certificate in _Process(left, folder, timeout, tell).run():
                done += 1
                yield certificate


def _written(subject: Subject, folder: Path) -> dict[str, Any]:
    """Write the files of a network, and return its part of the job."""
    files = {}
    for style, text in subject.texts.items():
        path = folder / f"{style}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        files[style] = path.relative_to(folder.parent).as_posix()
    return {
        "claims": subject.claims,
        "files": files,
        "own": custom_files.written(subject.own, folder / "own"),
        "trials": _written_trials(subject.trials, folder),
        "plan": subject.plan,
        "captured": _written_captured(subject.captured, folder),
    }


def _written_captured(trial: CapturedTrial | None, folder: Path) -> Any:
    """Write the files of the model that returns what each of its layers gives."""
    if trial is None:
        return None
    files = {}
    for style, text in trial.texts.items():
        path = folder / f"captured_{style}.py"
        path.write_text(text, encoding="utf-8")
        files[style] = path.relative_to(folder.parent).as_posix()
    return {"outputs": trial.outputs, "files": files}


def _written_trials(trials: Trials, folder: Path) -> dict[str, Any]:
    """Write the files of the variants of a network."""
    found = []
    for index, each in enumerate(trials.variants):
        path = folder / f"variant_{index}.py"
        path.write_text(each.text, encoding="utf-8")
        file = path.relative_to(folder.parent).as_posix()
        found.append({"arguments": each.arguments, "claims": each.claims, "file": file})
    return {**trials._asdict(), "variants": found}


class _Process:
    """One process with torch, which proves networks until it ends or takes too long."""

    def __init__(
        self, subjects: Sequence[Subject], folder: Path, timeout: float, tell: Tell
    ) -> None:
        self.subjects = subjects
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
        """Run the process; yield what it finds, of one network at least."""
        with (
            (self.folder / "errors.txt").open("wb") as errors,
            subprocess.Popen(
                # Nothing is imported from the working folder: `-P`.
                [sys.executable, "-P", "-c", _COMMAND, _HERE, "job.json"],
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
        if code or self.expired or len(self.checks) < len(self.subjects):
            self.checks[-1].append(self._broken(code))
        yield self._certificate()

    def _certificate(self) -> Certificate:
        """Return what was found of the network under proof."""
        subject = self.subjects[len(self.checks) - 1]
        name, styles = subject.claims["name"], (*subject.texts,)
        checks = (*self.checks[-1],)
        return Certificate(subject.spec, name, styles, self.torch, checks)

    def _listen(
        self, process: subprocess.Popen[str], lines: Iterable[str]
    ) -> Iterator[Certificate]:
        """Take the answers; the clock starts anew with each network."""
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
            self.tell(self.subjects[len(self.checks) - 1].spec, self.running)

    def _broken(self, code: int) -> Check:
        """Say why a process did not come to its end."""
        if self.expired:
            why = f"took longer than {self.timeout:g} s in all: --timeout gives more"
            return Check(self.running, "unfinished", why)
        text = (self.folder / "errors.txt").read_text("utf-8", errors="replace")
        last = text.strip().splitlines()[-1:]
        why = ": ".join([f"the process ended with code {code}", *last])
        return Check(self.running, "fails", why[:300])


_HERE = str(Path(__file__).parent.parent.parent)
