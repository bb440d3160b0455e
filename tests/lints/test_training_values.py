"""MG557, MG560 to MG566, MG585, MG586: values with which a training cannot work."""

from __future__ import annotations

import pytest

from mlpgen import api

from ..networks import network_of
from .trained import found, places, text_of

CONVOLVED = "[{Conv2d: {out_channels: 4, kernel_size: 3}}, Flatten, {Linear: 10}]"


@pytest.mark.parametrize(
    ("training", "marked"),
    [
        ("clip_grad_norm: 1.0e-7", ["1.0e-7"]),
        ("clip_grad_norm: 1.0e-5\noptimizer: {SGD: {lr: 0.01}}", ["1.0e-5"]),
        ("clip_grad_value: 1.0e-9", ["1.0e-9"]),
        ("clip_grad_norm: 0.0005", ["0.0005"]),
        ("data: {images: own}\nclip_grad_norm: 1.0e-5", ["1.0e-5"]),
        ("clip_grad_norm: 0.0005\noptimizer: {SGD: {lr: 1}}", []),
        ("clip_grad_norm: 1.0e-7\noptimizer: Adam", ["1.0e-7"]),
        ("clip_grad_value: 1.0e-9\noptimizer: AdamW", ["1.0e-9"]),
        ("clip_grad_norm: 1.0e-4\noptimizer: Adam", []),
        ("clip_grad_norm: 0.01", []),
        ("clip_grad_norm: 1", []),
        ("clip_grad_value: 0.5", []),
        ("clip_grad_value: 1.0e-4", []),
        ("clip_grad_norm: 1.0e-9\noptimizer: Adadelta", []),
    ],
)
def test_gradients_are_clipped_to_nothing(training: str, marked: list[str]) -> None:
    assert places("MG557", text_of(training)) == marked


@pytest.mark.parametrize(
    ("written", "marked"),
    [
        ("{SGD: {lr: 0.1, momentum: 1}}", ["1"]),
        ("{SGD: {lr: 0.1, momentum: 9}}", ["9"]),
        ("{RMSprop: {momentum: 1.0}}", ["1.0"]),
        ("{SGD: {lr: 0.1, momentum: 0.9, dampening: 1}}", ["1"]),
        ("{Adam: {betas: [0.999, 0.9]}}", ["[0.999, 0.9]"]),
        ("{Adam: {eps: 0}}", ["0"]),
        ("{AdamW: {eps: 0}}", ["0"]),
        ("{Adam: {eps: 100}}", ["100"]),
        ("{Adagrad: {eps: 2.0}}", ["2.0"]),
        ("{RMSprop: {eps: 1.0}}", []),
        ("{Adam: {lr: 0.001, eps: 1}}", ["1"]),
        ("{AdamW: {lr: 0.0001, eps: 0.1}}", ["0.1"]),
        ("{Adam: {lr: 0.02, eps: 1}}", []),
        ("{Adafactor: {eps: [1.0e-30, 2.0]}}", []),
        ("{RMSprop: {alpha: 1}}", ["1"]),
        ("{Adadelta: {rho: 1}}", ["1"]),
        ("{SGD: {lr: 0.1, maximize: true}}", ["true"]),
        ("{Adam: {}, groups: [{kind: bias, betas: [0.99, 0.9]}]}", ["[0.99, 0.9]"]),
        ("{SGD: {lr: 0.1, momentum: 0.99}}", []),
        ("{SGD: {lr: 0.1, momentum: 0.9, dampening: 0.1}}", []),
        ("{SGD: {lr: 0.1, dampening: 1}}", []),
        ("{Adam: {betas: [0.9, 0.95]}}", []),
        ("{Adam: {betas: [0.5, 0.999]}}", []),
        ("{Adam: {betas: [0.9, 0.9]}}", []),
        ("{Adam: {eps: 1.0e-7}}", []),
        ("{RMSprop: {alpha: 0.9, eps: 1.0e-3}}", []),
        ("{Adafactor: {lr: 0.01}}", []),
        ("{SGD: {lr: 0.1, maximize: false}}", []),
    ],
)
def test_arguments_that_cannot_work(written: str, marked: list[str]) -> None:
    assert places("MG560", text_of(f"optimizer: {written}")) == marked


def test_a_loss_of_your_own_may_be_maximized() -> None:
    loss = "loss: {custom: {path: own.py, function: reward}}"
    text = text_of(f"{loss}\noptimizer: {{SGD: {{lr: 0.1, maximize: true}}}}")
    assert places("MG560", text) == []


@pytest.mark.parametrize(
    ("code", "training", "marked"),
    [
        ("MG561", "batch_size: 100000", ["100000"]),
        ("MG561", "batch_size: 60000", []),
        ("MG561", "batch_size: 55000\nvalidation: 0.1", ["55000"]),
        ("MG561", "batch_size: 1000\naccumulate: 100", ["100"]),
        ("MG561", "batch_size: 64\nsubset: 640\naccumulate: 16", ["16"]),
        ("MG561", "batch_size: 64\nsubset: 640\naccumulate: 8", []),
        ("MG561", "subset: 100000", ["100000"]),
        ("MG561", "data: cifar10\nfit: resize\nsubset: 60000", ["60000"]),
        ("MG561", "subset: 6000", []),
        ("MG561", "subset: 8\nbatch_size: 4", ["8"]),
        ("MG566", "batch_size: 60000\nepochs: 5", ["60000"]),
        ("MG566", "batch_size: 30000\naccumulate: 2\nepochs: 1", ["30000"]),
        ("MG566", "batch_size: 60000\nepochs: 11", []),
        ("MG566", "batch_size: 60000\nepochs: 1\noptimizer: LBFGS", []),
        ("MG566", "batch_size: 64\nsubset: 128\nepochs: 1", []),
        ("MG585", "early_stopping: 3", ["early_stopping"]),
        ("MG585", "early_stopping: 3\nvalidation: 0.1", []),
        (
            "MG585",
            "scheduler: {ReduceLROnPlateau: {patience: 2}}",
            ["ReduceLROnPlateau"],
        ),
        ("MG585", "scheduler: CosineAnnealingLR", []),
        ("MG586", "freeze: [conv2d_1]", ["freeze"]),
        ("MG586", "freeze: [conv2d_1]\nweights: a.pt", []),
        (
            "MG586",
            "freeze: [conv2d_1]\nweights: {path: a.pt, except: [conv*]}",
            ["conv2d_1"],
        ),
        (
            "MG586",
            "freeze: [conv2d_1]\nweights: {path: a.pt, except: [linear_1]}",
            [],
        ),
        ("MG562", "validation: 0.9", ["0.9"]),
        ("MG562", "validation: 0.5", []),
        ("MG562", "validation: 0.1", []),
        ("MG562", "data: {images: own, test: 0.8}", ["0.8"]),
        ("MG562", "data: {images: own, test: 0.2}", []),
        ("MG562", "data: {images: own}", []),
        ("MG563", "target: 98", ["98"]),
        ("MG563", "target: 1.5", ["1.5"]),
        ("MG563", "target: 0.98", []),
        ("MG563", "target: 2\nbest: loss", []),
        ("MG563", "target: 1", []),
        ("MG564", "normalize: [33.3, 78.6]", ["33.3", "78.6"]),
        ("MG564", "normalize: [0, 255]", ["255"]),
        ("MG564", "normalize: [[127.5], [0.5]]", ["[127.5]"]),
        ("MG564", "normalize: [0.1307, 0.3081]", []),
        ("MG564", "normalize: [0.5, 0.5]", []),
        ("MG564", "normalize: [0, 1]", []),
        ("MG564", "normalize: [0, 0.001]", ["0.001"]),
        ("MG564", "normalize: [0.13, 0.05]", []),
        ("MG564", "normalize: auto", []),
        ("MG565", "loss: {CrossEntropyLoss: {label_smoothing: 1}}", ["1"]),
        ("MG565", "loss: [{CrossEntropyLoss: {label_smoothing: 0.95}}]", ["0.95"]),
        ("MG565", "loss: {CrossEntropyLoss: {label_smoothing: 0.1}}", []),
    ],
)
def test_other_values(code: str, training: str, marked: list[str]) -> None:
    image = "[3, 28, 28]" if "cifar" in training else "[1, 28, 28]"
    assert places(code, text_of(training, CONVOLVED, image)) == marked


def test_messages() -> None:
    assert found("MG561", text_of("batch_size: 64\naccumulate: 1000")) == [
        (
            "warning",
            "a step needs 1000 times 64 examples, but there are 60,000 to train on",
            "1000",
        )
    ]
    assert found("MG563", text_of("target: 98")) == [
        (
            "warning",
            "a `target` of 98 is never reached: `accuracy` is at most 1",
            "98",
        )
    ]


@pytest.mark.parametrize(
    ("code", "training", "title"),
    [
        ("MG554", "augment: [flip]", "remove `augment`"),
        ("MG560", "optimizer: {Adam: {lr: 0.001, eps: 0}}", "remove `eps`"),
        (
            "MG560",
            "optimizer: {Adam: {betas: [0.999, 0.9]}}",
            "replace `[0.999, 0.9]` by `[0.9, 0.999]`",
        ),
        ("MG561", "subset: 100000", "remove `subset`"),
        ("MG563", "target: 98", "replace `98` by `0.98`"),
    ],
)
def test_certain_mends_are_edits(code: str, training: str, title: str) -> None:
    linted = api.lint(network_of(text_of(training)))
    fixes = [each.fix for each in linted if each.code == code]
    assert [each.title for each in fixes if each is not None] == [title]


@pytest.mark.parametrize(
    ("layers", "rest", "level"),
    [
        ("[Flatten, {Linear: 16, name: body}, ReLU, {Linear: 10}]", "", "warning"),
        (
            "[Flatten, {Linear: 16}, {BatchNorm1d: , name: body}, {Linear: 10}]",
            "",
            "hint",
        ),
        (
            "[Flatten, {Linear: 16, init: {weight: normal_}, name: body}, ReLU, "
            "{Linear: 10}]",
            "",
            "hint",
        ),
        (
            "[Flatten, {Linear: 16, name: body}, ReLU, {Linear: 10}]",
            "weights: {path: a.pt, except: [body]}",
            "warning",
        ),
    ],
)
def test_frozen_layers_that_stay_random(layers: str, rest: str, level: str) -> None:
    ((told, _, _), *_) = found("MG586", text_of(f"freeze: [body]\n{rest}", layers))
    assert told == level


BODY = "[Flatten, {Linear: 16, name: body}, ReLU, {Linear: 10, name: head}]"


@pytest.mark.parametrize(("frozen", "count"), [("head", 1), ("body", 0)])
def test_a_frozen_head(frozen: str, count: int) -> None:
    text = text_of(f"freeze: [{frozen}]\nweights: a.pt", BODY)
    assert len(found("MG586", text)) == count


def test_early_stopping_on_the_test_is_a_warning() -> None:
    assert found("MG585", text_of("early_stopping: 3"))[0][0] == "warning"


@pytest.mark.parametrize(
    ("outputs", "count"), [("[logits, spare]", 1), ("[spare, logits]", 1)]
)
def test_a_head_that_no_loss_is_on(outputs: str, count: int) -> None:
    layers = "[Flatten, {Linear: 16, name: h}, {Linear: 10, name: logits}, "
    layers += f"{{Linear: 10, name: spare, from: h}}]\noutputs: {outputs}"
    assert len(found("MG521", text_of("", layers))) == count


@pytest.mark.parametrize(
    ("code", "training", "count"),
    [
        ("MG566", "optimizer: LBFGS\nbatch_size: 64", 1),
        ("MG566", "optimizer: LBFGS\nbatch_size: 10000\nsubset: 10000", 0),
        ("MG553", "weights: a.pt\noptimizer: {Adam: {lr: 0.05}}", 1),
        ("MG553", "weights: a.pt\noptimizer: {SGD: {lr: 3}}", 1),
        ("MG553", "weights: a.pt\noptimizer: {Adam: {lr: 0.001}}", 0),
        ("MG553", "batch_size: 1\noptimizer: {SGD: {lr: 0.1, momentum: 0.9}}", 1),
        ("MG553", "batch_size: 1\noptimizer: {SGD: {lr: 0.01, momentum: 0.9}}", 0),
        ("MG560", "optimizer: {Adam: {betas: [0.0, 0.1]}}", 1),
        ("MG560", "optimizer: {RMSprop: {alpha: 0.0}}", 1),
        ("MG560", "optimizer: {Adagrad: {lr_decay: 1.0}}", 1),
        ("MG560", "optimizer: {Adam: {betas: [0.5, 0.9]}}", 0),
        ("MG551", "scheduler: {CosineAnnealingLR: , warmup: 8}", 1),
        ("MG551", "scheduler: {CosineAnnealingLR: , warmup: 2}", 0),
        ("MG551", "scheduler: {CosineAnnealingLR: {eta_min: 0.5}}", 1),
        ("MG551", "scheduler: {CosineAnnealingLR: {eta_min: 0.001}}", 0),
        ("MG551", "scheduler: {MultiStepLR: {milestones: [3, 6]}, per: step}", 1),
        ("MG551", "scheduler: {MultiStepLR: {milestones: [3000]}, per: step}", 0),
        ("MG567", "scheduler: {ReduceLROnPlateau: {factor: 0.0001, patience: 1}}", 1),
        ("MG567", "scheduler: {ReduceLROnPlateau: {factor: 0.1, patience: 1}}", 0),
    ],
)
def test_values_that_work_against_the_training(
    code: str, training: str, count: int
) -> None:
    assert len(found(code, text_of(training))) == count


@pytest.mark.parametrize(
    ("layer", "rate", "count"),
    [
        ("{LSTM: {hidden_size: 64}, select: last}", "0.08", 1),
        ("{LSTM: {hidden_size: 64}, select: last}", "0.01", 0),
        ("{TransformerEncoderLayer: {nhead: 4}}, {mean: 1}", "0.03", 1),
        ("{TransformerEncoderLayer: {nhead: 4}}, {mean: 1}", "0.003", 0),
    ],
)
def test_layers_that_bear_less(layer: str, rate: str, count: int) -> None:
    training = f"data: {{npz: a.npz}}\noptimizer: {{Adam: {{lr: {rate}}}}}"
    text = text_of(training, f"[{layer}, {{Linear: 3}}]", "[8, 64]")
    assert len(found("MG553", text)) == count
