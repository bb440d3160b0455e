"""Images of one's own: a folder with a folder of images for each class."""

import math
import os
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from data_checks import believed
from data_common import DataError, Scale, Splits, chosen, held_out
from data_files import IMAGES
from data_pixels import Images, fitted, of_pixels, read_images
from data_scale import normalized
from preprocessing import Preprocessing

FILES = IMAGES


def load(
    folder: Path,
    device: torch.device,
    *,
    path: str,
    shape: tuple[int, int, int],
    outputs: int = 0,
    result: tuple[int, ...] | None = None,
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
        path: The folder of the classes, or of such a `train` and `test`.
        shape: What an image of any size is fitted into, (C, H, W).
        outputs: How many classes the model tells apart; 0 if it looks at none.
        result: The shape of what it gives, if one number tells two classes apart.
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
    apart = (root / "train").is_dir() and (root / "test").is_dir()
    first = root / "train" if apart else root
    classes = class_names(first, outputs if result is None else 2)
    files = listed(first, classes)
    to_train = torch.arange(len(files))
    if apart:
        files += listed(root / "test", classes)
        to_test = torch.arange(len(to_train), len(files))
    else:
        to_train, to_test = held_out(to_train, test, seed)
    to_train, to_validate = chosen(to_train, subset, validation, seed)
    parts = read_parts(files, [to_train, to_validate, to_test], shape, device)
    for part in parts if result is not None else ():
        part.targets = part.targets.float().view(-1, *(result or ()))
    about = {"classes": classes, "shape": [*shape], **normalized(parts, normalize)}
    compared = outputs > 0 or result is not None
    return believed(
        Splits(*parts, about), compared=compared, lenient=subset > 0, outputs=outputs
    )


def class_names(folder: Path, outputs: int) -> list[str]:
    """Name the folders with the images of a class."""
    if not folder.is_dir():
        raise DataError(f"{folder} is no folder: name the one above with --data-dir")
    classes = sorted(path.name for path in folder.iterdir() if path.is_dir())
    if outputs and len(classes) < 2:
        raise DataError(f"{folder} needs a folder with images for each class")
    if outputs and len(classes) > outputs:
        raise DataError(
            f"{folder} has {len(classes)} folders of classes, and the model tells "
            f"{outputs} apart"
        )
    return classes


def listed(folder: Path, classes: list[str]) -> list[tuple[Path, int]]:
    """List the images of all classes, and which class each is of."""
    strange = {path.name for path in folder.iterdir() if path.is_dir()} - {*classes}
    if strange:
        raise DataError(f"{folder}: nothing is trained on for {min(strange)!r}")
    files: list[tuple[Path, int]] = []
    for label, name in enumerate(classes):
        paths = sorted((folder / name).glob("[!.]*"))
        found = [(path, label) for path in paths if path.is_file()]
        if not found:
            raise DataError(f"{folder / name} has no images")
        files += found
    if not files:
        raise DataError(f"{folder} has no folders with images: one for each class")
    return files


def read_parts(
    files: list[tuple[Path, int]],
    parts: list[Tensor],
    shape: Sequence[int],
    device: torch.device,
) -> tuple[Images, Images, Images]:
    """Read the images of three parts, one part after the other."""
    chosen = [files[place] for place in torch.cat(parts).tolist()]
    features = room((len(chosen), *shape))

    def put(place: int) -> None:
        features[place] = fitted(chosen[place][0], shape)

    with ThreadPoolExecutor() as pool:
        for _ in pool.map(put, range(len(chosen))):
            pass
    targets = torch.tensor([label for _, label in chosen], device=device)
    if fits(features, device):
        features = features.to(device)
    sizes = [len(places) for places in parts]
    pairs = zip(torch.split(features, sizes), torch.split(targets, sizes), strict=True)
    train, validation, test = (Images(*pair) for pair in pairs)
    return train, validation, test


def room(shape: tuple[int, ...]) -> Tensor:
    """Return an empty tensor, in a file if it takes more than half of the memory."""
    size = math.prod(shape)
    if 2 * size < memory():
        return torch.empty(shape, dtype=torch.uint8)
    if shutil.disk_usage(".").free < size:
        raise DataError(f"{size / 2**30:.1f} GiB of images do not fit onto this disk")
    file = tempfile.NamedTemporaryFile(prefix="images_", dir=".")  # noqa: SIM115
    file.truncate(size)
    print(f"{size / 2**30:.1f} GiB of images do not fit into memory: they stay on disk")
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
