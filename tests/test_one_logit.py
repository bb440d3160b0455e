"""Two classes that one output tells apart, perplexity, and metrics in a unit."""

from __future__ import annotations

import csv
import random
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from mlpgen import SpecError, api

from . import processes
from .networks import network
from .shared_modules import load, shared
from .test_data import NO_PILLOW, data, spec_of, table
from .test_loss_weights import state
from .test_training import refused, rows, tiny, train

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["data", "tiny"]  # fixtures

METRICS = ["accuracy", "f1", "auc", "confusion", "mae"]


def area(scores: list[float], positive: list[bool]) -> float:
    """Return the area under the ROC curve, by all pairs."""
    high = [score for score, up in zip(scores, positive, strict=True) if up]
    low = [score for score, up in zip(scores, positive, strict=True) if not up]
    pairs = [(a > b) + 0.5 * (a == b) for a in high for b in low]
    return sum(pairs) / len(pairs)


def test_the_area_under_a_curve_is_that_of_all_pairs() -> None:
    draw = random.Random(0)
    for _ in range(20):
        count = draw.randint(2, 60)
        scores = [float(draw.randint(0, 12)) for _ in range(count)]
        positive = [True, False, *(draw.random() < 0.3 for _ in range(count - 2))]
        ranking = shared("scores").Ranking()
        for start in range(0, count, 7):
            ranking.add(
                torch.tensor(scores[start : start + 7])[:, None],
                torch.tensor(positive[start : start + 7])[:, None],
            )
        assert ranking.area() == pytest.approx(area(scores, positive))


def made(spec: dict[str, Any], folder: Path) -> Path:
    for name, text in api.render(network(spec), "explicit").items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder / "train_tried.py"


def two(kind: str, data: Path) -> dict[str, Any]:
    """Write data of two classes, more negative than positive ones."""
    draw = np.random.default_rng(0)
    labels = (np.arange(90) % 3 == 0).astype("int64")
    x = draw.normal(size=(90, 2)) + 0.8 * labels[:, None]
    found: dict[str, Any] = {"input": [2], "layers": [{"Linear": 1}]}
    if kind in ("numbers", "words"):
        names = ("no", "yes") if kind == "words" else (0, 1)
        lines = [
            {"a": a, "b": b, "y": names[label]}
            for (a, b), label in zip(x.tolist(), labels.tolist(), strict=True)
        ]
        table(data / f"{kind}.csv", lines)
        return found | {"data": {"csv": f"{kind}.csv", "target": "y"}}
    if kind == "arrays":
        np.savez(data / "two.npz", x=x.astype("float32"), y=labels)
        return found | {"data": {"npz": "two.npz"}}
    from PIL import Image

    for index, label in enumerate(labels.tolist()):
        folder = data / "pair" / ("off", "on")[label]
        folder.mkdir(parents=True, exist_ok=True)
        gray = draw.integers(0, 200, size=(4, 4)) + 40 * label
        Image.fromarray(gray.astype("uint8")).save(folder / f"{index}.png")
    layers = ["Flatten", {"Linear": 1}]
    return {"input": [1, 4, 4], "layers": layers, "data": {"images": "pair"}}


@pytest.mark.parametrize("kind", ["numbers", "words", "arrays", "images"])
@pytest.mark.parametrize("loss", ["BCEWithLogitsLoss", "BCELoss"])
@pytest.mark.thinned(3)
def test_metrics_of_one_output(kind: str, loss: str, tmp_path: Path) -> None:
    """Computed again from the test data; ranks say the same."""
    if NO_PILLOW and kind == "images":
        pytest.skip("reading images needs Pillow")
    found = two(kind, tmp_path)
    layers = found["layers"] + (["Sigmoid"] if loss == "BCELoss" else [])
    spec = {
        "name": "Tried",
        "input": found["input"],
        "layers": layers,
        "training": {
            "data": found["data"],
            "loss": loss,
            "metrics": METRICS,
            "optimizer": {"SGD": {"lr": 0.1}},
            "batch_size": 8,
            "epochs": 2,
        },
    }
    script = made(spec, tmp_path)
    text = script.read_text(encoding="utf-8")
    assert "EVAL_BATCH_SIZE = 2500" in text
    script.write_text(
        text.replace("EVAL_BATCH_SIZE = 2500", "EVAL_BATCH_SIZE = 5"), "utf-8"
    )
    out = tmp_path / "run"
    train(script, "--data-dir", str(tmp_path), "--out", str(out))
    test = load(spec, tmp_path).test
    weights = [*torch.load(out / "best.pt", weights_only=True)["model"].values()]
    features, targets = test.between(0, len(test))
    logits = F.linear(features.flatten(1), *weights).flatten()
    positive, taken = targets.flatten() == 1, logits > 0
    row = next(r for r in rows(out) if r["epoch"] == str(best_of(out)))
    both = int((positive & taken).sum())
    wanted = {
        "accuracy": float((positive == taken).float().mean()),
        "f1": 2 * both / max(int(positive.sum() + taken.sum()), 1),
        "auc": area(logits.tolist(), positive.tolist()),
        "mae": float((logits.sigmoid() - positive.float()).abs().mean()),
    }
    for name, value in wanted.items():
        assert float(row[f"test_{name}"]) == pytest.approx(value, abs=1e-5), name
    with (out / "confusion.csv").open(newline="", encoding="utf-8") as file:
        (_, *names), *counts = csv.reader(file)
    assert names == {"words": ["no", "yes"], "images": ["off", "on"]}.get(
        kind, ["0", "1"]
    )
    assert int(counts[1][2]) == both
    assert sum(int(each) for line in counts for each in line[1:]) == len(test)
    with (out / "thresholds.csv").open(newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert [float(line["threshold"]) for line in lines] == [
        pytest.approx(step / 20) for step in range(1, 20)
    ]
    for line in lines:
        over = logits.sigmoid() > float(line["threshold"])
        assert int(line["true_positive"]) == int((over & positive).sum())
        assert int(line["false_positive"]) == int((over & ~positive).sum())
        assert int(line["false_negative"]) == int((~over & positive).sum())
    predicting = script.with_name("predict_tried.py")
    args = ("--run", str(out), "--evaluate", "--data-dir", str(tmp_path))
    done = processes.run(predicting, *args)
    assert done.returncode == 0, done.stderr
    assert f"test_auc  {wanted['auc']:.4f}" in done.stdout
    if kind == "numbers":
        done = processes.run_ranks(
            script, "--data-dir", str(tmp_path), "--out", str(tmp_path / "two")
        )
        assert done.returncode == 0, done.stderr
        for ours, theirs in zip(rows(out), rows(tmp_path / "two"), strict=True):
            for name in ("auc", "f1", "accuracy"):
                assert float(ours[f"test_{name}"]) == pytest.approx(
                    float(theirs[f"test_{name}"]), abs=1e-4
                )


def best_of(out: Path) -> int:
    return int(torch.load(out / "best.pt", weights_only=True)["best_epoch"])


def test_three_words_are_too_many(tmp_path: Path) -> None:
    lines = [{"a": index, "y": "xyz"[index % 3]} for index in range(30)]
    table(tmp_path / "three.csv", lines)
    spec = spec_of(
        "csv", data={"csv": "three.csv", "target": "y"}, loss="BCEWithLogitsLoss"
    )
    spec["training"].pop("subset")
    script = made(spec | {"input": [1], "layers": [{"Linear": 1}]}, tmp_path)
    args = ("--data-dir", str(tmp_path), "--out", str(tmp_path / "run"))
    refused(script, *args, says="'y' has 3 classes, the model tells 2 apart")


def test_the_area_of_two_outputs(tmp_path: Path) -> None:
    """Two classes as two outputs have an area too."""
    found = two("arrays", tmp_path)
    spec = {
        "name": "Tried",
        "input": [2],
        "layers": [{"Linear": 2}],
        "training": {
            "data": found["data"],
            "loss": "CrossEntropyLoss",
            "metrics": ["auc"],
            "optimizer": {"SGD": {"lr": 0.1}},
            "batch_size": 8,
            "epochs": 1,
        },
    }
    script = made(spec, tmp_path)
    out = tmp_path / "run"
    train(script, "--data-dir", str(tmp_path), "--out", str(out))
    test = load(spec, tmp_path).test
    logits = F.linear(test.features, *state(out)["model"].values())
    scores = (logits[:, 1] - logits[:, 0]).tolist()
    wanted = area(scores, (test.targets == 1).tolist())
    assert float(rows(out)[0]["test_auc"]) == pytest.approx(wanted, abs=1e-6)


@pytest.mark.parametrize("kind", ["text", "lines"])
def test_perplexity_is_the_exponential_of_the_mean(
    kind: str, data: Path, tmp_path: Path
) -> None:
    """Steps behind the end of a line do not count."""
    spec = spec_of(kind, metrics=["perplexity", "accuracy"], epochs=2)
    spec["training"].pop("validation", None)
    script = made(spec, tmp_path)
    out = tmp_path / "run"
    train(script, "--data-dir", str(data), "--out", str(out))
    for row in rows(out):
        wanted = np.exp(float(row["test_loss"]))
        assert float(row["test_perplexity"]) == pytest.approx(wanted, rel=1e-4)


def test_perplexity_is_of_the_cross_entropy_alone(data: Path, tmp_path: Path) -> None:
    """Label smoothing changes the loss, but not the perplexity."""
    spec = spec_of("text", metrics=["perplexity"], epochs=1)
    spec["training"].pop("validation", None)
    spec["training"]["loss"] = {"CrossEntropyLoss": {"label_smoothing": 0.5}}
    script = made(spec, tmp_path)
    out = tmp_path / "run"
    train(script, "--data-dir", str(data), "--out", str(out))
    row = rows(out)[0]
    assert float(row["test_perplexity"]) != pytest.approx(
        np.exp(float(row["test_loss"])), rel=1e-2
    )


@pytest.mark.parametrize(
    ("kind", "training", "message"),
    [
        ("csv", {"metrics": ["auc"]}, "for two classes, but there are 3"),
        ("csv", {"metrics": ["perplexity"]}, "measures what is next in a text"),
        ("numbers", {"metrics": ["auc"]}, "is a metric of classes"),
        ("numbers", {"metrics": ["perplexity"]}, "measures what is next in a text"),
        ("text", {"metrics": ["auc"]}, "is not available for text"),
        ("chances", {"metrics": ["top5"]}, "tells two classes apart"),
    ],
)
def test_metrics_that_do_not_fit(
    kind: str, training: dict[str, Any], message: str
) -> None:
    with pytest.raises(SpecError) as error:
        network(spec_of(kind, **training))
    (found,) = error.value.diagnostics
    assert found.code == "MG406"
    assert message in found.message


@pytest.mark.parametrize("kind", ["images", "mnist", "arrays", "cifar10"])
@pytest.mark.parametrize("normalize", ["auto", "numbers"])
@pytest.mark.thinned(3)
def test_errors_of_restored_inputs_are_in_their_own_unit(
    kind: str, normalize: str, data: Path, tmp_path: Path
) -> None:
    """Whatever they are brought to: images from 0 to 1, arrays as they are."""
    if NO_PILLOW and kind == "images":
        pytest.skip("reading images needs Pillow")
    shape = {"images": [1, 14, 14], "mnist": [1, 28, 28], "arrays": [2, 3]}.get(
        kind, [3, 32, 32]
    )
    size = int(np.prod(shape))
    np.savez(
        data / "wide.npz",
        x=(np.random.default_rng(0).normal(size=(60, 2, 3)) * [[9], [2]] + 5).astype(
            "float32"
        ),
        y=np.zeros(60),
    )
    named: dict[str, Any] = {
        "images": {"images": "digits"},
        "arrays": {"npz": "wide.npz"},
    }
    scale: Any = "auto" if normalize == "auto" else [0.25, 0.5]
    spec = {
        "name": "Tried",
        "input": shape,
        "layers": [
            "Flatten",
            {"Linear": 4},
            {"Linear": size},
            {"Unflatten": {"dim": 1, "unflattened_size": shape}},
        ],
        "training": {
            "data": named.get(kind, kind),
            "normalize": scale,
            "loss": {"custom": {"path": "losses.py", "function": "squares"}},
            "metrics": ["mae", "rmse", "r2"],
            "optimizer": {"SGD": {"lr": 0.001}},
            "batch_size": 8,
            "epochs": 1,
        },
    }
    script = made(spec, tmp_path)
    code = (
        "def squares(outputs, images):\n    return (outputs - images).square().mean()\n"
    )
    (tmp_path / "losses.py").write_text(code, encoding="utf-8")
    out = tmp_path / "run"
    train(script, "--data-dir", str(data), "--out", str(out))
    sets, plain = load(spec, data), load(without_scale(spec), data)
    features, _ = sets.test.between(0, len(sets.test))
    images, _ = plain.test.between(0, len(plain.test))
    weights = [*state(out)["model"].values()]
    code_of = F.linear(features.flatten(1), *weights[:2])
    output = F.linear(code_of, *weights[2:]).view(features.shape)
    about = state(out)["about"]
    unit = 255 if kind in ("images", "cifar10") else 1
    dims = (-1,) + (1,) * (len(shape) - 1)
    mean, std = (
        torch.tensor(about[name]).view(dims) / unit for name in ("mean", "std")
    )
    error = output * std + mean - images
    row = rows(out)[0]
    spread = (images - images.mean()).square().sum()
    wanted = {
        "mae": error.abs().mean(),
        "rmse": error.square().mean().sqrt(),
        "r2": 1 - error.square().sum() / spread,
    }
    for name, value in wanted.items():
        assert float(row[f"test_{name}"]) == pytest.approx(float(value), rel=1e-3), name
    predicting = script.with_name("predict_tried.py")
    args = ("--run", str(out), "--evaluate", "--data-dir", str(data))
    done = processes.run(predicting, *args)
    assert f"test_mae  {float(wanted['mae']):.4f}" in done.stdout, done.stderr


def without_scale(spec: dict[str, Any]) -> dict[str, Any]:
    training = {**spec["training"], "normalize": None}
    return {**spec, "training": training}
