"""Generated files in their folder: which there should be, and what became of each."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from mlpgen import api
from mlpgen.diagnostics import Diagnostic, SpecError
from mlpgen.output import files, header

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from mlpgen.api import Network
    from mlpgen.expressions import Scalar


class Request(NamedTuple):
    """One spec to render in one style."""

    spec: str
    style: str | None
    settings: tuple[tuple[str, Scalar], ...] = ()
    captured: tuple[str, ...] = ()


def texts(
    requests: Iterable[Request],
    out: Path,
    warn: Callable[[Sequence[Diagnostic]], None],
) -> dict[Path, str]:
    """Render specs into the texts of files below `out`.

    Args:
        requests: What to render.
        out: The folder; each style has its own below it.
        warn: Told once a spec what is odd about it.

    Raises:
        SpecError: A spec has mistakes, or two specs make the same file.
    """
    found: dict[Path, str] = {}
    maker: dict[Path, str] = {}
    problems: list[Diagnostic] = []
    loaded: dict[object, Network] = {}
    for request in requests:
        try:
            key = request.spec, request.settings
            if key not in loaded:
                loaded[key] = api.load(request.spec, dict(request.settings))
                warn(loaded[key].warnings)
            network = loaded[key]
            style = request.style or network.graph.style
            rendered = api.render(
                network,
                style,
                capture=request.captured,
                origin=spec_from(out / style, request.spec),
            )
        except SpecError as error:
            problems += [each for each in error.diagnostics if each not in problems]
            continue
        for name, text in rendered.items():
            path = out / style / name
            if path in found and found[path] != text:
                both = f"`{maker[path]}` and `{request.spec}`"
                message = f"{both} make the same file, `{path.as_posix()}`"
                help = "give one of them another `name`"
                problems.append(Diagnostic("MG217", message, help=help))
            found[path], maker[path] = text, request.spec
    if any(not each.warning for each in problems):
        raise SpecError(problems)
    return found


def spec_from(folder: Path, spec: str) -> str:
    """Return the path of a spec as a file in `folder` names it, with `/`."""
    if spec == "-":
        return "-"
    try:
        return Path(os.path.relpath(spec, folder)).as_posix()
    except ValueError:
        return Path(spec).absolute().as_posix()


class Found(NamedTuple):
    """A file that mlpgen made, as its header tells."""

    path: Path
    header: header.Header | None
    spec: str


def generated(out: Path) -> Iterator[Found]:
    """Find the files below `out` that mlpgen made; a damaged header is None."""
    for path in sorted(out.rglob("*.py")):
        text = files.read(path) or ""
        try:
            read = header.read(text)
        except header.DamagedHeaderError:
            yield Found(path, None, "")
            continue
        if read is not None:
            yield Found(path, read, _spec_of(path, read.origin.spec))


def _spec_of(path: Path, spec: str) -> str:
    """Return where a header's spec lies, seen from the current folder."""
    if spec == "-":
        return "-"
    joined = os.path.normpath(path.parent / PurePosixPath(spec))
    return Path(os.path.relpath(joined)).as_posix()
