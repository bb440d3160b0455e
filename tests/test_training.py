"""The committed scripts train on real images."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import os
import shutil
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
import torch

from mlpgen import api

from . import processes
from .networks import network

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ROOT = Path(__file__).parent.parent
SAMPLE = ROOT / "data" / "sample"
FULL = os.environ.get("MLPGEN_DATA", "")
STYLES = ("explicit", "sequential")
AT_LEAST = {
    "mnist_mlp": (2, 0.88),
    "mnist_mlp_batchnorm_dropout": (3, 0.93),
    "lenet5": (3, 0.93),
    "mnist_cnn": (1, 0.90),
    "softmax_regression": (1, 0.83),
    "autoencoder": (1, 0.0),
}
"""Epochs on the sample, and the accuracy that must be reached."""
RATES = {"mnist_mlp": "0.3", "softmax_regression": "0.3"}
"""For the sample, which is small, instead of those of the spec."""


def start(script: Path, *args: str) -> processes.Started:
    """Start a script without waiting for it."""
    return processes.Started(script, "--threads", "1", *args)


def tried(script: Path, *args: str) -> processes.Done:
    threads = ("--threads", "1") if script.name.startswith("train_") else ()
    return processes.run(script, *threads, *args)


def train(script: Path, *args: str) -> str:
    done = tried(script, *args)
    assert done.returncode == 0, done.stderr
    return done.stdout


def refused(script: Path, *args: str, says: str) -> None:
    """A run must end with one line that says why, after that on what it looks at.

    Of another network each difference has a line.
    """
    done = tried(script, *args)
    assert done.returncode == 2, done.stderr
    lines = done.stderr.splitlines()
    errors = [line for line in lines if line.startswith("error: ")]
    told = lines[: len(lines) - len(errors)]
    assert any(says in line for line in errors) and lines == [*told, *errors]
    assert len(errors) == 1 or "is of another network" in errors[-1]
    assert len(told) <= 1 and all(".pt: " in line for line in told)


def rows(out: Path) -> list[dict[str, str]]:
    with (out / "metrics.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def weights(out: Path, name: str = "last.pt") -> dict[str, torch.Tensor]:
    checkpoint: dict[str, Any] = torch.load(out / name, weights_only=True)
    model: dict[str, torch.Tensor] = checkpoint["model"]
    return model


LONG = (
    *("lenet5", "mnist_cnn", "mnist_resnet", "mnist_lstm", "mnist_transformer"),
    *("mnist_mlp", "mnist_mlp_batchnorm_dropout"),
)
"""Trainings that take more than a second."""


def marked(names: Iterable[str]) -> list[Any]:
    """Mark long trainings as exhaustive."""
    return [
        pytest.param(name, marks=pytest.mark.exhaustive) if name in LONG else name
        for name in names
    ]


@pytest.mark.parametrize("name", marked(AT_LEAST))
def test_both_styles_learn_the_same(name: str, tmp_path: Path) -> None:
    epochs, accuracy = AT_LEAST[name]
    rate = ("--lr", RATES[name]) if name in RATES else ()
    args = ("--data-dir", str(SAMPLE), "--epochs", str(epochs), *rate)
    for style in STYLES:
        script = ROOT / "generated" / style / f"train_{name}.py"
        train(script, *args, "--out", str(tmp_path / style))
    one, other = (weights(tmp_path / style) for style in STYLES)
    assert list(one) == list(other)
    assert all(torch.equal(one[key], other[key]) for key in one)
    found = rows(tmp_path / "explicit")
    assert [row["epoch"] for row in found] == [str(i + 1) for i in range(epochs)]
    if accuracy:
        assert max(float(row["test_accuracy"]) for row in found) >= accuracy
    else:
        assert list(found[-1]) == ["epoch", "train_loss", "test_loss", "seconds"]
        assert float(found[-1]["test_loss"]) < 0.06
    assert weights(tmp_path / "explicit", "best.pt").keys() == one.keys()


BRANCHING = {
    "mnist_resnet": ("--epochs", "1"),
    "mnist_lstm": ("--epochs", "3"),
    "mnist_transformer": ("--epochs", "6", "--lr", "0.003"),
}
"""Networks with branches, and how they are trained on the sample."""


@pytest.mark.parametrize("name", marked(BRANCHING))
def test_networks_that_branch_learn(name: str, tmp_path: Path) -> None:
    script = ROOT / "generated" / "explicit" / f"train_{name}.py"
    out = str(tmp_path / "out")
    train(script, "--data-dir", str(SAMPLE), *BRANCHING[name], "--out", out)
    found = rows(tmp_path / "out")
    assert max(float(row["test_accuracy"]) for row in found) > 0.9


@pytest.mark.skipif(not FULL, reason="MLPGEN_DATA names no folder with all of MNIST")
def test_the_perceptron_on_all_of_mnist(tmp_path: Path) -> None:
    for style in STYLES:
        script = ROOT / "generated" / style / "train_mnist_mlp.py"
        train(script, "--data-dir", FULL, "--out", str(tmp_path / style))
    one, other = (weights(tmp_path / style) for style in STYLES)
    assert all(torch.equal(one[key], other[key]) for key in one)
    assert float(rows(tmp_path / "explicit")[-1]["test_accuracy"]) >= 0.975


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("--device", "nonsense"), "try --device cpu"),
        (("--device", ""), "try --device cpu"),
        (("--device", "cuda:99"), "try --device cpu"),
        (("--lr", "nan"), "--lr is nan"),
        (("--lr", "inf"), "--lr is inf"),
        (("--lr", "-0.1"), "--lr is -0.1"),
        (("--checkpoint-every", "-1"), "--checkpoint-every must be at least 0"),
        (("--batch-size", "0"), "--batch-size must be at least 1"),
        (("--threads", "-1"), "--threads must be at least 1"),
        (("--epochs", "9" * 30), "--epochs must be at least 1"),
        (("--seed", "x"), "argument --seed: invalid int value: 'x'"),
        (("--nonsense",), "unrecognized arguments: --nonsense"),
        (("--epochs", "0"), "--epochs must be at least 1"),
        (("--seed", "-1"), "--seed must be at least 0"),
        (("--batch-size", "100000"), "as there are 10000 examples"),
        (("--resume", "nowhere"), "nowhere cannot be read: No such file"),
    ],
    ids=lambda each: each[0] if isinstance(each, tuple) else "",
)
def test_invalid_settings(args: tuple[str, ...], says: str) -> None:
    script = ROOT / "generated" / "explicit" / "train_softmax_regression.py"
    refused(script, "--data-dir", str(SAMPLE), *args, says=says)


MLP = [
    "Flatten",
    {"Linear": 16},
    "ReLU",
    {"Linear": {"out_features": 10}, "name": "logits"},
]
RESTORE = [
    "Flatten",
    {"Linear": 8},
    {"Linear": 784},
    "Sigmoid",
    {"Unflatten": {"dim": 1, "unflattened_size": [1, 28, 28]}},
]
PARTS: list[tuple[list[Any], dict[str, Any]]] = [
    *(
        (MLP, {"optimizer": optimizer})
        for optimizer in (
            "Adadelta",
            "Adafactor",
            "Adagrad",
            "Adam",
            {"AdamW": {"betas": [0.9, 0.99]}},
            "Adamax",
            "ASGD",
            {"LBFGS": {"max_iter": 2}},
            "NAdam",
            "RAdam",
            {"RMSprop": {"momentum": 0.5}},
            "Rprop",
        )
    ),
    (
        ["Flatten", {"Linear": {"out_features": 10, "bias": False}}],
        {"optimizer": {"Muon": {"lr": 0.02}}},
    ),
    *(
        (MLP, {"scheduler": scheduler})
        for scheduler in (
            {"StepLR": 2},
            {"MultiStepLR": [1, 2]},
            "ConstantLR",
            "LinearLR",
            {"ExponentialLR": 0.9},
            "PolynomialLR",
            "CosineAnnealingLR",
            {"CosineAnnealingLR": 4},
            {"CosineAnnealingWarmRestarts": 2},
            {"OneCycleLR": {"max_lr": 0.1}},
            {"CyclicLR": {"base_lr": 0.01, "max_lr": 0.1}},
            {"ReduceLROnPlateau": {"patience": 0}},
            {"ReduceLROnPlateau": {"mode": "max"}},
            {
                "SequentialLR": {
                    "schedulers": [
                        "CosineAnnealingLR",
                        "CosineAnnealingLR",
                        "CosineAnnealingLR",
                    ],
                    "milestones": [1, 2],
                }
            },
            {
                "SequentialLR": {
                    "schedulers": [
                        {"LinearLR": {"total_iters": 1}},
                        {"ExponentialLR": 0.5},
                    ],
                    "milestones": [1],
                }
            },
            {"ChainedScheduler": {"schedulers": ["LinearLR", {"ExponentialLR": 0.5}]}},
        )
    ),
    *(
        (MLP, {"loss": loss})
        for loss in (
            {"CrossEntropyLoss": {"label_smoothing": 0.1}},
            "MultiMarginLoss",
            "BCEWithLogitsLoss",
            "MultiLabelSoftMarginLoss",
        )
    ),
    ([*MLP, {"LogSoftmax": {"dim": 1}}], {"loss": "NLLLoss"}),
    ([*MLP, {"Softmax": {"dim": 1}}], {"loss": "BCELoss"}),
    *(
        (RESTORE, {"loss": loss})
        for loss in (
            "MSELoss",
            "L1Loss",
            "SmoothL1Loss",
            {"HuberLoss": 0.5},
            "BCELoss",
            "PoissonNLLLoss",
        )
    ),
]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder with 300 training and 100 test images, not packed."""
    folder = tmp_path_factory.mktemp("data")
    raw = folder / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for part, count in (("train", 300), ("t10k", 100)):
        for kind, head, size in (("images-idx3", 16, 784), ("labels-idx1", 8, 1)):
            name = f"{part}-{kind}-ubyte"
            data = gzip.decompress(
                (SAMPLE / "MNIST" / "raw" / f"{name}.gz").read_bytes()
            )
            start = data[:4] + count.to_bytes(4, "big") + data[8:head]
            (raw / name).write_bytes(start + data[head : head + count * size])
    return folder


def rendered(
    layers: list[Any],
    training: dict[str, Any],
    folder: Path,
    outputs: Sequence[str] = (),
) -> Path:
    """Render a spec in explicit style into a folder."""
    spec: dict[str, Any] = {
        "name": "Tried",
        "input": [1, 28, 28],
        "layers": layers,
        "training": {
            "data": "mnist",
            "loss": "CrossEntropyLoss",
            "optimizer": {"SGD": {"lr": 0.05, "momentum": 0.5}},
            "epochs": 3,
            "batch_size": 50,
        }
        | training,
    }
    if outputs:
        spec["outputs"] = list(outputs)
    for name, text in api.render(network(spec), "explicit").items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder / "train_tried.py"


@pytest.mark.parametrize(
    ("layers", "training"), PARTS, ids=[str(each[1]) for each in PARTS]
)
@pytest.mark.thinned(4)
def test_every_part_trains(
    layers: list[Any], training: dict[str, Any], tiny: Path, tmp_path: Path
) -> None:
    script = rendered(layers, training, tmp_path)
    train(
        script, "--data-dir", str(tiny), "--epochs", "2", "--out", str(tmp_path / "out")
    )
    assert len(rows(tmp_path / "out")) == 2


@pytest.fixture
def script(tmp_path: Path) -> Path:
    return rendered(MLP, {}, tmp_path)


@pytest.mark.parametrize(
    "args",
    [
        ["--epochs", "0"],
        ["--batch-size", "-1"],
        ["--lr", "nan"],
        ["--lr", "x"],
        ["--seed", "-1"],
        ["--threads", "0"],
        ["--device", "gpu9"],
        ["--device", "cuda:99"],
        ["--device", "meta"],
        ["--batch-size", "10000000000000000000"],
    ],
)
def test_wrong_settings(script: Path, args: list[str]) -> None:
    done = tried(script, *args)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "args",
    [("--data-dir", "a\0b"), ("--out", "a\0b"), ("--resume", "a\0b")],
    ids=lambda each: each[0],
)
def test_a_path_that_no_system_has(
    script: Path, tiny: Path, args: tuple[str, str]
) -> None:
    refused(script, "--data-dir", str(tiny), *args, says="a path has no NUL in it")


ONE_VALUE = ["Flatten", {"Linear": 16}, "BatchNorm1d", {"Linear": 10}]


@pytest.mark.parametrize(
    ("layers", "training", "args", "says"),
    [
        (ONE_VALUE, {}, ("--batch-size", "1"), "Expected more than 1 value"),
        (
            ["Flatten", {"Linear": 10}, {"custom": {"path": "own.py", "class": "Own"}}],
            {"loss": "BCELoss"},
            (),
            "between 0 and 1",
        ),
        (MLP, {}, ("--lr", "1e38"), "not finite in step"),
        (MLP, {"optimizer": {"SGD": {"lr": 0.1}}}, ("--batch-size", "301"), "to 300"),
        (
            MLP,
            {"scheduler": {"OneCycleLR": {"max_lr": 0.1}}},
            ("--batch-size", "301"),
            "to 300",
        ),
    ],
)
def test_what_cannot_be_trained(
    layers: list[Any],
    training: dict[str, Any],
    args: tuple[str, ...],
    says: str,
    tiny: Path,
    tmp_path: Path,
) -> None:
    """Errors of torch become one line."""
    own = "from torch import Tensor, nn\n\n\nclass Own(nn.Module):\n"
    own += "    def forward(self, x: Tensor) -> Tensor:\n        return x + 2\n"
    (tmp_path / "own.py").write_text(own, encoding="utf-8")
    script = rendered(layers, training, tmp_path)
    refused(script, "--data-dir", str(tiny), *args, says=says)


@pytest.mark.parametrize("damage", ["magic", "short", "label", "packed", "count"])
def test_damaged_data(script: Path, tiny: Path, tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "data"
    shutil.copytree(tiny, folder)
    images = folder / "MNIST" / "raw" / "train-images-idx3-ubyte"
    labels = folder / "MNIST" / "raw" / "train-labels-idx1-ubyte"
    if damage == "magic":
        images.write_bytes(b"PNG!" + images.read_bytes()[4:])
    elif damage == "short":
        images.write_bytes(images.read_bytes()[:-1])
    elif damage == "label":
        labels.write_bytes(labels.read_bytes()[:-1] + b"\x0b")
    elif damage == "count":
        shutil.copy(folder / "MNIST" / "raw" / "t10k-labels-idx1-ubyte", labels)
    else:
        images.with_name(images.name + ".gz").write_bytes(b"\x1f\x8b\x08 not gzip")
        images.unlink()
    refused(script, "--data-dir", str(folder), says="train")


def use_mirrors(script: Path, mirrors: list[str], *sums: dict[str, str]) -> None:
    """Let the data module beside a script look for MNIST elsewhere."""
    reader = script.with_name("data_mnist.py")
    origin = "ORIGINS['MNIST']._replace"
    mine = f"mirrors={mirrors}" + "".join(f", checksums={each}" for each in sums)
    text = reader.read_text(encoding="utf-8")
    text += f"\n\nORIGINS['MNIST'] = {origin}({mine})\n"
    reader.write_text(text, encoding="utf-8")


def test_missing_data_without_a_network(script: Path, tmp_path: Path) -> None:
    use_mirrors(script, ["http://127.0.0.1:9/"])
    refused(script, "--data-dir", str(tmp_path / "empty"), says="--data-dir")


def test_a_folder_with_a_run_is_not_written_over(
    script: Path, tiny: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    args = ("--data-dir", str(tiny), "--out", str(out))
    train(script, *args)
    before = {path: path.read_bytes() for path in out.iterdir()}
    says = f"{out} has a run already: --resume {out} goes on with it"
    refused(script, *args, "--lr", "0.2", says=says)
    assert {path: path.read_bytes() for path in out.iterdir()} == before


def test_a_run_that_diverges_has_no_best_epoch(
    script: Path, tiny: Path, tmp_path: Path
) -> None:
    """It keeps the checkpoint before, is marked, and is the newest for nobody."""
    args = ("--data-dir", str(tiny), "--epochs", "2")
    out = tmp_path / "runs" / "tried" / "wild"
    wild = ("--out", str(out), "--lr", "1e30")
    refused(script, *args, *wild, says="not finite in step")
    assert not (out / "best.pt").exists() and (out / "last.pt").exists()
    config = json.loads((out / "config.json").read_text("utf-8"))
    assert config["diverged"].startswith("the loss is not finite in step")
    predicting = script.with_name("predict_tried.py")
    says = "runs/tried has no run yet: train first: python train_tried.py"
    refused(predicting, "--evaluate", *args[:2], says=says)
    refused(script, *args, "--resume", says="runs below runs/tried have diverged")
    says = f"{out / 'best.pt'} is not there: no epoch was evaluated yet"
    refused(predicting, "--evaluate", *args[:2], "--run", str(out), says=says)


@pytest.mark.parametrize("kind", ["diverged", "one batch", "profile"])
@pytest.mark.thinned(2)
def test_the_newest_run_is_a_run(kind: str, tiny: Path, tmp_path: Path) -> None:
    script = rendered(MLP, {}, tmp_path)
    args = ("--data-dir", str(tiny), "--epochs", "1")
    runs = tmp_path / "runs" / "tried"
    train(script, *args, "--out", str(runs / "right"))
    given = {"diverged": (), "one batch": ["--overfit-batch"], "profile": ["--profile"]}
    train(script, *args, *given[kind], "--out", str(runs / "later"))
    if kind == "diverged":  # after an epoch
        wild = ("--resume", str(runs / "later"), "--epochs", "2", "--lr", "1e30")
        refused(script, *args[:2], *wild, says="keeps the checkpoints before it")
    predicting = script.with_name("predict_tried.py")
    done = processes.run(predicting, "--evaluate", *args[:2])
    assert done.stderr.startswith("runs/tried/right/best.pt: epoch 1, test_accuracy 0.")
    train(script, "--resume", "--epochs", "2")
    assert len(rows(runs / "right")) == 2
    if kind != "profile":
        later = ("--evaluate", *args[:2], "--run", "runs/tried/later")
        assert processes.run(predicting, *later).returncode == 0


@pytest.mark.parametrize("out", ["train_tried.py", "train_tried.py/x", "/dev/null/x"])
def test_an_out_folder_that_cannot_be_created(
    script: Path, tiny: Path, out: str
) -> None:
    refused(script, "--data-dir", str(tiny), "--out", out, says=out.split("/x")[0])


@pytest.mark.parametrize("size", ["23", "299"])
def test_a_last_batch_of_one_image(tiny: Path, tmp_path: Path, size: str) -> None:
    """Batch normalization does not accept it."""
    layers = ["Flatten", {"Linear": 16}, "BatchNorm1d", {"Linear": 10}]
    script = rendered(layers, {}, tmp_path)
    train(script, "--data-dir", str(tiny), "--batch-size", size, "--epochs", "1")


@pytest.mark.parametrize("scheduler", ["OneCycleLR", "CyclicLR"])
def test_lr_is_the_peak_of_a_cycle(scheduler: str, tiny: Path, tmp_path: Path) -> None:
    arguments: dict[str, Any] = {"max_lr": 0.1}
    if scheduler == "CyclicLR":
        arguments |= {"base_lr": 0, "step_size_up": 2}
    script = rendered(MLP, {"scheduler": {scheduler: arguments}}, tmp_path)
    losses = []
    for rate in ("0.1", "1e-9"):
        out = tmp_path / rate
        train(script, "--data-dir", str(tiny), "--lr", rate, "--out", str(out))
        losses.append(float(rows(out)[-1]["train_loss"]))
    assert losses[0] < losses[1] - 0.1


class Mirror(BaseHTTPRequestHandler):
    """Serves the sample; the first path is cut off in the middle."""

    def do_GET(self) -> None:
        _, mirror, name = self.path.split("/")
        content = (SAMPLE / "MNIST" / "raw" / name).read_bytes()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        cut = {"short": content[:100], "other": content[:-1] + b"x"}
        self.wfile.write(cut.get(mirror, content))

    def log_message(self, *_args: Any) -> None:
        """Say nothing."""


def test_download_from_the_first_mirror_that_has_it(
    script: Path, tmp_path: Path
) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Mirror)
    Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    sums = {
        path.stem: hashlib.md5(path.read_bytes()).hexdigest()
        for path in (SAMPLE / "MNIST" / "raw").glob("*.gz")
    }
    mirrors = [f"{address}/{name}/" for name in ("short", "other", "whole")]
    use_mirrors(script, mirrors, sums)
    data = tmp_path / "data"
    train(script, "--data-dir", str(data), "--epochs", "1")
    server.shutdown()
    server.server_close()
    names = sorted(path.name for path in (data / "MNIST" / "raw").iterdir())
    assert names == sorted(f"{name}.gz" for name in sums)
    train(script, "--data-dir", str(data), "--epochs", "1")
