"""Trains the faults of the corpus, and what mends them: does a fault cost anything?

What renders is trained by its own script. What mlpgen refuses is trained by the loop
that people write by hand, `_by_hand`, with the model of the spec without its
`training`, or with one of `MODULES` if even that is refused.
"""

from __future__ import annotations

import csv
import json
import random
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
import yaml
from torch import Tensor, nn

from mlpgen import api
from mlpgen.diagnostics.diagnostic import SpecError

if TYPE_CHECKING:
    from pathlib import Path

EPOCHS = 5
MODULES = {
    "a softmax over one unit": lambda: nn.Sequential(
        nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 1), nn.Softmax(1)
    ),
    "a softmax over one channel of an image": lambda: nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(8, 1, 1),
        nn.Softmax(1),
        nn.Flatten(),
        nn.Linear(784, 10),
    ),
    "a softmax over the batch": lambda: nn.Sequential(
        nn.Flatten(),
        nn.Linear(784, 64),
        nn.ReLU(),
        nn.Linear(64, 10),
        nn.LogSoftmax(0),
    ),
    "fewer outputs than classes": lambda: nn.Sequential(
        nn.Flatten(), nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 9)
    ),
}
"""The networks that mlpgen refuses whole, by hand."""


def write_data(folder: Path) -> None:
    """Write the tables, arrays and the text that specs of the corpus are trained on."""
    rng = random.Random(1)
    rows = []
    for _ in range(600):
        kind = rng.random() < 0.5
        rows.append([*(f"{rng.gauss(0.8 * kind, 1):.3f}" for _ in range(8)), kind])
    _write_csv(folder / "two.csv", [*"abcdefgh", "kind"], rows)
    rows = []
    for _ in range(600):
        values = [rng.gauss(0, 1) for _ in range(6)]
        price = 20 + 3 * values[0] + values[1] * values[2] + rng.gauss(0, 0.1)
        rows.append([*(f"{each:.3f}" for each in values), f"{max(price, 0.1):.3f}"])
    _write_csv(folder / "numbers.csv", [*"abcdef", "price"], rows)
    numbers = np.random.default_rng(1)
    labels = numbers.integers(0, 3, 600)
    places = np.arange(128) / 128
    waves = np.sin(
        2 * np.pi * (2 + labels[:, None]) * places + numbers.random((600, 1))
    )
    signals = waves[:, None] + numbers.normal(0, 0.5, (600, 1, 128))
    np.savez(folder / "signals.npz", x=signals.astype(np.float32), y=labels)
    steps = numbers.normal(0, 1, (600, 16, 8)).astype(np.float32)
    steps[np.arange(600), 0, labels] += 3  # what tells the classes apart comes first
    np.savez(folder / "steps.npz", x=steps, y=labels)
    words = [
        "the",
        "cat",
        "sat",
        "on",
        "a",
        "mat",
        "and",
        "the",
        "dog",
        "ran",
        "to",
        "the",
        "red",
        "house",
        "by",
        "the",
        "sea",
    ]
    text = " ".join(rng.choice(words) for _ in range(6000))
    (folder / "text.txt").write_text(text, encoding="ascii")


def _write_csv(path: Path, head: list[str], rows: list[list[Any]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([head, *rows])


def result(title: str, text: str, folder: Path, sample: Path) -> dict[str, float]:
    """Train a spec and return its last scores on the test set.

    Args:
        title: The title of the fault, or `mended`.
        text: The spec.
        folder: Has the data, and gets the scripts.
        sample: The folder of the sample of MNIST.
    """
    path = folder / "net.yaml"
    path.write_text(text, encoding="utf-8")
    try:
        network = api.load(path)
    except SpecError:
        return _by_hand(title, yaml.safe_load(text), folder, sample)
    for name, source in api.render(network).items():
        (folder / name).write_text(source, encoding="utf-8")
    data = sample if "data: mnist" in text else folder
    return _of_script(folder, data)


def _of_script(folder: Path, data: Path) -> dict[str, float]:
    command = [sys.executable, "train_net.py", "--data-dir", str(data), "--out", "run"]
    command += ["--epochs", str(EPOCHS), "--threads", "1"]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode:
        print(done.stderr.strip().splitlines()[-1:], file=sys.stderr)
        shutil.rmtree(folder / "run", ignore_errors=True)
        return {"failed": 1.0}
    text = (folder / "run" / "metrics.csv").read_text("utf-8")
    shutil.rmtree(folder / "run")
    *_, last = csv.DictReader(text.splitlines())
    return {
        key.removeprefix("test_"): round(float(value), 4)
        for key, value in last.items()
        if key.startswith("test_")
    }


def _by_hand(
    title: str, spec: dict[str, Any], folder: Path, sample: Path
) -> dict[str, float]:
    """Train what mlpgen refuses with a loop as people write it."""
    training = spec.pop("training")
    torch.manual_seed(1)
    torch.set_num_threads(1)
    model = MODULES[title]() if title in MODULES else _model(spec, folder)
    loss: Any = getattr(nn, training["loss"])()
    (x, y), (test_x, test_y) = _data(training, folder, sample)
    optimizer = torch.optim.Adam(model.parameters(), 0.001)
    for _ in range(EPOCHS):
        for batch in torch.randperm(len(x)).split(64):
            optimizer.zero_grad()
            output = _first(model(x[batch]))
            target = _target(loss, output, x[batch], y[batch])
            try:
                value = loss(output, target)
            except (RuntimeError, IndexError) as error:
                print(f"{title}: {error}", file=sys.stderr)
                return {"failed": 1.0}
            value.backward()
            optimizer.step()
    with torch.no_grad():
        output = _first(model.eval()(test_x))
        target = _target(loss, output, test_x, test_y)
        found = {"loss": round(float(loss(output, target)), 4)}
        if output.dim() == 2:
            sure = 0.0 if isinstance(loss, nn.BCEWithLogitsLoss) else 0.5
            one = output.shape[1] == 1
            guess = (output[:, 0] > sure).long() if one else output.argmax(1)
            found["accuracy"] = round(float((guess == test_y).float().mean()), 4)
    return found


def _first(output: Any) -> Tensor:
    found: Tensor = output[0] if isinstance(output, tuple) else output
    return found


def _target(loss: nn.Module, output: Tensor, x: Tensor, y: Tensor) -> Tensor:
    if output.shape == x.shape:
        return x
    if isinstance(loss, nn.BCELoss | nn.BCEWithLogitsLoss):
        return y.float()[:, None]
    if isinstance(loss, nn.MSELoss):
        return nn.functional.one_hot(y, output.shape[1]).float()
    return y


def _model(spec: dict[str, Any], folder: Path) -> nn.Module:
    path = folder / "alone.yaml"
    path.write_text(yaml.safe_dump(spec, sort_keys=False), encoding="utf-8")
    (source,) = api.render(path).values()
    space: dict[str, Any] = {"__name__": "alone"}
    exec(compile(source, "alone.py", "exec"), space)
    made: nn.Module = space[spec["name"]]()
    return made


def _data(
    training: dict[str, Any], folder: Path, sample: Path
) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
    """Load the sample of MNIST, or the table of two classes."""
    if training["data"] != "mnist":
        rows = list(csv.reader((folder / "two.csv").open(encoding="utf-8")))[1:]
        x = torch.tensor([[float(value) for value in row[:-1]] for row in rows])
        y = torch.tensor([row[-1] == "True" for row in rows]).long()
        return (x[:480], y[:480]), (x[480:], y[480:])
    import gzip

    def read(name: str, offset: int) -> Tensor:
        raw = gzip.decompress((sample / "MNIST" / "raw" / name).read_bytes())
        return torch.frombuffer(bytearray(raw[offset:]), dtype=torch.uint8)

    mean, std = 0.1307, 0.3081
    pairs = []
    for part in ("train", "t10k"):
        images = read(f"{part}-images-idx3-ubyte.gz", 16).reshape(-1, 1, 28, 28) / 255
        if "normalize" in training:
            images = (images - mean) / std
        pairs.append((images, read(f"{part}-labels-idx1-ubyte.gz", 8).long()))
    return pairs[0], pairs[1]


def as_table(found: dict[str, Any]) -> str:
    """Write what was found as JSON, a line for each fault."""
    lines = [
        f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in found.items()
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"
