"""The specs, styles and destination of a command: its options over the settings."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from mlpgen.cli.options import once
from mlpgen.diagnostics.diagnostic import Diagnostic, SpecError
from mlpgen.project.destination import Destination
from mlpgen.project.owned_files import OwnedFiles
from mlpgen.project.package_name import check_package
from mlpgen.project.settings import settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.project.settings import Lint, Settings
    from mlpgen.template_files import TemplateFolder


class Selection(NamedTuple):
    """What a command works on: its options, else the project's settings.

    Attributes:
        specs: The paths of the specs, each once.
        styles: The styles of each spec; empty for the spec's own.
        destination: Where generated files go.
        root: The folder of the project.
        file: The file with the settings; empty if there is none.
        warnings: Warnings about the project's templates.
        lint: What the project does with warnings.
    """

    specs: list[str]
    styles: tuple[str, ...]
    destination: Destination
    root: Path
    file: str
    warnings: tuple[Diagnostic, ...]
    lint: Lint


def select(
    specs: Sequence[str],
    styles: Sequence[str],
    out: str | None,
    package: str | None,
    templates: str | None,
    own: Sequence[str] = (),
) -> Selection:
    """Combine the options of a command with the project's settings.

    Raises:
        SpecError: The package name is not valid or does not match the folder, or the
            templates cannot be read.
    """
    project = settings()
    defaults = Destination(
        project.folder, project.package, templates_path=project.templates_path
    )
    path = defaults.templates_path if templates is None else templates
    folder: TemplateFolder | None = None
    warnings: tuple[Diagnostic, ...] = ()
    if path:
        from mlpgen import project_templates

        place = project.place("templates") if templates is None else None
        folder, warnings = project_templates.opened(path, place)
    destination = Destination(
        defaults.out if out is None else Path(out),
        defaults.package if package is None else package,
        defaults,
        path,
        folder,
        _owned(own, project),
        (*own,),
    )
    check_package(destination)
    return Selection(
        once(specs) or project.spec_files(),
        (*(styles or project.styles),),
        destination,
        Path(project.root),
        project.file,
        warnings,
        project.lint,
    )


def _owned(given: Sequence[str], project: Settings) -> OwnedFiles:
    """Combine the patterns of the command line, which are relative to here."""
    of_project = ((project.root, pattern) for pattern in project.own)
    here = ((".", Path(os.path.relpath(each)).as_posix()) for each in given)
    return OwnedFiles((*of_project, *here))


def project_specs(given: Sequence[str], command: str) -> list[str]:
    """Return the specs that are given, else those of the project.

    Raises:
        click.UsageError: None is given, and there are no settings that name some.
        SpecError: The settings have mistakes, or their patterns match no file.
    """
    if given:
        return once(given)
    project = settings()
    specs = project.spec_files()
    need_specs(specs, project.file, command)
    return specs


def need_specs(specs: Sequence[str], file: str, command: str) -> None:
    """Check that the settings of a project name specs.

    Args:
        specs: The specs.
        file: The file with the settings; empty if there is none.
        command: The command that needs specs.

    Raises:
        click.UsageError: There are no settings.
        SpecError: MG006, their patterns match no file.
    """
    if not file:
        raise click.UsageError(
            "Missing argument 'SPECS...': make settings with `mlpgen init project`, or "
            f"name the specs, such as `mlpgen {command} specs/*.yaml`"
        )
    if not specs:
        message = f"`specs` in `{file}` matches no file"
        raise SpecError([Diagnostic("MG006", message)])
