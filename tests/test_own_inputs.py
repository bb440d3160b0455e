"""Models with several inputs learn from arrays and modules; wrong ones are named."""

from __future__ import annotations

import csv
import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
import yaml

from mlpgen import SpecError, api

from . import processes
from .networks import network
from .shared_modules import Goal, load, shared
from .test_one_logit import made
from .test_training import ROOT, refused, rows, train, tried, weights

if TYPE_CHECKING:
    from pathlib import Path

Arrays = dict[str, Any]
SIDE, STEPS, WORDS = 8, 6, 12

TWO: dict[str, Any] = {
    "name": "Tried",
    "input": {
        "image": [1, "height", "width"],
        "tokens": {"shape": ["steps"], "dtype": "int64"},
        "absent": {"shape": ["steps"], "dtype": "bool"},
    },
    "sizes": {"height": SIDE, "width": SIDE, "steps": STEPS},
    "layers": [
        {"Conv2d": {"out_channels": 4, "kernel_size": 3}, "from": "image"},
        "ReLU",
        {"AdaptiveAvgPool2d": 1},
        {"Flatten": None, "name": "seen"},
        {
            "Embedding": {"num_embeddings": WORDS, "embedding_dim": 8},
            "from": "tokens",
            "name": "words",
        },
        {
            "MultiheadAttention": {"num_heads": 2, "key_padding_mask": True},
            "from": ["words", "words", "words", "absent"],
        },
        {"mean": {"dim": 1}, "name": "said"},
        {"cat": {"dim": 1}, "from": ["seen", "said"]},
        {"Linear": 16},
        "ReLU",
        {"Linear": 4, "name": "logits"},
    ],
}


@cache
def two() -> Arrays:
    """Return images and words that only together tell four classes apart."""
    draw = np.random.default_rng(0)
    count = 480
    bright, spoken = draw.integers(2, size=(2, count))
    image = draw.normal(100, 10, size=(count, 1, SIDE, SIDE)) + 60 * bright.reshape(
        -1, 1, 1, 1
    )
    tokens = draw.integers(1, WORDS - 1, size=(count, STEPS))
    tokens[:, 0] = np.where(spoken, WORDS - 1, tokens[:, 0])
    absent = draw.random((count, STEPS)) < 0.2
    absent[:, 0] = False
    found = {"image": image.astype("float32"), "tokens": tokens, "absent": absent}
    return found | {"y": 2 * bright + spoken}


def spec_of(data: dict[str, Any], **more: Any) -> dict[str, Any]:
    training = {
        "data": data,
        "loss": "CrossEntropyLoss",
        "metrics": ["accuracy"],
        "normalize": {"image": "auto"},
        "optimizer": {"Adam": {"lr": 0.02}},
        "epochs": 8,
        "batch_size": 20,
    }
    return {**TWO, "training": training | more}


def written(folder: Path, **changed: Any) -> dict[str, Any]:
    """Write the arrays, with some of them changed or left out; return the spec."""
    found = two() | changed
    kept = {name: values for name, values in found.items() if values is not None}
    np.savez(folder / "two.npz", **kept)
    return spec_of({"npz": "two.npz"})


MODULE = """
import numpy as np
import torch

def load(folder):
    found = dict(np.load(folder / "two.npz"))
    train = np.arange(len(found["y"])) % 4 > 0
    return [
        ({name: found[name][some] for name in NAMES}, found["y"][some])
        for some in (train, ~train)
    ]

NAMES = ("tokens", "absent", "image")

def read(path):
    found = dict(np.load(path))
    return {name: torch.from_numpy(found[name]) for name in NAMES}
"""


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Train from arrays, augmented, scaled and held out."""
    folder = tmp_path_factory.mktemp("trained")
    more: dict[str, Any] = {
        "metrics": ["accuracy", "f1", "confusion"],
        "augment": [{"flip": 0.5}],
        "validation": 0.1,
        "accumulate": 2,
        "batch_size": 10,
    }
    written(folder)
    script = made(spec_of({"npz": "two.npz"}, **more), folder)
    train(script, "--data-dir", str(folder), "--plot", "--out", "out")
    return folder


def test_two_inputs_learn_what_they_tell_together(trained: Path) -> None:
    best = max(float(row["validation_accuracy"]) for row in rows(trained / "out"))
    assert best >= 0.97
    assert (trained / "out" / "mistakes.png").is_file()
    looked = json.loads((trained / "out" / "data.json").read_text())
    assert list(looked["inputs"]) == ["image", "tokens", "absent"]
    assert looked["inputs"]["tokens"]["shape"] == [STEPS]
    about = torch.load(trained / "out" / "best.pt")["about"]["inputs"]
    assert about["image"]["mean"][0] == pytest.approx(130, abs=5)
    assert about["tokens"] == {
        "shape": [STEPS],
        "whole": True,
        "known": WORDS,
        "mean": None,
        "std": None,
    }


def test_predictions_take_arrays_by_name(trained: Path) -> None:
    script = trained / "predict_tried.py"
    file, one = trained / "some.npz", trained / "one.npz"
    names = ("image", "tokens", "absent")
    np.savez(file, **{name: two()[name][:40] for name in names})
    np.savez(one, **{name: two()[name][7] for name in names})
    done = tried(
        *(script, str(file), str(one), "--run", "out", "--out", "found.csv"),
        *("--evaluate", "--layers", "--layer", "logits", "--export", "pt2"),
        "--with-preprocessing",
    )
    assert done.returncode == 0, done.stderr
    assert "test_f1  " in done.stdout and "attention" in done.stdout
    assert "model.pt2: the same outputs" in done.stdout
    with (trained / "found.csv").open(newline="") as table:
        found = list(csv.DictReader(table))
    taken = [int(row["prediction"]) for row in found]
    assert np.mean(np.array(taken[:40]) == two()["y"][:40]) >= 0.95
    assert [row["row"] for row in found[38:]] == ["39", "40", "1"]
    assert taken[40] == taken[7]
    exported = torch.export.load(trained / "out" / "model.pt2").module()
    raw = [torch.from_numpy(two()[name][:5]) for name in names]
    assert exported(*raw).argmax(1).tolist() == taken[:5]
    other = torch.rand(2, 1, 9, 5), torch.ones(2, 4, dtype=torch.int64)
    assert exported(*other, torch.zeros(2, 4, dtype=torch.bool)).shape == (2, 4)


def of_names(count: int = 5) -> Arrays:
    return {name: two()[name][:count] for name in TWO["input"]}


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"tokens": None}, "some.npz has no tokens, only image, absent"),
        ({"image": two()["tokens"][:5]}, "image: features [5, 6], where the model"),
        ({"image": two()["image"][:3]}, "3 of image, 5 of tokens and 5 of absent"),
        ({"tokens": two()["image"][:5]}, "tokens: features [5, 1, 8, 8], where"),
    ],
)
def test_files_that_do_not_fit(
    changed: dict[str, Any], says: str, trained: Path, tmp_path: Path
) -> None:
    found = of_names() | changed
    path = tmp_path / "some.npz"
    np.savez(path, **{name: each for name, each in found.items() if each is not None})
    about = torch.load(trained / "out" / "best.pt")["about"]
    with pytest.raises(shared("data_common").DataError) as caught:
        shared("data_named_arrays").read_files([path], about)
    assert says in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.exhaustive
def test_a_run_goes_on(trained: Path) -> None:
    script = trained / "train_tried.py"
    common = ("--data-dir", str(trained))
    train(script, *common, "--epochs", "9", "--resume", "out")
    train(script, *common, "--epochs", "9", "--out", "whole")
    one, other = (weights(trained / name) for name in ("out", "whole"))
    assert all(torch.equal(one[key], other[key]) for key in one)
    np.savez(trained / "two.npz", **two() | {"image": two()["image"] * 2})
    says = "is not what the training held out of the data"
    refused(script, *common, "--resume", "out", says=says)
    np.savez(trained / "two.npz", **two())


def test_loaded_models_take_what_is_read(trained: Path) -> None:
    code = """
import predict_tried
from pathlib import Path
loaded = predict_tried.load(Path("out"))
features = loaded.read("two.npz")
assert isinstance(features, tuple) and len(features) == 3
print(loaded.model(*features).shape, loaded.preprocess.names)
"""
    (trained / "used.py").write_text(code)
    assert "[480, 4]) ('image', 'tokens', 'absent')" in train(trained / "used.py")


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "a wrong name": (
        {"image": None, "picture": 0},
        "two.npz has no image, only tokens, absent, y, picture",
    ),
    "no targets": ({"y": None}, "two.npz has no y, only image, tokens, absent"),
    "half a test": (
        {"image_test": two()["image"][:9]},
        "two.npz has image_test, but no tokens_test, absent_test and y_test",
    ),
    "swapped": (
        {"image": two()["tokens"], "tokens": two()["image"]},
        "two.npz: image and tokens are swapped, by their shapes",
    ),
    "channels last": (
        {"image": np.moveaxis(two()["image"], 1, -1)},
        "two.npz, image: features [480, 8, 8, 1], where the model takes (N, 1, 8, 8)",
    ),
    "fewer": (
        {"tokens": two()["tokens"][:-1]},
        "two.npz has not as many examples of each: 480 of image, 479 of tokens, 480 of "
        "absent and 480 of targets",
    ),
    "decimals": (
        {"tokens": two()["tokens"] + 0.5},
        "two.npz, tokens: features are whole numbers for this model",
    ),
    "unknown words": (
        {"tokens": two()["tokens"] + 1},
        "two.npz, tokens: features go from 2 to 12, and the model knows 0 to 11",
    ),
    "no flags": (
        {"absent": two()["tokens"]},
        "two.npz, absent: features go from 1 to 11, and the model knows 0 to 1",
    ),
    "not a number": (
        {"image": two()["image"] * np.nan},
        "two.npz, image: 30,720 of 30,720 features are NaN or infinite",
    ),
    "one number": (
        {"image": np.float32(1)},
        "two.npz, image: features [], where the model takes (N, 1, 8, 8)",
    ),
    "text": ({"image": np.array(["a"] * 480)}, "image holds text, such as 'a'"),
    "empty": (
        {name: two()[name][:0] for name in ("image", "tokens", "absent", "y")},
        "two.npz, image: features [0, 1, 8, 8], where the model takes (N, 1, 8, 8)",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_arrays_are_named(name: str, tmp_path: Path) -> None:
    changed, says = WRONG[name]
    spec = written(tmp_path, **changed)
    with pytest.raises(shared("data_common").DataError) as caught:
        load(spec, tmp_path)
    assert says in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("dtype", ["uint8", "int16", "float64", ">f4", "float16"])
def test_arrays_of_any_type_of_numbers(dtype: str, tmp_path: Path) -> None:
    image = (two()["image"] % 256).astype(dtype)
    spec = written(tmp_path, image=image, absent=two()["absent"].astype("int8"))
    spec["training"].pop("normalize")
    data = load(spec, tmp_path)
    assert [each.dtype for each in data.train.at(torch.arange(2))[0]] == [
        torch.float32,
        torch.int64,
        torch.bool,
    ]


def test_parts_have_the_same_examples_of_each_input(tmp_path: Path) -> None:
    order = np.arange(480)
    image = np.broadcast_to(order.reshape(-1, 1, 1, 1), (480, 1, SIDE, SIDE))
    tokens = np.broadcast_to(order.reshape(-1, 1) % WORDS, (480, STEPS))
    spec = written(tmp_path, image=image.astype("float32"), tokens=tokens)
    spec["training"] |= {"subset": 200, "validation": 0.2, "normalize": None}
    data = load(spec, tmp_path)
    sizes = [len(part) for part in (data.train, data.validation, data.test)]
    assert sizes == [160, 40, 96]
    for part in (data.train, data.validation, data.test):
        (images, words, _), targets = part.between(0, len(part))
        places = images[:, 0, 0, 0].long()
        assert torch.equal(places % WORDS, words[:, 0])
        assert torch.equal(targets, torch.from_numpy(two()["y"])[places])


def test_each_input_has_its_scale(tmp_path: Path) -> None:
    spec = written(tmp_path)
    for scale, mean in (({"image": "auto"}, 0), ({"image": [100, 10]}, 3), (None, 130)):
        spec["training"]["normalize"] = scale
        data = load(spec, tmp_path)
        values = data.train.inputs()["image"]
        assert float(values.mean()) == pytest.approx(mean, abs=0.1 + mean / 5)
        read = data.train.of("image").as_read(values)
        assert float(read.mean()) == pytest.approx(130, abs=5)


def test_inputs_get_the_scale_that_the_model_knows(tmp_path: Path) -> None:
    """Those that have none stay what they are, of their type."""
    spec = written(tmp_path)
    known = load(spec, tmp_path)
    written(tmp_path, image=(two()["image"] * 2 + 1).astype("float32"))
    data = load(spec, tmp_path)
    read = data.test.of("image").as_read(data.test.inputs()["image"])
    tokens, absent = (data.test.inputs()[name].clone() for name in ("tokens", "absent"))
    data.test.rescale(data.about, known.about)
    (image, *others), targets = data.test.between(0, len(data.test))
    mean, std = (known.about["inputs"]["image"][key][0] for key in ("mean", "std"))
    torch.testing.assert_close(image, (read - mean) / std, rtol=1e-3, atol=1e-3)
    for one, other in zip(others, (tokens, absent), strict=True):
        assert torch.equal(one, other) and one.dtype == other.dtype
    assert targets.dtype == torch.int64


def test_parts_have_what_the_whole_has() -> None:
    """Targets and marks that were set on all inputs together, in a part of a part."""
    common, inputs = shared("data_common"), shared("data_inputs")
    each = {name: common.Data(torch.ones(4, 2), torch.zeros(4)) for name in "ab"}
    for data in (each["a"], inputs.Inputs(each, torch.zeros(4))):
        data.targets = torch.arange(4.0)
        data.ignored, data.soft, data.compared = 2, True, False
        data.target_scale = (torch.tensor(1.0), torch.tensor(2.0))
        part = data.part(torch.tensor([3, 1])).part(torch.tensor([1]))
        assert part.targets.tolist() == [1.0]
        assert part.between(0, 1)[1].tolist() == part.at(torch.tensor([0]))[1].tolist()
        assert (part.ignored, part.soft, part.compared) == (2, True, False)
        assert part.in_own_unit(part.targets).tolist() == [3.0]
        assert [*map(len, part.inputs().values())] == [1] * len(data.inputs())


def test_several_inputs_have_no_features_of_their_own() -> None:
    """Nothing is done to the first one alone."""
    common, inputs = shared("data_common"), shared("data_inputs")
    each = {name: common.Data(torch.ones(4, 2), torch.zeros(4)) for name in "ab"}
    data = inputs.Inputs(each, torch.zeros(4))
    with pytest.raises(AttributeError, match="features"):
        data.scale(torch.tensor(1.0), torch.tensor(2.0))
    assert all(bool((values == 1).all()) for values in data.inputs().values())


def test_a_restored_input_is_rescaled_with_its_targets() -> None:
    data = shared("data_common").Data(torch.rand(4, 2), torch.zeros(4))
    Goal(numbers=(2,), restored=True).restore(data)
    data.rescale({"mean": [0.0], "std": [1.0]}, {"mean": [1.0], "std": [2.0]})
    assert torch.equal(data.targets, data.features)


def test_modules_give_dicts(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(MODULE)
    written(tmp_path)
    script = made(spec_of({"module": "mine.py"}, epochs=1), tmp_path)
    train(script, "--data-dir", str(tmp_path), "--out", "out")
    done = tried(
        tmp_path / "predict_tried.py", "two.npz", "--run", "out", "--format", "json"
    )
    assert done.returncode == 0 and len(json.loads(done.stdout)) == 480


@pytest.mark.parametrize(
    ("features", "says"),
    [
        (
            lambda found: found["image"],
            "mine.py: features are a dict by the names of the inputs: image, tokens "
            "and absent; it gives a ndarray",
        ),
        (
            lambda found: {"image": found["image"]},
            "mine.py, training lacks tokens and absent, and has image",
        ),
        (
            lambda found: {**found, "tokens": found["tokens"][:9]},
            "mine.py, training has not as many examples of each: 480 of image, 9 of "
            "tokens, 480 of absent and 480 of targets",
        ),
        (lambda found: {**found, "tokens": "a"}, "tokens holds text"),
        (lambda found: {**found, "tokens": None}, "tokens is no tensor"),
    ],
)
def test_wrong_modules_are_named(
    features: Any, says: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pair = (features(two()), two()["y"])
    module = shared("data_named_module")
    monkeypatch.setattr(module, "called", lambda *_: (pair, pair))
    with pytest.raises(shared("data_common").DataError) as caught:
        load(spec_of({"module": "mine.py"}), tmp_path)
    assert says in str(caught.value) and "\n" not in str(caught.value)


TEXTURES = np.stack(
    [
        np.tile(pattern, (14, 14))
        for pattern in (
            [[1, 1], [0, 0]],
            [[1, 0], [1, 0]],
            [[1, 0], [0, 1]],
            [[0, 0], [0, 0]],
        )
    ]
).astype("float32")


@pytest.mark.exhaustive
def test_the_siamese_network_of_the_zoo_learns(tmp_path: Path) -> None:
    draw = np.random.default_rng(1)
    count = 320
    kinds = draw.integers(4, size=count)
    alike = draw.random(count) < 0.5
    others = np.where(alike, kinds, (kinds + draw.integers(1, 4, size=count)) % 4)
    noise = draw.normal(0, 0.2, size=(2, count, 1, 28, 28)).astype("float32")
    np.savez(
        tmp_path / "pairs.npz",
        left=TEXTURES[kinds][:, None] + noise[0],
        right=TEXTURES[others][:, None] + noise[1],
        y=alike.astype("float32"),
    )
    spec = yaml.safe_load((ROOT / "specs" / "zoo" / "siamese.yaml").read_text())
    spec["training"] = {
        "data": {"npz": "pairs.npz"},
        "loss": "BCEWithLogitsLoss",
        "metrics": ["accuracy"],
        "optimizer": {"Adam": {"lr": 0.01}},
        "epochs": 6,
        "batch_size": 16,
    }
    for name, text in api.render(network(spec), "sequential").items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    common = ("--data-dir", str(tmp_path), "--width", "8", "--out", "out")
    train(tmp_path / "train_siamese.py", *common)
    assert max(float(row["test_accuracy"]) for row in rows(tmp_path / "out")) >= 0.97


SCRIPT: dict[str, tuple[dict[str, Any], str]] = {
    "accumulate": ({"accumulate": 2}, "for (image, tokens, absent), targets, share in"),
    "closure": (
        {"optimizer": "LBFGS"},
        "train_step(model, optimizer, image, tokens, absent, targets, run)",
    ),
    "precision": ({"precision": "bf16"}, "torch.autocast(image.device.type"),
    "channels_last": (
        {"channels_last": True},
        "image = image.contiguous(memory_format=torch.channels_last)",
    ),
    "augment": ({"augment": [{"flip": 0.5}]}, "image = augmented(image)"),
}


@pytest.mark.parametrize("name", SCRIPT)
def test_scripts_name_the_inputs(name: str) -> None:
    training, says = SCRIPT[name]
    loaded = network(spec_of({"npz": "two.npz"}, **training))
    assert says in re.sub(r"\s+", " ", api.render(loaded, "explicit")["train_tried.py"])


def test_inputs_may_have_names_of_scripts() -> None:
    spec = json.loads(json.dumps(spec_of({"npz": "two.npz"})).replace("tokens", "data"))
    spec = json.loads(json.dumps(spec).replace("absent", "loss"))
    text = api.render(network(spec), "explicit")["train_tried.py"]
    assert "for (image, input_2, input_3), targets in run.batches(data):" in text


def test_a_restored_input_is_compared_with_itself(tmp_path: Path) -> None:
    spec: dict[str, Any] = {
        "name": "Tried",
        "input": {"noise": [3], "pixels": [6]},
        "layers": [
            {"cat": {"dim": 1}, "from": ["pixels", "noise"]},
            {"Linear": 6, "name": "restored"},
        ],
        "training": {
            "data": {"npz": "a.npz", "targets": "input"},
            "loss": "MSELoss",
            "metrics": ["r2"],
            "normalize": "auto",
            "optimizer": {"Adam": {"lr": 0.05}},
            "epochs": 30,
            "batch_size": 10,
        },
    }
    draw = np.random.default_rng(0)
    arrays = {"noise": draw.normal(size=(100, 3)), "pixels": draw.random((100, 6))}
    np.savez(tmp_path / "a.npz", **arrays)
    train(made(spec, tmp_path), "--data-dir", str(tmp_path), "--out", "out")
    assert float(rows(tmp_path / "out")[-1]["test_r2"]) >= 0.97


@pytest.mark.parametrize(
    ("changed", "code", "says"),
    [
        ({"data": "mnist"}, "MG403", "this data gives one input, but the model has 3"),
        ({"data": {"csv": "a.csv", "target": "b"}}, "MG403", "gives one input"),
        ({"data": {"images": "photos"}}, "MG403", "gives one input"),
        ({"normalize": {"tokens": "auto"}}, "MG203", "no input `tokens` of float32"),
        ({"normalize": {"image": [0, -1]}}, "MG203", "must be above 0"),
        ({"augment": ["mixup"]}, "MG406", "`mixup` mixes one input with its targets"),
    ],
)
def test_what_several_inputs_cannot_have(
    changed: dict[str, Any], code: str, says: str
) -> None:
    with pytest.raises(SpecError) as caught:
        network(spec_of(**{"data": {"npz": "two.npz"}, **changed}))
    assert [each.code for each in caught.value.diagnostics] == [code]
    assert says in caught.value.diagnostics[0].message


def test_names_of_arrays_are_not_those_of_inputs() -> None:
    for name, what in (("y", "the targets"), ("tokens_test", "the test of `tokens`")):
        spec = json.dumps(spec_of({"npz": "two.npz"})).replace("absent", name)
        with pytest.raises(SpecError, match=f"`{name}` is the array of {what}"):
            network(json.loads(spec))


@pytest.mark.exhaustive
def test_ranks_learn_the_same(tmp_path: Path) -> None:
    written(tmp_path)
    optimizer = {"SGD": {"lr": 0.1, "momentum": 0.9}}
    script = made(spec_of({"npz": "two.npz"}, optimizer=optimizer, epochs=2), tmp_path)
    common = ("--data-dir", str(tmp_path), "--device", "cpu", "--out")
    train(script, *common, "alone")
    done = processes.run_ranks(script, *common, "both")
    assert done.returncode == 0, done.stderr
    one, other = (weights(tmp_path / name) for name in ("alone", "both"))
    for key in one:
        torch.testing.assert_close(one[key], other[key], rtol=1e-3, atol=1e-4)


@pytest.mark.exhaustive
def test_notebooks_take_several_inputs(tmp_path: Path) -> None:
    written(tmp_path)
    spec = spec_of({"npz": "two.npz"}, augment=[{"flip": 0.5}], epochs=1)
    (text,) = api.render(network(spec), "explicit", notebook=True).values()
    cells = [each for each in json.loads(text)["cells"] if each["cell_type"] == "code"]
    code = "\n\n".join("".join(each["source"]) for each in cells)
    (tmp_path / "data").mkdir()
    (tmp_path / "two.npz").rename(tmp_path / "data" / "two.npz")
    (tmp_path / "cells.py").write_text(
        f"import matplotlib\nmatplotlib.use('agg')\n{code}"
    )
    assert "epoch 1  train_loss" in train(tmp_path / "cells.py")
