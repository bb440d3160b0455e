"""Compares generated files with what their specs render now."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen import api
from mlpgen.diagnostics.diagnostic import SpecError
from mlpgen.output import files
from mlpgen.project import render, verdict
from mlpgen.project.existing_files import generated_files
from mlpgen.project.render import Loader
from mlpgen.project.request import Request, real_path
from mlpgen.project.unrendered_files import find_unrendered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from mlpgen.diagnostics.diagnostic import Diagnostic
    from mlpgen.project.destination import Destination
    from mlpgen.project.existing_files import ExistingFile
    from mlpgen.project.unrendered_files import UnrenderedFiles
    from mlpgen.project.verdict import Verdict


def check(
    specs: Sequence[str],
    styles: Sequence[str],
    destination: Destination,
    warn: Callable[[Sequence[Diagnostic]], None],
    *,
    only: bool = False,
) -> list[Verdict]:
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
    existing = _GeneratedFiles(destination.out, [*found.values()], Loader())
    asked = existing.requests()
    required = [
        each for spec in specs for each in existing.required(spec, styles, asked)
    ]
    also = [each for each in asked if each not in required]
    loader = existing.loader
    rendered = render.render(required, destination, warn, also=also, loader=loader)
    changes = [files.compare(path, each.text) for path, each in rendered.items()]
    verdicts: dict[Path, Verdict] = {}
    for change in changes:
        command = destination.command(rendered[change.path].request)
        verdicts[change.path] = verdict.of_rendered(change, command)

    for folder in _unrendered(found, changes):
        requests = [
            each.request for at, each in rendered.items() if at.parent == folder.folder
        ]
        command = destination.command(*requests[:1])
        for path, text in folder.shared(destination).items():
            if path not in verdicts:
                change = files.compare(path, text)
                verdicts[path] = verdict.of_rendered(change, command)
        for each in folder.leftover:
            if each.path not in verdicts:
                importer = folder.importers.get(each.path.stem)
                verdicts[each.path] = verdict.of_unrendered(each, importer)
    for path, each in found.items():
        if path not in verdicts:
            verdicts[path] = verdict.of_unrendered(each)
    return [verdicts[path] for path in sorted(verdicts)]


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


class _GeneratedFiles(NamedTuple):
    """The generated files on disk, and the requests that would render them again.

    Attributes:
        out: Their folder.
        found: The files.
        loader: Reads the specs.
    """

    out: Path
    found: Sequence[ExistingFile]
    loader: Loader

    def requests(self) -> list[Request]:
        """Return the requests in headers of files in the folder of their style."""
        asked: dict[object, Request] = {}
        for each in self.found:
            request = each.request
            if not request or not _is_spec(request.spec):
                continue
            if each.path.parent == self.out / str(request.style):
                same = asked.setdefault(request[:5], request._replace(asked_by=()))
                files = (*same.asked_by, *request.asked_by)
                asked[request[:5]] = same._replace(asked_by=files)
        return [*asked.values()]

    def required(
        self, spec: str, styles: Sequence[str], asked: Sequence[Request]
    ) -> Iterator[Request]:
        """Yield the requests of a spec, with the options in existing headers."""
        asked = [each for each in asked if real_path(each.spec) == real_path(spec)]
        try:
            network = self.loader.load(Request(spec, None))
        except SpecError:  # reported when it is rendered
            yield from asked or [Request(spec, None)]
            return
        *names, notebook = api.file_names(network.graph)
        marked = {each.style for each in asked}
        if files.is_folder(self.out / network.graph.style):
            marked.add(network.graph.style)
        there = styles or [
            style
            for style in api.STYLES
            if style in marked or self._has(spec, style, names)
        ]
        for style in there or [network.graph.style]:
            same = [each for each in asked if each.style == style]
            notebooks = [each for each in same if each.notebook]
            yield from same
            if len(same) == len(notebooks) and (styles or not same):
                yield Request(spec, style if there else None)
            if not notebooks and _is_taken(self.out / style / notebook):
                yield Request(spec, style, notebook=True)

    def _has(self, spec: str, style: str, names: Sequence[str]) -> bool:
        """Tell whether anything but files of other specs is at the paths of a spec."""
        others = {
            each.path
            for each in self.found
            if each.request
            and _is_spec(each.request.spec)
            and real_path(each.request.spec) != real_path(spec)
        }
        paths = {self.out / style / name for name in names}
        return any(map(_is_taken, paths - others))


def _is_taken(path: Path) -> bool:
    there = files.look(path)
    return there.status != "missing" and there.blocker in (None, path)


def _is_spec(name: str) -> bool:
    """Tell whether the spec that a header names exists."""
    return name != "-" and files.is_file(name)
