"""The script that uses what was trained: on files, on the test data, for export."""

from __future__ import annotations

import importlib.util
import struct
import zlib
from typing import TYPE_CHECKING, Any

import pytest
import torch

from . import processes
from .test_options import CONVOLUTION
from .test_training import MLP, RESTORE, refused, rendered, rows, tiny, train

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = ["tiny"]  # a fixture

needs = pytest.mark.skipif
NO_PILLOW = importlib.util.find_spec("PIL") is None
NO_MATPLOTLIB = importlib.util.find_spec("matplotlib") is None


def png(path: Path, pixels: Iterable[Iterable[int]]) -> str:
    """Write a grey image as the format's own page has it: https://www.w3.org/TR/png/."""
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
    """Of the epoch with the best weights, mean of weights included."""
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
    evaluate = ("--evaluate", "--data-dir", str(tiny))
    refused(script, *evaluate, "--run", str(tmp_path), says="cannot be read")
    other = rendered(MLP, {}, tmp_path)
    predicting = other.with_name("predict_tried.py")
    run = str(script.parent / "run")
    refused(predicting, *evaluate, "--run", run, says="is of another model")
    refused(script, *evaluate, "--device", "nonsense", says="try --device cpu")
    torn = tmp_path / "torn.pt"
    torn.write_bytes((script.parent / "run" / "best.pt").read_bytes()[:-100])
    refused(script, *evaluate, "--run", str(torn), says="cannot be read")


@pytest.mark.parametrize("kind", ["pt2", "onnx"])
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
