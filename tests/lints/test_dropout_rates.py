"""MG556: dropout that leaves next to nothing."""

from __future__ import annotations

import pytest

from mlpgen.diagnostics.explanations.explanation import spec

from .trained import places, text_of

ENCODER = "TransformerEncoderLayer: {nhead: 4, dim_feedforward: 8, dropout: %s}"


@pytest.mark.parametrize(
    ("layer", "image", "marked"),
    [
        ("Dropout: 0.9", "[8]", ["0.9"]),
        ("Dropout: {p: 1.0}", "[8]", ["1.0"]),
        ("Dropout: 1", "[8]", ["1"]),
        ("dropout: 0.95", "[8]", ["0.95"]),
        ("Dropout1d: 0.9", "[8, 20]", ["0.9"]),
        ("Dropout2d: 0.9", "[8, 7, 7]", ["0.9"]),
        ("AlphaDropout: 0.9", "[8]", ["0.9"]),
        ("DropPath: 0.9", "[8]", ["0.9"]),
        (ENCODER % 0.9, "[5, 8]", ["0.9"]),
        ("LSTM: {hidden_size: 4, num_layers: 2, dropout: 0.9}", "[5, 8]", ["0.9"]),
        ('Dropout: "${rate}"', "[8]", ['"${rate}"']),
        ("Dropout", "[8]", []),
        ("Dropout: 0.8", "[8]", []),
        ("Dropout: 0", "[8]", []),
        ("dropout: 0.5", "[8]", []),
        ("DropPath: 0.2", "[8]", []),
        (ENCODER % 0.1, "[5, 8]", []),
        ("LSTM: {hidden_size: 4, num_layers: 2, dropout: 0.5}", "[5, 8]", []),
    ],
)
def test_rates(layer: str, image: str, marked: list[str]) -> None:
    text = spec("ReLU", layer, image=image, rest="parameters: {rate: 0.9}\n")
    text = text if "rate" in layer else spec("ReLU", layer, image=image)
    assert places("MG556", text) == marked


def test_inside_a_block_it_is_said_once() -> None:
    text = (
        "name: Net\ninput: [8]\n"
        "blocks: {Part: {layers: [{Linear: 8}, ReLU, {Dropout: 0.9}]}}\n"
        "layers: [Part, Part, {Linear: 2}]\n"
    )
    assert places("MG556", text) == ["0.9"]


@pytest.mark.parametrize(("rate", "marked"), [("0.9", []), ("1.0", ["1.0"])])
def test_before_batch_normalization_another_rule_says_more(
    rate: str, marked: list[str]
) -> None:
    text = spec("Linear: 8", f"Dropout: {rate}", "BatchNorm1d", image="[8]")
    assert places("MG556", text) == marked


@pytest.mark.parametrize(
    ("layers", "marked"),
    [
        ("[{Dropout: 0.8}, Flatten, {Linear: 64}, ReLU, {Linear: 10}]", ["0.8"]),
        ("[Flatten, {Dropout: 0.6}, {Linear: 10}]", ["0.6"]),
        ("[Flatten, {Dropout: 0.2}, {Linear: 10}]", []),
        ("[Flatten, {Linear: 64}, ReLU, {Dropout: 0.8}, {Linear: 10}]", []),
    ],
)
def test_examples_bear_less_than_hidden_layers(layers: str, marked: list[str]) -> None:
    assert places("MG556", text_of("", layers)) == marked
