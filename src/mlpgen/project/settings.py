"""The settings of a project: `[tool.mlpgen]` in its pyproject.toml."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.diagnostics.diagnostic import Diagnostic, SpecError
from mlpgen.output.files import is_file
from mlpgen.project.destination import OUT
from mlpgen.project.request import real_path
from mlpgen.source.files import UnreadableError, content

if TYPE_CHECKING:
    from mlpgen.diagnostics.diagnostic import Place

FILE = "pyproject.toml"
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
        lint: What happens with warnings and hints.
        file: The pyproject.toml, relative to the working folder; empty if there is
            none.
    """

    root: str = "."
    specs: tuple[str, ...] = SPECS
    out: str = OUT
    styles: tuple[str, ...] = ()
    package: str = ""
    templates: str = ""
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

        return place(content(self.file, regular=True), self.file, key)

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


def settings() -> Settings:
    """Read the settings of the project that the working folder belongs to.

    Raises:
        SpecError: They have mistakes.
    """
    try:
        here = Path.cwd()
    except OSError:  # it was removed
        return Settings()
    for folder in (here, *here.parents):
        name = os.path.relpath(folder / FILE)
        try:
            data = content(name, regular=True)
        except UnreadableError as error:
            if is_file(name):
                message = f"`{name}` {error}"
                raise SpecError([Diagnostic("MG006", message)]) from None
            continue
        if b"mlpgen" in data:
            from mlpgen.project.settings_table import read

            found = read(data, Path(name).as_posix())
            if found is not None:
                root = Path(os.path.relpath(folder)).as_posix()
                lint = Lint(**found.pop("lint", {}))
                return Settings(root, lint=lint, file=name, **found)
    return Settings()
