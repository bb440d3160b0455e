"""The data of a training resolved: a set with a name, or the user's own."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from mlpgen.graph.recipe import Dataset
from mlpgen.problems import cut, listed, nearest, shown
from mlpgen.training.datasets import DATASETS
from mlpgen.training.sources import SOURCES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.graph.nodes import Node
    from mlpgen.problems import Problems
    from mlpgen.source import Path
    from mlpgen.spec import Spec
    from mlpgen.training.settings import Training

_AT: Path = ("training", "data")


def resolve_data(
    spec: Spec,
    training: Training,
    nodes: Sequence[Node],
    outputs: Sequence[str],
    problems: Problems,
) -> Dataset | None:
    """Resolve `data:` and what belongs to it.

    Args:
        spec: The spec.
        training: Its training.
        nodes: Its layers, as far as they could be resolved.
        outputs: What the model returns.
        problems: Gathers mistakes.
    """
    if isinstance(spec.input, dict):
        message = "the scripts of today train models with one input, without a name"
        help = "write `input: [1, 28, 28]`, for example"
        problems.add("MG403", message, ("input",), key=True, help=help)
        return None
    raw = training.data
    found = (
        _own(raw, spec.input, nodes, outputs, problems)
        if isinstance(raw, dict)
        else _named(raw, spec.input, problems)
    )
    if found is not None:
        _check_normalize(training.normalize, found, problems)
    return found


def _named(raw: Any, shape: Sequence[int], problems: Problems) -> Dataset | None:
    if not isinstance(raw, str) or raw not in DATASETS:
        help = nearest(str(raw), DATASETS) or (
            f"one of {listed(DATASETS)}; or your own: `{{images: folder}}`, "
            f"likewise {listed(list(SOURCES)[1:])}"
        )
        message = f"there is no data set {shown(raw)}"
        if isinstance(raw, str):
            message = f"there is no data set `{cut(raw)}`"
        problems.add("MG207", message, _AT, help=help)
        return None
    archive = DATASETS[raw]
    images = list(archive.shape)
    if shape and list(shape) != images:
        problems.add(
            "MG403",
            f"`input` is {list(shape)}, but the images of {archive.title} are {images}",
            ("input",),
            help=f"write `input: {images}`",
        )
    return Dataset(archive.title, archive.shape, archive.classes, archive)


def _own(
    raw: dict[str, Any],
    shape: Sequence[int],
    nodes: Sequence[Node],
    outputs: Sequence[str],
    problems: Problems,
) -> Dataset | None:
    kinds = [key for key in SOURCES if key in raw]
    if len(kinds) != 1:
        message = "data of your own needs one key that says where it is"
        problems.add("MG202", message, _AT, help=f"one of {listed(SOURCES)}")
        return None
    model = SOURCES[kinds[0]]
    try:
        source = model.model_validate(raw)
    except ValidationError as error:
        problems.add_invalid(error, model, "data", _AT, raw)
        return None
    if source.pictures and len(shape) != 3 and shape:
        message = (
            f"images have channels, height and width, but `input` is {list(shape)}"
        )
        problems.add("MG403", message, ("input",), help="write `input: [3, 64, 64]`")
    elif source.pictures and shape and shape[0] not in (1, 3):
        message = f"images have 1 or 3 channels, but `input` is {list(shape)}"
        problems.add("MG403", message, ("input",))
    elif kinds[0] == "csv" and len(shape) > 1:
        message = f"a row of a table is one dimension, but `input` is {list(shape)}"
        problems.add("MG403", message, ("input",), help="write `input: [features]`")
    first = next((each for each in nodes if outputs and each.name == outputs[0]), None)
    size = first.output[0] if first is not None and len(first.output) == 1 else 0
    return Dataset(f"{kinds[0]} data", tuple(shape), int(size), source)


def _check_normalize(raw: Any, dataset: Dataset, problems: Problems) -> None:
    at: Path = ("training", "normalize")
    if raw is None:
        return
    if not dataset.pictures:
        message = "`normalize` is for images; tables are standardized anyway"
        problems.add("MG406", message, at)
        return
    if raw == "auto":
        return
    channels = dataset.shape[0]
    if len(raw) != 2 or not all(_fits(each, channels) for each in raw):
        message = "`normalize` is `auto`, or a list of a mean and a deviation"
        help = f"each is a number or a list of {channels}, one a channel"
        problems.add("MG203", message, at, help=help)
    elif any(each <= 0 for each in _numbers(raw[1])):
        problems.add("MG203", "a standard deviation is above 0", at)


def _fits(raw: Any, channels: int) -> bool:
    numbers = _numbers(raw)
    return len(numbers) in (1, channels) and all(
        isinstance(each, int | float) and not isinstance(each, bool) and isfinite(each)
        for each in numbers
    )


def _numbers(raw: Any) -> list[Any]:
    return raw if isinstance(raw, list) else [raw]
