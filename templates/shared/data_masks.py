"""Images and masks: for each image another one, of classes or numbers of its pixels."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor

from data_checks import believed
from data_common import DataError, Scale, Splits, in_pieces, inside, named
from data_folders import beside
from data_goal import Goal
from data_images import FILES, parted_images, preprocessing, read_all, read_files
from data_parts import (
    left_out,
    named_file,
    parting_of_places,
    parts_below,
    reasons,
    split,
)
from data_scale import normalized
from data_targets import checked_targets
from data_twins import copied
from file_errors import readable
from image_checks import survey
from image_files import deep_values, sized_image, upright, without_margins
from image_fit import Fit
from image_folders import check_broken, images_below
from mask_checks import FractionError, check_whole, look_like_classes, margins

__all__ = ["FILES", "load", "preprocessing", "read_files"]

MASK_ENDS = ("_mask", "_masks", "_label", "_labels", "_seg", "_gt", "_m", "_L")
"""What names of masks may end with, beside the name of the image."""
COLORS = 2**32
"""What is added to colors, as numbers: below are those of grey masks."""


def load(
    folder: Path,
    device: torch.device,
    *,
    path: str,
    masks: str,
    shape: tuple[int, int, int],
    fit: Fit = "resize",
    goal: Goal,
    test: float = 0.2,
    subset: int = 0,
    validation: float = 0.0,
    seed: int = 0,
    normalize: Scale = None,
) -> Splits:
    """Read images and their masks; images stay uint8 until they are in a batch.

    Args:
        folder: What the paths begin in.
        device: Where the data goes, if there is room.
        path: The folder of the images, or of such a `train`, `val` and `test`.
        masks: That of the masks; each has the name of its image, in the same place.
        shape: What images of any size become, (C, H, W).
        fit: How they become that, and their masks with them.
        goal: What the loss compares with.
        test: The share of the images that is kept for the test, if none is there.
        subset: How many examples are used for training; 0 for all.
        validation: The share of these that is held out; 0 for nothing.
        seed: Says which.
        normalize: Mean and deviation in 0 to 1 that images are brought from, of all
            channels or of each, or "auto" for those of what is trained on; None
            leaves them in 0 to 1.

    Raises:
        DataError: An image has no mask, or one that does not fit it.
    """
    root, other = folder / path, inside(folder, masks)
    folders = parts_below(root)
    found = {part: images_below(place, other) for part, place in folders.items()}
    check_broken([*found.values()])
    wanted = images_below(other)
    check_broken([wanted])
    images = [image for each in found.values() for image in each.images]
    if not images:
        raise DataError(f"{root} has no images")
    pairs = paired_masks(images, root, wanted.images, other)
    counts = {part: len(each.images) for part, each in found.items()}
    chosen, notes = split(counts, test, subset, validation, seed)
    warnings = copied("images", images, chosen, [*folders.values()])
    seen = survey(images)
    about: dict[str, Any] = {"shape": [*shape]}
    about |= {"fit": fit} if fit != "resize" else {}
    about |= {"ends": seen.ends} if seen.ends else {}
    about |= parting_of_places(
        lambda each: named_file(root, images[each]), chosen, counts, validation
    )
    read = [images[place] for place in torch.cat(chosen).tolist()]
    of_masks = mask_targets([(each, pairs[each]) for each in read], goal, fit)
    notes += of_masks.notes
    warnings += of_masks.warnings
    if goal.classes:
        about["classes"] = of_masks.classes
    targets, known = checked_targets("masks", of_masks.values, goal, notes)
    if known is not None:
        lost = sorted({*read} - {read[place] for place in known.tolist()})
        raise DataError(f"nothing is known in the masks of {named(lost)}")
    parts = parted_images(chosen, read_all(read, about), targets, device)
    for part in parts:
        goal.mark(part)
    about |= normalized(parts, normalize)
    others = [each.others for each in found.values()]
    if root not in folders.values():
        others.append(beside(root, [*folders.values(), other]))
    unused = sorted({*wanted.images} - {*pairs.values()})
    notes = [
        *left_out(root, reasons("images", others)),
        *left_out(other, reasons("masks", [wanted.others])),
        *left_out(other, {"masks without an image": unused}),
        *notes,
    ]
    data = Splits(*parts, about, (*notes, *seen.notes), (*warnings, *seen.warnings))
    return believed(data, goal, lenient=subset > 0)


def paired_masks(
    images: Sequence[Path], root: Path, masks: Sequence[Path], other: Path
) -> dict[Path, Path]:
    """Find the mask of each image: it has its name, and is in the same place.

    Raises:
        DataError: An image has none, or two files have one name.
    """
    by_name: dict[str, Path] = {}
    for mask in masks:
        name = mask.relative_to(other).with_suffix("").as_posix()
        if name in by_name:
            raise DataError(f"{by_name[name]} and {mask} are masks of one name")
        by_name[name] = mask
    found: dict[Path, Path] = {}
    taken: set[Path] = set()
    for image in images:
        name = image.relative_to(root).with_suffix("").as_posix()
        own = [f"{name}{end}" for end in ("", *MASK_ENDS) if f"{name}{end}" in by_name]
        if not own:
            continue
        mask = by_name[own[0]]
        if mask in taken:
            raise DataError(f"{mask} is the mask of two images: {image}")
        taken.add(mask)
        found[image] = mask
    without = [image for image in images if image not in found]
    if without:
        has = "has" if len(without) == 1 else "have"
        said = f"{named(without)} {has} no mask in {other}"
        raise DataError(f"{said}: a mask has the name of its image")
    return found


class MaskTargets(NamedTuple):
    """What is learned from masks.

    Attributes:
        values: The targets, (N, …).
        classes: The names of the classes, if they are such.
        notes: What was found.
        warnings: What may be a mistake.
    """

    values: Tensor
    classes: list[str]
    notes: list[str]
    warnings: list[str]


def mask_targets(
    pairs: Sequence[tuple[Path, Path]], goal: Goal, fit: Fit
) -> MaskTargets:
    """Read the targets from masks.

    Args:
        pairs: Each image with its mask.
        goal: What the loss takes.
        fit: How they become as large as the output.
    """
    shape = goal.places or goal.numbers or ()
    size = shape[-1], shape[-2]
    sides = [mask_size(image, mask) for image, mask in pairs]
    masks = [mask for _, mask in pairs]
    if goal.classes:
        places, every = values_of_masks(masks, size, fit)
        table, notes = mask_classes(sorted(every), goal, masks)
        replace(places, table, goal.ignored)
        return MaskTargets(places, [*map(mask_name, table)], notes, [])
    padded = fit == "pad" and any(without_margins(each, size) != size for each in sides)
    doubts: list[str] = []
    if len(shape) == 2 or shape[0] == 1:
        found, values = ones_of_masks(masks, size, fit)
        if found is not None:
            low, high = map(mask_name, values)
            said = f"masks hold {low} and {high}, read as 0 and 1"
            found = found.view(-1, *shape)
            return MaskTargets(found, [], [said], margins(low) if padded else [])
        doubts = look_like_classes(values)
    doubts += margins("black") if padded else []
    seen = survey(masks)
    channels = shape[0] if len(shape) == 3 else 1
    about: dict[str, Any] = {"shape": (channels, *size[::-1]), "fit": fit}
    about |= {"ends": seen.ends} if seen.ends else {}
    shades = read_all(masks, about).float().div_(255).view(-1, *shape)
    return MaskTargets(shades, [], seen.notes, doubts)


def ones_of_masks(
    masks: Sequence[Path], size: tuple[int, int], fit: Fit
) -> tuple[Tensor | None, list[int]]:
    """Read masks of two values as 0 and 1, float32 (N, H, W); None if they have others.

    Returns:
        These, and the values that masks have; none if some are not whole.
    """
    try:
        places, every = values_of_masks(masks, size, fit)
    except FractionError:
        return None, []
    values = sorted(every)
    if len(values) != 2:
        return None, values
    replace(places, {values[0]: 0, values[1]: 1}, 0)
    return places.float(), values


def values_of_masks(
    masks: Sequence[Path], size: tuple[int, int], fit: Fit
) -> tuple[Tensor, set[int]]:
    """Read the values of masks, int64 (N, H, W), in a size, and all that they have.

    Raises:
        FractionError: One holds numbers that are not whole.
        DataError: One is no mask.
    """
    found = torch.empty(len(masks), *size[::-1], dtype=torch.int64)
    every: set[int] = set()
    for place, mask in enumerate(masks):
        found[place], values = mask_values(mask, size, fit)
        every |= values
    return found, every


def mask_size(image: Path, mask: Path) -> tuple[int, int]:
    """Return the width and the height of a mask, which are those of its image.

    Raises:
        DataError: They are others.
    """
    with readable(image, "is no image"):
        width, height = upright(image).size
    with readable(mask, "is no image"):
        size: tuple[int, int] = upright(mask).size
    if size != (width, height):
        said = f"{mask} is {size[0]} × {size[1]} pixels"
        raise DataError(f"{said}, and {image} is {width} × {height}")
    return size


def mask_values(mask: Path, size: tuple[int, int], fit: Fit) -> tuple[Tensor, set[int]]:
    """Read the values of a mask, int64 (H, W), in a size, and all that it has.

    Grey values and places in a palette are what they are, colors numbers above them;
    below 0 is what `pad` adds.

    Raises:
        FractionError: It holds numbers that are not whole.
        DataError: It is no mask.
    """
    from PIL import Image

    with readable(mask, "is no mask"):
        picture = upright(mask)
        if picture.mode not in ("L", "P", "I"):
            deep = picture.mode.startswith("I") or picture.mode == "F"
            grey = picture.mode in ("1", "LA")
            picture = picture.convert("L" if grey else "F" if deep else "RGB")
        if picture.mode == "F":
            check_whole(mask, deep_values(picture))
        whole = mask_numbers(picture)
        fitted = mask_numbers(sized_image(picture, size, fit, exact=True))
        ground = Image.new("L", picture.size, 1)
        within = mask_numbers(sized_image(ground, size, fit, exact=True))
    return torch.where(within == 1, fitted, -1), {*torch.unique(whole).tolist()}


def mask_numbers(picture: Any) -> Tensor:
    """Return what stands in the pixels of a mask as whole numbers, int64 (H, W)."""
    shape = (picture.height, picture.width)
    if picture.mode in ("I", "F"):
        return deep_values(picture).long().view(shape)
    content = torch.frombuffer(bytearray(picture.tobytes()), dtype=torch.uint8).long()
    if picture.mode != "RGB":
        return content.view(shape)
    red, green, blue = content.view(*shape, 3).unbind(2)
    color = COLORS + 65536 * red + 256 * green + blue
    return torch.where((red == green) & (green == blue), red, color)


def mask_classes(
    values: Sequence[int], goal: Goal, masks: Sequence[Path]
) -> tuple[dict[int, int], list[str]]:
    """Decide which class each value of the masks is, and say it.

    Raises:
        DataError: There are more than the model tells apart.
    """
    known = [value for value in values if value != goal.ignored]
    if known and 0 <= known[0] <= known[-1] < goal.classes:
        return {value: value for value in range(goal.classes)}, []
    shown = named(map(mask_name, known))
    if len(known) > goal.classes:
        said = f"masks hold {len(known):,} values ({shown}), and the model tells "
        said += f"{goal.classes} apart"
        if any(mask.suffix.lower() in (".jpg", ".jpeg") for mask in masks):
            said += ": JPEG changes values, save masks as PNG"
        elif len(known) == goal.classes + 1 and known[-1] == 255:
            said += ": if 255 means unknown, the loss takes `ignore_index: 255`"
        raise DataError(said)
    read = f"masks hold {shown}, read as classes from 0 to {len(known) - 1}"
    return {value: place for place, value in enumerate(known)}, [read]


def replace(values: Tensor, table: Mapping[int, int], other: int) -> None:
    """Replace values, (N, …), by those of a table; what is not in it becomes another.

    It is done in their place, since masks take as much memory as all else.
    """
    for some in in_pieces(values):
        found = torch.full_like(some, other)
        for value, place in table.items():
            found[some == value] = place
        some.copy_(found)


def mask_name(value: int) -> str:
    """Write a value of a mask as people do: 7, or #ff0000."""
    return f"#{value - COLORS:06x}" if value >= COLORS else str(value)
