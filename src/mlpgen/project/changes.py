"""What a render does to each file, and what it says of those that lie beside them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.output import files
from mlpgen.project.neighbours import look_around, outdated, unneeded
from mlpgen.project.render import files_of
from mlpgen.project.request import real

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence
    from pathlib import Path

    from mlpgen.output.files import Change
    from mlpgen.project.existing_files import Found
    from mlpgen.project.render import Loader, Rendered
    from mlpgen.project.request import Request
    from mlpgen.project.target import Target


class Job(NamedTuple):
    """What is to be written, and what is to be said.

    Attributes:
        changes: What happens to each file.
        texts: What is rendered.
        notes: Lines about other files.
        force: Whether what a person has changed is overwritten.
    """

    changes: Sequence[Change]
    texts: Mapping[Path, str]
    notes: Sequence[str]
    force: bool

    def write(self) -> None:
        """Write all files or none."""
        new = {
            change.path: self.texts[change.path]
            for change in self.changes
            if change.is_written(force=self.force)
        }
        kept = {each.path for each in self.changes if each.status in files.KEPT}
        files.tidy(self.texts)
        files.write(new, keep=kept)


def plan_changes(
    requests: Sequence[Request],
    rendered: Mapping[Path, Rendered],
    target: Target,
    loader: Loader,
    *,
    force: bool,
) -> Job:
    """Compare what is rendered with what is there.

    Args:
        requests: What was asked for.
        rendered: What came of it.
        target: Where it goes.
        loader: Has read the specs.
        force: Whether what a person has changed is overwritten.

    Raises:
        OSError: Somewhere no file can be, and it is not asked for.
    """
    texts = {path: each.text for path, each in rendered.items()}
    changes = [_change(path, text, force=force) for path, text in texts.items()]
    is_gone = partial(_is_gone, _paths(requests, target, loader), requests)
    arounds = look_around(changes, is_gone, force=force)
    for around in arounds:
        more = around.shared(target).items() - texts.items()
        changes += [_change(path, text, force=force) for path, text in sorted(more)]
        texts.update(more)
    changed = {
        each.path.stem
        for each in changes
        if each.status != "missing" and each.is_written(force=force)
    }
    notes = [*unneeded(arounds), *outdated(arounds, changed, target)]
    return Job(changes, texts, notes, force)


def _change(path: Path, text: str, *, force: bool) -> Change:
    """Compare a file; where none can be, nothing is written unless it is asked for."""
    change = files.compare(path, text)
    if not force or change.there.blocker != path:
        files.insist(change.there)
    return change


def _paths(
    requests: Sequence[Request], target: Target, loader: Loader
) -> frozenset[Path]:
    """Name all files that specs may make in the styles that are asked for."""
    return frozenset(
        target.out / (request.style or network.graph.style) / name
        for request in requests
        for network in [loader.load(request)]
        for name in files_of(network)
    )


def _is_gone(made: Container[Path], requests: Sequence[Request], found: Found) -> bool:
    """Tell whether one of the specs has made a file, and does so no more."""
    spec = found.request.spec if found.request else "-"
    if spec == "-" or found.path in made:
        return False
    return real(spec) in {real(each.spec) for each in requests}
