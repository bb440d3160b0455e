"""Images and masks: for each image another one, of classes or numbers of its pixels."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from data_checks import believed
from data_common import DataError, Scale, Splits, inside, named, readable
from data_images import FILES, parted_images, preprocessing, read_all, read_files
from data_parts import parts_below, split
from data_scale import normalized
from data_targets import Goal, checked_targets
from data_twins import copied
from image_checks import survey
from image_files import deep_values, sized_image, upright
from image_fit import Fit
from image_folders import check_broken, images_below, left_out

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
    outputs: int = 0,
    places: tuple[int, ...] = (),
    result: tuple[int, ...] | None = None,
    unit: bool = False,
    ignored: int = -100,
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
        outputs: How many classes the model tells apart, if masks are of classes.
        places: The height and the width of these.
        result: The shape of what the model gives, if masks are of numbers.
        unit: Whether what that is compared with is from 0 to 1.
        ignored: What stands for a class that is not known.
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
    folders = parts_below(root, classes=False)
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
    about |= {"ends": [*seen.ends]} if seen.ends else {}
    read = [images[place] for place in torch.cat(chosen).tolist()]
    goal = Goal(outputs, places, result, unit, ignored=ignored)
    targets, names, said = mask_targets(
        [(each, pairs[each]) for each in read], goal, fit
    )
    notes += said
    if outputs:
        about["classes"] = names
    targets, known = checked_targets("masks", targets, goal, notes)
    if known is not None:
        lost = sorted({*read} - {read[place] for place in known.tolist()})
        raise DataError(f"nothing is known in the masks of {named(lost)}")
    parts = parted_images(chosen, read_all(read, about), targets, device)
    for part in parts:
        goal.mark(part)
    about |= normalized(parts, normalize)
    unused = sorted({*wanted.images} - {*pairs.values()})
    if unused:
        said_so = f"{len(unused):,} ({named(unused)})"
        notes.append(f"left out, masks without an image: {said_so}")
    notes = [*left_out(root, [*found.values()]), *left_out(other, [wanted]), *notes]
    data = Splits(*parts, about, (*notes, *seen.notes), (*warnings, *seen.warnings))
    return believed(data, lenient=subset > 0, outputs=outputs)


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


def mask_targets(
    pairs: Sequence[tuple[Path, Path]], goal: Goal, fit: Fit
) -> tuple[Tensor, list[str], list[str]]:
    """Read the targets from masks.

    Args:
        pairs: Each image with its mask.
        goal: What the loss takes.
        fit: How they become as large as the output.

    Returns:
        The targets, (N, …); the names of the classes; what was found.
    """
    shape = goal.places or goal.result or ()
    size = shape[-2], shape[-1]
    several = goal.result is not None and len(shape) == 3 and shape[0] > 1
    values: set[int] = set()
    small: list[Tensor] = []
    for image, mask in pairs:
        if several:
            check_mask_size(image, mask)
            continue
        exact, every = mask_values(image, mask, size, fit)
        small.append(exact)
        values |= every
    if goal.outputs:
        table, notes = mask_classes(sorted(values), goal, pairs)
        names = [mask_name(value) for value in table]
        return replaced(torch.stack(small), table, goal.ignored), names, notes
    if not several and len(values) == 2:
        two = {value: place for place, value in enumerate(sorted(values))}
        found = replaced(torch.stack(small), two, 0).float()
        low, high = map(mask_name, two)
        notes = [f"masks hold {low} and {high}, read as 0 and 1"]
        return found.view(-1, *shape), [], notes
    paths = [mask for _, mask in pairs]
    seen = survey(paths)
    about: dict[str, Any] = {"shape": (shape[0] if several else 1, *size), "fit": fit}
    about |= {"ends": seen.ends} if seen.ends else {}
    return read_all(paths, about).float().div_(255).view(-1, *shape), [], seen.notes


def check_mask_size(image: Path, mask: Path) -> None:
    """Refuse a mask of another size than its image.

    Raises:
        DataError: It is.
    """
    with readable(image, "is no image"):
        width, height = upright(image).size
    with readable(mask, "is no image"):
        size = upright(mask).size
    if size != (width, height):
        said = f"{mask} is {size[0]} × {size[1]} pixels"
        raise DataError(f"{said}, and {image} is {width} × {height}")


def mask_values(
    image: Path, mask: Path, size: tuple[int, int], fit: Fit
) -> tuple[Tensor, set[int]]:
    """Read the values of a mask, int64 (H, W), in a size, and all that it has.

    Grey values and places in a palette are what they are, colors numbers above them;
    below 0 is what `pad` adds.

    Raises:
        DataError: It is another size than its image, or holds no names of classes.
    """
    from PIL import Image

    check_mask_size(image, mask)
    height, width = size
    with readable(mask, "is no mask"):
        picture = upright(mask)
        if picture.mode not in ("L", "P", "I"):
            deep = picture.mode.startswith("I") or picture.mode == "F"
            grey = picture.mode in ("1", "LA")
            picture = picture.convert("L" if grey else "F" if deep else "RGB")
        whole = mask_numbers(picture)
        fitted = mask_numbers(sized_image(picture, (width, height), fit, exact=True))
        ground = Image.new("L", picture.size, 1)
        within = mask_numbers(sized_image(ground, (width, height), fit, exact=True))
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
    values: Sequence[int], goal: Goal, pairs: Sequence[tuple[Path, Path]]
) -> tuple[dict[int, int], list[str]]:
    """Decide which class each value of the masks is, and say it.

    Raises:
        DataError: There are more than the model tells apart.
    """
    known = [value for value in values if value != goal.ignored]
    if known and 0 <= known[0] <= known[-1] < goal.outputs:
        return {value: value for value in range(goal.outputs)}, []
    shown = named(map(mask_name, known))
    if len(known) > goal.outputs:
        said = f"masks hold {len(known):,} values ({shown}), and the model tells "
        said += f"{goal.outputs} apart"
        if any(mask.suffix.lower() in (".jpg", ".jpeg") for _, mask in pairs):
            said += ": JPEG changes values, save masks as PNG"
        elif len(known) == goal.outputs + 1 and known[-1] == 255:
            said += ": if 255 means unknown, the loss takes `ignore_index: 255`"
        raise DataError(said)
    read = f"masks hold {shown}, read as classes from 0 to {len(known) - 1}"
    return {value: place for place, value in enumerate(known)}, [read]


def replaced(values: Tensor, table: Mapping[int, int], other: int) -> Tensor:
    """Replace values by those of a table; what is not in it becomes another one."""
    found = torch.full_like(values, other)
    for value, place in table.items():
        found[values == value] = place
    return found


def mask_name(value: int) -> str:
    """Write a value of a mask as people do: 7, or #ff0000."""
    return f"#{value - COLORS:06x}" if value >= COLORS else str(value)
