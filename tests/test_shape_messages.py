"""What mistakes of shapes say, word for word: the right sizes stand in the messages."""

from __future__ import annotations

from typing import Any

import pytest

from .test_false_alarms import said

INT64 = "declare an input as `{tokens: {shape: […], dtype: int64}}`"
TOKENS = {"tokens": {"shape": [8], "dtype": "int64"}}
ALIKE = {"a": [3, 8], "b": [3, 8]}
LENGTHS = {"a": [3, 8], "b": [4, 8], "c": [5, 8]}
FOLD = {"Fold": {"output_size": 4, "kernel_size": 2}}
MASKED = {"MultiheadAttention": {"num_heads": 2, "key_padding_mask": True}}
ATTENTION: dict[str, Any] = {"MultiheadAttention": {"num_heads": 2}}
SAME = {"Conv2d": {"out_channels": 4, "kernel_size": 3, "stride": 2, "padding": "same"}}
CROPPED = {"ConvTranspose2d": {"out_channels": 4, "kernel_size": 1, "padding": 9}}
MOVED = {"movedim": {"source": [1, 2], "destination": [1]}}
UNFLATTENED = {"Unflatten": {"dim": 1, "unflattened_size": [2, 3]}}
PROJECTED = {"LSTM": {"hidden_size": 4, "proj_size": 4}}


@pytest.mark.parametrize(
    ("entry", "shape", "code", "message"),
    [
        (FOLD, (6, 9), "MG304", "the 4 values of a kernel do not divide the size 6"),
        (FOLD, (4, 8), "MG301", "`output_size` needs 9 patches, but got 8"),
        (
            {"repeat": [2]},
            (3, 8),
            "MG302",
            "`repeat` has 1 numbers, but (N, 3, 8) has 2 sizes without the batch",
        ),
        (
            {"Upsample": {"size": [4, 4, 4]}},
            (3, 8, 8),
            "MG311",
            "there are 3 values, but (N, 3, 8, 8) has 2 sizes",
        ),
        (
            {"PixelShuffle": 2},
            (3, 8),
            "MG302",
            "`PixelShuffle` expects (N, C, H, W), but got (N, 3, 8)",
        ),
        (
            {"PixelUnshuffle": 3},
            (3, 8, 9),
            "MG304",
            "`downscale_factor` 3 does not divide the size 8",
        ),
        (SAME, (3, 8, 8), "MG311", "`padding: same` requires a stride of 1"),
        (
            {"ReflectionPad2d": 9},
            (3, 8, 8),
            "MG307",
            "`padding` 9 is too large for the size 8",
        ),
        (
            {"ZeroPad2d": -4},
            (3, 8, 8),
            "MG303",
            "`padding` -4 and -4 leave nothing of the size 8",
        ),
        (CROPPED, (3, 8, 8), "MG303", "`padding` 9 leaves nothing of the size 8"),
        (
            PROJECTED,
            (3, 8),
            "MG311",
            "`proj_size` 4 must be smaller than `hidden_size` 4",
        ),
        (UNFLATTENED, (8,), "MG309", "2 × 3 is 6, but dimension 1 has 8"),
        (
            MOVED,
            (3, 8),
            "MG311",
            "`source` has 2 dimensions, but `destination` has 1",
        ),
        (
            {"matmul": None, "from": ["a", "b"]},
            ALIKE,
            "MG313",
            "`matmul` cannot multiply (N, 3, 8) and (N, 3, 8)",
        ),
        (
            {"scaled_dot_product_attention": None, "from": ["a", "a", "a"]},
            {"a": [8]},
            "MG313",
            "`scaled_dot_product_attention` cannot multiply (N, 8) and (N, 8) and "
            "(N, 8)",
        ),
        (
            {"scaled_dot_product_attention": None, "from": ["a", "b", "b"]},
            {"a": [3, 8], "b": {"shape": [3, 8], "dtype": "int64"}},
            "MG315",
            "`scaled_dot_product_attention` expects float32 and a mask of bool or "
            "float32, but got float32, int64, int64",
        ),
        (
            {"MaxPool2d": 2},
            (8, 8),
            "MG302",
            "`MaxPool2d` expects (N, C, H, W), but got (N, 8, 8)",
        ),
        (
            {"where": 0.0, "from": ["a", "b"]},
            ALIKE,
            "MG315",
            "the first input of `where` must be bool, but is float32",
        ),
        (
            {"where": None, "from": ["a", "b"]},
            ALIKE,
            "MG314",
            "`where` expects a mask and two tensors, with the number `input` or "
            "`other` in the place of a tensor",
        ),
        (
            {"CosineSimilarity": {"dim": 3}, "from": ["a", "b"]},
            ALIKE,
            "MG308",
            "`dim` is 3, but (N, 3, 8) has 3 dimensions",
        ),
        (
            {"PairwiseDistance": None, "from": ["a", "b"]},
            {"a": [3, 8], "b": [3, 7]},
            "MG313",
            "`PairwiseDistance` cannot combine (N, 3, 8) and (N, 3, 7)",
        ),
        (
            {"Bilinear": 4, "from": ["a", "b"]},
            {"a": [3, 8], "b": [4, 7]},
            "MG313",
            "the inputs of `Bilinear` may differ in their last size only, but got "
            "(N, 3, 8) and (N, 4, 7)",
        ),
        (
            {**ATTENTION, "from": ["a", "b", "c"]},
            LENGTHS,
            "MG313",
            "key and value must have the same length, but they are (N, 4, 8) and "
            "(N, 5, 8)",
        ),
        (
            {"index_select": 1, "from": ["a", "b"]},
            {"a": [3, 8], "b": {"shape": [3, 8], "dtype": "int64"}},
            "MG313",
            "the index of `index_select` must have one dimension and no batch, but got "
            "(N, 3, 8)",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_messages(entry: Any, shape: Any, code: str, message: str) -> None:
    (only,) = said(entry, shape=shape)
    assert (only.code, only.message) == (code, message)


@pytest.mark.parametrize(
    ("entry", "shape", "message", "help"),
    [
        (
            {"Embedding": {"num_embeddings": 10, "embedding_dim": 4}},
            (8,),
            "`Embedding` expects int64, but got float32",
            INT64,
        ),
        ({"Linear": 4}, TOKENS, "`Linear` expects float32, but got int64", ""),
        (
            MASKED,
            (3, 8),
            "`MultiheadAttention` with `key_padding_mask` takes 2 to 4 inputs, not 1",
            "put the masks last in `from`",
        ),
        (
            {**ATTENTION, "from": ["a"] * 4},
            {"a": [3, 8]},
            "`MultiheadAttention` takes 1 to 3 inputs, not 4",
            "`key_padding_mask: true` adds a mask to the inputs",
        ),
        (
            {"LSTM": {"hidden_size": 4}, "from": ["x", "h"]},
            {"x": [5, 8], "h": [4]},
            "`LSTM` needs both a hidden state and a cell, or neither",
            "list both: `from: [input, encoder.hidden, encoder.cell]`",
        ),
    ],
)
def test_help(entry: Any, shape: Any, message: str, help: str) -> None:
    (only,) = said(entry, shape=shape)
    assert (only.message, only.help) == (message, help)


def test_a_distance_of_numbers_without_features_is_refused() -> None:
    means = [{"mean": {"dim": 1}, "name": f"m{x}", "from": x} for x in "ab"]
    distance = {"PairwiseDistance": None, "from": ["ma", "mb"]}
    (only,) = said(*means, distance, shape={"a": [3], "b": [3]})
    message = "`PairwiseDistance` expects (N, *, C), but got (N,)"
    assert (only.code, only.message) == ("MG302", message)


@pytest.mark.parametrize(
    ("index", "code"), [(-9, "MG303"), (-8, ""), (7, ""), (8, "MG303")]
)
def test_indices_count_from_either_end(index: int, code: str) -> None:
    found = said({"select": {"dim": 1, "index": index}}, "neg", shape=(8,))
    assert "".join(each.code for each in found) == code


@pytest.mark.parametrize(("index", "right"), [(-11, 0), (-10, 1), (9, 1), (10, 0)])
def test_the_padding_of_an_embedding_is_one_of_its_rows(index: int, right: int) -> None:
    given = {"num_embeddings": 10, "embedding_dim": 4, "padding_idx": index}
    tokens = {"tokens": {"shape": [8], "dtype": "int64"}}
    assert bool(said({"Embedding": given}, shape=tokens)) is not bool(right)
