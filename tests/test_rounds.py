"""Rounds, variables and names: predictions hold when run, for any arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import torch

from mlpgen import SpecError, api
from mlpgen.graph.build import build

from .networks import model, module, network, network_of

if TYPE_CHECKING:
    from pathlib import Path

    from .linters import Gathered


def linear(out: Any, **keys: Any) -> dict[str, Any]:
    return {"Linear": out, **keys}


def net(*layers: Any, **more: Any) -> dict[str, Any]:
    return {"name": "Net", "input": [4], "layers": list(layers)} | more


SEQUENCES = {"left": [5, 8], "right": [6, 8]}
PAIR = {
    "Pair": {
        "input": ["left", "right"],
        "layers": [{"add": None, "from": ["left", "right"]}, linear(4)],
    }
}

TWO = {
    "Two": {
        "outputs": ["wide", "other"],
        "layers": [linear(4, name="wide"), linear(4, name="other")],
    }
}

SPECS = {
    "decoder layers": net(
        {
            "TransformerDecoderLayer": {"nhead": 2, "dim_feedforward": "${4 + index}"},
            "from": ["left", "right"],
            "repeat": "${depth}",
        },
        input=SEQUENCES,
        parameters={"depth": 2},
    ),
    "attention to a memory": net(
        {"MultiheadAttention": 2, "from": ["left", "right"], "repeat": 3},
        input=SEQUENCES,
    ),
    "recurrent layers": net({"GRU": 6, "repeat": 3}, linear(7), input=[5, 8]),
    "the last step of recurrent layers": net(
        {"LSTM": 6, "repeat": 3, "select": "last", "name": "reader"},
        linear(7),
        input=[5, 8],
    ),
    "a state of recurrent layers": net(
        {"LSTM": 6, "repeat": "${depth}", "name": "reader"},
        linear(7, **{"from": "reader.cell"}),
        input=[5, 8],
        parameters={"depth": 2},
    ),
    "rounds whose second result is taken": net(
        {"Two": None, "repeat": 3, "name": "two"},
        {"add": None, "from": ["two.other", "input"]},
        blocks=TWO,
    ),
    "sizes that grow": net(linear("${4 + index}", repeat=3), linear(7)),
    "sizes that double": net(linear("${2 ** index}", repeat=4), linear(7)),
    "a chain that grows": net(
        {
            "Sequential": [linear("${width + index}"), linear("${width * index + 1}")],
            "repeat": 3,
        },
        linear(7),
        parameters={"width": 3},
    ),
    "an encoder whose layers grow": net(
        {
            "TransformerEncoder": {
                "num_layers": 1,
                "nhead": 2,
                "dim_feedforward": "${8 * (index + 1)}",
            },
            "repeat": 3,
        },
        input=[4, 8],
    ),
    "rounds in rounds": net(
        {
            "Sequential": [linear(4, repeat="${index + 1}"), linear("${width}")],
            "repeat": 3,
        },
        linear(7),
        parameters={"width": 4},
    ),
    "rounds that count in rounds that do not": net(
        {"Sequential": [linear("${4 + index}", repeat=3), linear(4)], "repeat": 3},
        linear(7),
    ),
    "as many as a parameter says": net(
        linear("${4 + width * index}", repeat="${depth}"),
        linear(7),
        parameters={"width": 2, "depth": 2},
    ),
    "images that shrink": net(
        {"Conv2d": {"out_channels": 2, "kernel_size": 3}, "repeat": "${depth}"},
        "Flatten",
        linear(7),
        input=[1, 16, 16],
        parameters={"depth": 2},
    ),
    "rounds that are left out": net(
        linear(4, repeat=3, when="${index != 1}"),
        {
            "Sequential": [linear(4), linear(4, when="${index > 0}")],
            "repeat": 2,
        },
    ),
    "rounds of two inputs": net(
        {"Pair": None, "from": ["input", "input"], "repeat": 3}, blocks=PAIR
    ),
    "rounds of two inputs that differ": net(
        {
            "Wide": {"size": "${index * index + 1}"},
            "from": ["input", "input"],
            "repeat": 4,
        },
        blocks={
            "Wide": {
                "input": ["left", "right"],
                "parameters": {"size": 2},
                "layers": [
                    {"add": None, "from": ["left", "right"]},
                    linear("${size}"),
                    linear(4),
                ],
            }
        },
    ),
    "a condition on a join": net(
        linear(4, name="a"),
        linear(4, name="b"),
        {"cat": {"dim": 1}, "from": ["a", "b"], "when": "${wide}", "name": "c"},
        {"cat": {"dim": 1}, "from": ["c", "input"]},
        parameters={"wide": True},
    ),
    "a branch that waits": net(
        linear("${size}", name="a"),
        linear(1, name="b", **{"from": "input"}),
        {"Tanh": None, "from": "a", "name": "c"},
        {"mul": None, "from": ["c", "b"]},
        parameters={"size": 1},
    ),
    "tied weights of a layer with a bias": net(
        linear(4, name="a"),
        {"Linear": {"out_features": 4, "bias": False}, "share": "a"},
    ),
    "rounds in rounds that grow": net(
        {
            "Sequential": [
                linear("${8 * (index + 1)}"),
                {"LayerNorm": None, "repeat": 2},
                linear(4),
            ],
            "repeat": 3,
        }
    ),
    "as many rounds as the round around": net(
        {"Sequential": [linear(3, repeat="${index}")] * 2, "repeat": 3}
    ),
    "both numbers in rounds in rounds": net(
        {
            "Sequential": [
                linear("${2 * (index + 1)}"),
                linear("${index + 3}", repeat=2),
            ],
            "repeat": 3,
        }
    ),
    "rounds that never run, whatever a parameter is": net(
        {
            **linear(3, repeat=2),
            "when": "${(index < 4 and depth * index == depth) and index > 5}",
        },
        linear(7),
        parameters={"depth": 0},
    ),
}


LOOPS: dict[str, dict[str, Any]] = {
    "causal layers": {
        "TransformerEncoderLayer": {"nhead": 2, "dim_feedforward": 8, "is_causal": True}
    },
    "layers with a memory": {
        "TransformerDecoderLayer": {"nhead": 2, "dim_feedforward": 8},
        "from": ["other", "input"],
    },
    "layers of frames": {"Conv1d": {"out_channels": 5, "kernel_size": 1}},
}
"""Rounds that `forward` calls one by one, and rounds that it does not."""
CONDITIONS: dict[str, dict[str, Any]] = {
    "if deep": {"when": "${deep}"},
    "if shallow": {"when": "${not deep}"},
    "if deep, else other": {"when": "${deep}", "else": "other"},
    "if shallow, else other": {"when": "${not deep}", "else": "other"},
}
NAMES: dict[str, dict[str, Any]] = {"": {}, ", named": {"names": "r_${index + 1}"}}
SPECS |= {
    f"{what} {when}{named}": net(
        {"Linear": 8, "name": "other"},
        {**layer, "repeat": "${depth}", **names, **condition},
        linear(3),
        input=[5, 8],
        parameters={"depth": 2, "deep": True},
    )
    for what, layer in LOOPS.items()
    for when, condition in CONDITIONS.items()
    for named, names in NAMES.items()
    if "else" in condition or "from" not in layer
}


@pytest.mark.parametrize("name", SPECS)
def test_rounds(name: str) -> None:
    loaded = network(SPECS[name])
    parameters = SPECS[name].get("parameters", {})
    for style in api.STYLES:
        text = api.render(loaded, style)["net.py"]
        for step in (0, 1, 3):
            given = {
                key: step != 1 if isinstance(value, bool) else value + step
                for key, value in parameters.items()
            }
            said = build(loaded.document, given).graph
            made = module(text).Net(**given)
            out = made(*(torch.rand(2, *each.shape) for each in said.inputs.values()))
            assert tuple(out.shape[1:]) == tuple(said.value(said.outputs[0]).shape)
            counted = sum(each.numel() for each in made.parameters())
            assert counted == said.total_parameters


def test_rounds_are_expert_code(tmp_path: Path, gathered: Gathered) -> None:
    for name, data in SPECS.items():
        for style in api.STYLES:
            text = api.render(network(data), style)["net.py"]
            path = tmp_path / f"{name.replace(' ', '_')}_{style}.py"
            path.write_text(text, encoding="utf-8")
    gathered.take(tmp_path)


def test_the_values_of_a_condition_and_of_a_loop() -> None:
    for style in api.STYLES:
        made = model(network(SPECS["rounds of two inputs"]), style)
        x = torch.rand(2, 4)
        first, second, third = next(iter(made.children()))
        assert torch.equal(made(x), third(second(first(x, x), x), x))
        made = model(network(SPECS["a condition on a join"]), style)
        a = made.a(x)
        assert torch.equal(made(x), torch.cat([a, made.b(a), x], 1))


TWO = {
    "Two": {
        "input": ["left", "right"],
        "outputs": ["mu", "sigma"],
        "layers": [
            linear(4, name="mu", **{"from": "left"}),
            {"mul": None, "from": ["left", "right"], "name": "sigma"},
        ],
    }
}


@pytest.mark.parametrize("style", api.STYLES)
@pytest.mark.parametrize("part", ["mu", "sigma"])
@pytest.mark.parametrize("more", [False, True])
def test_the_first_result_runs_through_the_rounds(
    style: str, part: str, more: bool
) -> None:
    after: dict[str, Any] = linear(2, **{"from": f"pairs.{part}"}, name="last")
    if more:
        after = {"add": None, "from": ["input", f"pairs.{part}"]}
    pairs = {"Two": None, "from": ["input", "input"], "repeat": 3, "name": "pairs"}
    made = model(network(net(pairs, after, blocks=TWO)), style)
    x = torch.rand(2, 4)
    mu = sigma = x
    for each in made.pairs.children():
        mu, sigma = each.mu(mu), mu * x
    given = mu if part == "mu" else sigma
    wanted = x + given if more else made.last(given)
    assert torch.equal(made(x), wanted)


@pytest.mark.parametrize("style", api.STYLES)
def test_no_round_overwrites_what_all_rounds_take(style: str) -> None:
    two = {"Two": None, "from": ["input", "input"], "name": "two"}
    pairs = {"Two": None, "from": ["input", "two.sigma"], "repeat": 3, "name": "pairs"}
    data = net(two, pairs, linear(2, **{"from": "pairs.sigma"}), blocks=TWO)
    made = model(network(data), style)
    x = torch.rand(2, 4)
    mu = sigma = x
    for each in made.pairs.children():
        mu, sigma = each.mu(mu), mu * (x * x)
    assert torch.equal(made(x), made.linear_1(sigma))


NAMES = [
    "output",
    "result",
    "y",
    "z",
    "index",
    "tensor",
    "code",
    "size_1",
    "in_features",
]


def named(name: str) -> list[dict[str, Any]]:
    """Give one name to a layer, an input, a parameter, and to a block's."""
    add = {"add": None, "from": ["input", name]}
    specs = [
        net(linear(4, name=name), add, linear(3)),
        net(linear(4), {"add": None, "from": ["input", "linear_1"], "name": name}),
        net(
            {"mul": None, "from": [name, "other"]},
            linear(4),
            {"add": None, "from": ["linear_1", name]},
            input={name: [4], "other": [4]},
        ),
        net(
            linear(4),
            {"Res": None, "from": ["input", "linear_1"]},
            blocks={
                "Res": {
                    "input": [name, "other"],
                    "layers": [
                        linear(4, **{"from": name}),
                        {"add": None, "from": ["linear_1", "other"]},
                    ],
                }
            },
        ),
    ]
    if name != "index":
        value = {name: 4}
        block = {
            "parameters": value,
            "layers": [linear(f"${{{name}}}", name=name), add],
        }
        specs += [
            net(linear(f"${{{name}}}", name=name), add, parameters=value),
            net("Res", {"Res": {name: 4}, "repeat": 2}, blocks={"Res": block}),
        ]
    return specs


def test_names_of_the_generated_code(tmp_path: Path, gathered: Gathered) -> None:
    for name in NAMES:
        for number, data in enumerate(named(name)):
            loaded = network(data)
            for style in api.STYLES:
                text = api.render(loaded, style)["net.py"]
                path = tmp_path / f"{name}_{number}_{style}.py"
                path.write_text(text, encoding="utf-8")
                made = module(text).Net()
                made(*(torch.rand(2, 4) for _ in loaded.graph.inputs))
    gathered.take(tmp_path)


def doubled(levels: int) -> str:
    lines = ["name: Net", "input: [8]", "blocks:", "  B0: {layers: [{Linear: 8}]}"]
    lines += [f"  B{n}: {{layers: [B{n - 1}, B{n - 1}]}}" for n in range(1, levels)]
    return "\n".join([*lines, f"layers: [B{levels - 1}]", ""])


def test_the_same_block_is_resolved_once() -> None:
    graph = network_of(doubled(15)).graph
    assert graph.layers == 2**14


@pytest.mark.parametrize("levels", [31, 60, 500])
def test_too_many_layers_are_refused(levels: int) -> None:
    with pytest.raises(SpecError) as error:
        network_of(doubled(levels))
    assert [each.code for each in error.value.diagnostics] in (["MG222"], ["MG106"])


@pytest.mark.parametrize("style", api.STYLES)
def test_rounds_of_a_layer_with_several_inputs_keep_all_but_the_first(
    style: str,
) -> None:
    layer = {"TransformerDecoderLayer": {"nhead": 2, "dim_feedforward": 16}}
    data = {
        "name": "Net",
        "input": {"memory": [5, 8], "target": [7, 8]},
        "layers": [{**layer, "from": ["target", "memory"], "repeat": 3, "name": "d"}],
    }
    made = model(network(data), style).eval()
    memory, target = torch.randn(2, 5, 8), torch.randn(2, 7, 8)
    x = target
    for index in range(3):
        x = made.get_submodule(f"d.{index}")(x, memory)
    assert torch.equal(made(memory, target), x)


@pytest.mark.parametrize("style", api.STYLES)
@pytest.mark.parametrize("name", ["use_index", "index_2", "reindex"])
def test_a_parameter_whose_name_holds_index_is_about_all_rounds(
    name: str, style: str
) -> None:
    """`index` is a name, not a part of another one."""
    body = {"Linear": 4, "name": "body", "when": f"${{{name}}}", "repeat": 3}
    for value, count in ((False, 10), (True, 70)):
        spec = net(body, {"Linear": 2}, parameters={name: value}, input=[4])
        loaded = network(spec)
        assert loaded.graph.total_parameters == count
        text = api.render(loaded, style)["net.py"]
        for given, wanted in ((False, 10), (True, 70)):
            made = module(text).Net(**{name: given})
            assert sum(each.numel() for each in made.parameters()) == wanted
            assert made(torch.ones(2, 4)).shape == (2, 2)


def test_code_asks_for_no_number_that_decides_nothing() -> None:
    """Behind a first round that is another one, the others are alike."""
    keys = {"kernel_size": 3, "padding": 1}
    stride = "${2 if index == 0 else 1}"
    conv = {"Conv2d": {"out_channels": 8, **keys, "stride": stride}, "repeat": 4}
    loaded = network(net(conv, input=[1, 8, 8]))
    for style in api.STYLES:
        text = api.render(loaded, style)["net.py"]
        assert "nn.Conv2d(1, 8, 3, stride=2, padding=1)" in text
        assert "nn.Conv2d(8, 8, 3, padding=1) for _ in range(3)" in text
        assert "index" not in text
        made = model(loaded, style)
        convolutions = [x for x in made.modules() if isinstance(x, torch.nn.Conv2d)]
        assert [x.stride[0] for x in convolutions] == [2, 1, 1, 1]


DOUBLE = {
    "Double": {
        "parameters": {"scale": 1, "bias": True},
        "layers": [{"Linear": {"out_features": "${4 * scale}", "bias": "${bias}"}}],
    }
}


@pytest.mark.parametrize(
    ("arguments", "lines"),
    [
        (
            {"scale": "${2 if index == 0 else 1}"},
            ["nn.Sequential(Double(4, scale=2), Double(8), Double(4))"],
        ),
        ({"scale": 1}, ["Double(4, scale=1) for _ in range(3)"]),
        (
            {"bias": "${index > 0}"},
            ["*(Double(4, bias=index > 0) for index in range(3))"],
        ),
    ],
)
def test_what_the_number_of_a_round_makes_a_default_is_not_written(
    arguments: dict[str, Any], lines: list[str]
) -> None:
    data = net({"Double": arguments, "repeat": 3}, blocks=DOUBLE)
    (text,) = api.render(network(data), "explicit").values()
    assert [line for line in lines if line in text] == lines, text


def test_the_first_round_may_add_a_dimension() -> None:
    inner = {"Sequential": [{"reshape": [2, 2]}, "Tanh"], "repeat": "${depth}"}
    loaded = network(net(inner, linear(3), parameters={"depth": 2}))
    for style in api.STYLES:
        made: Any = model(loaded, style)
        assert made(torch.ones(5, 4)).shape == (5, 2, 3)
