"""A request to render one spec in one style."""

from __future__ import annotations

import os
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.source import scalar
from mlpgen.source.files import possible
from mlpgen.symbols import lists
from mlpgen.symbols.type_names import is_type_text

if TYPE_CHECKING:
    from mlpgen.symbols.type_names import Setting


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
    settings: tuple[tuple[str, Setting], ...] = ()
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


def parse_setting(text: str) -> tuple[str, Setting]:
    """Read `name=value`, the value as YAML reads it, or a list: `2,2,6,2`.

    Raises:
        ValueError: It is not a name, `=`, and a number, true/false, a list or a type of
            layer.
    """
    name, equals, value = text.partition("=")
    if equals and ("," in value or "[" in value):
        return name.strip(), lists.read(value)
    parsed = scalar(value.strip())
    is_number = isinstance(parsed, int | float) and isfinite(parsed)
    if not equals or not (is_number or is_type_text(parsed)):
        raise ValueError(text)
    return name.strip(), parsed
