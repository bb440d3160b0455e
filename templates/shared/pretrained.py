"""What predictions need beside weights that no run has made."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from changes import Spec
from data_common import DataError, named
from errors import RunError, note
from weight_files import FoundWeights


class Beside(NamedTuple):
    """What a run would have beside its weights.

    Attributes:
        settings: The arguments of the model.
        about: What is known of its data.
        told: Lines that say where that comes from.
    """

    settings: dict[str, Any]
    about: dict[str, Any]
    told: tuple[str, ...]


def beside_weights(
    read: FoundWeights,
    spec: Spec,
    data_dir: Path,
    known: Callable[[], Mapping[str, Any]],
) -> Beside:
    """Find out what a file of weights does not tell.

    Args:
        read: What is in the file.
        spec: What the scripts were made from.
        data_dir: Has the data in it.
        known: Tells what there is to know of it.

    Raises:
        RunError: The data, which is to tell it, cannot be read.
    """
    try:
        about = dict(known())
    except DataError as error:
        said = f"{read.path} is not of a run, and does not tell what data it is for"
        raise RunError(f"{said}; --run or --data-dir may: {error}") from None
    told = f"{read.path} is not of a run: {data_dir} and the spec tell the data"
    lines, classes = [told], about.get("classes", [])
    if read.classes and len(read.classes) == len(classes):
        about["classes"] = read.classes
    elif read.classes and classes:
        said = f"{read.path} has names of {len(read.classes)} classes"
        lines.append(f"{said}, the model tells {len(classes)} apart: they are not used")
    return Beside(_arguments(read, spec), about, tuple(lines))


def told_names(path: Path, known: dict[str, Any], about: Mapping[str, Any]) -> None:
    """Take the names that data has for its classes, if a file has others for them.

    Args:
        path: The file.
        known: What is known of the data of its weights.
        about: What is known of that of today.
    """
    was, now = (each.get("classes", []) for each in (known, about))
    if len(was) == len(now) and was != now and {*was} != {*now}:
        note(f"{path} calls the classes {named(was)}, the data {named(now)}: in order")
        known["classes"] = now


def _arguments(read: FoundWeights, spec: Spec) -> dict[str, Any]:
    """Return the arguments of the model: those beside the weights, else the spec's."""
    parameters = spec["network"].get("parameters", {})
    found: dict[str, Any] = {}
    for name, default in parameters.items():
        value = read.config.get(name, default)
        if isinstance(value, str) and value.startswith("["):
            value = json.loads(value)
        setting = name.strip("_")  # or this, if training has such a flag itself
        found |= {f"model_{setting}": value, setting: value}
    return found
