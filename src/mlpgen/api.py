"""The library: load a spec, inspect it, render it. It writes no files."""

from __future__ import annotations

from functools import partial
from importlib import import_module
from pathlib import PurePath
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, get_args

from mlpgen import source
from mlpgen.graph.build import build
from mlpgen.graph.entries.custom_classes import custom_classes
from mlpgen.lints.codes import codes
from mlpgen.names.modules import KINDS, shared_modules, wrong_package
from mlpgen.output.header import SLOT, Origin, comment, stamp
from mlpgen.output.shared_modules import module_source, module_texts, needed_modules
from mlpgen.rendering import fill, fill_cells
from mlpgen.scripts.custom import custom_functions
from mlpgen.source.files import STDIN
from mlpgen.spec.models import Style
from mlpgen.spec.wording import counted
from mlpgen.styles.code import Code, as_code
from mlpgen.symbols.lists import written
from mlpgen.template_files import text_of

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Mapping, Sequence

    from mlpgen.diagnostics.diagnostic import Diagnostic
    from mlpgen.diagnostics.ignored import Ignored
    from mlpgen.graph.effects.effects import Effects
    from mlpgen.graph.nodes import Model
    from mlpgen.source import Document
    from mlpgen.symbols.type_names import Setting
    from mlpgen.template_files import TemplateFolder

STYLES: tuple[str, ...] = get_args(Style)
"""Each is a module of `mlpgen.styles` with a function `plan`."""


class Network(NamedTuple):
    """A valid spec.

    Attributes:
        graph: Its layers with names, shapes and counts.
        warnings: The warnings about it.
        document: The YAML that it was read from.
        settings: New defaults for its parameters.
        unchained: Why it is not an `nn.Sequential` in sequential style; None if it is.
        documents: The file of each class; that of the model has an empty name.
        effects: What is known of its values; None if it is too large to follow them.
        ignored: What its author ignores, and where.
        silenced: The warnings that are not shown for that.
    """

    graph: Model
    warnings: tuple[Diagnostic, ...]
    document: Document
    settings: Mapping[str, Setting]
    unchained: Diagnostic | None = None
    documents: Mapping[str, Document] = MappingProxyType({})
    effects: Effects | None = None
    ignored: tuple[Ignored, ...] = ()
    silenced: tuple[Diagnostic, ...] = ()

    def __repr__(self) -> str:
        """Summarize it in one line; `print(network.graph)` shows all layers."""
        graph = self.graph
        return (
            f"<Network {graph.name}: {counted(graph.layers, 'layer')}, "
            f"{counted(graph.total_parameters, 'parameter')}>"
        )


def load(
    path: str | os.PathLike[str], settings: Mapping[str, Setting] | None = None
) -> Network:
    """Read a spec.

    Args:
        path: The YAML file; `-` is standard input.
        settings: New defaults for the spec's parameters.

    Raises:
        SpecError: The spec has mistakes; the error lists all of them.
    """
    document = source.read(str(path))
    built = build(document, settings, codes=codes)
    return Network(
        built.graph,
        built.warnings,
        built.documents[""],
        settings or {},
        built.unchained,
        built.documents,
        built.effects,
        built.ignored,
        built.silenced,
    )


def lint(network: Network) -> list[Diagnostic]:
    """Find the faults of design of a network, without running it.

    Returns:
        The warnings and hints of all rules, but those that the spec ignores.
    """
    from mlpgen.lints.lint import Consent
    from mlpgen.lints.lint import lint as found

    settled = not network.settings
    consent = Consent(network.ignored, network.silenced, settled)
    return found(network.graph, network.documents, network.effects, consent)


def every_warning(network: Network) -> list[Diagnostic]:
    """Return the warnings about a network: those of its spec, then of its design."""
    found = (each for each in lint(network) if not each.hint)
    return [*network.warnings, *found]


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
        capture: Names of layers, or of their parts, that the model also returns.
        origin: The path of the spec in the header; its file name by default.
        notebook: Render a notebook instead of the files.
        package: The package of the generated files, `mypkg.generated`, with a
            subpackage for each style. Files then use absolute imports.
        templates: A folder of templates that replace mlpgen's.

    Returns:
        Texts by file name: the model and, if the spec has `training`, the scripts and
        shared modules; or the notebook.

    Raises:
        SpecError: The spec or a template has mistakes, or a layer to capture does not
            exist.
        ValueError: The style does not exist, or the package name is not valid.
        MissingPackageError: The notebook needs nbformat, which is not installed.
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
        origin or ("-" if name == STDIN else PurePath(name).name),
        style,
        tuple(f"{key}={shown(value)}" for key, value in network.settings.items()),
        names,
    )
    project_templates = _project_templates(templates)
    if notebook:
        model = _model(network.graph, style, names, project_templates)
        return _notebook(network.graph, names, model, made_from, project_templates)
    texts = _texts(network.graph, style, names, project_templates)
    needed = needed_modules(texts.values(), project_templates)
    folder = f"{package}.{style}" if package else ""
    if package:
        from mlpgen.output.absolute_imports import with_absolute_imports

        local = _local_modules(network.graph, texts)
        texts = {
            name: with_absolute_imports(each, folder, local)
            for name, each in texts.items()
        }
    stamped = {file: stamp(text, made_from) for file, text in texts.items()}
    return stamped | module_texts(needed, folder, project_templates)


def _project_templates(
    templates: TemplateFolder | str | os.PathLike[str] | None,
) -> TemplateFolder | None:
    """Read the templates of a project, if it has any."""
    if templates is None:
        return None
    from mlpgen.project_templates.folder import read
    from mlpgen.template_files import TemplateFolder

    return templates if isinstance(templates, TemplateFolder) else read(templates)


def _local_modules(graph: Model, texts: Iterable[str]) -> set[str]:
    """Name the modules beside the files of a network that these may import."""
    modules = {*custom_classes(graph)}
    if graph.recipe is not None:
        modules |= custom_functions(graph.recipe).keys()
    custom = (module.partition(".")[0] for module in modules)
    return {*shared_modules(), *custom, *(PurePath(name).stem for name in texts)}


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
    templates: TemplateFolder | None,
) -> dict[str, str]:
    """Render the notebook."""
    from mlpgen.output.ipynb import SUFFIX, as_text, pack
    from mlpgen.scripts.notebook.notebook import render_cells

    text = text.replace(SLOT, "")
    filled, read = (
        partial(fill_cells, partial(fill, None)),
        partial(_text_of, templates),
    )
    if templates is None:
        made = render_cells(graph, captured, text, filled, Code(SLOT), read)
    else:
        from mlpgen.project_templates.notebook import filled_checked, wanting, with_slot

        filled = partial(filled_checked, templates)
        with wanting(templates):
            made = render_cells(graph, captured, text, filled, Code(SLOT), read)
        made = with_slot(made)
    header = comment(as_text(made), made_from)
    whole = [each._replace(source=each.source.replace(SLOT, header)) for each in made]
    return {f"{graph.stem}{SUFFIX}": pack(whole)}


def _text_of(templates: TemplateFolder | None, name: str) -> str:
    """Read a module that a notebook copies definitions from: `shared/training`."""
    folder, _, module = name.partition("/")
    return (
        module_source(module, templates)
        if folder == "shared"
        else text_of(f"{name}.py")
    )


def _filled(
    templates: TemplateFolder | None, template: str, /, **values: object
) -> str:
    """Fill the template of a Python file."""
    if templates is None:
        return fill(None, template, **values, header=Code(SLOT))
    from mlpgen.project_templates.fill import fill_python

    return fill_python(templates, template, **values, header=Code(SLOT))


def _model(
    graph: Model, style: str, captured: Sequence[str], templates: TemplateFolder | None
) -> str:
    plan = import_module(f"mlpgen.styles.{style}").plan(graph, captured)
    return _filled(templates, plan.template, plan=as_code(plan))


def _texts(
    graph: Model, style: str, captured: Sequence[str], templates: TemplateFolder | None
) -> dict[str, str]:
    texts = {f"{graph.stem}.py": _model(graph, style, captured, templates)}
    if graph.recipe is not None:
        from mlpgen.scripts.render import render_scripts

        found = render_scripts(
            graph,
            graph.recipe,
            captured,
            partial(_filled, templates),
            project_templates=templates is not None,
        )
        texts |= {f"{kind}_{graph.stem}.py": text for kind, text in found.items()}
    return texts


def file_names(graph: Model) -> tuple[str, ...]:
    """Return the names of all files that a network can render, but shared modules."""
    from mlpgen.output.ipynb import SUFFIX

    scripts = (f"{kind}_{graph.stem}.py" for kind in KINDS)
    return (f"{graph.stem}.py", *scripts, f"{graph.stem}{SUFFIX}")


def layer_names(graph: Model) -> list[str]:
    """List all names that `--capture` takes; those inside layers have dots."""
    from mlpgen.graph.captures import captures

    return [*captures(graph)]


def shown(value: Setting) -> str:
    """Write the value of a parameter as `--set` reads it."""
    if isinstance(value, tuple):
        return written(value)
    if isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else repr(value)
