"""MG522: normalizations that do not normalize."""

from __future__ import annotations

import pytest

from mlpgen.diagnostics.explanations.explanation import spec

from .trained import found, places

SHAPES = {"1d": "[8]", "2d": "[8, 5, 5]", "3d": "[8, 4, 4, 4]"}


@pytest.mark.parametrize(
    ("norm", "marked"),
    [
        ("BatchNorm{}: {{momentum: 0}}", ["0"]),
        ("BatchNorm{}: {{momentum: 0.9}}", ["0.9"]),
        ("BatchNorm{}: {{momentum: 0.99}}", ["0.99"]),
        ("BatchNorm{}: {{momentum: 1}}", ["1"]),
        ("SyncBatchNorm: {{momentum: 0.99}}", ["0.99"]),
        ("BatchNorm{}: {{eps: 1.0}}", ["1.0"]),
        ("BatchNorm{}: {{eps: 100, momentum: 0}}", ["100", "0"]),
        ("BatchNorm{}: {{eps: 0.8}}", ["0.8"]),
        ("BatchNorm{}: {{eps: 0.01}}", []),
        ("LayerNorm: {{eps: 2}}", ["2"]),
        ("LayerNorm: {{eps: 0}}", ["0"]),
        ("GroupNorm: {{num_groups: 2, eps: 10}}", ["10"]),
        ("RMSNorm: {{eps: 0}}", ["0"]),
        ("BatchNorm{}", []),
        ("BatchNorm{}: {{momentum: 0.5, eps: 0.001}}", []),
        ("BatchNorm{}: {{momentum: null}}", []),
        ("BatchNorm{}: {{momentum: 0.99, track_running_stats: false}}", []),
        ("LayerNorm: {{eps: 1.0e-12}}", []),
        ("RMSNorm", []),
        ("GroupNorm: {{num_groups: 2}}", []),
    ],
)
@pytest.mark.parametrize("dimensions", SHAPES)
def test_arguments(norm: str, marked: list[str], dimensions: str) -> None:
    layer = norm.format(dimensions)
    text = spec(layer, image=SHAPES[dimensions])
    assert places("MG522", text) == marked


@pytest.mark.parametrize(
    ("tracks", "marked"), [(", track_running_stats: true", ["0.99"]), ("", [])]
)
def test_instances_have_running_statistics_if_asked(
    tracks: str, marked: list[str]
) -> None:
    norm = f"InstanceNorm2d: {{momentum: 0.99{tracks}}}"
    assert places("MG522", spec(norm, image="[8, 5, 5]")) == marked


def test_the_share_of_keras_is_turned_round() -> None:
    text = spec("BatchNorm1d: {momentum: 0.99}", image="[8]")
    ((level, message, _),) = found("MG522", text)
    assert (level, message) == (
        "warning",
        "`batch_norm1d_1` takes its mean and variance for evaluation to 99% from the "
        "last batch",
    )
