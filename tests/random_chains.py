"""Random specs of chains, and the layers that can be in a chain."""

from __future__ import annotations

import json
from functools import cache
from math import prod
from typing import Any

import yaml
from hypothesis import strategies as st

from mlpgen import SpecError
from mlpgen.layers import LAYERS
from mlpgen.layers.base import Layer

from .networks import network

ANYWHERE = [
    "ReLU",
    "Tanh",
    "GELU",
    "SiLU",
    "Sigmoid",
    "Softplus",
    "Identity",
    "Mish",
    "SELU",
    {"LeakyReLU": 0.2},
    {"Dropout": 0.3},
    {"ELU": {"alpha": 0.5}},
    {"Hardtanh": {"min_val": -2}},
    {"AlphaDropout": 0.1},
    "PReLU",
    "RReLU",
    {"Softmax": {"dim": 1}},
    {"LogSoftmax": {"dim": -1}},
    {"Threshold": {"threshold": 0.1, "value": 0}},
    "LayerNorm",
    "RMSNorm",
    {"LayerNorm": {"elementwise_affine": False}},
    {"GroupNorm": {"num_groups": 1}},
    "relu",
    "gelu",
    {"leaky_relu": 0.3},
    {"log_softmax": {"dim": 1}},
    {"dropout": 0.4},
    {"flatten": 1},
    {"reshape": [-1]},
    {"unflatten": {"dim": -1, "sizes": [2, -1]}},
    "abs",
    {"mul": "${width}"},
    {"slice": {"dim": 1, "end": "${step + 1}"}},
]
FLAT = [
    {"Linear": 8},
    {"Linear": 8},
    {"Linear": {"out_features": 12, "bias": False}},
    {"Linear": "${width}"},
    {"Linear": "${width * 2}"},
    {"Linear": "${width if bias else max(1, int(width * 0.4))}"},
    "BatchNorm1d",
    {"Unflatten": {"dim": 1, "unflattened_size": [1, 2, 4]}},
]
IMAGES = [
    {"Conv2d": {"out_channels": 4, "kernel_size": 3, "padding": 1}},
    {"Conv2d": {"out_channels": "${width}", "kernel_size": 3, "padding": "same"}},
    {
        "Conv2d": {
            "out_channels": 4,
            "kernel_size": 2,
            "stride": "${step}",
            "bias": "${bias}",
        }
    },
    {"ConvTranspose2d": {"out_channels": 3, "kernel_size": 2, "stride": 2}},
    {"MaxPool2d": 2},
    {"AvgPool2d": {"kernel_size": 2, "stride": 1}},
    {"AdaptiveAvgPool2d": 3},
    "BatchNorm2d",
    "InstanceNorm2d",
    {"InstanceNorm2d": {"affine": True}},
    {"Dropout2d": 0.2},
    {"ZeroPad2d": 1},
    {"ReflectionPad2d": 1},
    {"Upsample": {"scale_factor": 2}},
    {"PixelUnshuffle": 2},
    {"LocalResponseNorm": 3},
    "Flatten",
    {"Flatten": {"start_dim": 2}},
    {"MaxPool2d": {"kernel_size": 3, "stride": "${step}", "ceil_mode": True}},
]


MOST_VALUES = 2**18
INPUTS = [[1, 8, 8], [3, 6, 6], [8], [4, 12, 9], [4, 16], [2, 8, 6, 6]]
IN_CHAINS = [
    name
    for name, cls in LAYERS.items()
    if not cls.example_inputs
    and cls.inferred_from is Layer.inferred_from
    and cls.model_construct().returned() == ""
]
"""Layers with one input shape and one result."""
EVERY = [yaml.safe_load(LAYERS[name].example) for name in IN_CHAINS]


@st.composite
def chains(draw: st.DrawFn, deep: bool = True) -> list[Any]:
    """Draw a list of layers; many of them do not fit together."""
    pool = st.sampled_from([*ANYWHERE, *FLAT, *IMAGES]) | st.sampled_from(EVERY)
    found: list[Any] = []
    for _ in range(draw(st.integers(2, 8))):
        kind = draw(st.integers(0, 9))
        if kind == 0 and deep:
            numbered = {"numbered": True} if draw(st.booleans()) else {}
            found.append({"Sequential": draw(chains(deep=False)), **numbered})
        elif kind == 2:
            found.append(draw(keyed(draw(pool))))
        elif kind == 1:
            pattern = [draw(pool) for _ in range(draw(st.integers(1, 3)))]
            found += pattern * draw(st.integers(3, 5))
        else:
            found.append(draw(pool))
    return found


@st.composite
def keyed(draw: st.DrawFn, layer: Any) -> dict[str, Any]:
    """Give a layer a condition, rounds with numbers or names, or more examples."""
    entry = {layer: None} if isinstance(layer, str) else dict(layer)
    if draw(st.integers(0, 2)) == 0:
        entry["batch_dims"] = draw(st.sampled_from([2, 2, 3]))
    if draw(st.booleans()):
        entry["when"] = draw(st.sampled_from(["${bias}", "${width > 6}", False]))
    if "when" not in entry or draw(st.booleans()):
        entry["repeat"] = draw(st.sampled_from([1, 2, "${step}", "${step + 1}"]))
        if draw(st.booleans()):
            entry["names"] = draw(st.sampled_from(["r${index}", "r-${2 * index + 1}"]))
    return entry


def fitting(spec: dict[str, Any], layers: list[Any]) -> list[Any]:
    """Drop layers that do not fit the ones before, or memory."""
    kept: list[Any] = []
    shape: list[int] = spec["input"]
    for layer in layers:
        before = ["Identity"] if kept else []  # something must be before a `when`
        alone = {**spec, "input": shape, "layers": [*before, layer]}
        after = output_of(json.dumps(alone))
        if after is not None:
            kept.append(layer)
            shape = after
    return kept


@cache
def output_of(spec: str) -> list[int] | None:
    """Return the shape that a spec in JSON gives; None if it is wrong or too large."""
    try:
        shape = network(json.loads(spec)).graph.nodes[-1].output
    except SpecError:
        return None
    return [*map(int, shape)] if prod(shape) < MOST_VALUES else None


@st.composite
def specs(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a spec without mistakes."""
    spec: dict[str, Any] = {
        "name": "Drawn",
        "parameters": {"width": 8, "step": 1, "bias": True},
        "input": draw(st.sampled_from(INPUTS)),
    }
    if draw(st.integers(0, 2)) == 0:
        spec["numbered"] = True
    layers = fitting(spec, draw(chains())) or ["ReLU"]
    names = []
    for index, layer in enumerate(layers):
        if draw(st.integers(0, 4)) == 0:
            entry = {layer: None} if isinstance(layer, str) else dict(layer)
            entry["name"] = f"part_{index}"
            layers[index] = entry
            names.append(entry["name"])
    spec["layers"] = layers
    if names and draw(st.booleans()):
        chosen = st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True)
        spec["outputs"] = draw(chosen)
    try:
        network(spec)
    except SpecError:  # the number of an output depends on a parameter
        del spec["outputs"]
    return spec
