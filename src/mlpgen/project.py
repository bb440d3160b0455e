"""Specs and the files that are made from them: which there should be, and which are."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from mlpgen import api
from mlpgen.diagnostics import Diagnostic, SpecError
from mlpgen.output import files, header, notebook
from mlpgen.source import scalar
from mlpgen.source.files import possible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from mlpgen.api import Network
    from mlpgen.expressions import Scalar

OUT = "generated"
"""Where generated files are, if nobody says otherwise."""


class Request(NamedTuple):
    """One spec to render in one style.

    Attributes:
        spec: Its path; `-` is standard input.
        style: None for the spec's own.
        settings: New defaults for its parameters.
        captured: Layers whose outputs the model returns as well.
        notebook: Whether a notebook is wanted in place of files.
        asked_by: The generated file whose header asks for this; empty if a person does.
    """

    spec: str
    style: str | None
    settings: tuple[tuple[str, Scalar], ...] = ()
    captured: tuple[str, ...] = ()
    notebook: bool = False
    asked_by: str = ""

    def command(self, out: Path) -> str:
        """Return the command that renders this."""
        import shlex

        words = ["mlpgen", "render", self.spec]
        words += ["--style", self.style] if self.style else []
        for name, value in self.settings:
            words += ["--set", f"{name}={api.shown(value)}"]
        words += ["--capture", ",".join(self.captured)] if self.captured else []
        words += ["--notebook"] if self.notebook else []
        words += ["--out", out.as_posix()] if out != Path(OUT) else []
        return shlex.join(words)


class Rendered(NamedTuple):
    """The text of one file, and what it was rendered from."""

    text: str
    request: Request
    network: Network


def render(
    requests: Iterable[Request],
    out: Path,
    warn: Callable[[Sequence[Diagnostic]], None],
) -> dict[Path, Rendered]:
    """Render specs into the texts of files below `out`.

    Args:
        requests: What to render.
        out: The folder; each style has its own below it.
        warn: Told what is odd about the specs, if they have no mistakes.

    Raises:
        SpecError: A spec has mistakes, or two specs make the same file.
    """
    found: dict[Path, Rendered] = {}
    problems: dict[Diagnostic, None] = {}
    loaded: dict[object, Network] = {}
    for request in requests:
        try:
            key = request.spec, request.settings
            if key not in loaded:
                loaded[key] = api.load(request.spec, dict(request.settings))
            made = _files(request, loaded[key], out)
        except SpecError as error:
            problems |= dict.fromkeys(
                _noted(each, request) for each in error.diagnostics
            )
            continue
        for path, rendered in made.items():
            other = found.setdefault(path, rendered)
            if other.text == rendered.text:
                continue
            if real(other.request.spec) == real(request.spec):
                # Two headers with two options: each file has its own.
                if request.asked_by == path.as_posix():
                    found[path] = rendered
            else:
                problems[clash(other.request.spec, request.spec, rendered.network)] = (
                    None
                )
    if problems:
        raise SpecError(list(problems))
    warn([each for network in loaded.values() for each in network.warnings])
    return found


def _files(request: Request, network: Network, out: Path) -> dict[Path, Rendered]:
    style = request.style or network.graph.style
    texts = api.render(
        network,
        style,
        capture=request.captured,
        origin=spec_from(out / style, request.spec),
        notebook=request.notebook,
    )
    return {
        out / style / name: Rendered(text, request, network)
        for name, text in texts.items()
    }


def _noted(diagnostic: Diagnostic, request: Request) -> Diagnostic:
    """Say which file a mistake comes from that is no mistake of the spec alone."""
    if not request.asked_by or not (request.settings or request.captured):
        return diagnostic
    note = f"the header of `{request.asked_by}` asks for it"
    return diagnostic._replace(notes=(*diagnostic.notes, note))


def clash(first: str, second: str, network: Network) -> Diagnostic:
    """Say that two specs make the same files, at the name of the second."""
    return Diagnostic(
        "MG217",
        f"`{first}` makes the same files: its name is `{network.graph.name}` too",
        network.document.place(("name",)),
        help=f"give `{second}` another `name`",
    )


def real(spec: str) -> str:
    """Return one path for all spellings of a spec; `-` is standard input."""
    return os.path.realpath(spec) if spec != "-" and possible(spec) else spec


def spec_from(folder: Path, spec: str) -> str:
    """Return the path of a spec as a file in `folder` names it, with `/`."""
    if spec == "-":
        return "-"
    try:
        return Path(os.path.relpath(spec, folder)).as_posix()
    except ValueError:
        return Path(spec).absolute().as_posix()


class Found(NamedTuple):
    """A file that mlpgen made.

    Attributes:
        path: The file.
        text: What is in it.
        request: What its header says it was rendered from; None if it is damaged.
        header: The header.
    """

    path: Path
    text: str
    request: Request | None
    header: header.Header | None


def generated(out: Path) -> Iterator[Found]:
    """Find the files below `out` that mlpgen made."""
    found = (*out.rglob("*.py"), *out.rglob(f"*{notebook.SUFFIX}"))
    for path in sorted(found):
        if not path.is_file() or ".ipynb_checkpoints" in path.parts:
            continue
        text = notebook.plain(path, files.read(path) or "")
        try:
            read = header.read(text)
            if read is not None:
                yield Found(path, text, _request(path, read.origin), read)
        except header.DamagedHeaderError:
            yield Found(path, text, None, None)


def _request(path: Path, origin: header.Origin) -> Request:
    if origin.style not in api.STYLES:
        raise header.DamagedHeaderError
    try:
        settings = tuple(parse_setting(each) for each in origin.settings)
    except ValueError:
        raise header.DamagedHeaderError from None
    spec = _spec_of(path, origin.spec)
    is_notebook = path.suffix == notebook.SUFFIX
    asked_by = path.as_posix()
    return Request(spec, origin.style, settings, origin.captured, is_notebook, asked_by)


def _spec_of(path: Path, spec: str) -> str:
    """Return where a header's spec lies, seen from the current folder."""
    if spec == "-":
        return "-"
    joined = os.path.normpath(path.parent / PurePosixPath(spec))
    return Path(os.path.relpath(joined)).as_posix()


def parse_setting(text: str) -> tuple[str, Scalar]:
    """Read `name=value`, the value as YAML reads it.

    Raises:
        ValueError: It is not a name, `=` and a number or true/false.
    """
    name, equals, value = text.partition("=")
    parsed = scalar(value.strip())
    if not equals or not isinstance(parsed, int | float):
        raise ValueError(text)
    return name.strip(), parsed
