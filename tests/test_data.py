"""Custom data, and the keys of a spec about data."""

from __future__ import annotations

import csv
import gzip
import inspect
import io
import re
import shutil
import struct
import tarfile
import zlib
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

from mlpgen import api
from mlpgen.scripts.data_loading import DEFAULTS
from mlpgen.training.data.kinds import USER_DATA

from . import processes
from .networks import network
from .shared_modules import load, shared
from .test_predict import NO_PILLOW, images_of, png, predict
from .test_training import MLP, refused, rendered, rows, tiny, train

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["tiny"]  # a fixture

ADAM = {"Adam": {"lr": 0.01}}
TABLE = [{"Linear": 8}, "ReLU", {"Linear": 3, "name": "logits"}]
READER = [
    {"Embedding": {"num_embeddings": 40, "embedding_dim": 16}},
    {"GRU": 32, "select": "output"},
    {"Linear": 30},
]
SPECS: dict[str, dict[str, Any]] = {
    "images": {
        "input": [1, 14, 14],
        "layers": ["Flatten", {"Linear": 32}, "ReLU", {"Linear": 4}],
        "training": {
            "data": {"images": "digits"},
            "normalize": "auto",
            "augment": [{"crop": 1}],
            "validation": 0.2,
        },
    },
    "csv": {
        "input": [5],
        "layers": TABLE,
        "training": {"data": {"csv": "irises.csv", "target": "kind"}, "subset": 80},
    },
    "numbers": {
        "input": [5],
        "layers": [{"Linear": 8}, "Tanh", {"Linear": 1}],
        "training": {
            "data": {"csv": "prices.csv", "target": "price", "test": 0.25},
            "loss": "MSELoss",
            "optimizer": {"Adam": {"lr": 0.1}},
            "epochs": 20,
            "metrics": ["mae", "r2"],
        },
    },
    "npz": {
        "input": [2, 3],
        "layers": ["Flatten", {"Linear": 8}, "ReLU", {"Linear": 3}],
        "training": {"data": {"npz": "arrays.npz"}, "validation": 0.25},
    },
    "restored": {
        "input": [1, 14, 14],
        "layers": [
            "Flatten",
            {"Linear": 32},
            {"Linear": 196},
            {"Unflatten": {"dim": 1, "unflattened_size": [1, 14, 14]}},
        ],
        "training": {
            "data": {"images": "digits"},
            "subset": 60,
            "normalize": [0.5, 0.5],
            "loss": "MSELoss",
        },
    },
    "chances": {
        "input": [5],
        "layers": [{"Linear": 8}, "Tanh", {"Linear": 1}],
        "training": {
            "data": {"csv": "chances.csv", "target": "red"},
            "validation": 0.2,
            "loss": "BCEWithLogitsLoss",
            "metrics": ["accuracy", "f1", "auc", "confusion", "mae"],
        },
    },
    "vectors": {
        "input": [2, 3],
        "layers": ["Flatten", {"Linear": 2}],
        "training": {
            "data": {"npz": "vectors.npz"},
            "normalize": "auto",
            "validation": 0.25,
            "subset": 80,
            "loss": "SmoothL1Loss",
            "optimizer": {"Adam": {"lr": 0.1}},
            "metrics": ["r2"],
        },
    },
    "text": {
        "input": {"tokens": {"shape": [16], "dtype": "int64"}},
        "layers": READER,
        "training": {
            "data": {"text": "rhyme.txt"},
            "validation": 0.1,
            "metrics": ["accuracy", "perplexity"],
            "epochs": 20,
        },
    },
    "lines": {
        "input": {"tokens": {"shape": [12], "dtype": "int64"}},
        "layers": [*READER, {"LogSoftmax": {"dim": 2}}],
        "training": {
            "data": {"text": "numbers.txt", "by": "lines"},
            "loss": {"NLLLoss": {"ignore_index": -7}},
            "epochs": 12,
        },
    },
    "texts": {
        "input": {"tokens": {"shape": [5], "dtype": "int64"}},
        "layers": [READER[0], {"mean": 1}, {"Linear": 2}],
        "training": {
            "data": {
                "text": "moods.csv",
                "column": "said",
                "target": "mood",
                "units": "words",
                "vocabulary": 20,
            },
            "validation": 0.2,
            "metrics": ["f1"],
        },
    },
    "next words": {
        "input": {"tokens": {"shape": [16], "dtype": "int64"}},
        "layers": READER,
        "training": {"data": {"text": "rhyme.txt", "units": "words"}, "epochs": 30},
    },
    "scaled module": {
        "input": [4],
        "layers": TABLE,
        "training": {
            "data": {"module": "mine.py"},
            "normalize": [[0, 1, 2, 3], 2],
            "subset": 50,
        },
    },
    "tokens": {
        "input": {"tokens": {"shape": [6], "dtype": "int64"}},
        "layers": [{"EmbeddingBag": {"num_embeddings": 9, "embedding_dim": 3}}],
        "training": {"data": {"npz": "tokens.npz"}, "optimizer": {"Adam": {"lr": 0.1}}},
    },
    "module": {
        "input": [4],
        "layers": TABLE,
        "training": {"data": {"module": "mine.py"}},
    },
    "cifar100": {
        "input": [3, 32, 32],
        "layers": ["Flatten", {"Linear": 100}],
        "training": {"data": "cifar100", "metrics": ["top5"]},
    },
    "cifar": {
        "input": [3, 32, 32],
        "layers": ["Flatten", {"Linear": 10}],
        "training": {
            "data": "cifar10",
            "normalize": [[0.49, 0.48, 0.45], [0.2, 0.2, 0.3]],
            "augment": ["flip"],
        },
    },
    "scaled": {
        "input": [1, 28, 28],
        "layers": MLP,
        "training": {
            "data": "mnist",
            "normalize": "auto",
            "validation": 0.1,
            "subset": 200,
            "scheduler": "ReduceLROnPlateau",
        },
    },
}
USUAL = {"loss": "CrossEntropyLoss", "optimizer": ADAM, "epochs": 12, "batch_size": 16}


def spec_of(kind: str, **more: Any) -> dict[str, Any]:
    """Return a spec for a kind of data."""
    spec = SPECS[kind]
    return {"name": "Tried"} | spec | {"training": USUAL | spec["training"] | more}


def written(kind: str, folder: Path, **more: Any) -> Path:
    """Render the scripts of a spec into a folder."""
    folder.mkdir(exist_ok=True)
    for name, text in api.render(network(spec_of(kind, **more)), "explicit").items():
        (folder / name).write_text(text, encoding="utf-8")
    if "module" in kind:
        (folder / "mine.py").write_text(MODULE)
    return folder / "train_tried.py"


def digits(folder: Path, tiny: Path) -> None:
    counts = dict.fromkeys(range(4), 0)
    for image, label in images_of(tiny):
        if label in counts:
            counts[label] += 1
            path = folder / "digits" / ["zero", "one", "two", "three"][label]
            path.mkdir(parents=True, exist_ok=True)
            png(path / f"{counts[label]}.png", image.tolist())


def flowers(count: int = 120) -> list[dict[str, Any]]:
    """Make rows of numbers and a category, of three kinds that can be told apart."""
    draw = np.random.default_rng(0)
    found = []
    for index in range(count):
        kind = index % 3
        found.append(
            {
                "length": f"{draw.normal(5 + kind, 0.3):.3f}",
                "color": "red" if kind == 0 else draw.choice(["blue", "white"]),
                "width": f"{draw.normal(100 * kind, 30):.1f}",
                "kind": ["setosa", "virginica", "other, or none"][kind],
            }
        )
    return found


def table(path: Path, found: list[dict[str, Any]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(found[0]))
        writer.writeheader()
        writer.writerows(found)


def prices(path: Path) -> None:
    found = flowers(160)
    for row in found:
        row["price"] = 3 * float(row["length"]) + (row.pop("kind") == "setosa")
    table(path, found)


def arrays(path: Path, **more: Any) -> None:
    draw = np.random.default_rng(0)
    y = np.arange(120) % 3
    x = draw.normal(size=(120, 2, 3)) + y[:, None, None]
    np.savez(path, **({"x": x.astype("float32"), "y": y} | more))


def chances(path: Path) -> None:
    found = flowers()
    for row in found:
        row["red"] = int(row.pop("color") == "red")
        row["kind"] = row["kind"].partition(",")[0]
    table(
        path,
        [
            {name: row[name] for name in ("length", "width", "kind", "red")}
            for row in found
        ],
    )


def vectors(path: Path) -> None:
    x = np.random.default_rng(0).normal(size=(120, 2, 3))
    np.savez(path, x=x, y=x.sum(axis=2), x_test=x[:20], y_test=x[:20].sum(axis=2))


RHYME = "Höher als der Hase hüpft, hüpft ein Hase höher!!\n"
MODULE = """
import torch

def load(folder):
    torch.manual_seed(0)
    y = torch.arange(90) % 3
    x = torch.randn(90, 4) + 3 * y[:, None]
    return (x[:60], y[:60]), (x[60:], y[60:])

def read(path):
    lines = path.read_text().splitlines()
    return torch.tensor([[float(word) for word in line.split()] for line in lines])
"""


BATCHES = [*(f"data_batch_{i}" for i in range(1, 6)), "test_batch"]


def cifar(path: Path, names: list[str], classes: int, count: int = 40) -> None:
    """Write images whose brightness is the fine label, after a coarse one."""
    draw = np.random.default_rng(0)
    with tarfile.open(path, "w:gz") as archive:
        for name in names:
            labels = draw.integers(0, classes, (count, 1), dtype=np.uint8)
            pixels = draw.integers(0, 50, (count, 3072), dtype=np.uint8)
            pixels += labels * (200 // classes)
            coarse = [labels // 5] if classes == 100 else []
            content = np.concatenate([*coarse, labels, pixels], 1).tobytes()
            member = tarfile.TarInfo(f"binary/{name}.bin")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))


@pytest.fixture
def data(tmp_path: Path, tiny: Path) -> Path:
    """Make a folder with data of each kind, which a test may change."""
    return shutil.copytree(all_kinds(tiny), tmp_path / "data", symlinks=True)


@cache
def all_kinds(tiny: Path) -> Path:
    """Make one beside that of the tiny data."""
    folder = tiny.with_name(f"{tiny.name}_of_all_kinds")
    folder.mkdir()
    digits(folder, tiny)
    table(folder / "irises.csv", flowers())
    prices(folder / "prices.csv")
    arrays(folder / "arrays.npz")
    vectors(folder / "vectors.npz")
    (folder / "rhyme.txt").write_text(RHYME * 40, encoding="utf-8")
    moods = [
        "so happy today,good",
        "how sad it is,bad",
        "be happy,good",
        "a sad day,bad",
    ]
    (folder / "moods.csv").write_text("\n".join(["said,mood", *moods * 30]))
    (folder / "numbers.txt").write_text("\n".join(["one", "two", "three"] * 40))
    y = np.arange(90) % 3
    np.savez(
        folder / "tokens.npz",
        x=3 * y[:, None] + np.arange(90 * 6).reshape(90, 6) % 3,
        y=y,
    )
    chances(folder / "chances.csv")
    cifar(folder / "cifar-10-binary.tar.gz", BATCHES, 10)
    cifar(folder / "cifar-100-binary.tar.gz", ["train", "test"], 100)
    (folder / "MNIST").symlink_to(tiny / "MNIST")
    return folder


def test_lines_count_by_their_characters(data: Path, tmp_path: Path) -> None:
    """Lines are of unequal length; batches and ranks of any size say the same."""
    script = written("lines", tmp_path / "made", epochs=2, batch_size=4)
    one, small, two = (tmp_path / name for name in ("one", "small", "two"))
    train(script, "--data-dir", str(data), "--out", str(one))
    text = script.read_text(encoding="utf-8")
    size = re.search(r"EVAL_BATCH_SIZE = \d+", text)
    assert size is not None
    script.write_text(text.replace(size[0], "EVAL_BATCH_SIZE = 1"), encoding="utf-8")
    train(script, "--data-dir", str(data), "--out", str(small))
    done = processes.run_ranks(script, "--data-dir", str(data), "--out", str(two))
    assert done.returncode == 0, done.stderr
    for other in (small, two):
        for ours, theirs in zip(rows(one), rows(other), strict=True):
            assert float(ours["test_loss"]) == pytest.approx(
                float(theirs["test_loss"]), abs=1e-3
            )


def test_f1_averages_only_classes_that_occur(data: Path, tmp_path: Path) -> None:
    """A model can have more outputs than the data has classes."""
    spec = spec_of("csv", metrics=["f1"], epochs=20)
    spec["layers"] = [{"Linear": 8}, "ReLU", {"Linear": 10}]
    for name, text in api.render(network(spec), "explicit").items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    script = tmp_path / "train_tried.py"
    out = tmp_path / "out"
    train(script, "--data-dir", str(data), "--out", str(out))
    last = rows(out)[-1]
    assert float(last["test_f1"]) == pytest.approx(
        float(last["test_accuracy"]), abs=0.1
    )


@pytest.mark.skipif(NO_PILLOW, reason="reading images needs Pillow")
def test_r2_of_images_that_are_bytes(data: Path, tmp_path: Path) -> None:
    script = written("restored", tmp_path / "made", metrics=["mae", "r2"])
    out = tmp_path / "out"
    train(script, "--data-dir", str(data), "--out", str(out))
    last = rows(out)[-1]
    assert float(last["test_r2"]) < 1
    test = load(spec_of("restored"), data).test
    torch.save(test.between(0, len(test))[0], tmp_path / "images.pt")
    code = (
        "import torch\n"
        "from tried import Tried\n"
        f"state = torch.load({str(out / 'last.pt')!r}, weights_only=True)\n"
        "model = Tried().eval()\n"
        "model.load_state_dict(state['model'])\n"
        f"images = torch.load({str(tmp_path / 'images.pt')!r})\n"
        "error = (model(images) - images).square().mean()\n"
        "r2 = 1 - error / (images - images.mean()).square().mean()\n"
        f"assert abs(r2.item() - {last['test_r2']}) < 1e-3, r2\n"
    )
    measuring = script.with_name("measuring.py")
    measuring.write_text(code, "utf-8")
    done = processes.run(measuring)
    assert done.returncode == 0, done.stderr


def test_r2_where_all_targets_are_equal() -> None:
    score = shared("scores").Variance()
    score.add(torch.randn(8, 1), torch.full((8, 1), 3.0))
    assert score.explained() == 0


def test_r2_of_several_targets_is_the_mean_of_theirs() -> None:
    """That targets differ from each other is nothing that a model explains."""
    draw = torch.Generator().manual_seed(0)
    wanted = torch.randn(90, 3, generator=draw) * torch.tensor([1.0, 5.0, 0.0])
    wanted += torch.tensor([5.0, 1000.0, 7.0])
    given = wanted.mean(dim=0) + 0.9 * (wanted - wanted.mean(dim=0))
    given[:, 0] = 5.0
    score = shared("scores").Variance()
    for start in (0, 40, 50):
        stop = {0: 40, 40: 50, 50: 90}[start]
        score.add(given[start:stop], wanted[start:stop])
    each = 1 - (given - wanted).square().sum(0) / (
        wanted - wanted.mean(0)
    ).square().sum(0)
    assert score.explained() == pytest.approx(float(each[:2].sum()) / 3, abs=1e-4)
    assert score.explained() < 0.34


def test_resumed_with_other_classes(data: Path, tmp_path: Path) -> None:
    script = written("csv", tmp_path / "made", epochs=1)
    out = str(tmp_path / "out")
    train(script, "--data-dir", str(data), "--out", out)
    table = data / "irises.csv"
    kind = table.read_text(encoding="utf-8").splitlines()[1].split(",")[-1]
    text = table.read_text(encoding="utf-8").replace(kind, "zzz")
    table.write_text(text, encoding="utf-8")
    refused(script, "--resume", out, "--epochs", "2", says="made with other data")


@pytest.mark.parametrize("kind", SPECS)
@pytest.mark.thinned(2)
def test_every_kind_trains_and_predicts(kind: str, data: Path, tmp_path: Path) -> None:
    if NO_PILLOW and kind in ("images", "restored"):
        pytest.skip("reading images needs Pillow")
    script = written(kind, tmp_path / "made")
    run = script.with_name("run")
    printed = train(script, "--data-dir", str(data), "--out", str(run))
    last = rows(run)[-1]
    watched = "validation" if "validation" in SPECS[kind]["training"] else "test"
    assert f"{watched}_loss" in last
    if watched == "validation":
        assert "test_loss" not in last
        assert "test_loss" in printed
    if kind in ("numbers", "vectors"):
        assert float(last[f"{watched}_r2"]) > 0.8
    elif kind == "restored":
        assert float(last["test_loss"]) < 0.5
    elif kind in ("text", "lines", "next words"):
        assert float(last[f"{watched}_loss"]) < 0.6
    elif kind not in ("chances", "cifar100"):
        least = 0.3 if kind == "cifar" else 0.6
        assert float(last[f"{watched}_accuracy"]) > least
    predicting = script.with_name("predict_tried.py")
    found = predict(predicting, "--evaluate", "--data-dir", str(data))
    assert "test_loss" in found
    if kind == "images":
        file = data / "digits" / "zero" / "1.png"
        assert predict(predicting, str(file)).split(": ")[1].startswith("zero")
        (data / "digits" / "zero").rename(data / "digits" / "zzz")
        other = ("--evaluate", "--data-dir", str(data), "--run", "run")
        refused(predicting, *other, says="other classes than what was trained on")
    if kind == "csv":
        lines = predict(predicting, str(data / "irises.csv")).splitlines()
        assert len(lines) == 120
        row = (data / "irises.csv").read_text(encoding="utf-8").splitlines()[:2]
        (tmp_path / "a.csv").write_text("\n".join(row), encoding="utf-8")
        assert (
            predict(predicting, str(tmp_path / "a.csv"))
            .split(": ")[1]
            .startswith("setosa")
        )
        assert sum("setosa" in line.split(": ")[1].split("%")[0] for line in lines) > 30
    if kind == "text":
        (tmp_path / "a.txt").write_text("Höher als", encoding="utf-8")
        assert "Höher als der Hase" in predict(predicting, str(tmp_path / "a.txt"))
    if kind == "next words":
        (tmp_path / "a.txt").write_text("Höher als", encoding="utf-8")
        said = predict(predicting, str(tmp_path / "a.txt"))
        assert "Höher als der Hase hüpft, hüpft ein Hase höher!!\nHöher als" in said
        assert float(last["test_perplexity"]) < 1.8
    if kind == "texts":
        (tmp_path / "a.txt").write_text("Happy?\n")
        assert predict(predicting, str(tmp_path / "a.txt")).split()[1] == "good"
    if kind == "lines":
        (tmp_path / "a.txt").write_text("one\nth\n")
        assert predict(predicting, str(tmp_path / "a.txt")).endswith(": three\n")
    if kind == "restored":
        file = data / "digits" / "zero" / "1.png"
        assert "mean squared error" in predict(predicting, str(file))
    if kind == "vectors":
        np.save(tmp_path / "x.npy", np.ones((2, 3)))  # one, without a batch
        values = predict(predicting, str(tmp_path / "x.npy")).split(": ")[1].split()
        assert [float(value) for value in values] == pytest.approx([3, 3], abs=0.5)
        np.save(tmp_path / "x.npy", np.ones((2, 4)))
        file = tmp_path / "x.npy"
        refused(predicting, str(file), "--run", "run", says="takes (N, 2, 3)")
    if kind == "scaled module":
        (tmp_path / "a").write_text("0 0 0 0\n6 6 6 6")
        lines = predict(predicting, str(tmp_path / "a")).splitlines()
        assert [line.split(": ")[1].split()[0] for line in lines] == ["0", "2"]
    if kind == "npz":
        np.save(tmp_path / "x.npy", np.full((2, 2, 3), 2.0, dtype="float32"))
        lines = predict(predicting, str(tmp_path / "x.npy")).splitlines()
        assert [line.split(": ")[1].split()[0] for line in lines] == ["2", "2"]


def test_normalized_data_has_mean_0_and_deviation_1(data: Path) -> None:
    for kind in ("scaled", "images", "vectors"):
        train_data, _, _, about, *_ = load(spec_of(kind), data)
        features, _ = train_data.between(0, len(train_data))
        assert features.dtype == torch.float32
        assert abs(float(features.mean())) < 0.05
        assert abs(float(features.std()) - 1) < 0.05
        assert about["std"]


def test_parts_are_apart_and_the_same_for_every_run(data: Path) -> None:
    first, second = (load(spec_of("npz"), data) for _ in range(2))
    assert [len(each) for each in first[:3]] == [72, 24, 24]
    values = torch.cat([each.features.flatten(1)[:, 0] for each in first[:3]])
    assert len(values.unique()) == 120
    for one, other in zip(first[:3], second[:3], strict=True):
        assert torch.equal(one.features, other.features)


@pytest.mark.parametrize("kind", SPECS)
def test_facts_about_data_can_be_saved(
    kind: str, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Predictions need nothing else; the training data has no part without a share."""
    if NO_PILLOW and kind in ("images", "restored"):
        pytest.skip("reading images needs Pillow")
    (tmp_path / "mine.py").write_text(MODULE)
    monkeypatch.setattr(shared("data_module"), "__file__", str(tmp_path / "x.py"))
    found = load(spec_of(kind), data)
    torch.save(found.about, tmp_path / "about.pt")
    assert torch.load(tmp_path / "about.pt", weights_only=True) == found.about
    assert bool(len(found.validation)) == ("validation" in SPECS[kind]["training"])
    of_text = kind in ("text", "lines", "next words")
    known = ("vocabulary",) if of_text else ("classes",)
    if kind not in ("numbers", "chances", "vectors"):
        assert all(found.about[name] for name in known)


LEFT_OUT = ("name", "target")
"""Arguments that data leaves out where it has none: of a folder of texts, a target."""


@pytest.mark.parametrize(
    "name", ["mnist", "cifar", "words", "labeled_texts", *USER_DATA]
)
def test_defaults_are_those_of_the_modules(name: str) -> None:
    """Scripts only pass arguments that differ from `DEFAULTS`, so both must agree."""
    loader = USER_DATA[name].loader if name in USER_DATA else f"data_{name}"
    parameters = inspect.signature(shared(loader).load).parameters
    for each in parameters.values():
        if each.default is each.empty:
            continue  # scripts always pass it, and raise a TypeError without it
        if each.name == "goal":
            assert DEFAULTS["goal"]._asdict().items() <= each.default._asdict().items()
        elif each.name in DEFAULTS:
            default = str(each.default).removeprefix("torch.")
            assert default == str(DEFAULTS[each.name]), each
        elif each.kind is each.KEYWORD_ONLY:
            assert each.name in LEFT_OUT


def test_fine_labels_of_cifar100(data: Path) -> None:
    *parts, about, _, _ = load(spec_of("cifar100"), data)
    for part in (parts[0], parts[2]):
        features, targets = part.between(0, len(part))
        bright = (features.mean(dim=(1, 2, 3)) * 255 - 24.5) / 2
        assert (bright - targets).abs().max() < 1
    assert len(set(about["classes"])) == 100
    assert about["classes"][19:22] == ["cattle", "chair", "chimpanzee"]


def edit(path: Path, old: str, new: str) -> None:
    path.write_text(path.read_text().replace(old, new, 1))


def no_classes(data: Path) -> None:
    for path in (data / "digits").iterdir():
        path.rename(data / path.name)


def mine(data: Path, text: str) -> None:
    (data.parent / "made" / "mine.py").write_text(text)


def huge(path: Path) -> None:
    """Write an image of 400 million pixels into a few hundred kilobytes."""
    png(path, [[0]])
    head = struct.pack(">IIBBBBB", 20000, 20000, 1, 0, 0, 0, 0)
    content = path.read_bytes()
    chunk = b"IHDR" + head
    chunk += struct.pack(">I", zlib.crc32(chunk))
    path.write_bytes(content[:12] + chunk + content[33:])


def strange(data: Path) -> None:
    (data / "digits").rename(data / "train")
    (data / "digits").mkdir()
    (data / "train").rename(data / "digits" / "train")
    shutil.copytree(data / "digits" / "train", data / "digits" / "test")
    (data / "digits" / "test" / "one").rename(data / "digits" / "test" / "six")


Damage = tuple[str, "Callable[[Path], Any]", str]
DAMAGES: dict[str, Damage] = {
    "no image": (
        "images",
        lambda data: (data / "digits" / "one" / "1.png").write_text("text"),
        "is no image",
    ),
    "no classes": ("images", no_classes, "a folder with images for each class"),
    "too many classes": (
        "images",
        lambda data: [(data / "digits" / name).mkdir() for name in ("x", "y")],
        "6 folders of classes",
    ),
    "an empty class": (
        "images",
        lambda data: [path.unlink() for path in (data / "digits" / "one").iterdir()],
        "one has no images",
    ),
    "too large an image": (
        "images",
        lambda data: huge(data / "digits" / "one" / "1.png"),
        "is no image",
    ),
    "a class in the test alone": ("images", strange, "nothing is trained on for 'six'"),
    "no folder": (
        "images",
        lambda data: (data / "digits").rename(data / "other"),
        "is no folder",
    ),
    "missing column": (
        "csv",
        lambda data: edit(data / "irises.csv", "kind", "sort"),
        "no column 'kind'",
    ),
    "text for a number": (
        "csv",
        lambda data: edit(data / "irises.csv", "5.", "five and "),
        "is no number",
    ),
    "NaN": ("csv", lambda data: edit(data / "irises.csv", "5.", "nan,x"), "values"),
    "empty table": (
        "csv",
        lambda data: (data / "irises.csv").write_text(""),
        "no rows",
    ),
    "no table": (
        "csv",
        lambda data: (data / "irises.csv").write_bytes(b"\xff\x00\x81" * 99),
        "is no table",
    ),
    "other columns": (
        "csv",
        lambda data: table(
            data / "irises.csv", [row | {"more": "1"} for row in flowers()]
        ),
        "write `input: [6]`",
    ),
    "the same name twice": (
        "csv",
        lambda data: edit(data / "irises.csv", "color", "width"),
        "two columns of the same name",
    ),
    "a class that is missing": (
        "csv",
        lambda data: edit(data / "irises.csv", "setosa", ""),
        "'kind' is empty",
    ),
    "no chances": (
        "chances",
        lambda data: edit(data / "chances.csv", ",1\n", ",7\n"),
        "numbers from 0 to 1",
    ),
    "a test without targets": (
        "npz",
        lambda data: arrays(data / "arrays.npz", x_test=np.zeros((3, 2, 3))),
        "but not both",
    ),
    "one example": (
        "npz",
        lambda data: arrays(
            data / "arrays.npz", x=np.zeros((1, 2, 3)), y=np.zeros(1, int)
        ),
        "too few examples",
    ),
    "a number for an array": (
        "npz",
        lambda data: arrays(data / "arrays.npz", y=np.int64(1)),
        "targets []",
    ),
    "complex numbers": (
        "npz",
        lambda data: arrays(data / "arrays.npz", x=np.ones((120, 2, 3), complex)),
        "real numbers",
    ),
    "other targets": (
        "vectors",
        lambda data: np.savez(
            data / "vectors.npz", x=np.ones((99, 2, 3)), y=np.ones(99)
        ),
        "the model gives [2] of each",
    ),
    "NaN in arrays": (
        "npz",
        lambda data: arrays(
            data / "arrays.npz", x=np.full((120, 2, 3), np.nan, dtype="float32")
        ),
        "NaN",
    ),
    "labels out of range": (
        "npz",
        lambda data: arrays(data / "arrays.npz", y=np.arange(120) % 4),
        "tells 0 to 2 apart",
    ),
    "other shape": (
        "npz",
        lambda data: arrays(data / "arrays.npz", x=np.zeros((120, 5))),
        "the model takes (N, 2, 3)",
    ),
    "objects": (
        "npz",
        lambda data: arrays(data / "arrays.npz", x=np.array([{}] * 120)),
        "no file of arrays",
    ),
    "no text": (
        "text",
        lambda data: (data / "rhyme.txt").write_bytes(b"\xff\xfe\x00" * 99),
        "is no text",
    ),
    "an empty text": (
        "text",
        lambda data: (data / "rhyme.txt").write_text(""),
        "less than two pieces of 16",
    ),
    "an empty text of lines": (
        "lines",
        lambda data: (data / "numbers.txt").write_text("\n\n"),
        "there are no lines in the text",
    ),
    "more characters": (
        "text",
        lambda data: (data / "rhyme.txt").write_text(
            "".join(map(chr, range(200, 260))), encoding="utf-8"
        ),
        "60 different characters, and the model takes 30",
    ),
    "unknown numbers": (
        "tokens",
        lambda data: np.savez(
            data / "tokens.npz", x=np.full((90, 6), 9), y=np.arange(90) % 3
        ),
        "the model knows 0 to 8",
    ),
    "fractions for whole numbers": (
        "tokens",
        lambda data: np.savez(
            data / "tokens.npz", x=np.ones((90, 6)), y=np.arange(90) % 3
        ),
        "whole numbers for this model",
    ),
    "no arrays": (
        "npz",
        lambda data: (data / "arrays.npz").unlink(),
        "is not there",
    ),
    "no function": (
        "module",
        lambda data: mine(data, "x = 1\n"),
        "no function `load`",
    ),
    "an error of the module": (
        "module",
        lambda data: mine(data, "def load(folder):\n    return 1 / 0\n"),
        "mine.py, line 2: ZeroDivisionError",
    ),
    "no Python": ("module", lambda data: mine(data, "def load(:"), "SyntaxError"),
    "no module": (
        "module",
        lambda data: (data.parent / "made" / "mine.py").unlink(),
        "it belongs beside this script",
    ),
    "no pairs": (
        "module",
        lambda data: mine(data, "def load(folder): return 3\n"),
        "two pairs",
    ),
    "torn archive": (
        "cifar",
        lambda data: (data / "cifar-10-binary.tar.gz").write_bytes(
            (data / "cifar-10-binary.tar.gz").read_bytes()[:-5000]
        ),
        "cannot be read",
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.thinned(2)
def test_damaged_user_data(damage: str, data: Path, tmp_path: Path) -> None:
    kind, do, says = DAMAGES[damage]
    if NO_PILLOW and kind == "images":
        pytest.skip("reading images needs Pillow")
    script = written(kind, tmp_path / "made")
    do(data)
    refused(script, "--data-dir", str(data), says=says)


def test_images_that_do_not_fit_into_memory_stay_on_disk(
    data: Path, tmp_path: Path
) -> None:
    """Nothing of them is copied when they are parted, and they are the same."""
    if NO_PILLOW:
        pytest.skip("reading images needs Pillow")
    script = written("images", tmp_path / "made", normalize=None)
    args = ("--data-dir", str(data), "--epochs", "2", "--out")
    train(script, *args, "whole")
    edit(script.with_name("data_images.py"), "2 * every < memory()", "size == 0")
    assert "do not fit into memory: they stay on disk" in train(script, *args, "disk")
    one, other = (rows(script.with_name(name)) for name in ("whole", "disk"))
    assert one[-1]["train_loss"] == other[-1]["train_loss"]
    assert not list(script.parent.glob("images_*"))


def test_images_are_upright_and_opaque(tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image")
    about = {"shape": [1, 14, 14], "mean": None, "std": None}
    read_files = shared("data_images").read_files

    def read(made: Any, **more: Any) -> torch.Tensor:
        made.save(tmp_path / "a.png", **more)
        pixels: torch.Tensor = read_files([tmp_path / "a.png"], about)[0, 0]
        return pixels

    deep = image.fromarray(np.full((14, 14), 30_000, dtype=np.uint16))
    assert abs(float(read(deep).mean()) - 30_000 / 2**16) < 0.01
    assert float(read(image.new("RGBA", (14, 14), (0, 0, 0, 0))).mean()) == 1
    half = np.zeros((14, 14), dtype=np.uint8)
    half[:7] = 255
    exif = image.Exif()
    exif[0x0112] = 3  # upside down
    turned = read(image.fromarray(half), exif=exif)
    assert float(turned[:7].mean()) == 0
    assert float(turned[7:].mean()) == 1


def test_tables_are_standardized_by_what_is_trained_on(data: Path) -> None:
    train_data, _, _, about, *_ = load(spec_of("csv", validation=0.5), data)
    assert len(train_data.targets) == 40
    numbers = [
        place
        for place, column in enumerate(about["columns"].values())
        if "mean" in column
    ]
    assert numbers
    values = train_data.features[:, numbers[0]]
    assert abs(float(values.mean())) < 1e-5
    assert abs(float(values.std(correction=0)) - 1) < 1e-5


def test_pieces_of_text(data: Path, tmp_path: Path) -> None:
    """Each character but the first is once a target; lines end, and are padded."""
    decode = shared("data_text").decode
    *parts, about, _, _ = load(spec_of("text"), data)
    pieces = {
        decode(features, about) + decode(targets[-1:], about)
        for part in parts
        for features, targets in zip(*part.between(0, len(part)), strict=True)
    }
    text = RHYME * 40
    assert pieces <= {text[place : place + 17] for place in range(0, len(text), 16)}
    assert sum(map(len, parts)) == (len(text) - 1) // 16
    (tmp_path / "numbers.txt").write_text("a\n\ntwelve of them\r\nbc")
    lines, _, test, about, *_ = load(spec_of("lines"), tmp_path)
    kept = torch.cat([lines.features, test.features])
    assert sorted(decode(row, about) for row in kept) == [
        "\na" + 10 * "\n",
        "\nbc" + 9 * "\n",
        "\ntwelve of t",
    ]
    ends = torch.cat([lines.targets, test.targets])
    assert sorted((row != -7).sum().item() for row in ends) == [2, 3, 12]
    assert sorted(int(lines.count(row)) for row in ends) == [2, 3, 12]


def test_fewer_examples_than_a_batch(data: Path, tmp_path: Path) -> None:
    script = written("csv", tmp_path / "made", batch_size=100, subset=None)
    refused(script, "--data-dir", str(data), says="--batch-size 100 must be from 1")


def test_more_data_than_the_header_says(tiny: Path, tmp_path: Path) -> None:
    """A small archive can unpack to any size."""
    nothing = gzip.compress(bytes(2**20))
    script = rendered(MLP, {}, tmp_path)
    folder = tmp_path / "data" / "MNIST" / "raw"
    folder.mkdir(parents=True)
    for path in (tiny / "MNIST" / "raw").iterdir():
        packed = gzip.compress(path.read_bytes(), 1) + 200 * nothing
        (folder / f"{path.name}.gz").write_bytes(packed)
    refused(script, "--data-dir", str(tmp_path / "data"), says="is damaged")


def test_sizes_that_lie(tiny: Path, tmp_path: Path) -> None:
    """A header that claims 4 billion images must not allocate memory for them."""
    script = rendered(MLP, {}, tmp_path)
    folder = tmp_path / "data" / "MNIST" / "raw"
    folder.mkdir(parents=True)
    for path in (tiny / "MNIST" / "raw").iterdir():
        content = path.read_bytes()
        (folder / path.name).write_bytes(content[:4] + b"\xff" * 4 + content[8:])
    refused(script, "--data-dir", str(tmp_path / "data"), says="is damaged")
