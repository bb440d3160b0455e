"""Keys of `training:` besides loss, optimizer and scheduler."""

from __future__ import annotations

import ast
import csv
import runpy
import sys
from typing import TYPE_CHECKING, Any

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from . import processes
from .shared_modules import seen, shared
from .test_training import MLP, RESTORE, refused, rendered, rows, tiny, train

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["tiny"]  # a fixture

CONVOLUTION = [
    {"Conv2d": {"out_channels": 4, "kernel_size": 3, "stride": 2}},
    "BatchNorm2d",
    "ReLU",
    "Flatten",
    {"Linear": 10, "name": "logits"},
]
BOTH = [
    "Flatten",
    {"Linear": 16, "name": "hidden_1"},
    {"Linear": 10, "name": "logits"},
    {"Linear": 784, "from": "hidden_1"},
    {"Unflatten": {"dim": 1, "unflattened_size": [1, 28, 28]}, "name": "restored"},
]
SEVERAL = [
    "CrossEntropyLoss",
    {"MSELoss": None, "on": "restored", "weight": 0.5},
]
OPTIONS: dict[str, tuple[list[Any], dict[str, Any]]] = {
    "many": (
        CONVOLUTION,
        {
            "optimizer": {"AdamW": {"weight_decay": 0.1}, "no_decay": ["bias", "norm"]},
            "scheduler": {"CosineAnnealingLR": None, "warmup": 0.5, "per": "step"},
            "freeze": ["conv2d_1.bias", "batch_*"],
            "accumulate": 2,
            "clip_grad_norm": 1.0,
            "ema": 0.9,
            "precision": "bf16",
            "channels_last": True,
            "deterministic": True,
            "metrics": ["top5", "f1", "confusion"],
            "augment": [{"crop": 2}, {"rotate": 10}, {"cutout": 6}, "cutmix"],
        },
    ),
    "groups": (
        CONVOLUTION,
        {
            "optimizer": {
                "AdamW": {"lr": 0.01, "weight_decay": 0.1},
                "no_decay": ["bias", "norm"],
                "groups": [
                    {"parameters": ["logits", "conv*.weight"], "lr": 0.005},
                    {"kind": "norm", "betas": [0.8, 0.99]},
                    {"kind": "bias", "SGD": {"lr": 0.1, "momentum": 0.9}},
                ],
            },
            "freeze": ["batch_*"],
            "scheduler": {"CosineAnnealingLR": None, "warmup": 0.5, "per": "step"},
            "accumulate": 2,
            "clip_grad_value": 1.0,
            "ema": 0.9,
        },
    ),
    "matrices": (
        MLP,
        {
            "optimizer": {
                "AdamW": {"lr": 0.01},
                "groups": [{"kind": "matrices", "Muon": {"lr": 0.02}}],
            },
            "scheduler": {"OneCycleLR": {"max_lr": 0.01, "cycle_momentum": False}},
            "precision": "fp16",
            "clip_grad_norm": 1.0,
            "deterministic": True,
        },
    ),
    "scaled": (
        MLP,
        {
            "precision": "fp16",
            "clip_grad_norm": 0.5,
            "scheduler": {"CosineAnnealingLR": None, "warmup": 1},
            "augment": ["flip", {"affine": {"degrees": 5, "translate": 0.1}}, "mixup"],
            "early_stopping": 1,
        },
    ),
    "several": (
        BOTH,
        {"loss": SEVERAL, "precision": "tf32", "ema": 0.5, "target": 0.2},
    ),
    "numbers": (
        RESTORE,
        {
            "loss": {"MSELoss": None, "weight": 2},
            "metrics": ["mae", "r2"],
            "optimizer": {"SGD": {"lr": 0.5}, "no_decay": ["bias"]},
        },
    ),
    "weighted": (
        BOTH,
        {
            "loss": [
                {"CrossEntropyLoss": {"weight": "balanced"}},
                {"BCEWithLogitsLoss": {"pos_weight": 2}, "on": "restored"},
            ],
            "metrics": ["f1"],
            "accumulate": 2,
            "ema": 0.9,
            "validation": 0.2,
        },
    ),
    "closure": (
        CONVOLUTION,
        {
            "optimizer": {"LBFGS": {"max_iter": 2}},
            "channels_last": True,
            "precision": "bf16",
            "augment": [{"mixup": 0.5}],
            "loss": "BCEWithLogitsLoss",
            "freeze": ["conv*"],
            "ema": 0.5,
        },
    ),
    "steps": (
        MLP,
        {
            "optimizer": {
                "SGD": {"lr": 0.1, "weight_decay": 0.1},
                "no_decay": ["norm"],
            },
            "scheduler": {"StepLR": 5, "per": "step"},
            "augment": [{"crop": 1}],
        },
    ),
}


@pytest.mark.parametrize("name", OPTIONS)
@pytest.mark.thinned(2)
def test_every_option_trains(name: str, tiny: Path, tmp_path: Path) -> None:
    layers, training = OPTIONS[name]
    outputs = ["logits", "restored"] if layers is BOTH else []
    script = rendered(layers, training, tmp_path, outputs)
    out = str(tmp_path / "out")
    printed = train(script, "--data-dir", str(tiny), "--epochs", "3", "--out", out)
    found = rows(tmp_path / "out")
    if name == "several":
        assert len(found) == 1
        assert "reached 0.2 after" in printed
        return
    assert float(found[-1]["train_loss"]) < float(found[0]["train_loss"])
    if name == "many":
        assert 0 < float(found[-1]["test_f1"]) <= float(found[-1]["test_top5"]) <= 1
    if name == "numbers":
        assert float(found[0]["test_r2"]) < float(found[-1]["test_r2"]) < 1
        assert float(found[-1]["test_mae"]) < float(found[0]["test_mae"])


def test_one_batch_is_overfitted(tiny: Path, tmp_path: Path) -> None:
    """Evaluation uses the same batch."""
    options = {"accumulate": 3, "batch_size": 20, "validation": 0.25}
    script = rendered(MLP, options, tmp_path)
    out = str(tmp_path / "out")
    args = ("--data-dir", str(tiny), "--overfit-batch", "--out", out)
    train(script, *args, "--epochs", "2")
    last = rows(tmp_path / "out")[-1]
    assert last["train_loss"] == last["validation_loss"]
    more = ("--batch-size", "101", "--out", str(tmp_path / "other"))
    refused(script, *args, *more, says="225 examples for 3 parts of a step")


@pytest.mark.parametrize("kinds", [["bias"], ["norm"], ["bias", "norm"]])
@pytest.mark.thinned(3)
def test_parameters_without_decay(kinds: list[str], tmp_path: Path) -> None:
    """Biases of every layer, and all parameters of normalization."""
    layers = [
        {"squeeze": {"dim": 1}},
        {"GRU": 8, "select": "output"},
        {"LayerNorm": {"normalized_shape": [28, 8]}},
        {"TransformerEncoderLayer": {"nhead": 2, "dim_feedforward": 8}},
        {"select": {"dim": 1, "index": -1}},
        {"BatchNorm1d": None},
        {"Linear": 10, "name": "logits"},
    ]
    optimizer = {"AdamW": {"lr": 0.01}, "no_decay": kinds}
    rendered(layers, {"optimizer": optimizer}, tmp_path)
    norms = "'Norm' in type(part).__name__"
    call(
        tmp_path,
        "import train_tried as script\n"
        "model = script.Tried()\n"
        "_, others = script.groups(model)\n"
        "found = {id(each) for each in others['params']}\n"
        f"norms = {{id(p) for part in model.modules() if {norms}\n"
        "         for p in part.parameters(recurse=False)}\n"
        "biases = {id(p) for n, p in model.named_parameters()\n"
        "          if 'bias' in n.rpartition('.')[2]}\n"
        f"assert found == set().union(*(dict(bias=biases, norm=norms)[kind]\n"
        f"                              for kind in {kinds}))\n",
    )


def test_only_what_is_unseen_is_evaluated(tiny: Path, tmp_path: Path) -> None:
    options = {"evaluate_train": False, "metrics": ["confusion"], "validation": 0.25}
    script = rendered(MLP, options, tmp_path)
    out = tmp_path / "out"
    args = ("--data-dir", str(tiny), "--epochs", "2", "--out", str(out))
    printed = train(script, *args)
    wanted = ["epoch", "validation_loss", "validation_accuracy", "seconds"]
    assert list(rows(out)[0]) == wanted
    with (out / "confusion.csv").open(newline="", encoding="utf-8") as file:
        table = list(csv.DictReader(file))
    counts = [[int(row[str(label)]) for label in range(10)] for row in table]
    right = sum(row[label] for label, row in enumerate(counts))
    total = sum(map(sum, counts))
    lines = printed.splitlines()
    shown = dict(line.split() for line in lines if line.startswith("test_"))
    assert float(shown["test_accuracy"]) == pytest.approx(right / total, rel=1e-3)


def test_the_end_is_a_table_of_the_best_epoch(tiny: Path, tmp_path: Path) -> None:
    script = rendered(MLP, {}, tmp_path)
    out = tmp_path / "out"
    args = ("--data-dir", str(tiny), "--epochs", "3", "--out", str(out))
    *table, chosen, kept = train(script, *args).splitlines()[-8:]
    best = max(rows(out), key=lambda row: float(row["test_accuracy"]))
    assert table[0].split() == ["best", "of", "3", "epochs", best["epoch"]]
    assert table[4].split() == [
        "test_accuracy",
        f"{float(best['test_accuracy']):.4g}",
    ]
    assert chosen.startswith("the test chose that epoch")
    assert kept == f"metrics.csv, best.pt, last.pt: {out}"


def call(folder: Path, code: str) -> None:
    """Run code beside a script."""
    script = folder / "called.py"
    script.write_text(code, encoding="utf-8")
    done = processes.run(script)
    assert done.returncode == 0, done.stderr


def augmentation(name: str, arguments: Any, tmp_path: Path) -> Any:
    """Return what a script does to a batch."""
    rendered(MLP, {"augment": [{name: arguments}]}, tmp_path)
    found: dict[str, Any] = {}
    tree = ast.parse((tmp_path / "train_tried.py").read_text(encoding="utf-8"))
    (made,) = (
        ast.unparse(node)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(f".{name}")
    )
    module, _, change = made.partition(".")
    exec((tmp_path / f"{module}.py").read_text(encoding="utf-8"), found)
    names = "features, targets" if name in ("mixup", "cutmix") else "features"
    return eval(f"lambda {names}: {change}", found)


@pytest.fixture
def images() -> torch.Tensor:
    torch.manual_seed(0)
    return torch.rand(64, 3, 12, 10) + 0.1


def test_crop_moves_by_whole_pixels(images: torch.Tensor, tmp_path: Path) -> None:
    moved = augmentation("crop", 2, tmp_path)(images)
    padded = F.pad(images, [2] * 4)
    shifts = set()
    for image, wide in zip(moved, padded, strict=True):
        for top in range(5):
            for left in range(5):
                if torch.equal(image, wide[:, top : top + 12, left : left + 10]):
                    shifts.add((top, left))
    assert len(shifts) > 12


def test_flip_mirrors_some(images: torch.Tensor, tmp_path: Path) -> None:
    flipped = augmentation("flip", None, tmp_path)(images)
    same = [torch.equal(one, other) for one, other in zip(flipped, images, strict=True)]
    mirrored = [
        torch.equal(one, other.flip(2))
        for one, other in zip(flipped, images, strict=True)
    ]
    assert all(one != other for one, other in zip(same, mirrored, strict=True))
    assert 16 < sum(mirrored) < 48


def test_rotate_turns_like_a_quarter(tmp_path: Path) -> None:
    """Rotates a thin image past a quarter turn and keeps its aspect ratio."""
    image = torch.zeros(1, 1, 9, 21)
    image[..., 4, 6:15] = 1
    turned = torch.cat(
        [augmentation("rotate", 180, tmp_path)(image) for _ in range(40)]
    )
    assert turned.sum((1, 2, 3)).min() > 5
    assert (turned[:, 0, 4, :5].sum() + turned[:, 0, 4, 16:].sum()) < 1


def test_affine_without_arguments_changes_nothing(
    images: torch.Tensor, tmp_path: Path
) -> None:
    unchanged = augmentation("affine", {}, tmp_path)(images)
    torch.testing.assert_close(unchanged, images, atol=1e-4, rtol=1e-4)
    moved = augmentation("affine", {"translate": 0.2, "shear": 10}, tmp_path)(images)
    assert (moved - images).abs().mean() > 0.05


def test_cutout_removes_a_square(images: torch.Tensor, tmp_path: Path) -> None:
    cut = augmentation("cutout", 4, tmp_path)(images)
    gone = (cut == 0).sum((1, 2, 3)) // 3
    assert gone.max() == 16
    assert gone.min() >= 4


@pytest.mark.parametrize("name", ["mixup", "cutmix"])
def test_mixtures_keep_the_sum_of_classes(
    name: str, images: torch.Tensor, tmp_path: Path
) -> None:
    labels = torch.arange(64) % 10
    targets = F.one_hot(labels, 10).float()
    mixed, shares = augmentation(name, 1.0, tmp_path)(images, targets)
    assert mixed.shape == images.shape
    torch.testing.assert_close(shares.sum(1), torch.ones(64))
    own = shares[torch.arange(64), labels]
    if name == "cutmix":
        kept = (mixed == images).float().mean((1, 2, 3))
        alone = own < 0.999  # the other image is of another class
        torch.testing.assert_close(own[alone], kept[alone])
    assert not torch.equal(mixed, images)


def test_groups_leave_biases_without_decay(tmp_path: Path) -> None:
    optimizer = {"SGD": {"weight_decay": 0.1}, "no_decay": ["bias", "norm"]}
    rendered(CONVOLUTION, {"optimizer": optimizer}, tmp_path)
    call(
        tmp_path,
        "from train_tried import groups, Tried\n"
        "decayed, others = groups(Tried())\n"
        "assert [p.ndim for p in decayed['params']] == [4, 2]\n"
        "assert len(others['params']) == 4 and others['weight_decay'] == 0",
    )


def test_metrics_match_their_definitions(tiny: Path, tmp_path: Path) -> None:
    """Computed again from the predictions of the trained model."""
    script = rendered(MLP, {"metrics": ["top5", "f1"]}, tmp_path)
    out = tmp_path / "out"
    train(script, "--data-dir", str(tiny), "--epochs", "1", "--out", str(out))
    model = nn.Sequential(
        nn.Flatten(), nn.Linear(784, 16), nn.ReLU(), nn.Linear(16, 10)
    )
    restore(model, out)
    test = read(tmp_path, "mnist", tiny).test
    logits = model(seen(test))
    best = logits.topk(5).indices
    five = (best == test.targets[:, None]).any(1).float().mean()
    scores = []
    for label in range(10):
        said, so = logits.argmax(1) == label, test.targets == label
        scores.append(2 * (said & so).sum() / max(int(said.sum() + so.sum()), 1))
    row = rows(out)[-1]
    assert float(row["test_top5"]) == pytest.approx(float(five), abs=1e-5)
    assert float(row["test_f1"]) == pytest.approx(float(sum(scores)) / 10, abs=1e-5)


def restore(model: nn.Module, out: Path) -> None:
    """Give a model of the same layers the weights of a run."""
    state = torch.load(out / "last.pt", weights_only=True)["model"]
    model.load_state_dict(dict(zip(model.state_dict(), state.values(), strict=True)))


def test_metrics_of_numbers_match_their_definitions(tiny: Path, tmp_path: Path) -> None:
    """With a smaller last batch."""
    training = {"loss": "L1Loss", "metrics": ["rmse", "mae", "r2"], "epochs": 1}
    script = rendered(RESTORE, training, tmp_path)
    text = script.read_text(encoding="utf-8")
    assert "EVAL_BATCH_SIZE = 2500" in text
    script.write_text(
        text.replace("EVAL_BATCH_SIZE = 2500", "EVAL_BATCH_SIZE = 30"), "utf-8"
    )
    out = tmp_path / "out"
    train(script, "--data-dir", str(tiny), "--out", str(out))
    model = nn.Sequential(
        nn.Flatten(), nn.Linear(784, 8), nn.Linear(8, 784), nn.Sigmoid()
    )
    restore(model, out)
    images = seen(read(tmp_path, "mnist", tiny).test).flatten(1)
    error = (model(images) - images).detach()
    wanted = {
        "rmse": error.square().mean().sqrt(),
        "mae": error.abs().mean(),
        "r2": 1 - error.square().sum() / (images - images.mean()).square().sum(),
    }
    row = rows(out)[-1]
    assert [*row] == [
        "epoch",
        *("train_loss", "train_rmse", "train_mae", "train_r2"),
        *("test_loss", "test_rmse", "test_mae", "test_r2", "seconds"),
    ]
    for name, value in wanted.items():
        assert float(row[f"test_{name}"]) == pytest.approx(float(value), rel=1e-4)


@pytest.mark.parametrize("accumulate", [1, 3])
def test_gradients_are_clipped_by_value(
    accumulate: int, tiny: Path, tmp_path: Path
) -> None:
    """One step with all images, by hand; accumulated gradients are the same."""
    training = {
        "optimizer": {"SGD": {"lr": 0.5}},
        "clip_grad_value": 0.01,
        "batch_size": 300 // accumulate,
        "epochs": 1,
    }
    more = {"accumulate": accumulate} if accumulate > 1 else {}
    script = rendered(MLP, training | more, tmp_path)
    out = tmp_path / "out"
    train(script, "--data-dir", str(tiny), "--out", str(out))
    state = torch.load(out / "last.pt", weights_only=True)
    torch.manual_seed(state["settings"]["seed"])
    model = nn.Sequential(
        nn.Flatten(), nn.Linear(784, 16), nn.ReLU(), nn.Linear(16, 10)
    )
    data = read(tmp_path, "mnist", tiny).train
    F.cross_entropy(model(seen(data)), data.targets).backward()
    clipped, found = 0, state["model"].values()
    for before, after in zip(model.parameters(), found, strict=True):
        assert before.grad is not None
        step = 0.5 * before.grad.clamp(-0.01, 0.01)
        torch.testing.assert_close(before.detach() - after, step, rtol=0, atol=1e-6)
        clipped += int((before.grad.abs() > 0.01).sum())
    assert clipped > 50


def read(folder: Path, kind: str, data: Path) -> Any:
    """Return what a data module beside a script reads."""
    path = folder / f"data_{kind}.py"
    sys.path.insert(0, str(folder))
    try:
        found = runpy.run_path(str(path))["load"](data, torch.device("cpu"))
    finally:
        sys.path.remove(str(folder))
    return found


@pytest.mark.parametrize(
    ("width", "size"),
    [
        *[(784, 2500), (1_677, 2500), (1_678, 1000), (4_195, 500), (8_389, 250)],
        *[(16_778, 100), (41_944, 50), (83_887, 25), (167_773, 10), (419_431, 5)],
        *[(838_861, 2), (2**21, 2), (2**21 + 1, 1)],
    ],
)
def test_evaluation_keeps_the_largest_tensor_below_16_mib(
    width: int, size: int, tmp_path: Path
) -> None:
    layers = ["Flatten", {"Linear": width}, {"Linear": 10}]
    text = rendered(layers, {}, tmp_path).read_text(encoding="utf-8")
    assert f"EVAL_BATCH_SIZE = {size}\n" in text
    assert "data.batches(EVAL_BATCH_SIZE):\n" in text


def test_the_average_of_weights_ramps_up() -> None:
    """At step s the decay is min(decay, (1 + s) / (10 + s))."""
    model = nn.Linear(1, 1, bias=False)
    nn.init.constant_(model.weight, 100.0)
    mean = shared("weight_average").WeightAverage(model, 0.9)
    wanted = 0.0
    for step in range(200):
        nn.init.constant_(model.weight, float(step))
        mean.update_parameters(model)
        kept = min(0.9, (1 + step) / (10 + step)) if step else 0.0
        wanted = kept * wanted + (1 - kept) * step
        assert mean.module.weight.item() == pytest.approx(wanted, rel=1e-5)
    assert wanted == pytest.approx(199 - 9, abs=0.1)  # 0.9 / (1 - 0.9) steps behind


def test_a_short_training_has_an_average_that_predicts(
    tiny: Path, tmp_path: Path
) -> None:
    """Average and weights are both measured on the test data at the end."""
    training = {"ema": 0.999, "epochs": 6, "optimizer": {"SGD": {"lr": 0.5}}}
    script = rendered(MLP, training, tmp_path)
    out = tmp_path / "out"
    printed = train(script, "--data-dir", str(tiny), "--out", str(out))
    shown = dict(
        line.split()
        for line in printed.splitlines()
        if line.startswith(("average_test_", "weights_test_"))
    )
    assert list(shown) == [
        *("average_test_loss", "average_test_accuracy"),
        *("weights_test_loss", "weights_test_accuracy"),
    ]
    best = max(float(row["test_accuracy"]) for row in rows(out))
    assert float(shown["average_test_accuracy"]) == pytest.approx(best, rel=1e-3)
    for name, key in (("average", "average"), ("weights", "model")):
        state = torch.load(out / "best.pt", weights_only=True)[key]
        weights = [each for each in state.values() if each.ndim]
        model = nn.Sequential(
            nn.Flatten(), nn.Linear(784, 16), nn.ReLU(), nn.Linear(16, 10)
        )
        model.load_state_dict(dict(zip(model.state_dict(), weights, strict=True)))
        test = read(tmp_path, "mnist", tiny).test
        loss = F.cross_entropy(model(seen(test)), test.targets).item()
        assert float(shown[f"{name}_test_loss"]) == pytest.approx(loss, rel=1e-3)
    low = float(shown["weights_test_accuracy"]) - 0.1
    assert float(shown["average_test_accuracy"]) > max(low, 0.5)


def test_targets_that_are_mixed_are_encoded_once(tmp_path: Path) -> None:
    training = {"loss": "BCEWithLogitsLoss", "augment": ["mixup"]}
    text = rendered(MLP, training, tmp_path).read_text(encoding="utf-8")
    step, evaluation = text.split("def evaluate", 1)
    assert "F.binary_cross_entropy_with_logits(logits, targets)" in step
    assert "F.one_hot(targets, 10).float()" in evaluation


class Twice:
    """Stands for an optimizer that evaluates the loss twice, and for the run."""

    def __init__(self, model: nn.Module) -> None:
        self.model = model

    def zero_grad(self) -> None:
        """Forget the gradients."""
        self.model.zero_grad()

    def step(self, closure: Callable[[], float]) -> float:
        """Evaluate the loss."""
        closure()
        return closure()

    def mean(self, loss: torch.Tensor) -> float:
        """Return the loss of one process."""
        return loss.item()


def test_each_evaluation_of_lbfgs_begins_without_gradients(tmp_path: Path) -> None:
    script = rendered(MLP, {"optimizer": {"LBFGS": {"max_iter": 3}}}, tmp_path)
    sys.path.insert(0, str(tmp_path))
    try:
        step = runpy.run_path(str(script))["train_step"]
    finally:
        sys.path.remove(str(tmp_path))
    features, targets, model = (
        torch.rand(20, 6),
        torch.arange(20) % 10,
        nn.Linear(6, 10),
    )
    optimizer = Twice(model)
    loss = F.cross_entropy(model(features), targets)
    (wanted,) = torch.autograd.grad(loss, [model.weight])
    assert step(model, optimizer, features, targets, optimizer) == loss.item()
    assert model.weight.grad is not None
    assert torch.equal(model.weight.grad, wanted)
