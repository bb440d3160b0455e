"""Types of layers as parameters: `parameters: {activation: ReLU}`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import torch
from torch import nn

from mlpgen import SpecError, api
from mlpgen.layers import LAYERS
from mlpgen.proof.job import job

from .networks import module, network_of

if TYPE_CHECKING:
    from mlpgen.api import Network

    from .linters import Gathered

ROOT = Path(__file__).parent.parent

NET = """
name: Net
parameters: {act: ReLU, norm: BatchNorm2d, pool: MaxPool2d, width: 4}
input: [3, 8, 8]
blocks:
  Swish:
    layers:
      - sigmoid
      - mul:
        from: [sigmoid_1, input]
  Stage:
    parameters: {width: 8, norm: BatchNorm2d, act: ReLU, deep: false}
    layers:
      - Conv2d: {out_channels: "${width}", kernel_size: 3, padding: 1}
        name: conv
      - "${norm}": {eps: 0.001}
        name: bn
        init: {weight: {constant_: 0.5}}
      - "${norm}":
        name: second
        share: bn
      - "${act}":
        when: "${deep}"
      - "${act}":
        repeat: 2
      - add:
        from: [act_2, conv]
  Outer:
    parameters: {act: GELU}
    layers:
      - Stage: {width: 8, act: "${act}", deep: true}
      - Sequential:
          - "${act}"
          - Conv2d: {out_channels: 2, kernel_size: 1}
layers:
  - Stage: {width: "${width}", norm: "${norm}", act: "${act}"}
  - "${pool}": 2
  - "${norm}"
  - Outer: {act: "${act}"}
  - Outer: {act: Swish}
  - Outer: {act: Tanh}
  - "${act}":
    name: last
"""
SHARED = """
name: Net
parameters: {kind: Linear, norm: Identity, on: true}
input: [3, 8, 8]
blocks:
  Stage:
    parameters: {width: 8, norm: Identity}
    layers:
      - Conv2d: {out_channels: "${width}", kernel_size: 3, padding: 1}
      - "${norm}": {eps: 0.01}
layers:
  - Stage: 8
  - Stage: {width: 8, norm: BatchNorm2d}
  - "${kind}": 8
    name: first
  - Linear: 8
    share: first
    name: second
  - "${kind}": 8
    repeat: 2
    share: second
  - "${norm}":
    when: "${on}"
init:
  Linear: {weight: {normal_: {std: 0.02}}, bias: zeros_}
"""
INIT = "        init: {weight: {constant_: 0.5}}\n"
TIED = '      - "${norm}":\n        name: second\n        share: bn\n'


def made(loaded: Network, style: str, **arguments: Any) -> nn.Module:
    """Render and make a network; the names of types are those of torch.nn."""
    text = api.render(loaded, style)["net.py"]
    types = {
        name: getattr(nn, each) if isinstance(each, str) else each
        for name, each in arguments.items()
    }
    torch.default_generator.manual_seed(1)
    found: nn.Module = module(text).Net(**types)
    return found


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"act": "GELU"},
        {"act": "PReLU", "norm": "InstanceNorm2d", "pool": "AvgPool2d"},
        {"norm": "BatchNorm2d", "act": "Identity"},
        {"act": "Swish"},
    ],
    ids=str,
)
def test_a_class_serves_for_each_type(settings: dict[str, Any]) -> None:
    """With the type as default, and as an argument of the class with the others."""
    if "norm" in settings and settings["norm"] != "BatchNorm2d":
        text = NET.replace("        init: {weight: {constant_: 0.5}}\n", "")
        text = text.replace(
            '      - "${norm}":\n        name: second\n        share: bn\n', ""
        )
    else:
        text = NET
    wanted = network_of(text, **settings)
    image = torch.randn(2, 3, 8, 8)
    states, outputs = [], []
    for style in api.STYLES:
        models = [made(wanted, style)]
        if settings.get("act") != "Swish":
            models.append(made(network_of(text), style, **settings))
        for model in models:
            count = sum(each.numel() for each in model.parameters())
            assert count == wanted.graph.total_parameters
            states.append({k: v.shape for k, v in model.state_dict().items()})
            torch.default_generator.manual_seed(2)
            outputs.append(model(image))
    assert all([*each.items()] == [*states[0].items()] for each in states)
    assert all(torch.equal(each, outputs[0]) for each in outputs)


def test_its_module_is_an_attribute() -> None:
    """Both styles have the module, of the type in this use."""
    for style in api.STYLES:
        model = made(network_of(NET), style)
        assert type(model.get_submodule("last")) is nn.ReLU
        assert type(model.get_submodule("outer_3.stage_1.act_1")) is nn.Tanh
        assert (
            type(model.get_submodule("outer_2.sequential_1.act_1")).__name__ == "Swish"
        )


def test_code_passes_ruff_and_mypy(tmp_path: Path, gathered: Gathered) -> None:
    for style in api.STYLES:
        for name, spec in {"net": NET, "shared": SHARED}.items():
            text = api.render(network_of(spec), style)["net.py"]
            (tmp_path / f"{style}_{name}.py").write_text(text, encoding="utf-8")
    gathered.take(tmp_path)


def test_identity_takes_the_arguments_of_other_types() -> None:
    """A class whose default is `Identity` has the code of a use with another type."""
    for style in api.STYLES:
        found = network_of(SHARED)
        assert "norm(width, eps=0.01)" in api.render(found, style)["net.py"]
        model = made(found, style)
        assert type(model.get_submodule("stage_1.norm_1")) is nn.Identity
        assert model.get_submodule("stage_2.norm_1").eps == 0.01
        assert model.get_parameter("kind_1.1.weight") is model.second.weight
        assert model.second.weight is model.first.weight


def test_the_case_of_an_activation() -> None:
    text = """
name: AnyActivation
parameters: {activation: ReLU}
input: [8]
layers:
  - Linear: 4
  - "${activation}"
"""
    rendered = api.render(network_of(text), "explicit")["any_activation.py"]
    assert (
        "def __init__(self, activation: type[nn.Module] = nn.ReLU) -> None:" in rendered
    )
    assert "self.activation_1 = activation()" in rendered
    made: Any = module(rendered).AnyActivation
    assert isinstance(made(activation=nn.GELU).activation_1, nn.GELU)


def test_prove_tries_other_types() -> None:
    variants = job("spec.yaml", network_of(NET)).arguments.variants
    tried = [each.arguments for each in variants]
    assert any("act" in each for each in tried)
    for each in variants:
        for name, value in each.arguments.items():
            assert name == "width" or value in LAYERS


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"act": "Gelu"}, "MG207"),
        ({"act": "Conv2d"}, "MG202"),
        ({"act": 3}, "MG203"),
        ({"width": "ReLU"}, "MG203"),
        ({"norm": "BatchNorm3d"}, "MG302"),
    ],
    ids=str,
)
def test_settings_that_do_not_fit(settings: dict[str, Any], code: str) -> None:
    with pytest.raises(SpecError) as error:
        network_of(NET, **settings)
    assert code in {each.code for each in error.value.diagnostics}


def test_layers_that_scripts_name() -> None:
    """A flag names any layer that a spec can, and nothing else of torch.nn."""
    import sys

    sys.path.insert(0, str(ROOT / "templates" / "shared"))
    try:
        import layer_types
        from errors import RunError
    finally:
        sys.path.pop(0)
    assert all(layer_types.layer_type(name) is getattr(nn, name) for name in LAYERS)
    for name in ("Module", "Sequential", "functional", "MSELoss", "__doc__", "Gelu"):
        with pytest.raises(RunError):
            layer_types.layer_type(name)
    assert layer_types.layer_type("Own", type("Own", (nn.Module,), {}))


def test_what_a_run_keeps_of_a_spec() -> None:
    from mlpgen.scripts.spec_data import network

    data = network(network_of(NET).graph)
    assert data["parameters"]["act"] == "ReLU"
    assert data["layers"]["pool_1"] == "${pool} 2"
