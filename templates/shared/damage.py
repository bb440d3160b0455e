"""What is damaged in a checkpoint: its bytes, its weights, what it knows of data."""

import math
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from torch import Tensor

from data_common import LARGEST_NUMBER
from errors import RunError

OF_NAMES = ("columns", "inputs", "parts", "target_columns")
"""What holds for each of some names what is known of it."""
NEEDED = {
    "columns": {"mean", "categories", "parts"},
    "parts": {"mean"},
    "inputs": {"shape"},
}
"""What each of these has one of."""
OF_KEYS = {
    "targets": {"names", "mean", "std"},
    "format": {"separator", "decimal", "encoding", "day_first"},
}
"""What holds values by keys of its own."""


class Kept(dict[str, Any]):
    """What a checkpoint tells, by its names."""

    def __missing__(self, key: str) -> Any:
        """Say in one line that something is not told."""
        raise RunError(f"the checkpoint is of another network: it knows no {key}")


def is_whole(path: Path) -> bool:
    """Tell whether each part of a file of `torch.save` has the sum that it was given.

    Raises:
        zipfile.BadZipFile: It is none.
    """
    with zipfile.ZipFile(path) as file:
        return file.testzip() is None


def is_odd(value: Tensor, own: Tensor) -> bool:
    """Tell whether weights are not finite where those that a model begins with are.

    Args:
        value: The weights.
        own: Those of the model, of the same shape.
    """
    odd = ~value.isfinite() & own.isfinite().to(value.device)
    return bool(odd.any())


def faults_of(about: Mapping[str, Any], inside: str = "") -> Iterator[str]:
    """Name what no training writes of its data.

    Args:
        about: What is known of the data, or of a part of it.
        inside: What names begin with.
    """
    for key, value in about.items():
        name = f"{inside}{key}"
        if key in OF_NAMES:
            yield from _faults_by_name(name, value, empty=key == "target_columns")
        elif key in OF_KEYS and isinstance(value, dict):
            yield from (f"{name}.{each}" for each in value.keys() - OF_KEYS[key])
            yield from faults_of(value, f"{name}.")
        elif key in OF_KEYS or not FORMS.get(key, _is_anything)(value):
            yield name
    if not _go_together(*(_count(about.get(key)) for key in ("mean", "std"))):
        yield f"{inside}std"


def _go_together(one: int, other: int) -> bool:
    """Tell whether there are as many means as deviations, or one of all."""
    if not (one and other):
        return one == other
    return one == other or 1 in (abs(one), abs(other))


def _faults_by_name(name: str, value: Any, *, empty: bool) -> Iterator[str]:
    if not isinstance(value, dict) or not (value or empty):
        yield name
        return
    needed = NEEDED.get(name.rpartition(".")[2])
    for each, known in value.items():
        if isinstance(known, dict) and (needed is None or needed & known.keys()):
            yield from faults_of(known, f"{name}.{each}.")
        else:
            yield f"{name}.{each}"


def _count(numbers: Any) -> int:
    """Count numbers, of which there may be a list, one, or none."""
    return len(numbers) if isinstance(numbers, list) else -(numbers is not None)


def _is_anything(value: Any) -> bool:
    del value
    return True


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_number(value: Any) -> bool:
    real = isinstance(value, int | float) and not isinstance(value, bool)
    return real and abs(value) <= LARGEST_NUMBER and not math.isnan(value)


def _is_deviation(value: Any) -> bool:
    return _is_number(value) and bool(value > 0)


def _are(one: Callable[[Any], bool]) -> Callable[[Any], bool]:
    """Return what tells whether something is a list of such."""
    return lambda value: (
        isinstance(value, list) and bool(value) and all(map(one, value))
    )


def _is_ends(value: Any) -> bool:
    """Tell whether something is black and white, or such of each kind of numbers."""
    every = [*value.values()] if isinstance(value, dict) else [value]
    return bool(every) and all(
        _are(_is_number)(each) and len(each) == 2 and each[0] < each[1]
        for each in every
    )


def _are_ranges(value: Any) -> bool:
    """Tell whether something is the ends of the numbers of columns, by their names."""
    every = _are(lambda ends: _are(_is_number)(ends) and len(ends) == 2)
    return isinstance(value, dict) and all(map(every, value.values()))


def _one_or_some(one: Callable[[Any], bool]) -> Callable[[Any], bool]:
    """Return what tells whether something is such, or a list of them, or None."""
    return lambda value: value is None or one(value) or _are(one)(value)


FORMS: dict[str, Callable[[Any], bool]] = {
    "mean": _one_or_some(_is_number),
    "std": _one_or_some(_is_deviation),
    "missing": _is_number,
    "vocabulary": lambda value: _is_text(value) or _are(_is_text)(value),
    "shape": lambda value: value == [] or _are(_is_count)(value),
    "ends": _is_ends,
    "ranges": _are_ranges,
    "parted": lambda value: isinstance(value, dict) and _is_count(value.get("count")),
    **dict.fromkeys(("classes", "categories", "names"), _are(_is_text)),
    **dict.fromkeys(("length", "known", "margin"), _is_count),
    **dict.fromkeys(
        ("whole", "flags", "lines", "front", "timed", "day_first"), _is_flag
    ),
    **dict.fromkeys(("separator", "decimal", "encoding", "units", "path"), _is_text),
    **dict.fromkeys(("column", "dates", "fit"), _is_text),
}
"""What tells whether a value is one that a training writes, by its key."""
