"""Modules of the model's author, beside the generated ones."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from errors import RunError, in_lines, place_of


@contextmanager
def importing(name: str) -> Iterator[None]:
    """Say in one line what is wrong with a module that is imported.

    Args:
        name: Of the module that imports it; if it is not run itself, its importer gets
            the error.
    """
    with in_lines(name):
        try:
            yield
        except ModuleNotFoundError as error:
            if name != "__main__" or place_of(error) or not error.name:
                raise
            own = error.name.removeprefix(f"{__package__}." if __package__ else "")
            missing = Path(__file__).parent / f"{own.replace('.', '/')}.py"
            raise RunError(f"{missing} is not there: the spec names it") from None


def check_own(files: Sequence[str]) -> None:
    """See that modules were imported from beside this one: Python may find others."""
    package = f"{__package__}." if __package__ else ""
    for name in files:
        module = sys.modules[package + name.removesuffix(".py").replace("/", ".")]
        path, found = Path(__file__).parent / name, Path(str(module.__file__))
        if path.resolve() != found.resolve():
            raise RunError(f"the model needs {path}, but Python imported {found}")
