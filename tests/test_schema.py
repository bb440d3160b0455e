"""The JSON Schema against a real validator: right specs pass, wrong ones do not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from mlpgen import schema, source
from mlpgen.diagnostics import SpecError
from mlpgen.layers import LAYERS

ROOT = Path(__file__).parent.parent
VALIDATOR = Draft202012Validator(schema.schema())
SPECS = [
    *sorted((ROOT / "specs").glob("*.yaml")),
    *sorted((ROOT / "templates/init").glob("*.yaml")),
]
WRONG = sorted((ROOT / "tests" / "diagnostics").glob("MG20[1-4]*.yaml"))


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(schema.schema())


def test_the_committed_file_is_current() -> None:
    path = ROOT / "schemas" / "spec.schema.json"
    assert path.read_text(encoding="utf-8") == schema.text()


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_right_specs(path: Path) -> None:
    assert list(VALIDATOR.iter_errors(source.read(str(path)).data)) == []


@pytest.mark.parametrize("path", WRONG, ids=lambda path: path.stem)
def test_wrong_specs(path: Path) -> None:
    try:
        data = source.read(str(path)).data
    except SpecError:
        pytest.fail("not even YAML")
    assert list(VALIDATOR.iter_errors(data))


@pytest.mark.parametrize("name", LAYERS)
def test_the_example_of_every_layer(name: str) -> None:
    layer: Any = yaml.safe_load(LAYERS[name].example)
    spec = {
        "name": "Net",
        "input": list(LAYERS[name].example_input),
        "layers": [layer],
    }
    assert list(VALIDATOR.iter_errors(spec)) == []
    spec["layers"] = [{name: {"no_such_argument": 1}}]
    assert list(VALIDATOR.iter_errors(spec))


def test_layers_and_arguments_are_described() -> None:
    text = json.dumps(schema.schema())
    assert "torch.nn.Conv2d.html" in text
    layer = schema.schema()["$defs"]["layer"]["anyOf"][1]["properties"]
    assert all("description" in layer[name] for name in LAYERS)
    arguments = layer["Conv2d"]["anyOf"][0]["properties"]
    assert all(each["description"] for each in arguments.values())
