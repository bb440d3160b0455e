"""The library, and the names that a spec can use."""

from __future__ import annotations

from pathlib import Path

import pytest
from torch import fx, nn

import mlpgen
from mlpgen.names.identifiers import (
    snake_case,
    wrong_class_name,
    wrong_name,
    wrong_stem,
)
from mlpgen.names.modules import KINDS
from mlpgen.names.reserved.attributes import MODULE, NOT_EXPORTED, PRIVATE
from mlpgen.output import shared_modules

ROOT = Path(__file__).parent.parent


def test_load_and_render(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    network = mlpgen.load(ROOT / "specs" / "mnist_mlp.yaml", {"hidden_1": 100})
    files = mlpgen.render(network, style="sequential")
    assert list(files) == [
        "mnist_mlp.py",
        *(f"{kind}_mnist_mlp.py" for kind in KINDS),
        *(f"{name}.py" for name in shared_modules.needed_modules(files.values())),
    ]
    assert "training.py" in files and "data_text.py" not in files
    assert "hidden_1: int = 100" in files["mnist_mlp.py"]
    assert list(tmp_path.iterdir()) == []


def test_render_takes_a_path() -> None:
    files = mlpgen.render(ROOT / "specs" / "lenet5.yaml")
    assert "class LeNet5(nn.Module):" in files["lenet5.py"]


def test_mistakes_are_raised_with_their_places(tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text("name: Net\ninput: [4]\nlayers: [Relu]\n", encoding="utf-8")
    with pytest.raises(mlpgen.SpecError) as error:
        mlpgen.load(path)
    (only,) = error.value.diagnostics
    assert (only.code, only.place and only.place.span.line) == ("MG207", 3)
    assert "3:10: error[MG207]" in str(error.value)


def test_an_unknown_style() -> None:
    with pytest.raises(ValueError, match="functional"):
        mlpgen.render(ROOT / "specs" / "lenet5.yaml", style="functional")


def test_attributes_of_modules_are_known() -> None:
    public = {
        name for name in {*dir(nn.Module()), *dir(nn.Sequential())} if name[0] != "_"
    }
    assert public == MODULE
    private = {*dir(nn.Module()), *dir(nn.Sequential())}
    assert {name for name in private - MODULE if name[:2] != "__"} <= PRIVATE
    made = {name for name in dir(fx.symbolic_trace(nn.ReLU())) if name[:2] != "__"}
    assert made - MODULE - PRIVATE <= NOT_EXPORTED


@pytest.mark.parametrize(
    ("name", "snake"),
    [
        ("MnistMLP", "mnist_mlp"),
        ("ReLU", "relu"),
        ("PReLU", "prelu"),
        ("BatchNorm2d", "batch_norm2d"),
        ("LeakyReLU", "leaky_relu"),
        ("RMSNorm", "rms_norm"),
        ("AdaptiveAvgPool2d", "adaptive_avg_pool2d"),
    ],
)
def test_snake_case(name: str, snake: str) -> None:
    assert snake_case(name) == snake


@pytest.mark.parametrize(
    "name",
    [
        "",
        "1a",
        "a b",
        "a.b",
        "_",
        "__a",
        "__init__",
        "a\n",
        "class",
        "None",
        "input",
        "forward",
        "training",
        "append",
        "_parameters",
        "_call_impl",
        "ä",
        "a" * 65,
    ],
)
def test_wrong_names(name: str) -> None:
    assert wrong_name(name)


@pytest.mark.parametrize(
    "name", ["", "net", "1A", "A_b", "DropPath", "Tensor", "None", "Ä", "A" * 65]
)
def test_wrong_class_names(name: str) -> None:
    assert wrong_class_name(name)


def test_long_names_are_names() -> None:
    assert not wrong_name("a" * 64)
    assert not wrong_class_name("A" + "a" * 63)


@pytest.mark.parametrize(
    "stem", ["torch", "json", "matplotlib", "pil", "tensorboard", "onnxscript", "con"]
)
def test_files_that_hide_a_module(stem: str) -> None:
    assert wrong_stem(stem)
    assert not wrong_stem(f"{stem}_net")
