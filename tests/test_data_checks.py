"""Data that cannot teach anything is refused by name; what may be wrong is a warning.

Each fault is a row for each kind of data that can have it.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pytest

from .shared_modules import load, shared

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

DRAW = np.random.default_rng(0)
ADAM = {"Adam": {"lr": 0.02}}
Arrays = dict[str, Any]


def spec(inputs: Any, layers: list[Any], data: Any, **more: Any) -> dict[str, Any]:
    """Return a spec that trains on some data."""
    usual = {"loss": "CrossEntropyLoss", "optimizer": ADAM, "epochs": 1}
    training = {**usual, "batch_size": 4, "data": data, **more}
    return {"name": "Tried", "input": inputs, "layers": layers, "training": training}


def of_arrays(arrays: Arrays, outputs: int = 3, **more: Any) -> dict[str, Any]:
    """Return a spec of a perceptron for arrays of vectors or images."""
    shape = [*arrays["x"].shape[1:]]
    return spec(shape, ["Flatten", {"Linear": outputs}], {"npz": "a.npz"}, **more)


# Data without a fault, from which each row changes something.
def fine(**changed: Any) -> Arrays:
    """Return 60 vectors of three classes, half of them apart as a test."""
    y = np.arange(60) % 3
    x = DRAW.normal(size=(60, 4)) + y[:, None]
    return {"x": x, "y": y} | changed


def numbers(**changed: Any) -> Arrays:
    """Return 60 vectors, and a number for each."""
    x = DRAW.normal(size=(60, 4))
    return {"x": x, "y": x.sum(axis=1, keepdims=True)} | changed


def twins(count: int) -> Arrays:
    """Return such data, with some rows that are in both parts."""
    made, test = fine(), fine()["x"]
    test[:count] = made["x"][7 : 7 + count]
    return made | {"x_test": test, "y_test": made["y"]}


class Row(NamedTuple):
    """A fault of arrays, which a module can have too.

    Attributes:
        arrays: The arrays.
        says: What is said of them.
        outputs: The outputs of the model.
        more: Keys of `training`.
    """

    arrays: Callable[[], Arrays]
    says: str
    outputs: int = 3
    more: Mapping[str, Any] = MappingProxyType({})


MSE = {"loss": "MSELoss"}
BCE = {"loss": "BCEWithLogitsLoss"}
SCALE = {"normalize": [0.5, 0.25]}
REFUSED = {
    "the last class has no examples": Row(
        lambda: fine(y=np.arange(60) % 2),
        "class 2 has no examples: 2 outputs are enough",
    ),
    "several classes have no examples": Row(
        lambda: fine(y=np.arange(60) % 2),
        "classes 2, 3, 4, 5, 6 and 3 more have no examples: 2 outputs are enough",
        10,
    ),
    "a class between has no examples": Row(
        lambda: fine(y=np.array([0, 1, 3])[np.arange(60) % 3]),
        "class 2 has no examples: `y = numpy.unique(y, return_inverse=True)[1]` counts "
        "labels from 0, for 3 outputs",
        4,
    ),
    "labels from 1": Row(
        lambda: fine(y=1 + np.arange(60) % 3),
        "labels go from 1 to 3, and the model tells 0 to 2 apart",
    ),
    "labels from 1, and an output more": Row(
        lambda: fine(y=1 + np.arange(60) % 3),
        "class 0 has no examples: labels count from 0: `y = y - 1`, for 3 outputs",
        4,
    ),
    "a class is held out": Row(
        lambda: fine(y=np.arange(60) % 2, x_test=fine()["x"], y_test=np.arange(60) % 3),
        "class 2 has no example to train on: all 20 are held out",
    ),
    "only one class": Row(
        lambda: fine(y=np.ones(60, int)),
        "all 48 examples to train on are of class 1: there is nothing to tell apart",
    ),
    "equal features": Row(
        lambda: fine(x=np.full((60, 4), 2.5)),
        "all 48 examples to train on have the same features: nothing can be learned",
    ),
    "the same vector": Row(
        lambda: fine(x=np.tile([1.0, 2.0, 3.0, 4.0], (60, 1))),
        "all 48 examples to train on have the same features: nothing can be learned",
    ),
    "equal targets": Row(
        lambda: numbers(y=np.full((60, 1), 7.5)),
        "all 48 examples to train on have the target 7.5: nothing can be learned",
        1,
        MSE,
    ),
    "zeros to learn": Row(
        lambda: numbers(y=np.zeros((60, 1))),
        "all 48 examples to train on have the target 0: nothing can be learned",
        1,
        MSE,
    ),
    "equal targets of several numbers": Row(
        lambda: numbers(y=np.tile([1.0, 2.0], (60, 1))),
        "all 48 examples to train on have the same targets: nothing can be learned",
        2,
        MSE,
    ),
    "one of two classes": Row(
        lambda: numbers(y=np.ones((60, 1))),
        "all 48 examples to train on have the target 1: nothing can be learned",
        1,
        BCE,
    ),
    "NaN in features": Row(
        lambda: fine(x=np.where(np.eye(60, 4), np.nan, 1.0)), "NaN or infinite"
    ),
    "infinite features": Row(
        lambda: fine(x=np.where(np.eye(60, 4), np.inf, 1.0)), "NaN or infinite"
    ),
    "NaN in targets": Row(
        lambda: numbers(y=np.where(np.eye(60, 1), np.nan, 1.0)),
        "NaN or infinite",
        1,
        MSE,
    ),
    "channels last": Row(
        lambda: fine(x=DRAW.normal(size=(60, 6, 5, 3))),
        "6, 5, 3], where the model takes (N, 3, 6, 5)",
        more={"input": [3, 6, 5]},
    ),
}
WARNED = {
    "0 to 255 where 0 to 1 is expected": Row(
        lambda: fine(x=DRAW.integers(0, 256, (60, 1, 6, 5)).astype("uint8")),
        "input holds whole numbers from 0 to 255, and `normalize` is for 0 to 1: "
        "divide them by 255, or write `normalize: auto`",
        more=SCALE,
    ),
    "another scale than that of `normalize`": Row(
        lambda: fine(x=DRAW.normal(size=(60, 4)) * 1000),
        "after `normalize`, input goes from",
        more=SCALE,
    ),
    "large without a scale": Row(
        lambda: fine(x=DRAW.normal(size=(60, 4)) * [1, 1, 5000, 1]),
        "input [2] is large, about ",
    ),
    "0 to 255 without a scale": Row(
        lambda: fine(x=DRAW.integers(0, 256, (60, 1, 6, 5)).astype("uint8")),
        "input is large, about 1",
    ),
    "divided by 255 twice": Row(
        lambda: fine(x=DRAW.random((60, 1, 6, 5)) / 255),
        "input hardly varies, from ",
    ),
    "0 to 1 under a scale of 0 to 255": Row(
        lambda: fine(x=DRAW.random((60, 1, 6, 5))),
        "input hardly varies, from ",
        more={"normalize": [128, 64]},
    ),
    "a class that is not tested": Row(
        lambda: fine(x_test=fine()["x"], y_test=np.arange(60) % 2),
        "no example of 2 is in the test",
    ),
    "a class that a subset leaves out": Row(
        lambda: fine(y=np.where(np.arange(60) >= 56, 2, np.arange(60) % 2)),
        "no example of 2 is trained on",
        more={"subset": 8},
    ),
    "rows that are tested and trained on": Row(
        lambda: twins(3), "3 of 60 examples to test are trained on too"
    ),
    "a column that counts": Row(
        lambda: fine(x=np.column_stack([np.arange(60), fine()["x"]])),
        "input [0] counts the examples: leave it out",
        more={"normalize": "auto"},
    ),
}
KINDS = ("npz", "module")
MODULE = """
import numpy

def load(folder):
    made = dict(numpy.load(folder / "a.npz"))
    if "x_test" not in made:
        x, y, n = made["x"], made["y"], len(made["x"]) * 4 // 5
        return (x[:n], y[:n]), (x[n:], y[n:])
    return (made["x"], made["y"]), (made["x_test"], made["y_test"])
"""


def loaded(kind: str, row: Row, folder: Path, patch: pytest.MonkeyPatch) -> Any:
    """Load arrays, or the same from a module."""
    arrays = row.arrays()
    np.savez(folder / "a.npz", **arrays)
    found = of_arrays(arrays, row.outputs)
    keys = dict(row.more)
    found["input"] = keys.pop("input", found["input"])
    found["training"] |= keys
    if kind == "module":
        (folder / "mine.py").write_text(MODULE)
        patch.setattr(shared("data_module"), "__file__", str(folder / "data_module.py"))
        found["training"]["data"] = {"module": "mine.py"}
    return load(found, folder)


def refused(do: Callable[[], Any]) -> str:
    """Return the line with which data is refused."""
    with pytest.raises(shared("data_common").DataError) as error:
        do()
    assert len(str(error.value).splitlines()) == 1
    return str(error.value)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", REFUSED)
def test_arrays_that_teach_nothing(
    name: str, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = REFUSED[name]
    assert row.says in refused(lambda: loaded(kind, row, tmp_path, monkeypatch))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", WARNED)
def test_arrays_that_may_be_wrong(
    name: str, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = WARNED[name]
    (line,) = loaded(kind, row, tmp_path, monkeypatch).warnings
    assert line.startswith(row.says)
