"""The JSON Schema in a real validator: valid specs pass, wrong ones do not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema_rs import Draft202012Validator, meta

from mlpgen import SpecError, api, schema, source
from mlpgen.functions import FUNCTIONS
from mlpgen.layers import LAYERS
from mlpgen.spec.types import NOT_IN_TORCH, TENSORS, every_type, layer_class

ROOT = Path(__file__).parent.parent
SCHEMA = schema.schema()
VALIDATOR = Draft202012Validator(SCHEMA)
SPECS = [
    *sorted((ROOT / "specs").glob("*.yaml")),
    *sorted((ROOT / "specs").glob("*/*.yaml")),
    *sorted((ROOT / "templates/init").glob("*.yaml")),
    *sorted((ROOT / "tests" / "pictures").glob("*.yaml")),
]
BEYOND = (
    "MG201-block-",
    "MG202-type-that-lacks-",
    "MG203-scale-of-an-input-",
    "MG204-a-class-that-is-ignored",
    "MG204-target-of-",
)
"""What follows from other lines of a spec: its blocks, types, inputs, metrics."""
WRONG = [
    path
    for path in sorted((ROOT / "tests" / "diagnostics").glob("MG20[1-4]*.yaml"))
    if not path.stem.startswith(BEYOND)
]


def test_it_is_a_schema() -> None:
    meta.validate(SCHEMA)


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
    assert not right(data)


@pytest.mark.parametrize("name", LAYERS)
def test_the_example_of_every_layer(name: str) -> None:
    layer: Any = yaml.safe_load(LAYERS[name].example)
    spec = {
        "name": "Net",
        "input": list(LAYERS[name].example_input),
        "layers": [layer],
    }
    assert right(spec)
    spec["layers"] = [{name: {"no_such_argument": 1}}]
    assert not right(spec)


@pytest.mark.parametrize("name", [*FUNCTIONS, *TENSORS, *NOT_IN_TORCH])
def test_the_example_of_every_function(name: str) -> None:
    cls = layer_class(name)
    assert cls is not None
    spec = {"name": "Net", "input": [8], "layers": [yaml.safe_load(cls.example)]}
    assert right(spec)
    spec["layers"] = [{name: {"no_such_argument": 1}}]
    assert not right(spec)


CONSTANTS = {
    "${0 + 1}": True,
    "${-(1 - 2) * 1e0 == 1 and not false}": True,
    "${depth}": False,
    "${1 if true else 2}": True,
    "${max(0, 1) + int(1.5) * min(0, round(2.5))}": True,
    "${abs(-1) + ceil(0.5) - floor(1.5)}": True,
    "${maximum(0, 1)}": False,
    "${2 * index}": False,
    "${android + 1}": False,
    "${not_a_number}": False,
    "a${1}": False,
}


@pytest.mark.parametrize(("code", "fits"), CONSTANTS.items())
def test_what_decides_dimensions_is_an_expression_of_numbers(
    code: str, fits: bool
) -> None:
    for layer in (
        {"Softmax": code},
        {"Unflatten": {"dim": code, "unflattened_size": [1, 8]}},
        {"permute": {"dims": [0, code]}},
    ):
        assert entry(layer) is fits
    assert entry({"Linear": code}) is (code != "a${1}")


@pytest.mark.parametrize("empty", [None, {}, []], ids=repr)
@pytest.mark.parametrize("type_", ["Sequential", "Inner", "ReLU", "relu"])
def test_a_type_with_nothing_behind_it(tmp_path: Path, type_: str, empty: Any) -> None:
    """The schema takes what a command takes."""
    spec = {
        "name": "Net",
        "input": [8],
        "blocks": {"Inner": {"layers": ["ReLU"]}},
        "layers": [{type_: empty}, {"Linear": 1}, "Inner"],
    }
    path = tmp_path / "net.yaml"
    path.write_text(yaml.safe_dump(spec))
    try:
        api.load(str(path))
        accepted = True
    except SpecError:
        accepted = False
    assert right(spec) is accepted is (empty != [] or type_ == "Sequential")


def right(spec: Any) -> bool:
    return VALIDATOR.is_valid(spec)


def entry(layer: Any, **spec: Any) -> bool:
    """Tell whether an entry is valid, in the model and in a block."""
    net = {"name": "Net", "input": [8], "layers": [layer], **spec}
    block = {"Inner": {"layers": [layer]}}
    inner = {**net, "layers": ["Inner"], "blocks": block | spec.get("blocks", {})}
    found = {right(net), right(inner)}
    assert len(found) == 1
    return found.pop()


BLOCKS = {"Block": {"parameters": {"width": 8}, "layers": ["ReLU"]}}


@pytest.mark.parametrize(
    "layer",
    [
        {"Linear": 8, "from": "input"},
        {"Linear": 8, "from": ["a", "b.part"], "name": "c"},
        {"Linear": 8, "name": "steps.0", "from": ["block.steps.1.hidden", "ways.left"]},
        {"Linear": 8, "name": "ways.left", "share": "steps.0"},
        {"Linear": 8, "repeat": 3},
        {"Linear": 8, "repeat": 0},
        {"Linear": "${8 * index}", "repeat": "${depth}", "when": "${index > 0}"},
        {"ReLU": None, "when": True},
        {"share": "linear_1", "from": "a"},
        {"Linear": 8, "share": "embedding"},
        {"LSTM": 8, "select": "hidden"},
        {"select": {"dim": 1, "index": 0}},
        {"select": {"dim": 1, "index": 0}, "from": "a", "name": "b"},
        {"Linear": 8, "init": {"weight": {"normal_": 0.02}, "bias": "zeros_"}},
        {"Linear": 8, "parametrize": "weight_norm"},
        {"buffer": [1, "${width}"]},
        {"custom": {"path": "mine.py", "class": "Mine", "output": ["${width}"]}},
        {"Sequential": [{"Linear": 8, "repeat": 2}, "ReLU"], "name": "tail"},
        "add",
        "${act}",
        {"${act}": {"eps": 0.1}, "name": "norm", "repeat": 2},
    ],
)
def test_right_entries(layer: Any) -> None:
    assert entry(layer)


@pytest.mark.parametrize(
    "layer",
    [
        {"Linear": 8, "from": 3},
        {"Linear": 8, "name": "steps.00"},
        {"Linear": 8, "name": "a..b"},
        {"Linear": 8, "from": []},
        {"Linear": 8, "from": [["a"]]},
        {"Linear": 8, "repeat": -1},
        {"Linear": 8, "repeat": 1.5},
        {"Linear": 8, "repeat": "three"},
        {"Linear": 8, "when": "yes"},
        {"Linear": 8, "when": 1},
        {"Linear": 8, "share": True},
        {"Linear": 8, "init": "zeros_"},
        {"Linear": 8, "init": {"weight": "zeros"}},
        {"Linear": 8, "init": {"weight": {"normal_": {"st": 1}}}},
        {"Linear": 8, "parametrize": "norm"},
        {"Linear": 8, "form": "input"},
        {"parameter": {"shape": [4], "init": "zero_"}},
        {"custom": {"path": "mine.py"}},
        {"name": "nothing"},
        {"repeat": 3},
        {"Linear": 8, "ReLU": None},
        {"Linear": 8, "cat": None},
        {"select": "hidden"},
        "cats",
        "input",
        {"cats": {"dim": 1}},
        {"Sequential": [{"Linear": {"out": 3}}]},
        3,
    ],
)
def test_wrong_entries(layer: Any) -> None:
    assert not entry(layer)


@pytest.mark.parametrize(
    "use",
    [
        "Block",
        {"Block": None},
        {"Block": 16},
        {"Block": {"width": "${2 * width}", "deep": True}, "repeat": 2, "name": "a"},
        {"Block": "${width}", "from": ["a", "b"], "when": "${width > 3}"},
        {"Sequential": ["Block", {"Block": 3}]},
    ],
)
def test_uses_of_blocks(use: Any) -> None:
    assert entry(use, blocks=BLOCKS)
    assert entry(use, include=["blocks.yaml"])
    assert not right({"name": "Net", "input": [8], "layers": [use]})


@pytest.mark.parametrize(
    "use",
    [
        {"Block": {"width": "wide"}},
        {"Block": [1]},
        {"Block": {"Width": 3}},
        {"Block": 3, "repeats": 3},
        {"Block": 3, "Linear": 8},
        {"block": 3},
        {"Conv2d": {"width": 3}},
    ],
)
def test_wrong_uses_of_blocks(use: Any) -> None:
    assert not entry(use, blocks=BLOCKS)


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({"input": {"image": [1, 28, 28], "text": {"shape": [8]}}}, True),
        ({"input": {"text": {"shape": [8], "dtype": "int64"}}}, True),
        ({"input": {"text": {"shape": [8], "dtype": "int32"}}}, False),
        ({"input": {"text": {"dtype": "int64"}}}, False),
        ({"input": {}}, False),
        ({"include": ["blocks.yaml"]}, True),
        ({"include": "blocks.yaml"}, False),
        ({"init": {"Linear": {"weight": {"trunc_normal_": {"std": 0.02}}}}}, True),
        ({"init": {"Linears": {"weight": "zeros_"}}}, False),
        ({"parameters": {"act": "ReLU", "width": 8}}, True),
        ({"parameters": {"act": "relu"}}, False),
        ({"layers": ["${act}"]}, True),
        ({"layers": ["${act + 1}"]}, False),
        ({"blocks": {"Block": {"layers": ["ReLU"], "outputs": ["relu_1"]}}}, True),
        ({"blocks": {"Block": {"input": ["a", "b"], "layers": ["add"]}}}, True),
        ({"blocks": {"Block": {"description": "nothing in it"}}}, False),
        ({"blocks": {"Block": {"layers": []}}}, False),
        ({"blocks": {"Block": ["ReLU"]}}, False),
        ({"blocks": {"Block": {"layers": ["ReLU"], "shape": [3]}}}, False),
        ({"blocks": {"block": {"layers": ["ReLU"]}}}, False),
        ({"blocks": {"Linear": {"layers": ["ReLU"]}}}, False),
    ],
)
def test_keys_of_the_spec(change: dict[str, Any], wanted: bool) -> None:
    assert right({"name": "Net", "input": [8], "layers": ["ReLU"], **change}) == wanted


def test_layers_and_arguments_are_described() -> None:
    found = SCHEMA["$defs"]
    assert "torch.nn.Conv2d.html" in json.dumps(found)
    for name in every_type():
        if name != "Sequential":
            assert found[name]["description"]
    for key in ("layer", "layer_or_block"):
        offered = found[key]["anyOf"][0]["enum"]
        assert set(offered) == set(every_type())
    arguments = found["Conv2d"]["anyOf"][0]["properties"]
    assert all(each["description"] for each in arguments.values())
