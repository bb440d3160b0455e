"""Whether generated files are what their specs say now, and what to do if not."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, NamedTuple

from mlpgen import api
from mlpgen.diagnostics.diagnostic import SpecError
from mlpgen.output import files, header
from mlpgen.project import render
from mlpgen.project.existing_files import generated
from mlpgen.project.neighbours import look_around
from mlpgen.project.render import Loader
from mlpgen.project.request import Request, real

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from mlpgen.diagnostics.diagnostic import Diagnostic
    from mlpgen.project.existing_files import Found
    from mlpgen.project.neighbours import Around
    from mlpgen.project.target import Target


class Verdict(NamedTuple):
    """What is so of one file.

    Attributes:
        path: The file.
        status: `current`, `stale`, `edited`, `missing`, `orphan`, `foreign`, `damaged`,
            `blocked`, `unreadable`, or `unknown` for one made from standard input.
        advice: What to do.
        diff: From what is there to what should be, line by line.
    """

    path: Path
    status: str
    advice: str = ""
    diff: tuple[str, ...] = ()

    @property
    def wrong(self) -> bool:
        """Whether something is to be done."""
        return self.status not in ("current", "unknown")


def check(
    specs: Sequence[str],
    styles: Sequence[str],
    target: Target,
    warn: Callable[[Sequence[Diagnostic]], None],
    *,
    only: bool = False,
) -> list[Verdict]:
    """Compare generated files with what would be rendered now.

    Args:
        specs: Those that must have been rendered.
        styles: In which; by default those of which something is there, and the spec's
            own unless only others are.
        target: Where the generated files are.
        warn: Told what is odd about the specs.
        only: Whether files of other specs are left out.

    Raises:
        SpecError: A spec has mistakes.
    """
    given = {real(spec) for spec in specs}
    found = {
        each.path: each
        for each in generated(target.out)
        if not only or not each.request or real(each.request.spec) in given
    }
    there = _There(target.out, [*found.values()], Loader())
    asked = there.asked()
    required = [each for spec in specs for each in there.required(spec, styles, asked)]
    also = [each for each in asked if each not in required]
    rendered = render.render(required, target, warn, also=also, loader=there.loader)
    changes = [files.compare(path, each.text) for path, each in rendered.items()]
    verdicts = {
        change.path: _verdict(change, target.command(rendered[change.path].request))
        for change in changes
    }

    for around in _arounds(found, changes):
        asked = [
            each.request for at, each in rendered.items() if at.parent == around.folder
        ]
        for path, text in around.shared(target).items():
            if path not in verdicts:
                command = target.command(*asked[:1])
                verdicts[path] = _verdict(files.compare(path, text), command)
        for each in around.left:
            if each.path not in verdicts:
                user = around.users.get(each.path.stem)
                verdicts[each.path] = _alone(each, user)
    for path, each in found.items():
        if path not in verdicts:
            verdicts[path] = _alone(each)
    return [verdicts[path] for path in sorted(verdicts)]


def _arounds(
    found: Mapping[Path, Found], changes: Sequence[files.Change]
) -> list[Around]:
    """Look at all folders where files are rendered, or use shared modules."""
    rendered = {each.path for each in changes}

    def is_gone(each: Found) -> bool:
        """Tell whether a file has a spec, which does not make it now."""
        unknown = each.request is None or each.request.spec == "-"
        return not unknown and each.path in found and each.path not in rendered

    folders = {path.parent: None for path, each in found.items() if each.is_shared}
    return look_around(changes, is_gone, also=folders)


class _There(NamedTuple):
    """What is in the folder of the generated files.

    Attributes:
        out: The folder.
        found: Files that mlpgen made.
        loader: Reads specs.
    """

    out: Path
    found: Sequence[Found]
    loader: Loader

    def asked(self) -> list[Request]:
        """Return what the headers of files in their place ask for, each once."""
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
        """Tell what must be there of a spec, with the options that headers ask for."""
        asked = [each for each in asked if real(each.spec) == real(spec)]
        try:
            network = self.loader.load(Request(spec, None))
        except SpecError:  # its mistakes are said when it is rendered
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
        """Tell whether anything is where a file of a spec would be, and no other's."""
        others = {
            each.path
            for each in self.found
            if each.request
            and _is_spec(each.request.spec)
            and real(each.request.spec) != real(spec)
        }
        paths = {self.out / style / name for name in names}
        return any(map(_is_taken, paths - others))


def _is_taken(path: Path) -> bool:
    there = files.look(path)
    return there.status != "missing" and there.blocker in (None, path)


def _is_spec(name: str) -> bool:
    """Tell whether what a header names is there."""
    return name != "-" and files.is_file(name)


def _verdict(change: files.Change, command: str) -> Verdict:
    advice = _advice(change, command)
    return Verdict(change.path, change.status, advice, _diff(change))


def _advice(change: files.Change, command: str) -> str:
    """Say what is wrong with a file, and which command mends it."""
    there = change.there
    above = there.blocker if there.blocker != change.path else None
    match change.status:
        case "current":
            return ""
        case "missing":
            return f"write it: {command}"
        case "stale":
            return f"{_reason(change)}: {command}"
        case "edited":
            too = "what is rendered has changed too; " if _changed(change) else ""
            return f"{too}move the edit into {_home(change)}, or: {command} --force"
        case "foreign":
            return f"{_foreign(change)}: move it, or: {command} --force"
        case "damaged":
            return f"its header is damaged: {command} --force"
        case "unreadable" if above:
            here = above.as_posix()
            return f"`{here}` {there.why}: {_shell('chmod', 'u+rwx', here)}"
        case "unreadable":
            return f"it {there.why}: {command} --force"
        case _ if above:
            return f"{there.why}: {_moved(above)} && {command}"
    return f"{there.why}: move it, or: {command} --force"


def _reason(change: files.Change) -> str:
    if change.old == change.new:
        return "its line ends, or a byte order mark, are not as written"
    old, new = header.read(change.old), header.read(change.new)
    if old and old.format != header.FORMAT:
        age = "an older" if old.format < header.FORMAT else "a newer"
        return f"{age} version of mlpgen wrote it"
    if old and new and old.origin != new.origin:
        return "it was rendered with other options, or from elsewhere"
    return "it is not what is rendered now"


def _home(change: files.Change) -> str:
    """Say where an edit of a file belongs."""
    found = header.read(change.new)
    if found is None or found.origin is not None:
        return "the spec"
    return "the project's own" if found.own else "a file of your own"


def _foreign(change: files.Change) -> str:
    found = header.read(change.old)
    if found is None:
        return "a file without mlpgen's header has its place"
    return "a file of another spec has its place"


def _changed(change: files.Change) -> bool:
    """Tell whether what is rendered is not what a person has edited."""
    old, new = header.read(change.old), header.read(change.new)
    return bool(old and new and old.code_hash != new.code_hash)


def _diff(change: files.Change) -> tuple[str, ...]:
    if change.there.status != "file":
        return ()
    path = change.path.as_posix()
    return tuple(
        difflib.unified_diff(
            change.old.split("\n"),
            change.new.split("\n"),
            f"{path} (as it is)",
            f"{path} (as the spec says)",
            lineterm="",
        )
    )


def _alone(found: Found, user: Path | None = None) -> Verdict:
    """Judge a file that no spec makes now, and perhaps another one imports."""
    path = found.path.as_posix()
    if found.why:
        advice = f"it {found.why}: {_shell('chmod', 'u+r', path)}"
        return Verdict(found.path, "unreadable", advice)
    if found.header is None:
        advice = f"its header is damaged, and no spec makes it: {_moved(found.path)}"
        return Verdict(found.path, "damaged", advice)
    spec = found.request.spec if found.request else ""
    edited = header.is_edited(found.text, found.header)
    if found.request and spec == "-":
        again = f"mlpgen render - --style {found.request.style} --force < SPEC"
        advice = "it was made from standard input" + f": {again}" * edited
        return Verdict(found.path, "edited" if edited else "unknown", advice)
    why = f"`{spec}` does not make it now"
    if not found.request:
        why = "no file imports it" if user is None else "mlpgen has no such module now"
    elif not files.is_file(spec):
        why = f"its spec `{spec}` is not there"
    if user is not None:
        why += f", but `{user.as_posix()}` imports it"
        return Verdict(found.path, "orphan", why)
    # Nothing that a person has written is removed.
    command = _moved(found.path) if edited else _shell("rm", path)
    return Verdict(found.path, "orphan", f"{why}: {command}")


def _moved(path: Path) -> str:
    return _shell("mv", path.as_posix(), files.unused(path, ".orig").as_posix())


def _shell(*words: str) -> str:
    import shlex

    return shlex.join(words)
