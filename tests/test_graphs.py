"""Regression tests: minimal graphs that random tests found."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from mlpgen import SpecError, api
from mlpgen.graph.named_layers import named_layers

from .networks import model, module, network

GRU = {"GRU": 4, "select": "last"}


def spec(*layers: Any, **more: Any) -> dict[str, Any]:
    return {"name": "Net", "input": [8], "layers": list(layers), **more}


def code(data: dict[str, Any], style: str = "explicit") -> str:
    return api.render(network(data), style)["net.py"]


def output(data: dict[str, Any], style: str, *shape: int, **arguments: Any) -> Any:
    """Make a network with arguments of the class, and run it."""
    torch.default_generator.manual_seed(1)
    made = module(code(data, style)).Net(**arguments)
    return made.eval()(torch.ones(2, *shape))


@pytest.mark.parametrize("style", api.STYLES)
@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_what_follows_growing_rounds_knows_their_number(style: str, count: int) -> None:
    dense = {
        "layers": [
            {"Linear": 2, "name": "new"},
            {"cat": {"dim": 1}, "from": ["input", "new"]},
        ]
    }
    data = spec(
        {"Dense": None, "repeat": "${depth}"},
        {"Linear": "${index + 3}", "repeat": "${depth}"},
        {"Linear": 2},
        blocks={"Dense": dense},
        parameters={"depth": 2},
    )
    assert output(data, style, 8, depth=count).shape == (2, 2)


@pytest.mark.parametrize("style", api.STYLES)
def test_a_size_that_the_number_of_rounds_decides_by_no_rule(style: str) -> None:
    pools = {"MaxPool2d": 2, "repeat": "${depth}"}
    more: Any = {"parameters": {"depth": 2}, "input": [3, 16, 16]}
    with pytest.raises(SpecError, match="MG221"):
        network(spec(pools, "Flatten", {"Linear": 4}, **more))
    data = spec(pools, {"AdaptiveAvgPool2d": 1}, "Flatten", {"Linear": 4}, **more)
    assert output(data, style, 3, 16, 16, depth=4).shape == (2, 4)


def test_each_round_has_its_own_shape() -> None:
    graph = network(
        spec({"Linear": "${index + 3}", "repeat": 3, "name": "grown"})
    ).graph
    shapes = {name: node.output for name, node in named_layers(graph.nodes)}
    assert [shapes[f"grown.{index}"] for index in range(3)] == [(3,), (4,), (5,)]


def test_sharing_what_is_repeated_runs_all_rounds() -> None:
    data = spec({"Linear": 8, "repeat": 2, "name": "twice"}, {"share": "twice"})
    graph = network(data).graph
    assert graph.total_multiply_adds == 4 * 64
    assert graph.total_parameters == 2 * 72


def test_sharing_a_repeated_layer_on_another_shape_is_refused() -> None:
    data = spec(
        {"Linear": 4, "repeat": 2, "name": "twice"},
        {"share": "twice", "from": "twice"},
    )
    with pytest.raises(SpecError, match="MG226"):
        network(data)


def test_the_parameters_of_what_is_shared_are_those_of_the_original() -> None:
    data = spec(
        {"Linear": 8, "name": "first"},
        {"share": "first", "name": "again"},
        {"Linear": 8, "share": "again", "name": "tied"},
    )
    made = model(network(data), "explicit")
    assert made.tied.weight is made.first.weight


def test_a_value_that_waits_is_written_before_a_layer_that_takes_it_twice() -> None:
    data = spec(
        {"Linear": 4, "name": "a"},
        {"Linear": 4, "name": "b", "from": "input"},
        {"cat": {"dim": 1}, "name": "c", "from": ["a", "a"]},
        {"cat": {"dim": 1}, "from": ["b", "c"]},
    )
    assert torch.equal(output(data, "explicit", 8), output(data, "sequential", 8))


@pytest.mark.parametrize("style", api.STYLES)
def test_a_whole_result_stays_beside_the_part_that_is_selected(style: str) -> None:
    data = spec(
        {**GRU, "name": "first"},
        {"GRU": 4, "select": "last", "from": "first.output", "name": "second"},
        {"add": None, "from": ["first", "second"]},
        input=[6, 8],
    )
    assert output(data, style, 6, 8).shape == (2, 4)


def test_torch_is_imported_for_the_parts_of_both_directions() -> None:
    both = {"GRU": {"hidden_size": 4, "bidirectional": True}, "select": "hidden"}
    assert output(spec(both, input=[6, 8]), "explicit", 6, 8).shape == (2, 8)


@pytest.mark.parametrize("name", ["LayerNorm", "RMSNorm"])
def test_one_number_an_example_has_no_features_to_normalize(name: str) -> None:
    with pytest.raises(SpecError, match="MG302"):
        network(spec({"mean": 1}, name))


@pytest.mark.parametrize("style", api.STYLES)
@pytest.mark.parametrize("fast", [True, False])
def test_a_size_that_a_condition_decides_goes_through_blocks(
    style: str, fast: bool
) -> None:
    block = {
        "parameters": {"extra": False},
        "layers": [{"Linear": 16, "when": "${extra}"}, "ReLU"],
    }
    data = spec(
        {"Block": {"extra": "${fast}"}},
        {"Linear": 4},
        blocks={"Block": block},
        parameters={"fast": True},
    )
    assert "nn.Linear(16 if fast else 8, 4)" in code(data, style)
    assert output(data, style, 8, fast=fast).shape == (2, 4)


@pytest.mark.parametrize("style", api.STYLES)
def test_a_size_that_a_parameter_changes_is_no_number_in_a_block(style: str) -> None:
    block = {
        "layers": [
            {"cat": {"dim": 1}, "from": ["input", "input"]},
            {"Linear": 8},
        ]
    }
    data = spec(
        {"Linear": "${width}"},
        {"Block": None},
        blocks={"Block": block},
        parameters={"width": 8},
    )
    assert output(data, style, 8, width=5).shape == (2, 8)


def test_a_comment_that_does_not_fit_is_left_out() -> None:
    name = "a_rather_long_name_for_one_layer"
    data = spec(
        {"TransformerEncoderLayer": {"nhead": 2}, "name": name, "when": "${fast}"},
        input=[6, 8],
        parameters={"fast": True},
    )
    assert max(map(len, code(data).splitlines())) <= 88


def test_a_result_that_may_be_anything_is_declared_before_it_is_returned() -> None:
    data = spec(
        {"Linear": 8, "name": "a"},
        {"mul": None, "from": ["a", "input"], "when": "${fast}"},
        parameters={"fast": True},
    )
    assert "y: Tensor = self.a(x)" in code(data)
    assert model(network(data), "explicit")(torch.ones(2, 8)).shape == (2, 8)


def test_the_part_of_a_result_is_returned_as_it_is_taken() -> None:
    assert "return x[:, -1]" in code(spec({"GRU": 4, "select": "last"}, input=[6, 8]))


def test_mypy_does_not_know_what_linalg_gives() -> None:
    data = spec({"vector_norm": {"dim": -1}})
    assert ": Tensor = torch.linalg.vector_norm(x, dim=-1)" in code(data)


@pytest.mark.parametrize("count", [3, 10, 400])
def test_conditions_in_a_row_do_not_lengthen_a_size(count: int) -> None:
    parameters = {"width": 8, "wide": True}
    layers = [{"Linear": f"${{width + {n}}}", "when": "${wide}"} for n in range(count)]
    given = {name: f"${{{name}}}" for name in parameters}
    data = spec(
        {"Inner": given},
        "LayerNorm",
        blocks={"Inner": {"parameters": parameters, "layers": layers}},
        parameters=parameters,
    )
    text = code(data)
    assert f"size_1 = width + {count - 1} if wide else 8" in text
    assert "nn.LayerNorm(size_1)" in text


def test_a_size_that_no_code_can_say_is_refused() -> None:
    names = [f"p{n}" for n in range(24)]
    data = spec(
        {"Linear": "${(" + " + ".join(names) + ")**8}"},
        parameters={"p0": 1, **dict.fromkeys(names[1:], 0)},
    )
    with pytest.raises(SpecError, match="MG240"):
        network(data)


@pytest.mark.parametrize("style", api.STYLES)
@pytest.mark.parametrize("count", [0, "${0}", "${1 - 1}"])
@pytest.mark.parametrize("wide", [True, False])
def test_no_rounds_under_a_condition(wide: bool, count: Any, style: str) -> None:
    entry = {"Linear": 8, "when": "${wide}", "repeat": count}
    data = spec("Tanh", entry, parameters={"wide": wide})
    x = torch.ones(2, 8)
    for other in (True, False):
        assert torch.equal(output(data, style, 8, wide=other), x.tanh())


def test_equal_functions_in_a_row_are_a_loop() -> None:
    layers = ["Flatten", *["ReLU", "Tanh"] * 4, {"Linear": 4}]
    spec = {"name": "Net", "input": [3, 8], "layers": layers}
    text = api.render(network(spec), "explicit")["net.py"]
    assert "        for _ in range(4):\n            x = torch.tanh(F.relu(x))\n" in text


def test_the_docstring_names_an_output_as_its_author_does() -> None:
    layers = [{"LSTM": {"hidden_size": 8}, "name": "words"}]
    spec = {"name": "Net", "input": [5, 8], "layers": layers}
    text = api.render(network(spec), "explicit")["net.py"]
    assert "    Output: words  float32 (N, 5, 8)\n" in text


def test_the_first_result_of_a_layer_has_the_name_of_the_layer() -> None:
    layers = [
        {"LSTM": {"hidden_size": 8}, "name": "words"},
        {"Linear": 4, "from": "words", "name": "a"},
        {"Linear": 4, "from": "words", "name": "b"},
        {"add": None, "from": ["a", "b"]},
    ]
    text = api.render(
        network({"name": "Net", "input": [5, 8], "layers": layers}), "explicit"
    )["net.py"]
    assert "        words, _ = self.words(x)\n" in text
