"""Scripts with random settings and names of any length pass ruff and mypy."""

from __future__ import annotations

import random
from itertools import combinations
from typing import TYPE_CHECKING, Any

import pytest

from mlpgen import SpecError, api

from .linters import ruff
from .networks import network

if TYPE_CHECKING:
    from pathlib import Path

    from .linters import Gathered

OWN = """from torch import Tensor


def entropy(*outputs: Tensor) -> Tensor:
    return outputs[0].square().mean()


def a_metric_of_mine_with_a_long_name(*outputs: Tensor) -> Tensor:
    return outputs[0].square().mean()
"""
METRICS = [
    {
        "custom": {
            "path": "losses.py",
            "function": "a_metric_of_mine_with_a_long_name",
        },
        "on": "FIRST",
    }
]

KEYS: dict[str, list[Any]] = {
    "optimizer": [
        {"SGD": {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 1e-4}},
        {"AdamW": {"lr": 1e-3, "betas": [0.9, 0.95], "eps": 1e-6}},
        {"LBFGS": {"max_iter": 4, "line_search_fn": "strong_wolfe"}},
        {"AdamW": {"weight_decay": 0.1}, "no_decay": ["bias", "norm"]},
        {"SGD": {"lr": 0.1, "weight_decay": 0.1}, "no_decay": ["norm"]},
        {"Adam": {"lr": 0.1}, "no_decay": ["bias"]},
    ],
    "scheduler": [
        {"StepLR": {"step_size": 5, "gamma": 0.5}},
        {"CosineAnnealingLR": {"eta_min": 1e-6}, "warmup": 2.5, "per": "step"},
        {"CosineAnnealingLR": None, "warmup": 3},
        {"OneCycleLR": {"max_lr": 0.1, "pct_start": 0.25, "three_phase": True}},
        {"ReduceLROnPlateau": {"patience": 2, "factor": 0.25, "threshold": 1e-3}},
        {
            "SequentialLR": {
                "schedulers": [
                    {"LinearLR": {"start_factor": 0.01, "total_iters": 5}},
                    {"CosineAnnealingLR": None},
                    {"ExponentialLR": 0.75},
                ],
                "milestones": [5, 25],
            }
        },
        {"ChainedScheduler": {"schedulers": ["LinearLR", {"ExponentialLR": 0.5}]}},
    ],
    "loss": [
        {"custom": {"path": "losses.py", "function": "entropy"}},
        [
            {"MSELoss": None, "on": "OTHER"},
            {
                "custom": {"path": "losses.py", "function": "entropy"},
                "on": ["OTHER", "FIRST"],
                "weight": 0.5,
            },
        ],
        {"CrossEntropyLoss": {"label_smoothing": 0.1}},
        "MultiMarginLoss",
        "BCEWithLogitsLoss",
        {"CrossEntropyLoss": {"weight": "balanced", "label_smoothing": 0.1}},
        {"BCEWithLogitsLoss": {"pos_weight": [1.5] * 10}},
        [
            {"CrossEntropyLoss": {"weight": [0.125] * 10}},
            {"SmoothL1Loss": {"beta": 0.25}, "on": "OTHER", "weight": 0.125},
        ],
        [
            {"CrossEntropyLoss": {"label_smoothing": 0.1}},
            {"SmoothL1Loss": {"beta": 0.25}, "on": "OTHER", "weight": 0.125},
        ],
    ],
    "accumulate": [4],
    "clip_grad_norm": [0.5],
    "clip_grad_value": [0.01],
    "ema": [0.999],
    "precision": ["bf16", "fp16", "tf32"],
    "channels_last": [True],
    "compile": [True],
    "deterministic": [True],
    "metrics": [
        ["top5"],
        ["f1", "confusion"],
        ["top5", "f1", "confusion"],
        [],
        METRICS,
    ],
    "augment": [
        [{"crop": 2}, "flip", {"rotate": 12.5}],
        [{"affine": {"degrees": 5, "translate": 0.1, "scale": [0.9, 1.1]}}, "cutmix"],
        [{"cutout": 8}, {"mixup": 0.25}],
    ],
    "best": ["loss", {"loss": "min"}, "accuracy", "f1"],
    "early_stopping": [10],
    "target": [0.98],
    "evaluate_train": [False],
    "validation": [0.125],
    "subset": [1000],
    "normalize": ["auto", [0.1307, 0.3081]],
    "epochs": [3],
    "batch_size": [1024],
    "seed": [2**40],
    "data": ["fashion_mnist"],
}
LETTERS = "abcdefghijklmnop"


def name_of(draw: random.Random, longest: int) -> str:
    """Draw a name of an output or a parameter, of any length."""
    words = draw.choices(LETTERS, k=draw.randint(2, longest))
    return "n" + "".join(words).replace("aa", "a_")


def spec_of(draw: random.Random, number: int, training: dict[str, Any]) -> Any:
    """Draw a network of two outputs, with names and parameters of any length."""
    first, other = f"{name_of(draw, 30)}_1", f"{name_of(draw, 30)}_2"
    if draw.random() < 0.3:
        first, other = "logits", "restored"
    sizes = [f"{name_of(draw, 24)}_{i}" for i in range(draw.randint(0, 6))]
    hidden = " + ".join(["8", *sizes])
    text = repr(training).replace("OTHER", other).replace("FIRST", first)
    return {
        "name": f"N{'et' * draw.randint(1, 19)}{number}",
        "file": f"n{'x' * draw.randint(0, 30)}{number}",
        "parameters": dict.fromkeys(sizes, 4),
        "input": [1, 28, 28],
        "layers": [
            {"Conv2d": {"out_channels": 2, "kernel_size": 3}},
            "BatchNorm2d",
            "Flatten",
            {"Linear": f"${{{hidden}}}", "name": "hidden"},
            {"Linear": 10, "name": first},
            {"Linear": 784, "from": "hidden"},
            {"Unflatten": {"dim": 1, "unflattened_size": [1, 28, 28]}, "name": other},
        ],
        "outputs": [first, other] if "OTHER" in repr(training) else [first],
        "training": eval(text),
    }


USUAL = {
    "data": "mnist",
    "loss": "CrossEntropyLoss",
    "optimizer": {"SGD": {"lr": 0.1}},
}


def drawn(seed: int, count: int) -> list[dict[str, Any]]:
    """Draw specs: every pair of keys `count` times, with some of the others."""
    draw = random.Random(seed)
    found = []
    for pair in [*combinations(KEYS, 2)] * count:
        others = [key for key in KEYS if draw.random() < draw.choice((0.05, 0.4))]
        chosen = {key: draw.choice(KEYS[key]) for key in (*pair, *others)}
        found.append(spec_of(draw, len(found), USUAL | chosen))
    return found


def rendered(specs: list[dict[str, Any]], folder: Path) -> set[frozenset[str]]:
    """Render a spec that trains; return its pairs of keys."""
    pairs: set[frozenset[str]] = set()
    written: dict[str, str] = {}
    (folder / "losses.py").write_text(OWN, encoding="utf-8")
    for spec in specs:
        try:
            net = network(spec)
        except SpecError as error:
            assert {each.code for each in error.diagnostics} <= {
                *("MG214", "MG215", "MG401", "MG402", "MG404", "MG405", "MG406"),
                *("MG407", "MG203", "MG204"),
            }
            continue
        capture = ["hidden"] if len(pairs) % 5 == 0 else []
        for name, text in api.render(net, "sequential", capture=capture).items():
            if written.get(name) != text:  # most modules are shared
                (folder / name).write_text(text, encoding="utf-8")
                written[name] = text
        pairs |= {frozenset(pair) for pair in combinations(spec["training"], 2)}
    return pairs


@pytest.mark.parametrize(
    ("seed", "count"), [(1, 1), pytest.param(2, 8, marks=pytest.mark.exhaustive)]
)
def test_all_pairs_of_settings(seed: int, count: int, tmp_path: Path) -> None:
    found = rendered(drawn(seed, count), tmp_path)
    assert len([*tmp_path.glob("train_*.py")]) > 100
    assert len(found) > 0.9 * len([*combinations(KEYS, 2)])
    ruff(tmp_path)


def test_some_settings_are_typed(tmp_path: Path, gathered: Gathered) -> None:
    rendered(drawn(3, 1)[::12], tmp_path)
    gathered.take(tmp_path)
