"""The library: load a spec, look at it, render it; nothing is written."""

from __future__ import annotations

from functools import partial
from importlib import import_module
from pathlib import PurePath
from typing import TYPE_CHECKING, NamedTuple, get_args

from mlpgen import source
from mlpgen.graph.build import build
from mlpgen.graph.entries.custom_classes import own_classes
from mlpgen.names.modules import KINDS, shared_modules, wrong_package
from mlpgen.output import shared
from mlpgen.output.header import SLOT, Origin, comment, stamp
from mlpgen.rendering import fill, fill_cells
from mlpgen.spec.models import Style
from mlpgen.styles.code import Code, as_code
from mlpgen.template_files import text_of

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Mapping, Sequence

    from mlpgen.diagnostics.diagnostic import Diagnostic
    from mlpgen.graph.nodes import Model
    from mlpgen.source import Document
    from mlpgen.symbols.expressions import Scalar
    from mlpgen.template_files import TemplateFolder

STYLES: tuple[str, ...] = get_args(Style)
"""Each is a module of `mlpgen.styles` with a function `plan`."""


class Network(NamedTuple):
    """A spec that was read and has no mistakes.

    Attributes:
        graph: Its layers with names, shapes and counts.
        warnings: What is odd about it.
        document: The YAML it was read from.
        settings: New defaults that were given for its parameters.
        unchained: What keeps classes from being a chain in sequential style.
    """

    graph: Model
    warnings: tuple[Diagnostic, ...]
    document: Document
    settings: Mapping[str, Scalar]
    unchained: tuple[Diagnostic, ...] = ()

    def warnings_in(self, style: str) -> tuple[Diagnostic, ...]:
        """Return what is odd about it in a style."""
        more = self.unchained if style == "sequential" else ()
        return (*dict.fromkeys((*self.warnings, *more)),)

    def __repr__(self) -> str:
        """Say what it is in a line; `print(network.graph)` says all."""
        graph = self.graph
        return (
            f"<Network {graph.name}: {graph.layers} layers, "
            f"{graph.total_parameters:,} parameters>"
        )


def load(
    path: str | os.PathLike[str], settings: Mapping[str, Scalar] | None = None
) -> Network:
    """Read a spec.

    Args:
        path: The YAML file; `-` is standard input.
        settings: New defaults for the spec's parameters.

    Raises:
        SpecError: With every mistake of the file.
    """
    document = source.read(str(path))
    built = build(document, settings)
    return Network(
        built.graph, built.warnings, document, settings or {}, built.unchained
    )


def render(
    spec: Network | str | os.PathLike[str],
    style: str | None = None,
    *,
    capture: Iterable[str] = (),
    origin: str | None = None,
    notebook: bool = False,
    package: str = "",
    templates: TemplateFolder | str | os.PathLike[str] | None = None,
) -> dict[str, str]:
    """Render a spec into the texts of its files.

    Args:
        spec: A loaded spec or the path of one.
        style: `explicit` or `sequential`; the spec's own by default.
        capture: Names of values that the model returns as well: layers, their parts.
        origin: How the header names the spec; its file name by default.
        notebook: Render a notebook in place of the files.
        package: `mypkg.generated`, in which each style is a package: files then import
            each other by absolute names.
        templates: A folder of templates that go before mlpgen's own.

    Returns:
        File names and texts: the model, and if the spec trains, its scripts and the
        modules that these share with those of other specs; or the notebook.

    Raises:
        SpecError: The spec has mistakes, or a layer to capture is not there; or a
            template has mistakes.
        ValueError: There is no such style, or the package cannot be one.
        MissingPackageError: nbformat is not installed, which writes notebooks.
    """
    network = spec if isinstance(spec, Network) else load(spec)
    style = style or network.graph.style
    if style not in STYLES:
        raise ValueError(f"there is no style {style!r}: one of {', '.join(STYLES)}")
    if package and (why := wrong_package(package)):
        raise ValueError(f"the package {package!r} cannot be used: {why}")
    names = _captured(network.graph, (*capture,))
    name = network.document.name
    made_from = Origin(
        origin or ("-" if name == "<stdin>" else PurePath(name).name),
        style,
        tuple(f"{key}={shown(value)}" for key, value in network.settings.items()),
        names,
    )
    own = _own(templates)
    if notebook:
        model = _model(network.graph, style, names, own)
        return _notebook(network.graph, names, model, made_from, own)
    texts = _texts(network.graph, style, names, own)
    needed = shared.needed(texts.values(), own)
    folder = f"{package}.{style}" if package else ""
    if package:
        from mlpgen.output.package_imports import absolute

        local = _local_modules(network.graph, texts)
        texts = {name: absolute(each, folder, local) for name, each in texts.items()}
    stamped = {file: stamp(text, made_from) for file, text in texts.items()}
    return stamped | shared.texts(needed, folder, own)


def _own(
    templates: TemplateFolder | str | os.PathLike[str] | None,
) -> TemplateFolder | None:
    """Read the templates of a project, if there are any."""
    if templates is None:
        return None
    from mlpgen.project_templates.folder import read
    from mlpgen.template_files import TemplateFolder

    return templates if isinstance(templates, TemplateFolder) else read(templates)


def _local_modules(graph: Model, texts: Iterable[str]) -> set[str]:
    """Name all that lies beside the files of a network and that they may import."""
    own = (module.partition(".")[0] for module in own_classes(graph))
    return {*shared_modules(), *own, *(PurePath(name).stem for name in texts)}


def _captured(graph: Model, names: Sequence[str]) -> tuple[str, ...]:
    if not names:
        return ()
    from mlpgen.graph.captures import captured

    return captured(graph, names)


def _notebook(
    graph: Model,
    captured: Sequence[str],
    text: str,
    made_from: Origin,
    own: TemplateFolder | None,
) -> dict[str, str]:
    """Render the notebook in place of its files."""
    from mlpgen.output.ipynb import SUFFIX, as_text, pack
    from mlpgen.scripts.notebook.notebook import cells

    text = text.replace(SLOT, "")
    filled, read = partial(fill_cells, partial(fill, None)), partial(_text_of, own)
    if own is None:
        made = cells(graph, captured, text, filled, Code(SLOT), read)
    else:
        from mlpgen.project_templates.notebook import filled_checked, wanting, with_slot

        filled = partial(filled_checked, own)
        with wanting(own):
            made = cells(graph, captured, text, filled, Code(SLOT), read)
        made = with_slot(made)
    header = comment(as_text(made), made_from)
    whole = [each._replace(source=each.source.replace(SLOT, header)) for each in made]
    return {f"{graph.stem}{SUFFIX}": pack(whole)}


def _text_of(own: TemplateFolder | None, name: str) -> str:
    """Read what a notebook takes definitions of: `shared/training`."""
    folder, _, module = name.partition("/")
    return shared.source(module, own) if folder == "shared" else text_of(f"{name}.py")


def _filled(own: TemplateFolder | None, template: str, /, **values: object) -> str:
    """Fill the template of a Python file."""
    if own is None:
        return fill(None, template, **values, header=Code(SLOT))
    from mlpgen.project_templates.fill import fill_python

    return fill_python(own, template, **values, header=Code(SLOT))


def _model(
    graph: Model, style: str, captured: Sequence[str], own: TemplateFolder | None
) -> str:
    plan = import_module(f"mlpgen.styles.{style}").plan(graph, captured)
    return _filled(own, plan.template, plan=as_code(plan))


def _texts(
    graph: Model, style: str, captured: Sequence[str], own: TemplateFolder | None
) -> dict[str, str]:
    texts = {f"{graph.stem}.py": _model(graph, style, captured, own)}
    if graph.recipe is not None:
        from mlpgen.scripts.render import scripts

        filled, is_own = partial(_filled, own), own is not None
        found = scripts(graph, graph.recipe, captured, filled, own=is_own)
        texts |= {f"{kind}_{graph.stem}.py": text for kind, text in found.items()}
    return texts


def file_names(graph: Model) -> tuple[str, ...]:
    """Name all files that a network may be rendered into, shared ones aside."""
    from mlpgen.output.ipynb import SUFFIX

    scripts = (f"{kind}_{graph.stem}.py" for kind in KINDS)
    return (f"{graph.stem}.py", *scripts, f"{graph.stem}{SUFFIX}")


def layer_names(graph: Model) -> list[str]:
    """List the names of all that `--capture` knows; inside of layers they have dots."""
    from mlpgen.graph.captures import captures

    return [*captures(graph)]


def shown(value: Scalar) -> str:
    """Write the value of a parameter as YAML does."""
    return str(value).lower() if isinstance(value, bool) else repr(value)
