"""MG552, MG553: learning rates that are left out, or far outside of the bearable."""

from __future__ import annotations

import pytest

from .trained import found, places, text_of

REGRESSION = "[{Linear: 64}, ReLU, {Linear: 1}]"
OWN = "data: {npz: a.npz}"


def optimizer(written: str, rest: str = "") -> str:
    return text_of(f"optimizer: {written}\n{rest}")


def regression(written: str, rest: str = "", layers: str = REGRESSION) -> str:
    keys = f"{OWN}\nloss: MSELoss\noptimizer: {written}\n{rest}"
    return text_of(keys, layers, "[8]")


@pytest.mark.parametrize(
    ("written", "marked"),
    [
        ("SGD", ["SGD"]),
        ("{SGD: }", ["SGD"]),
        ("{SGD: {momentum: 0.9}}", ["SGD"]),
        ("{SGD: {weight_decay: 1.0e-4}, no_decay: [bias]}", ["SGD"]),
        ("{SGD: {momentum: 0.9}, groups: [{kind: bias, lr: 0.1}]}", ["SGD"]),
        ("{Adam: {lr: 0.001}, groups: [{kind: bias, SGD: {}}]}", ["SGD"]),
        ("{SGD: {lr: 0.1}}", []),
        ("{SGD: 0.1}", []),
        ("{SGD: {lr: 0.001}}", []),
        ("Adam", []),
        ("ASGD", []),
        ("{SGD: {lr: 0.1}, groups: [{kind: bias, momentum: 0.9}]}", []),
        ("{SGD: {}, groups: [{parameters: ['*'], lr: 0.1}]}", []),
        ("{Adam: {}, groups: [{kind: bias, SGD: {lr: 0.1}}]}", []),
    ],
)
def test_sgd_without_a_rate(written: str, marked: list[str]) -> None:
    assert places("MG552", optimizer(written)) == marked


@pytest.mark.parametrize(
    "rest",
    [
        "scheduler: {OneCycleLR: {max_lr: 0.2}}",
        "scheduler: {CyclicLR: {base_lr: 0.01, max_lr: 0.1, step_size_up: 500}}",
        "weights: old.pt",
    ],
)
def test_a_rate_of_another_place_is_one(rest: str) -> None:
    assert places("MG552", optimizer("{SGD: {momentum: 0.9}}", rest)) == []


HIGH = {
    "{Adam: {lr: 10}}": "10",
    "{Adam: 0.1}": "0.1",
    "{AdamW: {lr: 1}}": "1",
    "{NAdam: {lr: 0.5}}": "0.5",
    "{RAdam: {lr: 0.5}}": "0.5",
    "{Adamax: {lr: 0.5}}": "0.5",
    "{RMSprop: {lr: 0.1}}": "0.1",
    "{RMSprop: {lr: 0.05, momentum: 0.9}}": "0.05",
    "{Adagrad: {lr: 5}}": "5",
    "{Adafactor: {lr: 10}}": "10",
    "{Rprop: {lr: 10}}": "10",
    "{LBFGS: {lr: 100}}": "100",
    "{SGD: {lr: 10}}": "10",
    "{SGD: {lr: 100}}": "100",
    "{SGD: {lr: 5, momentum: 0.9}}": "5",
    "{SGD: {lr: 1, momentum: 0.9}}": "1",
    "{SGD: {lr: 0.5, momentum: 0.99}}": "0.5",
    "{ASGD: {lr: 10}}": "10",
    "{Adam: {lr: 0.001}, groups: [{kind: bias, lr: 10}]}": "10",
    "{Adam: {lr: 0.001}, groups: [{kind: matrices, Muon: {lr: 2}}]}": "2",
}
LOW = {
    "{Adam: {lr: 1.0e-8}}": "1.0e-8",
    "{AdamW: {lr: 1.0e-7}}": "1.0e-7",
    "{Adam: {lr: 0}}": "0",
    "{SGD: {lr: 0}}": "0",
    "{SGD: {lr: 1.0e-6}}": "1.0e-6",
    "{SGD: {lr: 1.0e-7, momentum: 0.9}}": "1.0e-7",
    "{RMSprop: {lr: 1.0e-8}}": "1.0e-8",
    "{Adadelta: {lr: 0.001}}": "0.001",
    "{Adagrad: {lr: 1.0e-8}}": "1.0e-8",
}
USUAL = [
    "Adam",
    "{Adam: {lr: 0.01}}",
    "{Adam: {lr: 1.0e-5}}",
    "{Adam: {lr: 0.1, eps: 1.0}}",
    "{AdamW: {lr: 3.0e-4}}",
    "NAdam",
    "RAdam",
    "Adamax",
    "RMSprop",
    "{RMSprop: {lr: 0.256, momentum: 0.9, eps: 1.0e-3}}",
    "Adadelta",
    "{Adadelta: {lr: 0.1}}",
    "Adafactor",
    "Adagrad",
    "{Adagrad: {lr: 0.1}}",
    "Rprop",
    "LBFGS",
    "ASGD",
    "{SGD: {lr: 0.5}}",
    "{SGD: {lr: 0.001}}",
    "{SGD: {lr: 0.4, momentum: 0.9}}",
    "{Adam: {lr: 0.001}, groups: [{kind: bias, lr: 1.0e-8}]}",
    "{Adam: {lr: 0.001}, groups: [{kind: bias, lr: 0}]}",
    "{AdamW: {lr: 0.003}, groups: [{kind: matrices, Muon: {lr: 0.02}}]}",
]


@pytest.mark.parametrize("written", HIGH)
def test_a_rate_that_is_too_high(written: str) -> None:
    assert places("MG553", optimizer(written)) == [HIGH[written]]


@pytest.mark.parametrize("written", LOW)
def test_a_rate_that_is_too_low(written: str) -> None:
    assert places("MG553", optimizer(written)) == [LOW[written]]


@pytest.mark.parametrize("written", USUAL)
def test_a_usual_rate(written: str) -> None:
    assert places("MG553", optimizer(written)) == []


@pytest.mark.parametrize(
    ("rate", "marked"), [("0.016", []), ("0.045", []), ("0.1", ["0.1"])]
)
def test_weights_whose_scale_does_not_count_bear_more(
    rate: str, marked: list[str]
) -> None:
    """EfficientNets and MobileNets are trained with RMSprop and high rates."""
    layers = "[Flatten, {Linear: 128}, BatchNorm1d, ReLU, {Linear: 10}]"
    written = f"optimizer: {{RMSprop: {{lr: {rate}, momentum: 0.9, alpha: 0.9}}}}"
    assert places("MG553", text_of(written, layers)) == marked


@pytest.mark.parametrize(
    ("training", "marked"),
    [
        ("optimizer: Adam\nscheduler: {OneCycleLR: {max_lr: 1}}", ["1"]),
        ("optimizer: Adam\nscheduler: {OneCycleLR: 1.0}", ["1.0"]),
        ("optimizer: SGD\nscheduler: {OneCycleLR: {max_lr: 50}}", ["50"]),
        ("optimizer: {SGD: {lr: 30}}\nscheduler: {OneCycleLR: {max_lr: 0.1}}", []),
        (
            "optimizer: {SGD: {momentum: 0.95}}\nbatch_size: 1000\n"
            "scheduler: {OneCycleLR: {max_lr: 3}}",
            [],
        ),
        ("optimizer: {SGD: {lr: 1, momentum: 0.9}}\nbatch_size: 512", []),
        ("optimizer: {SGD: {lr: 20}}\nclip_grad_norm: 0.25", []),
        ("optimizer: {SGD: {lr: 1000}}\nclip_grad_norm: 0.25", ["1000"]),
        ("optimizer: {SGD: {lr: 3.2, momentum: 0.9}}\nbatch_size: 8192", []),
        ("optimizer: {Adam: {lr: 1.0e-7}}\nweights: old.pt", []),
        ("optimizer: {Adam: {lr: 1.0e-6}}\nepochs: 1", ["1.0e-6"]),
        ("optimizer: Adam\nbatch_size: 60000\nepochs: 1", []),
        ("optimizer: {SGD: {lr: 0.01}}\nbatch_size: 60000\nepochs: 1", []),
    ],
)
def test_what_else_the_training_does_counts(training: str, marked: list[str]) -> None:
    assert places("MG553", text_of(training)) == marked


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        (regression("{SGD: {lr: 2}}"), ["2"]),
        (regression("{SGD: {lr: 0.5}}"), []),
        (regression("{SGD: {lr: 1.5, momentum: 0.9}}"), []),
        (regression("{SGD: {lr: 1.0e-9}}"), []),
        (regression("{SGD: {lr: 2}}", layers="[{Linear: 8}, Tanh]"), []),
        (regression("{SGD: {lr: 2}}", layers="[{Linear: 4}, ReLU, {Linear: 3}]"), []),
        (
            regression(
                "{Adam: {lr: 0.1}}", layers="[{Linear: 128}, ReLU, {Linear: 1}]"
            ),
            ["0.1"],
        ),
        (
            regression("{Adam: {lr: 0.1}}", layers="[{Linear: 4}, ReLU, {Linear: 1}]"),
            [],
        ),
        (regression("{Adam: {lr: 0.5}}", layers="[{Linear: 1}]"), []),
        (regression("{Adam: {lr: 1.0e-8}}"), ["1.0e-8"]),
        (
            text_of("loss: BCEWithLogitsLoss\noptimizer: {SGD: {lr: 200}}"),
            ["200"],
        ),
        (text_of("loss: BCEWithLogitsLoss\noptimizer: {SGD: {lr: 20}}"), []),
    ],
)
def test_of_numbers_the_loss_and_the_network_say_it(
    text: str, marked: list[str]
) -> None:
    assert places("MG553", text) == marked


def test_tables_of_vectors_bear_any_rate_of_descent() -> None:
    text = text_of(
        "data: {text: a.txt}\noptimizer: {SGD: {lr: 20}}",
        "[{Embedding: {num_embeddings: 60, embedding_dim: 8}}, {Linear: 60}]",
        "{tokens: {shape: [32], dtype: int64}}",
    )
    assert places("MG553", text) == []


def test_the_message_says_what_happens() -> None:
    assert found("MG553", optimizer("{Adam: {lr: 10}}")) == [
        (
            "warning",
            "a learning rate of 10 is far too high for `Adam`: steps outweigh the "
            "weights",
            "10",
        )
    ]


@pytest.mark.parametrize(
    ("written", "marked"),
    [
        ("{SGD: {lr: 1.0e-6}}", ["1.0e-6"]),
        ("{SGD: {lr: 1.0e-7, momentum: 0.9}}", ["1.0e-7"]),
        ("{Adam: {lr: 1.0e-7}}", ["1.0e-7"]),
        ("{Adagrad: {lr: 1.0e-5}}", ["1.0e-5"]),
        ("{SGD: {lr: 0.001}}", []),
        ("{Adam: {lr: 1.0e-4}}", []),
    ],
)
def test_low_rates_for_tables_of_any_length(written: str, marked: list[str]) -> None:
    keys = f"data: {{csv: a.csv, target: y}}\nloss: MSELoss\noptimizer: {written}"
    assert places("MG553", text_of(keys, REGRESSION, "[8]")) == marked
