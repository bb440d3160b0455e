"""Specs that could take long: each gives the right answer; a benchmark times them."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mlpgen import api
from mlpgen.diagnostics.diagnostic import SpecError
from mlpgen.graph.build import build
from mlpgen.source import parse
from mlpgen.symbols.work_limit import STEPS_OF_A_LAYER

from .networks import network

if TYPE_CHECKING:
    from types import ModuleType


def _benchmark() -> ModuleType:
    path = Path(__file__).parent.parent / "benchmarks" / "hostile.py"
    spec = importlib.util.spec_from_file_location("hostile", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


HOSTILE = _benchmark()
REFUSED = {
    "conditions": "MG240",
    "powers": "MG240",
    "stacks": "MG240",
    "stacks_of_parameters": "MG240",
    "different_chains": "MG222",
    "many_uses": "MG222",
    "different_rounds": "MG222",
    "too_many_rounds": "MG222",
    "conditions_on_conditions": "MG221",
    "many_mistakes": "MG208",
    "near_names": "MG219",
    "near_parameters": "MG210",
    "deep_parentheses": "MG209",
}


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", HOSTILE.SPECS)
def test_every_validation_ends(name: str, tmp_path: Path) -> None:
    text = HOSTILE.SPECS[name]()
    assert len(text) < 64_000
    path = tmp_path / "spec.yaml"
    path.write_text(text, encoding="utf-8")
    codes: set[str] = set()
    try:
        api.load(path)
    except SpecError as error:
        codes = {each.code for each in error.diagnostics if not each.warning}
    assert codes == ({REFUSED[name]} if name in REFUSED else set())


def test_work_names_the_layer_with_which_it_is_too_much(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("mlpgen.graph.build.MOST_STEPS", 12 * STEPS_OF_A_LAYER)
    head = ["name: Net", "input: [8]", "layers:"]
    document = parse("\n".join(head + ["  - ReLU"] * 50).encode(), "spec.yaml")
    with pytest.raises(SpecError) as error:
        network(document.data)
    (mistake,) = error.value.diagnostics
    assert mistake.code == "MG240"
    assert mistake.message.startswith("up to here, sizes take more than")
    with pytest.raises(SpecError) as error:
        build(document)
    (mistake,) = error.value.diagnostics
    assert mistake.place is not None
    assert mistake.place.span.line == len(head) + 13


@pytest.mark.parametrize("repeat", [1, 2, 5, 24, 1000])
@pytest.mark.parametrize("width", [8, 9])
def test_halves_add_up(repeat: int, width: int) -> None:
    text = f"""
name: Halves
parameters: {{width: {width}}}
input: [3, 8, 8]
blocks:
{HOSTILE.HALF}
  Stage:
    parameters: {{depth: 4}}
    layers:
      - Half:
        repeat: "${{depth}}"
layers:
  - Conv2d: {{out_channels: "${{width}}", kernel_size: 1}}
  - Half:
    repeat: {repeat}
  - Stage: 3
"""
    found = network(parse(text.encode(), "halves.yaml").data)
    half = width // 2
    total = 4 * width + (repeat + 3) * (half * half + half)
    assert found.graph.total_parameters == total
    assert found.graph.nodes[-1].output == (width, 8, 8)
    code = api.render(found, "explicit")["halves.py"]
    assert "(N, in_channels, H, W)" in code
    assert f"Half(width) for _ in range({repeat})" in code or repeat == 1
    assert "Half(in_channels) for _ in range(depth)" in code
