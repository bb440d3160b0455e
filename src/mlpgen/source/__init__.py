"""YAML to plain data, in which every value knows its line and column."""

from __future__ import annotations

from typing import Any

import yaml

from mlpgen.diagnostics.diagnostic import Diagnostic, Span, SpecError
from mlpgen.source.decoding import LARGEST_FILE, decode, lines_of, spares
from mlpgen.source.document import Document, Path, place_of
from mlpgen.source.files import UnreadableError, content, name_of
from mlpgen.source.scalars import scalar
from mlpgen.source.yaml_events import DEEPEST, MOST_MISTAKES, Reader

__all__ = [
    "DEEPEST",
    "LARGEST_FILE",
    "MOST_MISTAKES",
    "Document",
    "Path",
    "parse",
    "read",
    "scalar",
]

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read(path: str, *, regular: bool = False) -> Document:
    """Read a YAML file; `-` is standard input.

    Args:
        path: The file.
        regular: Whether it must be a regular file, because a spec names it, not a
            person.

    Raises:
        SpecError: The file cannot be read, or is not valid YAML for a spec.
    """
    name = name_of(path, regular=regular)
    try:
        data = content(path, regular=regular)
    except UnreadableError as error:
        message = f"`{name}` {error}"
        if str(error) == "does not exist":
            message = f"there is no file `{name}`"
        raise SpecError([Diagnostic("MG001", message)]) from None
    return parse(data, name)


def parse(text: bytes, name: str) -> Document:
    """Parse YAML.

    Args:
        text: The bytes of a file.
        name: The name of the file in diagnostics.

    Raises:
        SpecError: With all mistakes and their places.
    """
    decoded = decode(text, name)
    lines = lines_of(decoded)
    # YAML 1.1 ends lines at these characters, unlike 1.2 and editors: replace them.
    others = spares(decoded)
    loader = _LOADER(decoded.translate(others))
    reader = Reader(name, lines, {ord(new): chr(old) for old, new in others.items()})
    try:
        # Read events one by one: composing recurses in C and crashes on deep nesting.
        while loader.check_event() and reader.take(loader.get_event()):
            pass
    except yaml.MarkedYAMLError as error:
        from mlpgen.source.syntax_errors import syntax_error

        raise SpecError([syntax_error(error, name, lines)]) from None
    except (yaml.YAMLError, ValueError, OverflowError):
        # PyYAML's scanner does not catch Python's error for `"\U11111111"`.
        message = "invalid YAML: the number is not a character or version"
        row, column, *_ = reader.last
        place = place_of(name, lines, Span(row, column, row, column + 1))
        raise SpecError([Diagnostic("MG101", message, place)]) from None
    finally:
        loader.dispose()
    return reader.document()
