"""Check `normalize:`, the scale that the data is brought from."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

from mlpgen.diagnostics.advice import Advice, Replaced
from mlpgen.spec.wording import cut, listed, nearest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.graph.training.recipe import Dataset
    from mlpgen.source import Path
    from mlpgen.spec.problems import Problems
    from mlpgen.training.data.base import Input

_AT: Path = ("training", "normalize")


def check_normalize(raw: Any, dataset: Dataset, problems: Problems) -> None:
    """Check the scale of all inputs of numbers, or that of each by its name."""
    if raw is None:
        return
    if not dataset.scalable:
        message = "`normalize` is only for images and arrays"
        if dataset.single:
            message += "; tables are standardized anyway"
        problems.add("MG406", message, _AT)
        return
    scaled = [each for each in dataset.inputs if each.dtype == "float32"]
    if not isinstance(raw, dict):
        _check_scale(raw, scaled, _AT, problems)
        return
    if not dataset.several:
        message = "`normalize` by name is for a model with several inputs"
        problems.add(
            "MG406",
            message,
            _AT,
            help=Advice("write `normalize: auto`", Replaced("auto")),
        )
        return
    inputs = {each.name: each for each in scaled}
    for name, each in raw.items():
        at = (*_AT, name)
        if name in inputs:
            _check_scale(each, [inputs[name]], at, problems)
            continue
        message = f"there is no input `{cut(name)}` of float32"
        help = nearest(name, inputs) or f"one of {listed(inputs)}"
        problems.add("MG203", message, at, key=True, help=help)


def _check_scale(
    raw: Any, inputs: Sequence[Input], path: Path, problems: Problems
) -> None:
    """Check a mean and a standard deviation, that each input has to fit."""
    if raw == "auto" or not all(each.shape for each in inputs):
        return
    if len(raw) != 2 or not all(
        _fits(number, each.shape[0]) for number in raw for each in inputs
    ):
        message = (
            "`normalize` must be `auto` or a list of a mean and a standard deviation"
        )
        channels = sorted({each.shape[0] for each in inputs})
        help = f"each is a number or a list of {channels[0]}, one per channel"
        if len(channels) > 1:
            help = "each is a number, as the inputs have not as many channels"
        problems.add("MG203", message, path, help=help)
    elif any(each <= 0 for each in _numbers(raw[1])):
        problems.add("MG203", "a standard deviation must be above 0", path)


def _fits(raw: Any, channels: int) -> bool:
    numbers = _numbers(raw)
    return len(numbers) in (1, channels) and all(
        isinstance(each, int | float) and not isinstance(each, bool) and isfinite(each)
        for each in numbers
    )


def _numbers(raw: Any) -> list[Any]:
    return raw if isinstance(raw, list) else [raw]
