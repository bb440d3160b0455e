"""Activations that do nothing or harm, since an activation is right before them."""

from __future__ import annotations

import pytest

from mlpgen import api

from ..networks import network_of
from .finds import in_spec
from .short import rows, written

TWICE = """
ReLU, {sigmoid: , name: b}, {mul: , from: [linear_1, b]} | from 0.5 to 1
ReLU, ReLU | does nothing
relu, relu | does nothing
ReLU, relu | does nothing
ReLU6, ReLU | does nothing
ReLU, LeakyReLU | does nothing
ReLU, PReLU | does nothing
ReLU, ELU | does nothing
Sigmoid, ReLU | does nothing
Softplus, ReLU | does nothing
Sigmoid, ReLU6 | does nothing
ReLU, Dropout, ReLU | does nothing
ReLU, Identity, {unsqueeze: 1}, {squeeze: 1}, ReLU | does nothing
ReLU, {ReLU: , repeat: 2} | does nothing
{Sequential: [ReLU]}, {Sequential: [ReLU]} | does nothing
ReLU, ReLU6 | does nothing in front
{clamp: {min: 0}}, ReLU | does nothing
{clamp: {min: 0, max: 1}}, ReLU6 | does nothing
{clamp: {min: 0}}, Sigmoid | only values from 0.5 to 1
LeakyReLU, ReLU | takes away
leaky_relu, relu | takes away
GELU, ReLU | takes away
Tanh, ReLU | takes away
ReLU, Sigmoid | only values from 0.5 to 1
relu, sigmoid | only values from 0.5 to 1
Sigmoid, Sigmoid | only values from 0.5 to 0.73
Tanh, Sigmoid | only values from 0.27 to 0.73
Tanh, Tanh | only values from -0.76 to 0.76
Sigmoid, Tanh | only values from 0 to 0.76
ReLU6, Softsign | only values from 0 to 0.86
ReLU, Softplus | nothing below 0.69
ReLU, Hardsigmoid | only values from 0.5 to 1
GELU, GELU | follows another
LeakyReLU, Sigmoid | follows another
ReLU, {Softmax: {dim: 1}} | sees nothing below 0
sigmoid, {log_softmax: 1} | sees nothing below 0
"""
RIGHT = """
ReLU
ReLU, L8, ReLU
ReLU, BatchNorm1d, ReLU
ReLU, {sub: 1}, ReLU
GELU, neg, ReLU
ReLU, {clamp: {max: 6}}
{clamp: {min: -1}}, ReLU
{clamp: {max: 6}}, ReLU
{clamp: {min: 1.0e-6}}, Softplus
ReLU, Hardtanh
Sigmoid, Hardtanh
abs, ReLU
Tanh, abs
Tanh, {Softmax: {dim: 1}}
LeakyReLU, {Softmax: {dim: 1}}
Softplus, sqrt
{GLU: {dim: 1}}, ReLU
{ReLU: , name: a}, {sigmoid: , name: b}, {mul: , from: [a, b]}
{ReLU: , name: a}, {ReLU: , name: b}, {add: , from: [a, b]}
# Mish in its parts, and a gate of what is pooled.
softplus, {tanh: , name: b}, {mul: , from: [linear_1, b]}
ReLU, {mean: 1}, {unsqueeze: 1}, {sigmoid: , name: b}, {mul: , from: [linear_1, b]}
"""
IMAGES = """
C8, ReLU, {MaxPool2d: 2}, ReLU | 502
C8, relu, {avg_pool2d: 2}, relu | 502
C8, ReLU, {AdaptiveAvgPool2d: 1}, Flatten, ReLU | 502
C8, ReLU, {mean: [2, 3]}, ReLU | 502
C8, ReLU, {AdaptiveAvgPool2d: 1}, Flatten, Sigmoid | 502
C8, {MaxPool2d: 2}, ReLU |
C8, ReLU, C8, ReLU |
C8, GELU, {ZeroPad2d: 1}, {neg: }, ReLU |
# As SqueezeNet ends.
C8, ReLU, {AdaptiveAvgPool2d: 1}, Flatten, {Softmax: {dim: 1}} |
# Channels between two layers.
C8, {Softmax: {dim: 1}}, C8 | 502
C8, {Softmax2d: }, {BatchNorm2d: }, C8 | 502
C2 k1, {Softmax: {dim: 1}}, C8 |
"""
HIDDEN = """
L8, {Softmax: {dim: 1}}, L3 | 502
L8, {softmax: 1}, {Dropout: 0.5}, L3 | 502
L8, BatchNorm1d, {softmax: 1}, L3 | 502
L8, {log_softmax: 1}, L3 | 502
L8, ReLU, {Dropout: 0.1}, L3 |
# The topics of a text, a code, a mixture.
L3, {Softmax: {dim: 1}}, L8 |
{Linear: 8, name: code}, {Softmax: {dim: 1}}, L3 |
{Linear: 8, name: a}, {softmax: 1, name: b}, {mul: , from: [a, b]}, L3 |
{Linear: 8, name: a}, {softmax: 1, name: b}, L3, {add: , from: [a, b]} |
"""


@pytest.mark.parametrize("row", rows(TWICE))
def test_two_in_a_row(row: str) -> None:
    layers, message = (each.strip() for each in row.split("|"))
    (found,) = api.lint(network_of(written(f"L8, {layers}", "[8]")))
    assert found.code == "MG502"
    assert message in found.message
    assert found.help


@pytest.mark.parametrize("layers", rows(RIGHT))
def test_one_at_a_time(layers: str) -> None:
    assert in_spec(written(f"L8, {layers}", "[8]")) == []


@pytest.mark.parametrize(
    ("image", "row"),
    [
        *(("[3, 12, 12]", row) for row in rows(IMAGES)),
        *(("[8]", row) for row in rows(HIDDEN)),
    ],
)
def test_pooling_and_softmax(image: str, row: str) -> None:
    layers, codes = (each.strip() for each in row.split("|"))
    assert in_spec(written(layers, image)) == [*map(int, codes.split())]


BLOCK = """
name: Net
input: [8]
layers: [ReLU, {use}]
blocks: {{Pre: {{layers: [ReLU, {{Linear: 8}}]}}}}
"""


@pytest.mark.parametrize(
    ("use", "codes"),
    [("Pre", [502]), ("Pre: , repeat: 3", []), ("Pre: }, ReLU, {Pre: ", [502])],
)
def test_a_block_whose_other_uses_are_right(use: str, codes: list[int]) -> None:
    assert in_spec(BLOCK.format(use=f"{{{use}}}" if ":" in use else use)) == codes


@pytest.mark.parametrize(
    ("last", "loss", "codes"),
    [
        ("ReLU, Sigmoid", "BCELoss", [504]),
        ("Sigmoid, Sigmoid", "BCELoss", [504]),
        ("Sigmoid", "BCELoss", []),
        ("ReLU, {log_softmax: 1}", "NLLLoss", [504]),
        # Where nothing bends the scores, the other finding stays.
        ("ReLU, ReLU, L3, {log_softmax: 1}", "NLLLoss", [502]),
    ],
)
def test_one_finding_for_what_a_loss_sees(
    last: str, loss: str, codes: list[int]
) -> None:
    training = (
        f"{{data: {{npz: a.npz}}, loss: {loss}, optimizer: {{Adam: {{lr: 1e-3}}}}}}"
    )
    assert in_spec(written(f"L8, {last}", "[8]", f"training: {training}\n")) == codes


@pytest.mark.parametrize(
    ("layers", "codes"),
    [
        ("{LSTM: 8, select: last}, Tanh, {Linear: 2}", [502]),
        ("{GRU: 8, select: hidden}, {Dropout: 0.1}, tanh, {Linear: 2}", [502]),
        ("{LSTM: 8, select: cell}, Tanh, {Linear: 2}", []),
        ("{RNN: {hidden_size: 8, nonlinearity: relu}, select: last}, Tanh", []),
        ("{LSTM: 8, select: last}, {Linear: 4}, Tanh, {Linear: 2}", []),
        ("{LSTM: 8, select: last}, ReLU, {Linear: 2}", []),
    ],
)
def test_a_state_that_is_bounded_already(layers: str, codes: list[int]) -> None:
    assert in_spec(written(layers, "[6, 4]"), only=(502,)) == codes
