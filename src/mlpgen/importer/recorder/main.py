"""Records a model: the job is a file of JSON, so is the answer."""

from __future__ import annotations

import json
import os
import sys
import traceback
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import torch
from torch import nn

from mlpgen.importer.recorder import constructors
from mlpgen.importer.recorder.attention_dropout import with_attention_dropout
from mlpgen.importer.recorder.certificate import certified
from mlpgen.importer.recorder.comparison import compared
from mlpgen.importer.recorder.customs import (
    inner_class,
    kept_paths,
    with_multiply_adds,
)
from mlpgen.importer.recorder.examples import read_example
from mlpgen.importer.recorder.files.loaded import load_file
from mlpgen.importer.recorder.initial_values import InitialValues
from mlpgen.importer.recorder.inputs import (
    Given,
    drawn,
    inputs_of,
    inputs_with_values,
    said,
)
from mlpgen.importer.recorder.leaves import leaf_type
from mlpgen.importer.recorder.modules import described
from mlpgen.importer.recorder.pairing import SIZES, paired
from mlpgen.importer.recorder.places import CannotSayError, is_author
from mlpgen.importer.recorder.target import TargetError, in_words, loaded
from mlpgen.importer.recorder.trace import Recorder
from mlpgen.importer.recorder.training import Recorded, with_training
from mlpgen.importer.recorder.weights import write_weights
from mlpgen.importer.recording import FILES, PROOF, Recording, to_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_FRAMES = 10_000
"""How deep calls may be: each module in a module takes several more than without us."""


def main(folder: str) -> None:
    """Record the model that `job.json` names; compare it with what comes back.

    The answer is `answer.json`; then each line of the standard input asks for a
    comparison: the file of a generated model and its class; the answer is
    `comparison.json`.
    """
    sys.setrecursionlimit(_FRAMES)
    place = Path(folder)
    questions, answers = _own_streams()
    job = json.loads((place / "job.json").read_text("utf-8"))
    held: list[Any] = []
    found = _tried(lambda: {"recording": to_json(recorded(job, held))}, held)
    _write(place / "answer.json", found, answers)
    for line in questions:
        question, *rest = json.loads(line)
        name, ask = _QUESTIONS[question]
        _write(place / name, _tried(partial(ask, *held, *rest), held), answers)


def _own_streams() -> tuple[TextIO, TextIO]:
    """Take the streams from the author's code: it reads nothing, it answers nothing."""
    questions = os.fdopen(os.dup(0), encoding="utf-8")
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    return questions, answers


def _comparison(
    model: nn.Module,
    inputs: list[Given],
    read: list[dict[str, str]],
    file: str,
    name: str,
    used: list[int],
) -> dict[str, Any]:
    checks = compared(model, file, name, drawn(inputs, SIZES[0]), used)
    return {"checks": [*read, *checks]}


def _saved(
    model: nn.Module, _inputs: list[Given], _read: list[dict[str, str]], file: str
) -> dict[str, Any]:
    try:
        write_weights(model.state_dict(), file)
    except (OSError, RuntimeError) as error:  # torch.save raises both
        raise TargetError(f"`{file}` cannot be written: {in_words(error)}") from None
    return {}


def _certificate(
    _model: nn.Module,
    _inputs: list[Given],
    _read: list[dict[str, str]],
    folder: str,
    seconds: float,
) -> dict[str, Any]:
    job = json.loads(Path(folder, PROOF).read_text("utf-8"))
    return {"checks": certified(job, folder, seconds)}


_QUESTIONS: dict[str, tuple[str, Callable[..., dict[str, Any]]]] = {
    "compare": ("comparison.json", _comparison),
    "save": ("saved.json", _saved),
    "certify": ("certificate.json", _certificate),
}
"""What a line may ask, the file of the answer, and the function that gives it."""


def _write(path: Path, found: Any, answers: TextIO) -> None:
    """Write an answer whole, then say so."""
    path.write_text(json.dumps(found), encoding="utf-8")
    print(path.name, file=answers, flush=True)


def _tried(answer: Callable[[], Any], held: list[Any]) -> Any:
    """Return an answer, or what went wrong with the model in `held`."""
    try:
        return answer()
    except CannotSayError as error:
        inside = inner_class(held[0], error.path) if held else ""
        return {"error": error.message, "place": [*error.place], "inside": inside}
    except TargetError as error:
        return {"error": str(error), "place": None}
    except SystemExit as error:
        message = f"the model ends the process (`sys.exit({error.code!r})`)"
        return {"error": message, "place": _last_place(error)}
    except Exception as error:  # of the author's code, in its words
        return {"error": in_words(error), "place": _last_place(error), "own": True}


def recorded(job: dict[str, Any], held: list[Any]) -> Recording:
    """Load a model and record it; keep it and its inputs in `held`."""
    torch.manual_seed(0)
    values = InitialValues()
    if job["target"].endswith(FILES):
        found = load_file(job["target"])
        held[:] = [found.model, found.inputs, found.checks]
        return record(found.model, {}, values, found.inputs)
    example = read_example(job["example"]) if job.get("example") else None
    with constructors.recorded() as given, values:
        model = loaded(job["target"], job["arguments"])
    raw = [
        (each["name"], tuple(each["shape"]), each["dtype"]) for each in job["inputs"]
    ]
    inputs = (
        inputs_of(model, raw) if example is None else inputs_with_values(model, example)
    )
    held[:] = [model, inputs, []]
    return record(model, given, values, inputs, job.get("custom", ()))


def record(
    model: nn.Module,
    given: constructors.Given,
    values: InitialValues,
    inputs: list[Given],
    custom: Iterable[str] = (),
) -> Recording:
    """Record two forward passes of a model: those of evaluation, or of training.

    Args:
        model: The model, which is in evaluation mode afterwards.
        given: What its constructors were given.
        values: How its parameters got their values.
        inputs: What it takes.
        custom: The classes that stay the author's.
    """
    model.eval()
    kept = kept_paths(model, custom)
    leaves = kept | {
        path
        for path, module in model.named_modules(remove_duplicate=False)
        if leaf_type(module)
    }
    modules = described(model, given, values, kept)  # before a value changes

    def passes() -> Recorded:
        recorders = [Recorder(model, leaves, values.histories) for _ in SIZES]
        found = [
            recorder.pass_of(model, drawn(inputs, size))
            for recorder, size in zip(recorders, SIZES, strict=True)
        ]
        return paired(found, [recorder.tensors for recorder in recorders])

    modules = with_multiply_adds(modules, model, kept, drawn(inputs, 1))
    found = with_attention_dropout(model, passes(), passes)
    forward, tensors = with_training(model, modules, found, passes)
    return Recording(type(model).__name__, said(inputs), modules, tensors, forward)


def _last_place(error: BaseException) -> list[Any] | None:
    """Return where the author's code failed."""
    if isinstance(error, SyntaxError) and error.filename:
        return [error.filename, error.lineno or 1]
    frames = traceback.extract_tb(error.__traceback__)
    own = [each for each in frames if is_author(each.filename)]
    return [own[-1].filename, own[-1].lineno] if own else None


if __name__ == "__main__":
    main(sys.argv[1])
