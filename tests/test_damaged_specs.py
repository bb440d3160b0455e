"""A thousand damaged specs: each gives a diagnostic, or a model that works."""

from __future__ import annotations

import copy
import random
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import torch
import yaml

from mlpgen import SpecError, api, source
from mlpgen.diagnostics import renderers
from mlpgen.graph.build import build

from .networks import model

if TYPE_CHECKING:
    from mlpgen.layers.base import Value

ROOT = Path(__file__).parent.parent
CHAINS = [
    path.read_text(encoding="utf-8") for path in sorted((ROOT / "specs").glob("*.yaml"))
]
GRAPHS = [
    path.read_text(encoding="utf-8")
    for path in sorted((ROOT / "tests" / "damaged").glob("*.yaml"))
]
"""Blocks, branches, repeats, conditions, functions and several inputs."""
PIECES = [
    "0",
    "-1",
    "1e9",
    "2.5",
    "true",
    "null",
    "~",
    "[]",
    "{}",
    "[1, 2]",
    "${hidden_1}",
    "${1/0}",
    "'",
    '"',
    ":",
    "- ",
    "#",
    "\t",
    "&a",
    "*a",
    "!!x",
    "Linear",
    "Conv2d: 3",
    "ReLU",
    "name",
    "{a: 1}",
    "\u2028",
    "\x07",
    "é",
    "999999999999",
    "same",
    "Sequential",
    "dim: 0",
    "|",
    ">",
    "---",
    "<<",
]
VALUES: list[Any] = [
    0,
    -1,
    1,
    2,
    3,
    7,
    10**6,
    10**18,
    0.5,
    -0.5,
    1e30,
    True,
    None,
    "",
    "x",
    "same",
    "${hidden_1}",
    "${2}",
    "${x}",
    "${",
    [],
    [1],
    [1, 2],
    [3, 3, 3],
    {},
    {"a": 1},
    "Linear",
    "ReLU",
    "Adam",
    {"Linear": 4},
    "a" * 99,
    {"Conv2d": {"out_channels": 2, "kernel_size": 2}},
    {"Softmax": None},
    "Flatten",
    {"Sequential": ["ReLU"]},
    {"Sequential": ["ReLU", {"Linear": 4, "repeat": 2}]},
    {"Basic": {"stride": 2}},
    {"Fuse": None, "from": ["seen", "read"]},
    {"Encoder": {"heads": 4}},
    {"add": None, "from": ["input", "input"]},
    {"share": "seen"},
    "Basic",
    "input",
    "embedding",
    "fused.first",
    "rnn.hidden",
    "add",
    "${depth}",
    "${index}",
    "${index + 2}",
    "${index != 1}",
    "${stride != 1}",
    "${channels * stride}",
    "${heads * 4}",
    ["seen", "read"],
    ["input", "stem"],
]
KEYS = ["from", "repeat", "when", "share", "select", "name", "init", "parametrize"]


def damaged_text(rng: random.Random, texts: list[str]) -> bytes:
    text = rng.choice(texts)
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(text))
        kind = rng.randrange(4)
        if kind == 0:
            text = text[:at] + text[at + rng.randint(1, 8) :]
        elif kind == 1:
            text = text[:at] + rng.choice(PIECES) + text[at:]
        elif kind == 2:
            lines = text.split("\n")
            first, second = rng.randrange(len(lines)), rng.randrange(len(lines))
            lines[first], lines[second] = lines[second], lines[first]
            text = "\n".join(lines)
        else:
            text = text[:at] + rng.choice(text) + text[at + 1 :]
    return text.encode("utf-8", "surrogatepass")


def damaged_data(rng: random.Random, texts: list[str]) -> bytes:
    data = yaml.safe_load(rng.choice(texts))
    for _ in range(rng.randint(1, 2)):
        places: list[tuple[Any, Any]] = []
        open_ = [data]
        while open_:
            value = open_.pop()
            keys = value if isinstance(value, dict) else range(len(value))
            for key in keys:
                places.append((value, key))
                if isinstance(value[key], (dict, list)):
                    open_.append(value[key])
        holder, key = rng.choice(places)
        if rng.random() < 0.2:
            del holder[key]
        elif rng.random() < 0.2:
            other, at = rng.choice(places)  # a value from elsewhere in the spec
            holder[key] = copy.deepcopy(other[at])
        elif isinstance(holder, dict) and rng.random() < 0.2:
            holder[rng.choice(KEYS)] = rng.choice(VALUES)
        elif isinstance(holder, dict) and rng.random() < 0.3:
            holder[str(rng.choice(VALUES))] = holder.pop(key)
        else:
            holder[key] = rng.choice(VALUES)
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False).encode()


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("damage", [damaged_text, damaged_data])
@pytest.mark.parametrize("texts", [CHAINS, GRAPHS], ids=["chains", "graphs"])
@pytest.mark.thinned(13)
def test_damaged_specs(texts: list[str], damage: Any, seed: int) -> None:
    rng = random.Random(f"{damage.__name__} {seed}")
    for _ in range(25):
        check(damage(rng, texts))


def check(text: bytes) -> None:
    """Check that a spec gives a diagnostic with a place, or a model that works."""
    try:
        document = source.parse(text, "spec.yaml")
        built = build(document)
    except SpecError as error:
        assert error.diagnostics
        assert renderers.text(error.diagnostics)
        assert all(each.place for each in error.diagnostics), text
        return
    net = api.Network(built.graph, built.warnings, document, {})
    for style in api.STYLES:
        api.render(net, style)
    graph = built.graph
    if graph.total_parameters > 10**7 or graph.total_multiply_adds > 10**8:
        return
    inputs = [drawn(value) for value in graph.inputs.values()]
    results, states = [], []
    for style in api.STYLES:
        made = model(net, style).eval()
        torch.default_generator.manual_seed(2)
        result = made(*inputs)
        results.append(result if isinstance(result, tuple) else (result,))
        states.append(made.state_dict())
        assert counted(made) == graph.total_parameters
    assert list(states[0]) == list(states[1])
    assert all(torch.equal(states[0][key], states[1][key]) for key in states[0])
    for name, one, other in zip(graph.outputs, *results, strict=True):
        value = graph.value(name)
        shape = one.shape[1:] if value.batched else one.shape
        assert tuple(shape) == tuple(map(int, value.shape))
        assert torch.equal(one, other) or torch.equal(one.isnan(), other.isnan())


def counted(made: torch.nn.Module) -> int:
    return sum(each.numel() for each in made.parameters())


def drawn(value: Value) -> torch.Tensor:
    """Return a batch of two, of numbers that any embedding knows."""
    shape = (2, *map(int, value.shape))
    if value.dtype == "float32":
        return torch.linspace(0, 1, prod(shape)).reshape(shape)
    return torch.ones(shape, dtype=getattr(torch, value.dtype))
