"""In-place layers beside others that take the same value: torch decides."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import yaml

from mlpgen import SpecError
from mlpgen.functions import FUNCTIONS
from mlpgen.layers import LAYERS

from ..networks import model, network
from ..random_chains import IN_CHAINS

UNARY = [name for name, cls in FUNCTIONS.items() if cls.arity[0] == 1]


def entry(name: str) -> dict[str, Any]:
    catalogue: Any = LAYERS if name in LAYERS else FUNCTIONS
    data = yaml.safe_load(catalogue[name].example)
    return data if isinstance(data, dict) else {data: None}


def beside(name: str, *, inplace: bool, first: bool = False) -> dict[str, Any]:
    """Write a spec in which a value goes to a layer and to a ReLU."""
    cls: Any = LAYERS[name] if name in LAYERS else FUNCTIONS[name]
    layers = [
        {**entry(name), "from": "begin", "name": "other"},
        {"ReLU": {"inplace": inplace}, "from": "begin", "name": "changed"},
    ]
    return {
        "name": "Net",
        "input": list(cls.example_input),
        "layers": [{"PReLU": None, "name": "begin"}, *layers[:: -1 if first else 1]],
        "outputs": ["other", "changed"],
    }


def outputs(spec: dict[str, Any], style: str) -> list[torch.Tensor]:
    """Run a network forward and backward."""
    net = network(spec)
    made = model(net, style).train()
    torch.default_generator.manual_seed(4)
    x = torch.randn(3, *net.graph.input, requires_grad=True)
    found = list(made(x))
    torch.stack([y.sum() for y in found if y.requires_grad]).sum().backward()  # type: ignore[no-untyped-call]
    return [*found, x.grad]


@pytest.mark.parametrize("name", [*IN_CHAINS, *UNARY])
@pytest.mark.thinned(4)
def test_a_branch_in_place(name: str) -> None:
    """After another branch it is refused if torch cannot do it, or results change."""
    try:
        network(beside(name, inplace=False))
        wanted = outputs(beside(name, inplace=False), "explicit")
    except (SpecError, RuntimeError):
        pytest.skip("it takes no floats with a gradient")
    with pytest.raises(SpecError, match="`other` uses later"):
        network(beside(name, inplace=True, first=True))
    try:
        found = outputs(beside(name, inplace=True), "explicit")
    except SpecError:
        return
    if "the output `other`" in str(network(beside(name, inplace=True)).warnings):
        return  # a view
    assert all(torch.equal(a, b) for a, b in zip(found, wanted, strict=True))


RELU = {"ReLU": {"inplace": True}}
BLOCK = {
    "layers": [
        {"Linear": 4, "name": "inner"},
        {**RELU, "name": "changed"},
        {"add": None, "from": ["changed", "inner"]},
    ]
}


@pytest.mark.parametrize(
    ("layers", "blocks", "words"),
    [
        (
            [
                {"Linear": 4, "name": "a"},
                {**RELU, "name": "r"},
                {"add": None, "from": ["a", "r"]},
            ],
            {},
            "what `add_1` uses later",
        ),
        (
            [
                {"Linear": 4, "name": "a"},
                "Identity",
                {**RELU, "name": "r"},
                {"add": None, "from": ["a", "r"]},
            ],
            {},
            "what `add_1` uses later",
        ),
        ([{"Linear": 4}, {"Block": None}], {"Block": BLOCK}, "uses later"),
        ([{**RELU, "repeat": 2}], {}, "the input of the model"),
        ([{"parameter": {"shape": [4]}, "name": "p"}, RELU], {}, "the parameter `p`"),
        (
            [
                {"Linear": 4, "name": "a"},
                {"Block": None},
                {"add": None, "from": ["block_1", "a"]},
            ],
            {"Block": {"layers": [RELU]}},
            "what `add_1` uses later",
        ),
        (
            [
                {"Linear": 4, "name": "a"},
                {"Linear": 4, "name": "b"},
                {**RELU, "from": "a", "name": "r"},
                {"add": None, "from": ["b", "r"]},
            ],
            {},
            "what `b` needs for its gradient",
        ),
    ],
)
def test_refused_graphs(layers: list[Any], blocks: dict[str, Any], words: str) -> None:
    with pytest.raises(SpecError, match=words) as refused:
        network({"name": "Net", "input": [4], "blocks": blocks, "layers": layers})
    assert "MG216" in str(refused.value)


def test_accepted_graphs() -> None:
    """The usual places of in-place activations; both styles agree."""
    block = {
        "layers": [
            {"Conv2d": {"out_channels": 4, "kernel_size": 3, "padding": 1}},
            "BatchNorm2d",
            RELU,
            {"Conv2d": {"out_channels": 4, "kernel_size": 3, "padding": 1}},
            {"BatchNorm2d": None, "name": "last"},
            {"add": None, "from": ["last", "input"]},
            RELU,
        ]
    }
    spec = {
        "name": "Net",
        "input": [4, 6, 6],
        "blocks": {"Residual": block},
        "layers": [{"Residual": None, "repeat": 3}, {"Residual": None}, "Flatten"],
    }
    assert not network(spec).warnings
    results = []
    for style in ("explicit", "sequential"):
        made = model(network(spec), style)
        x = torch.ones(2, 4, 6, 6, requires_grad=True)
        y = made(x)
        y.sum().backward()
        results.append((y, x.grad))
    assert all(torch.equal(a, b) for a, b in zip(*results, strict=True))
