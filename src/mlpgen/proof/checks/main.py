"""Runs the checks on the jobs that mlpgen wrote, and reports each as a line of JSON.

It prints `{"begin": 0}` for each network, `{"name": …}` before each check and
`{"name": …, "status": …, "detail": …}` after it.
"""

from __future__ import annotations

import json
import os
import warnings
from functools import partial
from math import inf
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from .subject import Subject


def main(file: str) -> None:
    """Prove the networks of a file of jobs.

    Args:
        file: JSON: a list of what `mlpgen.proof.job.Job.write` returns.
    """
    # Output of libraries must not mix with the answers.
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
    for index, each in enumerate(json.loads(Path(file).read_text(encoding="utf-8"))):
        tell(begin=index)
        with torch.no_grad():
            prove(each, tell)


def prove(
    job: dict[str, Any],
    tell: Callable[..., None],
    wanted: Collection[str] | None = None,
    seconds: float = inf,
) -> None:
    """Run checks on one network.

    Args:
        job: What `mlpgen.proof.job.Job.write` returns.
        tell: Called before and after each check.
        wanted: The names of the checks; all by default.
        seconds: After that time no other check begins.
    """
    until = monotonic() + seconds
    from .custom_modules import import_custom
    from .subject import Subject, forget, load

    made: list[Subject] = []

    def make() -> str:
        forget(Path())
        custom = import_custom(job["custom"])
        name = job["claims"]["name"]
        classes = {style: load(path, name) for style, path in job["files"].items()}
        known = (job["arguments"], job["entries"], job["captured"], job["sizes"])
        made.append(Subject(job["claims"], classes, *known))
        code = f", with the author's code in {', '.join(custom)}" if custom else ""
        return f"{' and '.join(classes)}: imported and made{code}"

    _check("classes", make, tell)
    for subject in made:
        for name, check in _checks().items():
            if (wanted is None or name in wanted) and monotonic() < until:
                _check(name, partial(check, subject), tell)


def _checks() -> dict[str, Callable[[Subject], str]]:
    from . import (
        constructor_arguments,
        free_sizes,
        outputs_and_gradients,
        shapes_and_counts,
        spec_comparison,
        state_dicts,
        torch_features,
    )

    return {
        "state": state_dicts.equal_states,
        "parameters": shapes_and_counts.parameters,
        "multiply-adds": shapes_and_counts.multiply_adds,
        "layers": shapes_and_counts.layers,
        "outputs": shapes_and_counts.outputs,
        "batch of one": shapes_and_counts.one_in_training,
        "eval mode": outputs_and_gradients.equal_in_evaluation,
        "train mode": outputs_and_gradients.equal_in_training,
        "examples": outputs_and_gradients.example_by_example,
        "spec": spec_comparison.as_written,
        "captures": spec_comparison.captured,
        "arguments": constructor_arguments.other_arguments,
        "sizes": free_sizes.other_sizes,
        "meta": torch_features.meta,
        "export": torch_features.exported,
        "compile": torch_features.compiled,
        "script": torch_features.scripted,
        "copy": state_dicts.copies,
        "checkpoint": state_dicts.checkpoints,
        "bfloat16": torch_features.bfloat16,
    }


def _check(name: str, run: Callable[[], str], tell: Callable[..., None]) -> None:
    from .errors import FailsError, UnknownError, UnsupportedError
    from .messages import first_line

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
