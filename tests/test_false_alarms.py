"""Valid specs give no mistake, and each mistake is reported once, at its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import torch

from mlpgen import SpecError, api

from .networks import model, network

if TYPE_CHECKING:
    from mlpgen.diagnostics.diagnostic import Diagnostic

TRAINING: dict[str, Any] = {
    "data": "mnist",
    "optimizer": {"Adam": {"lr": 0.001}},
    "epochs": 5,
}
IMAGE = [1, 28, 28]


def said(*layers: Any, shape: Any = (8,), **rest: Any) -> list[Diagnostic]:
    """Return the mistakes and warnings of a spec."""
    given = shape if isinstance(shape, dict) else [*shape]
    data = {"name": "Net", "input": given, "layers": [*layers], **rest}
    try:
        return [*network(data).warnings]
    except SpecError as error:
        return error.diagnostics


def codes(*layers: Any, **rest: Any) -> list[str]:
    """Return the codes alone."""
    return [each.code for each in said(*layers, **rest)]


def trained(loss: Any, *layers: Any, **rest: Any) -> list[str]:
    """Return the codes of a classifier of digits that ends with some layers."""
    training = {**TRAINING, "loss": loss}
    head = ["Flatten", {"Linear": 10}]
    return codes(*head, *layers, shape=IMAGE, training=training, **rest)


LOGARITHMS: list[list[Any]] = [
    [{"LogSoftmax": {"dim": 1}}],
    [{"log_softmax": 1}],
    [{"log_softmax": 1}, {"reshape": [2, 5]}, {"flatten": 1}],
    [{"log_softmax": 1}, {"unsqueeze": 1}, {"squeeze": 1}, "Identity"],
    [{"log_softmax": 1, "name": "odds"}, {"cat": {"dim": 1}, "from": ["odds"]}],
    [{"Sequential": ["ReLU", {"LogSoftmax": {"dim": 1}}, "Identity"]}],
    [{"Sequential": [{"LogSoftmax": {"dim": 1}}], "repeat": 2}],
    [{"LogSoftmax": {"dim": 1}, "name": "odds"}, {"share": "odds", "from": "linear_1"}],
    [{"softmax": 1}, "log"],
    ["End"],
    [{"End": None, "repeat": 2}],
    ["Behind"],
]
BLOCKS: dict[str, Any] = {
    "End": {"layers": [{"log_softmax": 1, "name": "odds"}, "neg"], "outputs": ["odds"]},
    "Behind": {"layers": ["End", {"flip": 1}]},
    "Wrong": {"layers": [{"softmax": 1}]},
}


def used(layers: list[Any]) -> dict[str, Any]:
    """Return the blocks that layers are made of."""
    text = str(layers)
    kept = {"End", "Behind"} if "Behind" in text else {*BLOCKS}
    return {n: BLOCKS[n] for n in BLOCKS if n in kept and (n in text or n == "End")}


@pytest.mark.parametrize("layers", LOGARITHMS, ids=str)
def test_logarithms_of_probabilities_from_anywhere(layers: list[Any]) -> None:
    blocks = used(layers) if {"End", "Behind"} & {*str(layers).split("'")} else {}
    found = trained("NLLLoss", *layers, blocks=blocks)
    assert [each for each in found if each != "MG215"] == []


@pytest.mark.parametrize(
    "layers",
    [
        [],
        [{"softmax": 1}],
        [{"Softmax": {"dim": 1}}],
        ["sigmoid"],
        [{"mul": 2}],
        ["Wrong"],
        [{"Wrong": None, "repeat": 2}],
        ["relu"],
    ],
    ids=str,
)
def test_what_nll_loss_does_not_take(layers: list[Any]) -> None:
    blocks = {"Wrong": BLOCKS["Wrong"]} if "Wrong" in str(layers) else {}
    assert trained("NLLLoss", *layers, blocks=blocks) == ["MG402"]


@pytest.mark.parametrize(
    "layers",
    [
        [{"softmax": 1}],
        [{"log_softmax": 1}],
        ["sigmoid"],
        [{"softmax": 1}, {"flip": 1}, {"Dropout": 0.5}],
        ["Wrong"],
        [{"Sequential": [{"Softmax": {"dim": 1}}, "Identity"]}],
    ],
    ids=str,
)
def test_what_cross_entropy_does_itself(layers: list[Any]) -> None:
    blocks = {"Wrong": BLOCKS["Wrong"]} if "Wrong" in str(layers) else {}
    found = trained("CrossEntropyLoss", *layers, blocks=blocks)
    assert found == ["MG402"]


def test_functions_before_the_loss_are_found() -> None:
    """What counts is the source of a layer, not the one before it in the spec."""
    odds = {"softmax": 1, "name": "odds"}
    logits = {"flatten": 1, "from": "linear_1", "name": "logits"}
    outputs = ["logits", "odds"]
    assert trained("CrossEntropyLoss", odds, logits, outputs=outputs) == []
    outputs.reverse()
    assert trained("CrossEntropyLoss", odds, logits, outputs=outputs) == ["MG402"]


def test_probabilities_of_functions() -> None:
    assert trained("BCELoss", "sigmoid") == []
    assert trained("BCELoss", {"softmax": 1}) == []
    assert trained("BCELoss", "sigmoid", {"clamp": {"min": 0.01, "max": 0.99}}) == []
    assert trained("BCELoss", "tanh") == ["MG402"]
    assert trained("BCELoss") == ["MG402"]


def test_a_loss_on_a_part() -> None:
    """Outputs that are parts of a layer can be trained too."""
    data: dict[str, Any] = {
        "name": "Reader",
        "input": [4, 6],
        "layers": [{"LSTM": 8, "name": "lstm"}],
        "outputs": ["lstm.hidden"],
        "training": {**TRAINING, "data": {"npz": "a.npz"}, "loss": "CrossEntropyLoss"},
    }
    loaded = network(data)
    assert loaded.graph.recipe is not None
    assert loaded.graph.recipe.terms[0].shape == (8,)
    assert "train_reader.py" in api.render(loaded, "explicit")
    data["training"]["loss"] = "NLLLoss"
    with pytest.raises(SpecError) as error:
        network(data)
    assert [each.code for each in error.value.diagnostics] == ["MG402"]


def test_a_loss_needs_a_batch() -> None:
    layers = [{"Linear": 10}, {"parameter": {"shape": [10]}, "name": "own"}]
    training = {**TRAINING, "data": {"npz": "a.npz"}, "loss": "CrossEntropyLoss"}
    outputs = ["own", "linear_1"]
    (found,) = said(*layers, outputs=outputs, training=training)
    assert found.code == "MG401"
    assert "`own` has no batch: (10)" in found.message


SEQUENCES = {"source": [20, 64], "target": [18, 64]}
SMALL = {"num_encoder_layers": 1, "num_decoder_layers": 1, "dim_feedforward": 8}


@pytest.mark.parametrize(
    ("heads", "found"), [(4, []), (1, ["MG311"])], ids=["even", "odd"]
)
@pytest.mark.parametrize("symbolic", [False, True])
def test_warnings_depend_on_values(
    heads: int, found: list[str], symbolic: bool
) -> None:
    nhead = "${heads}" if symbolic else heads
    layer = {"Transformer": {"nhead": nhead, **SMALL}, "from": [*SEQUENCES]}
    parameters = {"heads": heads} if symbolic else {}
    assert codes(layer, shape=SEQUENCES, parameters=parameters) == found


def test_an_encoder_holds_for_other_numbers_of_heads() -> None:
    """With an odd one torch would warn: nested tensors are switched off for all."""
    layer = {"TransformerEncoder": {"nhead": "${heads}", "num_layers": 1}}
    data = {"name": "Net", "input": [4, 8], "layers": [layer]}
    loaded = network({**data, "parameters": {"heads": 4}})
    assert "enable_nested_tensor=False" in api.render(loaded, "explicit")["net.py"]


def test_no_mistakes_that_follow_from_another() -> None:
    doubled = {"mul": 2, "name": "doubled"}
    (found,) = said(
        doubled,
        {"add": None, "from": ["mul_1", "input"]},
        {"Linear": 4},
        init={"Linear": {"bias": "zeros_"}},
    )
    assert found.code == "MG219"
    assert "`mul_1`" in found.message
    # With the layers there, and no other mistake, both are said.
    assert codes("ReLU", init={"Linear": {"bias": "zeros_"}}) == ["MG229"]
    assert codes({"Linear": 4}, init={"Linear": {"gain": "zeros_"}}) == ["MG229"]
    # What is wrong whatever the layers are is said at once.
    both = codes({"Lineer": 4}, init={"Linear": {"weight": "zeroes_"}, "Nothing": {}})
    assert both == ["MG207", "MG229"]
    assert codes({"Linear": 4}, {"Lineer": 4}, init={"Linear": {"bias": "zeroes"}}) == [
        "MG207",
        "MG207",
    ]


def test_a_tensor_without_a_batch_is_not_flattened() -> None:
    layers = [
        {"buffer": {"shape": [6, 6, 4], "init": "ones_"}, "name": "edges"},
        {"Linear": 1, "name": "weights"},
        {"squeeze": 2},
        {"matmul": None, "from": ["squeeze_1", "input"]},
    ]
    loaded = network({"name": "EdgeWeights", "input": [6, 4], "layers": layers})
    assert loaded.warnings == ()
    assert loaded.graph.total_parameters == 5
    for style in api.STYLES:
        assert model(loaded, style)(torch.ones(2, 6, 4)).shape == (2, 6, 4)


@pytest.mark.parametrize(
    ("layer", "shape", "code", "message"),
    [
        ("BatchNorm1d", [4, 6], "MG302", "expects a batch, but got (4, 6)"),
        ({"GroupNorm": 2}, [4, 6], "MG302", "expects a batch, but got (4, 6)"),
        ({"Upsample": {"scale_factor": 2}}, [4, 6], "MG302", "but got (4, 6)"),
        (
            {"Conv2d": {"out_channels": 4, "kernel_size": 3}},
            [4, 6],
            "MG302",
            "expects (C, H, W), but got (4, 6)",
        ),
        ({"Softmax": {"dim": 1}}, [6], "MG308", "is 1, but (6) has 1 dimension"),
        (
            {"Unflatten": {"dim": 2, "unflattened_size": [2, 3]}},
            [4, 6],
            "MG308",
            "(4, 6)",
        ),
        ({"AvgPool1d": 8}, [3, 4, 6], "MG302", "expects (C, L), but got (3, 4, 6)"),
    ],
    ids=str,
)
def test_shapes_without_a_batch_are_shown_so(
    layer: Any, shape: list[int], code: str, message: str
) -> None:
    own = {"parameter": {"shape": shape}, "name": "own"}
    (found, *_) = said(own, layer)
    assert found.code == code
    assert message in found.message
    assert "N" not in found.message.replace("BatchNorm", "").replace("GroupNorm", "")


def test_dimensions_without_a_batch_are_counted_as_torch_does() -> None:
    own = {"parameter": {"shape": [2, 6]}, "name": "own"}
    layers = [own, {"Softmax": {"dim": 0}}, {"Flatten": {"start_dim": 0}}, "Softmax"]
    layers += [{"mul": None, "from": ["input", "softmax_2"]}]
    loaded = network({"name": "Net", "input": [12], "layers": layers})
    for style in api.STYLES:
        found = model(loaded, style)(torch.ones(3, 12))
        assert found.sum(dim=1).tolist() == pytest.approx([1.0] * 3)


SIGNAL: dict[str, Any] = {**TRAINING, "data": {"npz": "signals.npz"}, "loss": "BCELoss"}
CONV = {"Conv1d": {"out_channels": 8, "kernel_size": 3}}


def test_a_flatten_that_was_forgotten_behind_a_convolution() -> None:
    layers = [CONV, "ReLU", {"Linear": 1}, "Sigmoid"]
    (found,) = said(*layers, shape=[1, 16], training=SIGNAL)
    assert (found.code, found.warning) == ("MG306", False)
    assert "the last dimension only, 14 of (N, 8, 14)" in found.message
    assert "`Flatten`" in found.help
    # Without a training it runs, and is odd all the same.
    (found,) = said(*layers, shape=[1, 16])
    assert (found.code, found.warning) == ("MG306", True)
    # Who means it says so.
    told = {"Linear": {"in_features": 14, "out_features": 1}}
    assert codes(CONV, "ReLU", told, shape=[1, 16]) == []
    assert codes(CONV, told, "Sigmoid", shape=[1, 16], training=SIGNAL) == []


def test_sequences_of_features_are_no_signals() -> None:
    linear = {"Linear": 3}
    assert codes(linear, shape=[16, 8]) == []
    assert codes({"LSTM": 8}, linear, shape=[16, 8]) == []
    assert codes(CONV, {"transpose": [1, 2]}, linear, shape=[1, 16]) == ["MG203"]
    turned = {"transpose": {"dim0": 1, "dim1": 2}}
    assert codes(CONV, turned, linear, shape=[1, 16]) == []
    inside = {"Sequential": [CONV, "ReLU"]}
    assert codes(inside, linear, shape=[1, 16]) == ["MG306"]
    blocks = {"Body": {"layers": [CONV, {"BatchNorm1d": None}]}}
    assert codes("Body", "ReLU", linear, shape=[1, 16], blocks=blocks) == ["MG306"]
    kept = {"Conv1d": {"out_channels": 8, "kernel_size": 1}}
    shortcut = {"add": None, "from": ["relu_1", "conv1d_2"]}
    assert codes(CONV, "ReLU", kept, shortcut, linear, shape=[1, 16]) == ["MG306"]
    assert codes(CONV, {"mean": -1}, linear, shape=[1, 16]) == []
    assert codes(CONV, "Flatten", linear, shape=[1, 16]) == []


def test_channels_that_a_view_puts_last_are_no_rows() -> None:
    conv = {"Conv2d": {"out_channels": 4, "kernel_size": 3}}
    last = {"permute": [0, 2, 3, 1]}
    linear = {"Linear": 3}
    assert codes(conv, last, "LayerNorm", linear, "GELU", linear, shape=IMAGE) == []
    assert codes(conv, {"reshape": [2, 2, 13, 52]}, linear, shape=IMAGE) == []
    assert codes(conv, {"Upsample": {"scale_factor": 2.0}}, linear, shape=IMAGE) == [
        "MG306"
    ]
    blocks = {"Mlp": {"layers": [linear, "GELU", linear]}}
    assert codes(conv, last, "Mlp", shape=IMAGE, blocks=blocks) == []


def test_an_image_without_flatten() -> None:
    conv = {"Conv2d": {"out_channels": 4, "kernel_size": 3}}
    training = {**TRAINING, "loss": "CrossEntropyLoss"}
    layers = [conv, "ReLU", {"Linear": 10}]
    (found,) = said(*layers, shape=IMAGE, training=training)
    assert (found.code, found.warning) == ("MG306", False)


@pytest.mark.parametrize("deep", ["plain", "block", "rounds", "chain"])
@pytest.mark.parametrize("bias", [False, True])
def test_matrices_are_found_wherever_they_are(deep: str, bias: bool) -> None:
    linear = {"Linear": {"out_features": 10, "bias": bias}}
    layers: dict[str, list[Any]] = {
        "plain": [linear],
        "block": ["Body"],
        "rounds": [{**linear, "repeat": 2}],
        "chain": [{"Sequential": [linear, "ReLU"]}],
    }
    training = {**TRAINING, "loss": "CrossEntropyLoss", "optimizer": {"Muon": {}}}
    blocks = {"Body": {"layers": [linear]}} if deep == "block" else {}
    found = codes(
        "Flatten", *layers[deep], shape=IMAGE, training=training, blocks=blocks
    )
    assert found == ["MG406"] * bias


def test_comments_of_tensors_without_a_batch() -> None:
    own = {"parameter": {"shape": [4, 8]}, "name": "own"}
    chain = {"Sequential": [{"Linear": 6}, "ReLU", {"Linear": 8}], "from": "own"}
    layers = [own, chain, {"matmul": None, "from": ["input", "sequential_1"]}]
    loaded = network({"name": "Net", "input": [2, 4], "layers": layers})
    for style in api.STYLES:
        text = api.render(loaded, style)["net.py"]
        assert "# (4, 6)" in text
        assert "(N, 4, 6)" not in text


def test_a_mistake_of_a_shared_layer_is_said_once() -> None:
    first = {"Linear": 8, "name": "one", "when": "${nope}"}
    assert codes(first, {"share": "one"}) == ["MG210"]
    first = {"Linear": {"out_features": 8, "gain": 2}, "name": "one"}
    assert codes(first, {"share": "one"}) == ["MG201"]


def test_a_loss_on_what_could_not_be_resolved() -> None:
    block = {"layers": [{"Linear": "${nope}", "name": "a"}, "ReLU"]}
    block["outputs"] = ["a", "relu_1"]
    training = {**TRAINING, "loss": {"CrossEntropyLoss": None, "on": "two.a"}}
    found = codes(
        "Flatten",
        {"Body": None, "name": "two"},
        outputs=["two.a", "two.relu_1"],
        blocks={"Body": block},
        shape=IMAGE,
        training=training,
    )
    assert found == ["MG210"]


def test_a_rule_for_layers_that_a_condition_leaves_out() -> None:
    layers = ["ReLU", {"Linear": 8, "when": "${deep}"}]
    data = {"name": "Net", "input": [8], "layers": layers}
    rules = {"Linear": {"bias": {"constant_": 2}}}
    loaded = network({**data, "parameters": {"deep": False}, "init": rules})
    for style in api.STYLES:
        made = type(model(loaded, style))(deep=True)
        (bias,) = (each for name, each in made.named_parameters() if "bias" in name)
        assert bias.tolist() == [2.0] * 8
