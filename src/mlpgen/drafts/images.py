"""The draft of a spec for a folder of images, listed as the scripts list it."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.diagnostics.diagnostic import MissingPackageError
from mlpgen.drafts.shared import shared_module
from mlpgen.drafts.targets import number, of_classes
from mlpgen.drafts.text import (
    beginning,
    named,
    reading,
    refuse,
    sizes,
    some,
    yaml_name,
)
from mlpgen.rendering import fill_text
from mlpgen.styles.code import Code
from mlpgen.template_files import text_of

if TYPE_CHECKING:
    from collections.abc import Sequence

LOOKED_AT = 300
"""Images whose size is looked at."""
GREY = ("1", "L", "LA", "I", "I;16", "I;16B", "F")
"""Modes of Pillow without color."""
WAYS = {
    "resize": "resize stretches them",
    "crop": "crop cuts off what is wider or higher",
    "pad": "pad keeps all, between black margins",
}
"""How images of other proportions fit."""


class Photos(NamedTuple):
    """What is in a folder of images.

    Attributes:
        counts: How many images there are to train on, by class.
        parts: The names of folders of other parts, by part.
        sides: The width and height of some of them.
        grey: Whether these have no color.
    """

    counts: dict[str, int]
    parts: dict[str, str]
    sides: list[tuple[int, int]]
    grey: bool


def draft(path: str) -> str:
    """Write a spec that trains on a folder of images.

    Args:
        path: The folder.

    Raises:
        SpecError: It has no images of classes.
        MissingPackageError: Pillow is not installed.
    """
    if find_spec("PIL") is None:
        said = "reading images needs a package: pip install pillow"
        raise MissingPackageError(said)
    folder = Path(path)
    if not folder.is_dir():
        raise refuse(f"`{folder.as_posix()}` is no folder")
    with reading(folder):
        photos = _found(folder)
    return _written(named(path), photos)


def _found(folder: Path) -> Photos:
    """Look into a folder.

    Raises:
        ValueError: A folder cannot be read.
    """
    folders, walk = map(shared_module, ("data_folders", "image_walk"))
    parts = folders.parts_of(folder)
    train = parts.pop("train")
    classes = {each.name: walk.found_in(each).images for each in folders.visible(train)}
    if len(classes) < 2:
        loose = walk.found_in(train).images
        has = f"has {some(classes)} alone" if classes else f"has {len(loose)} images"
        help = "make a folder for each class, with its images"
        raise refuse(f"`{train.as_posix()}` {has}", help)
    empty = [name for name, images in classes.items() if not images]
    if empty:
        raise refuse(f"`{train.as_posix()}` has no images of {some(empty)}")
    paths = [path for images in classes.values() for path in images]
    looked_at = [_look(path) for path in paths[:: len(paths) // LOOKED_AT + 1]]
    known = [each for each in looked_at if each]
    if not known:
        raise refuse(f"`{train.as_posix()}` has no image that Pillow can read")
    return Photos(
        {name: len(images) for name, images in classes.items()},
        {part: place.name for part, place in parts.items()},
        [size for size, _ in known],
        all(grey for _, grey in known),
    )


def _look(path: Path) -> tuple[tuple[int, int], bool] | None:
    """Return the size of an image, and whether it is grey; None of a damaged one."""
    try:
        with shared_module("image_formats").picture(path) as image:
            return image.size, image.mode in GREY
    except Exception:
        return None


def _shape(photos: Photos) -> tuple[int, int]:
    """Choose a height and a width."""
    first = photos.sides[0]
    if all(each == first for each in photos.sides) and max(first) <= 64 <= 8 * min(
        first
    ):
        return first[1], first[0]
    shorter = median(min(each) for each in photos.sides)
    side = next((size for size in (32, 64) if shorter < 2.5 * size), 96)
    return side, side


def _fit(photos: Photos, shape: tuple[int, int]) -> str:
    """Choose how images fit: stretched, or cut by a fifth at most, else as a whole."""
    wanted = shape[1] / shape[0]
    ratios = [width / height / wanted for width, height in photos.sides]
    if all(0.9 < each < 1.1 for each in ratios):
        return "resize"
    return "crop" if all(0.8 <= each <= 1.25 for each in ratios) else "pad"


def _halvings(side: int) -> int:
    """Return how often a side is halved, so that the last places see a whole thing.

    Things that fill a small picture, such as digits, need four; a large one more.
    """
    return max(min(max((side - 1).bit_length() - 2, 4), side.bit_length() - 1), 1)


def _written(folder: Path, photos: Photos) -> str:
    """Write the spec."""
    counts = photos.counts
    total, most, least = (each(counts.values()) for each in (sum, max, min))
    numbers = all(number(name) is not None for name in counts)
    height, width = _shape(photos)
    side = min(height, width)
    fit = sizes(total if photos.parts else total - round(0.2 * total))
    return fill_text(
        text_of("init/images.yaml.jinja"),
        **beginning(folder, "Photos"),
        total=Code(f"{total:,}"),
        classes=len(counts),
        counts=Code(some(f"{name} ({count:,})" for name, count in counts.items())),
        sizes=Code(_said(photos.sides)),
        channels=1 if photos.grey else 3,
        height=height,
        width=width,
        stages=[min(2**stage, 8) for stage in range(_halvings(side))],
        folder=Code(yaml_name(folder.name)),
        validation_folder=Code(photos.parts.get("validation", "")),
        way=Code(way := _fit(photos, (height, width))),
        other_ways=Code("; ".join(text for name, text in WAYS.items() if name != way)),
        shift=max(side // 16, 1),
        objective=of_classes(counts, numbers=numbers),
        most=Code(f"{most:,}"),
        least=Code(f"{least:,}"),
        fit=fit,
        epochs=min(fit.epochs, 40),
    )


def _said(sides: Sequence[tuple[int, int]]) -> str:
    """Say how large images are."""
    if len({*sides}) == 1:
        width, height = sides[0]
        return f"all of {width} × {height} pixels"
    widths, heights = zip(*sides, strict=True)
    wide, high = (f"{min(each)} to {max(each)}" for each in (widths, heights))
    return f"{wide} pixels wide, {high} high"
