"""Imports all networks of the table in one process, and writes what came out."""

from __future__ import annotations

import json
import sys
import tempfile
import traceback
from inspect import getsourcefile
from pathlib import Path
from typing import Any

from batches import BATCHES
from leftovers import LEFTOVERS
from lessons import LESSONS
from stages import STAGES
from trees import TREES

from mlpgen import api
from mlpgen.diagnostics.diagnostic import SpecError
from mlpgen.importer.calls import UnsaidError
from mlpgen.importer.initial_values import lost_values
from mlpgen.importer.recorder.comparison import compared
from mlpgen.importer.recorder.inputs import drawn
from mlpgen.importer.recorder.main import recorded
from mlpgen.importer.recorder.places import CannotSayError
from mlpgen.importer.recording import from_json, to_json
from mlpgen.importer.spec import spec_of
from networks import NETWORKS, Network

ALL = {**NETWORKS}
for _name, (_cls, _shape) in {
    **BATCHES,
    **TREES,
    **STAGES,
    **LEFTOVERS,
    **LESSONS,
}.items():
    ALL[_name] = Network(_cls, (("", _shape, "float32"),))


def answer(network: Network, folder: Path) -> dict[str, Any]:
    """Import a network, and compare it with what its spec renders."""
    inputs = [
        {"name": name, "shape": shape, "dtype": dtype}
        for name, shape, dtype in network.inputs
    ]
    job = {
        "target": f"{getsourcefile(network.cls)}:{network.cls.__name__}",
        "arguments": network.arguments,
        "inputs": inputs,
        "custom": network.custom,
    }
    held: list[Any] = []
    recording = from_json(to_json(recorded(job, held)))
    spec = spec_of(recording)
    loaded = spec.network()
    code = folder / "imported_model.py"
    code.write_text(api.render(loaded)[f"{loaded.graph.stem}.py"], encoding="utf-8")
    model, drawn_for, _ = held
    given = drawn(drawn_for, 2)
    checks = compared(model, str(code), network.cls.__name__, given, spec.inputs)
    return {
        "text": spec.text,
        "checks": checks,
        "lost": lost_values(recording, spec.beside),
    }


def tried(network: Network, folder: Path) -> dict[str, Any]:
    """Return an answer, or why there is none."""
    try:
        return answer(network, folder)
    except (UnsaidError, CannotSayError, SpecError) as error:
        return {"error": str(error)}
    except Exception:
        return {"error": traceback.format_exc()}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        found = {name: tried(each, Path(made)) for name, each in ALL.items()}
    Path(sys.argv[1]).write_text(json.dumps(found), encoding="utf-8")
