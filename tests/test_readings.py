"""Losses of one output that read it differently, as a number or its logarithm."""

from __future__ import annotations

from typing import Any

import pytest

from mlpgen.graph.training.readings import MADE_BY, READ
from mlpgen.training import LOSSES

from .networks import network

COUNTS: dict[str, Any] = {"PoissonNLLLoss": {}}
LOGIT = "BCEWithLogitsLoss"
OWN = {"custom": {"path": "mine.py", "function": "gap"}}
CASES: dict[str, tuple[list[Any], list[str]]] = {
    "counts": (
        [COUNTS, "MSELoss"],
        ["`PoissonNLLLoss` takes `a` as a logarithm, but `MSELoss` as the number"],
    ),
    "in another order, with weights": (
        [{"L1Loss": {}, "weight": 0.1}, OWN, COUNTS],
        ["`L1Loss` takes `a` as the number itself, but `PoissonNLLLoss` as a log"],
    ),
    "each that differs": (
        [COUNTS, "HuberLoss", "MSELoss"],
        ["but `HuberLoss` as the", "but `MSELoss` as the"],
    ),
    "logits": ([LOGIT, "MSELoss"], ["takes `a` as a logit, but `MSELoss` as"]),
    "both": ([LOGIT, COUNTS], ["as a logit, but `PoissonNLLLoss` as a logarithm"]),
    "numbers": (["MSELoss", "L1Loss", "SmoothL1Loss"], []),
    "counts themselves": (
        [
            {"PoissonNLLLoss": {"log_input": False}, "on": "b"},
            {"MSELoss": {}, "on": "b"},
        ],
        [],
    ),
    "the same": ([COUNTS, COUNTS], []),
    "own": ([COUNTS, OWN], []),
    "two outputs": ([COUNTS, {"MSELoss": {}, "on": "b"}], []),
}


@pytest.mark.parametrize("name", CASES)
def test_losses_read_an_output_alike(name: str) -> None:
    losses, warned = CASES[name]
    spec = {
        "name": "Counter",
        "input": [3],
        "layers": [
            {"Linear": 1, "name": "a"},
            {"exp": None, "name": "b"},
        ],
        "outputs": ["a", "b"],
        "training": {
            "data": {"csv": "x.csv", "target": "y"},
            "loss": losses,
            "optimizer": "Adam",
        },
    }
    found = [each for each in network(spec).warnings if each.code == "MG410"]
    assert len(found) == len(warned)
    for each, said in zip(found, warned, strict=True):
        assert said in each.message


def test_every_way_to_read_has_words() -> None:
    ways = {LOSSES[name]().inverse for name in LOSSES if LOSSES[name].restores}
    assert ways == {*READ}
    assert ways == {"", *MADE_BY}
