"""The draft of a spec for a folder of images, listed as the scripts list it."""

from __future__ import annotations

from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.diagnostics.diagnostic import MissingPackageError
from mlpgen.drafts.shared import shared_module
from mlpgen.drafts.text import class_name, refuse, sizes, some, yaml_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LOOKED_AT = 300
"""Images whose size is looked at."""
GREY = ("1", "L", "LA", "I", "I;16", "I;16B", "F")
"""Modes of Pillow without color."""
UNEQUAL = 5
"""From which ratio on classes are weighted."""


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
    try:
        import PIL  # noqa: F401
    except ImportError:
        said = "reading images needs a package: pip install pillow"
        raise MissingPackageError(said) from None
    folder = Path(path)
    if not folder.is_dir():
        raise refuse(f"`{folder.as_posix()}` is no folder")
    try:
        photos = _found(folder)
    except ValueError as error:
        raise refuse(str(error)) from None
    return "".join(f"{line}\n" for line in _lines(folder, photos))


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
    from PIL import Image

    try:
        with Image.open(path) as image:
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
    """Choose how images fit: those of about its proportions are stretched."""
    wanted = shape[1] / shape[0]
    ratios = [width / height / wanted for width, height in photos.sides]
    return "resize" if all(0.9 < each < 1.1 for each in ratios) else "crop"


def _lines(folder: Path, photos: Photos) -> Iterator[str]:
    """Write the spec, line by line."""
    total, count = sum(photos.counts.values()), len(photos.counts)
    height, width = _shape(photos)
    held = 0.0 if photos.parts else 0.2
    fit = sizes(total - round(held * total))
    channels = 1 if photos.grey else 3
    where = "in the folder that `--data-dir` names"
    yield "# A spec of mlpgen, of what it found in a folder: look at it, render it."
    yield f"name: {class_name(folder, 'Photos')}"
    yield f"# {total:,} images of {count} classes: {some(_counted(photos.counts))}"
    yield f"# {_said(photos.sides)}"
    yield "parameters: {channels: 16}"
    yield f"input: [{channels}, {height}, {width}]  # larger shows more, takes longer"
    yield from _layers(photos, min(height, width))
    yield "training:"
    yield f"  data: {{images: {yaml_name(folder.name)}}}  # {where}"
    yield from _split_lines(photos, enough=fit.validation)
    yield f"  fit: {_fit(photos, (height, width))}  # or resize, crop, pad"
    yield "  normalize: auto"
    yield "  augment:"
    yield f"    - crop: {max(min(height, width) // 16, 1)}"
    yield "    # - flip  # if left and right mean the same"
    yield from _loss_lines(photos.counts)
    yield "  optimizer: {AdamW: {lr: 0.002, weight_decay: 0.01}}"
    yield "  scheduler: CosineAnnealingLR"
    yield f"  epochs: {min(fit.epochs, 40)}"
    yield f"  batch_size: {fit.batch_size}"


def _layers(photos: Photos, side: int) -> Iterator[str]:
    """Write a convolutional network, whose stages leave about 4 × 4 places."""
    yield "blocks:"
    yield "  Stage:  # half as high and wide"
    yield "    parameters: {channels: 16}"
    yield "    layers:"
    yield "      - Conv2d:"
    yield '          out_channels: "${channels}"'
    yield "          kernel_size: 3"
    yield "          padding: 1"
    yield "          bias: false"
    yield "      - BatchNorm2d"
    yield "      - ReLU"
    yield "      - MaxPool2d: 2"
    yield "layers:"
    for stage in range(max(side.bit_length() - 3, 1)):
        factor = min(2**stage, 8)
        value = "${channels}" if factor == 1 else f"${{{factor} * channels}}"
        yield f'  - Stage: "{value}"'
    yield "  - Flatten"
    yield "  - Dropout: 0.2"
    yield f"  - Linear: {len(photos.counts)}  # a value for each class"
    yield "    name: logits"


def _counted(counts: dict[str, int]) -> list[str]:
    return [f"{name} ({count:,})" for name, count in counts.items()]


def _said(sides: Sequence[tuple[int, int]]) -> str:
    """Say how large images are."""
    if len({*sides}) == 1:
        width, height = sides[0]
        return f"all of {width} × {height} pixels"
    widths, heights = zip(*sides, strict=True)
    wide, high = (f"{min(each)} to {max(each)}" for each in (widths, heights))
    return f"{wide} pixels wide, {high} high"


def _split_lines(photos: Photos, *, enough: bool) -> Iterator[str]:
    """Write what decides which epoch is the best one."""
    if "validation" in photos.parts:
        yield f"  validation: 0.2  # {photos.parts['validation']} is used for it"
    elif enough:
        yield "  validation: 0.2  # decides which epoch is the best one"


def _loss_lines(counts: dict[str, int]) -> Iterator[str]:
    """Write the loss; classes with few images count more."""
    most, least = max(counts.values()), min(counts.values())
    if most >= UNEQUAL * least:
        yield f"  # of one class there are {most:,} images, of another {least:,}"
        yield "  loss: {CrossEntropyLoss: {weight: balanced}}"
        yield "  metrics: [f1, confusion]"
    else:
        yield "  loss: CrossEntropyLoss"
        yield "  metrics: [confusion]"
