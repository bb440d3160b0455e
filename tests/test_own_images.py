"""Folders of images as people have them, from the folder to the prediction."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
import yaml

from mlpgen import api
from mlpgen.diagnostics.diagnostic import SpecError
from mlpgen.drafts import images

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


def test_from_photos_to_a_prediction(tmp_path: Path) -> None:
    """What the brighter half says is learned, whatever the format and the place."""
    photos(tmp_path / "photos", 240)
    left_out = ["photos/.ipynb_checkpoints/a.png", "photos/__MACOSX/left/b.png"]
    left_out += ["photos/left/Thumbs.db", "photos/readme.txt", "photos/right/x.csv"]
    for name in left_out:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("nothing")
    made = tmp_path / "made"
    made.mkdir()
    for name, text in api.render(network(spec_of()), "explicit").items():
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
    kind = "fractions" if dtype == "float32" else "whole numbers"
    assert found.about["ends"] == {kind: pytest.approx([black, white])}
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


@pytest.mark.parametrize(
    ("ranks", "in_file"), [(1, False), (2, False), (4, True), (8, True)]
)
def test_each_rank_keeps_all_images(
    ranks: int,
    in_file: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Together they may take half of the memory, or what the disk has."""
    images_of = shared("data_images")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(images_of, "LOCAL_RANKS", ranks)
    monkeypatch.setattr(images_of, "memory", lambda: 6 * 2**20)
    assert images_of.room((2**20,)).shape == (2**20,)
    each = f", 0.0 for each of {ranks} ranks," if ranks > 1 else ""
    said = f"0.0 GiB of images{each} do not fit into memory: they stay on disk\n"
    assert capsys.readouterr().out == (said if in_file else "")
    free = type("Usage", (), {"free": 2**20})()
    monkeypatch.setattr(shutil, "disk_usage", lambda path: free)
    if in_file:
        with pytest.raises(shared("data_common").DataError) as caught:
            images_of.room((2**20,))
        assert "do not fit onto this disk" in str(caught.value)


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
    plainly = found.train.unscaled(features)
    if fit == "pad":
        top, left = (shape[1] - 28) // 2, (shape[2] - 28) // 2
        inner = plainly[:, :, top : top + 28, left : left + 28]
        wanted = plain.train.between(0, 3)[0].expand_as(inner)
        assert torch.allclose(inner, wanted, atol=1e-5)
        assert plainly.sum().item() == pytest.approx(wanted.sum().item(), rel=1e-4)
    else:
        small = torch.nn.functional.interpolate(plainly, (28, 28), mode="area")
        assert (small[:, :1] - plain.train.between(0, 3)[0]).abs().mean() < 0.08
    raw = found.train.features[:3]
    scaled = shared("data_mnist").preprocessing(found.about)(raw)
    assert torch.allclose(scaled, features, atol=1e-5)


def test_mnist_is_cut(tiny: Path) -> None:
    plain = load(spec_of("mnist", (1, 28, 28)), tiny).train.features
    found = load(spec_of("mnist", (1, 20, 24), fit="crop"), tiny).train.features
    assert torch.equal(found, plain[:, :, 4:24, 2:26])


PIXELS: list[Any] = [
    {"Conv2d": {"out_channels": 8, "kernel_size": 3, "padding": 1}},
    "ReLU",
    {"Conv2d": {"out_channels": 3, "kernel_size": 1}},
]
PAIR = {"images": "photos", "masks": "masks"}


def masks(folder: Path, code: Callable[[Any], Any], count: int = 24) -> None:
    """Write images with a red and a blue square, and masks of these."""
    draw = np.random.default_rng(0)
    for number in range(count):
        width, height = draw.integers(16, 40, 2).tolist()
        values = draw.integers(0, 80, (height, width, 3))
        classes = np.zeros((height, width), int)
        for channel, label in ((0, 1), (2, 2)):
            top, left = draw.integers(0, height // 2), draw.integers(0, width // 2)
            place = np.s_[top : top + height // 3, left : left + width // 3]
            values[place] = 0
            values[(*place, channel)] = 220
            classes[place] = label
        image = folder / "photos" / ("a" if number % 2 else "b/c") / f"{number}.bmp"
        mask = folder / "masks" / image.relative_to(folder / "photos")
        for path in (image, mask):
            path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(values.astype("uint8")).save(image)
        code(classes).save(mask.with_name(f"{number}_mask.png"))


def grey(classes: Any) -> Any:
    return Image.fromarray(classes.astype("uint8"))


def colored(classes: Any) -> Any:
    table = np.array([[0, 0, 0], [255, 0, 0], [0, 0, 255]], "uint8")
    return Image.fromarray(table[classes])


def palette(classes: Any) -> Any:
    made = Image.fromarray(classes.astype("uint8"), "P")
    made.putpalette([9, 9, 9, 128, 0, 0, 0, 128, 0] + [0] * 759)
    return made


def of_masks(**more: Any) -> dict[str, Any]:
    layers = more.pop("layers", PIXELS)
    return spec_of(PAIR, (3, 16, 16), **more) | {"layers": layers}


def test_masks_train_a_network_that_gives_an_image(tmp_path: Path) -> None:
    masks(tmp_path, grey, 60)
    made = tmp_path / "made"
    made.mkdir()
    spec = of_masks(fit="pad", epochs=12, batch_size=8, metrics=["f1"])
    for name, text in api.render(network(spec), "explicit").items():
        (made / name).write_text(text, encoding="utf-8")
    args = ("--data-dir", str(tmp_path), "--out", str(tmp_path / "run"))
    train(made / "train_tried.py", *args)
    assert float(rows(tmp_path / "run")[-1]["test_accuracy"]) > 0.93
    path = tmp_path / "photos" / "a" / "1.bmp"
    args = (str(path), "--run", str(tmp_path / "run"), "--format", "json")
    (found,) = json.loads(train(made / "predict_tried.py", *args))
    assert np.array(found["prediction"]).shape == (16, 16)


@pytest.mark.parametrize("code", [grey, colored, palette])
@pytest.mark.parametrize("fit", ["resize", "crop", "pad"])
def test_masks_fit_as_their_images(fit: str, code: Any, tmp_path: Path) -> None:
    """Where a pixel is red it is of one class, where it is blue of the other."""
    masks(tmp_path, code, 12)
    found = load(of_masks(fit=fit), tmp_path)
    places = {name: place for place, name in enumerate(found.about["classes"])}
    red, blue = ("1", "2") if code is not colored else ("#ff0000", "#0000ff")
    seen, targets = found.train.between(0, len(found.train))
    for channel, name in ((0, red), (2, blue)):
        bright = seen[:, channel] > 0.8
        assert (targets[bright] == places[name]).float().mean() > 0.95
        assert bright.any()
    assert bool((targets == -100).any()) == (fit == "pad")


def test_masks_of_numbers(tmp_path: Path) -> None:
    """Two values are 0 and 1; more are read from 0 to 255 as 0 to 1."""
    one = [*PIXELS[:2], {"Conv2d": {"out_channels": 1, "kernel_size": 1}}]
    masks(tmp_path, lambda classes: grey((classes > 0) * 255), 12)
    spec = of_masks(layers=one, loss="BCEWithLogitsLoss")
    found = load(spec, tmp_path)
    assert found.train.targets.shape[1:] == (1, 16, 16)
    assert found.train.targets.unique().tolist() == [0, 1]
    assert any("masks hold 0 and 255, read as 0 and 1" in x for x in found.notes)
    shutil.rmtree(tmp_path / "masks")
    masks(tmp_path, lambda classes: grey(classes * 100), 12)
    found = load(of_masks(layers=one, loss="MSELoss"), tmp_path)
    assert float(found.train.targets.max()) == pytest.approx(200 / 255, abs=0.1)


EPS = b"""%!PS-Adobe-3.0 EPSF-3.0
%%BoundingBox: 0 0 16 16
%%EndComments
(%pipe%touch run) (w) file
%%EOF
"""


def bomb(path: Path) -> None:
    """Write an image whose first lines say that it is 20,000 pixels wide and high."""
    Image.new("1", (1, 1)).save(path, "PPM")
    content = path.read_bytes().replace(b"1 1", b"20000 20000", 1)
    path.write_bytes(content + bytes(20))


NO_PICTURES: dict[str, tuple[Callable[[Path], Any], str]] = {
    "EPS": (lambda path: path.write_bytes(EPS), "is no image: it is none of "),
    "PSD": (
        lambda path: path.write_bytes(b"8BPS\x00\x01" + bytes(20)),
        "is no image: it is none of ",
    ),
    "bomb": (bomb, "is no image: over 178,956,970 pixels"),
}
"""What no image of these may be, and what is said of it."""


def read_photo(folder: Path, path: Path) -> Any:
    photos(folder / "photos", 6)
    path.rename(folder / "photos" / "left" / "0.tga")  # known by its name alone
    return load(spec_of(), folder)


def read_mask(loss: str) -> Callable[[Path, Path], Any]:
    def read(folder: Path, path: Path) -> Any:
        masks(folder, grey, 4)
        mask = first_mask(folder)
        path.rename(mask.with_suffix(".tga"))
        mask.unlink()
        return load(of_masks(loss=loss), folder)

    return read


def predicted(kind: str, about: dict[str, Any]) -> Callable[[Path, Path], Any]:
    return lambda _, path: shared(kind).read_files([path], about)


READERS: dict[str, Callable[[Path, Path], Any]] = {
    "training": read_photo,
    "masks": read_mask("CrossEntropyLoss"),
    "masks of numbers": read_mask("MSELoss"),
    "predictions": predicted("data_images", {"shape": [1, 8, 8], "mean": None}),
    "predictions for masks": predicted("data_masks", {"shape": [1, 8, 8]}),
    "digits": predicted("data_mnist", {"margin": 4, "mean": None}),
    "things": predicted("data_cifar", {"mean": None}),
}


@pytest.mark.parametrize("kind", NO_PICTURES)
@pytest.mark.parametrize("reader", READERS)
def test_nothing_but_pictures_is_opened(
    reader: str, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ghostscript runs what an EPS file says, whatever the file is called."""
    from PIL import EpsImagePlugin

    ran: list[Any] = []
    monkeypatch.setattr(EpsImagePlugin, "Ghostscript", lambda *args: ran.append(args))
    make, wanted = NO_PICTURES[kind]
    make(tmp_path / "it.png")
    with pytest.raises(shared("data_common").DataError) as caught:
        READERS[reader](tmp_path, tmp_path / "it.png")
    assert not ran
    assert wanted in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("kind", NO_PICTURES)
def test_a_draft_opens_nothing_but_pictures(kind: str, tmp_path: Path) -> None:
    for label in "ab":
        (tmp_path / label).mkdir()
        NO_PICTURES[kind][0](tmp_path / label / "0.tga")
    with pytest.raises(SpecError) as caught:
        images.draft(str(tmp_path))
    assert "has no image that" in str(caught.value)


ONE: list[Any] = [*PIXELS[:2], {"Conv2d": {"out_channels": 1, "kernel_size": 1}}]


def inverted(classes: Any) -> Any:
    return grey((classes == 0) * 255)


def shades(classes: Any) -> Any:
    return grey(classes * 100)


@pytest.mark.parametrize(
    ("loss", "code", "fit", "warned"),
    [
        ("BCEWithLogitsLoss", inverted, "pad", "0"),
        ("BCEWithLogitsLoss", shades, "pad", "black"),
        ("MSELoss", inverted, "pad", "0"),
        ("MSELoss", shades, "pad", "black"),
        ("MSELoss", shades, "crop", ""),
        ("MSELoss", inverted, "resize", ""),
        ("CrossEntropyLoss", grey, "pad", ""),
    ],
)
def test_margins_of_masks(
    loss: str, code: Any, fit: str, warned: str, tmp_path: Path
) -> None:
    """They are ignored where masks are of classes, and else they count: it is said."""
    masks(tmp_path, code, 6)
    layers = PIXELS if loss == "CrossEntropyLoss" else ONE
    found = load(of_masks(loss=loss, layers=layers, fit=fit), tmp_path)
    said = [each for each in found.warnings if "what `fit: pad` adds" in each]
    wanted = f"what `fit: pad` adds to masks counts as {warned}, in the loss"
    assert [each[: len(wanted)] for each in said] == ([wanted] if warned else [])


def test_masks_without_margins_are_not_warned_of(tmp_path: Path) -> None:
    for number in range(6):
        values = np.random.default_rng(number).integers(0, 255, (20, 20))
        for folder in ("photos", "masks"):
            (tmp_path / folder).mkdir(exist_ok=True)
            grey(values).save(tmp_path / folder / f"{number}.png")
    found = load(of_masks(loss="MSELoss", layers=ONE, fit="pad"), tmp_path)
    assert not any("pad" in each for each in found.warnings)


def first_mask(folder: Path) -> Path:
    return min((folder / "masks").rglob("*.png"))


def as_jpeg(folder: Path) -> None:
    for path in (folder / "masks").rglob("*.png"):
        image = Image.open(path).point(lambda value: 100 * value)
        image.save(path.with_suffix(".jpg"))
        path.unlink()


def unknown(folder: Path) -> None:
    image = Image.open(first_mask(folder)).copy()
    image.putpixel((0, 0), 255)
    image.save(first_mask(folder))


WRONG_MASKS: dict[str, tuple[Callable[[Path], Any], str]] = {
    "a missing mask": (
        lambda folder: first_mask(folder).unlink(),
        "has no mask in",
    ),
    "another size": (
        lambda folder: Image.new("L", (5, 5)).save(first_mask(folder)),
        "is 5 × 5 pixels, and",
    ),
    "a cut mask": (
        lambda folder: first_mask(folder).write_bytes(
            first_mask(folder).read_bytes()[:60]
        ),
        "is no image: image file is truncated",
    ),
    "no image": (
        lambda folder: first_mask(folder).write_text("text"),
        "is no image: remove what is none",
    ),
    "no folder": (lambda folder: shutil.rmtree(folder / "masks"), "is not there"),
    "JPEG": (as_jpeg, "tells 3 apart: JPEG changes values, save masks as PNG"),
    "another class": (
        unknown,
        "masks hold 4 values (0, 1, 2 and 255), and the model tells 3 apart: if 255 "
        "means unknown, the loss takes `ignore_index: 255`",
    ),
}


@pytest.mark.parametrize("name", WRONG_MASKS)
def test_wrong_masks_are_refused(name: str, tmp_path: Path) -> None:
    damage, wanted = WRONG_MASKS[name]
    masks(tmp_path, grey, 6)
    damage(tmp_path)
    with pytest.raises(shared("data_common").DataError) as caught:
        load(of_masks(), tmp_path)
    assert wanted in str(caught.value)


def test_a_class_that_is_not_known(tmp_path: Path) -> None:
    masks(tmp_path, grey, 12)
    unknown(tmp_path)
    loss = {"CrossEntropyLoss": {"ignore_index": 255}}
    found = load(of_masks(loss=loss), tmp_path)
    assert found.about["classes"] == ["0", "1", "2"]


def test_a_draft_of_a_folder(tmp_path: Path) -> None:
    """`mlpgen init images` sees what the scripts see, and its spec trains."""
    photos(tmp_path / "photos", 60)
    for name in (".ipynb_checkpoints/a.png", "left/x.csv"):
        path = tmp_path / "photos" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("nothing")
    text = images.draft(str(tmp_path / "photos"))
    assert "60 images of 3 classes: left (20), right (20) and top (20)" in text
    spec = yaml.safe_load(text)
    assert spec["input"] == [3, 32, 32]
    assert spec["training"]["fit"] == "pad"
    assert sizes(load(spec, tmp_path)) == [48, 0, 12]


@pytest.mark.parametrize(
    ("widths", "fit"),
    [
        ((100, 105, 96), "resize"),
        ((100, 120, 90), "crop"),
        ((100, 150), "pad"),
        ((50, 100), "pad"),
    ],
)
def test_a_draft_cuts_little_off(
    widths: tuple[int, ...], fit: str, tmp_path: Path
) -> None:
    for label in "ab":
        (tmp_path / label).mkdir()
        for width in widths:
            Image.new("L", (width, 100)).save(tmp_path / label / f"{width}.png")
    text = images.draft(str(tmp_path))
    (line,) = [each for each in text.splitlines() if each.startswith("  fit: ")]
    assert line.startswith(f"  fit: {fit}  # or: ")
    others = {"resize", "crop", "pad"} - {fit}
    assert all(f"{each} " in line.partition("or: ")[2] for each in others)
    assert f"{fit} " not in line.partition("or: ")[2]


@pytest.mark.parametrize(
    ("counts", "loss", "metrics", "best"),
    [
        ((40, 2), "BCEWithLogitsLoss", "accuracy, f1, auc, confusion", "the loss"),
        (
            (42, 2),
            "{BCEWithLogitsLoss: {pos_weight: balanced}}",
            "accuracy, f1, auc, confusion",
            "the loss",
        ),
        ((40, 2, 2), "CrossEntropyLoss", "accuracy, f1, confusion", "accuracy"),
        (
            (42, 2, 2),
            "{CrossEntropyLoss: {weight: balanced}}",
            "accuracy, f1, confusion",
            "f1",
        ),
    ],
)
def test_a_draft_of_classes(
    counts: tuple[int, ...], loss: str, metrics: str, best: str, tmp_path: Path
) -> None:
    """Images are weighted, and the best epoch is chosen, as drafts of tables do it."""
    for label, count in enumerate(counts):
        (tmp_path / f"class_{label}").mkdir()
        for number in range(count):
            shade = Image.new("L", (8, 8), 100 * label + number)
            shade.save(tmp_path / f"class_{label}" / f"{number}.png")
    text = images.draft(str(tmp_path))
    positive = "  # f1 and auc are of class_1" if "auc" in metrics else ""
    assert f"\n  loss: {loss}\n  metrics: [{metrics}]{positive}\n" in text
    assert f"the test decides which epoch is the best one, by {best}.\n" in text
    assert ("of one class there are 42 images, of another 2" in text) == ("{" in loss)
    spec = yaml.safe_load(text)
    recipe = network(spec).graph.recipe
    assert recipe is not None
    assert recipe.best.metric == best.removeprefix("the ")
    assert load(spec, tmp_path.parent).about["classes"] == [
        f"class_{n}" for n, _ in enumerate(counts)
    ]


def test_a_draft_of_parts_and_unequal_classes(tmp_path: Path) -> None:
    for number in range(90):
        label = CLASSES[0 if number < 86 else 1]
        folder = tmp_path / "digits" / ("val" if number % 4 == 0 else "train") / label
        folder.mkdir(parents=True, exist_ok=True)
        values = np.random.default_rng(number).integers(0, 255, (28, 28))
        Image.fromarray(values.astype("uint8")).save(folder / f"{number}.png")
    spec = yaml.safe_load(images.draft(str(tmp_path / "digits")))
    assert spec["input"] == [1, 28, 28]
    assert spec["training"]["fit"] == "resize"
    loss = {"BCEWithLogitsLoss": {"pos_weight": "balanced"}}
    assert spec["training"]["loss"] == loss
    found = load(spec, tmp_path)
    assert [len(part) > 0 for part in found[:3]] == [True, True, True]


@pytest.mark.parametrize(
    ("make", "wanted"),
    [
        (lambda folder: None, "is no folder"),
        (lambda folder: (folder / "photos").mkdir(), "has 0 images"),
        (lambda folder: photos(folder / "photos", 4, 0, ["a"]), "has a alone"),
        (
            lambda folder: [
                (folder / "photos" / name).mkdir(parents=True) for name in "ab"
            ],
            "has no images of a and b",
        ),
    ],
)
def test_folders_without_a_draft(make: Any, wanted: str, tmp_path: Path) -> None:
    make(tmp_path)
    with pytest.raises(SpecError) as caught:
        images.draft(str(tmp_path / "photos"))
    assert wanted in str(caught.value)
