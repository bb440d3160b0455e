"""MG551: schedules that are longer than the training."""

from __future__ import annotations

import pytest

from mlpgen import api

from ..networks import network_of
from .trained import found, places, text_of


def scheduler(written: str, rest: str = "") -> str:
    return text_of(f"scheduler: {written}\n{rest}")


LONG = {
    # 10 epochs; of MNIST 937 steps each
    "{StepLR: {step_size: 30}}": ["30"],
    "{StepLR: 10}": ["10"],
    "{MultiStepLR: {milestones: [5, 30, 60]}}": ["30", "60"],
    "{MultiStepLR: [10]}": ["10"],
    "{LinearLR: {start_factor: 0.1, total_iters: 20}}": ["20"],
    "{LinearLR: {start_factor: 1, end_factor: 0.1, total_iters: 50}}": ["50"],
    "{ConstantLR: {factor: 0.1, total_iters: 10}}": ["10"],
    "{PolynomialLR: 100}": ["100"],
    "{CosineAnnealingLR: {T_max: 100}}": ["100"],
    "{CosineAnnealingLR: 5}": ["5"],
    "{CosineAnnealingLR: 1}": ["1"],
    "{CosineAnnealingLR: {T_max: 10}, per: step}": ["10"],
    "{CosineAnnealingWarmRestarts: {T_0: 50}}": ["50"],
    "ReduceLROnPlateau": ["ReduceLROnPlateau"],
    "{ReduceLROnPlateau: }": ["ReduceLROnPlateau"],
    "{ReduceLROnPlateau: {factor: 0.5}}": ["ReduceLROnPlateau"],
    "{ReduceLROnPlateau: {patience: 8}}": ["8"],
    "{CosineAnnealingLR: , warmup: 20}": ["20"],
    "{CosineAnnealingLR: , warmup: 10, per: step}": ["10"],
    "{StepLR: {step_size: 6}, warmup: 5}": ["6"],
    "{StepLR: {step_size: 10000}, per: step}": ["10000"],
    "{CyclicLR: {base_lr: 0.01, max_lr: 0.1, step_size_up: 20000}}": ["20000"],
    "{SequentialLR: {schedulers: [LinearLR, StepLR: 2], milestones: [20]}}": ["20"],
    "{SequentialLR: {schedulers: [{LinearLR: {total_iters: 5}}, {StepLR: 8}], "
    "milestones: [5]}}": ["8"],
    "{SequentialLR: {schedulers: [{LinearLR: {total_iters: 8}}, {ExponentialLR: 0.9}], "
    "milestones: [4]}}": ["8"],
    "{ChainedScheduler: [{LinearLR: {total_iters: 2}}, {StepLR: 30}]}": ["30"],
    "{ChainedScheduler: {schedulers: [{StepLR: {step_size: 30}}]}}": ["30"],
}


@pytest.mark.parametrize("written", LONG)
def test_a_mark_behind_the_end_is_named(written: str) -> None:
    assert places("MG551", scheduler(written)) == LONG[written]


FITTING = [
    "{StepLR: {step_size: 9}}",
    "{StepLR: {step_size: 5, gamma: 0.5}}",
    "{MultiStepLR: [5, 8]}",
    "LinearLR",
    "{LinearLR: {start_factor: 0.1, total_iters: 10}}",
    "{LinearLR: {start_factor: 1, end_factor: 0.1, total_iters: 12}}",
    "{ConstantLR: {factor: 1, total_iters: 20}}",
    "ConstantLR",
    "{PolynomialLR: 10}",
    "{PolynomialLR: 12}",
    "CosineAnnealingLR",
    "{CosineAnnealingLR: {T_max: 10}}",
    "{CosineAnnealingLR: {T_max: 9}}",
    "{CosineAnnealingLR: 12}",
    "{CosineAnnealingLR: 3}",
    "{CosineAnnealingLR: {T_max: 9370}, per: step}",
    "{CosineAnnealingWarmRestarts: 5}",
    "{CosineAnnealingWarmRestarts: 10}",
    "{ReduceLROnPlateau: {patience: 2}}",
    "{ReduceLROnPlateau: {patience: 7}}",
    "{CosineAnnealingLR: , warmup: 1}",
    "{CosineAnnealingLR: , warmup: 0.5, per: step}",
    "{StepLR: {step_size: 4}, warmup: 5}",
    "{StepLR: {step_size: 30}, per: step}",
    "{StepLR: {step_size: 2000}, per: step}",
    "{ExponentialLR: 0.9}",
    "{OneCycleLR: {max_lr: 0.2}}",
    "{CyclicLR: {base_lr: 0.01, max_lr: 0.1, step_size_up: 500}}",
    "{SequentialLR: {schedulers: [{LinearLR: {total_iters: 2}}, "
    "{CosineAnnealingLR: {T_max: 8}}], milestones: [2]}}",
    "{SequentialLR: {schedulers: [LinearLR, {ExponentialLR: 0.9}], milestones: [4]}}",
    "{SequentialLR: {schedulers: [{ConstantLR: {total_iters: 5}}, "
    "{ExponentialLR: 0.9}], milestones: [5]}}",
    "{ChainedScheduler: [{LinearLR: {total_iters: 2}}, {ExponentialLR: 0.9}]}",
]


@pytest.mark.parametrize("written", FITTING)
def test_a_schedule_that_fits_is_no_fault(written: str) -> None:
    assert places("MG551", scheduler(written)) == []


def test_steps_are_counted_where_the_data_is_known() -> None:
    written = "{StepLR: {step_size: 10000}, per: step}"
    layers, image = "[{Linear: 10}]", "[8]"
    own = text_of(f"data: {{npz: a.npz}}\nscheduler: {written}", layers, image)
    few = text_of(
        f"data: {{npz: a.npz}}\nsubset: 6400\nscheduler: {written}", layers, image
    )
    assert places("MG551", own) == []
    assert places("MG551", few) == ["10000"]


@pytest.mark.parametrize(
    ("rest", "long"),
    [
        ("", False),
        ("subset: 640", True),
        ("batch_size: 6000", True),
        ("accumulate: 100", True),
        ("validation: 0.9", True),
        ("epochs: 1", True),
    ],
)
def test_what_makes_a_training_short_counts(rest: str, long: bool) -> None:
    text = scheduler("{StepLR: {step_size: 1000}, per: step}", rest)
    assert bool(places("MG551", text)) == long


@pytest.mark.parametrize(
    ("training", "marked"),
    [
        ("early_stopping: 10", ["10"]),
        ("early_stopping: 5", []),
        ("early_stopping: 30\nepochs: 100", []),
        ("ema: 0.9999", ["0.9999"]),
        ("ema: 0.999", []),
        ("ema: 0.999\nepochs: 1", ["0.999"]),
        ("ema: 0.999\nepochs: 1\nsubset: 64000", ["0.999"]),
        ("ema: 0.99\nepochs: 1", []),
    ],
)
def test_patience_and_means(training: str, marked: list[str]) -> None:
    assert places("MG551", text_of(training)) == marked


def test_the_message_says_what_never_happens() -> None:
    assert found("MG551", scheduler("{StepLR: {step_size: 30}}", "epochs: 5")) == [
        (
            "warning",
            "the rate never changes: `step_size` is 30, but the training has 5 epochs",
            "30",
        )
    ]


def test_the_length_of_the_training_is_a_second_place() -> None:
    text = scheduler("{StepLR: {step_size: 30}}", "epochs: 5")
    (only,) = (each for each in api.lint(network_of(text)) if each.code == "MG551")
    (label,) = only.labels
    assert label.message == "the training has 5 epochs"
    assert label.place.text.strip() == "epochs: 5"


def test_a_patience_that_stops_nothing_does_no_harm() -> None:
    ((level, message, _),) = found("MG551", text_of("early_stopping: 10"))
    assert level == "hint"
    assert found("MG551", text_of("early_stopping: 30"))[0][0] == "warning"
    assert message == (
        "the training never stops early: `early_stopping` is 10, but the training has "
        "10 epochs"
    )
