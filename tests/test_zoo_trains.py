"""The networks of the zoo train on data of one's own, as small as they can be."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pytest
import yaml

from mlpgen import api

from . import processes
from .test_training import rows, train

if TYPE_CHECKING:
    from collections.abc import Mapping

ZOO = Path(__file__).parent.parent / "specs" / "zoo"
CLASSES = 3
PHOTO = ("224", "64")
SMALL = {"num_classes": CLASSES}
FAST = ("unet", "gru_tagger", "variational_autoencoder")
"""Networks that train in a second."""


class Small(NamedTuple):
    """How a network becomes small, and what it learns.

    Attributes:
        settings: Of its parameters.
        sizes: What of its spec is replaced, and by what.
        places: The shape of the targets of an example; () for one class.
        known: How many tokens it knows, if it takes tokens.
        training: More of its training.
    """

    settings: dict[str, int]
    sizes: tuple[tuple[str, str], ...] = (PHOTO,)
    places: tuple[int, ...] = ()
    known: int = 0
    training: Mapping[str, Any] = MappingProxyType({})


LOSSES = """
import torch
from torch import Tensor
from torch.nn import functional as F


def elbo(restored: Tensor, mu: Tensor, logvar: Tensor, images: Tensor) -> Tensor:
    kl = -0.5 * (1 + logvar - mu.square() - logvar.exp()).sum(dim=1).mean()
    return F.binary_cross_entropy(restored, images, reduction="none").sum() / len(
        images
    ) + kl


def coral(logits: Tensor, targets: Tensor) -> Tensor:
    ranks = torch.arange(logits.shape[1], device=logits.device)
    above = (targets.unsqueeze(1) > ranks).float()
    return F.binary_cross_entropy_with_logits(logits, above)
"""
NETWORKS: dict[str, Small] = {
    "alexnet": Small(SMALL),
    "convnext_tiny": Small(SMALL),
    "coral": Small(
        {"ranks": CLASSES},
        (("120", "16"),),
        training={
            "loss": {
                "custom": {"path": "losses.py", "function": "coral"},
                "on": "logits",
            },
        },
    ),
    "dpn26": Small(SMALL, ()),
    "densenet121": Small({**SMALL, "growth": 4}),
    "gpt2": Small(
        {"vocabulary": 20, "width": 8, "depth": 2, "heads": 2},
        (("1024", "16"),),
        (16,),
        known=20,
        training={"metrics": ["top5"]},
    ),
    "gru_tagger": Small(
        {"vocabulary": 20, "width": 8, "hidden": 8, "num_tags": 7},
        (("length: 50", "length: 12"),),
        (12,),
        known=20,
        training={
            "loss": {"CrossEntropyLoss": {"weight": "balanced"}},
            "metrics": ["f1", "top5", "confusion"],
        },
    ),
    "inception": Small(SMALL, ()),
    "lenet5_classic": Small({}, ()),
    "llama": Small(
        {
            "vocabulary": 20,
            "width": 8,
            "hidden": 8,
            "depth": 2,
            "heads": 2,
            "groups": 1,
        },
        (("256", "16"),),
        (16,),
        known=20,
        training={"metrics": ["top5"]},
    ),
    "lrcn": Small(
        {**SMALL, "width": 2, "hidden": 4}, (("frames: 16", "frames: 3"), ("112", "32"))
    ),
    "lstm_classifier": Small(
        {"vocabulary": 20, "width": 8, "hidden": 8}, (("200", "12"),), known=20
    ),
    "mobilenet_v2": Small(SMALL),
    "regnet_y_400mf": Small(SMALL),
    "resnet18": Small(SMALL),
    "resnet50": Small(SMALL),
    "resnext50": Small(SMALL),
    "shufflenet_v2": Small(SMALL),
    "siamese": Small(
        {"width": 2, "embedding": 4},
        (),
        training={"loss": "BCEWithLogitsLoss", "metrics": ["accuracy"]},
    ),
    "swin_t": Small(SMALL, ()),
    "transformer_classifier": Small(
        {"vocabulary": 20, "width": 8, "heads": 2, "depth": 1},
        (("256", "12"),),
        known=20,
    ),
    "unet": Small(
        {"width": 2},
        (("128", "16"),),
        (16, 16),
        training={"metrics": ["f1", "auc", "confusion"]},
    ),
    "variational_autoencoder": Small(
        {"hidden": 8},
        (),
        training={
            "data": {"npz": "a.npz", "targets": "input"},
            "loss": {
                "custom": {"path": "losses.py", "function": "elbo"},
                "on": ["reconstruction", "mu", "logvar"],
            },
            "metrics": ["mae"],
        },
    ),
    "vgg16": Small(SMALL),
    "vit_b_16": Small(
        {**SMALL, "width": 8, "depth": 1, "heads": 2, "mlp_width": 8}, ()
    ),
}
"""How each network of the zoo becomes small."""


def test_every_network_of_the_zoo_is_tried() -> None:
    assert {path.stem for path in ZOO.glob("*.yaml")} == {*NETWORKS}


def data_of(graph: Any, small: Small) -> dict[str, Any]:
    """Make arrays at random: one of each input, and targets of all classes."""
    draw = np.random.default_rng(0)
    classes = graph.recipe.classes if graph.recipe.classes > 1 else 2
    count = 12 if small.places else 10 * classes
    found: dict[str, Any] = {}
    alone = len(graph.inputs) == 1
    for name, value in graph.inputs.items():
        shape = (count, *(int(size) for size in value.shape))
        made: Any = draw.random(shape).astype("float32")
        if value.dtype == "int64":
            made = draw.integers(0, small.known, shape)
            if not value.shape:  # the length of a text
                made = made % 12 + 1
        found["x" if alone else name] = made
    shape = (count, *small.places)
    found["y"] = draw.permutation(int(np.prod(shape))).reshape(shape) % classes
    return found


@pytest.mark.parametrize(
    "name",
    [
        name if name in FAST else pytest.param(name, marks=pytest.mark.exhaustive)
        for name in NETWORKS
    ],
)
def test_a_network_of_the_zoo_trains(name: str, tmp_path: Path) -> None:
    """For an epoch; then it predicts."""
    small = NETWORKS[name]
    text = (ZOO / f"{name}.yaml").read_text("utf-8")
    for old, new in small.sizes:
        assert old in text
        text = text.replace(old, new)
    training = {
        "data": {"npz": "a.npz"},
        "loss": "CrossEntropyLoss",
        "optimizer": {"Adam": {"lr": 0.001}},
        "epochs": 1,
        "batch_size": 8,
    } | small.training
    shutil.copytree(ZOO / "blocks", tmp_path / "blocks")
    path = tmp_path / f"{name}.yaml"
    path.write_text(f"{text}\n{yaml.safe_dump({'training': training})}", "utf-8")
    loaded = api.load(path, small.settings)
    for file, code in api.render(loaded, "explicit").items():
        (tmp_path / file).write_text(code, "utf-8")
    (tmp_path / "losses.py").write_text(LOSSES, "utf-8")
    arrays = data_of(loaded.graph, small)
    np.savez(tmp_path / "a.npz", **arrays)
    (script,) = tmp_path.glob("train_*.py")
    args = ("--data-dir", str(tmp_path), "--out", str(tmp_path / "run"))
    train(script, *args)
    (row,) = rows(tmp_path / "run")
    assert np.isfinite(float(row["test_loss"]))
    predicting = script.with_name(script.name.replace("train_", "predict_"))
    more = ("--run", str(tmp_path / "run"), "--data-dir", str(tmp_path))
    done = processes.run(predicting, str(tmp_path / "a.npz"), "--evaluate", *more)
    assert done.returncode == 0, done.stderr
    found = [line for line in done.stdout.splitlines() if "a.npz" in line]
    assert len(found) == len(arrays["y"])
