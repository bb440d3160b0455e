"""What may be wrong with masks."""

from collections.abc import Sequence
from pathlib import Path

from torch import Tensor

from data_checks import DARK
from data_common import DataError, named

FEW_CLASSES = 16
"""Values from 0 on that look like classes, if there are not more."""


class FractionError(DataError):
    """Why a mask is not of classes."""


def check_whole(mask: Path, values: Tensor) -> None:
    """Refuse numbers that are no classes.

    Raises:
        FractionError: There are some.
    """
    odd = values[values != values.round()]
    if len(odd):
        said = f"{mask} holds {odd[0].item():.4g}, and classes are whole numbers"
        raise FractionError(f"{said}: a loss such as `MSELoss` learns fractions")


def look_like_classes(values: Sequence[int]) -> list[str]:
    """Warn of masks of numbers that hold a few small ones, as those of classes do."""
    if not (2 < len(values) <= FEW_CLASSES and 0 <= values[0] <= values[-1] < DARK):
        return []
    said = (
        f"masks hold {named(values)} alone, which look like classes, and are read as "
    )
    mend = "`CrossEntropyLoss`, with an output for each, learns classes"
    return [f"{said}shades of grey: {mend}"]


def margins(value: str) -> list[str]:
    """Warn of what `pad` adds to masks of numbers: no loss of numbers ignores it."""
    said = (
        f"what `fit: pad` adds to masks counts as {value}, in the loss and the metrics"
    )
    mend = "`fit: crop` adds nothing, and `CrossEntropyLoss` of classes ignores it"
    return [f"{said}: {mend}"]
