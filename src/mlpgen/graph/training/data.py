"""Resolve the data of a training: a known data set, or the user's own data."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import ValidationError

from mlpgen.graph.nodes import leaf_layers, producer_of
from mlpgen.graph.training.recipe import Dataset
from mlpgen.names.modules import wrong_file
from mlpgen.spec.wording import cut, listed, nearest, shown
from mlpgen.training.data.kinds import USER_DATA
from mlpgen.training.data.named_datasets import DATASETS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.graph.nodes import Node
    from mlpgen.source import Path
    from mlpgen.spec.models import Spec
    from mlpgen.spec.problems import Problems
    from mlpgen.spec.training import Training
    from mlpgen.training.data.user_data import UserData

_AT: Path = ("training", "data")


def resolve_data(
    spec: Spec,
    training: Training,
    nodes: Sequence[Node],
    outputs: Sequence[str],
    problems: Problems,
) -> Dataset | None:
    """Resolve `data:` and the keys that depend on it.

    Args:
        spec: The spec.
        training: Its training.
        nodes: Its layers, as far as they are resolved.
        outputs: The outputs of the model.
        problems: Collects mistakes.
    """
    given = _input(spec, problems)
    if given is None:
        return None
    raw = training.data
    found = (
        _user_data(raw, given, nodes, outputs, problems)
        if isinstance(raw, dict)
        else _named(raw, given, problems)
    )
    if found is not None:
        _check_normalize(training.normalize, found, problems)
        _check_module(found, spec.stem, problems)
    _check_subset(training, problems)
    return found


class _Given(NamedTuple):
    """The input of a spec, and the paths of its shape and type."""

    shape: Sequence[int]
    dtype: str
    at: Path
    at_dtype: Path


def _input(spec: Spec, problems: Problems) -> _Given | None:
    at: Path = ("input",)
    if not isinstance(spec.input, dict):
        return _Given(spec.input, "float32", at, at)
    if len(spec.input) != 1:
        message = "scripts can only train models with one input"
        help = "write `input: [1, 28, 28]`, for example"
        problems.add("MG403", message, at, key=True, help=help)
        return None
    name, given = next(iter(spec.input.items()))
    at = (*at, name)
    if isinstance(given, list):
        return _Given(given, "float32", at, at)
    return _Given(given.shape, given.dtype, (*at, "shape"), (*at, "dtype"))


def _named(raw: Any, given: _Given, problems: Problems) -> Dataset | None:
    if not isinstance(raw, str) or raw not in DATASETS:
        help = nearest(str(raw), DATASETS) or (
            f"one of {listed(DATASETS)}; or your own data: `{{images: folder}}`, "
            f"likewise {listed(list(USER_DATA)[1:])}"
        )
        message = f"there is no data set {shown(raw)}"
        if isinstance(raw, str):
            message = f"there is no data set `{cut(raw)}`"
        problems.add("MG207", message, _AT, help=help)
        return None
    archive = DATASETS[raw]
    images = list(archive.shape)
    _check_dtype(given, ("float32",), archive.title, problems)
    shape = given.shape
    if shape and list(shape) != images:
        problems.add(
            "MG403",
            f"`input` is {list(shape)}, but the images of {archive.title} are {images}",
            given.at,
            help=f"write `input: {images}`",
        )
    return Dataset(archive.title, archive.shape, archive.classes, archive)


def _user_data(
    raw: dict[str, Any],
    given: _Given,
    nodes: Sequence[Node],
    outputs: Sequence[str],
    problems: Problems,
) -> Dataset | None:
    kinds = [key for key in USER_DATA if key in raw]
    if len(kinds) != 1:
        message = "your own data needs one key that says where it is"
        problems.add("MG202", message, _AT, help=f"one of {listed(USER_DATA)}")
        return None
    model = USER_DATA[kinds[0]]
    try:
        source = model.model_validate(raw)
    except ValidationError as error:
        problems.add_invalid(error, model, "data", _AT, raw)
        return None
    _check_dtype(given, source.dtypes, f"`{kinds[0]}`", problems)
    _check_shape(source, given, problems)
    first = producer_of(nodes, outputs[0]) if outputs else None
    shape = first[1].shape if first else ()
    size = shape[-1] if len(shape) == 1 or (shape and source.continues) else 0
    return Dataset(
        title=f"{kinds[0]} data",
        shape=tuple(given.shape),
        classes=int(size),
        origin=source,
        dtype=given.dtype,
        known=_known(nodes, given) if given.dtype == "int64" else 0,
    )


def _check_module(found: Dataset, stem: str, problems: Problems) -> None:
    """Refuse a module that cannot be a file next to the scripts."""
    path = found.origin.beside
    if path and (reason := wrong_file(path, stem)):
        message = f"`{cut(path)}` cannot be the module: {reason}"
        help = "such as `my_data.py`, next to the scripts"
        problems.add("MG231", message, (*_AT, "module"), help=help)


def _check_dtype(
    given: _Given, dtypes: tuple[str, ...], what: str, problems: Problems
) -> None:
    if given.dtype in dtypes:
        return
    help = f"write `dtype: {dtypes[0]}`"
    if "float32" not in dtypes and given.at == given.at_dtype:
        help = "write `input: {tokens: {shape: [64], dtype: int64}}`"
    message = f"data of {what} is {dtypes[0]}, but `input` is {given.dtype}"
    problems.add("MG403", message, given.at_dtype, help=help)


def _check_shape(source: UserData, given: _Given, problems: Problems) -> None:
    if not given.shape:
        return
    message, help = source.misfit(tuple(given.shape))
    if message:
        problems.add("MG403", message, given.at, help=help)


def _known(nodes: Sequence[Node], given: _Given) -> int:
    """Return the size of the smallest embedding of the input; 0 without one."""
    found = [
        getattr(size := each.arguments["num_embeddings"], "value", size)
        for each in leaf_layers(nodes)
        if each.type in ("Embedding", "EmbeddingBag")
        and each.inputs
        and each.inputs[0].batched
        and tuple(each.input) == tuple(given.shape)
    ]
    return min(map(int, found), default=0)


def _check_subset(training: Training, problems: Problems) -> None:
    """Refuse a batch with more examples than the subset has."""
    if training.subset is None:
        return
    left = training.subset
    if training.validation is not None:
        left -= max(round(training.validation * left), 1)
    if left < training.batch_size:
        message = (
            f"a `batch_size` of {training.batch_size} is more than the {left} "
            "training examples"
        )
        at: Path = ("training", "subset")
        problems.add("MG407", message, at, help="write a larger `subset`")


def _check_normalize(raw: Any, dataset: Dataset, problems: Problems) -> None:
    at: Path = ("training", "normalize")
    if raw is None:
        return
    if not dataset.scalable:
        message = "`normalize` is only for images and arrays"
        if dataset.single:
            message += "; tables are standardized anyway"
        problems.add("MG406", message, at)
        return
    if raw == "auto" or not dataset.shape:
        return
    channels = dataset.shape[0]
    if len(raw) != 2 or not all(_fits(each, channels) for each in raw):
        message = (
            "`normalize` must be `auto` or a list of a mean and a standard deviation"
        )
        help = f"each is a number or a list of {channels}, one per channel"
        problems.add("MG203", message, at, help=help)
    elif any(each <= 0 for each in _numbers(raw[1])):
        problems.add("MG203", "a standard deviation must be above 0", at)


def _fits(raw: Any, channels: int) -> bool:
    numbers = _numbers(raw)
    return len(numbers) in (1, channels) and all(
        isinstance(each, int | float) and not isinstance(each, bool) and isfinite(each)
        for each in numbers
    )


def _numbers(raw: Any) -> list[Any]:
    return raw if isinstance(raw, list) else [raw]
