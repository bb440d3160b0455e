"""Whatever looks at data takes some of it at a time, and so little memory."""

from __future__ import annotations

import argparse
import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from mlpgen import api

from .networks import network
from .shared_modules import CPU, Goal, shared

if TYPE_CHECKING:
    from collections.abc import Callable

COMMON = shared("data_common")
MOST = 4 * COMMON.NUMBERS_AT_ONCE * 4
"""Bytes that anything may make at once: some numbers, float32."""


class Made(TorchDispatchMode):
    """Takes note of the largest tensor that is made."""

    largest = 0

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        found = func(*args, **(kwargs or {}))
        given = {
            each.untyped_storage().data_ptr()
            for each in tree_leaves((args, kwargs))
            if isinstance(each, Tensor)
        }
        for each in tree_leaves(found):
            if isinstance(each, Tensor):
                storage = each.untyped_storage()
                if storage.data_ptr() not in given:
                    self.largest = max(self.largest, storage.nbytes())
        return found


def photos(classes: Tensor) -> Any:
    """Return 14 MiB of images, four times that as numbers."""
    images = torch.randint(256, (1200, 3, 64, 64), dtype=torch.uint8)
    return shared("data_pixels").Images(images, classes)


def numbers(width: int = 3) -> Any:
    return COMMON.Data(torch.randn(1200, width, 64, 64), torch.arange(1200) % 3)


def rows() -> Any:
    """Return rows whose columns all count."""
    counting = torch.arange(60_000.0)[:, None].expand(-1, 100).contiguous()
    return COMMON.Data(counting, torch.arange(60_000) % 3)


def masks() -> Any:
    return photos(torch.randint(3, (1200, 64, 64)))


def pixels_of_numbers() -> Any:
    return photos(torch.rand(1200, 1, 64, 64))


def several() -> Any:
    parts = {"a": numbers(), "b": numbers(2)}
    return shared("data_inputs").Inputs(parts, torch.arange(1200) % 3)


KINDS: dict[str, Callable[[], Any]] = {
    "images": lambda: photos(torch.arange(1200) % 3),
    "equal images": lambda: shared("data_pixels").Images(
        torch.zeros(1200, 3, 64, 64, dtype=torch.uint8), torch.arange(1200) % 3
    ),
    "masks": masks,
    "masks of numbers": pixels_of_numbers,
    "numbers": numbers,
    "rows": rows,
    "several inputs": several,
}


RARE = ("equal images", "masks of numbers", "rows")


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(kind, marks=pytest.mark.exhaustive) if kind in RARE else kind
        for kind in KINDS
    ],
)
@pytest.mark.thinned(2)
def test_looking_at_data_takes_little_memory(kind: str) -> None:
    """Each of these data takes 14 MiB or more, and four times that as numbers."""
    data = KINDS[kind]()
    floats = data.targets.is_floating_point()
    about = {} if floats else {"classes": ["a", "b", "c"]}
    splits = COMMON.Splits(data, data.part(torch.arange(0)), data, about)
    goal = Goal(numbers=(1,)) if floats else Goal(classes=3)
    checks, made = shared("data_checks"), Made()
    with made:
        try:
            checks.believed(splits, goal, rows=True, own=True)
        except COMMON.DataError as error:
            assert "same features" in str(error)
        shared("look").facts(splits)
        for values in data.inputs().values():
            shared("data_scale").statistics(values)
    assert made.largest <= MOST


def test_tensors_of_ones_own_are_checked_in_little_memory() -> None:
    """Targets of each pixel, some of which are ignored, and weights of them."""
    checks, made = shared("data_model_input"), Made()
    goal = Goal(classes=3, places=(64, 64), ignored=-1)
    of_images = checks.ModelInput((3, 64, 64))
    features = torch.randn(1200, 3, 64, 64)
    targets = torch.randint(-1, 3, (1200, 64, 64))
    with made:
        data = checks.checked("a", features, targets, CPU, of_images, goal, [])
        splits = COMMON.Splits(data, data, data, {"classes": ["a", "b", "c"]})
        shared("weighting").weigh_classes(splits, "balanced", 3)
    assert made.largest <= MOST
    counts = [int((targets == label).sum()) for label in range(3)]
    weights = [sum(counts) / (3 * count) for count in counts]
    assert data.class_weights.tolist() == pytest.approx(weights)


def test_images_get_another_size_some_at_a_time() -> None:
    images = torch.randint(256, (100, 3, 32, 32), dtype=torch.uint8)
    for shape in ((3, 300, 300), (1, 300, 300)):
        made = Made()
        with made:
            found = shared("image_fit").refit(images, shape, "resize")
        assert found.shape == (100, *shape)
        assert made.largest <= 100 * shape[0] * 300**2  # the data, and less than that
        assert torch.equal(
            found[37:38], shared("image_fit").refit(images[37:38], shape, "resize")
        )


@pytest.mark.parametrize(
    ("count", "most", "wanted"),
    [
        (5, 5, [0, 1, 2, 3, 4]),
        (3, 40, [0, 1, 2]),
        (1, 40, [0]),
        (0, 40, []),
        (10, 1, [0]),
        (10, 4, [0, 3, 6, 9]),
        (2**24 + 4, 2, [0, 2**24 + 3]),
        (20_000_003, 3, [0, 10_000_001, 20_000_002]),
        (10**12, 3, [0, (10**12 - 1) // 2, 10**12 - 1]),
    ],
)
def test_spread_places(count: int, most: int, wanted: list[int]) -> None:
    """They are none twice and none outside, however many there are."""
    assert COMMON.spread(count, most).tolist() == wanted


class Counting(nn.Module):
    """Takes note of the largest batch."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(4, 2)
        self.largest = 0

    def forward(self, features: Tensor) -> Tensor:
        self.largest = max(self.largest, len(features))
        found: Tensor = self.layer(features)
        return found


def test_models_see_no_more_than_a_batch(tmp_path: Path, capsys: Any) -> None:
    """Not in plots, in counts, in predictions, or where layers are shown."""
    data = COMMON.Data(torch.randn(50, 4), torch.arange(50) % 2)
    splits = COMMON.Splits(data, data, data, {"classes": ["a", "b"]})
    ones = COMMON.Data(data.features, (torch.rand(50, 2) > 0.5).float())
    model, scores = Counting().eval(), shared("scores")
    assert shared("plots").computed(model, data, 7).shape == (50, 2)
    assert shared("plots").computed(model, data, 7, most=20).shape == (20, 2)
    scores.write_confusion(tmp_path, model, splits, 7)
    both = splits._replace(test=ones)
    scores.write_thresholds(tmp_path, model, both, 7, inverse=torch.sigmoid)
    shared("target_scores").write_targets(
        tmp_path, model, both, 7, ["f1"], inverse=torch.sigmoid
    )
    args = argparse.Namespace(
        files=[Path("a")], layers=True, layer=None, draw_layers=False
    )
    args.device = torch.device("cpu")
    prediction = shared("prediction")
    run = prediction.Trained(args, tmp_path / "best.pt", {}, {}, {})
    read = lambda paths, about: data.features  # noqa: E731
    found = [(len(names), len(some)) for names, some in run.examples(read, 7)]
    assert found == [(7, 7)] * 7 + [(1, 1)]
    prediction.show_layers(run, model, read, 7)
    assert "(7, 2)" in capsys.readouterr().out
    assert model.largest == 7


@pytest.mark.parametrize(
    ("numbers", "most", "count"),
    [(2**23, 100, 50), (2**23, 20, 20), (60, 100, 30), (60, 20, 20), (2, 100, 10)],
)
def test_of_large_outputs_fewer_are_drawn(
    numbers: int, most: int, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many as 32 MiB hold, but ten."""
    plots = shared("plots")
    monkeypatch.setattr(plots, "MOST_NUMBERS", numbers)
    data = COMMON.Data(torch.randn(50, 2), torch.arange(50))
    for batch_size in (1, 7, 40, 50):
        found = plots.computed(nn.Identity(), data, batch_size, most=most)
        assert torch.equal(found, data.features[:count])


@pytest.mark.parametrize("kind", ["numbers", "several inputs", "images"])
def test_a_model_that_changes_its_input_leaves_the_data(kind: str) -> None:
    """Such as one with a layer of one's own: `inplace` on an input is refused."""
    small = torch.arange(9)
    data = KINDS[kind]().part(small)
    before = {name: each.clone() for name, each in data.inputs().items()}
    for features, _ in (*data.batches(4), data.between(0, 5), data.at(small)):
        for each in features if isinstance(features, tuple) else (features,):
            each.zero_()
    for name, values in data.inputs().items():
        assert torch.equal(values, before[name])


def test_the_batch_size_is_always_given() -> None:
    for module, names in {
        "plots": ["computed"],
        "scores": ["write_confusion", "write_thresholds"],
        "target_scores": ["write_targets", "rows_of_targets"],
        "prediction": ["show_layers"],
    }.items():
        for name in names:
            signature = inspect.signature(getattr(shared(module), name))
            size = signature.parameters["batch_size"]
            assert size.default is inspect.Parameter.empty


@pytest.mark.parametrize(("side", "size"), [(8, 2500), (256, 10), (4000, 1)])
def test_large_models_look_at_few(side: int, size: int) -> None:
    """The scripts and the notebook say how many, once."""
    spec = {
        "name": "Tried",
        "input": [3, side, side],
        "layers": [
            {"Conv2d": {"out_channels": 6, "kernel_size": 1}},
            {"AdaptiveAvgPool2d": 1},
            "Flatten",
            {"Linear": 3},
        ],
        "training": {
            "data": {"images": "photos"},
            "loss": "CrossEntropyLoss",
            "optimizer": "Adam",
            "metrics": ["confusion"],
        },
    }
    scripts = api.render(network(spec), "explicit")
    for name, uses in (("train_tried.py", 3), ("predict_tried.py", 5)):
        text = scripts[name]
        assert text.count(f"\nEVAL_BATCH_SIZE = {size}\n") == 1
        assert text.count("EVAL_BATCH_SIZE") == 1 + uses
