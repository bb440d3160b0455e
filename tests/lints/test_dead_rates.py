"""MG558, MG567: rates that are nothing before the training ends, or never change."""

from __future__ import annotations

import pytest

from .trained import found, places, text_of


@pytest.mark.parametrize(
    ("written", "faulty"),
    [
        ("PolynomialLR", True),
        ("{PolynomialLR: 6}", True),
        ("{PolynomialLR: 10}", False),
        ("{PolynomialLR: 9}", False),
        ("{StepLR: {step_size: 1}}", True),
        ("{StepLR: {step_size: 1, gamma: 0.7}}", False),
        ("{StepLR: {step_size: 3}}", False),
        ("{StepLR: {step_size: 3}, per: step}", True),
        ("{StepLR: {step_size: 3000}, per: step}", False),
        ("{ExponentialLR: 0.9}", False),
        ("{ExponentialLR: 0.1}", True),
        ("{ExponentialLR: 0}", True),
        ("{ExponentialLR: 0.95, per: step}", True),
        ("{ExponentialLR: 0.999, per: step}", False),
        ("{ExponentialLR: 2}", True),
        ("{ExponentialLR: -0.5}", True),
        ("{ExponentialLR: 1.1}", False),
        ("{MultiStepLR: {milestones: [3, 6, 8]}}", False),
        ("{MultiStepLR: {milestones: [3, 6], gamma: 0}}", True),
        ("{LinearLR: {start_factor: 1, end_factor: 0, total_iters: 5}}", True),
        ("{LinearLR: {start_factor: 1, end_factor: 0.1, total_iters: 5}}", False),
        ("{LinearLR: {start_factor: 1, end_factor: 0, total_iters: 10}}", False),
        ("LinearLR", False),
        ("ConstantLR", False),
        ("CosineAnnealingLR", False),
        ("{CosineAnnealingLR: 9}", False),
        ("{CosineAnnealingWarmRestarts: {T_0: 2, T_mult: 2}}", False),
        ("{OneCycleLR: {max_lr: 0.1}}", False),
        ("{ReduceLROnPlateau: {patience: 2}}", False),
        ("{CosineAnnealingLR: , warmup: 2}", False),
        ("{PolynomialLR: 3, warmup: 2}", True),
        (
            "{SequentialLR: {schedulers: [{LinearLR: {total_iters: 2}}, "
            "{PolynomialLR: 3}], milestones: [2]}}",
            True,
        ),
        (
            "{SequentialLR: {schedulers: [{LinearLR: {total_iters: 2}}, "
            "{CosineAnnealingLR: {T_max: 8}}], milestones: [2]}}",
            False,
        ),
        ("{ChainedScheduler: [{LinearLR: {total_iters: 2}}, PolynomialLR]}", True),
        ("{ChainedScheduler: [{LinearLR: {total_iters: 2}}, {StepLR: 4}]}", False),
    ],
)
def test_what_becomes_of_the_rate(written: str, faulty: bool) -> None:
    assert bool(places("MG558", text_of(f"scheduler: {written}"))) == faulty


def test_the_message_says_when() -> None:
    assert found("MG558", text_of("scheduler: {PolynomialLR: {total_iters: 5}}")) == [
        (
            "warning",
            "nothing is learned after 50% of the epochs: the rate is nearly 0",
            "PolynomialLR",
        )
    ]


@pytest.mark.parametrize(
    ("written", "marked"),
    [
        ("{ExponentialLR: 1.0}", ["1.0"]),
        ("{StepLR: {step_size: 3, gamma: 1}}", ["1"]),
        ("{MultiStepLR: {milestones: [3], gamma: 1.0}}", ["1.0"]),
        ("{ConstantLR: {factor: 1}}", ["1"]),
        ("{LinearLR: {start_factor: 1, total_iters: 3}}", ["1"]),
        ("{ExponentialLR: 0.99}", []),
        ("{StepLR: 3}", []),
        ("{CyclicLR: {base_lr: 0.01, max_lr: 0.1, step_size_up: 500}}", []),
        ("{ExponentialLR: 1.0, warmup: 2}", []),
        (
            "{SequentialLR: {schedulers: [{ConstantLR: {factor: 1}}, "
            "{ExponentialLR: 0.9}], milestones: [3]}}",
            [],
        ),
    ],
)
def test_a_schedule_that_does_nothing(written: str, marked: list[str]) -> None:
    assert places("MG567", text_of(f"scheduler: {written}")) == marked


def test_a_rate_that_is_nothing_at_once() -> None:
    written = "scheduler: {StepLR: {step_size: 5}, per: step}"
    ((_, message, _),) = found("MG558", text_of(written))
    assert "nothing is learned after the first steps: " in message
