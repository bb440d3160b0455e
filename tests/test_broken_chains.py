"""Lower-case functions are layers in a chain; `render` says why a model is no chain."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import torch
import yaml
from click.testing import CliRunner

from mlpgen import api
from mlpgen.cli import cli
from mlpgen.functions import FUNCTIONS
from mlpgen.graph.chains import as_module

from .networks import model, network

if TYPE_CHECKING:
    from pathlib import Path

LAYERS = [
    ("relu", "ReLU"),
    ({"leaky_relu": 0.2}, {"LeakyReLU": 0.2}),
    ({"leaky_relu": "${slope}"}, {"LeakyReLU": "${slope}"}),
    ({"gelu": {"approximate": "tanh"}}, {"GELU": {"approximate": "tanh"}}),
    ("logsigmoid", "LogSigmoid"),
    ({"softmax": 1}, {"Softmax": 1}),
    ({"log_softmax": {"dim": -1}}, {"LogSoftmax": {"dim": -1}}),
    ({"flatten": 1}, "Flatten"),
    ({"flatten": {"start_dim": 1, "end_dim": 2}}, {"Flatten": {"end_dim": 2}}),
    (
        {"unflatten": {"dim": 1, "sizes": [2, 2]}},
        {"Unflatten": {"dim": 1, "unflattened_size": [2, 2]}},
    ),
    ({"reshape": [16]}, "Flatten"),
    ({"dropout": 0.25}, {"Dropout": 0.25}),
    ({"max_pool1d": 2}, {"MaxPool1d": 2}),
]
"""Functions, and the layers that do the same."""


def chain(layer: Any, **more: Any) -> dict[str, Any]:
    """Write a chain with a layer in it, named so that only its code can differ."""
    entry = layer if isinstance(layer, dict) else {layer: None}
    spec = {"name": "Net", "input": [4, 4], "parameters": {"slope": 0.1}}
    if "slope" not in json.dumps(layer):
        del spec["parameters"]
    return {**spec, "layers": [{"Linear": 4}, {**entry, "name": "it", **more}, "Tanh"]}


@pytest.mark.parametrize(("function", "layer"), LAYERS)
def test_a_function_in_a_chain_is_its_layer(function: Any, layer: Any) -> None:
    one, other = (
        api.render(network(chain(each)), "sequential")["net.py"]
        for each in (function, layer)
    )
    assert code_of(one) == code_of(other)
    assert "class Net(nn.Sequential)" in one


@pytest.mark.parametrize(("function", "layer"), LAYERS)
def test_both_styles_give_the_same(function: Any, layer: Any) -> None:
    x = torch.rand(3, 4, 4)
    net = network(chain(function))
    found = [model(net, style).eval() for style in api.STYLES]
    assert list(found[0].state_dict()) == list(found[1].state_dict())
    assert torch.equal(found[0](x), found[1](x))
    inside = chain(function)
    inside["layers"] = [{"Sequential": inside["layers"]}]
    for style in api.STYLES:
        assert torch.equal(model(network(inside), style).eval()(x), found[0](x))


def test_every_function_with_a_layer_is_in_the_table() -> None:
    known = {next(iter(yaml.safe_load(json.dumps(as_entry(f))))) for f, _ in LAYERS}
    plain = {"relu6", "elu", "selu", "silu", "mish", "softplus", "softsign", "tanh"}
    plain |= {"sigmoid", "hardsigmoid", "hardswish"}
    found = set()
    for name, cls in FUNCTIONS.items():
        if cls.arity != (1, 1):
            continue
        entry = yaml.safe_load(cls.example)
        shape = [*cls.examples()[0].shape]
        spec = {"name": "Net", "input": {"x": {"shape": shape}}}
        value = cls.examples()[0]
        if value.dtype != "float32" or not value.batched:
            continue
        node = network({**spec, "layers": [entry]}).graph.nodes[0]
        if as_module(node) is not None:
            found.add(name)
    assert found <= known | plain
    assert known - {"reshape", "dropout", "max_pool1d"} <= found


def as_entry(layer: Any) -> dict[str, Any]:
    return layer if isinstance(layer, dict) else {layer: None}


def code_of(text: str) -> str:
    """Return the code of a file, without its header."""
    return text[text.index("from collections") :]


CHAIN = """\
name: LowerCase
input: [8]
layers:
  - Linear: 16
  - relu
  - Linear: 4
  - log_softmax: {dim: 1}
"""
NO_CHAIN = CHAIN.replace("relu", "abs")
REASON = "`abs_1` is a function, for which `torch.nn` has no layer"
WHY = f"; it has a `forward`, since {REASON}"


def said(text: str, folder: Path, *options: str) -> tuple[str, str]:
    (folder / "spec.yaml").write_text(text, encoding="utf-8")
    args = ["render", str(folder / "spec.yaml"), "--out", str(folder), *options]
    result = CliRunner().invoke(cli, args, standalone_mode=False)
    assert result.exit_code == 0
    return result.stdout, result.stderr


def test_render_says_which_line_is_why(tmp_path: Path) -> None:
    sequential = ("--style", "sequential")
    found, warnings = said(NO_CHAIN, tmp_path, *sequential)
    file = (tmp_path / "spec.yaml").as_posix()
    assert f"lower_case.py: written{WHY} (MG318, {file}:5)" in found
    assert not warnings
    assert f"unchanged{WHY}" in said(NO_CHAIN, tmp_path, *sequential)[0]
    both = said(NO_CHAIN, tmp_path, "--style", "explicit", *sequential)[0]
    assert both.count("MG318") == 1


def test_nothing_is_said_of_chains_and_of_other_styles(tmp_path: Path) -> None:
    assert "MG318" not in "".join(said(CHAIN, tmp_path, "--style", "sequential"))
    assert "MG318" not in "".join(said(NO_CHAIN, tmp_path, "--style", "explicit"))


def test_it_is_a_warning_where_the_spec_asks(tmp_path: Path) -> None:
    found, warnings = said(NO_CHAIN + "style: sequential\n", tmp_path)
    assert WHY in found
    assert "spec.yaml:5:5: warning[MG318]" in warnings


def test_a_function_in_the_chain_of_a_block_is_captured() -> None:
    spec = {
        "name": "Net",
        "input": [8],
        "blocks": {"Step": {"layers": [{"Linear": 8}, "relu", "gelu"]}},
        "layers": ["Step", "Step"],
    }
    x = torch.rand(2, 8)
    for style in api.STYLES:
        made = model(network(spec), style, capture=["step_2.relu_1"]).eval()
        result, inner = made(x)
        assert torch.equal(result, torch.nn.functional.gelu(inner))
    text = api.render(network(spec), "sequential", capture=["step_2.relu_1"])
    assert "Identity" not in text["net.py"]
