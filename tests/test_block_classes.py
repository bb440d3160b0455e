"""How classes of blocks are written: regression tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import torch

from mlpgen import SpecError, api
from mlpgen.pictures.diagram import boxes, diagram
from mlpgen.proof.claims import claims
from mlpgen.styles.docstrings import docstring

from .networks import model, module, network

if TYPE_CHECKING:
    from pathlib import Path

    from .linters import Gathered

BRANCH = {
    "parameters": {"project": True},
    "layers": [
        {"Sequential": [{"Linear": 8}, "ReLU"], "name": "body"},
        {"Sequential": [{"Linear": 8}], "name": "side", "when": "${project}"},
    ],
}


@pytest.mark.parametrize("indent", [0, 4])
def test_one_line_docstrings_fill_the_line(indent: int) -> None:
    fits = "x" * (88 - indent - 6)
    assert docstring([fits], indent) == (f'"""{fits}"""',)
    assert docstring([f"{fits}x"], indent) == (f'"""{fits}x', '"""')


@pytest.mark.parametrize("style", api.STYLES)
def test_attention_takes_a_mask(style: str) -> None:
    spec = {
        "name": "Net",
        "input": {"query": [6, 8], "memory": [5, 8], "mask": [6, 5]},
        "layers": [
            {
                "scaled_dot_product_attention": None,
                "from": ["query", "memory", "memory", "mask"],
            }
        ],
    }
    query, memory = torch.rand(2, 6, 8), torch.rand(2, 5, 8)
    mask = torch.rand(2, 6, 5)
    weights = (query @ memory.mT / 8**0.5 + mask).softmax(dim=-1)
    found = model(network(spec), style)(query, memory, mask)
    assert torch.allclose(found, weights @ memory, atol=1e-6)


def written(spec: dict[str, Any], style: str = "explicit") -> str:
    (text,) = api.render(network({"name": "Net"} | spec), style).values()
    return text


@pytest.mark.parametrize("style", api.STYLES)
def test_blocks_have_no_shape_comments_of_one_use(style: str) -> None:
    text = written(
        {
            "input": [20, 4],
            "blocks": {"Branch": BRANCH},
            "layers": [{"Branch": None}, {"Flatten": None}, {"Linear": 2}],
        },
        style,
    )
    block = text[text.index("class Branch") : text.index("class Net")]
    assert "nn.Linear(in_features, 8)" in block
    assert "# (N" not in block
    assert "# (N, 2)" in text


@pytest.mark.parametrize("style", api.STYLES)
def test_rounds_have_no_shape_comments_of_one_round(style: str) -> None:
    halves = {"Conv2d": {"out_channels": 8, "kernel_size": 2, "stride": 2}}
    text = written(
        {
            "input": [8, 64, 64],
            "layers": [{"Sequential": [halves, "ReLU"], "repeat": 3}, "Flatten"],
        },
        style,
    )
    assert "range(3)" in text
    assert "32" not in text.partition("nn.Conv2d")[2].partition("range(3)")[0]


def test_each_round_has_its_own_shapes() -> None:
    grows = {
        "parameters": {"growth": 4},
        "layers": [
            {"Conv2d": {"out_channels": "${growth}", "kernel_size": 1}, "name": "conv"},
            {"cat": {"dim": 1}, "from": ["input", "conv"], "name": "joined"},
        ],
    }
    halves = {"Conv2d": {"out_channels": 20, "kernel_size": 2, "stride": 2}}
    spec = {
        "name": "Net",
        "input": [8, 64, 64],
        "blocks": {"Grows": grows},
        "layers": [
            {"Grows": None, "repeat": 3, "name": "wider"},
            {**halves, "repeat": 3, "name": "smaller"},
        ],
    }
    found = claims(network(spec).graph)["layers"]
    wider = [found[f"wider.{index}"] for index in range(3)]
    assert [shape[1] for (shape,) in wider] == [12, 16, 20]  # each is called once
    smaller = [found[f"smaller.{index}"] for index in range(3)]
    assert [shape[2] for (shape,) in smaller] == [32, 16, 8]


@pytest.mark.parametrize(
    ("select", "imported"), [("output", False), ("hidden", True), ("last", False)]
)
def test_torch_is_imported_for_the_part_that_needs_it(
    select: str, imported: bool
) -> None:
    lstm = {"hidden_size": 4, "bidirectional": True}
    first = {"LSTM": lstm, "select": select, "name": "lstm"}
    spec: dict[str, Any] = {"input": [5, 3], "layers": [first]}
    assert ("\nimport torch\n" in written(spec)) is imported
    second = {"LSTM": 2, "from": "lstm.output", "name": "top"}
    spec["layers"] = [first, second]
    assert "\nimport torch\n" not in written(spec)
    spec["outputs"] = ["lstm.hidden", "top"]
    assert "\nimport torch\n" in written(spec)


def test_results_of_operators_are_annotated(tmp_path: Path, gathered: Gathered) -> None:
    layers = [
        {"Linear": 4, "name": "inner"},
        {"parameter": {"shape": [4]}, "name": "scale"},
        {"mul": None, "from": ["scale", "inner"], "name": "scaled"},
        {"add": None, "from": ["input", "scaled"]},
    ]
    for index, several in enumerate((layers, layers[:3])):
        text = written({"input": [4], "layers": several})
        (tmp_path / f"net_{index}.py").write_text(text, encoding="utf-8")
    gathered.take(tmp_path)


def test_padding_may_follow_from_the_kernel() -> None:
    conv = {
        "out_channels": 4,
        "kernel_size": "${kernel}",
        "padding": "${kernel // 2}",
    }
    text = written(
        {
            "parameters": {"kernel": 5},
            "input": [3, 32, 32],
            "layers": [{"Conv2d": conv}, {"AdaptiveAvgPool2d": 1}],
        }
    )
    assert "nn.Conv2d(3, 4, kernel, padding=kernel // 2)" in text


def test_linear_layers_on_images_give_a_warning() -> None:
    spec = {"name": "Net", "input": [8, 8, 3]}
    asked = {"in_features": 3, "out_features": 4}
    assert network(spec | {"layers": [{"Linear": 4}]}).warnings
    assert not network(spec | {"layers": [{"Linear": asked}]}).warnings


def classes(text: str) -> dict[str, str]:
    """Split a file into its classes."""
    _, *found = text.split("\nclass ")
    return {each.partition("(")[0]: each for each in found}


MERGE = {
    "input": ["fine", "coarse"],
    "layers": [
        {
            "Conv2d": {"out_channels": 8, "kernel_size": 1},
            "from": "fine",
            "name": "own",
        },
        {"interpolate": {"scale_factor": 2}, "from": "coarse", "name": "up"},
        {"add": None, "from": ["own", "up"]},
    ],
}


def test_sizes_of_two_inputs_have_different_letters() -> None:
    down = {"Conv2d": {"out_channels": 8, "kernel_size": 2, "stride": 2}}
    spec = {
        "input": [3, 16, 16],
        "blocks": {"Merge": MERGE},
        "layers": [down, {"Merge": None, "from": ["input", "conv2d_1"]}],
    }
    lines = written(spec).splitlines()
    assert "    Inputs: fine    float32 (N, in_channels, H, W)" in lines
    assert "            coarse  float32 (N, C, H2, W2)" in lines
    assert "    Output:         float32 (N, 8, H, W)" in lines


def test_long_sizes_in_a_docstring_can_be_read() -> None:
    patches = {
        "parameters": {"width": 8, "patch": 4, "step": 3},
        "layers": [
            {
                "Conv2d": {
                    "out_channels": "${width}",
                    "kernel_size": "${patch}",
                    "stride": "${step}",
                }
            },
            {"flatten": 2},
        ],
    }
    spec = {
        "input": [3, 32, 32],
        "blocks": {"Patches": patches},
        "layers": ["Patches", {"mean": 2}],
    }
    text = " ".join(written(spec).split())
    size = "((H - patch) // step + 1) * ((W - patch) // step + 1)"
    assert f"Output: float32 (N, width, {size})" in text


@pytest.mark.parametrize("style", api.STYLES)
def test_a_block_with_several_results_has_a_forward(style: str) -> None:
    encoder = {
        "layers": [
            {"Linear": 8, "name": "hidden"},
            "ReLU",
            {"Linear": 2, "name": "logits"},
        ],
        "outputs": ["logits", "hidden"],
    }
    spec = {
        "input": [4],
        "blocks": {"Encoder": encoder},
        "layers": [{"Encoder": None, "name": "encoder"}],
        "outputs": ["encoder.logits", "encoder.hidden"],
    }
    text = written(spec, style)
    assert "class Encoder(nn.Module)" in text
    assert "hidden = self.hidden(x)" in text
    assert "logits, hidden = self.encoder(x)" in text
    assert "Outputs: logits  float32 (N, 2)" in text
    assert text.startswith('"""Net: a network of one layer."""')


def test_results_of_a_block_that_are_parts_of_its_layers() -> None:
    reader = {
        "layers": [{"LSTM": 4, "name": "lstm"}, {"Linear": 2, "name": "steps"}],
        "outputs": ["steps", "lstm.hidden", "lstm.cell"],
    }
    spec = {
        "input": {"text": [5, 3], "hidden": [2]},
        "blocks": {"Reader": reader},
        "layers": [
            {"Reader": None, "from": "text", "name": "reader"},
            {"mean": 1, "name": "average"},
            {"Linear": 4, "from": "hidden", "name": "side"},
            {"add": None, "from": ["reader.lstm.hidden", "side"], "name": "joined"},
        ],
        "outputs": ["average", "joined", "reader.lstm.cell"],
    }
    text = written(spec)
    assert "x, reader_hidden, cell = self.reader(text)" in text
    assert "return average, joined, cell" in text
    outputs = model(network({"name": "Net"} | spec), "explicit")(
        torch.rand(2, 5, 3), torch.rand(2, 2)
    )
    assert [tuple(each.shape) for each in outputs] == [(2, 2), (2, 4), (2, 4)]


@pytest.mark.parametrize("function", ["reshape", "view"])
def test_a_size_that_torch_can_compute_is_not_computed(function: str) -> None:
    heads = {
        "parameters": {"heads": 4},
        "layers": [
            {"Linear": "${in_features}"},
            {function: [6, "${heads}", -1], "name": "split"},
            {"mul": 0.5},
            {function: [6, -1]},
            {"Linear": "${in_features}"},
        ],
    }
    spec = {
        "parameters": {"width": 8},
        "input": [6, 3],
        "blocks": {"Heads": heads},
        "layers": [{"Linear": "${width}"}, {"Heads": 2}, {function: [3, -1]}],
    }
    text = written(spec)
    block = classes(text)["Heads"]
    assert f".{function}(x.shape[0], 6, self.heads, -1)" in block
    assert f".{function}(x.shape[0], 6, -1)" in block
    assert "self.in_features" not in block
    assert "nn.Linear(heads * (in_features // heads), in_features)" in block
    assert f".{function}(x.shape[0], 3, -1)" in classes(text)["Net"]
    for width in (8, 12):
        made = module(text).Net(width=width)
        assert made(torch.rand(5, 6, 3)).shape == (5, 3, 2 * width)


def test_a_size_that_is_known_is_written() -> None:
    text = written({"input": [6, 8], "layers": [{"reshape": [3, -1]}, {"Linear": 2}]})
    assert "x.reshape(-1, 3, 16)" in text


@pytest.mark.parametrize("style", api.STYLES)
def test_parentheses_that_change_nothing_are_left_out(style: str) -> None:
    spec = {
        "parameters": {"width": 12, "wide": True},
        "input": [4],
        "layers": [
            {"Linear": "${2 * width // 3}"},
            {"Linear": "${2 * (width // 3)}"},
            {"Linear": "${width}", "when": "${(2 * width) // 5 > 3 and wide}"},
        ],
    }
    text = written(spec, style)
    assert "nn.Linear(4, 2 * width // 3)" in text
    assert "nn.Linear(2 * width // 3, 2 * (width // 3))" in text
    assert "if 2 * width // 5 > 3 and wide:" in text


@pytest.mark.parametrize("style", api.STYLES)
def test_attributes_of_nn_module_are_not_redefined(
    style: str, tmp_path: Path, gathered: Gathered
) -> None:
    pooled = {
        "input": ["a", "b"],
        "layers": [{"add": None, "from": ["a", "b"]}, "ReLU"],
    }
    spec = {
        "input": [4],
        "blocks": {"Pooled": pooled},
        "layers": [{"Linear": 4}, {"Pooled": None, "from": ["input", "linear_1"]}],
    }
    text = written(spec, style)
    assert "__init__" not in classes(text)["Pooled"]
    assert "__init__" in classes(text)["Net"]
    (tmp_path / "net.py").write_text(text, encoding="utf-8")
    gathered.take(tmp_path)


@pytest.mark.parametrize("style", api.STYLES)
def test_layers_of_blocks_can_be_captured(style: str) -> None:
    unit = {
        "layers": [
            {"Linear": 4, "name": "inner"},
            {"ReLU": None, "name": "active"},
            {"add": None, "from": ["input", "active"], "name": "summed"},
        ]
    }
    net = network(
        {
            "name": "Net",
            "input": [4],
            "blocks": {"Unit": unit},
            "layers": [{"Unit": None, "repeat": 2, "name": "units"}, {"Linear": 2}],
        }
    )
    made = model(net, style, capture=["units.1.active"])
    _, active = made(torch.randn(3, 4))
    assert active.shape == (3, 4)
    assert (active >= 0).all()
    made = model(net, style, capture=["units.0.summed"])
    x = torch.randn(3, 4)
    _, summed = made(x)
    assert torch.equal(summed, x + torch.relu(made.units[0].inner(x)))


def test_a_tensor_is_repeated_for_the_batch_of_its_neighbour() -> None:
    names = ["first", "second", "third", "fourth"]
    join = {"cat": {"dim": 1}, "from": ["token", "top"]}
    spec = {
        "input": {name: [4] for name in names},
        "layers": [
            {"parameter": {"shape": [1, 2]}, "name": "token"},
            {"Linear": 2, "from": "third", "name": "top"},
            join,
            {"cat": {"dim": 1}, "from": [*names, "cat_1"]},
        ],
    }
    text = written(spec)
    assert "self.token.expand(third.shape[0], -1)" in text


def test_the_batch_stays_free_in_an_exported_model() -> None:
    """`len(x)` would make it a number."""
    spec: dict[str, Any] = {
        "name": "Net",
        "parameters": {"width": 4},
        "input": [6, 8],
        "layers": [
            {"reshape": [3, "${width}", -1]},
            {"reshape": [3, -1]},
            {"parameter": {"shape": [1, 16]}, "name": "token"},
            {"cat": {"dim": 1}, "from": ["reshape_2", "token"]},
            {"reshape": ["${width}", -1]},
        ],
    }
    made = model(network(spec), "explicit")
    batch = {0: torch.export.Dim("batch")}
    exported = torch.export.export(made, (torch.rand(3, 6, 8),), dynamic_shapes=[batch])
    assert exported.module()(torch.rand(5, 6, 8)).shape == (5, 4, 16)


def test_methods_of_typed_values_are_returned_directly() -> None:
    text = written({"input": [2, 3, 4], "layers": ["Tanh", {"Flatten": 2}]})
    assert "return torch.tanh(x).flatten(2)" in text


@pytest.mark.parametrize("parameters", [{}, {"module": 8}, {"module": 8, "inner": 8}])
def test_initial_values_of_layers_with_names_of_the_code(
    parameters: dict[str, Any], tmp_path: Path, gathered: Gathered
) -> None:
    size = "${module}" if parameters else 8
    more = {"when": "${inner > 8}"} if "inner" in parameters else {}
    spec = {
        "name": "Net",
        "parameters": parameters,
        "input": [8],
        "init": {"Linear": {"weight": "ones_"}},
        "layers": [
            {"Linear": size, "name": "module", "init": {"weight": "zeros_"}},
            {"ReLU": None, **more},
            {"Linear": 8, "name": "module_", "init": {"weight": {"constant_": 2}}},
            {"Linear": 8, "name": "inner", "init": {"weight": {"constant_": 3}}},
            {"Linear": 8, "name": "last"},
        ],
    }
    for style in api.STYLES:
        made = model(network(spec), style)
        wanted = {"module": 0, "module_": 2, "inner": 3, "last": 1}
        weights = dict(made.named_parameters())
        assert all((weights[f"{k}.weight"] == v).all() for k, v in wanted.items())
        (tmp_path / f"{style}.py").write_text(written(spec, style), encoding="utf-8")
    gathered.take(tmp_path)


def maybe(*layers: tuple[str, str]) -> list[dict[str, Any]]:
    """Make layers of these sizes under these conditions."""
    return [{"Linear": f"${{{size}}}", "when": f"${{{when}}}"} for size, when in layers]


LONG_NAMES = maybe(
    ("2 * width_of_hidden_layers", "use_hidden_layers_of_network"),
    ("3 * width_of_hidden_layers", "width_of_hidden_layers > 3"),
    ("5 * width_of_hidden_layers", "not use_hidden_layers_of_network"),
)
LONG = {"width_of_hidden_layers": 4, "use_hidden_layers_of_network": True}
SHORT_NAMES = maybe(("w", "a"), ("2 * w", "b and a"), ("w + 1", "c or not b"))
SHORT = {"w": 3, "a": True, "b": True, "c": True}
CONDITIONAL = {
    "long names": {"parameters": LONG, "layers": [*LONG_NAMES, "LayerNorm"]},
    "short names": {"parameters": SHORT, "layers": [*SHORT_NAMES, "LayerNorm"]},
    "many": {
        "parameters": SHORT,
        "layers": [
            *maybe(*((f"w + {n}", f"{'abc'[n % 3]}") for n in range(40))),
            "LayerNorm",
        ],
    },
    "in a block": {
        "parameters": LONG,
        "blocks": {
            "Inner": {"parameters": LONG, "layers": [*LONG_NAMES, {"Linear": 8}]},
            "Last": {"parameters": SHORT, "layers": [*SHORT_NAMES, "LayerNorm"]},
        },
        "layers": [{"Inner": {name: f"${{{name}}}" for name in LONG}}, "Last"],
    },
    "behind a block": {
        "parameters": SHORT,
        "blocks": {"Inner": {"parameters": SHORT, "layers": SHORT_NAMES}},
        "layers": [{"Inner": {name: f"${{{name}}}" for name in SHORT}}, "LayerNorm"],
    },
}


@pytest.mark.parametrize("name", CONDITIONAL)
def test_sizes_that_conditions_decide(name: str, gathered: Gathered) -> None:
    spec = {"name": "Net", "input": [6], **CONDITIONAL[name]}
    for style in api.STYLES:
        text = written(spec, style)
        gathered.add(f"{style}_{name}", text)
        for number in range(8):
            values = {
                key: bool(number >> at & 1) if value is True else 3 + number % 4
                for at, (key, value) in enumerate(spec["parameters"].items())
            }
            out = module(text).Net(**values)(torch.rand(2, 6))
            graph = network({**spec, "parameters": values}).graph
            assert tuple(out.shape[1:]) == graph.value(graph.outputs[0]).shape


@pytest.mark.parametrize("style", api.STYLES)
def test_layers_with_unused_results_are_not_called(
    style: str, tmp_path: Path, gathered: Gathered
) -> None:
    two = {
        "layers": [
            {"Linear": 8, "name": "inner"},
            {"ReLU": {"inplace": True}, "name": "active"},
            {"add": None, "from": ["input", "active"]},
        ]
    }
    spec = {
        "name": "Net",
        "input": {"left": [8], "right": [8]},
        "blocks": {"Two": two},
        "layers": [
            {"Linear": 8, "from": "left", "name": "unneeded"},
            {"Two": None, "repeat": 2, "name": "lent"},
            {"Linear": {"out_features": 8, "bias": False}, "name": "weights"},
            {"share": "lent", "from": "right", "name": "taken"},
            {"Linear": {"out_features": 8, "bias": False}, "share": "weights"},
            {"add": None, "from": ["linear_1", "left"]},
        ],
    }
    loaded = network(spec)
    assert [each.code for each in loaded.warnings] == ["MG215"] * 3
    assert loaded.graph.total_multiply_adds == 3 * 64
    made = model(loaded, style)
    left, right = torch.rand(2, 2, 8)
    wanted = right
    for block in made.lent.children():
        wanted = wanted + torch.relu(block.inner(wanted))
    wanted = torch.nn.functional.linear(wanted, made.weights.weight) + left
    assert torch.equal(made(left, right), wanted)
    (tmp_path / "net.py").write_text(written(spec, style), encoding="utf-8")
    gathered.take(tmp_path)
    for depth in (None, 3):
        assert len(boxes(diagram(loaded.graph, depth).items)) >= 5
    calls: list[str] = []
    for name, each in made.named_modules():
        each.register_forward_hook(lambda *_, name=name: calls.append(name))
    made(left, right)
    said = claims(loaded.graph)["layers"]
    assert {"unneeded", "weights"}.isdisjoint(said)
    assert said["lent.0.inner"] == said["lent.1.active"] == [[None, 8]]
    assert {name for name in calls if name} >= {"lent.0.inner", "lent.1.inner"}
    assert all(calls.count(name) == len(said[name]) for name in calls if name)
    with pytest.raises(SpecError, match="does not run"):
        api.render(loaded, style, capture=["lent"])


@pytest.mark.parametrize("bias", [True, False])
def test_rules_that_do_the_same_are_one_branch(
    bias: bool, tmp_path: Path, gathered: Gathered
) -> None:
    layers = ["Conv2d", "ConvTranspose2d", "Linear", "Embedding"]
    drawn = {"weight": {"normal_": {"std": 0.02}}}
    rules: dict[str, Any] = dict.fromkeys(layers, drawn)
    if bias:
        rules |= {name: {"bias": "zeros_"} for name in layers[:2]}
    spec = {
        "name": "Net",
        "input": {"tokens": {"shape": [6], "dtype": "int64"}},
        "init": rules,
        "layers": [
            {"Embedding": {"num_embeddings": 9, "embedding_dim": 4}},
            {"Linear": 8},
            {"reshape": [1, 6, 8]},
            {"Conv2d": {"out_channels": 2, "kernel_size": 1}},
            {"ConvTranspose2d": {"out_channels": 2, "kernel_size": 1}},
        ],
    }
    text = written(spec, "explicit")
    types = ["(nn.Conv2d, nn.ConvTranspose2d)", "(nn.Linear, nn.Embedding)"]
    if not bias:
        types = [f"({', '.join(f'nn.{name}' for name in layers)})"]
        text = " ".join(text.split()).replace("( ", "(").replace(", )", ")")
    assert text.count("isinstance(") == len(types)
    assert all(f"module, {each}" in text for each in types)
    (tmp_path / "net.py").write_text(written(spec, "explicit"), encoding="utf-8")
    gathered.take(tmp_path)
    torch.manual_seed(0)
    made = model(network(spec), "explicit")
    assert made.linear_1.weight.std() < 0.05
