"""The last step of two directions, and the first of one, wherever it is taken."""

from __future__ import annotations

import pytest

from .finds import finds, in_spec

BOTH = "GRU: {hidden_size: 8, bidirectional: true}"
JOINED = "add:\n    from: [unsqueeze_1, linear_1]"
FIRST = "select: {dim: 1, index: 0}"
LAST = "select: {dim: 1, index: -1}"


@pytest.mark.parametrize(
    ("layers", "codes"),
    [
        ([BOTH, LAST], [323]),
        ([BOTH, "select: {dim: 1, index: 11}"], [323]),
        ([BOTH, "select: {dim: 1, index: 0}"], [323]),
        ([BOTH, "select: {dim: 1, index: 5}"], []),
        ([BOTH, "slice: {dim: 1, start: -1}", "Flatten"], [323]),
        ([BOTH, "slice: {dim: 1, start: 1}"], []),
        ([BOTH, "narrow: {dim: 1, start: 11, length: 1}", "Flatten"], [323]),
        ([BOTH, "Dropout: 0.3", LAST], [323]),
        ([BOTH, "LayerNorm", "Linear: 4", LAST], [323]),
        ([f"{BOTH}\n    repeat: 2", LAST], [323]),
        ([BOTH, "select: {dim: 2, index: -1}"], []),
        ([BOTH, LAST, "slice: {dim: 1, end: 8}"], []),
        (["GRU: 8", LAST], []),
        (["GRU: 8", FIRST], [323]),
        (["LSTM: 8", "Dropout: 0.3", "Linear: 4", FIRST], [323]),
        (["RNN: 8", "slice: {dim: 1, end: 1}", "Flatten"], [323]),
        (["GRU: 8", FIRST, "add:\n    from: [select_1, gru_1.last]"], []),
        (["GRU: 8", "Linear: 8", FIRST, "unsqueeze: 1", JOINED], []),
        (["GRU: 8", "MultiheadAttention: 2", FIRST], []),
        (["LSTM: 8", "GRU: 8\n    from: [input, lstm_1.hidden]", FIRST], []),
        ([BOTH, "GRU: 8", LAST], []),
        ([BOTH, "MultiheadAttention: 2", LAST], []),
    ],
)
def test_steps(layers: list[str], codes: list[int]) -> None:
    assert finds(*layers, image="[12, 4]") == codes


BLOCK = """\
name: Net
input: [12, 4]
blocks:
  Reader:
    layers:
      - %s
layers:
  - Reader
  - Dropout: 0.2
  - select: {dim: 1, index: -1}
"""


def test_a_step_of_what_a_block_reads() -> None:
    assert in_spec(BLOCK % BOTH) == [323]
    assert in_spec(BLOCK % "GRU: 8") == []
