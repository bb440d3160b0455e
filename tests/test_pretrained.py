"""Predictions by weights that no run has made: `predict_x.py --weights`."""

from __future__ import annotations

import importlib
import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
import torch

from mlpgen import api

from . import networks, processes
from .shared_modules import imported_from
from .test_predict import NO_PILLOW, png
from .test_starting import PLACES, in_safetensors, written
from .test_training import STYLES, refused, tiny, train, weights

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import ModuleType

__all__ = ["tiny"]  # a fixture

NAMES = [*"abcdefghij"]
SPEC: dict[str, Any] = {
    "name": "Tried",
    "input": [1, 28, 28],
    "parameters": {"wide": 8, "sizes": [4, 6], "activation": "ReLU", "lr": 0.1},
    "layers": [
        "Flatten",
        {"Linear": "${wide}", "name": "hidden"},
        {"${activation}": None},
        {"Linear": "${sizes[1]}", "name": "inner"},
        {"Dropout": "${lr}"},
        {"Linear": 10, "name": "logits"},
    ],
    "training": {
        "data": "mnist",
        "normalize": "auto",
        "loss": "CrossEntropyLoss",
        "optimizer": {"SGD": {"lr": 0.1}},
        "epochs": 1,
    },
}
PHOTOS = SPEC | {
    "training": SPEC["training"]
    | {"data": {"images": "photos"}, "normalize": [0.5, 0.25], "fit": "pad"}
}


def render(spec: dict[str, Any], folder: Path, style: str = "explicit") -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in api.render(networks.network(spec), style).items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder / "predict_tried.py"


@contextmanager
def imported(script: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """Import a script that looks for its data in its folder."""
    monkeypatch.chdir(script.parent)
    with imported_from(script.parent):
        yield importlib.import_module("predict_tried")


@pytest.fixture(scope="module")
def folder(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder with scripts of both styles, their data, and a run."""
    made: Path = tmp_path_factory.mktemp("pretrained")
    for style in STYLES:
        render(SPEC, made / style, style)
        (made / style / "data").symlink_to(tiny)
    run = str(made / "run")
    train(made / "explicit" / "train_tried.py", "--data-dir", str(tiny), "--out", run)
    return made


@pytest.mark.parametrize("style", STYLES)
def test_weights_of_every_file_are_loaded(
    style: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is known of their data is what a run knows."""
    state = weights(folder / "run", "best.pt")
    with imported(folder / style / "predict_tried.py", monkeypatch) as script:
        known = script.load(folder / "run").about
        for place in PLACES:
            (tmp_path / place).mkdir()
            found = script.load(weights=written(tmp_path / place, place, state))
            assert found.about == known
            assert not found.model.training
            for name, value in found.model.state_dict().items():
                assert torch.equal(value, state[name]), (place, name)
        of_run = script.load(weights=str(folder / "run"))
        assert of_run.about == known


def test_scripts_say_the_same_as_of_a_run(folder: Path, tmp_path: Path) -> None:
    script, path = (
        folder / "sequential" / "predict_tried.py",
        tmp_path / "x.safetensors",
    )
    in_safetensors(path, weights(folder / "run", "best.pt"))
    evaluate = ("--evaluate", "--run", str(folder / "run"))
    of_run = processes.run(script, *evaluate)
    own = processes.run(script, "--evaluate", "--weights", str(path))
    assert (own.returncode, own.stdout) == (0, of_run.stdout)
    assert own.stderr.splitlines() == [
        f"{path}: 6 of 6 tensors are taken",
        f"{path} is not of a run: data and the spec tell the data",
        f"{path} may have learned from what it is tested with",
    ]
    missing = ("--evaluate", "--weights", str(tmp_path / "none.pt"))
    refused(script, *missing, says="none.pt cannot be read: No such file")
    given = ("--evaluate", "--run", str(path))
    refused(script, *given, says="cannot be read")


def test_a_run_tells_what_weights_do_not(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "start.pt"
    state = weights(folder / "run", "best.pt")
    torch.save({name: 2 * value for name, value in state.items()}, path)
    script = render(SPEC, tmp_path / "alone")
    with imported(script, monkeypatch) as module:
        found = module.load(folder / "run", weights=path)
    assert torch.equal(found.model.logits.bias, 2 * state["logits.bias"])


def test_arguments_are_those_beside_weights(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `PyTorchModelHubMixin` writes them; else those of the spec."""
    given: dict[str, Any] = {"wide": 3, "sizes": [1, 2], "lr": 0.25}
    with imported(folder / "explicit" / "predict_tried.py", monkeypatch) as script:
        errors = importlib.import_module("errors")
        made = script.Tried(**given, activation=torch.nn.Tanh).eval()
        in_safetensors(tmp_path / "model.safetensors", made.state_dict())
        with pytest.raises(errors.RunError) as caught:
            script.load(weights=tmp_path)
        path = tmp_path / "model.safetensors"
        assert caught.value.args[0] == (
            f"hidden.weight is [3, 784] in {path}, [8, 784] here"
        )
        said = f"{path} is of another network, or of one with other parameters"
        assert caught.value.args[-1] == said
        given["activation"] = "Tanh"
        (tmp_path / "config.json").write_text(json.dumps(given))
        model = script.load(weights=tmp_path).model
    assert str(model) == str(made)
    image = torch.randn(1, 1, 28, 28)
    assert torch.equal(model(image), made(image))


def test_names_of_classes_are_those_of_the_file(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    state = weights(folder / "run", "best.pt")
    path = tmp_path / "start.pt"
    script = folder / "explicit" / "predict_tried.py"
    with imported(script, monkeypatch) as module:
        for names, used in ((NAMES, NAMES), (NAMES[:3], [*"0123456789"])):
            torch.save({"model": state, "classes": names}, path)
            capsys.readouterr()
            assert module.load(weights=path).classes == used
            said = f"{path} has names of 3 classes, the model tells 10 apart"
            assert (said in capsys.readouterr().err) == (used != names)
    evaluate = ("--evaluate", "--weights", str(path))
    torch.save({"model": state, "classes": [*"9876543210"]}, path)
    done = processes.run(script, *evaluate)
    assert done.returncode == 2
    assert "the data has other classes than what was trained on" in done.stderr
    torch.save({"model": state, "classes": NAMES}, path)
    done = processes.run(script, *evaluate)
    assert done.returncode == 0
    said = f"{path} calls the classes a, b, c, d, e and 5 more, the data 0, 1, 2, 3, 4"
    assert said in done.stderr


@pytest.mark.skipif(NO_PILLOW, reason="reading images needs Pillow")
def test_images_of_a_given_scale_need_no_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their classes have the names of the file, or of folders, or numbers."""
    spec = networks.network(PHOTOS)
    state = networks.model(spec, "explicit").state_dict()
    in_safetensors(tmp_path / "a.safetensors", state)
    named = {"classes": json.dumps(NAMES)}
    in_safetensors(tmp_path / "b.safetensors", state, named)
    image = png(tmp_path / "x.png", [[0] * 28] * 14 + [[255] * 28] * 14)
    with imported(render(PHOTOS, tmp_path / "out"), monkeypatch) as script:
        loads = [script.load(weights=tmp_path / f"{name}.safetensors") for name in "ab"]
        for name in ("cat", "dog"):
            (tmp_path / "out" / "data" / "photos" / name).mkdir(parents=True)
        loads.append(script.load(weights=tmp_path / "a.safetensors"))
    assert [each.classes for each in loads] == [
        [*"0123456789"],
        NAMES,
        ["cat", "dog"],
    ]
    read = loads[0].read(image)
    assert read.unique().tolist() == [-2.0, 2.0]


def test_data_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    """Only it tells what columns there are, or their scale."""
    table = {
        "input": [3],
        "layers": [{"Linear": 2}],
        "training": SPEC["training"]
        | {"data": {"csv": "t.csv", "target": "y"}, "normalize": None},
    }
    script = render({"name": "Tried"} | table, tmp_path / "out")
    state = {"linear_1.weight": torch.zeros(2, 3), "linear_1.bias": torch.zeros(2)}
    torch.save(state, tmp_path / "a.pt")
    says = "a.pt is not of a run, and does not tell what data it is for; --run or"
    refused(script, "--export", "pt2", "--weights", str(tmp_path / "a.pt"), says=says)
