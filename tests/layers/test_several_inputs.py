"""Layers with several inputs or parts: what they refuse, and how parts are selected."""

from __future__ import annotations

from typing import Any

import pytest
from torch import nn

from mlpgen.layers.base import Call, ShapeError, Value
from mlpgen.layers.transformer import TransformerEncoderLayer
from mlpgen.symbols.sizes import Size, code_of

from .harness import ours, theirs

SEQUENCE = Value((20, 16))
NUMBERS = Value((20,), "int64")


@pytest.mark.parametrize(
    ("name", "arguments", "values", "code", "words"),
    [
        (
            "LSTM",
            {"hidden_size": 8, "batch_first": False},
            [SEQUENCE],
            "MG311",
            "(L, N",
        ),
        ("LSTM", {"hidden_size": 8, "proj_size": 8}, [SEQUENCE], "MG311", "smaller"),
        ("LSTM", {"hidden_size": 8}, [NUMBERS], "MG315", "got int64"),
        ("LSTM", {"hidden_size": 8, "input_size": 3}, [SEQUENCE], "MG301", "16"),
        ("GRU", {"hidden_size": 8}, [Value((16,))], "MG302", "(N, 16)"),
        (
            "Embedding",
            {"num_embeddings": 9, "embedding_dim": 2},
            [SEQUENCE],
            "MG315",
            "",
        ),
        (
            "MultiheadAttention",
            {"num_heads": 3},
            [SEQUENCE],
            "MG304",
            "the 16 features",
        ),
        (
            "MultiheadAttention",
            {"num_heads": 2},
            [SEQUENCE, Value((5, 16)), Value((6, 16))],
            "MG313",
            "(N, 5, 16) and (N, 6, 16)",
        ),
        (
            "MultiheadAttention",
            {"num_heads": 2, "kdim": 4},
            [SEQUENCE, Value((5, 6))],
            "MG301",
            "kdim",
        ),
        (
            "Transformer",
            {"nhead": 2},
            [SEQUENCE, Value((5, 8))],
            "MG313",
            "(N, 20, 16) and (N, 5, 8)",
        ),
        (
            "Bilinear",
            {"out_features": 2},
            [SEQUENCE, Value((5, 8))],
            "MG313",
            "(N, 20, 16) and (N, 5, 8)",
        ),
        (
            "RNNCell",
            {"hidden_size": 2},
            [Value((4,)), Value((3,))],
            "MG313",
            "(N, 2), but is (N, 3)",
        ),
        (
            "MaxUnpool1d",
            {"kernel_size": 2},
            [SEQUENCE, SEQUENCE],
            "MG315",
            "got float32 instead of int64",
        ),
    ],
)
def test_refusals(
    name: str, arguments: dict[str, Any], values: list[Value], code: str, words: str
) -> None:
    with pytest.raises(ShapeError) as found:
        ours(name, arguments, tuple(values))
    assert found.value.code == code
    assert words in found.value.message


def test_the_batch_comes_first() -> None:
    layer, _ = ours("GRU", {"hidden_size": 8}, (SEQUENCE,))
    assert layer.arguments() == {
        "input_size": 16,
        "hidden_size": 8,
        "batch_first": True,
    }


@pytest.mark.parametrize(
    ("both", "final"),
    [(False, "{}[-1]"), (True, "torch.cat([{0}[-2], {0}[-1]], dim=1)")],
)
def test_parts_of_recurrent_layers(both: bool, final: str) -> None:
    arguments = {"hidden_size": 8, "proj_size": 3, "bidirectional": both}
    layer, results = ours("LSTM", arguments, (SEQUENCE,))
    assert list(results) == ["output", "hidden", "last", "cell", "h_n", "c_n"]
    assert results["output"].shape == (20, 3 * (1 + both))
    assert results["cell"].shape == (8 * (1 + both),)
    assert layer.returned() == ("output", ("hidden", "cell"))
    assert layer.picks((SEQUENCE,)) == {
        "hidden": ("hidden", final),
        "last": ("output", "{}[:, -1]"),
        "cell": ("cell", final),
        "h_n": ("hidden", "{}.transpose(0, 1)"),
        "c_n": ("cell", "{}.transpose(0, 1)"),
    }


def test_calls_between_layers() -> None:
    layer, _ = ours("MultiheadAttention", {"num_heads": 2}, (SEQUENCE,))
    quiet = {"need_weights": False}
    assert layer.called((SEQUENCE,) * 1) == Call((0, 0, 0), quiet)
    assert layer.called((SEQUENCE,) * 2) == Call((0, 1, 1), quiet)
    assert layer.called((SEQUENCE,) * 3) == Call((0, 1, 2), quiet)


def test_sizes_that_are_equal_by_chance_stand_in_the_call() -> None:
    """The class can be made with others."""
    width = Size.parameter("width", 16)
    memory = Value((5, width))
    layer, _ = ours("MultiheadAttention", {"num_heads": 2}, (SEQUENCE, memory))
    assert layer.arguments()["kdim"] is width
    layer, _ = ours("MultiheadAttention", {"num_heads": 2}, (memory, memory))
    assert "kdim" not in layer.arguments()


def test_nested_layers() -> None:
    arguments = {"nhead": 2, "dim_feedforward": 8, "num_layers": 3}
    layer, _ = ours("TransformerEncoder", arguments, (SEQUENCE,))
    wide = Size.parameter("wide", 8)
    inner = layer.model_copy(update={"dim_feedforward": wide}).nested()[""]
    assert isinstance(inner, TransformerEncoderLayer)
    assert type(inner) is TransformerEncoderLayer
    assert code_of(inner.arguments()["dim_feedforward"]) == "wide"
    assert list(inner.arguments()) == [
        "d_model",
        "nhead",
        "dim_feedforward",
        "batch_first",
    ]
    assert layer.arguments() == {"num_layers": 3}
    module = theirs(layer)
    assert isinstance(module, nn.TransformerEncoder)
    layer, _ = ours("TransformerEncoder", {**arguments, "nhead": 1}, (SEQUENCE,))
    assert layer.arguments() == {"num_layers": 3, "enable_nested_tensor": False}


@pytest.mark.parametrize("name", ["RNN", "TransformerEncoder", "TransformerDecoder"])
def test_counting_takes_no_time(name: str) -> None:
    """The number of layers may be a typo."""
    arguments = {"RNN": {"hidden_size": 8}}.get(name, {"nhead": 2})
    values = (SEQUENCE, SEQUENCE)[: 1 + name.endswith("Decoder")]
    layer, _ = ours(name, {**arguments, "num_layers": 2}, values)
    most = layer.model_copy(update={"num_layers": 2**40})
    assert most.parameters() > 2**40
    assert most.work(values, most.results(values)) > 2**40
