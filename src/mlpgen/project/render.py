"""Renders requests into the texts of files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mlpgen import api
from mlpgen.diagnostics.diagnostic import Diagnostic, SpecError
from mlpgen.names.modules import KINDS, shared_modules
from mlpgen.project.request import Request, real_path, spec_from

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from mlpgen.api import Network
    from mlpgen.project.destination import Destination


class RenderedFile(NamedTuple):
    """The text of one file, and what it was rendered from.

    Attributes:
        text: The text.
        request: The request; for a shared module, the first one that needs it.
        why: Why it is not what the style asks for; empty if it is.
    """

    text: str
    request: Request
    why: str = ""


class Loader:
    """Reads specs, once for the same settings."""

    def __init__(self) -> None:
        self.networks: dict[object, Network] = {}

    def load(self, request: Request) -> Network:
        """Read the spec of a request.

        Raises:
            SpecError: It has mistakes.
        """
        key = request.spec, request.settings
        if key not in self.networks:
            self.networks[key] = api.load(request.spec, dict(request.settings))
        return self.networks[key]


def render(
    requests: Iterable[Request],
    destination: Destination,
    warn: Callable[[Sequence[Diagnostic]], None],
    *,
    also: Iterable[Request] = (),
    loader: Loader | None = None,
) -> dict[Path, RenderedFile]:
    """Render specs into the texts of files, but those that are a person's.

    Shared modules come last.

    Args:
        requests: What to render.
        destination: Where the files go.
        warn: Called with the warnings about the specs, if they have no mistakes.
        also: Requests to skip if files of other specs are at their paths.
        loader: A loader that may have read some of the specs.

    Raises:
        SpecError: A spec has mistakes, or two specs make the same file.
    """
    loader = loader or Loader()
    found: dict[Path, RenderedFile] = {}
    shared: dict[Path, RenderedFile] = {}
    problems: dict[Diagnostic, Diagnostic] = {}
    clashes: dict[tuple[str, str], Diagnostic] = {}
    warnings: dict[int, dict[Diagnostic, None]] = {}
    wanted = [(request, False) for request in requests]
    for request, optional in [*wanted, *((request, True) for request in also)]:
        if optional and _is_replaced(request, found):
            continue  # without reading its spec, which may be anything
        try:
            network = loader.load(request)
            made = _files(request, network, destination)
        except SpecError as error:
            for each in error.diagnostics:
                noted = _with_note(each, request)
                problems.setdefault(each if _of_a_template(each) else noted, noted)
            continue
        taken = [found[path] for path in made if path in found]
        others = [each for each in taken if not _same_spec(each.request, request)]
        if optional and others:
            continue
        if id(network) not in warnings:
            warnings[id(network)] = dict.fromkeys(api.every_warning(network))
        for path, rendered in made.items():
            if path.stem in shared_modules():
                shared.setdefault(path, rendered)
                continue
            other = found.setdefault(path, rendered)
            if other.text == rendered.text:
                continue
            if not _same_spec(other.request, request):
                pair = other.request.spec, request.spec
                clashes.setdefault(pair, clash(*pair, path.name, network))
            elif path.as_posix() in request.asked_by:
                found[path] = rendered  # each file keeps the options of its header
    if problems or clashes:
        raise SpecError([*problems.values(), *clashes.values()])
    warn([each for every in warnings.values() for each in every])
    made = found | shared
    return {path: made[path] for path in made if not destination.own.has(path)}


def _is_replaced(request: Request, found: Mapping[Path, RenderedFile]) -> bool:
    """Tell whether files of other specs replace all files that ask for a request."""
    others = (found.get(Path(each)) for each in request.asked_by)
    return all(each and not _same_spec(each.request, request) for each in others)


def _same_spec(one: Request, other: Request) -> bool:
    return real_path(one.spec) == real_path(other.spec)


def _files(
    request: Request, network: Network, destination: Destination
) -> dict[Path, RenderedFile]:
    style = request.style or network.graph.style
    folder = destination.out / style
    texts = api.render(
        network,
        style,
        capture=request.captured,
        origin=spec_from(folder, request.spec),
        notebook=request.notebook,
        package=destination.package,
        templates=destination.templates,
    )
    found = {folder / name: RenderedFile(text, request) for name, text in texts.items()}
    if style == "sequential" and network.unchained is not None:
        path = folder / f"{network.graph.stem}.py"
        if path in found:  # templates may leave the model out
            found[path] = found[path]._replace(why=_why(network.unchained))
    return found


def _why(unchained: Diagnostic) -> str:
    """Write why a model has a `forward` in sequential style, with the line."""
    _, _, reason = unchained.message.partition(": ")
    place = unchained.place
    line = f", {place.path}:{place.span.line}" if place else ""
    return f"it has a `forward`, since {reason} ({unchained.code}{line})"


def _with_note(diagnostic: Diagnostic, request: Request) -> Diagnostic:
    """Note what causes a mistake, if it is not the spec alone."""
    if _of_a_template(diagnostic):
        note = f"while rendering `{request.spec}`"
        return diagnostic._replace(notes=(*diagnostic.notes, note))
    if not request.asked_by or not (request.settings or request.captured):
        return diagnostic
    note = f"the header of `{request.asked_by[0]}` asks for it"
    return diagnostic._replace(notes=(*diagnostic.notes, note))


def _of_a_template(diagnostic: Diagnostic) -> bool:
    """Tell whether a mistake is in a template, and so the same for all specs."""
    return diagnostic.code.startswith("MG6")


def clash(first: str, second: str, file: str, network: Network) -> Diagnostic:
    """Report, at the name of the second spec, that two specs make the same file."""
    key = "file" if "file" in network.document.data else "name"
    return Diagnostic(
        "MG217",
        f"`{first}` also makes a file `{file}`",
        network.document.place((key,)),
        help=f"give `{second}` another `name`, or another `file`",
    )


def files_of(network: Network) -> tuple[str, ...]:
    """Return the names of the files that a network makes in the folder of a style."""
    stem, recipe = network.graph.stem, network.graph.recipe
    kinds = KINDS if recipe is not None else ()
    return (f"{stem}.py", *(f"{kind}_{stem}.py" for kind in kinds))
