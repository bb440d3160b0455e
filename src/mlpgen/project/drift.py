"""Compares generated files with what their specs render now."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen.names.modules import shared_modules
from mlpgen.output import files
from mlpgen.project import render, verdict
from mlpgen.project.existing_files import generated_files
from mlpgen.project.existing_requests import ExistingRequests
from mlpgen.project.request import Request, real_path
from mlpgen.project.unrendered_files import find_unrendered

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from mlpgen.diagnostics.diagnostic import Diagnostic
    from mlpgen.project.destination import Destination
    from mlpgen.project.existing_files import ExistingFile
    from mlpgen.project.unrendered_files import UnrenderedFiles
    from mlpgen.project.verdict import Verdict


class Unmade(NamedTuple):
    """A generated file that no spec makes.

    Attributes:
        file: The file.
        importer: A file that stays and imports it.
    """

    file: ExistingFile
    importer: Path | None = None


class Comparison(NamedTuple):
    """The generated files compared with what their specs render now.

    Attributes:
        changes: The files that should be there, shared modules included.
        texts: What is rendered for each of them.
        requests: What renders each of them; nothing for a shared module of a folder
            without rendered files.
        unmade: The files that no spec makes.
        folders: The files that are not rendered, in each folder of the others.
    """

    changes: tuple[files.Change, ...]
    texts: Mapping[Path, str]
    requests: Mapping[Path, list[Request]]
    unmade: tuple[Unmade, ...]
    folders: tuple[UnrenderedFiles, ...]

    def spec_of(self, path: Path) -> str:
        """Return the spec that makes a file; empty for none, and shared modules."""
        requests = [] if path.stem in shared_modules() else self.requests.get(path, [])
        return next((each.spec for each in requests), "")


def check(
    specs: Sequence[str],
    styles: Sequence[str],
    destination: Destination,
    warn: Callable[[Sequence[Diagnostic]], None],
    *,
    only: bool = False,
) -> list[Verdict]:
    """Judge all generated files, with the arguments of `compare`."""
    found = compare(specs, styles, destination, warn, only=only)
    made = (
        verdict.of_rendered(
            each, destination.command(*found.requests[each.path])
        )._replace(spec=found.spec_of(each.path))
        for each in found.changes
    )
    unmade = (verdict.of_unrendered(*each) for each in found.unmade)
    return sorted([*made, *unmade], key=lambda each: each.path)


def compare(
    specs: Sequence[str],
    styles: Sequence[str],
    destination: Destination,
    warn: Callable[[Sequence[Diagnostic]], None],
    *,
    only: bool = False,
) -> Comparison:
    """Compare generated files with what would be rendered now.

    Args:
        specs: The specs that must have been rendered.
        styles: The styles that they must have been rendered in. If empty, the styles
            that exist, or the spec's own style if none does.
        destination: Where the generated files are.
        warn: Called with the warnings about the specs.
        only: Whether files of other specs are ignored.

    Raises:
        SpecError: A spec has mistakes.
    """
    given = {real_path(spec) for spec in specs}
    found = {
        each.path: each
        for each in generated_files(destination.out)
        if not destination.own.has(each.path)
        if not only or not each.request or real_path(each.request.spec) in given
    }
    existing = ExistingRequests(destination.out, [*found.values()], specs)
    required = [each for spec in specs for each in existing.required(spec, styles)]
    also = [each for each in existing.every if each not in required]
    loader = existing.loader
    rendered = render.render(required, destination, warn, also=also, loader=loader)
    changes = {path: files.compare(path, each.text) for path, each in rendered.items()}
    requests = {path: [each.request] for path, each in rendered.items()}
    texts = {path: each.text for path, each in rendered.items()}
    folders = _unrendered(found, [*changes.values()])
    unmade: dict[Path, Unmade] = {}
    for folder in folders:
        first = next(
            (each for at, each in requests.items() if at.parent == folder.folder), []
        )
        for path, text in folder.shared(destination).items():
            if path not in changes:
                changes[path] = files.compare(path, text)
                texts[path], requests[path] = text, first
        for each in folder.leftover:
            if each.path not in changes:
                importer = folder.importers.get(each.path.stem)
                unmade[each.path] = Unmade(each, importer)
    for path, each in found.items():
        if path not in changes:
            unmade.setdefault(path, Unmade(each))
    every = (*changes.values(),)
    return Comparison(every, texts, requests, (*unmade.values(),), (*folders,))


def _unrendered(
    found: Mapping[Path, ExistingFile], changes: Sequence[files.Change]
) -> list[UnrenderedFiles]:
    """Find the unrendered files of all folders with generated files."""
    rendered = {each.path for each in changes}

    def is_gone(each: ExistingFile) -> bool:
        """Tell whether the spec of a file no longer makes it."""
        unknown = each.request is None or each.request.spec == "-"
        return not unknown and each.path in found and each.path not in rendered

    folders = {path.parent: None for path, each in found.items() if each.is_shared}
    return find_unrendered(changes, is_gone, also=folders)
