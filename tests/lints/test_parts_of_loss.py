"""MG572: parts of a training that count for nothing."""

from __future__ import annotations

import pytest

from .trained import places, text_of

TWO = """[Flatten, {Linear: 64, name: h}, {Linear: 10, name: logits}, \
{Linear: 784, from: h}, {reshape: [1, 28, 28], name: restored}]
outputs: [logits, restored]"""


@pytest.mark.parametrize(
    ("weight", "marked"),
    [("1000000", ["1000000"]), ("100", []), ("1.0e-6", ["1.0e-6"])],
)
def test_losses(weight: str, marked: list[str]) -> None:
    loss = f"[CrossEntropyLoss, {{MSELoss: , on: restored, weight: {weight}}}]"
    assert places("MG572", text_of(f"loss: {loss}", TWO)) == marked


@pytest.mark.parametrize(
    ("loss", "count"),
    [
        ("{CrossEntropyLoss: {weight: [1, 1, 1, 1, 1, 1, 1, 1, 1, 5000]}}", 1),
        ("{CrossEntropyLoss: {weight: [1, 1, 1, 1, 1, 1, 1, 1, 1, 50]}}", 0),
        ("{CrossEntropyLoss: {weight: balanced}}", 0),
    ],
)
def test_classes(loss: str, count: int) -> None:
    assert len(places("MG572", text_of(f"loss: {loss}"))) == count


@pytest.mark.parametrize(("weight", "count"), [(5000, 1), (20, 0), ("balanced", 0)])
def test_a_rare_class(weight: object, count: int) -> None:
    loss = f"{{BCEWithLogitsLoss: {{pos_weight: {weight}}}}}"
    data = "data: {csv: a.csv, target: kind}"
    text = text_of(f"{data}\nloss: {loss}", "[{Linear: 1}]", "[8]")
    assert len(places("MG572", text)) == count


@pytest.mark.parametrize(("rate", "marked"), [("0", ["0"]), ("0.01", [])])
def test_a_group_without_a_rate(rate: str, marked: list[str]) -> None:
    group = f"{{parameters: linear_1, lr: {rate}}}"
    optimizer = f"optimizer: {{SGD: {{lr: 0.1}}, groups: [{group}]}}"
    assert places("MG572", text_of(optimizer)) == marked
