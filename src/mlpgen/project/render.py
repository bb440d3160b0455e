"""What is asked to be rendered, and the texts of the files that come of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mlpgen import api
from mlpgen.diagnostics.diagnostic import Diagnostic, SpecError
from mlpgen.names.modules import KINDS, shared_modules
from mlpgen.project.request import Request, real, spec_from

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from mlpgen.api import Network
    from mlpgen.project.target import Target


class Rendered(NamedTuple):
    """The text of one file, and what it was rendered from.

    Attributes:
        text: The text.
        request: That which asked for it first, of a module that several share.
    """

    text: str
    request: Request


class Loader:
    """Reads specs, each once with the same settings."""

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
    target: Target,
    warn: Callable[[Sequence[Diagnostic]], None],
    *,
    also: Iterable[Request] = (),
    loader: Loader | None = None,
) -> dict[Path, Rendered]:
    """Render specs into the texts of files, the modules that they share at the end.

    Args:
        requests: What to render.
        target: Where the files go.
        warn: Told what is odd about the specs, if they have no mistakes.
        also: What to render where no file of another spec has its place.
        loader: Has read some of the specs.

    Raises:
        SpecError: A spec has mistakes, or two specs make the same file.
    """
    loader = loader or Loader()
    found: dict[Path, Rendered] = {}
    shared: dict[Path, Rendered] = {}
    problems: dict[Diagnostic, Diagnostic] = {}
    clashes: dict[tuple[str, str], Diagnostic] = {}
    odd: dict[int, dict[Diagnostic, None]] = {}
    wanted = [(request, False) for request in requests]
    for request, gives_way in [*wanted, *((request, True) for request in also)]:
        if gives_way and _has_lost(request, found):
            continue  # whatever it names as its spec is not even read
        try:
            network = loader.load(request)
            made = _files(request, network, target)
        except SpecError as error:
            for each in error.diagnostics:
                noted = _noted(each, request)
                problems.setdefault(each if _of_a_template(each) else noted, noted)
            continue
        taken = [found[path] for path in made if path in found]
        others = [each for each in taken if not _same_spec(each.request, request)]
        if gives_way and others:
            continue
        found_odd = network.warnings_in(request.style or network.graph.style)
        odd.setdefault(id(network), {}).update(dict.fromkeys(found_odd))
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
                found[path] = rendered  # of two headers with two options, its own
    if problems or clashes:
        raise SpecError([*problems.values(), *clashes.values()])
    warn([each for every in odd.values() for each in every])
    return found | shared


def _has_lost(request: Request, found: Mapping[Path, Rendered]) -> bool:
    """Tell whether all that asks for it is in the place of files of other specs."""
    others = (found.get(Path(each)) for each in request.asked_by)
    return all(each and not _same_spec(each.request, request) for each in others)


def _same_spec(one: Request, other: Request) -> bool:
    return real(one.spec) == real(other.spec)


def _files(request: Request, network: Network, target: Target) -> dict[Path, Rendered]:
    style = request.style or network.graph.style
    folder = target.out / style
    texts = api.render(
        network,
        style,
        capture=request.captured,
        origin=spec_from(folder, request.spec),
        notebook=request.notebook,
        package=target.package,
        templates=target.own,
    )
    return {folder / name: Rendered(text, request) for name, text in texts.items()}


def _noted(diagnostic: Diagnostic, request: Request) -> Diagnostic:
    """Say which file a mistake comes from that is no mistake of the spec alone."""
    if _of_a_template(diagnostic):
        note = f"it happens when `{request.spec}` is rendered"
        return diagnostic._replace(notes=(*diagnostic.notes, note))
    if not request.asked_by or not (request.settings or request.captured):
        return diagnostic
    note = f"the header of `{request.asked_by[0]}` asks for it"
    return diagnostic._replace(notes=(*diagnostic.notes, note))


def _of_a_template(diagnostic: Diagnostic) -> bool:
    """Tell whether a mistake is one of a template, which all specs have in common."""
    return diagnostic.code.startswith("MG6")


def clash(first: str, second: str, file: str, network: Network) -> Diagnostic:
    """Say that two specs make a file of one name, where the second says its name."""
    key = "file" if "file" in network.document.data else "name"
    return Diagnostic(
        "MG217",
        f"`{first}` makes a file `{file}` too",
        network.document.place((key,)),
        help=f"give `{second}` another `name`, or another `file`",
    )


def files_of(network: Network) -> tuple[str, ...]:
    """Name the files that a network makes in the folder of each style."""
    stem, recipe = network.graph.stem, network.graph.recipe
    kinds = KINDS if recipe is not None else ()
    return (f"{stem}.py", *(f"{kind}_{stem}.py" for kind in kinds))
