"""What files of images are before they are read, and what may be wrong with them."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from data_common import DataError, named
from image_files import (
    DEEP,
    Ends,
    begun,
    deep_values,
    ends_of,
    kind_of_numbers,
    known_ends,
)


class Survey(NamedTuple):
    """What is known of images before they are read.

    Attributes:
        ends: What is black and what is white where there are over 8 bits, for each
            kind of numbers.
        notes: What was found.
        warnings: What may be a mistake.
    """

    ends: dict[str, list[float]]
    notes: list[str]
    warnings: list[str]


class Head(NamedTuple):
    """What one image is.

    Attributes:
        ends: From where to where its values go, if it has over 8 bits.
        mode: Of Pillow.
        several: Whether there are others behind it in its file.
        tiny: Whether it is a single pixel.
    """

    ends: tuple[float, float] | None = None
    mode: str = ""
    several: bool = False
    tiny: bool = False


def survey(paths: Sequence[Path]) -> Survey:
    """Look at images before they are read."""
    with ThreadPoolExecutor() as pool:
        heads = dict(zip(paths, pool.map(head, paths), strict=True))
    notes, doubts = [], []
    of_kind: dict[str, list[tuple[float, float]]] = {}
    for each in heads.values():
        if each.ends:
            of_kind.setdefault(kind_of_numbers(each.mode), []).append(each.ends)
    ends = {kind: [*ends_of(every)] for kind, every in of_kind.items()}
    for kind, every in of_kind.items():
        least, most = min(low for low, _ in every), max(high for _, high in every)
        values = f"{kind} from {least:,.6g} to {most:,.6g}"
        said = f"{len(every):,} images have over 8 bits, {values}"
        black, white = ends[kind]
        notes.append(f"{said}: {black:,.6g} is black, {white:,.6g} is white")
    if several := [path for path in paths if heads[path].several]:
        said = f"{len(several):,} files have several images: the first one counts"
        notes.append(f"{said} ({named(several)})")
    if tiny := [path for path in paths if heads[path].tiny]:
        doubts.append(f"{len(tiny):,} images are a single pixel ({named(tiny)})")
    return Survey(ends, notes, doubts)


def cut_values(path: Path, known: Ends | None) -> str:
    """Say how far an image goes beyond what was trained on; nothing if it does not."""
    found = head(path)
    ends = known_ends(found.mode, known)
    if not (ends and found.ends):
        return ""
    (black, white), (least, most) = ends, found.ends
    size = white - black
    if black - size <= least and most <= white + size:
        return ""
    said = f"{path} has values from {least:,.6g} to {most:,.6g}, and {black:,.6g} is "
    return f"{said}black, {white:,.6g} is white: what is beyond is cut"


def head(path: Path) -> Head:
    """Look at an image; whether it can be read is another question."""
    try:
        with begun(path) as image:
            several = image.format != "MPO" and getattr(image, "is_animated", False)
            tiny = image.size == (1, 1)
            if image.mode not in DEEP:
                return Head(None, image.mode, several, tiny)
            image.seek(0)
            mode = image.mode
            values = deep_values(image)
    except DataError:
        raise
    except Exception:
        return Head()
    if not values.isfinite().all():
        raise DataError(f"{path} has values that are NaN or infinite")
    least, most = values.aminmax()
    return Head((least.item(), most.item()), mode, several, tiny)
