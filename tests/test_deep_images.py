"""Images and masks of more than 8 bits, or of fractions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from .shared_modules import CPU, Goal, shared
from .test_predict import NO_PILLOW

if NO_PILLOW:
    pytest.skip("reading images needs Pillow", allow_module_level=True)

from PIL import Image

if TYPE_CHECKING:
    from pathlib import Path

SIDE = 8


def gradient(most: float, dtype: str) -> Any:
    """Make an image that goes from 0 to a value."""
    values = np.linspace(0, most, SIDE * SIDE).reshape(SIDE, SIDE)
    return Image.fromarray(values.astype(dtype))


def trained(folder: Path, *kinds: tuple[float, str]) -> Any:
    """Load images of two classes, of several kinds."""
    for label in "ab":
        for number in range(8):
            path = folder / "data" / label / f"{number}.tif"
            path.parent.mkdir(parents=True, exist_ok=True)
            most, dtype = kinds[number % len(kinds)]
            image = gradient(most, dtype)
            image.putpixel((number, 0 if label == "a" else 1), 0)
            image.save(path)
    load, shape = shared("data_images").load, (1, SIDE, SIDE)
    return load(folder, CPU, path="data", shape=shape, goal=Goal(classes=2))


def last_pixel(folder: Path, about: Any, most: float, dtype: str) -> float:
    """Read an image for a prediction, and return its brightest pixel."""
    path = folder / "new.tif"
    gradient(most, dtype).save(path)
    read = shared("data_images").read_files([path], about)
    return float(read[0, 0, -1, -1])


DEEP, TWELVE, FLOAT, BYTES = (
    (65535, "uint16"),
    (4095, "uint16"),
    (1, "float32"),
    (255, "uint8"),
)
DARK, CUT = "is nearly black: no pixel is above 16 of 255", "what is beyond is cut"
READ: dict[str, tuple[list[Any], Any, float, str]] = {
    "as trained": ([DEEP], DEEP, 1, ""),
    "8 bits": ([DEEP], BYTES, 1, ""),
    "fractions after 16 bits": ([DEEP], FLOAT, 1, ""),
    "12 after 16 bits": ([DEEP], TWELVE, 1 / 16, DARK),
    "16 after 12 bits": ([TWELVE], DEEP, 1, CUT),
    "16 bits after fractions": ([FLOAT], DEEP, 1, ""),
    "bytes in fractions after 0 to 1": ([FLOAT], (255, "float32"), 1, CUT),
    "12 after 8 bits": ([BYTES], TWELVE, 1, ""),
    "fractions after both": ([FLOAT, DEEP], FLOAT, 1, ""),
    "16 bits after both": ([FLOAT, DEEP], DEEP, 1, ""),
}
"""What is trained on, what is predicted for, its brightest pixel, and what is said."""


@pytest.mark.parametrize("name", READ)
def test_what_white_is_in_predictions(name: str, tmp_path: Path, capsys: Any) -> None:
    """Each kind of number has a range of its own; what does not fit it is said."""
    kinds, new, wanted, warning = READ[name]
    about = trained(tmp_path, *kinds).about
    found = last_pixel(tmp_path, about, *new)
    assert found == pytest.approx(wanted, abs=0.01)
    said = capsys.readouterr().err
    assert warning in said and bool(said) == bool(warning)


def test_fractions_beside_whole_numbers(tmp_path: Path) -> None:
    found = trained(tmp_path, FLOAT, DEEP)
    ends = {"fractions": [0, 1], "whole numbers": [0, 65535]}
    assert found.about["ends"] == ends
    assert sum("8 images have over 8 bits" in each for each in found.notes) == 2
    features = found.train.between(0, len(found.train))[0]
    assert features.amax(dim=(1, 2, 3)).tolist() == pytest.approx([1] * len(features))


def test_runs_of_older_scripts_know_one_range(tmp_path: Path) -> None:
    about = trained(tmp_path, TWELVE).about | {"ends": [0, 4095]}
    assert last_pixel(tmp_path, about, *TWELVE) == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize(
    ("ends", "faults"),
    [
        ({"fractions": [0, 1], "whole numbers": [-5.5, 65535]}, []),
        ([0, 4095], []),
        ({}, ["ends"]),
        ({"fractions": [1, 1]}, ["ends"]),
        ({"fractions": [0, 1, 2]}, ["ends"]),
        ({"fractions": "01"}, ["ends"]),
        ({"fractions": [0, float("nan")]}, ["ends"]),
        (3, ["ends"]),
    ],
)
def test_what_a_checkpoint_may_say_of_white(ends: Any, faults: list[str]) -> None:
    assert [*shared("damage").faults_of({"ends": ends})] == faults


CLASSES = Goal(classes=2, places=(SIDE, SIDE))
ONES = Goal(numbers=(1, SIDE, SIDE), unit=True)
NUMBERS = Goal(numbers=(1, SIDE, SIDE))


def masked(folder: Path, values: list[float], dtype: str, goal: Any) -> Any:
    """Load images with masks of some values."""
    draw = np.random.default_rng(0)
    for number in range(8):
        for name in ("photos", "masks"):
            (folder / name).mkdir(exist_ok=True)
        pixels = draw.integers(255, size=(SIDE, SIDE)).astype("uint8")
        Image.fromarray(pixels).save(folder / "photos" / f"{number}.png")
        mask = draw.choice(values, (SIDE, SIDE)).astype(dtype)
        Image.fromarray(mask).save(folder / "masks" / f"{number}.tif")
    given = {"masks": "masks", "shape": (1, SIDE, SIDE), "goal": goal}
    return shared("data_masks").load(folder, CPU, path="photos", **given)


LIKE_CLASSES = "which look like classes"
MASKS: dict[str, tuple[list[float], str, Any, list[float], str]] = {
    "fractions": ([0, 0.9, 1], "float32", NUMBERS, [0, 0.9, 1], ""),
    "fractions of ones": ([0, 0.5, 1], "float32", ONES, [0, 0.5, 1], ""),
    "two fractions": ([0.25, 1], "float32", ONES, [0.25, 1], ""),
    "whole ones": ([0, 1], "float32", ONES, [0, 1], ""),
    "classes in floats": ([0, 1], "float32", CLASSES, [0, 1], ""),
    "classes for ones": ([0, 1, 2], "uint8", ONES, [0, 1 / 255, 2 / 255], LIKE_CLASSES),
    "classes for numbers": (
        [0, 1, 2, 3],
        "uint8",
        NUMBERS,
        [0, 1 / 255, 2 / 255, 3 / 255],
        LIKE_CLASSES,
    ),
    "16 bits": ([0, 1, 2], "uint16", ONES, [0, 0.5, 1], LIKE_CLASSES),
    "grey": ([0, 100, 200], "uint8", ONES, [0, 100 / 255, 200 / 255], ""),
    "ones": ([0, 255], "uint8", ONES, [0, 1], ""),
}
"""Values of masks, how they are kept, the goal, the targets, and the warning."""


@pytest.mark.parametrize("name", MASKS)
def test_what_masks_become(name: str, tmp_path: Path) -> None:
    values, dtype, goal, wanted, warning = MASKS[name]
    found = masked(tmp_path, values, dtype, goal)
    targets = found.train.targets.float().unique().tolist()
    assert targets == pytest.approx(wanted, abs=0.003)
    said = [each for each in found.warnings if LIKE_CLASSES in each]
    assert len(said) == bool(warning)


@pytest.mark.parametrize("values", [[0, 0.9, 1], [0.3, 1.7], [0, float("nan")]])
def test_classes_are_no_fractions(values: list[float], tmp_path: Path) -> None:
    with pytest.raises(shared("data_common").DataError) as caught:
        masked(tmp_path, values, "float32", CLASSES)
    assert "and classes are whole numbers: a loss such as `MSELoss`" in str(
        caught.value
    )
