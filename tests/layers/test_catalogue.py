"""Every layer of the catalogue against the installed torch."""

from __future__ import annotations

import inspect
import random
from importlib import import_module
from typing import Any

import pytest
import yaml
from torch import nn

from mlpgen.layers import LAYERS
from mlpgen.layers.base import Layer, ShapeError
from mlpgen.sizes import Size, code_of

from .harness import compare, ours

LEFT_OUT = {"device", "dtype", "return_indices", "min_value", "max_value"}
DRAWS = 120


def arguments_of(name: str) -> dict[str, Any]:
    data = yaml.safe_load(LAYERS[name].example)
    value = data[name] if isinstance(data, dict) else {}
    return value if isinstance(value, dict) else {LAYERS[name].shorthand() or "": value}


@pytest.mark.parametrize("name", LAYERS)
def test_arguments_are_those_of_torch(name: str) -> None:
    cls = LAYERS[name]
    parameters = list(inspect.signature(getattr(nn, name).__init__).parameters.values())
    theirs = {
        each.name: each.default
        for each in parameters[1:]
        if each.name not in LEFT_OUT
        and each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)
    }
    if name == "Identity":
        theirs = {}
    assert list(cls.model_fields) == list(theirs)
    for field, default in theirs.items():
        required = default is inspect.Parameter.empty
        assert cls.required(field) == required, field
        if not required:
            assert cls.model_fields[field].default == default, field


@pytest.mark.parametrize("name", LAYERS)
def test_the_example_works(name: str) -> None:
    assert compare(name, arguments_of(name), LAYERS[name].example_input)


@pytest.mark.parametrize("name", LAYERS)
def test_every_layer_is_documented(name: str) -> None:
    cls = LAYERS[name]
    assert cls.__doc__ and cls.__doc__ != Layer.__doc__
    assert cls.example.startswith(name)


def test_families_name_all_layers_of_their_files() -> None:
    for family, members in LAYERS.families.items():
        module = import_module(f"mlpgen.layers.{family}")
        defined = [
            name
            for name, value in vars(module).items()
            if isinstance(value, type)
            and issubclass(value, Layer)
            and value.__module__ == module.__name__
            and not name.startswith("_")
        ]
        assert sorted(defined) == sorted(members)


POOLS: dict[str, list[Any]] = {
    "kernel_size": [1, 2, 3, 5, "pair"],
    "stride": [1, 2, 3, "pair"],
    "padding": [0, 1, 2, "pair"],
    "output_padding": [0, 1, "pair"],
    "dilation": [1, 2, "pair"],
    "groups": [1, 2, 3],
    "out_channels": [1, 4, 6],
    "out_features": [1, 5],
    "bias": [True, False],
    "padding_mode": ["zeros", "reflect", "replicate", "circular"],
    "ceil_mode": [True, False],
    "count_include_pad": [True, False],
    "divisor_override": [1, 3],
    "output_size": [1, 2, 3, "pair"],
    "affine": [True, False],
    "track_running_stats": [True, False],
    "elementwise_affine": [True, False],
    "momentum": [0.1, 0.5, None],
    "eps": [1e-05, 0.1],
    "num_groups": [1, 2, 3],
    "size": [1, 2, 3, 5, "pair"],
    "scale_factor": [0.5, 1, 1.5, 2.0, 3.3],
    "mode": ["nearest", "linear", "bilinear", "bicubic", "trilinear"],
    "align_corners": [True, False],
    "upscale_factor": [1, 2, 3],
    "downscale_factor": [1, 2, 3],
    "dim": [-2, -1, 0, 1, 2, 3],
    "start_dim": [-2, -1, 0, 1, 2, 3],
    "end_dim": [-2, -1, 1, 2, 3],
    "unflattened_size": [[2, 3], [6], [1, 4], [3, 1, 2]],
    "normalized_shape": [4, 6, [4], [5, 6]],
    "num_parameters": [1, 4, 6],
    "p": [0, 0.3, 1],
    "negative_slope": [0.2],
    "value": [0.5],
    "threshold": [0.1],
    "lower": [0.1, 0.5],
    "upper": [0.2, 0.4],
    "alpha": [0.5, 0.0],
    "beta": [0.7, 2.0],
    "lambd": [0.3, 0.0],
    "min_val": [-2.0, 1.5],
    "max_val": [2.0, -1.0],
    "k": [2.0],
    "approximate": ["tanh", "none"],
    "inplace": [True, False],
    "init": [0.1],
    "recompute_scale_factor": [True, False],
}


def draw(rng: random.Random, name: str) -> tuple[dict[str, Any], tuple[int, ...]]:
    cls = LAYERS[name]
    spatial = max(len(cls.example_input) - 1, 1)
    arguments = {}
    for field in cls.model_fields:
        if cls.follows(field) and field != "normalized_shape":
            continue
        if not cls.model_fields[field].is_required() and rng.random() < 0.5:
            continue
        value = rng.choice(POOLS[field])
        if field == "padding" and name.startswith("Conv") and "Transpose" not in name:
            value = rng.choice([*POOLS[field], "same", "valid"])
        if field == "padding" and "Pad" in name:
            value = rng.choice(
                [0, 1, 2, 4, -1, [rng.randint(-1, 3) for _ in range(2 * spatial)]]
            )
        if value == "pair":
            value = [rng.choice([1, 2, 3]) for _ in range(spatial)]
        arguments[field] = value
    dims = len(cls.example_input) if rng.random() < 0.8 else rng.randint(1, 4)
    shape = tuple(rng.choice([1, 2, 3, 4, 5, 6, 8]) for _ in range(dims))
    return arguments, shape


@pytest.mark.parametrize("name", LAYERS)
def test_shapes_counts_and_refusals_are_those_of_torch(name: str) -> None:
    rng = random.Random(name)
    ran = sum(compare(name, *draw(rng, name)) for _ in range(DRAWS))
    assert ran > 0


@pytest.mark.parametrize("name", LAYERS)
def test_sizes_follow_parameters(name: str) -> None:
    """Where a number is a parameter, the code of each size is right for others too."""
    rng = random.Random(name)
    cls = LAYERS[name]
    tried = 0
    for _ in range(400):
        arguments, shape = draw(rng, name)
        numbers = [
            field
            for field, value in arguments.items()
            if type(value) is int and not cls.structural(field)
        ]
        try:
            layer, _ = ours(name, arguments, shape)
            other = {field: arguments[field] + rng.choice([0, 1]) for field in numbers}
            _, wanted = ours(name, arguments | other, shape)
        except (ShapeError, ValueError):
            continue
        sizes = {field: Size.parameter(field, arguments[field]) for field in numbers}
        floats = {
            field for field in numbers if isinstance(getattr(layer, field), float)
        }
        symbolic = layer.model_copy(
            update={key: value for key, value in sizes.items() if key not in floats}
        )
        output = symbolic.output(shape)
        found = tuple(eval(code_of(size), {}, other) for size in output)
        assert found == wanted, f"{name} {arguments} {shape} {other}"
        tried += 1
        if tried == 20:
            break
    assert tried
