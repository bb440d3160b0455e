"""`--capture`: values anywhere in a network, compared with values computed by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import torch

from mlpgen import SpecError, api
from mlpgen.graph.captures import captures

from .networks import model, network

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

    from .linters import Gathered

pytestmark = pytest.mark.filterwarnings("ignore:The tensor attributes:UserWarning")

ENCODER = {"layers": [{"Linear": 3, "name": "lin"}, "ReLU", {"Linear": 2}]}
SHARED: dict[str, Any] = {
    "name": "SharedCapture",
    "input": {"left": [4], "right": [4]},
    "blocks": {"Encoder": ENCODER},
    "layers": [
        {"Encoder": None, "name": "encoder", "from": "left"},
        {"share": "encoder", "name": "other", "from": "right"},
        {"sub": None, "from": ["encoder", "other"]},
    ],
}
both_styles = pytest.mark.parametrize("style", api.STYLES)


def captured(spec: Any, style: str, names: list[str], *inputs: Tensor) -> Any:
    """Run a model that returns values as well; return it and these."""
    net = network(spec)
    made = model(net, style, capture=names).eval()
    with torch.no_grad():
        found = made(*inputs)
    assert not any(each._forward_hooks for each in made.modules())
    return made, found[-len(names) :]


def same(found: Tensor, wanted: Tensor) -> bool:
    return found.shape == wanted.shape and torch.allclose(found, wanted, atol=1e-6)


@both_styles
def test_a_shared_block_gives_the_value_of_each_call(style: str) -> None:
    left, right = torch.randn(2, 3, 4)
    names = ["other.lin", "encoder.lin", "other.relu_1"]
    made, (other, encoder, active) = captured(SHARED, style, names, left, right)
    assert same(encoder, made.encoder.lin(left))
    assert same(other, made.encoder.lin(right))
    assert same(active, torch.relu(made.encoder.lin(right)))


@both_styles
@pytest.mark.parametrize("name", ["encoder.lin", "other.lin"])
def test_one_call_of_a_shared_block(style: str, name: str) -> None:
    left, right = torch.randn(2, 3, 4)
    made, (found,) = captured(SHARED, style, [name], left, right)
    wanted = made.encoder.lin(left if name == "encoder.lin" else right)
    assert same(found, wanted)


def residual(layer: Any) -> dict[str, Any]:
    """Write a model with a layer in a block."""
    layers = [
        {**layer, "name": "inner"},
        {"add": None, "from": ["input", "inner"], "name": "total"},
        {"chunk": {"chunks": 2, "dim": 2}, "name": "halves"},
        {"cat": {"dim": 2}, "from": ["halves.second", "halves"], "name": "turned"},
    ]
    return {
        "name": "Net",
        "input": [6, 8],
        "blocks": {"Residual": {"layers": layers}},
        "layers": [{"Residual": None, "name": "block"}, {"Linear": 4}],
    }


@both_styles
def test_attention_in_a_block_gives_a_tensor(style: str) -> None:
    x = torch.randn(2, 6, 8)
    spec = residual({"MultiheadAttention": 2})
    made, (found,) = captured(spec, style, ["block.inner"], x)
    assert same(found, made.block.inner(x, x, x)[0])


@both_styles
def test_a_sequence_in_a_block_gives_tensors(style: str) -> None:
    x = torch.randn(2, 6, 8)
    names = ["block.inner", "block.inner.hidden", "block.inner.cell"]
    names += ["block.inner.output", "block.inner.last"]
    made, found = captured(residual({"LSTM": 8}), style, names[:3], x)
    output, (hidden, cell) = made.block.inner(x)
    assert all(map(same, found, (output, hidden[-1], cell[-1])))
    _, (last,) = captured(residual({"LSTM": 8}), style, names[4:], x)
    assert same(last, output[:, -1])


@both_styles
def test_both_directions_in_a_block(style: str) -> None:
    x = torch.randn(2, 6, 8)
    spec = residual({"GRU": {"hidden_size": 4, "bidirectional": True}})
    made, (found,) = captured(spec, style, ["block.inner.hidden"], x)
    _, hidden = made.block.inner(x)
    assert same(found, torch.cat([hidden[-2], hidden[-1]], dim=1))


@both_styles
@pytest.mark.parametrize("kind", ["RNN", "GRU", "LSTM"])
def test_both_directions_need_torch_alone(
    kind: str, style: str, gathered: Gathered
) -> None:
    both = {kind: {"hidden_size": 4, "bidirectional": True}, "name": "in_both_ways"}
    spec = {
        "name": "Net",
        "input": [6, 8],
        "blocks": {"Unit": {"layers": [both]}},
        "layers": ["Unit"],
    }
    x = torch.randn(2, 6, 8)
    names = ["unit_1.in_both_ways.hidden"]
    made, (found,) = captured(spec, style, names, x)
    _, state = made.unit_1.in_both_ways(x)
    hidden = state[0] if kind == "LSTM" else state
    assert same(found, torch.cat([hidden[-2], hidden[-1]], dim=1))
    text = api.render(network(spec), style, capture=names)["net.py"]
    gathered.add(f"{style}_{kind}", text)


@both_styles
def test_functions_in_a_block(style: str) -> None:
    x = torch.randn(2, 6, 8)
    names = ["block.halves.second", "block.total", "block.halves", "block.turned"]
    made, (second, total, first, turned) = captured(
        residual({"Linear": 8}), style, names, x
    )
    assert same(total, x + made.block.inner(x))
    assert same(first, total[:, :, :4])
    assert same(second, total[:, :, 4:])
    assert same(turned, torch.cat([second, first], dim=2))
    net = network(residual({"Linear": 8}))
    text = api.render(net, style, capture=names)["net.py"]
    assert "A block of 4 layers." in text
    plain = model(net, style)
    assert [*plain.state_dict()] == [*made.state_dict()]


@both_styles
def test_a_first_result_of_a_block_that_is_a_part(style: str) -> None:
    reader = {"layers": [{"GRU": 4, "name": "gru"}], "outputs": ["gru.hidden", "gru"]}
    spec = {
        "name": "Parts",
        "input": [5, 3],
        "blocks": {"Reader": reader},
        "layers": [{"Reader": None, "name": "readers.0"}, {"Linear": 2}],
    }
    x = torch.randn(2, 5, 3)
    names = ["readers.0.gru.hidden", "readers.0.gru"]
    made, (hidden, every) = captured(spec, style, names, x)
    steps, last = made.readers[0].gru(x)
    assert same(hidden, last[0])
    assert same(every, steps)


@both_styles
def test_members_of_lists(style: str) -> None:
    layers = [
        {"Linear": 3, "name": "steps.0"},
        "relu",
        {"Inner": None, "name": "ways.inner"},
        {"Linear": 2},
    ]
    inner = {"layers": [{"Linear": 3, "name": "steps.0"}, "sigmoid"]}
    spec = {"name": "Held", "input": [4], "blocks": {"Inner": inner}, "layers": layers}
    x = torch.randn(2, 4)
    names = ["steps.0", "ways.inner.steps.0", "ways.inner"]
    made, (first, second, third) = captured(spec, style, names, x)
    assert same(first, made.steps[0](x))
    assert same(second, made.ways["inner"].steps[0](torch.relu(first)))
    assert same(third, torch.sigmoid(second))


@both_styles
def test_names_of_hooks_are_free(style: str) -> None:
    x = torch.randn(2, 8)
    layers = [
        {"chunk": {"chunks": 2, "dim": 1}, "name": "a"},
        {"neg": None, "from": "a.second", "name": "a_second"},
        {"Linear": 4, "name": "a_second_output"},
        {"add": None, "from": ["a_second_output", "a", "a_second"], "name": "last"},
    ]
    spec = {
        "name": "Net",
        "input": [8],
        "blocks": {"Block": {"layers": layers}},
        "layers": [{"Block": None, "name": "block"}],
    }
    names = ["block.a.second", "block.a_second", "block.a_second_output"]
    made, (second, negated, last) = captured(spec, style, names, x)
    assert same(second, x[:, 4:])
    assert same(negated, -x[:, 4:])
    assert same(last, made.block.a_second_output(-x[:, 4:]))


STAGES: dict[str, Any] = {
    "name": "Net",
    "parameters": {"flag": True, "off": False, "depth": 2},
    "input": [8],
    "blocks": {
        "Inner": {
            "layers": [
                {"Linear": "${in_features}", "name": "lin"},
                {"parameter": {"shape": [8], "init": "ones_"}, "name": "gain"},
                {"mul": None, "from": ["lin", "gain"], "name": "scaled"},
            ]
        },
        "Outer": {
            "layers": [
                {"Inner": None, "repeat": 2, "name": "steps"},
                {"Linear": "${in_features}", "name": "lin"},
                {"share": "lin", "name": "again"},
                {"ReLU": None, "name": "active"},
                {"share": "active", "name": "active_again"},
                {"add": None, "from": ["active_again", "input"]},
            ]
        },
    },
    "layers": [
        {"Outer": None, "repeat": 3, "name": "stage"},
        {
            "Sequential": [
                {"Linear": 8, "name": "first"},
                {"Inner": None, "name": "block"},
                {"Sequential": [{"Tanh": None, "name": "deep"}], "name": "nested"},
                {"ReLU": None, "repeat": 2, "name": "twice"},
            ],
            "name": "chain",
        },
        {"Linear": 8, "when": "${flag}", "name": "maybe"},
        {"Linear": 8, "when": "${off}", "name": "never"},
        {"Linear": 8, "repeat": "${depth}", "name": "several"},
    ],
}


@both_styles
def test_values_at_any_depth(style: str) -> None:
    x = torch.randn(3, 8)
    names = [
        "stage.1.steps.0.lin",
        "stage.1.steps.1",
        "stage.1.steps",
        "stage.2.lin",
        "stage.2.again",
        "stage.2.active",
        "stage.2.active_again",
        "stage.2",
        "stage.0.steps.1.scaled",
        "chain.first",
        "chain.block.scaled",
        "chain.nested.deep",
        "chain.nested",
        "chain.twice.0",
        "chain",
        "maybe",
        "never",
        "several.1",
    ]
    made, found = captured(STAGES, style, names, x)
    got = dict(zip(names, found, strict=True))
    with torch.no_grad():
        before = made.stage[0](x)
        stage = made.stage[1]
        assert same(got["stage.1.steps.0.lin"], stage.steps[0].lin(before))
        steps = stage.steps[1](stage.steps[0](before))
        assert same(got["stage.1.steps.1"], steps)
        assert same(got["stage.1.steps"], steps)
        before = stage(before)
        stage = made.stage[2]
        inner = stage.steps[1](stage.steps[0](before))
        assert same(got["stage.2.lin"], stage.lin(inner))
        assert same(got["stage.2.again"], stage.lin(stage.lin(inner)))
        assert same(got["stage.2.active"], got["stage.2.again"].relu())
        assert same(got["stage.2.active_again"], got["stage.2.active"])
        after = stage(before)
        assert same(got["stage.2"], after)
        assert same(got["chain.first"], made.chain.first(after))
        scaled = made.chain.block(made.chain.first(after))
        assert same(got["chain.block.scaled"], scaled)
        assert same(got["chain.nested.deep"], scaled.tanh())
        assert same(got["chain.nested"], scaled.tanh())
        assert same(got["chain.twice.0"], scaled.tanh().relu())
        assert same(got["chain"], scaled.tanh().relu())
        assert same(got["maybe"], made.maybe(got["chain"]))
        assert same(got["never"], got["maybe"])
        last = made.several[1](made.several[0](got["never"]))
        assert same(got["several.1"], last)


@both_styles
def test_a_tensor_of_a_block(style: str) -> None:
    x = torch.randn(3, 8)
    made, (gain,) = captured(STAGES, style, ["stage.1.steps.0.gain"], x)
    assert gain is made.stage[1].steps[0].gain


@both_styles
def test_the_input(style: str) -> None:
    x = torch.randn(3, 8)
    _, (last, given) = captured(STAGES, style, ["maybe", "input"], x)
    assert torch.equal(given, x)
    assert last.shape == x.shape


@both_styles
def test_rounds_of_parts(style: str) -> None:
    x = torch.randn(2, 6, 8)
    spec = {
        "name": "Net",
        "input": [6, 8],
        "blocks": {"Deep": {"layers": [{"LSTM": 8, "repeat": 2, "name": "reader"}]}},
        "layers": [{"Deep": None, "name": "deep"}, {"Linear": 8}],
    }
    names = ["deep.reader.0", "deep.reader.1.hidden", "deep.reader.cell", "deep.reader"]
    made, found = captured(spec, style, names, x)
    first, _ = made.deep.reader[0](x)
    last, (hidden, cell) = made.deep.reader[1](first)
    assert all(map(same, found, (first, hidden[-1], cell[-1], last)))


@both_styles
def test_rounds_with_the_parameters_of_another_layer(style: str) -> None:
    """What hands on a value to a hook has nothing of the layer that gave it."""
    x = torch.randn(2, 6, 8)
    rest = {"GRU": 8, "repeat": 2, "share": "first", "name": "rest"}
    layers = [{"GRU": 8, "name": "first"}, rest, "ReLU"]
    spec = {
        "name": "Net",
        "input": [6, 8],
        "blocks": {"Deep": {"layers": layers}},
        "layers": [{"Deep": None, "name": "deep"}, {"Linear": 4}],
    }
    made, (found,) = captured(spec, style, ["deep.rest"], x)
    first, _ = made.deep.first(x)
    second, _ = made.deep.first(first)
    assert same(found, made.deep.first(second)[0])


def test_captures_inside_layers_are_listed_in_the_docstring() -> None:
    text = api.render(network(SHARED), "explicit", capture=["encoder.lin", "other.lin"])
    lines = [line.split() for line in text["shared_capture.py"].splitlines()]
    names = [line[-4] for line in lines if line[-3:] == ["float32", "(N,", "3)"]]
    assert names == ["encoder.lin", "other.lin"]


@both_styles
def test_captures_are_returned_once_in_the_given_order(style: str) -> None:
    x = torch.randn(3, 8)
    names = ["maybe", "stage.0.lin", "several", "maybe", "stage.0.lin"]
    made = model(network(STAGES), style, capture=names).eval()
    output, maybe, lin = made(x)  # `several` is the output
    assert same(lin, made.stage[0].lin(made.stage[0].steps(x)))
    assert same(output, made.several(maybe))


@both_styles
@pytest.mark.thinned(2)
def test_all_values_at_once_are_typed_and_exported(
    style: str, tmp_path: Path, gathered: Gathered
) -> None:
    x = torch.randn(3, 8)
    for index, (spec, inputs) in enumerate(
        [
            (STAGES, (x,)),
            (SHARED, (x[:, :4], x[:, 4:])),
            (residual({"LSTM": 8}), (torch.randn(2, 6, 8),)),
            (residual({"MultiheadAttention": 2}), (torch.randn(2, 6, 8),)),
        ]
    ):
        net = network(spec)
        names = [*captures(net.graph)]
        text = api.render(net, style, capture=names)[f"{net.graph.stem}.py"]
        (tmp_path / f"net_{index}.py").write_text(text, encoding="utf-8")
        made = model(net, style, capture=names).eval()
        made.train()(*inputs)
        wanted = made.eval()(*inputs)
        found = torch.export.export(made, inputs).module()(*inputs)
        assert len(wanted) == len({*names, *net.graph.outputs})
        assert all(map(same, found, wanted))
    gathered.take(tmp_path)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("encoder.line", "did you mean `encoder.lin`"),
        ("encodr.lin", "did you mean `encoder.lin`"),
        ("lin", "did you mean `encoder.lin` and `other.lin`"),
        ("encoder.lin.hidden", "did you mean `encoder.lin`"),
        ("somewhere", "`mlpgen show` lists the names"),
    ],
)
def test_unknown_names(name: str, said: str) -> None:
    with pytest.raises(SpecError) as caught:
        api.render(network(SHARED), capture=[name])
    (found,) = caught.value.diagnostics
    assert found.code == "MG212"
    assert found.message == f"`--capture {name}`: there is no such layer"
    assert said in found.help


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("stage.lin", "did you mean `stage.0.lin`, `stage.1.lin` and `stage.2.lin`?"),
        (
            "stage.steps.lin",
            "did you mean `stage.0.steps.0.lin`, `stage.0.steps.1.lin` and "
            "`stage.1.steps.0.lin` …?",
        ),
        ("stage.3.lin", "`stage.0.lin`, `stage.1.lin` and `stage.2.lin`?"),
        ("never.0", "`when` leaves `never` out, with everything in it"),
    ],
)
def test_a_round_must_be_named(name: str, said: str) -> None:
    with pytest.raises(SpecError) as caught:
        api.render(network(STAGES), capture=[name])
    (found,) = caught.value.diagnostics
    assert found.message == f"`--capture {name}`: there is no such layer"
    assert said in found.help


def test_overwritten_values_cannot_be_captured() -> None:
    inner = [{"Linear": 8, "name": "lin"}, {"ReLU": {"inplace": True}}]
    spec = {
        "name": "Net",
        "input": [8],
        "layers": [{"Sequential": inner, "repeat": 5, "name": "stage"}],
    }
    for name in ("stage.0.lin", "stage.4.lin"):
        with pytest.raises(SpecError, match="works in place"):
            api.render(network(spec), capture=[name])
