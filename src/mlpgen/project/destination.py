"""Where generated files go, and the commands that put them there."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mlpgen import api
from mlpgen.project.owned_files import OwnedFiles
from mlpgen.project.request import Request

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlpgen.template_files import TemplateFolder

OUT = "generated"
"""The default folder of generated files."""


class Destination(NamedTuple):
    """Where generated files go, and what renders them.

    Attributes:
        out: The folder, with a subfolder for each style.
        package: The package of this folder, `mypkg.generated`; empty if files import
            each other without a package.
        defaults: The destination without options on the command line; None if this one
            is.
        templates_path: The folder of the project's templates; empty for none.
        templates: The templates in it.
        own: The files in `out` that are a person's.
        owned_by_option: The patterns of `own` that the command line adds.
    """

    out: Path = Path(OUT)
    package: str = ""
    defaults: Destination | None = None
    templates_path: str = ""
    templates: TemplateFolder | None = None
    own: OwnedFiles = OwnedFiles()
    owned_by_option: tuple[str, ...] = ()

    def package_of(self, folder: Path) -> str:
        """Return the package of a folder in `out`; empty if there is none."""
        if not self.package:
            return ""
        return ".".join([self.package, *folder.relative_to(self.out).parts])

    def command(self, *requests: Request) -> str:
        """Return the command that renders requests, or the project if there are none.

        Args:
            requests: Each spec in each style, with the same options.
        """
        words = ["mlpgen", "render", *dict.fromkeys(map(_argument, requests))]
        for style in dict.fromkeys(each.style for each in requests):
            words += ["--style", style] if style else []
        first = requests[0] if requests else Request("", None)
        for name, value in first.settings:
            words += ["--set", f"{name}={api.shown(value)}"]
        words += ["--capture", ",".join(first.captured)] if first.captured else []
        words += ["--notebook"] if first.notebook else []
        return shlex.join([*words, *self._options()])

    def commands(self, requests: Iterable[Request]) -> str:
        """Return a line of commands that render all requests."""
        of_styles: dict[tuple[object, object], dict[str, Request]] = {}
        for each in requests:
            options = each.settings, each.captured, each.notebook
            of_styles.setdefault((options, each.style), {}).setdefault(each.spec, each)
        groups: dict[object, list[Request]] = {}
        for (same, _), specs in of_styles.items():
            groups.setdefault((same, *specs), []).extend(specs.values())
        return " && ".join(self.command(*group) for group in groups.values())

    def _options(self) -> list[str]:
        defaults = self.defaults or self
        words = ["--out", self.out.as_posix()] if self.out != defaults.out else []
        words += ["--package", self.package] if self.package != defaults.package else []
        if self.templates_path != defaults.templates_path:
            words += ["--templates", self.templates_path]
        for pattern in self.owned_by_option:
            words += ["--own", pattern]
        return words


def _argument(request: Request) -> str:
    is_option = request.spec.startswith("-") and request.spec != "-"
    return f"./{request.spec}" if is_option else request.spec
