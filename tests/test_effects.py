"""What is known of the values of a network holds when it runs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest
import torch
import yaml
from torch import Tensor

from mlpgen import SpecError
from mlpgen.functions import FUNCTIONS
from mlpgen.layers import LAYERS
from mlpgen.layers.base import Layer, Value
from mlpgen.spec.types import layer_class

from .networks import model, network

if TYPE_CHECKING:
    from mlpgen.graph.effects.effect import Effect

FRONTS: dict[str, list[Any]] = {
    "any": [],
    "unit": ["sigmoid"],
    "both": [{"Hardtanh": {"min_val": -2, "max_val": 3}}],
    "positive": ["softplus"],
    "negative": ["relu", "neg"],
    "probabilities": [{"softmax": -1}],
}
TYPES = [*LAYERS, *FUNCTIONS, "DropPath", "hardtanh", "softmin", "glu", "threshold"]


def effect_of(*layers: Any, inputs: Any = (8,), **more: Any) -> Effect:
    """Return what is known of the output of a network."""
    given = inputs if isinstance(inputs, dict) else [*inputs]
    data = {"name": "Net", "input": given, "layers": [*layers], **more}
    found = network(data)
    assert found.effects is not None
    return found.effects.of_output(found.graph.outputs[0])


def _spec(cls: type[Layer], front: list[Any]) -> dict[str, Any]:
    """Return a network that gives each float input of an example a range."""
    entry = yaml.safe_load(cls.example)
    entry = dict(entry) if isinstance(entry, dict) else {entry: None}
    values = cls.example_inputs or (Value(cls.example_input),)
    inputs, layers, sources = {}, [], []
    for index, value in enumerate(values):
        name = f"in{index}"
        inputs[name] = {"shape": [*value.shape], "dtype": value.dtype}
        source = name
        for at, each in enumerate(front if value.dtype == "float32" else ()):
            before = each if isinstance(each, dict) else {each: None}
            made = f"{name}_{at}"
            layers.append({**before, "name": made, "from": source})
            source = made
        sources.append(source)
    lists = len(sources) > 1 or cls.lists_inputs
    layers.append({**entry, "name": "last", "from": sources if lists else sources[0]})
    return {"name": "Net", "input": inputs, "layers": layers, "outputs": ["last"]}


def _arrive(value: Any) -> Tensor:
    shape = [4, *value.shape] if value.batched else [*value.shape]
    if value.dtype == "float32":
        return torch.randn(shape) * 5
    high = 2 if value.dtype == "bool" else 3
    return torch.randint(high, shape).to(getattr(torch, value.dtype))


def _fits(effect: Effect, result: Tensor) -> bool:
    """Tell whether all numbers of a result are where they are said to be."""
    found = result.float()
    found = found[found.isfinite()]
    if found.numel() == 0:
        return True
    low, high = found.min().item(), found.max().item()
    slack = 1e-4 * max(1, abs(low), abs(high))
    return effect.low - slack <= low <= high <= effect.high + slack


@pytest.mark.exhaustive
@pytest.mark.parametrize("front", FRONTS)
def test_results_are_in_their_intervals(front: str) -> None:
    """Every layer and function of the catalogue, behind values of several ranges."""
    tried, wrong = 0, []
    for name in TYPES:
        cls = layer_class(name)
        assert cls is not None
        torch.default_generator.manual_seed(0)
        try:
            loaded = network(_spec(cls, FRONTS[front]))
            made = model(loaded, "explicit").eval()
            result = made(*map(_arrive, loaded.graph.inputs.values()))
        except (SpecError, RuntimeError, IndexError, AssertionError, ValueError):
            continue
        assert loaded.effects is not None
        tried += 1
        result = result[0] if isinstance(result, tuple) else result
        if not _fits(loaded.effects.of_output("last"), result):
            wrong.append(name)
    assert wrong == []
    assert tried > 150


def _elementwise() -> list[type[Layer]]:
    """Return the functions of each element of one tensor of floats."""
    found = [layer_class(name) for name in TYPES]
    return [
        cls
        for cls in found
        if cls is not None
        and cls.pointwise
        and cls.arity == (1, 1)
        and not cls.example_inputs
        and cls.example_input == (8,)
    ]


def test_functions_of_each_element() -> None:
    """All of them behind all ranges, in one network."""
    layers: list[Any] = []
    for front, before in FRONTS.items():
        layers.append({"Identity": None, "name": front, "from": "input"})
        for at, each in enumerate(before):
            entry = dict(each) if isinstance(each, dict) else {each: None}
            layers[-1]["name"] = f"{front}_{at}"
            layers.append({**entry, "name": front, "from": f"{front}_{at}"})
        for cls in _elementwise():
            entry = yaml.safe_load(cls.example)
            entry = dict(entry) if isinstance(entry, dict) else {entry: None}
            name = f"{front}_then_{cls.title().lower()}_{len(layers)}"
            layers.append({**entry, "from": front, "name": name})
    names = [each["name"] for each in layers if "_then_" in each["name"]]
    data = {"name": "Net", "input": [8], "layers": layers, "outputs": names}
    loaded = network(data)
    assert loaded.effects is not None
    torch.default_generator.manual_seed(0)
    results = model(loaded, "explicit").eval()(torch.randn(64, 8) * 5)
    assert len(names) > 250
    wrong = [
        name
        for name, result in zip(names, results, strict=True)
        if not _fits(loaded.effects.of_output(name), result)
    ]
    assert wrong == []


INTERVALS: list[tuple[list[Any], float, float]] = [
    (["tanh", {"add": 1}, {"div": 2}], 0, 1),
    (["tanh", {"mul": -3}], -3, 3),
    ([{"clamp": {"min": 0, "max": 1}}], 0, 1),
    (["ReLU6", {"div": 6}], 0, 1),
    (["Sigmoid", {"Dropout": 0.5}], 0, 2),
    (["Sigmoid", {"sub": {"input": 1}}], 0, 1),
    (["neg", "exp", {"add": 1}, "reciprocal"], 0, 1),
    (["exp", {"add": 1}, "log"], 0, math.inf),
    (["abs", "neg"], -math.inf, 0),
    (["Hardtanh", "square"], 0, 1),
    (["Sigmoid", {"pow": 2}], 0, 1),
    (["Softsign", {"sub": 1}], -2, 0),
    (["ELU"], -1, math.inf),
    ([{"threshold": {"threshold": 0, "value": -2}}], -2, math.inf),
]


@pytest.mark.parametrize(("layers", "low", "high"), INTERVALS, ids=str)
def test_intervals(layers: list[Any], low: float, high: float) -> None:
    found = effect_of({"Linear": 4}, *layers)
    assert found[:2] == pytest.approx((low, high), abs=1e-6)
    assert found.exact


KINDS: list[tuple[str, list[Any]]] = [
    ("logits", []),
    ("logits", [{"mul": 2}, {"add": 1}, "BatchNorm1d"]),
    ("probabilities", [{"Softmax": {"dim": 1}}]),
    ("probabilities", [{"log_softmax": 1}, "exp"]),
    ("probabilities", [{"softmax": 1}, {"add": 1e-8}, "Identity"]),
    ("probabilities", ["exp", {"normalize": {"p": 1, "dim": 1}}]),
    ("log_probabilities", [{"softmax": 1}, {"clamp": {"min": 1e-6}}, "log"]),
    ("log_probabilities", [{"LogSoftmax": {"dim": 1}}, {"flip": 1}]),
    ("chances", ["sigmoid"]),
    ("chances", [{"logsigmoid": None}, "exp"]),
    ("chances", [{"softmax": 1}, {"sub": {"input": 1}}]),
    ("chances", ["neg", "exp", {"add": 1}, {"div": {"input": 1}}]),
    ("log_chances", ["LogSigmoid"]),
    ("logits", ["sigmoid", "logit"]),
    ("", [{"softmax": 1}, {"mul": 10}]),
    ("", [{"softmax": 1}, "BatchNorm1d"]),
    ("logits", [{"softmax": 1}, {"Linear": 4}]),
]


@pytest.mark.parametrize(("kind", "layers"), KINDS, ids=str)
def test_kinds(kind: str, layers: list[Any]) -> None:
    assert effect_of({"Linear": 4}, *layers).kind == kind


SPELLED: list[tuple[str, list[Any]]] = [
    (
        "probabilities",
        [
            {"exp": None, "name": "e"},
            {"sum": {"dim": 1, "keepdim": True}, "name": "s"},
            {"div": None, "from": ["e", "s"]},
        ],
    ),
    (
        "probabilities",
        [
            {"exp": None, "name": "e"},
            {"sum": {"dim": 1, "keepdim": True}},
            {"reciprocal": None, "name": "s"},
            {"mul": None, "from": ["e", "s"]},
        ],
    ),
    (
        "log_probabilities",
        [
            {"logsumexp": {"dim": 1, "keepdim": True}, "name": "s"},
            {"sub": None, "from": ["x", "s"]},
        ],
    ),
    (
        "",
        [
            {"sum": {"dim": 1, "keepdim": True}, "name": "s"},
            {"div": None, "from": ["x", "s"]},
        ],
    ),
]


@pytest.mark.parametrize(("kind", "layers"), SPELLED, ids=str)
def test_probabilities_that_are_spelled_out(kind: str, layers: list[Any]) -> None:
    assert effect_of({"Linear": 4, "name": "x"}, *layers).kind == kind


def test_the_softmax_under_later_operations_is_known() -> None:
    """Until a learned layer mixes its probabilities with others."""
    head = [{"Linear": 4}, {"softmax": {"dim": 1}, "name": "odds"}]
    for behind in (["BatchNorm1d"], [{"mul": 10}, "relu"], [{"add": 1}, "neg"], []):
        found = effect_of(*head, *behind)
        assert found.softmax is not None
        assert found.softmax.name == "odds"
    assert effect_of(*head, {"Linear": 4}).softmax is None
    assert effect_of(*head, "BatchNorm1d", {"Linear": 4}).softmax is None
