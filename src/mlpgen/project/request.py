"""A request to render one spec in one style."""

from __future__ import annotations

import os
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.source import scalar
from mlpgen.source.files import possible

if TYPE_CHECKING:
    from mlpgen.symbols.expressions import Scalar


class Request(NamedTuple):
    """A request to render one spec in one style.

    Attributes:
        spec: The path of the spec; `-` is standard input.
        style: The style; None for the spec's own.
        settings: New defaults for its parameters.
        captured: Layers whose outputs the model also returns.
        notebook: Whether to render a notebook instead of files.
        asked_by: The generated files with this request in their headers; empty if it
            comes from the command line.
    """

    spec: str
    style: str | None
    settings: tuple[tuple[str, Scalar], ...] = ()
    captured: tuple[str, ...] = ()
    notebook: bool = False
    asked_by: tuple[str, ...] = ()


def real_path(spec: str) -> str:
    """Return the same path for all spellings of a spec; `-` is standard input."""
    return os.path.realpath(spec) if spec != "-" and possible(spec) else spec


def spec_from(folder: Path, spec: str) -> str:
    """Return the path of a spec as a file in `folder` names it, with `/`."""
    if spec == "-":
        return "-"
    try:
        return Path(os.path.relpath(spec, folder)).as_posix()
    except ValueError:
        return Path(spec).absolute().as_posix()


def parse_setting(text: str) -> tuple[str, Scalar]:
    """Read `name=value`, the value as YAML reads it.

    Raises:
        ValueError: It is not a name, `=`, and a number or true/false.
    """
    name, equals, value = text.partition("=")
    parsed = scalar(value.strip())
    if not equals or not isinstance(parsed, int | float) or not isfinite(parsed):
        raise ValueError(text)
    return name.strip(), parsed
