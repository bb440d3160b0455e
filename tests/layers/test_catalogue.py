"""Every layer of the catalogue against the installed torch."""

from __future__ import annotations

import inspect
import random
from importlib import import_module
from itertools import islice
from typing import Any

import pytest
import yaml
from torch import nn
from torch.nn import functional as F

from mlpgen.layers import LAYERS
from mlpgen.layers.attention_masks import HasMasks
from mlpgen.layers.base import Layer, ShapeError, Value, Values
from mlpgen.symbols.sizes import Size, code_of

from .harness import compare, example_of, ours

LEFT_OUT = {
    "device",
    "dtype",
    "min_value",
    "max_value",
    "process_group",
    "include_last_offset",
    "_weight",
    "_freeze",
    "_random_samples",
    "custom_encoder",
    "custom_decoder",
    "enable_nested_tensor",
    "mask_check",
}
DRAWS = 8
ALL_DRAWS = 120


def arguments_of(name: str) -> dict[str, Any]:
    data = yaml.safe_load(LAYERS[name].example)
    value = data[name] if isinstance(data, dict) else {}
    return value if isinstance(value, dict) else {LAYERS[name].shorthand() or "": value}


def arguments_of_torch(name: str) -> dict[str, Any]:
    """Return torch's defaults by argument; empty if it is required."""
    if name == "Identity":
        return {}
    source = "RNNBase" if name in ("RNN", "LSTM", "GRU") else name
    parameters = inspect.signature(getattr(nn, source).__init__).parameters.values()
    found: dict[str, Any] = {}
    for each in list(parameters)[1:]:
        if each.kind in (each.VAR_POSITIONAL, each.VAR_KEYWORD):
            continue
        if each.name == "norm":
            found["norm"] = False  # true makes it, None is without one
        elif each.name in ("encoder_layer", "decoder_layer"):
            found |= arguments_of_torch(f"{name}Layer")
        elif each.name not in LEFT_OUT:
            found[each.name] = "relu" if each.default is F.relu else each.default
        if each.name == "num_layers" and name == "RNN":
            found["nonlinearity"] = "tanh"
    if source == "RNNBase":
        del found["mode"]
        if name != "LSTM":
            del found["proj_size"]
    if "batch_first" in found:
        found["batch_first"] = True  # differs from torch
    return found


@pytest.mark.parametrize("name", LAYERS)
def test_arguments_are_those_of_torch(name: str) -> None:
    cls = LAYERS[name]
    theirs = arguments_of_torch(name)
    own = [field for field in cls.model_fields if field not in cls.of_call()]
    assert own == list(theirs)
    called = inspect.signature(getattr(nn, name).forward).parameters
    assert set(cls.of_call()) - {"lengths"} <= set(called)  # they pack the sequence
    for field, default in theirs.items():
        if cls.follows(field) and name == "Transformer":
            continue  # torch has a default, but mlpgen infers it
        required = default is inspect.Parameter.empty
        assert cls.required(field) == required, field
        if not required:
            assert cls.model_fields[field].default == default, field


@pytest.mark.parametrize("name", LAYERS)
def test_the_example_works(name: str) -> None:
    assert compare(name, arguments_of(name), example_of(LAYERS[name]))


def test_all_layers_of_torch_are_there() -> None:
    """Except losses, containers, and what torch's documentation advises against."""
    elsewhere = {"Module", "Container", "Sequential", "ModuleList", "ModuleDict"}
    elsewhere |= {"ParameterList", "ParameterDict", "DataParallel", "RNNBase"}
    elsewhere |= {"RNNCellBase", "CrossMapLRN2d"}
    elsewhere |= {"UpsamplingNearest2d", "UpsamplingBilinear2d"}
    theirs = {
        name
        for name, value in vars(nn).items()
        if isinstance(value, type)
        and issubclass(value, nn.Module)
        and "Loss" not in name
        and "Lazy" not in name
    }
    assert theirs - set(LAYERS) <= elsewhere
    assert set(LAYERS) <= theirs


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
    "return_indices": [True, False],
    "norm_type": [1, 2.0, 3.5],
    "output_ratio": [0.3, 0.5, 0.9],
    "num_embeddings": [1, 4, 9],
    "embedding_dim": [1, 4],
    "padding_idx": [0, 2, -1, -5, 9],
    "max_norm": [1.0],
    "scale_grad_by_freq": [True, False],
    "sparse": [True, False],
    "hidden_size": [1, 3, 4],
    "num_layers": [1, 2, 3],
    "num_encoder_layers": [1, 2],
    "num_decoder_layers": [1, 2],
    "nonlinearity": ["tanh", "relu"],
    "batch_first": [True, True, True, False],
    "dropout": [0, 0.3],
    "bidirectional": [True, False],
    "proj_size": [0, 1, 2, 4],
    "num_heads": [1, 2, 3],
    "nhead": [1, 2, 2, 3],
    "add_bias_kv": [True, False],
    "add_zero_attn": [True, False],
    "kdim": [4, 6],
    "vdim": [4, 6],
    "dim_feedforward": [3, 8],
    "activation": ["relu", "gelu"],
    "layer_norm_eps": [1e-05, 0.1],
    "norm_first": [True, False],
    "keepdim": [True, False],
    "key_padding_mask": [True, False],
    "src_key_padding_mask": [True, False],
    "tgt_key_padding_mask": [True, False],
    "memory_key_padding_mask": [True, False],
    "src_mask": [True, False],
    "mask": [True, False],
    "tgt_mask": [True, False],
    "memory_mask": [True, False],
    "attn_mask": [True, False],
    "is_causal": [True, False],
    "src_is_causal": [True, False],
    "tgt_is_causal": [True, False],
    "need_weights": [True, False],
    "lengths": [True, False],
    "average_attn_weights": [True, False],
    "norm": [True, False],
}


OF_LAYERS: dict[tuple[str, str], list[Any]] = {
    ("EmbeddingBag", "mode"): ["sum", "mean", "max"],
    ("PairwiseDistance", "p"): [1, 2, 0.5],
    ("LPPool1d", "kernel_size"): [1, 2, 3, 5],
    ("Transformer", "nhead"): [1, 2, 3],
    ("Fold", "output_size"): [2, 3, 4, "pair"],
}


def draw(rng: random.Random, name: str) -> tuple[dict[str, Any], Values]:
    cls = LAYERS[name]
    spatial = max(len(cls.example_input) - 1, 1)
    if name == "Fold":
        spatial = 2
    arguments = {}
    for field in cls.model_fields:
        if cls.follows(field) and field != "normalized_shape":
            continue
        if not cls.model_fields[field].is_required() and rng.random() < 0.5:
            continue
        value = rng.choice(OF_LAYERS.get((name, field), POOLS[field]))
        if field == "padding" and name.startswith("Conv") and "Transpose" not in name:
            value = rng.choice([*POOLS[field], "same", "valid"])
        if field == "padding" and "Pad" in name:
            value = rng.choice(
                [0, 1, 2, 4, -1, [rng.randint(-1, 3) for _ in range(2 * spatial)]]
            )
        if value == "pair":
            value = [rng.choice([1, 2, 3]) for _ in range(spatial)]
        arguments[field] = value
    if name == "Transformer":
        arguments.setdefault("nhead", 2)
    if not arguments.get("average_attn_weights", True):
        arguments["need_weights"] = True
    small = {"num_encoder_layers": 1, "num_decoder_layers": 1, "dim_feedforward": 4}
    for field in small.keys() & cls.model_fields.keys():
        arguments.setdefault(field, small[field])
    return arguments, draw_values(rng, name, arguments)


SIZES = [1, 2, 3, 4, 5, 6, 8]


def draw_values(rng: random.Random, name: str, arguments: dict[str, Any]) -> Values:
    """Draw inputs: sizes that are equal in the example mostly stay equal."""
    example = example_of(LAYERS[name])
    most = LAYERS[name].arity[1]
    values = example[: rng.randint(min(LAYERS[name].arity[0], most), len(example))]
    if len(values) == 1 and rng.random() < 0.2:
        dims = rng.randint(1, 4)
        return (values[0]._replace(shape=tuple(rng.choices(SIZES, k=dims))),)
    sizes = {size: rng.choice(SIZES) for value in values for size in value.shape}
    if "hidden_size" in arguments and len(values) > 1:
        both = 1 + arguments.get("bidirectional", False)
        sizes[16] = rng.choice([both * arguments["hidden_size"], 4])
    drawn = [
        value._replace(shape=tuple(sizes[size] for size in value.shape))
        for value in values
    ]
    if name in ("RNN", "LSTM", "GRU"):
        drawn = draw_states(rng, arguments, drawn)
    drawn += draw_masks(rng, name, arguments, drawn)
    if rng.random() < 0.2:
        at = rng.randrange(len(drawn))
        dims = max(len(drawn[at].shape) + rng.choice([-1, 0, 0, 1]), 0)
        drawn[at] = drawn[at]._replace(shape=tuple(rng.choices(SIZES, k=dims)))
    if name in ("Fold",) and rng.random() < 0.9:
        drawn = [fitting(rng, arguments)]
    return tuple(drawn)


def draw_states(
    rng: random.Random, arguments: dict[str, Any], drawn: list[Value]
) -> list[Value]:
    """Draw states of all layers or of the last, and lengths if they are asked for."""
    sequence, *states = drawn
    if rng.random() < 0.6:
        both = 1 + arguments.get("bidirectional", False)
        count = both * arguments.get("num_layers", 1)
        sizes = [arguments["hidden_size"]] * len(states)
        sizes[:1] = [arguments.get("proj_size") or size for size in sizes[:1]]
        states = [
            value._replace(shape=(count, size))
            for value, size in zip(states, sizes, strict=True)
        ]
    lengths = rng.choice([Value((), "int64"), Value((1,), "int64")])
    return [sequence, *states, *([lengths] if arguments.get("lengths") else [])]


def draw_masks(
    rng: random.Random, name: str, arguments: dict[str, Any], drawn: list[Value]
) -> list[Value]:
    """Draw each mask that the arguments ask for, mostly of the right shape."""
    cls = LAYERS[name]
    if not issubclass(cls, HasMasks):
        return []
    found = []
    for field, about in cls.masks.items():
        if not arguments.get(field):
            continue
        lengths = tuple(drawn[min(at, len(drawn) - 1)].shape[0] for at in about)
        wrong = rng.random() < 0.1
        shape = (3,) * len(lengths) if wrong else lengths
        if len(shape) == 1:
            found.append(Value(shape, "bool"))
            continue
        dtype, heads = rng.choice(["bool", "float32"]), arguments.get(cls.heads, 8)
        each = Value((heads, *shape), dtype)
        found.append(rng.choice([Value(shape, dtype, batched=False), each]))
    return found


def fitting(rng: random.Random, arguments: dict[str, Any]) -> Value:
    """Return patches that `Fold` can combine."""
    pairs = {
        key: [value, value] if isinstance(value, int) else value
        for key, value in {
            "padding": 0,
            "dilation": 1,
            "stride": 1,
            **arguments,
        }.items()
    }
    count = 1
    for axis in (0, 1):
        size = pairs["output_size"][axis] + 2 * pairs["padding"][axis]
        reach = pairs["dilation"][axis] * (pairs["kernel_size"][axis] - 1)
        count *= max((size - reach - 1) // pairs["stride"][axis] + 1, 1)
    kernel = pairs["kernel_size"][0] * pairs["kernel_size"][1]
    return Value((kernel * rng.randint(1, 3), count))


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize(
    "draws", [DRAWS, pytest.param(ALL_DRAWS, marks=pytest.mark.exhaustive)]
)
def test_shapes_counts_and_refusals_are_those_of_torch(name: str, draws: int) -> None:
    """A few draws of each, and more until both take what is drawn."""
    rng = random.Random(name)
    agreed = (compare(name, *draw(rng, name)) for _ in range(ALL_DRAWS))
    assert any([*islice(agreed, draws)]) or any(agreed)


@pytest.mark.parametrize("name", LAYERS)
def test_sizes_follow_parameters(name: str) -> None:
    """Where a number is a parameter, the code of each size is right for others too."""
    rng = random.Random(name)
    cls = LAYERS[name]
    tried = 0
    for _ in range(400):
        arguments, values = draw(rng, name)
        numbers = [
            field
            for field, value in arguments.items()
            if type(value) is int and not cls.structural(field)
        ]
        try:
            layer, _ = ours(name, arguments, values)
            other = {field: arguments[field] + rng.choice([0, 1]) for field in numbers}
            changed, wanted = ours(name, arguments | other, values)
        except (ShapeError, ValueError):
            continue
        sizes = {field: Size.parameter(field, arguments[field]) for field in numbers}
        symbolic = layer.model_copy(update=sizes)
        for part, value in symbolic.results(values).items():
            found = tuple(eval(code_of(size), {}, other) for size in value.shape)
            context = f"{name} {arguments} {values} {other} {part}"
            assert found == wanted[part].shape, context
        weights = changed.weights()
        for weight, shape in symbolic.weights().items():
            found = tuple(eval(code_of(size), {}, other) for size in shape)
            assert weight not in weights or found == weights[weight], context
        tried += 1
        if tried == 20:
            break
    assert tried
