"""What --plot draws: values as they are in the data, and names that people read."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING, Any

import pytest
import torch

from .shared_modules import shared
from .test_look import splits

if TYPE_CHECKING:
    from pathlib import Path

pytest.importorskip("matplotlib")


def photos(mean: list[float], std: list[float]) -> Any:
    """Return images of which each is one grey value, normalized by channels."""
    greys = torch.tensor([0, 51, 102, 204, 255], dtype=torch.uint8)
    images = greys.view(5, 1, 1, 1).expand(5, 3, 4, 4).contiguous()
    data = shared("data_pixels").Images(images, torch.tensor([0, 1, 0, 1, 0]))
    scales = [torch.tensor(each).view(3, 1, 1) for each in (mean, std)]
    data.scale(*scales)
    data.keep_scale(*scales)
    return data


def drawn(axis: Any) -> torch.Tensor:
    """Return the colors of an image that is drawn, from 0 to 1."""
    (image,) = axis.get_images()
    return torch.as_tensor(image.get_array(), dtype=torch.float32)


def test_images_are_drawn_as_they_were() -> None:
    """No channel and no image is stretched: grey stays grey, and as bright."""
    figures = shared("plot_figures")
    data = photos([100.0, 120.0, 60.0], [50.0, 70.0, 20.0])
    seen = figures.as_read(data, data.between(0, 5)[0])
    figure = figures.examples([("", [each]) for each in seen], [""])
    found = [drawn(axis) for axis in figure.axes[:5]]
    for image, grey in zip(found, (0, 0.2, 0.4, 0.8, 1), strict=True):
        assert image.flatten().tolist() == pytest.approx([grey] * 48, abs=1e-3)
    wrong = torch.tensor([[0.1, 0.9]] * 5)
    labels = torch.tensor([0, 0, 0, 1, 1])
    figure = figures.mistakes(data, labels, wrong, ["cat", "dog"])
    titles = [axis.get_title() for axis in figure.axes]
    assert titles == ["taken for dog 90%\nis cat"] * 3
    shades = sorted(float(drawn(axis).mean()) for axis in figure.axes)
    assert shades == pytest.approx([0, 0.2, 0.4], abs=1e-3)


@pytest.mark.parametrize(
    ("low", "high", "ends"),
    [
        (0.1, 0.9, (0, 1)),
        (0, 255, (0, 255)),
        (0, 16, (0, 16)),
        (-2, 3, (-2, 3)),
        (0, 0.01, (0, 0.01)),
        (7, 7, (7, 8)),
    ],
)
def test_what_is_black_and_white(low: float, high: float, ends: Any) -> None:
    values = torch.tensor([low, high, float("nan")])
    found = shared("plot_figures").brightness(values)
    assert found == pytest.approx(ends)


def test_masks_are_as_high_as_their_images() -> None:
    shown = [("", [torch.rand(1, 4, 4), torch.tensor([[0, 1], [1, -1]])])] * 4
    figure = shared("plot_figures").examples(shown, ["input", "target"])
    assert [axis.get_aspect() for axis in figure.axes[:8]] == [1.0] * 8
    names = [axis.get_title().strip() for axis in figure.axes[:2]]
    assert names == ["input", "target"]


def test_single_values_of_a_layer_are_drawn_together() -> None:
    outputs = {"pooled": torch.arange(6.0).view(1, 6, 1, 1)}
    (axis,) = shared("plot_figures").feature_maps(outputs).axes
    assert drawn(axis).tolist() == [[0, 1, 2, 3, 4, 5]]


def test_results_say_what_they_are() -> None:
    figures = shared("plot_figures")
    values = torch.arange(6.0).view(3, 2)
    figure = figures.compared(values, values, ["price", "size"])
    names = [(axis.get_xlabel(), axis.get_ylabel()) for axis in figure.axes]
    assert names == [("price", "predicted price"), ("size", "predicted size")]
    rows = [{"epoch": str(epoch), "test_loss": "1"} for epoch in (1, 2)]
    (axis,) = figures.curves(rows).axes
    assert all(tick == round(tick) for tick in axis.get_xticks())


COLUMNS: dict[str, Any] = {
    "age": {"mean": 40, "std": 10},
    "day": {"parts": {"year": {}, "age": {}}},
    "city": {"categories": ["Bern", "Zürich"]},
}
NAMES = ["age", "day: year", "day: age", "city: Bern", "city: Zürich"]


@pytest.mark.parametrize("targets", ["classes", "one number", "numbers"])
def test_columns_are_drawn_by_name(targets: str) -> None:
    columns = shared("plot_columns")
    values = columns.named_columns("input", torch.rand(20, 5), {"columns": COLUMNS})
    assert [*values] == NAMES
    given, classes = {
        "classes": (torch.arange(20) % 2, ["no", "yes"]),
        "one number": (torch.rand(20, 1), []),
        "numbers": (torch.rand(20, 3), []),
    }[targets]
    figure = columns.columns(values, given, classes)
    assert [axis.get_title() for axis in figure.axes] == NAMES
    legends = [text.get_text() for each in figure.legends for text in each.get_texts()]
    assert legends == classes
    assert bool(figure.axes[0].collections) == (targets == "one number")


def test_columns_without_names_are_counted() -> None:
    columns = shared("plot_columns")
    values = columns.named_columns("x", torch.rand(9, 40), {})
    figure = columns.columns(values, torch.rand(9), [])
    assert len(figure.axes) == 30 and figure.axes[3].get_title() == "x [3]"
    assert "(the first 30 of 40)" in figure.get_suptitle()


def test_names_that_are_no_text_are_drawn(tmp_path: Path) -> None:
    """A folder may be called anything, and one number may tell two classes apart."""
    plots = shared("plots")
    for names in (["\udcff\udcfe", "a\x1b[2J"], None):
        pair = (torch.rand(8, 2), (torch.arange(8) % 2).float().view(-1, 1))
        data = splits(pair, pair, {"classes": names} if names else {})
        plots.save_classes(tmp_path, data, torch.rand(8, 2))
        assert (tmp_path / "confusion.png").read_bytes().startswith(b"\x89PNG")
        (tmp_path / "confusion.png").unlink()


def test_files_are_drawn_beside_what_the_model_makes(tmp_path: Path) -> None:
    """Of an autoencoder: in the unit of the files, with their names and errors."""
    said = Namespace(top=None, out=tmp_path / "said.txt", format="text")
    found = shared("predictions").Predictions(said)
    name = shared("predictions").Name
    names = [name(tmp_path / f"{place}.png", 1, True) for place in range(12)]
    features = torch.zeros(12, 1, 4, 4)
    found.add_errors(names, features, features + 0.5)
    assert [title for title, *_ in found.restored] == [
        f"{place}.png\nerror 0.25" for place in range(10)
    ]
    scale = shared("preprocessing").Preprocessing(torch.uint8, 51.0, 102.0)
    titles, *pair = zip(*found.restored, strict=True)
    images = [scale.undone(torch.stack(each)) for each in pair]
    figure = shared("plot_figures").restored_files(titles, *images)
    assert [float(drawn(axis)[0, 0]) for axis in figure.axes[:10]] == [0] * 10
    shared("plots").save_files(tmp_path, found.restored, scale)
    assert (tmp_path / "restored_files.png").is_file()
