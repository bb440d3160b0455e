"""Layers that read channels as places or steps, and steps as channels."""

from __future__ import annotations

import pytest

from .finds import finds, in_spec

CONV = "Conv2d: {out_channels: 8, kernel_size: 3, padding: 1}"
SIGNAL = "Conv1d: {out_channels: 8, kernel_size: 3, padding: 1}"
MIXED = "Linear: {in_features: 32, out_features: 8}"
POINT = "Conv1d: {out_channels: 8, kernel_size: 1}"
TURN = "transpose: {dim0: 1, dim1: 2}"
WORDS = "{tokens: {shape: [16], dtype: int64}}"
TABLE = "Embedding: {num_embeddings: 50, embedding_dim: 8}"
BEHIND_TOO = "movedim: {source: 1, destination: -1}"
BEHIND = "permute: [0, 2, 3, 1]"


@pytest.mark.parametrize(
    ("image", "layers", "codes"),
    [
        ("[3, 16, 16]", [CONV, "LayerNorm"], [509]),
        ("[3, 16, 16]", [CONV, "RMSNorm"], [509]),
        ("[3, 16, 16]", [CONV, "LayerNorm: 16"], [509]),
        ("[3, 16, 16]", [CONV, "ReLU", "MaxPool2d: 2", "LayerNorm"], [509]),
        ("[3, 16, 16]", [f"Sequential: [{{{CONV}}}, ReLU]", "LayerNorm"], [509]),
        ("[3, 16, 16]", [CONV, "flatten: 2", "LayerNorm"], [509]),
        ("[3, 16]", [SIGNAL, "LayerNorm"], [509]),
        ("[1, 8, 8, 8]", [CONV.replace("2d", "3d"), "LayerNorm"], [509]),
        ("[3, 16, 16]", [CONV, "LayerNorm: [8, 16, 16]"], []),
        ("[3, 16, 16]", [CONV, "LayerNorm: [16, 16]"], []),
        ("[3, 16, 16]", [CONV, BEHIND, "LayerNorm"], []),
        ("[3, 16, 16]", [CONV, BEHIND_TOO, "LayerNorm"], []),
        ("[3, 16, 16]", [CONV, "flatten: 2", TURN, "LayerNorm"], []),
        ("[3, 16, 16]", [CONV, "mean: [2, 3]", "LayerNorm"], []),
        ("[3, 16, 16]", [CONV, "Flatten", "LayerNorm"], []),
        ("[3, 16, 16]", [CONV, "reshape: [64, 32]", "LayerNorm"], []),
        ("[3, 16]", [SIGNAL, TURN, "LayerNorm"], []),
        # A mixer of steps, which a convolution with a kernel of 1 can be.
        ("[16, 8]", [POINT, "GELU", POINT, "LayerNorm"], []),
        ("[16, 8]", ["LayerNorm", "Linear: 8"], []),
        (WORDS, [TABLE, "LayerNorm"], []),
        (WORDS, [TABLE, TURN, SIGNAL, "LayerNorm"], [509]),
    ],
)  # fmt: skip
def test_normalizations(image: str, layers: list[str], codes: list[int]) -> None:
    assert finds(*layers, image=image, only=(509,)) == codes


@pytest.mark.parametrize(
    ("image", "layers", "codes"),
    [
        ("[3, 32]", [SIGNAL, "LSTM: 8"], [518]),
        ("[3, 32]", [SIGNAL, "BatchNorm1d", "ReLU", "MaxPool1d: 2", "GRU: 8"], [518]),
        ("[3, 32]", [SIGNAL, TURN, "LSTM: 8"], []),
        ("[3, 32]", [SIGNAL, "MultiheadAttention: 2"], [518]),
        ("[3, 32]", [SIGNAL, "TransformerEncoderLayer: 2"], [518]),
        ("[3, 16, 16]", [CONV, "flatten: 2", "TransformerEncoderLayer: 2"], [518]),
        ("[3, 16, 16]", [CONV, "flatten: 2", TURN, "TransformerEncoderLayer: 2"], []),
        # The columns of an image, from left to right.
        ("[1, 16, 32]", [CONV, "permute: [0, 3, 1, 2]", "flatten: 2", "LSTM: 8"], []),
        ("[3, 32]", ["LSTM: 8"], []),
        (WORDS, [TABLE, SIGNAL], [518]),
        (WORDS, [TABLE, TURN, SIGNAL], []),
        (WORDS, [TABLE, "Dropout", SIGNAL], [518]),
        (WORDS, [TABLE, "LSTM: 8", SIGNAL], [518]),
        (WORDS, [TABLE, POINT], []),
        (WORDS, [TABLE, TURN, SIGNAL, "ReLU", TURN, "LSTM: 8"], []),
        ("[3, 32]", [SIGNAL, MIXED, "LSTM: 8"], []),
    ],
)  # fmt: skip
def test_sequences(image: str, layers: list[str], codes: list[int]) -> None:
    assert finds(*layers, image=image, only=(518,)) == codes


HEAD = """\
name: Net
input: %s
blocks:
  Head: {layers: [%s]}
layers:
%s
  - Head
"""


@pytest.mark.parametrize(
    ("image", "head", "before", "codes"),
    [
        ("[1, 28, 28]", "{Linear: 10}", [], [511]),
        ("[1, 28, 28]", "ReLU, {Linear: 10}", [CONV, "ReLU"], [511]),
        ("[3, 16]", "Dropout, {Linear: 10}", [SIGNAL, "MaxPool1d: 2"], [511]),
        ("[1, 8, 8, 8]", "{Linear: 10}", [CONV.replace("2d", "3d")], [511]),
        ("[1, 28, 28]", "{AdaptiveAvgPool2d: 1}, {Linear: 10}", [CONV], [511]),
        ("[1, 28, 28]", "Flatten, {Linear: 10}", [CONV], []),
        ("[1, 28, 28]", f"{{{MIXED.replace('32', '28')}}}", [CONV], []),
        ("[1, 28, 28]", "{Linear: 10}", [CONV, BEHIND], []),
        ("[1, 28, 28]", f"{{{BEHIND}}}, {{Linear: 10}}", [CONV], []),
        # A mixer of places, which a view has put last.
        ("[1, 28, 28]", "{Linear: 10}", [CONV, "flatten: 2"], []),
        ("[16, 8]", "{Linear: 10}", [], []),
        (WORDS, "{Linear: 10}", [TABLE], []),
    ],
)  # fmt: skip
def test_linear_maps_in_blocks(
    image: str, head: str, before: list[str], codes: list[int]
) -> None:
    listed = "\n".join(f"  - {each}" for each in before)
    assert in_spec(HEAD % (image, head, listed), only=(511,)) == codes


@pytest.mark.parametrize(
    ("layers", "codes"),
    [
        ([TABLE, "mean: 2", "Linear: 4"], [518]),
        ([TABLE, "amax: -1", "ReLU", "Linear: 4"], [518]),
        ([TABLE, "LSTM: 8", "mean: -1", "Linear: 4"], [518]),
        ([TABLE, "mean: 1", "Linear: 4"], []),
        ([TABLE, "mean: {dim: 2, keepdim: true}", "Linear: 4"], []),
        ([TABLE, "sum: -1"], []),
    ],
)
def test_means_of_features(layers: list[str], codes: list[int]) -> None:
    assert finds(*layers, image=WORDS, only=(518,)) == codes


@pytest.mark.parametrize(
    ("image", "layers", "codes"),
    [
        (WORDS, [TABLE, "BatchNorm1d", "LSTM: 8"], [518]),
        ("[16, 8]", ["LSTM: 8", "BatchNorm1d"], [518]),
        ("[16, 8]", ["Linear: 8", "BatchNorm1d"], [518]),
        (WORDS, [TABLE, TURN, "BatchNorm1d", TURN], []),
        ("[8, 16]", [SIGNAL, "BatchNorm1d"], []),
        ("[8]", ["Linear: 8", "BatchNorm1d"], []),
        ("[3, 16, 16]", [CONV, "mean: 1", "Flatten", "Linear: 4"], [518]),
        ("[3, 16, 16]", [CONV, "mean: [1, 2]", "Linear: 4"], [518]),
        ("[3, 16, 16]", [CONV, "mean: [2, 3]", "Linear: 4"], []),
        ("[3, 16, 16]", [CONV, "mean: {dim: 1, keepdim: true}", CONV], []),
        ("[3, 16, 16]", [CONV, "reshape: [8, 256]", "LSTM: 8"], [518]),
        ("[3, 16, 16]", [CONV, "reshape: [128, 16]", "LSTM: 8"], []),
    ],
)
def test_steps_for_channels(image: str, layers: list[str], codes: list[int]) -> None:
    assert finds(*layers, image=image, only=(518,)) == codes
