"""Folders of images as people have them, from the folder to the prediction."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

from mlpgen import api

from .networks import network
from .shared_modules import load, shared
from .test_predict import NO_PILLOW
from .test_training import rows, tiny, train

if NO_PILLOW:
    pytest.skip("reading images needs Pillow", allow_module_level=True)

from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["tiny"]  # a fixture

CLASSES = ["left", "right", "top"]
ENDINGS = ("jpg", "png", "bmp", "gif", "tiff", "webp", "JPEG", "ppm")
LAYERS: list[Any] = [
    {"Conv2d": {"out_channels": 8, "kernel_size": 3, "padding": 1}},
    "ReLU",
    {"MaxPool2d": 4},
    "Flatten",
    {"Linear": 3},
]


def spec_of(data: Any = None, shape: Any = (3, 32, 32), **more: Any) -> dict[str, Any]:
    training = {
        "data": data or {"images": "photos"},
        "loss": "CrossEntropyLoss",
        "optimizer": {"Adam": {"lr": 0.01}},
        "epochs": 4,
        "batch_size": 16,
    }
    outputs = 10 if data == "mnist" else 3
    return {
        "name": "Tried",
        "input": [*shape],
        "layers": [*LAYERS[:-1], {"Linear": outputs}],
        "training": training | more,
    }


def pixels(label: int, size: tuple[int, int], draw: np.random.Generator) -> Any:
    """Make an image of noise whose brighter half says its class."""
    width, height = size
    values = draw.integers(40, 140, (height, width, 3))
    if label == 2:
        values[: height // 2] += 60
    else:
        half = width // 2
        values[:, slice(half) if label == 0 else slice(half, None)] += 60
    return Image.fromarray(values.astype("uint8"))


def photos(root: Path, count: int, seed: int = 0, classes: Any = CLASSES) -> Path:
    """Write images of any size and format, some of them in deeper folders."""
    draw = np.random.default_rng(seed)
    for number in range(count):
        label, ending = number % len(classes), ENDINGS[number % len(ENDINGS)]
        folder = root / classes[label] / ("more/2021" if number % 7 == 0 else "")
        folder.mkdir(parents=True, exist_ok=True)
        width, height = draw.integers(20, 60, 2).tolist()
        image = pixels(label, (width, height), draw)
        if number % 11 == 0:
            image = image.convert("L")
        if number % 13 == 0 and ending in ("png", "tiff"):
            image = image.convert("RGBA")
        if number % 17 == 0 and ending in ("jpg", "JPEG"):
            image = image.convert("CMYK")
        image.save(folder / f"{seed}_{number}.{ending}")
    return root


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    photos(tmp_path / "photos", 30)
    return tmp_path


def said(folder: Path, **more: Any) -> str:
    """Return why the data is refused."""
    with pytest.raises(shared("data_common").DataError) as caught:
        load(spec_of(**more), folder)
    return str(caught.value)


def sizes(found: Any) -> list[int]:
    return [len(part) for part in found[:3]]


@pytest.mark.parametrize("fit", ["resize"])
def test_from_photos_to_a_prediction(fit: str, tmp_path: Path) -> None:
    """What the brighter half says is learned, whatever the format and the place."""
    photos(tmp_path / "photos", 240)
    left_out = ["photos/.ipynb_checkpoints/a.png", "photos/__MACOSX/left/b.png"]
    left_out += ["photos/left/Thumbs.db", "photos/readme.txt", "photos/right/x.csv"]
    for name in left_out:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("nothing")
    made = tmp_path / "made"
    made.mkdir()
    for name, text in api.render(network(spec_of(fit=fit)), "explicit").items():
        (made / name).write_text(text, encoding="utf-8")
    out = tmp_path / "run"
    printed = train(
        made / "train_tried.py", "--data-dir", str(tmp_path), "--out", str(out)
    )
    assert "left out, hidden: 3" in printed
    assert "left out, no images of a class: 2 (readme.txt and right/x.csv)" in printed
    assert float(rows(out)[-1]["test_accuracy"]) >= 0.97
    kept = json.loads((out / "data.json").read_text("utf-8"))
    assert {name: sum(kept["classes"][name].values()) for name in CLASSES} == (
        dict.fromkeys(CLASSES, 80)
    )
    fresh = photos(tmp_path / "fresh", 24, seed=1)
    files = [path for path in sorted(fresh.rglob("*")) if path.is_file()]
    args = [*map(str, files), "--run", str(out), "--format", "json"]
    found = json.loads(train(made / "predict_tried.py", *args))
    right = [
        Path(each["file"]).relative_to(fresh).parts[0] == each["prediction"]
        for each in found
    ]
    assert len(right) == 24
    assert sum(right) >= 23


PARTS: dict[str, tuple[dict[str, int], float, list[int]]] = {
    "train and test": ({"train": 12, "test": 6}, 0, [12, 0, 6]),
    "train and val": ({"train": 12, "val": 6}, 0, [12, 6, 6]),
    "a share of validation": ({"train": 12, "test": 6}, 0.25, [9, 3, 6]),
    "validation is a folder": ({"train": 15, "valid": 6}, 0.25, [12, 6, 3]),
    "all three": ({"train": 12, "validation": 3, "test": 6}, 0.1, [12, 3, 6]),
    "training and testing": ({"Training": 12, "Testing": 6}, 0, [12, 0, 6]),
    "train alone": ({"train": 15}, 0, [12, 0, 3]),
}


@pytest.mark.parametrize("name", PARTS)
def test_folders_of_parts(name: str, tmp_path: Path) -> None:
    counts, validation, wanted = PARTS[name]
    for seed, (part, count) in enumerate(counts.items()):
        photos(tmp_path / "photos" / part, count, seed)
    more = {"validation": validation} if validation else {}
    found = load(spec_of(**more), tmp_path)
    assert sizes(found) == wanted
    assert found.about["classes"] == CLASSES


def test_a_folder_of_validation_that_decides_nothing(tmp_path: Path) -> None:
    for seed, part in enumerate(("train", "val", "test")):
        photos(tmp_path / "photos" / part, 6, seed)
    found = load(spec_of(), tmp_path)
    assert sizes(found) == [6, 6, 6]
    assert any("the folder for validation decides nothing" in x for x in found.notes)


def test_a_class_that_is_called_train(tmp_path: Path) -> None:
    photos(tmp_path / "photos", 12, classes=["bus", "train", "tram"])
    found = load(spec_of(), tmp_path)
    assert found.about["classes"] == ["bus", "train", "tram"]


def a_copy(folder: Path, place: str) -> None:
    """Copy an image of the training data."""
    first = max(path for path in (folder / "photos").rglob("*.png"))
    target = folder / "photos" / place
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(first, target)


def parts(folder: Path) -> None:
    """Move the photos into folders of parts."""
    (folder / "photos").rename(folder / "train")
    (folder / "photos").mkdir()
    (folder / "train").rename(folder / "photos" / "train")
    photos(folder / "photos" / "test", 9, seed=5)


def cut(folder: Path) -> None:
    path = min((folder / "photos" / "left").rglob("*.bmp"))
    path.write_bytes(path.read_bytes()[:-200])


def test_cut_files_are_named(folder: Path) -> None:
    for path in (folder / "photos").rglob("*.bmp"):
        path.write_bytes(path.read_bytes()[:-200])
    found = said(folder)
    assert "is no image: image file is truncated" in found
    assert "likewise" in found


REFUSED: dict[str, tuple[Callable[[Path], Any], str]] = {
    "text called an image": (
        lambda folder: (folder / "photos/left/a.png").write_text("text"),
        "left/a.png is no image: remove what is none",
    ),
    "an empty file": (
        lambda folder: (folder / "photos/left/a.jpg").write_bytes(b""),
        "left/a.jpg is no image: remove what is none",
    ),
    "a cut file": (cut, "is no image: image file is truncated"),
    "one class": (
        lambda folder: [
            shutil.rmtree(folder / "photos" / name) for name in ("left", "top")
        ],
        "needs a folder with images for each class, and has only right",
    ),
    "too many classes": (
        lambda folder: photos(folder / "photos", 2, 3, ["more", "other"]),
        "has 5 folders of classes, and the model tells 3 apart: left, more, other, "
        "right and top",
    ),
    "a class without images": (
        lambda folder: [
            path.unlink()
            for path in (folder / "photos/left").rglob("*")
            if path.is_file()
        ],
        "photos/left has no images",
    ),
    "a file in train and test": (
        lambda folder: [parts(folder), a_copy(folder, "test/left/again.png")],
        "1 images are in two parts of the data, as copies",
    ),
    "two folders for validation": (
        lambda folder: [
            parts(folder),
            photos(folder / "photos/val", 3, 7),
            photos(folder / "photos/valid", 3, 8),
        ],
        "has val and valid: keep one folder for validation",
    ),
    "a class in the test alone": (
        lambda folder: [parts(folder), photos(folder / "photos/test", 1, 9, ["six"])],
        "nothing is trained on for 'six'",
    ),
    "no folder": (
        lambda folder: (folder / "photos").rename(folder / "other"),
        "is no folder: name the one above with --data-dir",
    ),
    "NaN": (
        lambda folder: Image.fromarray(np.full((9, 9), np.nan, "float32")).save(
            folder / "photos/left/a.tiff"
        ),
        "values that are NaN or infinite",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_wrong_folders_are_refused(name: str, folder: Path) -> None:
    damage, wanted = REFUSED[name]
    damage(folder)
    assert wanted in said(folder)


def test_copies_where_the_seed_parts(folder: Path) -> None:
    for number in range(20):
        a_copy(folder, f"left/copy_{number}.png")
    found = load(spec_of(), folder)
    assert any("images are in two parts of the data" in each for each in found.warnings)


def deep(folder: Path, most: int, dtype: str, offset: float = 0) -> None:
    """Write grey images of many bits, of three classes."""
    draw = np.random.default_rng(0)
    for number in range(12):
        path = folder / "photos" / CLASSES[number % 3] / f"{number}.tiff"
        path.parent.mkdir(parents=True, exist_ok=True)
        values = draw.uniform(0, 1, (8, 8))
        values[0, 0] = 1
        values[0, 1] = 0
        Image.fromarray((values * most + offset).astype(dtype)).save(path)


@pytest.mark.parametrize(
    ("most", "dtype", "offset", "white"),
    [
        (255, "uint16", 0, 255),
        (4000, "uint16", 0, 4095),
        (65535, "uint16", 0, 65535),
        (1, "float32", 0, 1),
        (255, "float32", 0, 255),
        (0.01, "float32", 0, 0.01),
        (3000, "float32", -1000, 2000),
        (100_000, "int32", 0, 100_000),
    ],
)
def test_bits(
    most: float, dtype: str, offset: float, white: float, tmp_path: Path
) -> None:
    """What is white follows from the data, is said, and holds for predictions."""
    deep(tmp_path, most, dtype, offset)
    found = load(spec_of(shape=(1, 8, 8)), tmp_path)
    black = min(offset, 0)
    assert found.about["ends"] == pytest.approx([black, white])
    features = torch.cat([part.between(0, 12)[0] for part in (found[0], found[2])])
    first = (most + offset - black) / (white - black)
    assert features[:, 0, 0, 0].tolist() == pytest.approx([first] * 12, abs=0.01)
    assert any("12 images have over 8 bits" in each for each in found.notes)
    assert not any("nearly" in each for each in found.warnings)
    read = shared("data_images").read_files
    path = tmp_path / "photos" / "left" / "0.tiff"
    assert read([path], found.about)[0, 0, 0, 0].item() == pytest.approx(
        first, abs=0.01
    )


def test_nearly_black_images_are_warned_of(tmp_path: Path) -> None:
    for number in range(12):
        path = tmp_path / "photos" / CLASSES[number % 3] / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        values = np.random.default_rng(number).integers(0, 10, (8, 8, 3))
        Image.fromarray(values.astype("uint8")).save(path)
    warnings = load(spec_of(), tmp_path).warnings
    assert any("images to train on are nearly black" in each for each in warnings)


def test_the_first_of_several_images(folder: Path) -> None:
    frames = [Image.new("L", (9, 9), value) for value in (10, 200)]
    path = folder / "photos" / "left" / "moving.gif"
    frames[0].save(path, save_all=True, append_images=frames[1:])
    Image.new("L", (1, 1)).save(folder / "photos" / "left" / "dot.png")
    found = load(spec_of(), folder)
    assert any(
        "1 files have several images: the first one counts" in x for x in found.notes
    )
    assert any("1 images are a single pixel" in x for x in found.warnings)


def test_images_are_known_by_how_they_begin(folder: Path) -> None:
    """Neither a wrong ending nor none keeps an image out."""
    left = folder / "photos" / "left"
    Image.new("RGB", (9, 9)).save(left / "a.png")
    (left / "a.png").rename(left / "a.jpg")
    Image.new("RGB", (9, 9), "red").save(left / "b.png")
    (left / "b.png").rename(left / "b")
    Image.new("P", (9, 9)).save(left / "c.png", transparency=0)
    before = sum(sizes(load(spec_of(), folder)))
    assert before == 33
    (left / "loop").symlink_to(folder / "photos", target_is_directory=True)
    assert sum(sizes(load(spec_of(), folder))) >= 33


WIDE = {"resize": [255, 255, 255], "crop": [255, 255, 255], "pad": [0, 255, 0]}


@pytest.mark.parametrize("fit", WIDE)
def test_how_photos_fit(fit: str, tmp_path: Path) -> None:
    """A wide image with dark ends is squeezed, cut, or put between margins."""
    for label in CLASSES:
        for number in range(3):
            values = np.full((10, 40), 255, "uint8")
            values[:, :12] = values[:, 28:] = 0
            values //= 1 + number
            path = tmp_path / "photos" / label / f"{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(values).save(path)
    found = load(spec_of(shape=(1, 20, 20), fit=fit), tmp_path)
    image = max(found.train.features, key=lambda each: int(each.max()))[0]
    column = [int(image[row, 10]) for row in (1, 10, 18)]
    assert column == WIDE[fit]
    assert (int(image[10, 1]) > 100) == (fit == "crop")
    read = shared("data_images").read_files
    path = tmp_path / "photos" / "left" / "0.png"
    seen = read([path], found.about)[0, 0] * 255
    assert [round(float(seen[row, 10])) for row in (1, 10, 18)] == WIDE[fit]


@pytest.mark.parametrize("shape", [(1, 32, 32), (3, 28, 28), (3, 40, 36)])
@pytest.mark.parametrize("fit", ["resize", "pad"])
def test_mnist_in_other_sizes(fit: str, shape: Any, tiny: Path) -> None:
    plain = load(spec_of("mnist", (1, 28, 28)), tiny)
    scale = [[0.1, 0.2, 0.3], [0.5, 0.6, 0.7]] if shape[0] == 3 else "auto"
    found = load(spec_of("mnist", shape, fit=fit, normalize=scale), tiny)
    assert found.train.features.dtype == torch.uint8
    features, _ = found.train.between(0, 3)
    assert features.shape[1:] == shape
    images = found.train.unscaled(features)
    if fit == "pad":
        top, left = (shape[1] - 28) // 2, (shape[2] - 28) // 2
        inner = images[:, :, top : top + 28, left : left + 28]
        wanted = plain.train.between(0, 3)[0].expand_as(inner)
        assert torch.allclose(inner, wanted, atol=1e-5)
        assert images.sum().item() == pytest.approx(wanted.sum().item(), rel=1e-4)
    else:
        small = torch.nn.functional.interpolate(images, (28, 28), mode="area")
        assert (small[:, :1] - plain.train.between(0, 3)[0]).abs().mean() < 0.08
    raw = found.train.features[:3]
    scaled = shared("data_mnist").preprocessing(found.about)(raw)
    assert torch.allclose(scaled, features, atol=1e-5)


def test_mnist_is_cut(tiny: Path) -> None:
    plain = load(spec_of("mnist", (1, 28, 28)), tiny).train.features
    found = load(spec_of("mnist", (1, 20, 24), fit="crop"), tiny).train.features
    assert torch.equal(found, plain[:, :, 4:24, 2:26])
