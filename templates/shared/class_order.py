"""The order of classes, which says what each output of a model is for."""

import math
from collections.abc import Iterable


def in_order(names: Iterable[str]) -> list[str]:
    """Sort the names of classes: as numbers if all are, else by the alphabet."""
    found = {*names}
    sizes = {each: finite_number(each) for each in found}
    if None in sizes.values():
        return sorted(found)
    return sorted(found, key=lambda each: (sizes[each], each))


def finite_number(text: str) -> float | None:
    """Read a number that is finite, or return None."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
