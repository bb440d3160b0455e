"""The checks of `mlpgen prove` that cost little, in the process of the import."""

from __future__ import annotations

import os
import sys
from contextlib import chdir
from pathlib import Path
from typing import Any

import torch

from mlpgen.proof.checks.main import prove

CHEAP = ("state", "parameters", "layers", "outputs", "eval mode", "train mode", "spec")
"""The checks that only run the model, without the compiler of torch."""


def certified(job: dict[str, Any], folder: str, seconds: float) -> list[dict[str, str]]:
    """Return the name, the status and the detail of each check that ran.

    Args:
        job: What `mlpgen.proof.job.Job.write` returned.
        folder: The folder around its files.
        seconds: How much time there is; a check that began may take more.
    """
    found: list[dict[str, str]] = []

    def tell(**answer: str) -> None:
        if "status" in answer:
            found.append(answer)

    job["custom"] = _as_imported(job["custom"])
    with chdir(folder), torch.no_grad():
        prove(job, tell, CHEAP, seconds)
    return found


def _as_imported(custom: dict[str, Any]) -> dict[str, Any]:
    """Take the author's files from where the import found them."""
    files = [{**each, "wrong": ""} for each in custom["files"]]
    if not files:
        return custom
    file = Path(sys.modules[files[0]["module"]].__file__ or "").resolve()
    above = files[0]["path"].count("/")
    return {"folder": os.fspath(file.parents[above]), "files": files}
