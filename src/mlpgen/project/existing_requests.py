"""The requests that rendered the files on disk, and those that specs need besides."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from mlpgen import api
from mlpgen.diagnostics.diagnostic import SpecError
from mlpgen.output import files
from mlpgen.project.render import Loader
from mlpgen.project.request import Request, real_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from mlpgen.api import Network
    from mlpgen.project.existing_files import ExistingFile


class ExistingRequests:
    """The generated files on disk, and the requests that would render them again.

    Attributes:
        out: Their folder.
        found: The files.
        specs: The specs that must have been rendered.
        loader: Reads the specs.
    """

    def __init__(
        self, out: Path, found: Sequence[ExistingFile], specs: Sequence[str]
    ) -> None:
        self.out = out
        self.found = found
        self.specs = specs
        self.loader = Loader()

    @cached_property
    def every(self) -> list[Request]:
        """The requests in headers of files in the folder of their style."""
        asked: dict[object, Request] = {}
        for each in self.found:
            request = self._current(each)
            if request and each.path.parent == self.out / str(request.style):
                same = asked.setdefault(request[:5], request._replace(asked_by=()))
                files = (*same.asked_by, *request.asked_by)
                asked[request[:5]] = same._replace(asked_by=files)
        return [*asked.values()]

    def required(self, spec: str, styles: Sequence[str]) -> Iterator[Request]:
        """Yield the requests of a spec, with the options in existing headers.

        Args:
            spec: One of the specs.
            styles: The styles that it must have been rendered in. If empty, the styles
                that exist, or the spec's own style if none does.
        """
        asked = self._by_spec.get(real_path(spec), [])
        network = self._network(spec)
        if network is None:  # its mistakes are reported when it is rendered
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

    def _current(self, found: ExistingFile) -> Request | None:
        """Return the request of a file whose spec exists, be it under another name."""
        request = found.request
        if request is None or request.spec == "-":
            return None
        if files.is_file(request.spec):
            return request
        spec = self._by_file.get(found.path.name, "")
        return request._replace(spec=spec) if spec else None

    @cached_property
    def _by_spec(self) -> dict[str, list[Request]]:
        found: dict[str, list[Request]] = {}
        for each in self.every:
            found.setdefault(real_path(each.spec), []).append(each)
        return found

    @cached_property
    def _by_file(self) -> dict[str, str]:
        """The spec that makes a file of a name; empty if there are several."""
        found: dict[str, str] = {}
        for spec in self.specs:
            network = self._network(spec)
            for name in api.file_names(network.graph) if network else ():
                found[name] = "" if name in found else spec
        return found

    @cached_property
    def _owners(self) -> dict[Path, str]:
        """The spec of each file whose spec exists."""
        return {
            each.path: real_path(each.request.spec)
            for each in self.found
            if each.request
            and each.request.spec != "-"
            and files.is_file(each.request.spec)
        }

    def _network(self, spec: str) -> Network | None:
        """Read a spec; None if it has mistakes."""
        try:
            return self.loader.load(Request(spec, None))
        except SpecError:
            return None

    def _has(self, spec: str, style: str, names: Sequence[str]) -> bool:
        """Tell whether anything but files of other specs is at the paths of a spec."""
        real = real_path(spec)
        paths = (self.out / style / name for name in names)
        return any(
            _is_taken(path) for path in paths if self._owners.get(path, real) == real
        )


def _is_taken(path: Path) -> bool:
    there = files.look(path)
    return there.status != "missing" and there.blocker in (None, path)
