"""A spec that has changed since a training: who uses the run is told what differs."""

from __future__ import annotations

import copy
import runpy
import shutil
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import torch

from mlpgen import api
from mlpgen.spec.entries import ENTRY_KEYS
from mlpgen.spec.models import Spec
from mlpgen.spec.training import Training

from .networks import network
from .shared_modules import imported_from
from .test_training import tiny, weights

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["tiny"]  # a fixture

pytestmark = pytest.mark.filterwarnings("ignore")
SPEC: dict[str, Any] = {
    "name": "Tried",
    "parameters": {"hidden": 8, "biased": True},
    "input": [1, 28, 28],
    "blocks": {
        "Unit": {
            "parameters": {"width": 4},
            "layers": [
                {"Conv2d": {"out_channels": "${width}", "kernel_size": 3, "stride": 3}},
                "BatchNorm2d",
                "ReLU",
            ],
        }
    },
    "layers": [
        {"Unit": 4, "name": "stem"},
        "Flatten",
        {"Linear": {"out_features": "${hidden}", "bias": "${biased}"}},
        "ReLU",
        {"Dropout": 0.5},
        {"Linear": 10, "name": "logits"},
        {"Softmax": 1, "name": "probas"},
    ],
    "outputs": ["logits", "probas"],
    "training": {
        "data": "mnist",
        "normalize": "auto",
        "loss": "CrossEntropyLoss",
        "metrics": ["f1"],
        "optimizer": {"SGD": {"lr": 0.05, "momentum": 0.9}},
        "scheduler": {"StepLR": {"step_size": 2}},
        "augment": ["flip"],
        "epochs": 2,
        "batch_size": 10,
        "accumulate": 2,
        "clip_grad_norm": 1.0,
        "ema": 0.5,
        "early_stopping": 3,
        "target": 0.99,
    },
}
GONE = object()
"""In the place of what a change takes away."""
Way = tuple[str | int, ...]


class Case(NamedTuple):
    """A change of the spec.

    Attributes:
        changes: What stands elsewhere then, by the way to it.
        network: What differs in the network, a line each: it is another one.
        told: What else is said, a line each.
    """

    changes: dict[Way, Any]
    network: tuple[str, ...] = ()
    told: tuple[str, ...] = ()


def layer(place: int, value: Any, *network: str) -> Case:
    return Case({("layers", place): value}, network)


def training(key: str, value: Any, *told: str) -> Case:
    return Case({("training", key): value}, (), told)


UNIT = SPEC["blocks"]["Unit"]["layers"]
LAYERS = SPEC["layers"]
NETWORKS = {
    "numbers as keys": Case({("numbered",): True}, ("numbered is new: true",)),
    "another order of keys": Case(
        {("order",): ["logits"]}, ("order is new: [logits]",)
    ),
    "numbers in a layer": layer(
        3,
        {"Sequential": ["ReLU"], "numbered": True},
        "relu_1 was ReLU, is Sequential numbered true",
        "sequential_1.relu_1 is new: ReLU",
    ),
    "names of rounds": layer(
        3,
        {"ReLU": None, "repeat": 2, "names": "round_${index + 1}"},
        "relu_1 was ReLU, is ReLU repeat 2 names round_${index + 1}",
    ),
    "what counts as batch": layer(
        3,
        {"ReLU": None, "batch_dims": 2},
        "relu_1 was ReLU, is ReLU batch_dims 2",
    ),
    "a layer that is no longer called": layer(
        3, {"ReLU": None, "unused": True}, "relu_1 was ReLU, is ReLU unused true"
    ),
    "a type": layer(3, "Tanh", "relu_1 was ReLU, is Tanh"),
    "an argument": layer(
        4, {"Dropout": 0.2}, "dropout_1 was Dropout 0.5, is Dropout 0.2"
    ),
    "one more argument": layer(
        5,
        {"Linear": {"out_features": 10, "bias": False}, "name": "logits"},
        "logits was Linear 10, is Linear {out_features: 10, bias: false}",
    ),
    "a layer less": layer(4, GONE, "dropout_1 (Dropout 0.5) is gone"),
    "a layer more": Case(
        {("layers",): [*LAYERS[:2], {"Dropout": 0.1}, *LAYERS[2:]]},
        ("dropout_1 is new: Dropout 0.1",),
    ),
    "two layers more": Case(
        {("layers",): [*LAYERS[:2], "Tanh", {"Dropout": 0.1}, *LAYERS[2:]]},
        ("tanh_1 is new: Tanh", "dropout_1 is new: Dropout 0.1"),
    ),
    "another order": Case(
        {("layers",): [*LAYERS[:3], LAYERS[4], LAYERS[3], *LAYERS[5:]]},
        ("dropout_1 (Dropout 0.5) has another place",),
    ),
    "another name": Case(
        {
            ("layers", 5, "name"): "scores",
            ("outputs",): ["scores", "probas"],
        },
        (
            "outputs was [logits, probas], is [scores, probas]",
            "logits (Linear 10) is called scores",
        ),
    ),
    "a name where there was none": layer(
        3,
        {"ReLU": None, "name": "bent"},
        "relu_1 (ReLU) is called bent",
    ),
    "the outputs": Case(
        {("outputs",): ["logits"]},
        ("outputs was [logits, probas], is [logits]",),
    ),
    "an argument in a block": Case(
        {("blocks", "Unit", "layers", 0, "Conv2d", "kernel_size"): 1},
        (
            "Unit.conv2d_1 was Conv2d {out_channels: ${width}, kernel_size: 3, "
            "stride: 3}, is Conv2d {out_channels: ${width}, kernel_size: 1, stride: 3}",
        ),
    ),
    "an argument of a block": layer(
        0,
        {"Unit": 5, "name": "stem"},
        "stem was Unit {width: 4}, is Unit {width: 5}",
    ),
    "a block in the place of its layers": Case(
        {
            ("layers",): [*UNIT[1:], *LAYERS[1:]],
            ("blocks",): GONE,
        },
        (
            "stem was Unit {width: 4}, is BatchNorm2d",
            "relu_1 is new: ReLU",
            "the block Unit is gone",
        ),
    ),
    "a container": layer(
        3,
        {"Sequential": ["ReLU"]},
        "relu_1 was ReLU, is Sequential",
        "sequential_1.relu_1 is new: ReLU",
    ),
    "rounds": layer(
        3, {"ReLU": None, "repeat": 2}, "relu_1 was ReLU, is ReLU repeat 2"
    ),
    "a condition": layer(
        3,
        {"ReLU": None, "when": "${ hidden>2 }"},
        "relu_1 was ReLU, is ReLU when ${hidden > 2}",
    ),
    "a source": layer(
        6,
        {"Softmax": 1, "name": "probas", "from": "dropout_1"},
        "probas was Softmax 1, is Softmax 1 from dropout_1",
    ),
    "tied weights": Case(
        {
            ("layers", 2): {"Linear": 8, "name": "one"},
            ("layers", 3): {"Linear": 8, "name": "other", "share": "one"},
            ("parameters",): {},
            ("layers", 0): {"AdaptiveAvgPool2d": [2, 4]},
        },
        (
            "stem was Unit {width: 4}, is AdaptiveAvgPool2d [2, 4]",
            "linear_1 was Linear {out_features: ${hidden}, bias: ${biased}}, "
            "is Linear 8",
            "relu_1 was ReLU, is Linear 8 share one",
            "the block Unit is gone",
        ),
    ),
    "a part of an output": layer(
        0,
        {"MaxPool2d": {"kernel_size": 4, "return_indices": True}, "select": "output"},
        "stem was Unit {width: 4}, is MaxPool2d {kernel_size: 4, return_indices: true} "
        "select output",
        "the block Unit is gone",
    ),
    "a normalized weight": layer(
        5,
        {"Linear": 10, "name": "logits", "parametrize": "weight_norm"},
        "logits was Linear 10, is Linear 10 parametrize weight_norm",
    ),
    "a parameter more": Case(
        {
            ("parameters", "rate"): 0.5,
            ("layers", 4): {"Dropout": "${rate}"},
        },
        (
            "dropout_1 was Dropout 0.5, is Dropout ${rate}",
            "the parameter rate is new",
        ),
    ),
    "a parameter less": Case(
        {
            ("parameters", "biased"): GONE,
            ("layers", 2, "Linear", "bias"): True,
        },
        (
            "linear_1 was Linear {out_features: ${hidden}, bias: ${biased}}, "
            "is Linear ${hidden}",
        ),
    ),
    "what passes without a layer": layer(
        3,
        {"Linear": 8, "when": "${hidden > 2}", "else": "flatten_1"},
        "relu_1 was ReLU, is Linear 8 when ${hidden > 2} else flatten_1",
    ),
    "a local value": Case(
        {
            ("values",): {"wide": "${2 * hidden}"},
            ("layers", 2): {"Linear": {"out_features": "${wide}", "bias": "${biased}"}},
        },
        (
            "linear_1 was Linear {out_features: ${hidden}, bias: ${biased}}, "
            "is Linear {out_features: ${2 * hidden}, bias: ${biased}}",
        ),
    ),
    "free sizes": Case(
        {
            ("input",): [1, "height", "width"],
            ("sizes",): {"height": 28, "width": 28},
            ("layers", 0): {"AdaptiveAvgPool2d": [2, 4]},
            ("blocks",): GONE,
        },
        (
            "stem was Unit {width: 4}, is AdaptiveAvgPool2d [2, 4]",
            "the block Unit is gone",
        ),
    ),
    "other data": Case(
        {
            ("training", "data"): {"csv": "table.csv", "target": "kind"},
            ("input",): [36],
            ("layers",): LAYERS[2:],
            ("blocks",): GONE,
            **{("training", key): GONE for key in ("normalize", "augment")},
        },
        (
            "input was [1, 28, 28], is [36]",
            "stem (Unit {width: 4}) is gone",
            "flatten_1 (Flatten) is gone",
            "the block Unit is gone",
            "data was mnist, is {csv: table.csv, target: kind}",
        ),
    ),
}
"""What makes another network of it: nothing is done with its weights."""
SAME = {
    "nothing": Case({}),
    "another way to write it": Case(
        {
            ("layers", 0, "Unit"): {"width": 4},
            ("layers", 1): {"Flatten": {"start_dim": 1}},
            ("layers", 3): {"ReLU": None, "from": "linear_1"},
            ("layers", 4): {"Dropout": {"p": 0.5}},
            ("layers", 5): {
                "Linear": {
                    "out_features": 10,
                    "in_features": "${hidden}",
                    "bias": True,
                },
                "name": "logits",
            },
        }
    ),
    "words about it": Case(
        {("description",): "Another sentence.", ("style",): "sequential"}
    ),
    "a default that each use gives": Case(
        {("blocks", "Unit", "parameters", "width"): 7}
    ),
    "expressions with other blanks": layer(
        2, {"Linear": {"out_features": "${ hidden }", "bias": "${biased }"}}
    ),
    "a key that has its default": training("seed", 1),
    "the best epoch by what is usual": training("best", "accuracy"),
}
"""What changes nothing: nobody is told anything."""
PARAMETERS = {
    "a whole number": Case(
        {("parameters", "hidden"): 16}, (), ("hidden was 8, is 16: the run's is used",)
    ),
    "a truth value": Case(
        {("parameters", "biased"): False},
        (),
        ("biased was true, is false: the run's is used",),
    ),
}
TRAININGS = {
    "data": training(
        "data",
        "kmnist",
        "data was mnist, is kmnist",
    ),
    "validation": training("validation", 0.25, "validation is new: 0.25"),
    "subset": training("subset", 100, "subset is new: 100"),
    "normalize": training(
        "normalize",
        [0.5, 0.5],
        "normalize was auto, is [0.5, 0.5]: the run's is used",
    ),
    "normalize gone": training(
        "normalize", GONE, "normalize (auto) is gone: the run's is used"
    ),
    "fit": training("fit", "pad", "fit is new: pad: the run's is used"),
    "loss": training(
        "loss",
        {"CrossEntropyLoss": {"label_smoothing": 0.1}},
        "loss was CrossEntropyLoss, is CrossEntropyLoss {label_smoothing: 0.1}",
    ),
    "metrics": training(
        "metrics", ["f1", "confusion"], "metrics was [f1], is [f1, confusion]"
    ),
    "best": training("best", "f1", "best is new: f1"),
    "evaluate_train": training("evaluate_train", False, "evaluate_train is new: false"),
    "optimizer": training(
        "optimizer",
        {"Adam": {"lr": 0.05}},
        "optimizer was SGD {momentum: 0.9}, is Adam",
    ),
    "lr": training(
        "optimizer", {"SGD": {"lr": 0.5, "momentum": 0.9}}, "lr was 0.05, is 0.5"
    ),
    "momentum": training(
        "optimizer",
        {"SGD": {"lr": 0.05, "momentum": 0.8}},
        "optimizer was SGD {momentum: 0.9}, is SGD {momentum: 0.8}",
    ),
    "no_decay": training(
        "optimizer",
        {"SGD": {"lr": 0.05, "momentum": 0.9}, "no_decay": ["bias"]},
        "optimizer was SGD {momentum: 0.9}, is SGD {momentum: 0.9} no_decay [bias]",
    ),
    "groups": training(
        "optimizer",
        {
            "SGD": {"lr": 0.05, "momentum": 0.9},
            "groups": [{"kind": "bias", "lr": 0.01}],
        },
        "optimizer was SGD {momentum: 0.9}, "
        "is SGD {momentum: 0.9} groups [{kind: bias, lr: 0.01}]",
    ),
    "scheduler": training(
        "scheduler",
        "CosineAnnealingLR",
        "scheduler was StepLR 2, is CosineAnnealingLR",
    ),
    "scheduler gone": training("scheduler", GONE, "scheduler (StepLR 2) is gone"),
    "step_size": training(
        "scheduler", {"StepLR": 3}, "scheduler was StepLR 2, is StepLR 3"
    ),
    "warmup": training(
        "scheduler",
        {"StepLR": 2, "warmup": 1},
        "scheduler was StepLR 2, is StepLR 2 warmup 1.0",
    ),
    "per": training(
        "scheduler",
        {"StepLR": 2, "per": "step"},
        "scheduler was StepLR 2, is StepLR 2 per step",
    ),
    "augment": training(
        "augment", ["flip", {"crop": 1}], "augment was [flip], is [flip, crop 1]"
    ),
    "epochs": training("epochs", 5, "epochs was 2, is 5"),
    "batch_size": training("batch_size", 5, "batch_size was 10, is 5"),
    "accumulate": training("accumulate", 1, "accumulate (2) is gone"),
    "clip_grad_norm": training("clip_grad_norm", 2.0, "clip_grad_norm was 1.0, is 2.0"),
    "clip_grad_value": training("clip_grad_value", 2.0, "clip_grad_value is new: 2.0"),
    "ema": training("ema", 0.9, "ema was 0.5, is 0.9"),
    "ema gone": training("ema", GONE, "ema (0.5) is gone"),
    "precision": training("precision", "bf16", "precision is new: bf16"),
    "fp16": training("precision", "fp16", "precision is new: fp16"),
    "channels_last": training("channels_last", True, "channels_last is new: true"),
    "deterministic": training("deterministic", True, "deterministic is new: true"),
    "early_stopping": training("early_stopping", 5, "early_stopping was 3, is 5"),
    "target": training("target", GONE, "target (0.99) is gone"),
    "seed": training("seed", 2, "seed was 1, is 2"),
    "weights": training("weights", "start.pt", "weights is new: start.pt"),
    "some weights": training(
        "weights",
        {"path": "start.pt", "except": ["logits"]},
        "weights is new: {path: start.pt, except: [logits]}",
    ),
    "freeze": training(
        "freeze", ["logits", "stem.*"], "freeze is new: [logits, stem.*]"
    ),
    "compile": training("compile", True, "compile is new: true"),
    "initial values": Case(
        {("init",): {"Linear": {"weight": "zeros_"}}},
        (),
        ("init.Linear is new: {weight: zeros_}",),
    ),
    "initial values of a layer": layer(
        5, {"Linear": 10, "name": "logits", "init": {"weight": "zeros_"}}
    )._replace(told=("init.logits is new: {weight: zeros_}",)),
}
ANEW = ": train anew"
DATA = "error: run/previous.pt was made with other data"
NOW, KEPT = ": from now on", ": the run's is used"
RESUMED: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("data", "subset"), ("", DATA)),
    "validation": (": what is held out now was trained on", DATA),
    "normalize": ("error: normalize was auto, is [0.5, 0.5]", DATA),
    "normalize gone": ("error: normalize (auto) is gone", DATA),
    "fit": ("fit is new: pad: from now on",),
    **dict.fromkeys(("optimizer", "no_decay", "groups", "ema gone"), (ANEW,)),
    **dict.fromkeys(("scheduler", "scheduler gone", "warmup", "per"), (ANEW,)),
    **dict.fromkeys(("momentum", "step_size"), (KEPT,)),
    "best": (
        NOW,
        "test_accuracy chose the best epoch, and test_f1 does now: "
        "the best epoch is looked for from now on",
    ),
    "lr": ("lr was 0.05, the spec says 0.5: --lr 0.5 takes it",),
    "epochs": ("epochs was 2, the spec says 5: --epochs 5 takes it",),
    "batch_size": ("batch_size was 10, the spec says 5: --batch-size 5 takes it",),
    "seed": ("seed was 1, the spec says 2: --seed 2 takes it",),
    "weights": (": the run has begun",),
    "some weights": (": the run has begun",),
    "freeze": (
        "freeze was [], the spec says [logits, stem.*]: "
        "--freeze logits stem.* takes it",
    ),
    "initial values": (": the run has begun",),
    "initial values of a layer": (": the run has begun",),
}
"""What is said of a key when a run is to continue, all of it or the end of the line."""
CASES = {
    f"{group}: {name}": case
    for group, cases in (
        ("network", NETWORKS),
        ("same", SAME),
        ("parameter", PARAMETERS),
        ("training", TRAININGS),
    )
    for name, case in cases.items()
}


def changed(case: Case) -> dict[str, Any]:
    """Return the spec with a change."""
    spec = copy.deepcopy(SPEC)
    for way, value in case.changes.items():
        inner: Any = spec
        for key in way[:-1]:
            inner = inner[key]
        if value is GONE and isinstance(inner, dict):
            inner.pop(way[-1], None)
        elif value is GONE:
            del inner[way[-1]]
        else:
            inner[way[-1]] = copy.deepcopy(value)
    return spec


class Scripts:
    """The scripts of a spec in a folder, which run here and now."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys = folder, capsys

    def render(self, spec: dict[str, Any]) -> None:
        """Write the scripts anew, in the style that the spec asks for."""
        for name, text in api.render(network(spec)).items():
            (self.folder / name).write_text(text, encoding="utf-8")

    def call(self, kind: str, *args: str) -> tuple[int, str, str]:
        """Run a script; return its exit code and what it has said."""
        with pytest.MonkeyPatch.context() as patch, imported_from(self.folder):
            patch.setattr(sys, "argv", [f"{kind}_tried.py", *args])
            patch.chdir(self.folder)
            try:
                runpy.run_path(f"{kind}_tried.py", run_name="__main__")
                code: Any = 0
            except SystemExit as error:
                code = error.code
        torch.use_deterministic_algorithms(False)
        return int(code or 0), *self.capsys.readouterr()


@pytest.fixture(scope="module")
def folder(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder with data of two kinds, which is the same."""
    made = tmp_path_factory.mktemp("scripts")
    for name in ("MNIST", "KMNIST"):
        shutil.copytree(tiny / "MNIST", made / "data" / name)
    names = ",".join(f"x{number}" for number in range(36))
    rows = [",".join([str(i * j % 7) for i in range(36)]) for j in range(60)]
    table = [f"{names},kind", *(f"{row},{i % 3}" for i, row in enumerate(rows))]
    (made / "data" / "table.csv").write_text("\n".join(table) + "\n", "utf-8")
    return made


@pytest.fixture
def scripts(folder: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Scripts]:
    """Train once, of all tests, and give each its own copy of the run."""
    found = Scripts(folder, capsys)
    if not (folder / "whole").exists():
        found.render(SPEC)
        given = ("--data-dir", "data", "--out", "whole", "--threads", "1")
        code, _, said = found.call("train", *given, "--device", "cpu")
        assert code == 0, said
    shutil.copytree(folder / "whole", folder / "run")
    yield found
    shutil.rmtree(folder / "run")


def test_every_key_is_changed() -> None:
    """Whatever a spec can say of a network and of its training."""
    assert len(CASES) >= 60
    ways = {way for case in TRAININGS.values() for way in case.changes}
    nowhere = {"ignore"}  # it is taken out of the file before anything is made
    keys = Training.model_fields.keys() - nowhere
    assert {("training", key) for key in keys} <= ways
    spec = Spec.model_fields.keys() - {"name", "file", "include"} - nowhere
    assert spec - {"training"} <= {
        way[0] for case in CASES.values() for way in case.changes
    }
    lines = str([case.network for case in NETWORKS.values()])
    words = {"name": "is called", "init": ""}  # of initial values see TRAININGS
    assert not [key for key in ENTRY_KEYS if words.get(key, f" {key} ") not in lines]


@pytest.mark.parametrize("name", CASES)
@pytest.mark.thinned(11)
def test_predictions_after_a_change(name: str, scripts: Scripts) -> None:
    case = CASES[name]
    scripts.render(changed(case))
    args = ("--run", "run", "--evaluate", "--data-dir", "data")
    code, printed, said = scripts.call("predict", *args)
    first, *lines = said.splitlines()
    if case.network:
        errors = [f"error: {line}" for line in case.network]
        assert [first, *lines[:-1]] == errors
        assert lines[-1].startswith("error: run/best.pt is of another network: use ")
        assert (code, printed) == (2, "")
        return
    assert first.startswith("run/best.pt: epoch ")
    if name == "training: data":  # the classes are called otherwise
        error = "error: the data has other classes than what was trained on"
        assert (code, lines.pop()) == (2, error)
    else:
        assert code == 0, said
    assert lines == [f"the spec has changed since: {line}" for line in case.told]
    assert printed == predicted(scripts) or case.changes


def predicted(scripts: Scripts) -> str:
    """Return what is predicted with the spec as it was."""
    scripts.render(SPEC)
    args = ("--run", "run", "--evaluate", "--data-dir", "data")
    return scripts.call("predict", *args)[1]


RESUMABLE = [
    pytest.param(name, marks=pytest.mark.exhaustive) if "compile" in name else name
    for name in CASES
]


@pytest.mark.parametrize("name", RESUMABLE)
@pytest.mark.thinned(11)
def test_resuming_after_a_change(name: str, scripts: Scripts) -> None:
    """The second epoch is trained, or it is said why not."""
    case, (group, _, key) = CASES[name], name.partition(": ")
    scripts.render(changed(case))
    before = {path: path.read_bytes() for path in (scripts.folder / "run").iterdir()}
    code, printed, said = scripts.call("train", "--resume", "run/previous.pt")
    lines = said.splitlines()
    if case.network:
        errors = [f"error: {line}" for line in case.network]
        if "data was" in errors[-1]:
            errors[-1] += ANEW
        assert lines[: len(errors)] == errors
        assert lines[-1].startswith("error: run/previous.pt is of another network: use")
        assert code == 2
    elif group == "training":
        ends = RESUMED.get(key, (NOW,))
        wanted = [end if end[:1].isalpha() else f"{case.told[0]}{end}" for end in ends]
        refused = ANEW in ends or DATA in ends
        if refused and not wanted[0].startswith("error: "):
            wanted[0] = f"error: {wanted[0]}"
        assert (lines, code) == (wanted, 2 if refused else 0)
    else:
        assert (lines, code) == ([*case.told], 0)
    after = {path: path.read_bytes() for path in (scripts.folder / "run").iterdir()}
    if code:
        assert before == after
    else:
        assert "best of 2 epochs" in printed
    if code == 0:  # what the run has used is named again, and nothing else
        _, _, again = scripts.call("train", "--resume", "run")
        ends = ("takes it", "is used")
        assert again.splitlines() == [line for line in lines if line.endswith(ends)]
    if group == "same":
        whole, run = (weights(scripts.folder / each) for each in ("whole", "run"))
        assert all(torch.equal(whole[name], run[name]) for name in whole)


def test_a_run_of_the_other_style_is_used_without_a_word(scripts: Scripts) -> None:
    args = ("--run", "run", "--evaluate", "--data-dir", "data")
    printed = predicted(scripts)
    for name, text in api.render(network(SPEC), "sequential").items():
        (scripts.folder / name).write_text(text, encoding="utf-8")
    code, again, said = scripts.call("predict", *args)
    assert (code, again, said.count("\n")) == (0, printed, 1)
    assert scripts.call("train", "--resume", "run/previous.pt")[::2] == (0, "")


def older(path: Path) -> None:
    """Make a checkpoint of one as they were before they knew their network."""
    state = torch.load(path, weights_only=True)
    for key in ("version", "spec", "score", "steps"):
        del state[key]
    torch.save(state, path)


def test_older_checkpoints_are_used(scripts: Scripts) -> None:
    """They do not tell their network, but weights that do not fit are named."""
    scripts.render(SPEC)
    for name in ("best.pt", "previous.pt"):
        older(scripts.folder / "run" / name)
    args = ("--run", "run", "--evaluate", "--data-dir", "data")
    told = "older scripts made it: it does not tell its network"
    code, _, said = scripts.call("predict", *args)
    first, *lines = said.splitlines()
    assert (code, lines) == (0, [told]) and first.startswith("run/best.pt: epoch ")
    resumed = ("--resume", "run/previous.pt")
    said = f"run/previous.pt: {told}\n"
    assert scripts.call("train", *resumed)[::2] == (0, said)


@pytest.mark.parametrize(
    ("changes", "lines"),
    [
        (
            {("layers", 2, "Linear", "out_features"): 9},
            [
                "linear_1.bias was [8], is [9]",
                "linear_1.weight was [8, 324], is [9, 324]",
                "logits.weight was [10, 8], is [10, 9]",
            ],
        ),
        (
            {("layers", 5, "name"): "scores", ("outputs",): ["scores", "probas"]},
            [
                "logits.bias is in {path} alone",
                "logits.weight is in {path} alone",
                "scores.bias is not in {path}",
                "scores.weight is not in {path}",
            ],
        ),
        ({("training", "optimizer"): {"Adam": {"lr": 0.05}}}, []),
        ({("training", "scheduler"): GONE}, []),
        ({("training", "scheduler"): "CosineAnnealingLR"}, []),
        ({("training", "ema"): GONE}, []),
    ],
)
@pytest.mark.thinned(2)
def test_older_checkpoints_of_something_else(
    scripts: Scripts, changes: dict[Way, Any], lines: list[str]
) -> None:
    """Nobody sees a key of a dictionary, or a part of what torch says."""
    for name in ("best.pt", "previous.pt"):
        older(scripts.folder / "run" / name)
    scripts.render(changed(Case({**changes, ("parameters", "hidden"): 8})))
    for script, path, args in (
        ("predict", "run/best.pt", ("--run", "run", "--evaluate")),
        ("train", "run/previous.pt", ("--resume", "run/previous.pt")),
    ):
        code, _, said = scripts.call(script, *args, "--data-dir", "data")
        found = [line for line in said.splitlines() if line.startswith("error: ")]
        if lines:
            wanted = [f"error: {line.format(path=path)}" for line in lines]
            assert (code, found[:-1]) == (2, wanted)
            assert "is of another network: use the code of" in found[-1]
            assert "mlpgen migrate" in found[-1]
        else:
            assert len(found) == (code == 2) and "'" not in said, said
            assert code == 0 or script == "train"


@pytest.mark.parametrize(
    ("key", "value", "refused"),
    [
        ("validation", 0.5, True),
        ("subset", 200, True),
        ("seed", 2, True),
        ("validation", GONE, False),
        ("evaluate_train", False, False),
        ("loss", {"CrossEntropyLoss": {"label_smoothing": 0.1}}, False),
    ],
)
@pytest.mark.thinned(2)
def test_what_is_held_out(
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    key: str,
    value: Any,
    refused: bool,
) -> None:
    """A run never learns what it was measured by, or is measured by what it knows."""
    scripts = Scripts(folder, capsys)
    ways: dict[Way, Any] = {
        ("training", "normalize"): GONE,
        ("training", "validation"): 0.25,
    }
    scripts.render(changed(Case(ways)))
    shutil.rmtree(folder / "run", ignore_errors=True)
    given = ("--data-dir", "data", "--threads", "1", "--device", "cpu")
    assert scripts.call("train", *given, "--out", "run")[::2] == (0, "")
    scripts.render(changed(Case({**ways, ("training", key): value})))
    code, _, said = scripts.call("train", "--resume", "run", "--epochs", "3")
    lines = said.splitlines()
    if refused:
        assert (code, len(lines)) == (2, 1)
        assert lines[0].endswith(": what is held out now was trained on")
    elif key == "validation":
        measured = "test_accuracy was not measured before"
        anew = f"{measured}: the best epoch is looked for from now on"
        gone = "validation (0.25) is gone: from now on"
        assert (code, lines) == (0, [gone, anew])
        best = torch.load(folder / "run" / "best.pt", weights_only=True)
        assert best["best_epoch"] == 3 and best["score"] == "test_accuracy"
    else:
        assert code == 0 and lines == [f"{lines[0]}"] and lines[0].endswith(NOW)
    shutil.rmtree(folder / "run")
