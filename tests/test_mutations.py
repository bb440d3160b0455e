"""A thousand damaged specs: each gets a diagnostic, or is a model that works."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml

from mlpgen import SpecError, api, report, source
from mlpgen.graph.build import build

from .networks import model

ROOT = Path(__file__).parent.parent
TEXTS = [
    path.read_text(encoding="utf-8") for path in sorted((ROOT / "specs").glob("*.yaml"))
]
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
]


def damaged_text(rng: random.Random) -> bytes:
    text = rng.choice(TEXTS)
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


def damaged_data(rng: random.Random) -> bytes:
    data = yaml.safe_load(rng.choice(TEXTS))
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
        elif isinstance(holder, dict) and rng.random() < 0.3:
            holder[str(rng.choice(VALUES))] = holder.pop(key)
        else:
            holder[key] = rng.choice(VALUES)
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False).encode()


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("damage", [damaged_text, damaged_data])
def test_damaged_specs(damage: Any, seed: int) -> None:
    rng = random.Random(f"{damage.__name__} {seed}")
    for _ in range(25):
        text = damage(rng)
        try:
            document = source.parse(text, "spec.yaml")
            built = build(document)
        except SpecError as error:
            assert error.diagnostics
            assert report.text(error.diagnostics)
            assert all(each.place for each in error.diagnostics), text
            continue
        net = api.Network(built.graph, built.warnings, document, {})
        api.render(net, "explicit")
        if (
            built.graph.total_parameters < 10**7
            and built.graph.total_multiply_adds < 10**8
        ):
            results = []
            for style in api.STYLES:
                made = model(net, style).eval()
                x = torch.linspace(0, 1, 2 * size(net)).reshape(2, *net.graph.input)
                result = made(x)
                results.append(result if isinstance(result, tuple) else (result,))
            for name, one, other in zip(net.graph.outputs, *results, strict=True):
                assert tuple(one.shape[1:]) == net.graph.node(name).output
                assert torch.equal(one, other)


def size(net: api.Network) -> int:
    found = 1
    for each in net.graph.input:
        found *= each
    return found
