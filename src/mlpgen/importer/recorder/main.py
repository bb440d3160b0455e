"""Records a model: the job is a file of JSON, so is the answer."""

from __future__ import annotations

import inspect
import json
import sys
import traceback
from pathlib import Path
from typing import Any

import torch
from torch import nn

from mlpgen.importer.recorder import constructors
from mlpgen.importer.recorder.leaves import leaf_type
from mlpgen.importer.recorder.modules import described
from mlpgen.importer.recorder.pairing import SIZES, paired
from mlpgen.importer.recorder.target import TargetError, loaded
from mlpgen.importer.recorder.trace import CannotSayError, Recorder
from mlpgen.importer.recording import Input, Recording, to_json


def main(folder: str) -> None:
    """Record the model that `job.json` names; write `answer.json`."""
    job = json.loads((Path(folder) / "job.json").read_text("utf-8"))
    answer = Path(folder) / "answer.json"
    try:
        found: Any = {"recording": to_json(recorded(job))}
    except CannotSayError as error:
        found = {"error": error.message, "place": [*error.place]}
    except TargetError as error:
        found = {"error": str(error), "place": None}
    except Exception as error:  # of the author's code, in its words
        found = {"error": _words(error), "place": _last_place(error), "own": True}
    answer.write_text(json.dumps(found), encoding="utf-8")


def recorded(job: dict[str, Any]) -> Recording:
    """Load a model and record two forward passes."""
    torch.manual_seed(0)
    with constructors.recorded() as given:
        model = loaded(job["target"], job["arguments"])
    model.eval()
    inputs = _inputs(model, job["inputs"])
    leaves = {
        path: type_
        for path, module in model.named_modules(remove_duplicate=False)
        if (type_ := leaf_type(module))
    }
    passes, tensors = [], []
    for size in SIZES:
        recorder = Recorder(model, leaves)
        passes.append(recorder.pass_of(model, drawn(inputs, size)))
        tensors.append(recorder.tensors)
    forward, found = paired(passes, tensors)
    modules = described(model, given)
    name = type(model).__name__
    return Recording(name, tuple(inputs), modules, found, forward)


def _inputs(model: nn.Module, raw: list[dict[str, Any]]) -> list[Input]:
    """Name the inputs, by the order of `forward` where the job does not."""
    signature = inspect.signature(type(model).forward)
    names = [
        name
        for name, each in [*signature.parameters.items()][1:]
        if each.kind is not inspect.Parameter.VAR_KEYWORD
    ]
    free = iter(names)
    return [
        Input(each["name"] or next(free, "x"), tuple(each["shape"]), each["dtype"])
        for each in raw
    ]


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


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".partition("\n")[0]


def _last_place(error: Exception) -> list[Any] | None:
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
