"""MG571: outputs that cannot be what they are compared with."""

from __future__ import annotations

import pytest

from .finds import in_spec
from .trained import places, text_of

TABLE = """
name: Net
input: [8]
layers: [{{Linear: 32}}, ReLU, {{Linear: {count}}}, {last}]
training:
  data: {{csv: a.csv, target: {target}}}
  loss: {loss}
  optimizer: {{Adam: {{lr: 0.001}}}}
"""
WIDE = "[Flatten, {Linear: 64}, ReLU, {Linear: 784}, %s, {reshape: [1, 28, 28]}]"


@pytest.mark.parametrize(
    ("last", "target", "loss", "codes"),
    [
        ("Sigmoid", "price", "MSELoss", [571]),
        ("tanh", "house_price", "L1Loss", [571]),
        ("hardsigmoid", "Age (years)", "HuberLoss", [571]),
        ("ReLU", "profit", "MSELoss", [571]),
        ("ReLU", "price", "MSELoss", []),
        ("Sigmoid", "quality", "MSELoss", []),
        ("Sigmoid", "priceless", "MSELoss", []),
        ("Identity", "price", "MSELoss", []),
        ("{mul: 100}", "price", "MSELoss", []),
    ],
)
def test_columns(last: str, target: str, loss: str, codes: list[int]) -> None:
    text = TABLE.format(count=1, last=last, target=target, loss=loss)
    assert in_spec(text, only=(571,)) == codes


def test_several_numbers_do_not_add_up_to_one() -> None:
    def found(last: str) -> list[int]:
        target = "[a, b, c]"
        text = TABLE.format(count=3, last=last, target=target, loss="MSELoss")
        return in_spec(text, only=(571,))

    assert found("{Softmax: {dim: 1}}") == [571]
    assert found("Sigmoid") == []


@pytest.mark.parametrize(
    ("layers", "codes"),
    [
        ("{LSTM: 3, select: last}", [571]),
        ("{GRU: 3, select: last}, {Dropout: 0.0}", [571]),
        ("{RNN: {hidden_size: 3}, select: last}", [571]),
        ("{RNN: {hidden_size: 3, nonlinearity: relu}, select: last}", []),
        ("{LSTM: 3, select: last}, {Linear: 3}", []),
    ],
)
def test_a_state_is_no_prediction(layers: str, codes: list[int]) -> None:
    training = "data: {npz: a.npz}\nloss: MSELoss"
    text = text_of(training, f"[{layers}]", "[12, 4]")
    assert in_spec(text, only=(571,)) == codes


@pytest.mark.parametrize(
    ("last", "training", "marked"),
    [
        ("Tanh", "loss: MSELoss", ["Tanh"]),
        ("{softsign: }", "loss: L1Loss", ["softsign"]),
        ("{Softmax: {dim: 1}}", "loss: MSELoss", ["Softmax"]),
        ("Tanh", "loss: MSELoss\nnormalize: [0.5, 0.5]", []),
        ("Sigmoid", "loss: MSELoss", []),
        ("Identity", "loss: MSELoss", []),
    ],
)
def test_pictures(last: str, training: str, marked: list[str]) -> None:
    found = places("MG571", text_of(training, WIDE % last))
    assert [each.strip("{}: ").split(":")[0] for each in found] == marked
