"""MG549: first steps that see only themselves."""

from __future__ import annotations

import pytest

from .finds import in_spec

MASK = "{ones: [6, 6]}, {triu: 1}, {bool: , name: later}, "
CAUSAL = {
    "encoder layer": "{TransformerEncoderLayer: {nhead: 2, dim_feedforward: 8, "
    "is_causal: true}, from: x, name: out}",
    "encoder": "{TransformerEncoder: {nhead: 2, dim_feedforward: 8, num_layers: 2, "
    "is_causal: true}, from: x, name: out}",
    "flag": "{MultiheadAttention: {num_heads: 2, is_causal: true}, from: [x, x, x]}, "
    "{add: , from: [multihead_attention_1, x], name: out}",
    "mask": f"{MASK}{{MultiheadAttention: {{num_heads: 2, attn_mask: true}}, "
    "from: [x, x, x, later], name: out}",
    "function": "{scaled_dot_product_attention: {is_causal: true}, from: [x, x, x], "
    "name: out}",
    "by hand": f"{MASK}{{transpose: {{dim0: 1, dim1: 2}}, from: x}}, "
    "{matmul: , from: [x, transpose_1]}, "
    "{masked_fill: -.inf, from: [matmul_1, later]}, {softmax: -1}, "
    "{matmul: , from: [softmax_1, x], name: out}",
}
FIRST = [
    "{select: {dim: 1, index: 0}}",
    "{slice: {dim: 1, start: 0, end: 1}}, Flatten",
    "{slice: {dim: 1, end: 1}}, {squeeze: 1}",
    "{LayerNorm: }, {select: {dim: 1, index: 0}}, Tanh",
]
OPEN = {
    name: layers.replace(", is_causal: true", "").replace("is_causal: true", "")
    for name, layers in CAUSAL.items()
    if "is_causal" in layers
}


def found(
    attention: str, taken: str, before: str = "{Linear: 8, name: x}"
) -> list[int]:
    layers = f"[{before}, {attention}, {taken}, {{Linear: 3}}]"
    return in_spec(f"name: Net\ninput: [6, 8]\nlayers: {layers}\n", only=(549,))


@pytest.mark.parametrize("attention", CAUSAL)
def test_a_first_step_behind_causal_attention(attention: str) -> None:
    for taken in FIRST:
        assert found(CAUSAL[attention], taken) == [549]
    for taken in (
        "{select: {dim: 1, index: -1}}",
        "{mean: 1}",
        "{slice: {dim: 1, end: 2}}",
    ):
        assert found(CAUSAL[attention], taken) == []


@pytest.mark.parametrize("attention", OPEN)
def test_attention_that_sees_all_steps(attention: str) -> None:
    assert found(OPEN[attention], FIRST[0]) == []


def test_a_class_token() -> None:
    token = "{parameter: {shape: [1, 1, 8]}, name: cls}, {slice: {dim: 1, end: 5}, "
    token += "from: input, name: words}, {cat: {dim: 1}, from: [%s], name: x}"
    layer = CAUSAL["encoder layer"]
    assert found(layer, FIRST[0], token % "cls, words") == [549]
    assert found(layer, "{select: {dim: 1, index: -1}}", token % "words, cls") == []


@pytest.mark.parametrize(
    "before",
    [
        "{GRU: {hidden_size: 4, bidirectional: true}, name: x}",
        "{TransformerEncoderLayer: {nhead: 2, dim_feedforward: 8}, name: x}",
        "{Conv1d: {out_channels: 6, kernel_size: 3, padding: 1}, name: x}",
    ],
)
def test_layers_that_mix_steps_before(before: str) -> None:
    assert found(CAUSAL["encoder layer"], FIRST[0], before) == []


def test_a_first_step_that_is_joined_with_others() -> None:
    taken = (
        "{select: {dim: 1, index: 0}, name: first}, {mean: 1, from: out, name: all}, "
    )
    taken += "{cat: {dim: 1}, from: [first, all]}"
    assert found(CAUSAL["encoder layer"], taken) == []
