"""Local values: names for expressions, which code computes once."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
import torch
from torch import nn

from mlpgen import api

from .networks import check_proved, model, network

INVERTED: dict[str, Any] = {
    "parameters": {"expansion": 2},
    "values": {"hidden": "${expansion * in_channels}"},
    "layers": [
        {"Conv2d": {"out_channels": "${hidden}", "kernel_size": 1, "bias": False}},
        {
            "Conv2d": {
                "out_channels": "${hidden}",
                "kernel_size": 3,
                "padding": 1,
                "groups": "${hidden}",
                "bias": False,
            }
        },
        {"Conv2d": {"out_channels": 8, "kernel_size": 1, "bias": False}},
    ],
}


def net(block: dict[str, Any], *layers: Any, **rest: Any) -> api.Network:
    """Load a spec with one block."""
    spec = {"name": "Net", "input": [8, 8, 8], "blocks": {"Inner": block}, **rest}
    return network({**spec, "layers": list(layers or ["Inner"])})


def code_of(loaded: api.Network, style: str = "explicit") -> str:
    """Render a network."""
    return api.render(loaded, style)["net.py"]


def test_a_value_is_a_local_variable() -> None:
    loaded = net(INVERTED)
    assert loaded.graph.total_parameters == 400
    for style in api.STYLES:
        code = code_of(loaded, style)
        assert "        hidden = expansion * in_channels\n" in code
        assert "nn.Conv2d(in_channels, hidden, 1, bias=False)" in code
        assert code.count("expansion * in_channels") == 1
        assert sum(each.numel() for each in model(loaded, style).parameters()) == 400


def test_products_that_stand_in_code_often_have_a_variable() -> None:
    """Without `values`, a person would name `expansion * in_channels` all the same."""
    product = "${expansion * in_channels}"
    given = json.loads(json.dumps(INVERTED).replace("${hidden}", product))
    code = code_of(net({**given, "values": {}}))
    assert "        hidden_channels = expansion * in_channels\n" in code
    assert code.count("expansion * in_channels") == 1
    named = {**given, "values": {"wide": product}}
    named["layers"] = [{"Conv2d": {"out_channels": "${wide}", "kernel_size": 1}}]
    named["layers"] += given["layers"]
    code = code_of(net(named))
    assert code.count("expansion * in_channels") == 1
    assert "nn.Conv2d(wide, wide, 1, bias=False)" in code
    check_proved(net(named))


def test_a_docstring_names_a_value_that_is_long() -> None:
    """Short ones are told by the arguments of the class."""
    block = {
        "parameters": {"width": 10, "ratio": 1.5},
        "values": {
            "scaled": "${width * ratio}",
            "rounded": "${max(8, int(scaled + 4) // 8 * 8)}",
            "channels": "${rounded + 8 if rounded < 0.9 * scaled else rounded}",
            "narrower": "${width // 2}",
        },
        "outputs": ["wide", "narrow"],
        "layers": [
            {
                "Conv2d": {"out_channels": "${channels}", "kernel_size": 1},
                "name": "wide",
            },
            {
                "Conv2d": {"out_channels": "${narrower}", "kernel_size": 1},
                "name": "narrow",
            },
        ],
    }
    code = code_of(net(block, "Inner", outputs=["inner_1.narrow"]))
    assert "wide    float32 (N, channels, H, W)\n" in code
    assert "narrow  float32 (N, width // 2, H, W)\n" in code


def test_values_in_any_order() -> None:
    """Each line is after those that it needs, and nothing is unused."""
    values = {
        "narrow": "${max(1, int(hidden * ratio))}",
        "hidden": "${expansion * in_channels}",
        "wide": "${narrow > 2}",
    }
    layers = [
        {"Conv2d": {"out_channels": "${narrow}", "kernel_size": 1}, "when": "${wide}"},
        {"BatchNorm2d": {"momentum": "${ratio / 4}"}, "repeat": "${narrow // 2}"},
    ]
    block = {"parameters": {"expansion": 2, "ratio": 0.5}, "values": values}
    code = code_of(net({**block, "layers": layers}))
    lines = [line.strip() for line in code.splitlines()]
    first = lines.index("hidden = expansion * in_channels")
    assert lines[first + 1 : first + 3] == [
        "narrow = max(1, int(hidden * ratio))",
        "wide = narrow > 2",
    ]
    assert "if wide:" in lines


@pytest.mark.parametrize("shared", [False, True])
def test_a_value_of_forward_is_an_attribute(shared: bool) -> None:
    layers: list[Any] = [{"mul": "${scale}"}]
    if shared:
        layers.insert(0, {"Dropout": "${scale}"})
    block = {"values": {"scale": "${in_channels ** -0.5}"}, "layers": layers}
    code = code_of(net(block))
    if shared:
        assert "        scale = in_channels**-0.5\n        self.scale = scale\n" in code
    else:
        assert "        self.scale = in_channels**-0.5\n" in code
    assert "* self.scale" in code


def test_a_left_out_layer_guards_its_value() -> None:
    """As in the expression itself, a division by zero matters only where it runs."""
    layer = {"Conv2d": {"out_channels": "${per}", "kernel_size": 1}}
    block = {
        "parameters": {"reduction": 2},
        "values": {"per": "${in_channels // reduction}"},
        "layers": [{**layer, "when": "${reduction > 0}"}],
    }
    loaded = net(block, {"Inner": {"reduction": 0}}, "Inner")
    assert "per = in_channels // reduction if reduction else 0" in code_of(loaded)
    assert loaded.graph.nodes[1].output == (4, 8, 8)
    for style in api.STYLES:
        assert model(loaded, style)(torch.zeros(1, 8, 8, 8)).shape == (1, 4, 8, 8)


@pytest.mark.parametrize(
    ("parameters", "value", "when", "code"),
    [
        ({"n": 0}, "${n ** -0.5}", "${n > 0}", "n**-0.5 if n else 0"),
        ({"n": 0}, "${log(n)}", "${n > 0}", "math.log(n) if n > 0 else 0"),
        ({"n": [1, 2]}, "${n[2]}", "${len(n) > 2}", "n[2] if len(n) > 2 else 0"),
        ({"n": [1]}, "${n[-3]}", "${len(n) >= 3}", "n[-3] if len(n) > 2 else 0"),
        ({"n": [1], "k": 1}, "${n[k]}", "${k == 0}", "n[k] if k < len(n) else 0"),
        (
            {"n": [3]},
            "${6 // (len(n) - 1)}",
            "${len(n) > 1}",
            "6 // (len(n) - 1) if len(n) - 1 != 0 else 0",
        ),
        (
            {"n": [[4]]},
            "${6 // n[0][1]}",
            "${len(n[0]) == 2}",
            "6 // n[0][1] if len(n[0]) > 1 and n[0][1] != 0 else 0",
        ),
        (
            {"n": [4]},
            "${n[1] if len(n) != 1 else n[2]}",
            "${len(n) > 1}",
            "n[1] if len(n) != 1 else (n[2] if len(n) > 2 else 0)",
        ),
        (
            {"n": 0, "k": 0},
            "${5 if k > 0 and 6 // n > 1 else 3}",
            "${n > 0}",
            "5 if k > 0 and (6 // n > 1 if n else False) else 3",
        ),
        (
            {"n": 0},
            "${5 if n != 5 and 6 // n > 1 else 3}",
            "${n > 0}",
            "5 if n != 5 and (6 // n > 1 if n else False) else 3",
        ),
    ],
)
def test_a_left_out_layer_guards_what_python_would_refuse(
    parameters: dict[str, Any], value: str, when: str, code: str
) -> None:
    """Only there: what choices, `and` and `or` test themselves needs no guard."""
    block = {
        "parameters": parameters,
        "values": {"guarded": value},
        "layers": [{"mul": "${guarded}", "when": when}],
    }
    loaded = net(block)
    assert f"        self.guarded = {code}\n" in code_of(loaded)
    for style in api.STYLES:
        assert model(loaded, style)(torch.ones(1, 8, 8, 8)).shape == (1, 8, 8, 8)


def test_a_left_out_layer_is_tried_with_longer_lists() -> None:
    """It is checked, so there is no warning MG317."""
    layer = {"Linear": "${widths[2] // (len(widths) - 1)}"}
    given = {"name": "Net", "input": [3], "parameters": {"widths": [4]}}
    left_out = {**layer, "when": "${len(widths) > 2}"}
    loaded = network({**given, "layers": [left_out, {"Linear": 2}]})
    assert not loaded.warnings
    made = model(loaded, "explicit")
    assert type(made)(widths=(4, 5, 6))(torch.ones(1, 3)).shape == (1, 2)


@pytest.mark.parametrize(
    ("values", "count"),
    [
        ({"on": "${n == 0 or 6 // n > 1}"}, 72),
        ({"per": "${6 // n}", "on": "${n == 0 or per > 1}"}, 72),
        ({"per": "${6 // n}", "on": "${(2 if n == 0 else per) > 1}"}, 72),
        ({"on": "${n > 0 and 6 // n > 1}"}, 0),
    ],
)
def test_a_condition_is_what_it_is_where_it_divides_by_zero(
    values: dict[str, str], count: int
) -> None:
    layer = {"Conv2d": {"out_channels": 8, "kernel_size": 1}, "when": "${on}"}
    loaded = net({"parameters": {"n": 0}, "values": values, "layers": [layer]})
    assert loaded.graph.total_parameters == count
    for style in api.STYLES:
        made = model(loaded, style)
        assert sum(each.numel() for each in made.parameters()) == count


@pytest.mark.parametrize("widths", [[4], [4, 8], [4, 8, 5]], ids=str)
def test_a_list_and_the_number_of_the_round_are_given_to_a_block(
    widths: list[int],
) -> None:
    """However few rounds the default has, the code is that of longer lists, too."""
    block = {
        "parameters": {"at": 0, "sizes": [1]},
        "layers": [{"Conv2d": {"out_channels": "${sizes[at]}", "kernel_size": 1}}],
    }
    use = {"Inner": {"at": "${index}", "sizes": "${widths}"}}
    rounds = {**use, "repeat": "${len(widths)}"}
    loaded = net(block, rounds, parameters={"widths": widths})
    for style in api.STYLES:
        made = type(model(loaded, style))(widths=(3, 6, 5, 7))
        assert made(torch.ones(1, 8, 8, 8)).shape == (1, 7, 8, 8)


def test_no_rounds_read_nothing_beyond_the_end_of_a_list() -> None:
    join = {"cat": {"dim": 1}, "from": ["input", "conv2d_1"]}
    layer = {"Conv2d": {"out_channels": "${growth}", "kernel_size": 1}}
    block = {"parameters": {"growth": 2}, "layers": [layer, join]}
    rounds = {"Inner": "${growths[1]}", "repeat": "${depth}"}
    last = {"Conv2d": {"out_channels": 2, "kernel_size": 1}}
    given = {"depth": 0, "growths": [4]}
    loaded = net(block, rounds, last, parameters=given)
    for style in api.STYLES:
        made = model(loaded, style)
        assert made(torch.ones(1, 8, 8, 8)).shape == (1, 2, 8, 8)
        more = type(made)(depth=3, growths=(4, 5))
        assert more(torch.ones(1, 8, 8, 8)).shape == (1, 2, 8, 8)


def test_equal_sizes_stay_equal() -> None:
    """A value and its expression are one size, for any parameters: no MG316."""
    block = {
        **INVERTED,
        "layers": [
            {"Conv2d": {"out_channels": "${hidden}", "kernel_size": 1}, "name": "a"},
            {
                "Conv2d": {
                    "out_channels": "${in_channels * expansion}",
                    "kernel_size": 1,
                },
                "from": "input",
                "name": "b",
            },
            {"add": None, "from": ["a", "b"]},
        ],
    }
    given = {"Inner": {"expansion": "${times}"}}
    loaded = net(block, given, parameters={"times": 3})
    assert not loaded.warnings
    made = model(loaded, "explicit")
    assert type(made)(times=5)(torch.zeros(1, 8, 8, 8)).shape == (1, 40, 8, 8)


def moved(spec: Any, values: dict[str, Any]) -> Any:
    """Give each expression of some layers a name in `values`."""
    if isinstance(spec, dict):
        return {key: moved(each, values) for key, each in spec.items()}
    if isinstance(spec, list):
        return [moved(each, values) for each in spec]
    if isinstance(spec, str) and spec.startswith("${") and "index" not in spec:
        names = [name for name, each in values.items() if each == spec]
        name = names[0] if names else f"value_of_{len(values) + 1}"
        values[name] = spec
        return f"${{{name}}}"
    return spec


def renamed(spec: dict[str, Any]) -> dict[str, Any]:
    """Give each expression of a spec a name, in its own class."""
    spec = copy.deepcopy(spec)
    for each in (spec, *spec.get("blocks", {}).values()):
        values: dict[str, Any] = {}
        each["layers"] = moved(each["layers"], values)
        each["values"] = values
    return spec


DEPTHS: dict[str, Any] = {
    "name": "Net",
    "input": [4, 6, 6],
    "parameters": {"width": 4, "depth": 2, "deep": True, "rate": 0.25},
    "blocks": {
        "Part": {
            "parameters": {"channels": 4, "stride": 1, "groups": 1},
            "layers": [
                {
                    "Conv2d": {
                        "out_channels": "${2 * channels}",
                        "kernel_size": 3,
                        "padding": 1,
                        "stride": "${stride}",
                        "groups": "${groups}",
                    },
                    "init": {"bias": {"constant_": "${1 / channels}"}},
                },
                {
                    "Conv2d": {"out_channels": "${in_channels}", "kernel_size": 1},
                    "when": "${stride == 1}",
                },
                {"mul": "${channels ** -0.5}"},
            ],
        }
    },
    "layers": [
        {"Part": {"channels": "${width // 2}"}, "repeat": "${depth}"},
        {"Part": {"channels": "${2 * width}", "stride": 2, "groups": "${width // 2}"}},
        {"Dropout": "${rate / 2}"},
        {"Conv2d": {"out_channels": "${width}", "kernel_size": 1}, "when": "${deep}"},
        "Flatten",
        {"Linear": "${width + 1}"},
    ],
}


def shapes(made: nn.Module) -> dict[str, Any]:
    """Return the shape of each tensor of a model."""
    return {name: each.shape for name, each in made.state_dict().items()}


def test_names_change_nothing() -> None:
    """A network whose expressions all have names is the same, for any parameters."""
    plain, named = network(DEPTHS), network(renamed(DEPTHS))
    assert plain.graph.total_parameters == named.graph.total_parameters
    given = torch.rand(2, 4, 6, 6)
    for style in api.STYLES:
        one, other = (model(each, style).eval() for each in (plain, named))
        assert [*one.state_dict()] == [*other.state_dict()]
        assert torch.equal(one(given), other(given))
        for change in ({"width": 8}, {"depth": 3}, {"deep": False}):
            assert shapes(type(one)(**change)) == shapes(type(other)(**change))
    assert "value_of_" in api.render(named, "explicit")["net.py"]


def test_values_are_proved() -> None:
    """The interpreter of the spec evaluates values by itself."""
    check_proved(network(renamed(DEPTHS)))
    check_proved(net(INVERTED, {"Inner": {"expansion": "${wide}"}}, **WIDE))


def test_values_are_evaluated_once() -> None:
    """Each needs the two before it: one by one, sixty would take years."""
    values = {"a0": "${width}", "a1": "${width + 1}"}
    values |= {f"a{n}": f"${{max(a{n - 1}, a{n - 2})}}" for n in range(2, 60)}
    spec = {"name": "Net", "input": [8], "parameters": {"width": 3}, "values": values}
    loaded = network({**spec, "layers": [{"Linear": "${a59}"}]})
    assert loaded.graph.nodes[0].output == (4,)
    assert "a59 = max(a58, a57)" in code_of(loaded)


WIDE: dict[str, Any] = {"parameters": {"width": 4}, "values": {"wide": "${width - 1}"}}
