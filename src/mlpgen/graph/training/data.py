"""Resolve the data of a training: a known data set, or the user's own data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from mlpgen.graph.training.inputs import check_dtype, given_inputs, resolve_inputs
from mlpgen.graph.training.last_step import looks_at_last_step
from mlpgen.graph.training.normalize import check_normalize
from mlpgen.graph.training.recipe import Dataset
from mlpgen.graph.walks import producer_of
from mlpgen.names.modules import wrong_file
from mlpgen.spec.wording import cut, listed, nearest, shown
from mlpgen.training.data.base import Input
from mlpgen.training.data.kinds import USER_DATA
from mlpgen.training.data.named_datasets import DATASETS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.graph.nodes import Node
    from mlpgen.graph.training.inputs import Given
    from mlpgen.source import Path
    from mlpgen.spec.models import Spec
    from mlpgen.spec.problems import Problems
    from mlpgen.spec.training import Training
    from mlpgen.training.data.base import Fit
    from mlpgen.training.data.user_data import UserData

_AT: Path = ("training", "data")
_KINDS = [kind for kind in USER_DATA if kind != "masks"]
"""Kinds that can stand alone: masks are those of images."""


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
    given = given_inputs(spec)
    raw = training.data
    found = (
        _user_data(raw, given, nodes, outputs, problems)
        if isinstance(raw, dict)
        else _named(raw, given, training.fit, problems)
    )
    if found is not None:
        _check_fit(training.fit, found, problems)
        check_normalize(training.normalize, found, problems)
        _check_module(found, spec.stem, problems)
    _check_subset(training, problems)
    return found


def _named(
    raw: Any, inputs: Sequence[Given], fit: Fit | None, problems: Problems
) -> Dataset | None:
    if not isinstance(raw, str) or raw not in DATASETS:
        help = nearest(str(raw), DATASETS) or (
            f"one of {listed(DATASETS)}; or your own data: `{{images: folder}}`, "
            f"likewise {listed(_KINDS[1:])}"
        )
        message = f"there is no data set {shown(raw)}"
        if isinstance(raw, str):
            message = f"there is no data set `{cut(raw)}`"
        problems.add("MG207", message, _AT, help=help)
        return None
    archive = DATASETS[raw]
    taken = resolve_inputs(inputs, archive, (), problems)
    if taken is None:
        return None
    given = inputs[0]
    check_dtype(given, ("float32",), archive.title, problems)
    shape = tuple(given.shape) or archive.shape
    message, help = archive.misfit(shape, fit)
    if message:
        problems.add("MG403", message, given.at, help=help)
    taken = (Input(given.name, shape),)
    return Dataset(archive.title, shape, archive.classes, archive, inputs=taken)


def _user_data(
    raw: dict[str, Any],
    inputs: Sequence[Given],
    nodes: Sequence[Node],
    outputs: Sequence[str],
    problems: Problems,
) -> Dataset | None:
    kinds = [key for key in USER_DATA if key in raw]
    if kinds == ["images", "masks"]:
        kinds = ["masks"]
    if len(kinds) != 1:
        message = "your own data needs one key that says where it is"
        problems.add("MG202", message, _AT, help=f"one of {listed(_KINDS)}")
        return None
    model = USER_DATA[kinds[0]]
    try:
        source = model.model_validate(raw)
    except ValidationError as error:
        problems.add_invalid(error, model, "data", _AT, raw)
        return None
    first = producer_of(nodes, outputs[0]) if outputs else None
    shape = first[1].shape if first else ()
    source = source.for_output(shape)
    taken = resolve_inputs(inputs, source, nodes, problems)
    if taken is None:
        return None
    for given in inputs:
        dtypes = source.dtypes if len(inputs) == 1 else source.named_dtypes
        check_dtype(given, dtypes, f"`{kinds[0]}`", problems)
        _check_shape(source, given, problems)
    size = shape[-1] if len(shape) == 1 or (shape and source.continues) else 0
    _check_keys(source, taken[0].known, int(size), problems)
    return Dataset(
        title=f"{kinds[0]} data",
        shape=taken[0].shape,
        classes=int(size),
        origin=source,
        dtype=taken[0].dtype,
        known=taken[0].known,
        inputs=taken,
        last_step=source.single_texts and looks_at_last_step(nodes),
    )


def _check_keys(source: UserData, known: int, size: int, problems: Problems) -> None:
    """Refuse keys of data that do not go together, or not with the model.

    Args:
        source: The data.
        known: How many different integers the model takes; 0 if that is not known.
        size: The size of the last dimension of its output, if that counts classes.
        problems: Collects mistakes.
    """
    conflict = source.conflict() or (source.too_small(known, size) if size else None)
    if conflict:
        key, message, help = conflict
        problems.add("MG406", message, (*_AT, key), help=help)


def _check_module(found: Dataset, stem: str, problems: Problems) -> None:
    """Refuse a module that cannot be a file next to the scripts."""
    path = found.origin.beside
    if path and (reason := wrong_file(path, stem)):
        message = f"`{cut(path)}` cannot be the module: {reason}"
        help = "such as `my_data.py`, next to the scripts"
        problems.add("MG231", message, (*_AT, "module"), help=help)


def _check_shape(source: UserData, given: Given, problems: Problems) -> None:
    if not given.shape:
        return
    message, help = source.misfit(tuple(given.shape))
    if message:
        problems.add("MG403", message, given.at, help=help)


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


def _check_fit(fit: Fit | None, dataset: Dataset, problems: Problems) -> None:
    if fit is not None and not dataset.pictures:
        message = "`fit` is for images, but the data has none"
        problems.add("MG406", message, ("training", "fit"))
