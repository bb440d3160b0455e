"""CIFAR-10 and CIFAR-100: small photos of things and animals."""

import gzip
import math
import tarfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor

from data_checks import believed
from data_common import DataError, Scale, Splits, parted
from data_download import fetch
from data_goal import Goal
from data_pixels import Images, fitted, of_pixels
from data_scale import normalized
from file_errors import readable
from image_files import IMAGES
from image_fit import Fit, refit
from parting_marks import mark_of_data, parting
from preprocessing import Preprocessing

FILES = IMAGES
SHAPE = (3, 32, 32)
MIRRORS = ["https://www.cs.toronto.edu/~kriz/"]


class Origin(NamedTuple):
    """Where a data set comes from, and what is in it.

    Attributes:
        archive: The file.
        checksum: Its MD5.
        train: The files in it that are trained on.
        test: Those of the test.
        labels: Bytes of labels before each image; the last one counts.
        classes: Their names.
    """

    archive: str
    checksum: str
    train: list[str]
    test: list[str]
    labels: int
    classes: list[str]


THINGS = "airplane automobile bird cat deer dog frog horse ship truck"
FINE = """
apple, aquarium fish, baby, bear, beaver, bed, bee, beetle, bicycle, bottle, bowl, boy,
bridge, bus, butterfly, camel, can, castle, caterpillar, cattle, chair, chimpanzee,
clock, cloud, cockroach, couch, crab, crocodile, cup, dinosaur, dolphin, elephant,
flatfish, forest, fox, girl, hamster, house, kangaroo, keyboard, lamp, lawn mower,
leopard, lion, lizard, lobster, man, maple tree, motorcycle, mountain, mouse, mushroom,
oak tree, orange, orchid, otter, palm tree, pear, pickup truck, pine tree, plain, plate,
poppy, porcupine, possum, rabbit, raccoon, ray, road, rocket, rose, sea, seal, shark,
shrew, skunk, skyscraper, snail, snake, spider, squirrel, streetcar, sunflower,
sweet pepper, table, tank, telephone, television, tiger, tractor, train, trout, tulip,
turtle, wardrobe, whale, willow tree, wolf, woman, worm
"""
ORIGINS = {
    "CIFAR-10": Origin(
        archive="cifar-10-binary.tar.gz",
        checksum="c32a1d4ab5d03f1284b67883e8d87530",
        train=[f"data_batch_{number}.bin" for number in range(1, 6)],
        test=["test_batch.bin"],
        labels=1,
        classes=THINGS.split(),
    ),
    "CIFAR-100": Origin(
        archive="cifar-100-binary.tar.gz",
        checksum="03b5dce01913d631647c71ecec9e9cb8",
        train=["train.bin"],
        test=["test.bin"],
        labels=2,
        classes=[name.strip() for name in FINE.split(",")],
    ),
}
"""The data sets by their names."""


def load(
    folder: Path,
    device: torch.device,
    *,
    name: str = "CIFAR-10",
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
        folder: Has the archive in it; where it is missing it is downloaded.
        device: Where the data goes.
        name: Of the data set: CIFAR-10 or CIFAR-100.
        compared: Whether the loss looks at the classes.
        into: The shape of what images become; None leaves them as they are.
        fit: How they become that.
        subset: How many examples are used for training; 0 for all.
        validation: The share of these that is held out; 0 for nothing.
        seed: Says which.
        normalize: Mean and deviation in 0 to 1 that images are brought from, of all
            channels or of each, or "auto" for those of what is trained on; None
            leaves them in 0 to 1.

    Raises:
        DataError: It is not there, or damaged.
    """
    origin = ORIGINS[name]
    path = folder / origin.archive
    fetch(path, MIRRORS, origin.checksum)
    files = unpacked(path, [*origin.train, *origin.test])
    about: dict[str, Any] = {"classes": origin.classes}
    if into is not None:
        about |= {"shape": [*into], "fit": fit}
    learned, test = (
        read_part(path, [files.pop(each) for each in names], origin, about, device)
        for names in (origin.train, origin.test)
    )
    train, held = parted(learned, subset, validation, seed)
    about |= parting(len(learned), validation=mark_of_data(held))
    about |= normalized((train, held, test), normalize)
    goal = Goal(len(origin.classes) if compared else 0)
    return believed(Splits(train, held, test, about), goal, lenient=True)


def unpacked(path: Path, names: list[str]) -> dict[str, bytes]:
    """Read files of an archive, and all of it: its checksum stands at the end."""
    found: dict[str, bytes] = {}
    with readable(path, "cannot be read"), gzip.open(path) as file:
        with tarfile.open(fileobj=file, mode="r|") as archive:
            for member in archive:
                name = Path(member.name).name
                opened = archive.extractfile(member) if name in names else None
                if opened and member.size < 2**30:
                    found[name] = opened.read()
        while file.read(2**20):
            pass
    for name in names:
        if not found.get(name):
            raise DataError(f"{path} is damaged: it has no {name}")
    return found


def read_part(
    path: Path,
    files: list[bytes],
    origin: Origin,
    about: dict[str, Any],
    device: torch.device,
) -> Images:
    """Read the labels and the images of some files."""
    content = bytearray(b"".join(files))
    size = origin.labels + math.prod(SHAPE)
    if len(content) % size:
        raise DataError(f"{path} is damaged: its images have another size")
    rows = torch.frombuffer(content, dtype=torch.uint8).view(-1, size)
    labels = rows[:, origin.labels - 1].to(device, torch.int64)
    if int(labels.max()) >= len(origin.classes):
        raise DataError(f"{path} is damaged: {int(labels.max())} is no label")
    images = rows[:, origin.labels :].reshape(-1, *SHAPE)
    if "fit" in about:
        images = refit(images, about["shape"], about["fit"])
    return Images(images.to(device), labels)


def preprocessing(about: dict[str, Any]) -> Preprocessing:
    """Return what brings pixels from 0 to 255 to the scale of the model.

    Args:
        about: What `load` has told.
    """
    return of_pixels(about)


def read_files(paths: Iterable[Path], about: dict[str, Any]) -> Tensor:
    """Read images of any size as those of the data, float32 (N, C, H, W).

    Args:
        paths: The files.
        about: What `load` has told.

    Raises:
        DataError: One is no image.
    """
    images = torch.stack([fitted(path, SHAPE) for path in paths])
    if "fit" in about:
        images = refit(images, about["shape"], about["fit"])
    features: Tensor = of_pixels(about)(images)
    return features
