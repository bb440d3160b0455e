"""The settings of a project: `[tool.mlpgen]` in pyproject.toml, or mlpgen.toml."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from mlpgen.diagnostics.diagnostic import Diagnostic, SpecError
from mlpgen.output.files import is_file
from mlpgen.project.destination import OUT
from mlpgen.project.request import real_path
from mlpgen.source.files import UnreadableError, content

if TYPE_CHECKING:
    from mlpgen.diagnostics.diagnostic import Place

FILE = "pyproject.toml"
PLAIN_FILE = "mlpgen.toml"
"""A file with nothing but the settings, which stand there without `[tool.mlpgen]`."""
FILES = (FILE, PLAIN_FILE)
SPECS = ("specs/*.yaml", "specs/*.yml")
"""The default patterns of specs."""


class Lint(NamedTuple):
    """What a project does with warnings and hints: the table `lint`.

    Attributes:
        ignore: The codes of those that are not shown.
        strict: Whether warnings are mistakes for `validate`.
        hints: Whether `validate` shows hints.
    """

    ignore: tuple[str, ...] = ()
    strict: bool = False
    hints: bool = False


class Settings(NamedTuple):
    """The settings of a project, which options on the command line override.

    Attributes:
        root: The folder of the project, relative to the working folder.
        specs: Patterns of the paths of specs, relative to `root`.
        out: The folder of the generated files, relative to `root`.
        styles: The styles that each spec is rendered in; empty for the spec's own.
        package: The package of the generated files; empty for none.
        templates: The folder of the project's templates, relative to `root`; empty for
            none.
        own: Patterns of files that are a person's, relative to `root`.
        lint: What happens with warnings and hints.
        file: The pyproject.toml or mlpgen.toml, relative to the working folder; empty
            if there is none.
    """

    root: str = "."
    specs: tuple[str, ...] = SPECS
    out: str = OUT
    styles: tuple[str, ...] = ()
    package: str = ""
    templates: str = ""
    own: tuple[str, ...] = ()
    lint: Lint = Lint()
    file: str = ""

    @property
    def folder(self) -> Path:
        """The folder of the generated files, relative to the working folder."""
        return self._below(self.out)

    @property
    def templates_path(self) -> str:
        """The folder of templates, relative to the working folder."""
        return self._below(self.templates).as_posix() if self.templates else ""

    def place(self, key: str) -> Place:
        """Return the place of a key in the file."""
        from mlpgen.project.settings_table import place

        data = content(self.file, regular=True)
        return place(data, self.file, table_names(self.file), key)

    def _below(self, path: str) -> Path:
        return Path(os.path.normpath(os.path.join(self.root, path)))  # noqa: PTH118

    def spec_files(self) -> list[str]:
        """Return the specs, each once, in the order of the patterns and their names.

        Files with only `blocks`, for other specs to include, are left out.
        """
        found: dict[str, str] = {}
        for pattern in self.specs:
            for path in sorted(Path(self.root).glob(pattern)):
                if _is_lost(path) or _is_spec(path):
                    found.setdefault(real_path(path.as_posix()), path.as_posix())
        return list(found.values())


def _is_spec(path: Path) -> bool:
    """Tell whether a file may be a spec, by its top-level keys."""
    try:
        data = content(str(path), regular=True)
    except UnreadableError:
        return is_file(str(path))
    found = {each[1] for each in re.finditer(rb"""^["']?(\w+)["']?\s*:""", data, re.M)}
    return b"blocks" not in found or not found.isdisjoint(
        {b"name", b"input", b"layers"}
    )


def _is_lost(path: Path) -> bool:
    """Tell whether a path is a broken link, which is a mistake to report."""
    return path.is_symlink() and not os.path.exists(path)  # noqa: PTH110


def table_names(file: str) -> tuple[str, ...]:
    """Return the names of the table of settings in a file; none for a whole file."""
    return () if Path(file).name == PLAIN_FILE else ("tool", "mlpgen")


def settings() -> Settings:
    """Read the settings of the project that the working folder belongs to.

    Raises:
        SpecError: They have mistakes, or two files of a folder have settings.
    """
    try:
        here = Path.cwd()
    except OSError:  # it was removed
        return Settings()
    for folder in (here, *here.parents):
        common, plain = (_table(folder / name) for name in FILES)
        if plain and common:
            names = [Path(os.path.relpath(folder / name)).as_posix() for name in FILES]
            message = f"`{names[0]}` and `{names[1]}` both have settings of mlpgen"
            help = f"keep those of one file, such as `{names[1]}`"
            raise SpecError([Diagnostic("MG006", message, help=help)])
        found = plain if plain or common is None else common
        if found is not None:
            root = Path(os.path.relpath(folder)).as_posix()
            name = FILE if found is common else PLAIN_FILE
            lint = Lint(**found.pop("lint", {}))
            file = os.path.relpath(folder / name)
            return Settings(root, lint=lint, file=file, **found)
    return Settings()


def _table(path: Path) -> dict[str, Any] | None:
    """Read the settings in a file; None if it has none, or does not exist."""
    name = os.path.relpath(path)
    try:
        data = content(name, regular=True)
    except UnreadableError as error:
        if is_file(name):
            message = f"`{name}` {error}"
            raise SpecError([Diagnostic("MG006", message)]) from None
        return None
    at = table_names(name)
    if at and b"mlpgen" not in data:
        return None
    from mlpgen.project.settings_table import read

    return read(data, Path(name).as_posix(), at)
