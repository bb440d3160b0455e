"""Probabilities of which probabilities are made again (MG503)."""

from __future__ import annotations

import pytest

from mlpgen import api

from ..networks import network_of

OWN = "{exp: , name: e}, {sum: {dim: 1, keepdim: true}, name: s}, {div: , from: [e, s]}"
TWICE = [
    "Softmax, Softmax",
    "Softmax, {softmax: 1}",
    "{softmax: 1}, {log_softmax: 1}",
    "{log_softmax: 1}, {softmax: 1}",
    "{LogSoftmax: 1}, {LogSoftmax: 1}",
    "{Softmin: 1}, {softmin: {dim: 1}}",
    "Softmax, {Dropout: 0.5}, Softmax",
    "Softmax, {unsqueeze: 2}, {squeeze: 2}, Softmax",
    "Softmax, {mul: 10}, Softmax",
    "Softmax, {div: 0.1}, {softmax: 1}",
    "Softmax, BatchNorm1d, {softmax: 1}",
    "Softmax, LayerNorm, ReLU, {softmax: 1}",
    f"{OWN}, Softmax",
    "exp, {normalize: {p: 1, dim: 1}}, Softmax",
    "Softmax, Sigmoid",
    "{log_softmax: 1}, exp, {softmax: 1}",
    "{Sequential: [Linear: 4, Softmax]}, Softmax",
    "{Linear: 4, name: a}, {Softmax: , when: true}, Softmax",
    "{unflatten: {dim: 1, sizes: [2, 2]}}, {softmax: -1}, {softmax: 2}",
    "{unflatten: {dim: 1, sizes: [4, 1, 1]}}, Softmax2d, {softmax: 1}",
]
ONCE = [
    "Softmax",
    "Softmax, {Linear: 4}, Softmax",
    "Sigmoid, {Linear: 4}, Softmax",
    "{softmax: 1}, log, {div: 0.5}, {softmax: 1}",  # a temperature sharpens
    "{log_softmax: 1}, {mul: 2}, {softmax: 1}",
    "{unflatten: {dim: 1, sizes: [2, 2]}}, {softmax: 1}, {softmax: 2}",
    "{Softmax: , when: false}, Softmax",
    "{softmax: 1, name: a}, {mul: , from: [a, input]}, {softmax: 1}",
    "{unflatten: {dim: 1, sizes: [2, 2]}, name: v}, {softmax: 2, name: a}, "
    "{matmul: , from: [a, v]}, {softmax: 2}",
    "Tanh, Softmax",
    "Sigmoid, Softmax",  # MG502
    "Sigmoid, log, {softmax: 1}",
]


def found(layers: str, training: str = "") -> list[str]:
    """Return the layers that the rule points at."""
    text = f"name: Net\ninput: [4]\nlayers: [{layers}]\n{training}"
    return [
        each.place.text[each.place.span.column - 1 : each.place.span.end_column - 1]
        for each in api.lint(network_of(text))
        if each.code == "MG503" and each.place is not None
    ]


@pytest.mark.parametrize("layers", TWICE)
def test_twice(layers: str) -> None:
    assert len(found(layers)) == 1


@pytest.mark.parametrize("layers", ONCE)
def test_once(layers: str) -> None:
    assert found(layers) == []


def test_the_second_is_named_and_the_first_has_a_label() -> None:
    text = "name: Net\ninput: [4]\nlayers: [Softmax, Identity, {softmax: 1}]\n"
    (each,) = [each for each in api.lint(network_of(text)) if each.code == "MG503"]
    assert (
        "`softmax_2` is a softmax of the probabilities of `softmax_1`" in each.message
    )
    assert [label.place.span.column for label in each.labels] == [10]


def trained(loss: str) -> str:
    data = "{npz: a.npz}"
    return f"training: {{data: {data}, loss: {loss}, optimizer: Adam}}\n"


@pytest.mark.parametrize(
    ("layers", "loss", "wrong"),
    [
        ("Softmax, BatchNorm1d", "CrossEntropyLoss", ["Softmax"]),
        ("{softmax: 1}, LayerNorm", "CrossEntropyLoss", ["softmax"]),
        ("Softmax, {mul: 10}", "CrossEntropyLoss", ["Softmax"]),
        ("Softmax, {mul: 10}, ReLU", "MultiMarginLoss", ["Softmax"]),
        ("Softmax, {GroupNorm: 2}", "BCEWithLogitsLoss", ["Softmax"]),
        ("Softmax, BatchNorm1d, {Linear: 4}", "CrossEntropyLoss", []),
        ("{log_softmax: 1}, {mul: 2}", "CrossEntropyLoss", []),
        ("Softmax, {mul: 10}", "MSELoss", []),
        ("{softmax: 1, name: a}, {mul: , from: [a, input]}", "CrossEntropyLoss", []),
    ],
)
def test_hidden_before_the_loss(layers: str, loss: str, wrong: list[str]) -> None:
    said = found(f"{{Linear: 4}}, {layers}", trained(loss))
    assert [each.strip("{}").partition(":")[0] for each in said] == wrong
