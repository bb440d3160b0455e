"""Targets of any shape in arrays and modules: what is learned, and what is named."""

from __future__ import annotations

import csv
import json
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from mlpgen import SpecError

from . import processes
from .networks import network
from .shared_modules import load, shared
from .test_loss_weights import state
from .test_one_logit import area, made
from .test_training import refused, rows, train

if TYPE_CHECKING:
    from pathlib import Path

WORDS, STEPS, TAGS = 12, 8, 4
SIDE = 6
TAGGER: dict[str, Any] = {
    "input": {"tokens": {"shape": [STEPS], "dtype": "int64"}},
    "layers": [
        {"Embedding": {"num_embeddings": WORDS, "embedding_dim": 8}},
        {"Linear": TAGS, "name": "tags"},
    ],
}
PIXELS: dict[str, Any] = {
    "input": [1, SIDE, SIDE],
    "layers": [
        {"Conv2d": {"out_channels": 8, "kernel_size": 1}},
        "ReLU",
        {"Conv2d": {"out_channels": 3, "kernel_size": 1}, "name": "head"},
    ],
}
VECTOR: dict[str, Any] = {
    "input": [5],
    "layers": [{"Linear": 3, "name": "logits"}],
}
FLAT: dict[str, Any] = {"input": [3], "layers": [{"Linear": 3}]}
ONE: dict[str, Any] = {
    "input": [1, SIDE, SIDE],
    "layers": [{"Conv2d": {"out_channels": 1, "kernel_size": 1}, "name": "logit"}],
}


def spec_of(network: dict[str, Any], loss: Any, **more: Any) -> dict[str, Any]:
    training = {
        "data": {"npz": "a.npz"},
        "loss": loss,
        "optimizer": {"Adam": {"lr": 0.05}},
        "epochs": 6,
        "batch_size": 10,
    }
    return {"name": "Tried", **network, "training": training | more}


@cache
def words() -> np.ndarray[Any, Any]:
    return np.random.default_rng(0).integers(0, WORDS, (100, STEPS))


@cache
def images() -> np.ndarray[Any, Any]:
    found = np.random.default_rng(0).random((60, 1, SIDE, SIDE))
    return found.astype("float32")


def brightness() -> np.ndarray[Any, Any]:
    """Return classes of pixels, int64 (N, H, W), of three kinds."""
    gray = images()[:, 0]
    found: np.ndarray[Any, Any] = (gray > 0.3).astype(int) + (gray > 0.6)
    return found


@cache
def vectors() -> np.ndarray[Any, Any]:
    return np.random.default_rng(0).normal(size=(60, 5)).astype("float32")


def bits() -> np.ndarray[Any, Any]:
    """Return zeros and ones that follow from the vectors, (N, 3)."""
    return (vectors()[:, :3] + vectors()[:, 2:5] > 0).astype(int)


def loaded(folder: Path, spec: dict[str, Any], **arrays: Any) -> Any:
    np.savez(folder / "a.npz", **arrays)
    return load(spec, folder)


CROSS = "CrossEntropyLoss"
BITS = "BCEWithLogitsLoss"
labels = np.arange(60) % 3
FITTING: dict[str, tuple[Any, Any, Any, tuple[int, ...], str]] = {
    "pixels": (spec_of(PIXELS, CROSS), images, brightness, (SIDE, SIDE), "int64"),
    "bytes": (
        spec_of(PIXELS, CROSS),
        images,
        lambda: brightness().astype("uint8"),
        (SIDE, SIDE),
        "int64",
    ),
    "tags": (spec_of(TAGGER, CROSS), words, lambda: words() % TAGS, (STEPS,), "int64"),
    "zeros and ones": (spec_of(VECTOR, BITS), vectors, bits, (3,), "float32"),
    "true and false": (
        spec_of(VECTOR, BITS),
        vectors,
        lambda: bits() > 0,
        (3,),
        "float32",
    ),
    "a mask": (
        spec_of(ONE, BITS),
        images,
        lambda: images() > 0.5,
        (1, SIDE, SIDE),
        "float32",
    ),
    "margins": (
        spec_of(VECTOR, "MultiLabelSoftMarginLoss"),
        vectors,
        bits,
        (3,),
        "float32",
    ),
    "labels": (
        spec_of(VECTOR, BITS, data={"npz": "a.npz", "targets": "classes"}),
        vectors,
        lambda: labels,
        (),
        "int64",
    ),
    "one-hot numbers": (
        spec_of(VECTOR, "MSELoss"),
        vectors,
        lambda: np.eye(3)[labels],
        (3,),
        "float32",
    ),
    "images": (spec_of(ONE, "L1Loss"), images, images, (1, SIDE, SIDE), "float32"),
    "probabilities": (
        spec_of(VECTOR, CROSS, data={"npz": "a.npz", "targets": "probabilities"}),
        vectors,
        lambda: np.random.default_rng(0).dirichlet([1, 1, 1], 60),
        (3,),
        "float32",
    ),
    "numbers without an axis of one": (
        spec_of(VECTOR | {"layers": [{"Linear": 1}]}, "MSELoss"),
        vectors,
        lambda: labels,
        (1,),
        "float32",
    ),
}


@pytest.mark.parametrize("name", FITTING)
def test_targets_that_fit(name: str, tmp_path: Path) -> None:
    spec, x, y, shape, dtype = FITTING[name]
    found = loaded(tmp_path, spec, x=x(), y=y())
    targets = torch.cat([found.train.targets, found.test.targets])
    assert (tuple(targets.shape[1:]), str(targets.dtype)) == (shape, f"torch.{dtype}")
    wanted = torch.from_numpy(np.asarray(y(), dtype="float64")).reshape(targets.shape)
    every = torch.cat([found.train.features, found.test.features]).double()
    order = [
        int((torch.from_numpy(x()).double() == row).flatten(1).all(1).nonzero()[0])
        for row in every[:5]
    ]
    torch.testing.assert_close(targets[:5].double(), wanted[order], atol=1e-6, rtol=0)
    assert not found.notes


@pytest.mark.parametrize("places", ["vector", "first", "last"])
def test_one_hot_targets_are_read_as_classes(places: str, tmp_path: Path) -> None:
    """And said: along the classes, wherever they are."""
    if places == "vector":
        spec, x, y = spec_of(VECTOR, CROSS), vectors(), labels
        hot = np.eye(3)[y]
    elif places == "first":
        spec, x, y = spec_of(PIXELS, CROSS), images(), brightness()
        hot = np.moveaxis(np.eye(3)[y], -1, 1)
    else:
        spec, x, y = spec_of(TAGGER, CROSS), words(), words() % TAGS
        hot = np.eye(TAGS, dtype=int)[y]
    plain = loaded(tmp_path, spec, x=x, y=y)
    found = loaded(tmp_path, spec, x=x, y=hot)
    assert torch.equal(found.train.targets, plain.train.targets)
    (said,) = found.notes
    assert "are one-hot, read as classes" in said


WRONG: dict[str, tuple[dict[str, Any], Any, Any, str]] = {
    "text": (
        spec_of(VECTOR, CROSS),
        vectors,
        lambda: np.array(["cat", "dog", "owl"] * 20),
        "y holds text, such as 'cat': `classes, y = numpy.unique(y, "
        "return_inverse=True)`",
    ),
    "objects": (
        spec_of(VECTOR, CROSS),
        vectors,
        lambda: np.array([1, None, "a"] * 20, dtype=object),
        "is no file of arrays of numbers: y holds Python objects",
    ),
    "dates": (
        spec_of(VECTOR, "MSELoss"),
        vectors,
        lambda: np.zeros((60, 3), "datetime64[D]"),
        "y holds dates: it must be numbers",
    ),
    "a column": (
        spec_of(VECTOR, CROSS),
        vectors,
        lambda: labels[:, None],
        "targets [60, 1], where the loss takes whole numbers (N,), one for each "
        "example: `y = y[:, 0]`",
    ),
    "a mask with a channel": (
        spec_of(PIXELS, CROSS),
        images,
        lambda: brightness()[:, None],
        "whole numbers (N, 6, 6), one for each place: `y = y[:, 0]`",
    ),
    "a mask with a last channel": (
        spec_of(PIXELS, CROSS),
        images,
        lambda: brightness()[..., None],
        "one for each place: `y = y[..., 0]`",
    ),
    "floats": (
        spec_of(VECTOR, CROSS),
        vectors,
        lambda: labels.astype("float64"),
        "targets [60] are float64, and classes are whole numbers: `y = y.astype(int)`",
    ),
    "fractions": (
        spec_of(VECTOR, CROSS),
        vectors,
        lambda: labels + 0.5,
        "numbers are for a loss such as `MSELoss`",
    ),
    "NaN": (
        spec_of(VECTOR, CROSS),
        vectors,
        lambda: np.where(labels > 0, labels, np.nan),
        "some are NaN or infinite",
    ),
    "from 1": (
        spec_of(VECTOR, CROSS),
        vectors,
        lambda: labels + 1,
        "labels go from 1 to 3, and the model tells 0 to 2 apart: `y = y - 1`",
    ),
    "pixels from 1": (
        spec_of(PIXELS, CROSS),
        images,
        lambda: brightness() + 1,
        "labels go from 1 to 3, and the model tells 0 to 2 apart: `y = y - 1`",
    ),
    "too many": (
        spec_of(VECTOR, CROSS),
        vectors,
        lambda: np.arange(60) % 7,
        "labels go from 0 to 6, and the model tells 0 to 2 apart: it needs 7 outputs",
    ),
    "codes": (
        spec_of(VECTOR, CROSS),
        vectors,
        lambda: (np.arange(60) % 3) * 5000,
        "`y = numpy.unique(y, return_inverse=True)[1]` counts them from 0",
    ),
    "unknown": (
        spec_of(PIXELS, CROSS),
        images,
        lambda: np.where(images()[:, 0] > 0.9, 255, brightness()),
        "if 255 means unknown, the loss takes `ignore_index: 255`",
    ),
    "nothing known": (
        spec_of(PIXELS, CROSS),
        images,
        lambda: np.full((60, SIDE, SIDE), -100),
        "all targets are -100, which is ignored",
    ),
    "probabilities": (
        spec_of(VECTOR, CROSS),
        vectors,
        lambda: np.full((60, 3), 1 / 3),
        "write `targets: probabilities` in `data`, or `y = y.argmax(1)`",
    ),
    "no probabilities": (
        spec_of(VECTOR, CROSS, data={"npz": "a.npz", "targets": "probabilities"}),
        vectors,
        lambda: bits(),
        "do not sum to 1",
    ),
    "labels for zeros and ones": (
        spec_of(VECTOR, BITS),
        vectors,
        lambda: labels % 2,
        "targets [60], where the model gives [3] of each example: classes are "
        "`targets: classes` in `data`",
    ),
    "labels that are numbers": (
        spec_of(VECTOR, "MSELoss"),
        vectors,
        lambda: labels,
        "labels are for `CrossEntropyLoss`; a model that restores x needs "
        "`targets: input` in `data`",
    ),
    "labels, or the input": (
        spec_of(FLAT, BITS),
        lambda: np.random.default_rng(0).random((60, 3), "float32"),
        lambda: labels,
        "as it takes, of each example: write `targets: classes` or `targets: input`",
    ),
    "several classes": (
        spec_of(VECTOR, CROSS),
        vectors,
        bits,
        "several classes of one are for `BCEWithLogitsLoss`",
    ),
    "bits of 1 and 2": (
        spec_of(VECTOR, BITS),
        vectors,
        lambda: bits() + 1,
        "these go from 1 to 2: `y = y - 1`",
    ),
    "missing numbers": (
        spec_of(VECTOR, "MSELoss"),
        vectors,
        lambda: np.where(bits() > 0, np.nan, 1),
        "targets are NaN or infinite: `numpy.isfinite(y)` tells which",
    ),
    "no zeros and ones": (
        spec_of(VECTOR, BITS),
        vectors,
        lambda: bits() * 255,
        "numbers from 0 to 1 alone, these go from 0 to 255: `y = y / 255`",
    ),
    "channels last": (
        spec_of(PIXELS, "MSELoss"),
        images,
        lambda: np.zeros((60, SIDE, SIDE, 3)),
        "the channels are last: `y = numpy.moveaxis(y, -1, 1)`",
    ),
    "steps last": (
        spec_of({"input": [4, 5], "layers": [{"Linear": 3}]}, "MSELoss"),
        lambda: np.zeros((60, 4, 5), "float32"),
        lambda: np.zeros((60, 3, 4)),
        "the axes are in another order: `y = numpy.moveaxis(y, -1, 1)`",
    ),
    "turned masks": (
        spec_of(PIXELS | {"input": [1, 4, SIDE]}, CROSS),
        lambda: images()[:, :, :4],
        lambda: np.zeros((60, SIDE, 4), int),
        "the axes are in another order: `y = numpy.moveaxis(y, -1, 1)`",
    ),
    "flat numbers": (
        spec_of(PIXELS, "MSELoss"),
        images,
        lambda: np.zeros((60, 3 * SIDE * SIDE)),
        "if they are in this order, `y = y.reshape(-1, 3, 6, 6)`",
    ),
    "for an autoencoder": (
        spec_of(ONE, BITS),
        images,
        lambda: labels / 3,
        "if the model restores x, write `targets: input` in `data`",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_targets_that_do_not_fit(name: str, tmp_path: Path) -> None:
    """One line says what was found, and what mends it."""
    spec, x, y, says = WRONG[name]
    with pytest.raises(shared("data_common").DataError) as error:
        loaded(tmp_path, spec, x=x(), y=y())
    assert says in str(error.value)
    assert "\n" not in str(error.value)


def test_labels_of_all_classes_are_ones_in_their_places(tmp_path: Path) -> None:
    arrays = {"x": vectors(), "y": labels, "x_test": vectors()[:9] + 1}
    data = loaded(tmp_path, spec_of(VECTOR, BITS), **arrays, y_test=labels[:9] % 2)
    assert torch.equal(data.train.targets, torch.eye(3)[labels])
    assert torch.equal(data.test.targets, torch.eye(3)[labels[:9] % 2])
    assert data.notes == (
        "labels 0 to 2 are read as zeros and ones, (N, 3): `targets: classes` in "
        "`data` measures accuracy, too",
    )
    with pytest.raises(shared("data_common").DataError, match="labels go from 1 to 3"):
        loaded(tmp_path, spec_of(VECTOR, BITS), **arrays, y_test=labels[:9] + 1)


PAIRS = """
import numpy as np

def load(folder):
    pair = np.load(folder / "a.npz")["x"], {}
    return pair, pair
"""
RESTORED: dict[str, tuple[Any, Any, str]] = {
    "no targets, zeros and ones": (BITS, None, "there is no y"),
    "no targets, numbers": ("MSELoss", None, "there is no y"),
    "labels": (BITS, labels, "y is (N,) whole numbers, nobody looks at it"),
}


@pytest.mark.parametrize("name", RESTORED)
@pytest.mark.parametrize("normalize", [False, True])
@pytest.mark.parametrize("module", [False, True])
def test_without_other_targets_the_input_is_restored(
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    normalize: bool,
    module: bool,
) -> None:
    """The losses see what the model sees: no zeros and ones, if it is normalized."""
    loss, y, note = RESTORED[name]
    more: dict[str, Any] = {"normalize": "auto"} if normalize else {}
    given = {} if y is None else {"y": y}
    np.savez(tmp_path / "a.npz", x=images(), **given)
    if module:
        more["data"] = {"module": "mine.py"}
        targets = None if y is None else y.tolist()
        (tmp_path / "mine.py").write_text(PAIRS.replace("{}", str(targets)), "utf-8")
        beside = str(tmp_path / "data_module.py")
        monkeypatch.setattr(shared("data_module"), "__file__", beside)
    spec = spec_of(ONE, loss, **more)
    if normalize and loss == BITS:
        with pytest.raises(shared("data_common").DataError, match="from 0 to 1 alone"):
            load(spec, tmp_path)
        return
    data = load(spec, tmp_path)
    for part in (data.train, data.test):
        assert torch.equal(part.targets, part.features)
    assert [note in each for each in data.notes] == [True]


FEATURES: dict[str, tuple[Any, Any, str]] = {
    "channels last": (
        PIXELS,
        lambda: images().transpose(0, 2, 3, 1),
        "the channels are last: `x = numpy.moveaxis(x, -1, 1)`",
    ),
    "no channel": (PIXELS, lambda: images()[:, 0], "(N, 1, 6, 6): `x = x[:, None]`"),
    "flat": (
        PIXELS,
        lambda: images().reshape(60, -1),
        "if they are in this order, `x = x.reshape(-1, 1, 6, 6)`",
    ),
    "not flat": (
        VECTOR,
        lambda: vectors()[:, :, None, None],
        "(N, 5): if they are in this order, `x = x.reshape(-1, 5)`",
    ),
    "text": (VECTOR, lambda: np.full((60, 5), "a"), "x holds text, such as 'a': it"),
}


@pytest.mark.parametrize("name", FEATURES)
def test_features_that_do_not_fit(name: str, tmp_path: Path) -> None:
    layers, x, says = FEATURES[name]
    with pytest.raises(shared("data_common").DataError) as error:
        loaded(tmp_path, spec_of(layers, CROSS), x=x(), y=labels)
    assert says in str(error.value)


def test_arrays_that_nobody_asks_for_may_hold_anything(tmp_path: Path) -> None:
    names = np.array(["a", "b"])
    spec = spec_of(VECTOR, CROSS)
    found = loaded(tmp_path, spec, x=vectors(), y=labels, names=names)
    assert len(found.train) == 48


MODULE = """
import numpy as np
import torch

def load(folder):
    x = torch.arange(240.).reshape(40, 6) / 240
    y = {}
    return (x, y), (x, y)
"""
OF_MODULES = {
    "lists": ("(torch.arange(40) % 3).tolist()", ""),
    "arrays": ("np.arange(40) % 3", ""),
    "unsigned": ("(np.arange(40) % 3).astype('uint16')", ""),
    "other bytes": ("(np.arange(40) % 3).astype('>i4')", ""),
    "words in a list": ("['cat', 'dog'] * 20", "y holds text, such as 'cat'"),
    "words in an array": ("np.array(['cat', 'dog'] * 20)", "y holds text, such as"),
    "nothing": ("None", "y is no tensor"),
    "ragged": ("[[1], [1, 2]] * 20", "y is no tensor: expected sequence of length 1"),
    "objects": ("np.array([{}] * 40)", "y holds Python objects"),
    "one number": ("1", "are not of as many examples"),
}


@pytest.mark.parametrize("name", OF_MODULES)
def test_targets_of_modules(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    values, says = OF_MODULES[name]
    (tmp_path / "mine.py").write_text(MODULE.replace("{}", values), "utf-8")
    module = shared("data_module")
    monkeypatch.setattr(module, "__file__", str(tmp_path / "data_module.py"))
    spec = spec_of({**VECTOR, "input": [6]}, CROSS, data={"module": "mine.py"})
    if not says:
        assert load(spec, tmp_path).train.targets[:4].tolist() == [0, 1, 2, 0]
        return
    with pytest.raises(shared("data_common").DataError) as error:
        load(spec, tmp_path)
    assert says in str(error.value)


def test_ignored_targets(tmp_path: Path) -> None:
    """Examples with no others are left out, so that no mean is over nothing."""
    y = brightness()
    y[:, :2] = -100
    y[7] = -100
    found = loaded(tmp_path, spec_of(PIXELS, CROSS), x=images(), y=y)
    assert len(found.train) + len(found.test) == 59
    (said,) = found.notes
    count = 60 * 2 * SIDE + (SIDE - 2) * SIDE
    assert f": {count} of {60 * SIDE * SIDE:,} targets are -100, ignored" in said
    assert "1 example with no other is left out" in said
    assert int(found.train.known(found.train.targets)) == len(found.train) * 24


def steps_of(how: str, folder: Path) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """Take one step of all examples, in parts or in two ranks."""
    parts = {"batch_size": 20, "accumulate": 4} if how == "parts" else {}
    loss = {CROSS: {"weight": "balanced", "ignore_index": 99, "label_smoothing": 0.1}}
    more = {"batch_size": 80, "epochs": 1, "metrics": ["f1"], **parts}
    spec = spec_of(TAGGER, loss, optimizer={"SGD": {"lr": 0.5}}, **more)
    script = made(spec, folder)
    out = folder / how
    args = ("--data-dir", str(folder), "--out", str(out))
    if how == "ranks":
        done = processes.run_ranks(script, *args)
        assert done.returncode == 0, done.stderr
    else:
        train(script, *args)
    return state(out)["model"], rows(out)


def unequal() -> np.ndarray[Any, Any]:
    """Return tags of which some examples know more than others, some none."""
    y = words() % TAGS * (words() > 3)
    for row in range(100):
        y[row, 1 + row % STEPS :] = 99
    return y


def test_a_step_of_tags_is_that_of_torch(tmp_path: Path) -> None:
    """Weighted, with ignored ones: whether in parts or in ranks."""
    np.savez(tmp_path / "a.npz", x=words(), y=unequal())
    spec = spec_of(TAGGER, {CROSS: {"ignore_index": 99}})
    sets = load(spec, tmp_path)
    targets = sets.train.targets
    counts = targets[targets != 99].bincount(minlength=TAGS)
    weight = counts.sum() / (TAGS * counts)
    torch.manual_seed(1)
    model = torch.nn.Sequential(torch.nn.Embedding(WORDS, 8), torch.nn.Linear(8, TAGS))

    def loss_of(part: Any) -> torch.Tensor:
        return F.cross_entropy(
            model(part.features).movedim(-1, 1),
            part.targets,
            weight,
            ignore_index=99,
            label_smoothing=0.1,
        )

    loss_of(sets.train).backward()
    with torch.no_grad():
        for parameter in model.parameters():
            assert parameter.grad is not None
            parameter -= 0.5 * parameter.grad
    taken = model(sets.test.features).argmax(2)
    known = sets.test.targets != 99
    right = (taken == sets.test.targets)[known].float().mean()
    for how in ("parts", "ranks"):
        found, table = steps_of(how, tmp_path)
        for wanted, after in zip(model.parameters(), found.values(), strict=True):
            torch.testing.assert_close(after, wanted.detach(), rtol=1e-4, atol=1e-6)
        row = table[0]
        assert float(row["test_loss"]) == pytest.approx(
            loss_of(sets.test).item(), rel=1e-5
        )
        assert float(row["test_accuracy"]) == pytest.approx(right.item(), abs=1e-6)


@pytest.mark.exhaustive
def test_pixels_are_learned_and_predicted(tmp_path: Path) -> None:
    """By a rule; metrics, confusion and predictions are of each pixel."""
    np.savez(tmp_path / "a.npz", x=images(), y=brightness())
    metrics = ["f1", "confusion"]
    script = made(
        spec_of(PIXELS, "CrossEntropyLoss", epochs=40, metrics=metrics), tmp_path
    )
    out = tmp_path / "run"
    args = ("--data-dir", str(tmp_path), "--out", str(out), "--plot")
    train(script, *args)
    best = max(float(row["test_accuracy"]) for row in rows(out))
    assert best > 0.97
    assert (out / "places.png").exists()
    with (out / "confusion.csv").open(newline="") as file:
        table = [[*map(int, row[1:])] for row in [*csv.reader(file)][1:]]
    right = sum(table[label][label] for label in range(3)) / sum(map(sum, table))
    assert sum(map(sum, table)) == 12 * SIDE * SIDE
    assert right == pytest.approx(best, abs=1e-3)
    np.save(tmp_path / "new.npy", images()[:3])
    predicting = script.with_name("predict_tried.py")
    more = ("--run", str(out), "--data-dir", str(tmp_path))
    done = processes.run(predicting, "../new.npy", *more, "--format", "json")
    if done.returncode:
        done = processes.run(
            predicting, str(tmp_path / "new.npy"), *more, "--format", "json"
        )
    found = json.loads(done.stdout)
    assert len(found) == 3, done.stderr
    taken = np.array(found[0]["prediction"]).astype(int)
    assert (taken == brightness()[0]).mean() > 0.9
    assert np.array(found[0]["probability"]).shape == (SIDE, SIDE)


def test_zeros_and_ones_are_learned(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", x=vectors(), y=bits())
    metrics = ["accuracy", "f1", "auc", "confusion", "mae"]
    loss = {BITS: {"pos_weight": "balanced"}}
    script = made(spec_of(VECTOR, loss, metrics=metrics, epochs=30), tmp_path)
    out = tmp_path / "run"
    train(script, "--data-dir", str(tmp_path), "--out", str(out))
    sets = load(spec_of(VECTOR, BITS), tmp_path)
    found = state(out)
    logits = F.linear(sets.test.features, *found["model"].values())
    wanted = sets.test.targets
    last = rows(out)[-1]
    accuracy = ((logits > 0) == (wanted > 0)).float().mean().item()
    assert float(last["test_accuracy"]) == pytest.approx(accuracy, abs=1e-6)
    assert accuracy > 0.85
    ranked = area(logits.flatten().tolist(), (wanted.flatten() == 1).tolist())
    assert float(last["test_auc"]) == pytest.approx(ranked, abs=1e-6)
    mae = (logits.sigmoid() - wanted).abs().mean().item()
    assert float(last["test_mae"]) == pytest.approx(mae, rel=1e-5)
    positives = sets.train.targets.sum(0)
    balanced = (len(sets.train) - positives) / positives
    assert found["about"]["pos_weight"] == pytest.approx(balanced.tolist())


def test_probabilities_are_learned(tmp_path: Path) -> None:
    """The loss is that of torch against them, the accuracy of the likeliest."""
    rule = np.random.default_rng(1).normal(size=(5, 3))
    chances = np.exp(vectors() @ rule)
    chances /= chances.sum(1, keepdims=True)
    np.savez(tmp_path / "a.npz", x=vectors(), y=chances)
    data = {"npz": "a.npz", "targets": "probabilities"}
    loss = {CROSS: {"weight": "balanced"}}
    spec = spec_of(VECTOR, loss, data=data, metrics=["f1", "confusion"], epochs=3)
    script = made(spec, tmp_path)
    out = tmp_path / "run"
    train(script, "--data-dir", str(tmp_path), "--out", str(out), "--plot")
    sets = load(spec, tmp_path)
    logits = F.linear(sets.test.features, *state(out)["model"].values())
    mass = sets.train.targets.sum(0)
    weight = mass.sum() / (3 * mass)
    last = rows(out)[-1]
    assert float(last["test_loss"]) == pytest.approx(
        F.cross_entropy(logits, sets.test.targets, weight).item(), rel=1e-4
    )
    right = (logits.argmax(1) == sets.test.targets.argmax(1)).float().mean()
    assert float(last["test_accuracy"]) == pytest.approx(right.item(), abs=1e-6)


def test_an_autoencoder_of_arrays_needs_no_targets(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", x=images())
    layers = [*ONE["layers"], "Sigmoid"]
    data = {"npz": "a.npz", "targets": "input"}
    script = made(
        spec_of(ONE | {"layers": layers}, "BCELoss", data=data, epochs=1), tmp_path
    )
    train(script, "--data-dir", str(tmp_path), "--out", str(tmp_path / "run"))
    np.savez(tmp_path / "a.npz", x=2 * images())
    says = "the loss takes numbers from 0 to 1 alone"
    args = ("--data-dir", str(tmp_path), "--out", str(tmp_path / "other"))
    refused(script, *args, says=says)


def test_targets_that_nobody_looks_at_are_a_warning(tmp_path: Path) -> None:
    """A loss of one's own restores the input, if the output has its shape."""
    loss = {"custom": {"path": "losses.py", "function": "dice"}}
    masks = (images() > 0.5).astype("float32")
    found = loaded(tmp_path, spec_of(ONE, loss), x=images(), y=masks)
    (said,) = found.warnings
    assert "`targets: numbers` in `data` compares with y" in said
    for y in (labels, images(), np.array(["a"] * 60)):
        assert not loaded(tmp_path, spec_of(ONE, loss), x=images(), y=y).warnings
    told = spec_of(ONE, loss, data={"npz": "a.npz", "targets": "numbers"})
    found = loaded(tmp_path, told, x=images(), y=masks)
    assert found.train.targets.unique().tolist() == [0, 1]


PERMUTED = {"permute": {"dims": [0, 2, 1]}}
REFUSED: dict[str, tuple[Any, Any, Any, str, str]] = {
    "one class a pixel": (ONE, CROSS, {}, "MG404", "cannot tell classes apart"),
    "a margin of pixels": (PIXELS, "MultiMarginLoss", {}, "MG401", "expects (N, "),
    "numbers for classes": (
        VECTOR,
        CROSS,
        {"data": {"npz": "a.npz", "targets": "numbers"}},
        "MG406",
        "`CrossEntropyLoss` does not take `targets: numbers`",
    ),
    "classes for numbers": (
        VECTOR,
        "MSELoss",
        {"data": {"npz": "a.npz", "targets": "classes"}},
        "MG406",
        "`MSELoss` does not take `targets: classes`",
    ),
    "probabilities without a softmax": (
        {**VECTOR, "layers": [{"Linear": 3}, {"LogSoftmax": 1}]},
        "NLLLoss",
        {"data": {"npz": "a.npz", "targets": "probabilities"}},
        "MG406",
        "`NLLLoss` does not take `targets: probabilities`",
    ),
    "probabilities of tags": (
        TAGGER,
        CROSS,
        {"data": {"npz": "a.npz", "targets": "probabilities"}},
        "MG401",
        "in the last one of (N, 8, 4)",
    ),
    "a class of the whole beside one for each place": (
        {
            **TAGGER,
            "layers": [
                *TAGGER["layers"],
                {"select": {"dim": 1, "index": 0}},
                {"Linear": 2, "name": "whole"},
            ],
            "outputs": ["tags", "whole"],
        },
        [CROSS, {CROSS: None, "on": "whole"}],
        {},
        "MG401",
        "the targets have the shape of `tags`",
    ),
    "a class that is ignored": (
        VECTOR,
        {CROSS: {"ignore_index": 2}},
        {},
        "MG204",
        "`ignore_index: 2` ignores a class",
    ),
    "a softmax over pixels": (
        {**PIXELS, "layers": [*PIXELS["layers"], {"LogSoftmax": 2}]},
        "NLLLoss",
        {},
        "MG402",
        "is over dimension 2, but the classes are in dimension 1",
    ),
    "weights of other classes": (
        PIXELS,
        {CROSS: {"weight": [1, 2]}},
        {},
        "MG404",
        "`weight` has 2 numbers, but there are 3 classes",
    ),
    "a metric of numbers": (PIXELS, CROSS, {"metrics": ["mae"]}, "MG406", "classes"),
    "three classes": (PIXELS, CROSS, {"metrics": ["auc"]}, "MG406", "but there are 3"),
    "an input of classes": (
        VECTOR,
        CROSS,
        {"data": {"npz": "a.npz", "targets": "input"}},
        "MG406",
        "`CrossEntropyLoss` does not take `targets: input`",
    ),
    "unknown": (
        VECTOR,
        CROSS,
        {"data": {"npz": "a.npz", "targets": "labels"}},
        "MG204",
        "`classes`, `probabilities`, `numbers` or `input`",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_specs_that_cannot_be(name: str) -> None:
    layers, loss, more, code, says = REFUSED[name]
    with pytest.raises(SpecError) as error:
        network(spec_of(layers, loss, **more))
    (found,) = error.value.diagnostics
    assert (found.code, says in found.message) == (code, True), found.message


CONV = {"Conv1d": {"out_channels": TAGS, "kernel_size": 1}}
DIMS: dict[str, tuple[list[int], list[Any], int]] = {
    "a convolution": ([3, STEPS], [CONV], 1),
    "a linear layer": ([STEPS, 3], [{"Linear": TAGS}], 2),
    "dropout behind it": ([STEPS, 3], [{"Linear": TAGS}, "Dropout"], 2),
    "a turned linear layer": ([STEPS, 3], [{"Linear": TAGS}, PERMUTED], 1),
    "as many classes as steps": ([STEPS, 3], [{"Linear": STEPS}], 2),
    "images with channels last": (
        [4, 4, 3],
        [{"Linear": {"in_features": 3, "out_features": TAGS}}],
        3,
    ),
}


def test_a_class_of_places_may_stand_for_what_is_padded(tmp_path: Path) -> None:
    """As in PyTorch's tutorials on translation, whose padding is word 0."""
    words = np.random.default_rng(1).integers(1, WORDS, (60, STEPS))
    tags = words % (TAGS - 1) + 1
    words[:, 5:], tags[:, 5:] = 0, 0
    spec = spec_of(TAGGER, {CROSS: {"ignore_index": 0}})
    found = loaded(tmp_path, spec, x=words, y=tags)
    assert not found.warnings
    assert int(found.train.targets.min()) == 0


def test_a_warning_about_a_training_leaves_its_scripts() -> None:
    restoring = {
        "input": [1, 28, 28],
        "layers": [
            "Flatten",
            {"Linear": 784},
            {"Unflatten": {"dim": 1, "unflattened_size": [1, 28, 28]}},
        ],
    }
    losses = ["MSELoss", "BCEWithLogitsLoss"]
    found = network(spec_of(restoring, losses, data="mnist"))
    assert [each.code for each in found.warnings] == ["MG410"]
    assert found.graph.recipe is not None


def test_one_number_for_each_example_has_no_classes() -> None:
    spec = {"input": [3], "layers": [{"Linear": 2}, {"sum": 1}]}
    recipe = network(spec_of(spec, BITS)).graph.recipe
    assert recipe is not None
    assert recipe.main.shape == ()


@pytest.mark.parametrize("name", DIMS)
def test_the_dimension_of_classes(name: str) -> None:
    shape, layers, dim = DIMS[name]
    recipe = network(spec_of({"input": shape, "layers": layers}, CROSS)).graph.recipe
    assert recipe is not None
    assert recipe.main.dim == dim
    assert recipe.classes == recipe.main.shape[dim - 1]
