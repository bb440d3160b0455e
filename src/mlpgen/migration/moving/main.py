"""Moves a checkpoint as a job says, and answers with one line of JSON."""

from __future__ import annotations

import json
import os
import sys
import warnings
from pathlib import Path
from typing import Any

CLOSE = 1e-5
"""How far apart outputs may be that are promised to be equal."""


def main(file: str) -> None:
    """Move the checkpoint of a job.

    Args:
        file: JSON: what `mlpgen.migration.process.job` returns.
    """
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what libraries print must not mix with the answer
    try:
        import torch
    except ImportError as error:
        answers.write(json.dumps({"missing": str(error)}))
        answers.flush()
        return
    warnings.simplefilter("ignore")
    from .errors import MoveError

    try:
        with torch.no_grad():
            answer = moved(json.loads(Path(file).read_text(encoding="utf-8")))
    except (MoveError, OSError) as error:
        answer = {"wrong": str(error)}
    answers.write(json.dumps(answer))
    answers.flush()


def moved(job: dict[str, Any]) -> dict[str, Any]:
    """Move the checkpoint of a job, and return what came of it.

    Raises:
        MoveError: It cannot be moved.
        OSError: It cannot be written.
    """
    import torch

    from mlpgen.proof.checks.subject import forget, load

    from .comparison import difference
    from .errors import MoveError
    from .files import fitted, floating, read, write
    from .tensors import made

    found = read(job["checkpoint"], job["modules"])
    old = fitted(found, job["state"], job["unknown"], job["checkpoint"], job["spec"])
    models = []
    for side in ("old", "new"):
        sys.path[:0] = [job[side]["custom"]]
        torch.default_generator.manual_seed(job["seed"])
        try:
            models.append(load(job[side]["file"], job[side]["claims"]["name"])())
        except Exception as error:
            said = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
            raise MoveError(f"the {side} network cannot be made: {said}") from None
        del sys.path[0]
        if Path(job[side]["custom"]).is_dir():
            forget(Path(job[side]["custom"]))  # both may have modules of one name
    before, after = models
    tensors = {task["key"]: made(task, old, after) for task in job["tasks"]}
    _custom(job["custom"], old, after, tensors)
    wanted = after.state_dict()
    tensors = {key: tensors[key] for key in wanted}
    before.double().load_state_dict({key: old[key] for key in before.state_dict()})
    after.double().load_state_dict(tensors)
    claims = job["old"]["claims"], job["new"]["claims"]
    apart, why = None, ""
    try:
        apart = difference((before, after), claims, job["compared"])
    except Exception as error:
        why = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
    dtype = floating(old)
    answer = {
        "of_run": found.of_run,
        "dtype": str(dtype).removeprefix("torch."),
        "largest": apart and apart.largest,
        "close": bool(apart and apart.largest <= CLOSE * apart.scale),
        "tensors": len(tensors),
        "unrun": why,
    }
    if job["exact"] and apart is not None and not answer["close"]:
        return answer
    kept = {
        key: each.to(dtype) if each.is_floating_point() else each
        for key, each in tensors.items()
    }
    write(kept, Path(job["out"]), safe=job["safe"])
    return answer


def _custom(
    pairs: dict[str, str], old: Any, model: Any, tensors: dict[str, Any]
) -> None:
    """Add the tensors of custom modules: the old ones where their sizes fit."""
    for key, start in model.state_dict().items():
        if key in tensors:
            continue
        tensors[key] = start.double() if start.is_floating_point() else start
        for new, before in pairs.items():
            other = before + key[len(new) :]
            fits = key.startswith(f"{new}.") and other in old
            if fits and old[other].shape == start.shape:
                tensors[key] = old[other]
