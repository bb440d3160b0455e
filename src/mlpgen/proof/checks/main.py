"""Runs the checks on a job that mlpgen wrote, and tells each as a line of JSON.

What is printed: `{"begin": 0}` for each network, `{"name": …}` before and
`{"name": …, "status": …, "detail": …}` behind each check.
"""

from __future__ import annotations

import json
import os
import sys
import warnings
from functools import partial
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import nn

    from .common import Subject


def main(job: str) -> None:
    """Prove every network of a job.

    Args:
        job: A JSON file: a list of `{"claims": …, "files": {style: path}}`.
    """
    # Whatever a library prints must not get between the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def tell(**answer: object) -> None:
        answers.write(json.dumps(answer) + "\n")
        answers.flush()

    try:
        import torch
    except ImportError as error:
        tell(missing=str(error))
        return
    warnings.simplefilter("ignore")
    tell(torch=torch.__version__)
    for index, each in enumerate(json.loads(Path(job).read_text(encoding="utf-8"))):
        tell(begin=index)
        with torch.no_grad():
            prove(each["claims"], each["files"], tell)


def prove(
    claims: dict[str, Any], files: dict[str, str], tell: Callable[..., None]
) -> None:
    """Run all checks on one network."""
    from .common import Subject

    made: list[Subject] = []

    def make() -> str:
        classes = {style: _load(path, claims["name"]) for style, path in files.items()}
        made.append(Subject(claims, classes))
        return f"{' and '.join(classes)}: imported and made"

    _check("classes", make, tell)
    for subject in made:
        for name, check in _checks().items():
            _check(name, partial(check, subject), tell)


def _checks() -> dict[str, Callable[[Subject], str]]:
    from . import machinery, predictions, states, values

    return {
        "state": states.equal_states,
        "parameters": predictions.parameters,
        "multiply-adds": predictions.multiply_adds,
        "layers": predictions.layers,
        "outputs": predictions.outputs,
        "batch of one": predictions.one_in_training,
        "eval mode": values.equal_in_evaluation,
        "train mode": values.equal_in_training,
        "examples": values.example_by_example,
        "meta": machinery.meta,
        "export": machinery.exported,
        "compile": machinery.compiled,
        "script": machinery.scripted,
        "copy": states.copies,
        "checkpoint": states.checkpoints,
        "bfloat16": machinery.bfloat16,
    }


def _check(name: str, run: Callable[[], str], tell: Callable[..., None]) -> None:
    from .common import FailsError, UnsupportedError, first_line

    tell(name=name)
    try:
        status, detail = "holds", run()
    except UnsupportedError as error:
        status, detail = "unsupported", f"not supported by torch: {error}"
    except FailsError as error:
        status, detail = "fails", str(error)
    except Exception as error:
        status, detail = "fails", first_line(error)
    tell(name=name, status=status, detail=detail)


def _load(path: str, name: str) -> type[nn.Module]:
    """Import the class of a rendered file; modules of the author's are beside it."""
    folder = Path(path).parent.resolve()
    for each, loaded in [*sys.modules.items()]:
        file = getattr(loaded, "__file__", None) or ""
        # A module of the same name may belong to another network of the job.
        if Path(file).is_relative_to(folder.parent):
            del sys.modules[each]
    sys.path.insert(0, str(folder))
    key = "rendered_" + "_".join(Path(path).with_suffix("").parts)
    spec = spec_from_file_location(key, path)
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[key] = module
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(folder))
    found: type[nn.Module] = getattr(module, name)
    return found
