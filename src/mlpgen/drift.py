"""Whether generated files are what their specs say now, and what to do if not."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mlpgen import project
from mlpgen.output import files, header

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mlpgen.diagnostics import Diagnostic
    from mlpgen.project import Found, Rendered, Request

SPECS = "specs"
"""The folder whose specs are checked if nobody names others."""


class Verdict(NamedTuple):
    """What is so of one file.

    Attributes:
        path: The file.
        status: `current`, `stale`, `edited`, `missing`, `orphan`, `foreign`, `damaged`,
            or `unknown` for a file that was made from standard input.
        advice: What to do.
        diff: From what is there to what should be.
    """

    path: Path
    status: str
    advice: str = ""
    diff: str = ""

    @property
    def wrong(self) -> bool:
        """Whether something is to be done."""
        return self.status not in ("current", "unknown")


def specs_here() -> list[str]:
    """Return the specs of the folder `specs`, in order."""
    found = [*Path(SPECS).glob("*.yaml"), *Path(SPECS).glob("*.yml")]
    return sorted(path.as_posix() for path in found)


def check(
    specs: Sequence[str],
    styles: Sequence[str],
    out: Path,
    warn: Callable[[Sequence[Diagnostic]], None],
) -> list[Verdict]:
    """Compare generated files with what would be rendered now.

    Args:
        specs: Those to look at; if there are none, every generated file and every spec
            of the folder `specs`.
        styles: Styles that must be there; by default those that are, else the spec's.
        out: The folder of the generated files.
        warn: Told what is odd about the specs.

    Raises:
        SpecError: A spec has mistakes.
    """
    wanted = {project.real(spec) for spec in specs}
    found = [
        each
        for each in project.generated(out)
        if not specs or not each.request or project.real(each.request.spec) in wanted
    ]
    requests = _requests(found, specs or specs_here(), styles)
    rendered = project.render(requests, out, warn)
    verdicts = {path: _verdict(path, each, out) for path, each in rendered.items()}
    for each in found:
        if each.path not in verdicts:
            verdicts[each.path] = _alone(each)
    return [verdicts[path] for path in sorted(verdicts)]


def _requests(
    found: Sequence[Found], specs: Sequence[str], styles: Sequence[str]
) -> list[Request]:
    """Gather what the headers say, and styles of the specs that no file has yet."""
    asked: dict[tuple[object, ...], Request] = {}
    there: dict[str, set[str | None]] = {}
    for each in found:
        if each.request and files.is_file(each.request.spec):
            asked.setdefault(each.request[:5], each.request)
            of_spec = there.setdefault(project.real(each.request.spec), set())
            of_spec.add(each.request.style)
    for spec in specs:
        known = there.get(project.real(spec), set())
        for style in styles or (() if known else (None,)):
            if style not in known:
                asked[spec, style] = project.Request(spec, style)
    return list(asked.values())


def _verdict(path: Path, rendered: Rendered, out: Path) -> Verdict:
    change = files.compare(path, rendered.text)
    command = rendered.request.command(out)
    changed = _changed(change)
    reason = "the spec has changed" if changed else "it is rendered otherwise now"
    too = "the spec has changed too; " if changed else ""
    advice = {
        "current": "",
        "missing": f"write it: {command}",
        "stale": f"{reason}: {command}",
        "edited": f"{too}move the edit into the spec, or: {command} --force",
        "foreign": f"another file has its place: move it, or: {command} --force",
        "damaged": f"its header is damaged: {command} --force",
    }[change.status]
    diff = "" if change.status == "missing" else _diff(change)
    return Verdict(path, change.status, advice, diff)


def _changed(change: files.Change) -> bool:
    """Tell whether a file was rendered from other data or options."""
    try:
        old, new = header.read(change.old), header.read(change.new)
    except header.DamagedHeaderError:
        return False
    return bool(old and new and old.spec_hash != new.spec_hash)


def _diff(change: files.Change) -> str:
    path = change.path.as_posix()
    return "".join(
        difflib.unified_diff(
            change.old.splitlines(keepends=True),
            change.new.splitlines(keepends=True),
            f"{path} (as it is)",
            f"{path} (as the spec says)",
        )
    )


def _alone(found: Found) -> Verdict:
    """Judge a file that no spec makes now."""
    if found.request is None or found.header is None:
        advice = "its header is damaged: render its spec with --force (keeps a .orig)"
        return Verdict(found.path, "damaged", advice)
    spec = found.request.spec
    if spec == "-":
        if header.is_edited(found.text, found.header):
            return Verdict(found.path, "edited", "it was made from standard input")
        return Verdict(found.path, "unknown", "it was made from standard input")
    if files.is_file(spec):
        return Verdict(
            found.path, "orphan", f"`{spec}` does not make it now: remove it"
        )
    advice = (
        f"its spec `{spec}` is not there: remove it, or render the spec's new place"
    )
    return Verdict(found.path, "orphan", advice)
