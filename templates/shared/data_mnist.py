"""MNIST and the data sets that have its format: what is written or worn, in grey."""

import gzip
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor

from data_checks import believed
from data_common import (
    DataError,
    Numbers,
    Scale,
    Splits,
    parted,
)
from data_download import fetch
from data_goal import Goal
from data_pixels import Images, of_pixels
from data_scale import of_bytes, of_channels
from file_errors import readable
from image_files import IMAGES, opened, pixels
from image_fit import Fit, refit
from parting_marks import mark_of_data, parting
from preprocessing import Preprocessing

FILES = IMAGES
SIZE = (28, 28)
WORN = "T-shirt/Trouser/Pullover/Dress/Coat/Sandal/Shirt/Sneaker/Bag/Ankle boot"


class Origin(NamedTuple):
    """Where a data set comes from, and what is in it.

    Attributes:
        classes: Their names.
        margin: Pixels that are empty around what is drawn.
        mirrors: Where its archives can be downloaded.
        checksums: The MD5 of each of them.
    """

    classes: list[str]
    margin: int
    mirrors: list[str]
    checksums: dict[str, str]


ORIGINS = {
    "MNIST": Origin(
        classes=[*"0123456789"],
        margin=4,
        mirrors=[
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
        ],
        checksums={
            "train-images-idx3-ubyte": "f68b3c2dcbeaaa9fbdd348bbdeb94873",
            "train-labels-idx1-ubyte": "d53e105ee54ea40749a09fcbcd1e9432",
            "t10k-images-idx3-ubyte": "9fb629c4189551a2d022fa330f9573f3",
            "t10k-labels-idx1-ubyte": "ec29112dd5afa0611ce80d1b7f02629c",
        },
    ),
    "FashionMNIST": Origin(
        classes=WORN.split("/"),
        margin=0,
        mirrors=["http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"],
        checksums={
            "train-images-idx3-ubyte": "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
            "train-labels-idx1-ubyte": "25c81989df183df01b3e8a0aad5dffbe",
            "t10k-images-idx3-ubyte": "bef4ecab320f06d8554ea6380940ec79",
            "t10k-labels-idx1-ubyte": "bb300cfdad3c16e7a12a480ee83cd310",
        },
    ),
    "KMNIST": Origin(
        classes=["o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"],
        margin=0,
        mirrors=["http://codh.rois.ac.jp/kmnist/dataset/kmnist/"],
        checksums={
            "train-images-idx3-ubyte": "bdb82020997e1d708af4cf47b453dcf7",
            "train-labels-idx1-ubyte": "e144d726b3acfaa3e44228e80efcd344",
            "t10k-images-idx3-ubyte": "5c965bf0a639b31b8f53240b1b52f4d7",
            "t10k-labels-idx1-ubyte": "7320c461ea6c1c855c0b718fb2a4b134",
        },
    ),
}
"""The data sets by the name of their folder, which is that of torchvision."""


class Drawn(Images):
    """Images whose scale is told in 0 to 1."""

    def rescale(self, was: dict[str, Any], now: dict[str, Any]) -> None:
        """Bring the images of each batch to another scale."""
        super().rescale(in_bytes(was), in_bytes(now))


def load(
    folder: Path,
    device: torch.device,
    *,
    name: str = "MNIST",
    compared: bool = True,
    into: tuple[int, int, int] | None = None,
    fit: Fit = "resize",
    subset: int = 0,
    validation: float = 0.0,
    seed: int = 0,
    normalize: Scale = None,
) -> Splits:
    """Read a data set; images stay uint8 until they are in a batch.

    Args:
        folder: Has `<name>/raw` in it; what is missing there is downloaded.
        device: Where the data goes.
        name: Of the data set: MNIST, FashionMNIST or KMNIST.
        compared: Whether the loss looks at the classes.
        into: The shape of what images become; None leaves them as they are.
        fit: How they become that.
        subset: How many examples are used for training; 0 for all.
        validation: The share of these that is held out; 0 for nothing.
        seed: Says which.
        normalize: Mean and deviation in 0 to 1 that images are brought from, or
            "auto" for those of what is trained on; None leaves them in 0 to 1.

    Raises:
        DataError: It is not there, or damaged.
    """
    origin = ORIGINS[name]
    raw = folder / name / "raw"
    about: dict[str, Any] = {"classes": origin.classes, "margin": origin.margin}
    if into is not None:
        about |= {"shape": [*into], "fit": fit}
    learned = read_part(raw, "train", origin, about, device)
    test = read_part(raw, "t10k", origin, about, device)
    train, held = parted(learned, subset, validation, seed)
    about |= parting(len(learned), validation=mark_of_data(held))
    about |= measured(train.features, normalize)
    if normalize is not None:
        for part in (train, held, test):
            part.rescale({}, about)
    goal = Goal(len(origin.classes) if compared else 0)
    return believed(Splits(train, held, test, about), goal, lenient=True)


def measured(images: Tensor, normalize: Scale) -> dict[str, Numbers | None]:
    """Return the mean and the deviation in 0 to 1 that images are brought from."""
    if normalize is None:
        return {"mean": None, "std": None}
    if normalize == "auto":
        grey = (each.mean().item() / 255 for each in of_bytes(images))
        return dict(zip(("mean", "std"), grey, strict=True))
    mean, std = (
        each[0] if isinstance(each, list) and len(each) == 1 else each
        for each in normalize
    )
    return {"mean": mean, "std": std}


def in_bytes(about: dict[str, Any]) -> dict[str, Any]:
    """Tell a scale in 0 to 255, a number a channel."""
    if about.get("mean") is None:
        return {"mean": None, "std": None}
    scale = {name: of_channels(about[name], 3) for name in ("mean", "std")}
    return {name: (255 * each).flatten().tolist() for name, each in scale.items()}


def read_part(
    raw: Path, part: str, origin: Origin, about: dict[str, Any], device: torch.device
) -> Drawn:
    """Read one part of a data set, "train" or "t10k"."""
    images = read_idx(raw, f"{part}-images-idx3-ubyte", 3, origin)
    labels = read_idx(raw, f"{part}-labels-idx1-ubyte", 1, origin)
    if images.shape[1:] != SIZE or len(images) != len(labels):
        raise DataError(
            f"{part}: {len(labels)} labels do not fit images of shape {[*images.shape]}"
        )
    known = len(origin.classes)
    if int(labels.max()) >= known:
        raise DataError(f"{part}: {int(labels.max())} is no label of {known}")
    features = shaped(images.unsqueeze(1), about).to(device)
    return Drawn(features, labels.to(device, torch.int64))


def shaped(images: Tensor, about: dict[str, Any]) -> Tensor:
    """Bring images, uint8 (N, 1, 28, 28), to the shape that the model takes."""
    if "fit" not in about:
        return images
    return refit(images, about["shape"], about["fit"])


def read_idx(raw: Path, name: str, dimensions: int, origin: Origin) -> Tensor:
    """Read a file in IDX format, packed or not; download it if it is not there."""
    path = raw / name
    if not path.is_file():
        path = path.with_name(f"{name}.gz")
        fetch(path, origin.mirrors, origin.checksums[name])
    unpacked = gzip.open if path.suffix == ".gz" else open
    begin = 4 * (dimensions + 1)
    with readable(path, "cannot be read"), unpacked(path, "rb") as file:
        head = file.read(begin)
        sizes = [int.from_bytes(head[i : i + 4]) for i in range(4, begin, 4)]
        content = bytearray(file.read(min(math.prod(sizes), 2**30) + 1))
    right = head[:4] == bytes([0, 0, 8, dimensions])
    if not right or not content or len(content) != math.prod(sizes):
        raise DataError(f"{path} is damaged: it is no IDX file of its size")
    return torch.frombuffer(content, dtype=torch.uint8).reshape(sizes)


def preprocessing(about: dict[str, Any]) -> Preprocessing:
    """Return what brings pixels from 0 to 255 to the scale of the model.

    Args:
        about: What `load` has told.
    """
    if isinstance(about["mean"], float):
        return Preprocessing(torch.uint8, 255 * about["mean"], 255 * about["std"])
    return of_pixels(in_bytes(about))


def read_files(paths: Iterable[Path], about: dict[str, Any]) -> Tensor:
    """Read images of any size as those that `load` has told about, (N, C, H, W)."""
    images = torch.stack([placed(path, about["margin"]) for path in paths])
    features: Tensor = preprocessing(about)(shaped(images, about))
    return features


def placed(path: Path, margin: int) -> Tensor:
    """Fit an image in, bright on a dark ground, grey, uint8 (1, 28, 28)."""
    with readable(path, "is no image"):
        image = opened(path, "L")
        if image.size == SIZE[::-1]:
            return pixels(image)
        return centered(drawn(image), margin)


def drawn(image: Any) -> Any:
    """Cut what is drawn out of a grey image, and make its ground dark."""
    from PIL import ImageOps

    columns, rows = (0, image.width - 1), (0, image.height - 1)
    corners = [image.getpixel((x, y)) for x in columns for y in rows]
    if sum(corners) > 2 * 255:
        image = ImageOps.invert(image)
    return image.crop(image.point(lambda value: 255 * (value > 64)).getbbox())


def centered(image: Any, margin: int) -> Tensor:
    """Fit an image between margins, its mass in the middle, uint8 (1, 28, 28)."""
    from PIL import ImageOps

    height, width = SIZE
    box = ImageOps.pad(image, (width - 2 * margin, height - 2 * margin))
    found = pixels(ImageOps.expand(box, margin))
    mass = found[0] / found.sum().clamp(min=255)
    down = (height - 1) / 2 - (mass.sum(dim=1) * torch.arange(height)).sum()
    right = (width - 1) / 2 - (mass.sum(dim=0) * torch.arange(width)).sum()
    shift = torch.stack([down, right]).round().clamp(-margin, margin).int().tolist()
    return found.roll(shift, dims=(1, 2))
