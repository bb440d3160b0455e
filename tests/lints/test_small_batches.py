"""MG570: batch normalization of one or two examples."""

from __future__ import annotations

import pytest

from mlpgen.diagnostics.explanations.explanation import trained

from .finds import in_spec


def found(norm: str, size: int, more: str = "") -> list[int]:
    conv = "Conv2d: {out_channels: 4, kernel_size: 3, bias: false}"
    layers = (conv, norm, "ReLU", "Flatten", "Linear: 10")
    return in_spec(trained(*layers, rest=f"  batch_size: {size}\n{more}"), only=(570,))


@pytest.mark.parametrize(("size", "codes"), [(1, [570]), (2, [570]), (3, [])])
def test_a_batch_that_says_nothing(size: int, codes: list[int]) -> None:
    assert found("BatchNorm2d", size) == codes
    assert found("BatchNorm2d", size, "  accumulate: 16\n") == codes
    assert found("BatchNorm2d", size, "  freeze: [conv2d_1]\n") == []
    assert found("GroupNorm: 2", size) == []
