"""Layers for sequences that get a sequence of one step."""

from __future__ import annotations

import pytest

from .finds import in_spec
from .short import rows, written

ALONE = """
{unsqueeze: 1}, {LSTM: 4}
{unsqueeze: 1}, {GRU: {hidden_size: 4, bidirectional: true}}
{reshape: [1, 8]}, {RNN: 4}
{unsqueeze: 1}, {TransformerEncoderLayer: {nhead: 2}}
{unsqueeze: 1}, {TransformerEncoder: {nhead: 2, num_layers: 2}}
{unsqueeze: 1}, {MultiheadAttention: {num_heads: 2}, \
from: [unsqueeze_1, unsqueeze_1, unsqueeze_1]}
"""
RIGHT = """
{unsqueeze: 2}, {LSTM: 4}
{reshape: [2, 4]}, {GRU: 4}
{reshape: [2, 4]}, {TransformerEncoderLayer: {nhead: 2}}
# A state comes in, or another sequence.
{Linear: 4, name: state}, {unsqueeze: 1, from: input}, \
{GRU: 4, from: [unsqueeze_1, state]}
{reshape: [2, 4], name: a}, {Linear: 4, from: input}, {unsqueeze: 1, name: b}, \
{MultiheadAttention: {num_heads: 2}, from: [b, a, a]}
{reshape: [2, 4], name: a}, {Linear: 4, from: input}, {unsqueeze: 1, name: b}, \
{TransformerDecoderLayer: {nhead: 2}, from: [a, b]}
"""


@pytest.mark.parametrize("layers", rows(ALONE))
def test_one_step(layers: str) -> None:
    assert in_spec(written(layers, "[8]"), only=(526,)) == [526]


@pytest.mark.parametrize("layers", rows(RIGHT))
def test_several_steps_or_something_to_see(layers: str) -> None:
    assert in_spec(written(layers, "[8]"), only=(526,)) == []
