"""Records a model: the job is a file of JSON, so is the answer."""

from __future__ import annotations

import contextlib
import inspect
import json
import sys
import traceback
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from mlpgen.importer.recorder import constructors
from mlpgen.importer.recorder.comparison import compared
from mlpgen.importer.recorder.initial_values import InitialValues
from mlpgen.importer.recorder.leaves import leaf_type
from mlpgen.importer.recorder.modules import described
from mlpgen.importer.recorder.pairing import SIZES, paired
from mlpgen.importer.recorder.places import CannotSayError
from mlpgen.importer.recorder.target import TargetError, loaded
from mlpgen.importer.recorder.trace import Recorder
from mlpgen.importer.recorder.weights import write_weights
from mlpgen.importer.recording import Input, Recording, to_json

if TYPE_CHECKING:
    from collections.abc import Callable


def main(folder: str) -> None:
    """Record the model that `job.json` names; compare it with what comes back.

    The answer is `answer.json`; then each line of the standard input asks for a
    comparison: the file of a generated model and its class; the answer is
    `comparison.json`.
    """
    place = Path(folder)
    job = json.loads((place / "job.json").read_text("utf-8"))
    held: list[Any] = []
    found = _tried(lambda: {"recording": to_json(recorded(job, held))})
    _write(place / "answer.json", found)
    for line in sys.stdin:
        question, *rest = json.loads(line)
        name, ask = _QUESTIONS[question]
        _write(place / name, _tried(partial(ask, *held, *rest)))


def _comparison(
    model: nn.Module, inputs: list[Input], file: str, name: str
) -> dict[str, Any]:
    return {"checks": compared(model, file, name, drawn(inputs, SIZES[0]))}


def _saved(model: nn.Module, _inputs: list[Input], file: str) -> dict[str, Any]:
    write_weights(model.state_dict(), file)
    return {}


_QUESTIONS: dict[str, tuple[str, Callable[..., dict[str, Any]]]] = {
    "compare": ("comparison.json", _comparison),
    "save": ("saved.json", _saved),
}
"""What a line may ask, the file of the answer, and the function that gives it."""


def _write(path: Path, found: Any) -> None:
    """Write an answer whole, then say so."""
    path.write_text(json.dumps(found), encoding="utf-8")
    print(f"{path.name}", file=sys.__stdout__, flush=True)


def _tried(answer: Callable[[], Any]) -> Any:
    """Return an answer, or what went wrong."""
    try:
        with contextlib.redirect_stdout(sys.stderr):
            return answer()
    except CannotSayError as error:
        return {"error": error.message, "place": [*error.place]}
    except TargetError as error:
        return {"error": str(error), "place": None}
    except (Exception, SystemExit) as error:  # of the author's code, in its words
        return {"error": _words(error), "place": _last_place(error), "own": True}


def recorded(job: dict[str, Any], held: list[Any]) -> Recording:
    """Load a model and record it; keep it and its inputs in `held`."""
    torch.manual_seed(0)
    values = InitialValues()
    with constructors.recorded() as given, values:
        model = loaded(job["target"], job["arguments"])
    raw = [
        (each["name"], tuple(each["shape"]), each["dtype"]) for each in job["inputs"]
    ]
    recording, inputs = record(model, given, values, raw)
    held[:] = [model, inputs]
    return recording


def record(
    model: nn.Module,
    given: constructors.Given,
    values: InitialValues,
    raw: list[RawInput],
) -> tuple[Recording, list[Input]]:
    """Record two forward passes of a model.

    Args:
        model: The model, which is in evaluation mode afterwards.
        given: What its constructors were given.
        values: How its parameters got their values.
        raw: For each input: name (may be empty), shape of one example, dtype.
    """
    model.eval()
    inputs = _inputs(model, raw)
    leaves = {
        path: type_
        for path, module in model.named_modules(remove_duplicate=False)
        if (type_ := leaf_type(module))
    }
    modules = described(model, given, values)  # before anything changes a value
    passes, tensors = [], []
    for size in SIZES:
        recorder = Recorder(model, leaves)
        passes.append(recorder.pass_of(model, drawn(inputs, size)))
        tensors.append(recorder.tensors)
    forward, found = paired(passes, tensors)
    name = type(model).__name__
    return Recording(name, tuple(inputs), modules, found, forward), inputs


RawInput = tuple[str, tuple[int, ...], str]


def _inputs(model: nn.Module, raw: list[RawInput]) -> list[Input]:
    """Name the inputs, by the order of `forward` where the job does not."""
    signature = inspect.signature(type(model).forward)
    names = [
        name
        for name, each in [*signature.parameters.items()][1:]
        if each.kind is not inspect.Parameter.VAR_KEYWORD
    ]
    free = iter(names)
    return [Input(name or next(free, "x"), shape, dtype) for name, shape, dtype in raw]


def drawn(inputs: list[Input], batch: int) -> dict[str, Any]:
    """Draw inputs; whole numbers are 0 or 1, which any vocabulary has."""
    found = {}
    for name, shape, dtype in inputs:
        kind = getattr(torch, dtype)
        size = (batch, *shape)
        if kind.is_floating_point:
            found[name] = torch.randn(size, dtype=kind)
        else:
            found[name] = torch.randint(0, 2, size).to(kind)
    return found


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}".partition("\n")[0]


def _last_place(error: BaseException) -> list[Any] | None:
    """Return where the author's code failed."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [
        each
        for each in frames
        if "/torch/" not in each.filename
        and "/mlpgen/importer/" not in each.filename
        and not each.filename.startswith("<")
    ]
    return [own[-1].filename, own[-1].lineno] if own else None


if __name__ == "__main__":
    main(sys.argv[1])
