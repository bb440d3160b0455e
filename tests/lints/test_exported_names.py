"""Names of layers that graphs of torch.export have for themselves."""

from __future__ import annotations

import pytest

from .finds import finds


@pytest.mark.parametrize(
    "layer",
    [
        "Linear: 8\n    name: code",
        "Linear: 8\n    name: meta\n    repeat: 2",
        "Sequential: [{Linear: 8}]\n    name: graph",
        "parameter: {shape: [8], init: ones_}\n    name: code",
    ],
)
def test_a_hint_only(layer: str) -> None:
    used = ["add:\n    from: [input, code]"] if "parameter" in layer else []
    assert finds(layer, *used, image="[8]", hints=True, only=(232,)) == [232]
    assert finds(layer, *used, image="[8]", only=(232,)) == []


@pytest.mark.parametrize(
    "layer",
    [
        "Linear: 8\n    name: latent",
        "relu:\n    name: code",
        "Sequential: [{Linear: 8, name: code}]\n    name: encoder",
    ],
)
def test_names_that_are_free(layer: str) -> None:
    assert finds(layer, image="[8]", hints=True, only=(232,)) == []
