"""MG520, MG538, MG539: initial values that are far too large or small."""

from __future__ import annotations

import pytest

from .finds import in_spec
from .short import rows, written

WEIGHTS = """
# Both layers make values a hundredth as large, or one of them alone does.
L64, Tanh, L9 | {normal_: {std: 0.0001}} | 538
L64, ReLU, L64, ReLU, L9 | {uniform_: {a: -0.0001, b: 0.0001}} | 538
L64, Tanh, L9 | {normal_: {std: 0.01}} |
L64, BatchNorm1d, ReLU, L9 | {normal_: {std: 0.0001}} |
L9 | {normal_: {std: 0.0001}} |
L64, Tanh, L9 | {orthogonal_: {gain: 100}} | 520
L64, Tanh, L9 | {xavier_uniform_: {gain: 50}} | 520
L64, Tanh, L9 | {orthogonal_: {gain: 1.4}} |
L64, Tanh, L9 | {xavier_normal_: {gain: 0.00001}} | 538
"""
BIASES = """
L64, ReLU, L9 | {constant_: -10} | 539
L64, {Dropout: 0.1}, relu, L9 | {constant_: -3} | 539
L64, ReLU, L9 | {constant_: -0.5} |
L64, ReLU, L9 | {constant_: 1} |
L64, ReLU, L9 | {constant_: 500} | 539
L64, Sigmoid, L9 | {constant_: 8} | 539
L64, Tanh, L9 | {constant_: -8} | 539
L64, Tanh, L9 | {normal_: {std: 20}} | 539
L64, Tanh, L9 | {normal_: {std: 0.5}} |
L64, LeakyReLU, L9 | {constant_: -10} |
L64, BatchNorm1d, ReLU, L9 | {constant_: -10} |
# The last layer: the mean of the targets. A gate that begins closed.
L9 | {constant_: -10} |
{Linear: 8, name: gate}, Sigmoid, {mul: , from: [sigmoid_1, input]} | {constant_: -10} |
"""


def split(row: str) -> tuple[str, str, list[int]]:
    layers, values, codes = row.split("|")
    return layers.strip(), values.strip(), [*map(int, codes.split())]


@pytest.mark.parametrize("row", rows(WEIGHTS))
def test_weights(row: str) -> None:
    layers, values, codes = split(row)
    rest = f"init: {{Linear: {{weight: {values}}}}}\n"
    found = in_spec(written(layers, "[784]", rest), only=(520, 538))
    assert sorted({*found}) == codes


@pytest.mark.parametrize("row", rows(BIASES))
def test_biases(row: str) -> None:
    layers, values, codes = split(row)
    rest = f"init: {{Linear: {{bias: {values}}}}}\n"
    assert in_spec(written(layers, "[8]", rest), only=(539,)) == codes


def test_the_last_layer_of_several_may_not_be_large() -> None:
    last = "{Linear: 9, init: {weight: {normal_: {std: %s}}}}"
    assert in_spec(written(f"L64, ReLU, {last % 5}", "[8]"), only=(520,)) == [520]
    assert in_spec(written(f"L64, ReLU, {last % 0.1}", "[8]"), only=(520,)) == []
    assert in_spec(written(last % 5, "[64]"), only=(520,)) == []  # it is convex


@pytest.mark.parametrize(("deviation", "codes"), [("0.3", [520]), ("0.1", [])])
def test_layers_in_a_row_make_values_large_together(
    deviation: str, codes: list[int]
) -> None:
    body = "{Sequential: [{Linear: 256}, ReLU], repeat: 9}"
    rest = f"init: {{Linear: {{weight: {{normal_: {{std: {deviation}}}}}}}}}\n"
    text = written(f"{body}, L9", "[256]", rest)
    assert in_spec(text, only=(520,)) == codes


@pytest.mark.parametrize(("deviation", "codes"), [(100, [520]), (1, [])])
def test_tables_of_words(deviation: int, codes: list[int]) -> None:
    values = f"init: {{weight: {{normal_: {{std: {deviation}}}}}}}"
    table = f"{{Embedding: {{num_embeddings: 9, embedding_dim: 4}}, {values}}}"
    image = "{t: {shape: [6], dtype: int64}}"
    assert in_spec(written(f"{table}, {{mean: 1}}, L9", image), only=(520,)) == codes


TIED = "{{Embedding: {{num_embeddings: 90, {size}}}, name: words{init}}}, {last}"
HEAD = "{Linear: {out_features: 90, bias: false}, share: words}"
SMALL = "init: {weight: xavier_normal_}"
POST = "{TransformerEncoderLayer: {nhead: 4, norm_first: %s}}, "


@pytest.mark.parametrize(
    ("size", "init", "last", "codes"),
    [
        ("embedding_dim: 256", "", "LayerNorm, " + HEAD, [520]),
        ("embedding_dim: 256", "", "LayerNorm, {Dropout: 0.1}, " + HEAD, [520]),
        ("embedding_dim: 256", "", "RMSNorm, " + HEAD, [520]),
        ("embedding_dim: 256", "", POST % "false" + HEAD, [520]),
        ("embedding_dim: 256", "", POST % "true" + HEAD, []),
        ("embedding_dim: 64", "", "LayerNorm, " + HEAD, []),
        ("embedding_dim: 256, max_norm: 1", "", "LayerNorm, " + HEAD, []),
        ("embedding_dim: 256", "", "LayerNorm, {mul: 0.0625}, " + HEAD, []),
        ("embedding_dim: 256", "", "LayerNorm, " + HEAD + ", {mul: 0.0625}", []),
        ("embedding_dim: 256", "", "LayerNorm, {Linear: 90}", []),
        (
            "embedding_dim: 256",
            ", init: {weight: xavier_normal_}",
            "LayerNorm, " + HEAD,
            [],
        ),
    ],
)
def test_heads_with_the_vectors_of_words(
    size: str, init: str, last: str, codes: list[int]
) -> None:
    layers = TIED.format(size=size, init=init, last=last)
    text = written(layers, "{tokens: {shape: [6], dtype: int64}}")
    assert in_spec(text, only=(520,)) == codes


def test_a_rule_for_all_tables_is_one_for_this() -> None:
    layers = TIED.format(size="embedding_dim: 256", init="", last="LayerNorm, " + HEAD)
    rule = "init: {Embedding: {weight: {normal_: {std: 0.02}}}}\n"
    text = written(layers, "{tokens: {shape: [6], dtype: int64}}", rule)
    assert in_spec(text, only=(520,)) == []
