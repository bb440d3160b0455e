"""Every command runs on every valid spec: random ones."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings

from mlpgen import SpecError, api
from mlpgen.cli import run
from mlpgen.layers import LAYERS
from mlpgen.proof.job import job

from . import networks, random_chains
from .random_graphs import specs

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.exhaustive

EXAMPLES = 40
OTHER = {"name": "Other", "input": [8], "layers": [{"Linear": 3}]}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("commands")


def accepted(spec: dict[str, Any]) -> bool:
    try:
        networks.network(spec)
    except SpecError:
        return False
    return True


def every_command(spec: dict[str, Any], folder: Path) -> None:
    """Run all commands in this process, so that a traceback fails the test."""
    file, other, out = folder / "spec.yaml", folder / "other.yaml", folder / "out"
    file.write_text(json.dumps(spec), encoding="utf-8")
    other.write_text(json.dumps(OTHER), encoding="utf-8")
    shutil.rmtree(out, ignore_errors=True)
    path = str(file)
    calls = [["validate", path, "--format", each] for each in ("text", "json")]
    calls += [
        ["show", path, "--format", kind, *depth]
        for kind in ("text", "json", "mermaid", "dot")
        for depth in ([], ["--depth", "all"], ["--depth", "1"])
    ]
    calls += [
        ["show", path, "--compare", str(other), "--format", each]
        for each in ("text", "json")
    ]
    both = ["--style", "explicit", "--style", "sequential"]
    calls.append(["render", path, *both, "--out", str(out), "--force"])
    calls.append(["check", path, *both, "--out", str(out)])
    calls.append(["render", path, *both, "--out", str(out), "--stdout", "--notebook"])
    used = json.dumps(spec["layers"])
    calls += [["layers", name] for name in LAYERS if f'"{name}"' in used][:3]
    for call in calls:
        assert run(call) == 0, call
    assert job(path, api.load(path)).entries is not None


@settings(max_examples=EXAMPLES)
@given(specs() | random_chains.specs())
def test_every_command_runs_on_drawn_specs(folder: Path, spec: dict[str, Any]) -> None:
    if accepted(spec):
        every_command(spec, folder)


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_every_command_runs_on_a_stage(folder: Path, depth: int) -> None:
    """With one round, with as many as by default, and with more."""
    block = {"layers": [{"Linear": 8}, {"add": None, "from": ["linear_1", "input"]}]}
    layers = [
        {"Linear": 8, "repeat": "${depth}"},
        {"Inner": None, "repeat": "${depth}"},
        {"Sequential": ["ReLU", {"Linear": 8}], "repeat": "${depth}"},
        {"Linear": "${8 + index}", "repeat": "${depth}"},
    ]
    stage = {"parameters": {"depth": 2}, "layers": layers}
    spec = {"name": "Net", "input": [8], "layers": [{"Stage": depth}]}
    every_command({**spec, "blocks": {"Inner": block, "Stage": stage}}, folder)
