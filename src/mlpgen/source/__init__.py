"""YAML text to plain data in which every value knows its line and column."""

from __future__ import annotations

import os
import sys
from pathlib import Path as File
from typing import Any

import yaml

from mlpgen.diagnostics import Diagnostic, Span, SpecError
from mlpgen.source.document import Document, Path, place_of
from mlpgen.source.events import MOST_MISTAKES, Reader
from mlpgen.source.scalars import scalar
from mlpgen.source.syntax import DEEPEST, syntax_error
from mlpgen.source.text import LARGEST_FILE, decode, lines_of, spares

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


def read(path: str) -> Document:
    """Read a YAML file; `-` is standard input.

    Raises:
        SpecError: It cannot be read, or is not the YAML of a spec.
    """
    name = "<stdin>" if path == "-" else path.replace(os.sep, "/")
    try:
        if path == "-":
            data = sys.stdin.buffer.read(LARGEST_FILE + 1)
        else:
            with File(path).open("rb") as file:
                data = file.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        message = f"there is no file `{name}`"
    except IsADirectoryError:
        message = f"`{name}` is a folder"
    except (OSError, ValueError, AttributeError) as error:
        # A closed standard input is None, and a path with a NUL a ValueError.
        reason = getattr(error, "strerror", None) or "there is nothing to read"
        message = f"`{name}` cannot be read: {reason}"
    else:
        return parse(data, name)
    raise SpecError([Diagnostic("MG001", message)])


def parse(text: bytes, name: str) -> Document:
    """Read YAML.

    Args:
        text: The bytes of a file.
        name: How diagnostics call it.

    Raises:
        SpecError: With what is wrong, at its place.
    """
    decoded = decode(text, name)
    lines = lines_of(decoded)
    # YAML 1.1 ends lines at these, unlike 1.2 and editors: others stand in for them.
    others = spares(decoded)
    loader = _LOADER(decoded.translate(others))
    reader = Reader(name, lines, {ord(new): chr(old) for old, new in others.items()})
    try:
        # Events, one by one: composing recurses in C, and crashes on deep nesting.
        while loader.check_event() and reader.take(loader.get_event()):
            pass
    except yaml.MarkedYAMLError as error:
        raise SpecError([syntax_error(error, name, lines)]) from None
    except (yaml.YAMLError, ValueError, OverflowError):
        # PyYAML's own scanner passes on what Python says of `"\U11111111"`.
        message = "this is not YAML: a number stands for no character or version"
        row, column, *_ = reader.last
        place = place_of(name, lines, Span(row, column, row, column + 1))
        raise SpecError([Diagnostic("MG101", message, place)]) from None
    finally:
        loader.dispose()
    return reader.document()
