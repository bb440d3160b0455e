"""Initial weights that are all equal, or far too large."""

from __future__ import annotations

import pytest

from mlpgen import api

from ..networks import network_of
from .finds import in_spec
from .short import rows, written

ZEROS = "init: {weight: zeros_}"
LAYERS = """
L8 W zeros_, ReLU, L3 | 505
L8 W zeros_, Tanh, L3 | 505
L8 W ones_, ReLU, L3 | 505
L8 W {constant_: 0.1}, ReLU, L3 | 505
L8 W {normal_: {std: 0}}, ReLU, L3 | 505
L8 W {uniform_: {a: 0.5, b: 0.5}}, ReLU, L3 | 505
L8 W zeros_, BatchNorm1d, ReLU, Dropout, L3 | 505
L8 W {normal_: {std: 0.1}}, ReLU, L3 |
L8 W eye_, ReLU, L3 |
L8 W xavier_uniform_, ReLU, L3 |
L1 W zeros_, ReLU |
# The last layer, alone or not.
L8 W zeros_ |
L8, ReLU, L8 W zeros_ |
L8, ReLU, L8 W zeros_, Sigmoid |
L8, ReLU, L8 W zeros_, {softmax: 1} |
# A residual branch, a low rank, a gate.
{Linear: 8, name: a}, ReLU, L8 W zeros_, {add: , from: [a, linear_1]}, ReLU, L3 |
{Linear: 8, name: a}, ReLU, L8 W zeros_, Sigmoid, {mul: , from: [a, sigmoid_1]}, L3 |
{Linear: 8, name: a}, L4 W zeros_, L8, {add: , from: [a, linear_2]} |
{Embedding: {num_embeddings: 4, embedding_dim: 8}, init: {weight: zeros_}}, L3 |
"""
RULES = """
L8, ReLU, L3 | {Linear: {weight: zeros_}} | 505
L8, ReLU, L3 | {matrices: zeros_} | 505
L8, ReLU, L3 | {Linear: {matrices: {constant_: 1}}} | 505
L8, ReLU, L3 | {Linear: {bias: zeros_}} |
L8, ReLU, L3 | {biases: zeros_} |
L8, ReLU, L3 | {matrices: xavier_normal_, biases: zeros_} |
# torch has no slope at 0: no gradient gets through this ReLU, ever.
L8, BatchNorm1d, ReLU, L3 | {BatchNorm1d: {weight: zeros_}} | 505
L8, BatchNorm1d, Tanh, L3 | {BatchNorm1d: {weight: zeros_}} |
L8, BatchNorm1d, ReLU, L3 | {BatchNorm1d: {weight: ones_, bias: zeros_}} |
L3 | {Linear: {weight: zeros_, bias: zeros_}} |
# A layer has the last word.
L8 W xavier_normal_, ReLU, L3 | {Linear: {weight: zeros_}} |
L8, ReLU, L3 W zeros_ | {Linear: {weight: xavier_normal_}} |
# It never learns.
L8, ReLU, L3 | {Linear: {weight: zeros_, bias: zeros_}} | error
L8, Tanh, L3 | {Linear: {weight: zeros_, bias: zeros_}} | error
L8, Sigmoid, L3 | {Linear: {weight: zeros_, bias: zeros_}} | 505
L8, AlphaDropout, ReLU, L3 | {Linear: {weight: zeros_, bias: zeros_}} | 505
L9, BatchNorm1d, ReLU, L8, ReLU, L3 | {Linear: {weight: zeros_, bias: zeros_}} | error
L8, ReLU, {Linear: 8, share: linear_1} | {Linear: {weight: zeros_, bias: zeros_}} | 505
L8, ReLU, L3 | {Linear: {weight: ones_, bias: zeros_}} | 505
L8, BatchNorm1d, ReLU, L3 | {Linear: {weight: zeros_, bias: zeros_}} | 505
{Linear: {out_features: 8, bias: false}}, ReLU, L3 | {Linear: {weight: zeros_}} | error
Stage, L3 | {Linear: {weight: zeros_}} | 505
Stage, L3 | {Stage: {matrices: zeros_}} | 505
"""
SEQUENCES = """
{TransformerEncoderLayer: {nhead: 2}} | {matrices: zeros_} | 505
{TransformerEncoderLayer: {nhead: 2}} | {biases: zeros_} |
{LSTM: 8} | {LSTM: {matrices: zeros_}} | 505
{LSTM: 8} | {LSTM: {weight_hh_l0: zeros_}} |
{LSTM: 8} | {LSTM: {matrices: orthogonal_}} |
"""
LARGE = """
[784] | L8 W normal_, Tanh, L3 | 520
[784] | L8 W normal_, ReLU, L3 | 520
[784] | L8 W uniform_, ReLU, L3 | 520
[784] | L8 W {uniform_: {a: -1, b: 1}}, ReLU, L3 | 520
[784] | L8 W trunc_normal_, ReLU, L3 | 520
[784] | L8 W {normal_: {std: 0.05}}, ReLU, L3 |
[784] | L8 W {trunc_normal_: {std: 0.02}}, ReLU, L3 |
[784] | L8 W normal_, BatchNorm1d, ReLU, L3 |
[784] | L8 W normal_, cos, L3 |
[784] | L8 W normal_ |
[4] | L8 W normal_, Tanh, L3 |
"""


def initialized(layers: str, image: str = "[8]", rest: str = "") -> str:
    """Return a spec; `L8 W zeros_` is a layer with these weights."""
    while " W " in layers:
        before, _, after = layers.partition(" W ")
        start, _, size = before.rpartition("L")
        depth = [
            after[:end].count("{") - after[:end].count("}") for end in range(len(after))
        ]
        ends = (end for end, each in enumerate(after) if each == "," and not depth[end])
        end = next(ends, len(after))
        made = f"{{Linear: {size}, init: {{weight: {after[:end]}}}}}"
        layers = f"{start}{made}{after[end:]}"
    return written(layers, image, rest)


@pytest.mark.parametrize("row", rows(LAYERS))
def test_layers(row: str) -> None:
    layers, codes = (each.strip() for each in row.split("|"))
    image = "{t: {shape: [6], dtype: int64}}" if "Embedding" in layers else "[8]"
    assert in_spec(initialized(layers, image)) == [*map(int, codes.split())]


@pytest.mark.parametrize("row", [*rows(RULES), *rows(SEQUENCES)])
def test_rules(row: str) -> None:
    layers, rule, severity = (each.strip() for each in row.split("|"))
    rest = f"init: {rule}\n"
    if "Stage" in layers:
        rest += "blocks: {Stage: {layers: [{Linear: 8}, ReLU]}}\n"
    image = "[6, 8]" if row in rows(SEQUENCES) else "[8]"
    every = api.lint(network_of(initialized(layers, image, rest)))
    found = [each for each in every if not each.hint]
    told = [each.severity for each in found if each.code == "MG505"]
    assert told == ({"505": ["warning"], "": []}.get(severity, [severity]))
    assert len(found) == len(told)


@pytest.mark.parametrize("row", rows(LARGE))
def test_large_weights(row: str) -> None:
    image, layers, codes = (each.strip() for each in row.split("|"))
    assert in_spec(initialized(layers, image)) == [*map(int, codes.split())]


def test_the_initial_values_of_a_block_are_overwritten_by_a_rule() -> None:
    rest = "blocks: {Stage: {layers: [{Linear: 8, init: {weight: zeros_}}, ReLU]}}\n"
    assert in_spec(written("Stage, L3", "[8]", rest)) == [505]
    rest += "init: {Linear: {weight: xavier_normal_}}\n"
    assert in_spec(written("Stage, L3", "[8]", rest)) == []
    rest = "blocks: {Stage: {layers: [{Linear: 8}, ReLU]}}\n"
    use = "{Stage: , init: {matrices: ones_}}"
    assert in_spec(written(f"{use}, L3", "[8]", rest)) == [505]


def test_the_place_is_the_rule() -> None:
    text = written("L8, ReLU, L3", "[8]", "init:\n  Linear:\n    weight: zeros_\n")
    (found,) = api.lint(network_of(text))
    assert found.place is not None and found.place.span.line == 6
