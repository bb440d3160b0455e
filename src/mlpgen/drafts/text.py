"""The text of a draft: names in YAML, comments, and sizes that fit the data."""

from __future__ import annotations

import json
import re
import shlex
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.diagnostics.diagnostic import Diagnostic, SpecError
from mlpgen.names.identifiers import camel_case, snake_case, wrong_stem
from mlpgen.styles.code import Code

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

NO_TEXT = ("null", "true", "false", "yes", "no", "on", "off", "y", "n")
"""Words that some readers of YAML take for something else, in any case."""
STEPS = 3000
"""Steps of a training; small data is seen more often."""


class Sizes(NamedTuple):
    """What depends on the number of examples.

    Attributes:
        batch_size: Examples per step.
        epochs: Passes over the data.
        validation: Whether there are enough examples to hold some out.
    """

    batch_size: int
    epochs: int
    validation: bool


def sizes(count: int) -> Sizes:
    """Choose what fits the number of examples to train on."""
    batch_size = next(
        (size for size, most in ((16, 500), (32, 5000), (64, 50_000)) if count <= most),
        256,
    )
    batch_size = max(min(batch_size, count // 4), 1)
    epochs = round(STEPS * batch_size / max(count, 1))
    return Sizes(batch_size, min(max(epochs, 10), 200), count >= 500)


def yaml_name(name: str) -> str:
    """Write a name so that YAML reads it as text."""
    plain = re.fullmatch(r"[A-Za-z_][A-Za-z0-9_ ./-]*[A-Za-z0-9_]|[A-Za-z_]", name)
    if plain and name.lower() not in NO_TEXT:
        return name
    return json.dumps(name, ensure_ascii=not name.isprintable())


def yaml_list(names: Iterable[str]) -> str:
    """Write a list of names in one line."""
    return f"[{', '.join(map(yaml_name, names))}]"


def class_name(path: Path, fallback: str) -> str:
    """Name the class after a file or folder."""
    names = (camel_case(path.stem), camel_case(f"my_{path.stem}"), fallback)
    return next(each for each in names if each and not wrong_stem(snake_case(each)))


def beginning(data: Path, fallback: str) -> dict[str, Code]:
    """Return the name of a class, and the script and folder of the next command.

    Args:
        data: The file or folder that the draft is of.
        fallback: The name, if the data's cannot be one.
    """
    name = class_name(data, fallback)
    folder = data.parent.as_posix()
    return {
        "name": Code(yaml_name(name)),
        "script": Code(f"train_{snake_case(name)}.py"),
        "data_dir": Code(shlex.quote(folder) if folder.isprintable() else "FOLDER"),
    }


def some(names: Iterable[str]) -> str:
    """Name a few of some things in a comment, which is one line."""
    found = [name if name.isprintable() else repr(name) for name in names]
    if len(found) > 6:
        found = [*found[:5], f"{len(found) - 5:,} more"]
    return " and ".join(filter(None, [", ".join(found[:-1]), *found[-1:]]))


def refuse(message: str, help: str = "") -> SpecError:
    """Return the mistake that data cannot be used."""
    return SpecError([Diagnostic("MG007", message, help=help)])


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Say in one line why a file or folder cannot be read.

    Raises:
        SpecError: It cannot be.
    """
    try:
        yield
    except OSError as error:
        at = Path(str(error.filename or path))
        said = f"`{at.as_posix()}`: {error.strerror or error}"
        if isinstance(error, FileNotFoundError) and at.is_symlink():
            said = f"`{at.as_posix()}` is a link to nothing"
        raise refuse(said) from None
    except ValueError as error:
        raise refuse(str(error)) from None


def named(path: str) -> Path:
    """Return a path that ends with a name, also where `.` says which folder it is."""
    place = Path(path)
    return place.resolve() if place.name in ("", "..") else place
