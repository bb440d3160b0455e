"""Moves a checkpoint as a job says, and answers with one line of JSON."""

from __future__ import annotations

import json
import os
import sys
import warnings
from pathlib import Path
from typing import Any


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

    from .comparison import agreement
    from .dtypes import by_number, name_of, written
    from .errors import MoveError
    from .files import check_made, fitted, read, write
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
    check_made(before.state_dict(), old, job["checkpoint"])
    tensors = {task["key"]: made(task, old, after) for task in job["tasks"]}
    sources = {task["key"]: task["source"] for task in job["tasks"] if task["source"]}
    sources |= _custom(job["custom"], old, after, tensors)
    tensors = {key: tensors[key] for key in after.state_dict()}
    kept = written(tensors, sources, old)
    before.double().load_state_dict({key: old[key] for key in before.state_dict()})
    claims = job["old"]["claims"], job["new"]["claims"]
    found_equal, why = None, ""
    try:
        found_equal = agreement((before, after), claims, job["compared"], tensors, kept)
    except Exception as error:
        why = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
    answer = {
        "of_run": found.of_run,
        "dtypes": [*map(name_of, by_number(kept.values()))],
        "largest": found_equal and found_equal.largest,
        "close": bool(found_equal and found_equal.close),
        "rounded": bool(found_equal and found_equal.rounded),
        "tensors": len(tensors),
        "unrun": why,
    }
    if job["exact"] and found_equal is not None and not answer["close"]:
        return answer
    write(kept, Path(job["out"]), safe=job["safe"])
    return answer


def _custom(
    pairs: dict[str, str], old: Any, model: Any, tensors: dict[str, Any]
) -> dict[str, str]:
    """Add the tensors of custom modules: the old ones where their sizes fit.

    Returns:
        The keys of these, with the old ones.
    """
    from .dtypes import misfit, name_of

    sources = {}
    for key, start in model.state_dict().items():
        if key in tensors:
            continue
        tensors[key] = start.double() if start.is_floating_point() else start
        for new, before in pairs.items():
            other = before + key[len(new) :]
            fits = key.startswith(f"{new}.") and other in old
            if not fits or misfit(old[other], name_of(start.dtype)):
                continue
            if old[other].shape == start.shape:
                tensors[key] = old[other].to(tensors[key].dtype)
                sources[key] = other
    return sources
