"""Images of one's own: a folder with a folder of images for each class."""

import math
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from data_checks import believed
from data_common import LOCAL_RANKS, DataError, Scale, Splits, named
from data_goal import NO_GOAL, Goal
from data_parts import (
    Places,
    beside_parts,
    left_out,
    named_file,
    parting_of_places,
    parts_below,
    reasons,
    split,
)
from data_pixels import Images, fitted, of_pixels, read_images
from data_scale import normalized
from data_twins import copied, of_two_classes
from errors import say
from image_checks import survey
from image_files import IMAGES
from image_fit import Fit
from image_folders import classes_in, images_of_classes
from preprocessing import Preprocessing

FILES = IMAGES


def load(
    folder: Path,
    device: torch.device,
    *,
    path: str,
    shape: tuple[int, int, int],
    fit: Fit = "resize",
    goal: Goal = NO_GOAL,
    test: float = 0.2,
    subset: int = 0,
    validation: float = 0.0,
    seed: int = 0,
    normalize: Scale = None,
) -> Splits:
    """Read all images; they stay uint8 until they are in a batch.

    Args:
        folder: What `path` begins in.
        device: Where the data goes, if there is room.
        path: The folder of the classes, or of such a `train`, `val` and `test`.
        shape: What images of any size become, (C, H, W).
        fit: How they become that.
        goal: What the loss compares with: classes, or one number that is 0 or 1.
        test: The share of the images that is kept for the test, if none is there.
        subset: How many examples are used for training; 0 for all.
        validation: The share of these that is held out; 0 for nothing.
        seed: Says which.
        normalize: Mean and deviation in 0 to 1 that images are brought from, of all
            channels or of each, or "auto" for those of what is trained on; None
            leaves them in 0 to 1.

    Raises:
        DataError: There are no classes, or a file is no image.
    """
    root = folder / path
    folders = parts_below(root)
    most = goal.classes if goal.numbers is None else 2
    classes = classes_in(folders["train"], most)
    found = {part: images_of_classes(place, classes) for part, place in folders.items()}
    files = [
        (path, label)
        for part in found.values()
        for label, each in enumerate(part)
        for path in each.images
    ]
    counts = {
        part: sum(len(each.images) for each in of_part)
        for part, of_part in found.items()
    }
    places, notes = split(counts, test, subset, validation, seed)
    paths = [path for path, _ in files]
    doubts = copied("images", paths, places, [*folders.values()])
    if goal.compared:
        doubts += of_two_classes("images", paths, [label for _, label in files])
    seen = survey(paths)
    about: dict[str, Any] = {"classes": classes, "shape": [*shape]}
    about |= {"fit": fit} if fit != "resize" else {}
    about |= {"ends": seen.ends} if seen.ends else {}
    about |= parting_of_places(
        lambda each: named_file(root, paths[each]), places, counts, validation
    )
    order = torch.cat(places).tolist()
    features = read_all([paths[place] for place in order], about)
    labels = torch.tensor([files[place][1] for place in order])
    if goal.numbers is not None:
        labels = labels.float().view(-1, *goal.numbers)
    parts = parted_images(places, features, labels, device)
    about |= normalized(parts, normalize)
    of_classes = [place / name for place in folders.values() for name in classes]
    others = [each.others for of_part in found.values() for each in of_part]
    others += beside_parts(root, folders, of_classes)
    notes = [
        *left_out(root, reasons("images of a class", others)),
        *notes,
        *seen.notes,
    ]
    data = Splits(*parts, about, (*notes,), (*doubts, *seen.warnings))
    return believed(data, goal, lenient=subset > 0)


def known(
    folder: Path,
    *,
    path: str,
    shape: tuple[int, int, int],
    fit: Fit = "resize",
    goal: Goal = NO_GOAL,
    normalize: Scale = None,
) -> dict[str, Any]:
    """Tell what `load` would of images whose scale is given, without reading any.

    Classes have the names of their folders; numbers, if these are not there.

    Args:
        folder: What `path` begins in.
        path: The folder of the classes, or of such a `train`, `val` and `test`.
        shape: What images of any size become, (C, H, W).
        fit: How they become that.
        goal: What the loss compares with: classes, or one number that is 0 or 1.
        normalize: Mean and deviation in 0 to 1 that images are brought from.
    """
    root, most = folder / path, goal.classes if goal.numbers is None else 2
    there = root.is_dir()
    classes = classes_in(parts_below(root)["train"], most) if there else []
    about: dict[str, Any] = {"classes": classes or [*map(str, range(most))]}
    about |= {"shape": [*shape]} | ({"fit": fit} if fit != "resize" else {})
    none = Images(torch.zeros(0, *shape, dtype=torch.uint8), torch.zeros(0))
    return about | normalized([none], normalize)


def parted_images(
    places: Places, features: Tensor, targets: Tensor, device: torch.device
) -> tuple[Images, Images, Images]:
    """Part what was read, in the order of the places, onto a device if there is room.

    Args:
        places: Of the images of each part.
        features: The images, uint8 (N, C, H, W).
        targets: Of each, (N, …).
        device: Where they go.
    """
    if fits(features, device):
        features = features.to(device)
    targets, sizes = targets.to(device), [*map(len, places)]
    each = (torch.split(values, sizes) for values in (features, targets))
    train, held, tested = (Images(*pair) for pair in zip(*each, strict=True))
    return train, held, tested


def read_all(paths: Sequence[Path], about: Mapping[str, Any]) -> Tensor:
    """Read images, uint8 (N, C, H, W).

    Raises:
        DataError: Some are no images that can be read.
    """
    shape = about["shape"]
    fit, ends = about.get("fit", "resize"), about.get("ends")
    features = room((len(paths), *shape))
    wrong: dict[Path, str] = {}

    def put(place: int) -> None:
        try:
            features[place] = fitted(paths[place], shape, fit, ends)
        except DataError as error:
            wrong[paths[place]] = str(error)

    with ThreadPoolExecutor() as pool:
        for _ in pool.map(put, range(len(paths))):
            pass
    if wrong:
        first, *others = sorted(wrong)
        more = f"; likewise {named(others)}" if others else ""
        raise DataError(f"{wrong[first]}{more}")
    return features


def room(shape: tuple[int, ...]) -> Tensor:
    """Return an empty tensor, in a file if it takes more than half of the memory.

    Each rank has one of its own.
    """
    size = math.prod(shape)
    every = size * LOCAL_RANKS
    if 2 * every < memory():
        return torch.empty(shape, dtype=torch.uint8)
    said = f"{every / 2**30:.1f} GiB of images"
    if LOCAL_RANKS > 1:
        said += f", {size / 2**30:.1f} for each of {LOCAL_RANKS} ranks,"
    if shutil.disk_usage(".").free < every:
        raise DataError(f"{said} do not fit onto this disk")
    file = tempfile.NamedTemporaryFile(prefix="images_", dir=".")  # noqa: SIM115
    file.truncate(size)
    say(f"{said} do not fit into memory: they stay on disk")
    flat = torch.from_file(file.name, shared=True, size=size, dtype=torch.uint8)
    return flat.reshape(shape)


def memory() -> int:
    """Return how many bytes of memory there are; if nobody knows, enough."""
    if not hasattr(os, "sysconf"):
        return 2**63
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def fits(features: Tensor, device: torch.device) -> bool:
    """Tell whether data takes less than half of what a device has left."""
    if device.type == "cpu":
        return True
    return 2 * features.nbytes < torch.accelerator.get_memory_info(device)[0]


def preprocessing(about: dict[str, Any]) -> Preprocessing:
    """Return what brings pixels from 0 to 255 to the scale of the model.

    Args:
        about: What `load` has told.
    """
    return of_pixels(about)


def read_files(paths: Iterable[Path], about: dict[str, Any]) -> Tensor:
    """Read images of any size as the model takes them, float32 (N, C, H, W).

    Args:
        paths: The files.
        about: What `load` has told.

    Raises:
        DataError: One is no image.
    """
    return read_images(paths, about["shape"], about)
