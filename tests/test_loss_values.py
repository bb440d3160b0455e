"""Losses take what they need, judged by the range and the meaning of the output."""

from __future__ import annotations

from typing import Any

import pytest

from mlpgen import SpecError

from .networks import network

IMAGE = [1, 28, 28]
REBUILT: list[Any] = [
    "Flatten",
    {"Linear": 16},
    "ReLU",
    {"Linear": 784},
    {"Unflatten": {"dim": 1, "unflattened_size": IMAGE}},
]


def codes(data: dict[str, Any]) -> list[str]:
    """Return the codes of all mistakes and warnings of a spec."""
    try:
        return [each.code for each in network(data).warnings]
    except SpecError as error:
        return [each.code for each in error.diagnostics]


def trained(loss: Any, *layers: Any, count: int = 4, **more: Any) -> list[str]:
    """Return the codes of a model of `count` outputs with its last layers."""
    training = {"data": {"npz": "a.npz"}, "loss": loss, "optimizer": "Adam"}
    head = [{"Linear": 8}, "ReLU", {"Linear": count, "name": "x"}]
    return codes(
        {
            "name": "Net",
            "input": [8],
            "layers": [*head, *layers],
            "training": training,
            **more,
        }
    )


SOFTMAX = {"Softmax": {"dim": 1}}
LOG_SOFTMAX = {"LogSoftmax": {"dim": 1}}
BATCH_NORM = "BatchNorm1d"
OWN_SOFTMAX: list[Any] = [
    {"exp": None, "name": "e"},
    {"sum": {"dim": 1, "keepdim": True}, "name": "s"},
    {"div": None, "from": ["e", "s"]},
]
OWN_LOG_SOFTMAX: list[Any] = [
    {"logsumexp": {"dim": 1, "keepdim": True}, "name": "s"},
    {"sub": None, "from": ["x", "s"]},
]
MASKED: list[Any] = [
    {"sigmoid": None, "name": "p"},
    {"gt": 0, "from": "x", "name": "m"},
    {"mul": None, "from": ["p", "m"]},
]
CROSS, BINARY, LOGITS = "CrossEntropyLoss", "BCELoss", "BCEWithLogitsLoss"
NLL, MARGINS = "NLLLoss", "MultiLabelSoftMarginLoss"
RATES = {"PoissonNLLLoss": {"log_input": False}}

ACCEPTED: list[tuple[Any, list[Any]]] = [
    (CROSS, []),
    (CROSS, [SOFTMAX, {"Linear": 4}]),
    (CROSS, ["sigmoid", "logit"]),
    (CROSS, [{"div": 30}, "tanh", {"mul": 30}]),
    (CROSS, ["relu"]),
    (CROSS, [{"custom": {"path": "a.py", "class": "A", "output": [4]}}]),
    (NLL, [LOG_SOFTMAX]),
    (NLL, [{"softmax": 1}, "log"]),
    (NLL, [{"softmax": 1}, {"add": 1e-8}, "log"]),
    (NLL, [{"softmax": 1}, {"clamp": {"min": 1e-7}}, "log"]),
    (NLL, OWN_LOG_SOFTMAX),
    (NLL, [*OWN_SOFTMAX, "log"]),
    (NLL, [LOG_SOFTMAX, {"mul": 2}]),
    (NLL, [LOG_SOFTMAX, {"custom": {"path": "a.py", "class": "A", "output": [4]}}]),
    (BINARY, ["Sigmoid"]),
    (BINARY, [SOFTMAX]),
    (BINARY, OWN_SOFTMAX),
    (BINARY, ["tanh", {"add": 1}, {"div": 2}]),
    (BINARY, [{"clamp": {"min": 0, "max": 1}}]),
    (BINARY, ["relu6", {"div": 6}]),
    (BINARY, [{"neg": None}, "exp", {"add": 1}, "reciprocal"]),
    (BINARY, ["LogSigmoid", "exp"]),
    (BINARY, ["sigmoid", {"pow": 2}]),
    (BINARY, ["sigmoid", {"dropout": {"p": 0.0}}]),
    (BINARY, MASKED),
    (BINARY, [{"custom": {"path": "a.py", "class": "A", "output": [4]}}]),
    (LOGITS, []),
    (LOGITS, ["tanh"]),
    (MARGINS, []),
    ("MultiMarginLoss", [LOG_SOFTMAX]),
    ("MSELoss", ["Sigmoid"]),
    ("MSELoss", ["ReLU"]),
    ("PoissonNLLLoss", []),
    (RATES, ["Softplus"]),
    (RATES, ["exp"]),
    (RATES, ["ReLU"]),
]
REFUSED: list[tuple[Any, list[Any]]] = [
    (CROSS, [SOFTMAX]),
    (CROSS, [{"softmin": {"dim": 1}}]),
    (CROSS, OWN_SOFTMAX),
    (CROSS, ["exp", {"normalize": {"p": 1, "dim": 1}}]),
    (CROSS, [LOG_SOFTMAX]),
    (CROSS, [{"softmax": 1}, "log"]),
    (CROSS, [LOG_SOFTMAX, "exp"]),
    (CROSS, [{"softmax": 1}, {"clamp": {"min": 1e-7}}]),
    (CROSS, ["Sigmoid"]),
    (CROSS, ["Sigmoid", {"sub": {"input": 1}}]),
    (CROSS, ["tanh", {"add": 1}, {"div": 2}]),
    (LOGITS, ["Sigmoid"]),
    (LOGITS, ["Hardsigmoid"]),
    (LOGITS, ["LogSigmoid"]),
    (LOGITS, [SOFTMAX]),
    (LOGITS, ["neg", "exp", {"add": 1}, {"div": {"input": 1}}]),
    (LOGITS, ["sigmoid", {"unsqueeze": 1}, {"flatten": 1}]),
    (MARGINS, ["sigmoid"]),
    (BINARY, []),
    (BINARY, ["Tanh"]),
    (BINARY, ["ReLU"]),
    (BINARY, ["Softplus"]),
    (BINARY, [LOG_SOFTMAX]),
    (BINARY, ["LogSigmoid"]),
    (BINARY, ["Sigmoid", {"mul": 2}]),
    (BINARY, ["Sigmoid", BATCH_NORM]),
    (BINARY, ["Sigmoid", {"Dropout": 0.5}]),
    (BINARY, ["Sigmoid", {"Linear": 4}]),
    (NLL, []),
    (NLL, [SOFTMAX]),
    (NLL, ["Sigmoid"]),
    (NLL, ["LogSigmoid"]),
    (NLL, ["ReLU"]),
    (NLL, [{"mul": 2}]),
    (NLL, ["tanh"]),
    (NLL, [LOG_SOFTMAX, BATCH_NORM]),
    (NLL, [LOG_SOFTMAX, {"Linear": 4}]),
    (RATES, []),
    (RATES, ["tanh"]),
    (RATES, [{"leaky_relu": 0.1}]),
]


@pytest.mark.parametrize(("loss", "layers"), ACCEPTED, ids=str)
def test_what_losses_take(loss: Any, layers: list[Any]) -> None:
    assert trained(loss, *layers) == []


@pytest.mark.parametrize(("loss", "layers"), REFUSED, ids=str)
def test_what_losses_do_not_take(loss: Any, layers: list[Any]) -> None:
    assert trained(loss, *layers) == ["MG402"]


@pytest.mark.parametrize("where", ["a block", "rounds", "a condition", "a Sequential"])
def test_the_last_layers_are_found_anywhere(where: str) -> None:
    blocks = {"Head": {"layers": ["Identity", {"Linear": 4}, {"softmax": 1}]}}
    last: dict[str, tuple[list[Any], dict[str, Any]]] = {
        "a block": (["Head"], {"blocks": blocks}),
        "rounds": ([{"Head": None, "repeat": 2}], {"blocks": blocks}),
        "a condition": (
            [{"Softmax": {"dim": 1}, "when": "${odds}"}],
            {"parameters": {"odds": True}},
        ),
        "a Sequential": ([{"Sequential": [SOFTMAX, "Identity"]}], {}),
    }
    layers, more = last[where]
    assert trained(CROSS, *layers, **more) == ["MG402"]
    if where == "a condition":
        assert trained(CROSS, *layers, parameters={"odds": False}) == []


@pytest.mark.parametrize(("dim", "found"), [(2, []), (-1, []), (1, ["MG402"])])
def test_log_probabilities_are_over_the_classes(dim: int, found: list[str]) -> None:
    """In a text the classes are in the last dimension, one row for each step."""
    tokens = {"tokens": {"shape": [16], "dtype": "int64"}}
    embedding = {"Embedding": {"num_embeddings": 65, "embedding_dim": 32}}
    layers = [embedding, {"Linear": 65}, {"log_softmax": dim}]
    training = {"data": {"text": "a.txt"}, "loss": NLL, "optimizer": "Adam"}
    data = {"name": "Net", "input": tokens, "layers": layers, "training": training}
    assert codes(data) == found


def test_a_mixture_of_probabilities_has_a_logarithm() -> None:
    """A mixture of softmaxes is trained on its logarithm, whichever loss it is."""
    mixture = [
        {"Linear": 8},
        {"reshape": [2, 4]},
        {"softmax": 2},
        {"mean": 1},
        "log",
    ]
    assert trained(NLL, *mixture) == []
    assert trained(CROSS, *mixture) == []
    assert trained(BINARY, *mixture[:-1]) == []
    assert trained(CROSS, *mixture[:-1]) == ["MG402"]


def rebuilt(loss: Any, *layers: Any, data: Any = "mnist", normalize: Any) -> list[str]:
    """Return the codes of an autoencoder of images."""
    training = {"data": data, "loss": loss, "optimizer": "Adam"}
    if normalize is not None:
        training["normalize"] = normalize
    shape = {"name": "Net", "input": IMAGE, "layers": [*REBUILT, *layers]}
    return codes({**shape, "training": training})


MNIST = [0.13, 0.31]


@pytest.mark.parametrize(
    ("loss", "layers", "data", "normalize", "found"),
    [
        ("MSELoss", ["Sigmoid"], "mnist", None, []),
        ("MSELoss", ["Sigmoid"], "mnist", MNIST, ["MG402"]),
        ("L1Loss", ["sigmoid"], "mnist", "auto", ["MG402"]),
        ("MSELoss", ["Tanh"], "mnist", [0.5, 0.5], []),
        ("MSELoss", ["Tanh"], "mnist", MNIST, ["MG402"]),
        ("MSELoss", ["ReLU"], "mnist", MNIST, ["MG402"]),
        ("MSELoss", [], "mnist", MNIST, []),
        ("MSELoss", ["Tanh", {"mul": 4}], "mnist", MNIST, []),
        ("MSELoss", ["Sigmoid"], "mnist", [0.0, 1.0], []),
        ("MSELoss", ["Sigmoid"], {"images": "photos"}, MNIST, ["MG402"]),
        ("MSELoss", ["Sigmoid"], {"npz": "a.npz", "targets": "input"}, MNIST, []),
        (
            "MSELoss",
            ["Sigmoid"],
            {"npz": "a.npz", "targets": "input"},
            "auto",
            ["MG402"],
        ),
        ("BCELoss", ["Sigmoid"], "mnist", None, []),
        ("BCELoss", ["Sigmoid"], "mnist", MNIST, ["MG402"]),
        ("BCEWithLogitsLoss", [], "mnist", MNIST, ["MG402"]),
    ],
)
def test_outputs_reach_what_they_are_compared_with(
    loss: Any, layers: list[Any], data: Any, normalize: Any, found: list[str]
) -> None:
    assert rebuilt(loss, *layers, data=data, normalize=normalize) == found


ONE = {"Linear": 1}
ALONE: list[tuple[list[Any], dict[str, Any]]] = [
    ([ONE, {"Softmax": {"dim": 1}}], {}),
    ([ONE, {"softmax": -1}], {}),
    ([ONE, "Softmax"], {}),
    ([ONE, {"log_softmax": 1}], {}),
    ([ONE, {"Softmin": {"dim": 1}}], {}),
    ([{"unflatten": {"dim": 1, "sizes": [1, 8, 1]}}, "Softmax2d"], {}),
    ([ONE, {"mul": 2}, {"softmax": 1}, {"Linear": 2}], {}),
    (["Head"], {"blocks": {"Head": {"layers": [ONE, {"softmax": 1}]}}}),
    (
        [{"Linear": "${units}"}, {"softmax": 1}],
        {"parameters": {"units": 1}},
    ),
    ([{"Sequential": [ONE, {"Softmax": {"dim": 1}}], "repeat": 2}], {}),
]
TOGETHER: list[tuple[list[Any], dict[str, Any]]] = [
    ([{"Linear": 2}, {"softmax": 1}], {}),
    ([ONE, "Sigmoid"], {}),
    ([{"unsqueeze": 1}, {"softmax": 2}], {}),
    (  # attention over a sequence of one
        [
            {"unsqueeze": 1, "name": "q"},
            {"transpose": {"dim0": 1, "dim1": 2}, "name": "k"},
            {"matmul": None, "from": ["q", "k"]},
            {"div": 2.8},
            {"softmax": -1},
        ],
        {},
    ),
    (  # a block that also takes several
        [{"Mixed": 1}, {"Mixed": 3}],
        {
            "blocks": {
                "Mixed": {
                    "parameters": {"experts": 2},
                    "layers": [{"Linear": "${experts}"}, {"softmax": 1}],
                }
            }
        },
    ),
]


@pytest.mark.parametrize(("layers", "more"), ALONE, ids=str)
def test_a_softmax_of_one_value(layers: list[Any], more: dict[str, Any]) -> None:
    found = codes({"name": "Net", "input": [8], "layers": layers, **more})
    assert [each for each in found if each != "MG215"] == ["MG411"]


@pytest.mark.parametrize(("layers", "more"), TOGETHER, ids=str)
def test_a_softmax_of_several_values(layers: list[Any], more: dict[str, Any]) -> None:
    found = codes({"name": "Net", "input": [8], "layers": layers, **more})
    assert "MG411" not in found


def test_the_help_for_one_unit_is_a_sigmoid() -> None:
    data = {"name": "Net", "input": [8], "layers": [ONE, {"Softmax": {"dim": 1}}]}
    with pytest.raises(SpecError) as error:
        network(data)
    (found,) = error.value.diagnostics
    assert "`Sigmoid`" in found.help
    assert "Softmax" not in found.help
    data["layers"] = [ONE]
    data["training"] = {
        "data": {"npz": "a.npz"},
        "loss": "BCELoss",
        "optimizer": "Adam",
    }
    with pytest.raises(SpecError) as error:
        network(data)
    (found,) = error.value.diagnostics
    assert "`Sigmoid`" in found.help
    assert "Softmax" not in found.help
