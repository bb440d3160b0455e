"""From a document to a graph: the passes, in their order."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen.graph.chain import Source, resolve_chain, too_many
from mlpgen.graph.naming import name_items
from mlpgen.graph.nodes import Graph
from mlpgen.graph.overwriting import overwritings
from mlpgen.graph.scope import Scope
from mlpgen.graph.training import resolve_training
from mlpgen.names import snake_case, wrong_name
from mlpgen.problems import Problems, cut, nearest, shown
from mlpgen.spec import read_items, read_spec

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlpgen.diagnostics import Diagnostic
    from mlpgen.expressions import Scalar
    from mlpgen.graph.nodes import Node
    from mlpgen.layers.base import Shape
    from mlpgen.source import Document
    from mlpgen.spec import Item, Spec


class Built(NamedTuple):
    """A graph, and what is odd about its spec."""

    graph: Graph
    warnings: tuple[Diagnostic, ...]


def build(document: Document, settings: Mapping[str, Scalar] | None = None) -> Built:
    """Resolve a document.

    Args:
        document: The YAML, read.
        settings: New defaults for parameters (`--set`).

    Raises:
        SpecError: With every mistake of the document.
    """
    problems = Problems(document)
    spec = read_spec(problems)
    parameters = _parameters(spec, settings or {}, problems)
    items = name_items(read_items(spec.layers, ("layers",), problems), problems)
    source = Source(_input(spec, problems), "`input`")
    scope = Scope(parameters, {}, set())
    nodes, _ = resolve_chain(items, source, scope, problems)
    if document.data.get("parameters", {}) != spec.parameters:
        problems.drop("MG210")  # the parameters themselves are wrong
    outputs = _outputs(spec, items, problems)
    nodes = _used(nodes, outputs, problems)
    _warn_about_parameters(scope, problems)
    _check_overwriting(nodes, outputs, problems)
    recipe = resolve_training(spec, nodes, outputs, problems)
    problems.check()
    graph = Graph(
        name=spec.name,
        stem=snake_case(spec.name),
        description=" ".join(spec.description.split()),
        parameters=parameters,
        input=tuple(spec.input),
        sizes={name: code for code, name in scope.names.items()},
        nodes=nodes,
        outputs=outputs,
        style=spec.style,
        recipe=recipe,
    )
    return Built(graph, problems.warnings)


def _input(spec: Spec, problems: Problems) -> Shape | None:
    if too_many(tuple(spec.input)):
        problems.add("MG312", "`input` has more than 2**40 values", ("input",))
        return None
    return tuple(spec.input) or None


def _parameters(
    spec: Spec, settings: Mapping[str, Scalar], problems: Problems
) -> dict[str, Scalar]:
    for name in spec.parameters:
        reason = wrong_name(name)
        if reason:
            message = f"the text `{cut(name)}` cannot be a parameter: {reason}"
            problems.add("MG205", message, ("parameters", name), key=True)
    parameters = dict(spec.parameters)
    for name, value in settings.items():
        if name not in parameters:
            help = nearest(name, parameters) or "the spec names its parameters"
            message = f"`--set {cut(name)}`: there is no such parameter"
            problems.add("MG210", message, ("parameters",), key=True, help=help)
        elif not _fits(value, parameters[name]):
            old = shown(parameters[name])
            message = f"`--set {name}` is {shown(value)}, of another kind than {old}"
            problems.add("MG203", message, ("parameters", name))
        else:
            parameters[name] = float(value) if _is_float(parameters[name]) else value
    return parameters


def _fits(value: object, default: Scalar) -> bool:
    if isinstance(default, bool) or isinstance(value, bool):
        return type(value) is type(default)
    return isinstance(value, int) or (isinstance(value, float) and _is_float(default))


def _is_float(value: Scalar) -> bool:
    return isinstance(value, float)


def _outputs(
    spec: Spec, items: tuple[Item, ...], problems: Problems
) -> tuple[str, ...]:
    """Find the layers that are returned: those named, or the last."""
    names = {item.name: None for item in items}
    if not spec.outputs:
        return tuple(names)[-1:]
    before: set[str] = set()
    for index, output in enumerate(spec.outputs):
        path = ("outputs", index)
        if output not in names:
            help = nearest(output, names)
            if "." in output:
                help = "an output is a layer of the model itself; see also `--capture`"
            problems.add("MG212", f"there is no layer `{cut(output)}`", path, help=help)
        elif output in before:
            problems.add("MG206", f"`{output}` is an output already", path)
        before.add(output)
    return tuple(spec.outputs)


def _used(
    nodes: tuple[Node, ...], outputs: tuple[str, ...], problems: Problems
) -> tuple[Node, ...]:
    """Leave out the layers after the last output, with a warning."""
    wanted = set(outputs)
    last = max((i for i, node in enumerate(nodes, 1) if node.name in wanted), default=0)
    if last and last < len(nodes):
        names = f"`{nodes[last].name}`"
        more = len(nodes) - last - 1
        problems.add(
            "MG215",
            f"{names} comes after the last output and is left out"
            + (f", and so are {more} more" if more else ""),
            nodes[last].path,
            help="name it in `outputs`, or remove it",
            warning=True,
        )
    return nodes[:last] if last else nodes


def _warn_about_parameters(scope: Scope, problems: Problems) -> None:
    if problems.failed:  # what could not be read may use them
        return
    for name in scope.parameters:
        if name not in scope.used:
            path = ("parameters", name)
            message = f"no layer uses the parameter `{name}`"
            problems.add("MG214", message, path, key=True, warning=True)


def _check_overwriting(
    nodes: tuple[Node, ...], outputs: tuple[str, ...], problems: Problems
) -> None:
    for node, message, output in overwritings(nodes, outputs):
        help = "leave `inplace` out"
        problems.add("MG216", message, node.path, help=help, warning=output)
