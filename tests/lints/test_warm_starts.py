"""MG577: many post-norm layers at a high rate from the first step on."""

from __future__ import annotations

import pytest

from .finds import in_spec
from .trained import places, text_of

LAYER = "{TransformerEncoderLayer: {nhead: 2, dim_feedforward: 32%s}, repeat: %d}"
DATA = "data: {npz: a.npz}"
ADAM = "optimizer: {Adam: {lr: 0.001}}"
BLOCKS = """blocks:
  Post:
    layers:
      - {Linear: 16, name: one}
      - {add: , from: [one, input], name: x}
      - {LayerNorm: , name: y}
      - {Linear: 16, name: two}
      - {add: , from: [two, y], name: z}
      - LayerNorm
  Pre:
    layers:
      - LayerNorm
      - {Linear: 16, name: one}
      - {add: , from: [one, input], name: x}
      - LayerNorm
      - {Linear: 16, name: two}
      - {add: , from: [two, x]}
"""
STACK = "{TransformerEncoder: {nhead: 2, num_layers: %d, dim_feedforward: 32}}"


def _text(layers: str, training: str) -> str:
    layers = f"[{layers}, {{select: {{dim: 1, index: 0}}}}, {{Linear: 10}}]"
    blocks = BLOCKS if "Post" in layers or "Pre" in layers else ""
    return blocks + text_of(f"{DATA}\n{training}", layers, "[6, 16]")


@pytest.mark.parametrize(
    ("layers", "codes"),
    [
        (LAYER % ("", 18), [577]),
        (LAYER % ("", 12), [577]),
        (LAYER % ("", 8), []),
        (LAYER % (", norm_first: true", 18), []),
        (
            STACK % 12,
            [577],
        ),
        (STACK % 6, []),
        ("{Post: , repeat: 14}", [577]),
        ("{Post: , repeat: 6}", []),
        ("{Pre: , repeat: 14}", []),
    ],
)
def test_depths(layers: str, codes: list[int]) -> None:
    assert in_spec(_text(layers, ADAM), only=(577,)) == codes


@pytest.mark.parametrize(
    ("training", "marked"),
    [
        ("optimizer: {AdamW: {lr: 0.0005}}", ["0.0005"]),
        (f"{ADAM}\nscheduler: CosineAnnealingLR", ["0.001"]),
        (f"{ADAM}\nscheduler: {{StepLR: {{step_size: 5}}}}", ["0.001"]),
        (f"{ADAM}\nscheduler: {{CosineAnnealingLR: , warmup: 1}}", []),
        (f"{ADAM}\nscheduler: {{LinearLR: {{start_factor: 0.01}}}}", []),
        ("scheduler: {OneCycleLR: {max_lr: 0.001}}\noptimizer: Adam", []),
        ("optimizer: {Adam: {lr: 0.0001}}", []),
        ("optimizer: {RAdam: {lr: 0.001}}", []),
        ("optimizer: {SGD: {lr: 0.1}}", []),
        (f"{ADAM}\nweights: a.pt", []),
    ],
)
def test_rates(training: str, marked: list[str]) -> None:
    assert places("MG577", _text(LAYER % ("", 18), training)) == marked


def test_initial_values_may_make_up_for_it() -> None:
    text = _text(LAYER % ("", 18), ADAM)
    rule = "init: {matrices: {xavier_uniform_: {gain: 0.2}}}\n"
    assert in_spec(rule + text, only=(577,)) == []
