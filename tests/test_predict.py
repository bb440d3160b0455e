"""The prediction script: on files, on the test data, as an export."""

from __future__ import annotations

import importlib.util
import struct
import zlib
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

import pytest
import torch
from torch import nn

from mlpgen import api

from . import processes
from .networks import network
from .shared_modules import shared
from .test_training import MLP, RESTORE, refused, rendered, rows, tiny, train
from .test_training_keys import CONVOLUTION

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = ["tiny"]  # a fixture

needs = pytest.mark.skipif
NO_PILLOW = importlib.util.find_spec("PIL") is None
NO_MATPLOTLIB = importlib.util.find_spec("matplotlib") is None


def png(path: Path, pixels: Iterable[Iterable[int]]) -> str:
    """Write a grey image as in https://www.w3.org/TR/png/."""
    rows = [bytes(row) for row in pixels]
    head = struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, 0, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + row for row in rows))
    content = b"\x89PNG\r\n\x1a\n"
    for kind, body in ((b"IHDR", head), (b"IDAT", data), (b"IEND", b"")):
        checksum = struct.pack(">I", zlib.crc32(kind + body))
        content += struct.pack(">I", len(body)) + kind + body + checksum
    path.write_bytes(content)
    return str(path)


def trained(layers: list[Any], training: dict[str, Any], tiny: Path, out: Path) -> Path:
    """Train a model for some epochs and return its script for predictions."""
    out.mkdir()
    script = rendered(layers, training, out)
    args = ("--data-dir", str(tiny), "--epochs", "8", "--out", str(out / "run"))
    train(script, *args)
    return script.with_name("predict_tried.py")


@pytest.fixture(scope="module")
def script(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    training = {"ema": 0.5, "optimizer": {"Adam": {"lr": 0.01}}}
    return trained(CONVOLUTION, training, tiny, tmp_path_factory.mktemp("x") / "out")


def predict(script: Path, *args: str) -> str:
    done = processes.run(script, "--run", "run", *args)
    assert done.returncode == 0, done.stderr
    return done.stdout


def images_of(tiny: Path) -> list[tuple[torch.Tensor, int]]:
    raw = tiny / "MNIST" / "raw"
    images = (raw / "t10k-images-idx3-ubyte").read_bytes()[16:]
    labels = (raw / "t10k-labels-idx1-ubyte").read_bytes()[8:]
    pixels = torch.frombuffer(bytearray(images), dtype=torch.uint8).view(-1, 28, 28)
    return list(zip(pixels, labels, strict=True))


def test_the_test_data_has_the_metrics_of_the_run(script: Path, tiny: Path) -> None:
    """Those of the epoch with the best weights, also for averaged weights."""
    printed = predict(script, "--evaluate", "--data-dir", str(tiny))
    found = dict(line.split() for line in printed.splitlines())
    best = max(rows(script.parent / "run"), key=lambda row: float(row["test_accuracy"]))
    for name, value in found.items():
        assert float(value) == pytest.approx(float(best[name]), abs=1e-4)


@needs(NO_PILLOW, reason="reading images needs Pillow")
def test_files_are_read_as_the_data(script: Path, tiny: Path, tmp_path: Path) -> None:
    """An image of the data gives its class; so it does larger, black on white."""
    right = 0
    chosen = images_of(tiny)[:20]
    files = []
    for index, (image, _) in enumerate(chosen):
        large = 255 - image.repeat_interleave(4, 0).repeat_interleave(4, 1)
        framed = torch.full((160, 180), 255, dtype=torch.uint8)
        framed[30:142, 40:152] = large
        files.append(png(tmp_path / f"{index}.png", image.tolist()))
        files.append(png(tmp_path / f"{index}-large.png", framed.tolist()))
    lines = predict(script, *files).splitlines()
    assert len(lines) == 40
    same = 0
    for (_, label), small, large in zip(chosen, lines[::2], lines[1::2], strict=True):
        first, second = (line.split(": ")[1].split()[0] for line in (small, large))
        right += first == str(label)
        same += first == second
    assert right >= 14
    assert same >= 14


@needs(NO_PILLOW, reason="reading images needs Pillow")
def test_wrong_files(script: Path, tmp_path: Path) -> None:
    (tmp_path / "text.png").write_text("no image")
    for name, says in (("text.png", "is no image"), ("none.png", "is no image")):
        refused(script, str(tmp_path / name), "--run", "run", says=says)


def test_wrong_runs(script: Path, tiny: Path, tmp_path: Path) -> None:
    refused(script, "--evaluate", says="train first: python train_tried.py")
    evaluate = ("--evaluate", "--data-dir", str(tiny))
    refused(script, *evaluate, "--run", str(tmp_path), says="has no run yet")
    other = rendered(MLP, {}, tmp_path)
    predicting = other.with_name("predict_tried.py")
    run = str(script.parent / "run")
    refused(predicting, *evaluate, "--run", run, says="is of another network")
    refused(script, *evaluate, "--device", "nonsense", says="try --device cpu")
    torn = tmp_path / "torn.pt"
    torn.write_bytes((script.parent / "run" / "best.pt").read_bytes()[:-100])
    refused(script, *evaluate, "--run", str(torn), says="cannot be read")


@pytest.mark.parametrize(
    "kind", ["pt2", pytest.param("onnx", marks=pytest.mark.exhaustive)]
)
def test_exports_give_the_same(script: Path, kind: str) -> None:
    if kind == "onnx" and importlib.util.find_spec("onnxscript") is None:
        pytest.skip("the exporter needs onnxscript")
    printed = predict(script, "--export", kind)
    assert f"model.{kind}: " in printed
    if kind == "pt2" or importlib.util.find_spec("onnxruntime") is not None:
        assert printed.endswith("the same outputs\n")
    if kind == "pt2":
        program = torch.export.load(script.parent / "run" / "model.pt2").module()
        assert program(torch.zeros(7, 1, 28, 28)).shape == (7, 10)


def test_a_layer_with_the_name_of_an_attribute_of_graphs_is_exported(
    tmp_path: Path,
) -> None:
    exports = shared("exports")
    model = nn.Sequential(OrderedDict(code=nn.Linear(4, 2), latent=nn.Linear(2, 4)))
    assert exports.hides_attributes(model)
    assert not exports.hides_attributes(model.latent)
    given = (torch.rand(3, 4),)
    program = torch.export.export(exports.Inner(model), given)
    (found,) = exports.save_pt2(tmp_path / "model.pt2", program, {}, given, ())
    assert found.equal(model(*given))


def test_an_export_of_a_model_that_draws_is_not_compared(
    tiny: Path, tmp_path: Path
) -> None:
    add = {"add": None, "from": ["code", "mul_1"]}
    noise = [{"randn_like": None}, {"mul": 0.1}, add]
    code = {"Linear": 4, "name": "code"}
    layers = ["Flatten", code, *noise, {"Linear": 10}]
    script = trained(layers, {}, tiny, tmp_path / "out")
    printed = predict(script, "--export", "pt2")
    assert printed.endswith("not compared, since the model draws random numbers\n")


@needs(NO_MATPLOTLIB, reason="drawing needs matplotlib")
def test_plots(script: Path, tiny: Path) -> None:
    predict(script, "--plot", "--data-dir", str(tiny))
    for name in ("curves", "confusion", "mistakes"):
        content = (script.parent / "run" / f"{name}.png").read_bytes()
        assert content.startswith(b"\x89PNG") and len(content) > 5000


@needs(NO_MATPLOTLIB, reason="drawing needs matplotlib")
def test_plots_of_an_autoencoder_after_training(tiny: Path, tmp_path: Path) -> None:
    script = rendered(RESTORE, {"loss": "MSELoss"}, tmp_path)
    out = tmp_path / "run"
    args = ("--data-dir", str(tiny), "--epochs", "1", "--out", str(out))
    assert "restored.png" in train(script, *args, "--plot")
    if not NO_PILLOW:
        image, _ = images_of(tiny)[0]
        file = png(tmp_path / "a.png", image.tolist())
        assert "mean squared error 0." in predict(
            script.with_name("predict_tried.py"), file
        )


def layers(text: str) -> dict[str, str]:
    """Return the lines of the table of layers, by their names."""
    lines = text[text.index("layer ") :].splitlines()[1:]
    rows = [line.split(maxsplit=1) for line in lines if line[-1:].isdigit()]
    return {name: " ".join(rest.split()) for name, rest in rows}


@needs(NO_PILLOW, reason="reading images needs Pillow")
def test_layers_are_seen_by_their_names(
    script: Path, tiny: Path, tmp_path: Path
) -> None:
    """All modules are listed, and --layer prints the tensor of one."""
    image, _ = images_of(tiny)[0]
    file = png(tmp_path / "a.png", image.tolist())
    printed = predict(script, file, "--layers")
    found = layers(printed)
    state = torch.load(script.parent / "run" / "best.pt", weights_only=True)["model"]
    assert {name.rpartition(".")[0] for name in state} <= found.keys()
    assert "what `forward` does by functions, such as F.relu, has no hook" in printed
    name, row = list(found.items())[-1]
    assert row.startswith("float32 (1, 10) ")
    whole = predict(script, file, "--layer", name)
    assert f"{name}: float32 (1, 10)\ntensor([[" in whole
    values = whole.split("[[")[1].split("]]")[0].split(",")
    mean, _ = row.rsplit(maxsplit=1)
    assert float(mean.split()[-1]) == pytest.approx(
        sum(map(float, values)) / 10, rel=1e-2, abs=1e-4
    )
    says = f"no layer '{name}x' gives anything; the nearest: {name}"
    refused(script, file, "--layer", f"{name}x", "--run", "run", says=says)
    refused(script, file, "--layer", "", "--layers", "--run", "none", says="none")


@needs(NO_PILLOW or NO_MATPLOTLIB, reason="drawing needs matplotlib")
def test_feature_maps_are_drawn(script: Path, tiny: Path, tmp_path: Path) -> None:
    """Into the folder of the run, from the file alone."""
    image, _ = images_of(tiny)[0]
    file = png(tmp_path / "a.png", image.tolist())
    drawn = script.parent / "run" / "layers.png"
    assert str(drawn.relative_to(script.parent)) in predict(
        script, file, "--layers", "--plot", "--data-dir", "none"
    )
    assert drawn.read_bytes().startswith(b"\x89PNG")


TABLE = "a,b,kind,number\n" + "".join(
    f"{i % 7},{'xyz'[i % 3]},{'uv'[i % 2]},{i % 5}\n" for i in range(40)
)
TEXT = "".join(f"{n} quick foxes jump over the lazy dog\n" for n in range(12))
OF_TEXT: list[Any] = [
    {"Embedding": {"num_embeddings": 40, "embedding_dim": 8}},
    {"LSTM": {"hidden_size": 8, "batch_first": True}, "name": "reader"},
    {"Linear": 40},
]
KINDS: dict[str, tuple[Any, list[Any], dict[str, Any]]] = {
    "classes": (
        [5],
        [{"Linear": 6}, "ReLU", {"Linear": 2}],
        {"data": {"csv": "table.csv", "target": "kind"}},
    ),
    "numbers": (
        [6],
        [{"Linear": 6}, "Tanh", {"Linear": 1}],
        {"data": {"csv": "table.csv", "target": "number"}, "loss": "MSELoss"},
    ),
    "arrays": (
        [3, 6, 6],
        [{"Conv2d": {"out_channels": 4, "kernel_size": 3}}, "Flatten", {"Linear": 5}],
        {"data": {"npz": "arrays.npz"}},
    ),
    "text": (
        {"tokens": {"shape": [9], "dtype": "int64"}},
        OF_TEXT,
        {"data": {"text": "text.txt"}},
    ),
    "lines": (
        {"tokens": {"shape": [50], "dtype": "int64"}},
        OF_TEXT,
        {"data": {"text": "text.txt", "by": "lines"}},
    ),
}

NAMED = {kind: "" if kind in ("text", "lines") else ", row 1" for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.thinned(2)
def test_every_kind_of_data(kind: str, tmp_path: Path) -> None:
    """Files are classified; layers and metrics are the same in both styles."""
    import numpy as np

    (tmp_path / "table.csv").write_text(TABLE)
    (tmp_path / "text.txt").write_text(TEXT)
    chance = np.random.default_rng(1)
    features = chance.normal(size=(40, 3, 6, 6)).astype(np.float32)
    np.savez(tmp_path / "arrays.npz", x=features, y=np.arange(40) % 5)
    given, made, training = KINDS[kind]
    own = {"loss": "CrossEntropyLoss", "optimizer": "Adam", "batch_size": 5}
    spec = {"name": "Tried", "input": given, "layers": made}
    loaded = network({**spec, "training": {**own, "epochs": 1, **training}})
    scripts = {}
    for style in ("explicit", "sequential"):
        (tmp_path / style).mkdir()
        for name, text in api.render(loaded, style).items():
            (tmp_path / style / name).write_text(text, encoding="utf-8")
        scripts[style] = tmp_path / style / "predict_tried.py"
    run, data = str(tmp_path / "run"), str(tmp_path)
    train(tmp_path / "explicit" / "train_tried.py", "--data-dir", data, "--out", run)
    file = next(iter(training["data"].values()))
    asked = (str(tmp_path / file), "--run", run, "--layers", "--evaluate")
    asked = (*asked, "--data-dir", data)
    done = [processes.run(script, *asked) for script in scripts.values()]
    assert [each.returncode for each in done] == [0, 0], done
    one, other = (layers(each.stdout) for each in done)
    assert one and one.items() <= other.items()
    told, again = (each.stdout.partition("layer ")[0] for each in done)
    assert told == again and told.startswith(f"{tmp_path / file}{NAMED[kind]}: ")
    metrics = [
        [line for line in each.stdout.splitlines() if line.startswith("test_")]
        for each in done
    ]
    best = rows(tmp_path / "run")[0]
    assert metrics[0] == metrics[1]
    assert metrics[0][0] == f"test_loss  {float(best['test_loss']):.4f}"
