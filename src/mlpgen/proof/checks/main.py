"""Runs the checks on a job that mlpgen wrote, and tells each as a line of JSON.

What is printed: `{"begin": 0}` for each network, `{"name": …}` before and
`{"name": …, "status": …, "detail": …}` behind each check.
"""

from __future__ import annotations

import json
import os
import warnings
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from .common import Subject


def main(job: str) -> None:
    """Prove every network of a job.

    Args:
        job: A JSON file: a list of `{"claims": …, "files": {style: path}}`, and with
            what else is known of a network: `trials`, `plan` and `captured`.
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
            prove(each, tell)


def prove(job: dict[str, Any], tell: Callable[..., None]) -> None:
    """Run all checks on one network."""
    from .common import Subject, forget, load
    from .custom import import_own

    made: list[Subject] = []

    def make() -> str:
        forget(Path())
        own = import_own(job["own"])
        name = job["claims"]["name"]
        classes = {style: load(path, name) for style, path in job["files"].items()}
        known = (job["trials"], job["plan"], job.get("captured"))
        made.append(Subject(job["claims"], classes, *known))
        said = f", with the author's code of {', '.join(own)}" if own else ""
        return f"{' and '.join(classes)}: imported and made{said}"

    _check("classes", make, tell)
    for subject in made:
        for name, check in _checks().items():
            _check(name, partial(check, subject), tell)


def _checks() -> dict[str, Callable[[Subject], str]]:
    from . import arguments, predictions, reference, states, torch_features, values

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
        "spec": reference.as_written,
        "captures": reference.captured,
        "arguments": arguments.other_arguments,
        "meta": torch_features.meta,
        "export": torch_features.exported,
        "compile": torch_features.compiled,
        "script": torch_features.scripted,
        "copy": states.copies,
        "checkpoint": states.checkpoints,
        "bfloat16": torch_features.bfloat16,
    }


def _check(name: str, run: Callable[[], str], tell: Callable[..., None]) -> None:
    from .common import FailsError, UnknownError, UnsupportedError, first_line

    tell(name=name)
    try:
        status, detail = "holds", run()
    except UnsupportedError as error:
        status, detail = "unsupported", f"not supported by torch: {error}"
    except UnknownError as error:
        status, detail = "unsupported", f"not checked: {error}"
    except FailsError as error:
        status, detail = "fails", str(error)
    except Exception as error:
        status, detail = "fails", first_line(error)
    tell(name=name, status=status, detail=detail)
