"""Gradients of a generated model against those of the original."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from mlpgen.importer.recorder.gradients import gradients


class Larger(nn.Module):
    """The larger one of two products, the second by a hair."""

    def __init__(self, factor: float = 1.0) -> None:
        super().__init__()
        self.one = nn.Parameter(torch.ones(1))
        self.other = nn.Parameter(torch.ones(1))
        self.factor = factor
        self.register_buffer("count", torch.tensor(2))

    def first(self, x: Tensor) -> Tensor:
        return self.one * (x * 0.3)

    def forward(self, x: Tensor) -> Tensor:
        return self.factor * torch.maximum(
            self.first(x), self.other * (x * 0.3 * (1 + 1e-9))
        )


class InAnotherOrder(Larger):
    """The same in another order of the products."""

    def first(self, x: Tensor) -> Tensor:
        return (self.one * x * 0.1 + self.one * x * 0.2) * 1.0


def compared(original: nn.Module, model: nn.Module) -> tuple[str, str]:
    inputs = {"x": torch.rand(64, generator=torch.Generator().manual_seed(1))}
    return gradients(original, model, inputs, [])


def test_what_rounding_decides_is_decided_in_double_precision() -> None:
    original, model = Larger(), InAnotherOrder()
    fails, detail = compared(original, model)
    assert not fails
    assert detail == "equal in double precision; in single, rounding decides otherwise"


def test_the_models_are_as_before() -> None:
    original, model = Larger(), InAnotherOrder()
    compared(original, model)
    for each in (original, model):
        assert {p.dtype for p in each.parameters()} == {torch.float32}
        assert each.count.dtype == torch.int64
        assert [*each.state_dict()] == ["one", "other", "count"]


@pytest.mark.parametrize("factor", [1.01, 0.5])
def test_other_gradients_differ_in_double_precision_too(factor: float) -> None:
    fails, _ = compared(Larger(), Larger(factor))
    assert fails.startswith("they differ by")


def test_equal_gradients_are_equal_to_the_bit() -> None:
    assert compared(Larger(), Larger()) == ("", "equal to the bit")
