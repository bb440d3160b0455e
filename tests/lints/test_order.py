"""Attention to texts that does not know the order of their words."""

from __future__ import annotations

import pytest

from .finds import in_spec

TEXT = """
name: Net
input: {{tokens: {{shape: [16], dtype: int64}}}}
layers: [{{Embedding: {{num_embeddings: 9, embedding_dim: 16}}, name: words}}, {layers}]
training: {{data: {{{data}}}, loss: CrossEntropyLoss, optimizer: Adam}}
"""
CODER = "{TransformerEncoder: {nhead: 2, num_layers: 1}}"
BLIND = [
    f"{CODER}, {{mean: 1}}, {{Linear: 2}}",
    f"{{mul: 4}}, {CODER}, LayerNorm, {{select: {{dim: 1, index: 0}}}}, {{Linear: 2}}",
    "{MultiheadAttention: {num_heads: 2}, from: [words, words, words]}, {amax: 1}, "
    "{Linear: 2}",
]
PLACES = "{arange: 16}, {Embedding: {num_embeddings: 16, embedding_dim: 16}, name: at}"
SEEN = [
    f"{PLACES}, {{add: , from: [words, at]}}, {CODER}, {{mean: 1}}, {{Linear: 2}}",
    "{parameter: [16, 16], name: at}, {add: , from: [words, at]}, "
    f"{CODER}, {{mean: 1}}, {{Linear: 2}}",
    f"{{GRU: 16}}, {CODER}, {{mean: 1}}, {{Linear: 2}}",
    f"{CODER}, Flatten, {{Linear: 2}}",
    f"{CODER}, {{transpose: {{dim0: 1, dim1: 2}}}}, {{Linear: 4}}, {{mean: 1}}, "
    "{Linear: 2}",
    "{TransformerEncoder: {nhead: 2, num_layers: 1, is_causal: true}}, {mean: 1}, "
    "{Linear: 2}",
    "{mean: 1}, {Linear: 2}",
]


@pytest.mark.parametrize(
    ("layers", "codes"), [*((x, [529]) for x in BLIND), *((x, []) for x in SEEN)]
)
def test_places_of_words(layers: str, codes: list[int]) -> None:
    text = TEXT.format(layers=layers, data="text: moods, units: words")
    assert in_spec(text, hints=True, only=(529,)) == codes


def test_weights_from_elsewhere_may_know_places() -> None:
    text = TEXT.format(layers=BLIND[0], data="text: moods, units: words")
    assert in_spec(text.replace("optimizer:", "weights: a.pt, optimizer:")) == []


PARTS = "{flatten: 2}, {transpose: {dim0: 1, dim1: 2}}, "
PATCHES = "{Conv2d: {out_channels: 16, kernel_size: 4, stride: 4}}, " + PARTS
OVERLAPPING = "{Conv2d: {out_channels: 16, kernel_size: 5, stride: 4}}, " + PARTS
TOKEN = (
    "{parameter: [1, 16], name: token}, {cat: {dim: 1}, from: [token, transpose_1]}, "
)
END = f"{CODER}, {{mean: 1}}, {{Linear: 2}}"


@pytest.mark.parametrize(
    ("name", "image", "layers", "codes"),
    [
        ("Net", "[3, 32, 32]", PATCHES + END, [529]),
        ("Net", "[3, 32, 32]", PATCHES + TOKEN + END, [529]),
        ("Net", "[3, 32, 32]", OVERLAPPING + END, []),
        (
            "Net",
            "[3, 32, 32]",
            f"{PATCHES}{{parameter: [64, 16], name: at}}, "
            f"{{add: , from: [transpose_1, at]}}, {END}",
            [],
        ),
        (
            "Net",
            "[3, 32, 32]",
            f"{PATCHES}{{parameter: [1, 64, 16], name: at}}, "
            f"{{add: , from: [transpose_1, at]}}, {END}",
            [],
        ),
        ("Net", "[3, 32, 32]", PATCHES + f"{CODER}, Flatten, {{Linear: 2}}", []),
        ("Weather", "[64, 5]", "{Linear: 16}, " + END, [529]),
        ("Weather", "[8, 5]", "{Linear: 16}, " + END, []),
        ("PointCloud", "[64, 3]", "{Linear: 16}, " + END, []),
        ("Weather", "{objects: [64, 3]}", "{Linear: 16}, " + END, []),
        ("Weather", "[64, 5]", "{GRU: 16}, " + END, []),
        (
            "Net",
            "{tokens: {shape: [16], dtype: int64}}",
            f"{{Embedding: {{num_embeddings: 9, embedding_dim: 16}}}}, {END}",
            [529],
        ),
        (
            "Net",
            "{tags: {shape: [16], dtype: int64}}",
            f"{{Embedding: {{num_embeddings: 9, embedding_dim: 16}}}}, {END}",
            [],
        ),
    ],
)
def test_places_of_patches_and_steps(
    name: str, image: str, layers: str, codes: list[int]
) -> None:
    text = f"name: {name}\ninput: {image}\nlayers: [{layers}]\n"
    assert in_spec(text, only=(529,)) == codes
