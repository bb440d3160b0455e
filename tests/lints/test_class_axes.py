"""MG535: a softmax at the end over places, and not over classes."""

from __future__ import annotations

import pytest

from .finds import finds


@pytest.mark.parametrize("function", ["Softmax", "softmax", "log_softmax"])
def test_classes_of_each_step(function: str) -> None:
    def found(classes: int, dim: int, *more: str) -> list[int]:
        last = (f"Linear: {classes}", f"{function}: {{dim: {dim}}}", *more)
        return finds("GRU: 4", *last, image="[6, 3]", only=(535,))

    assert found(5, 1) == found(5, -2) == [535]
    assert found(5, 2) == found(5, -1) == []
    assert found(2, 1) == found(1, 1) == []
    assert found(5, 1, "transpose: {dim0: 1, dim1: 2}") == []


@pytest.mark.parametrize("dim", [-1, 2, 3])
def test_classes_of_each_pixel(dim: int) -> None:
    conv = "Conv2d: {out_channels: 5, kernel_size: 1}"
    assert finds(conv, f"softmax: {dim}", only=(535,)) == [535]
    assert finds(conv, "Dropout: 0.1", f"softmax: {dim}", only=(535,)) == [535]
    assert finds(conv, "softmax: 1", only=(535,)) == []
    assert finds(conv, f"softmax: {dim}", "mean: 1", only=(535,)) == []


def test_places_of_a_signal_and_of_all_pixels() -> None:
    signal = "Conv1d: {out_channels: 5, kernel_size: 1}"
    assert finds(signal, "softmax: -1", image="[3, 9]", only=(535,)) == []
    conv = "Conv2d: {out_channels: 5, kernel_size: 1}"
    assert finds(conv, "flatten: 2", "softmax: -1", only=(535,)) == []
