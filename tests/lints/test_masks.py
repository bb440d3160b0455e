"""MG537: masks of attention that hide the wrong places."""

from __future__ import annotations

import pytest

from mlpgen import api

from ..networks import network_of
from .finds import in_spec
from .short import rows

HEAD = """
name: Net
input: {tokens: {shape: [6], dtype: int64}}
layers:
  - {Embedding: {num_embeddings: 9, embedding_dim: 8}, name: x}
  - {transpose: {dim0: 1, dim1: 2}, name: turned}
  - {matmul: , from: [x, turned], name: products}
  - {eq: 0, from: tokens, name: padding}
  - {ne: 0, from: tokens, name: words}
"""
END = """
training: {data: {text: book.txt}, loss: CrossEntropyLoss, optimizer: Adam}
"""
MASKS = {
    "LATER": "{ones: [6, 6]}, {triu: 1}, bool",
    "EARLIER": "{ones: [6, 6]}, {tril: -1}, bool",
    "UPTO": "{ones: [6, 6]}, tril, bool",
    "FROM": "{ones: [6, 6]}, triu, bool",
    "SHORT": "{ones: [6, 6]}, {triu: 2}, bool",
    "LOWER": "{ones: [6, 6]}, tril",
    "FAR": "{full: {size: [6, 6], fill_value: -.inf}}, {triu: 1}",
    "BACK": "{full: {size: [6, 6], fill_value: -10000.0}}, {tril: -1}",
    "TURNED": "{ones: [6, 6]}, {tril: -1}, {eq: 0}, logical_not",
    "CAUSAL": "{ones: [6, 6]}, {triu: 1}, {eq: 0}, logical_not",
    "FILLED": "{ones: [6, 6]}, {tril: -1}, bool, {zeros: [6, 6]}, "
    "{masked_fill: -.inf, from: [zeros_1, bool_1]}",
}
"""Buffers, by the name that rows below call them."""
HIDDEN = """
# Whatever hides: true in `masked_fill` and in layers, false in torch's function.
LATER, {masked_fill: -.inf, from: [products, mask]} |
EARLIER, {masked_fill: -.inf, from: [products, mask]} | hides the steps before
TURNED, {masked_fill: -1.0e+9, from: [products, mask]} | hides the steps before
CAUSAL, {masked_fill: -1.0e+9, from: [products, mask]} |
UPTO, {masked_fill: -.inf, from: [products, mask]} | hides the steps before
FROM, {masked_fill: -.inf, from: [products, mask]} | nan
SHORT, {masked_fill: -.inf, from: [products, mask]} | shows the next step
LATER, {masked_fill: 0.0, from: [products, mask]} | fills hidden scores with 0
LATER, {masked_fill: -1.0e-9, from: [products, mask]} | fills hidden scores
FAR, {add: , from: [products, mask]} |
BACK, {add: , from: [products, mask]} | hides the steps before
FILLED, {add: , from: [products, mask]} | hides the steps before
LOWER, {add: , from: [products, mask]} | adds a mask of 0 and 1
LOWER, {mul: , from: [products, mask]} | makes hidden scores 0
UPTO, {where: {other: -.inf}, from: [mask, products]} |
LATER, {where: {other: -.inf}, from: [mask, products]} | hides the steps before
EARLIER, {where: {input: -.inf}, from: [mask, products]} | hides the steps before
"""
TAKEN = """
LATER, {MultiheadAttention: {num_heads: 2, attn_mask: true}, from: [x, x, x, mask]} |
UPTO, {MultiheadAttention: {num_heads: 2, attn_mask: true}, from: [x, x, x, mask]} \
| hides the steps before
EARLIER, {TransformerEncoderLayer: {nhead: 2, src_mask: true}, from: [x, mask]} \
| hides the steps before
FAR, {TransformerEncoderLayer: {nhead: 2, src_mask: true}, from: [x, mask]} |
UPTO, {scaled_dot_product_attention: , from: [x, x, x, mask]} |
LATER, {scaled_dot_product_attention: , from: [x, x, x, mask]} | before
EARLIER, {scaled_dot_product_attention: , from: [x, x, x, mask]} | nan
FROM, {scaled_dot_product_attention: , from: [x, x, x, mask]} | hides the steps before
"""
BEHIND = """
LOWER, {softmax: -1, from: products}, {mul: , from: [softmax_1, mask]} | behind
LATER, {softmax: -1, from: products}, {masked_fill: 0, from: [softmax_1, mask]} | behind
"""


SOFTMAX = ", {softmax: -1}, {matmul: , from: [softmax_1, x]}"
BEHIND_END = ", {matmul: , from: [%s, x]}"


def said(layers: str) -> str:
    """Return what the rule says of layers behind the products, and a mask."""
    name, _, rest = layers.partition(", ")
    mask = f"{{buffer: {{layers: [{MASKS[name]}]}}, name: mask}}"
    lines = "".join(
        f"  - {each}\n" for each in entries(f"{mask}, {rest}, {{Linear: 9}}")
    )
    found = api.lint(network_of(HEAD + lines + END))
    return " ".join(each.message for each in found if each.code == "MG537")


def entries(layers: str) -> list[str]:
    """Split entries in flow style at the commas between them."""
    found, depth, start = [], 0, 0
    for at, each in enumerate(layers):
        depth += (each in "{[") - (each in "}]")
        if each == "," and not depth:
            found.append(layers[start:at].strip())
            start = at + 1
    return [*found, layers[start:].strip()]


def split(row: str) -> tuple[str, str]:
    layers, _, message = row.rpartition("|")
    return layers.strip(), message.strip()


@pytest.mark.parametrize("row", rows(HIDDEN))
def test_masks_of_scores(row: str) -> None:
    layers, message = split(row)
    found = said(layers + SOFTMAX)
    assert message in found
    assert bool(message) == bool(found)


@pytest.mark.parametrize("row", rows(TAKEN))
def test_masks_that_layers_take(row: str) -> None:
    layers, message = split(row)
    found = said(layers)
    assert message in found
    assert bool(message) == bool(found)


@pytest.mark.parametrize("row", rows(BEHIND))
def test_masks_behind_the_softmax(row: str) -> None:
    layers, message = split(row)
    last = "mul_1" if "mul" in layers else "masked_fill_1"
    assert message in said(layers + BEHIND_END % last)
    kept = ", {sum: {dim: -1, keepdim: true}}, "
    kept += f"{{div: , from: [{last}, sum_1]}}"
    assert said(layers + kept + BEHIND_END % "div_1") == ""


@pytest.mark.parametrize(
    ("mask", "codes"),
    [
        ("padding", []),
        ("words", [537]),
        ("turned_words", []),
        ("turned_padding", [537]),
    ],
)
def test_padding(mask: str, codes: list[int]) -> None:
    lines = """\
  - {logical_not: , from: words, name: turned_words}
  - {logical_not: , from: padding, name: turned_padding}
  - TransformerEncoderLayer: {nhead: 2, src_key_padding_mask: true}
    from: [x, %s]
  - mean: 1
"""
    assert in_spec(HEAD + lines % mask, only=(537,)) == codes


def test_masks_of_windows_are_followed_through_views() -> None:
    layers = """\
  - {arange: 6, name: steps}
  - {unsqueeze: 0, name: columns}
  - {reshape: [6, 1], from: steps, name: rows}
  - {%s: , from: [columns, rows], name: later}
  - {masked_fill: -.inf, from: [products, later]}
  - softmax: -1
  - {matmul: , from: [softmax_1, x]}
"""
    assert in_spec(HEAD + layers % "gt", only=(537,)) == []
    assert in_spec(HEAD + layers % "lt", only=(537,)) == [537]
    assert in_spec(HEAD + layers % "ge", only=(537,)) == [537]


def test_a_mask_that_is_an_input_is_not_judged() -> None:
    text = """
name: Net
input: {x: [6, 8], hidden: {shape: [6, 6], dtype: bool}}
layers:
  - {transpose: {dim0: 1, dim1: 2}, from: x}
  - {matmul: , from: [x, transpose_1]}
  - {masked_fill: %s, from: [matmul_1, hidden]}
  - softmax: -1
  - {matmul: , from: [softmax_1, x]}
"""
    assert in_spec(text % "-.inf") == []
    assert in_spec(text % "0.0") == [537]
