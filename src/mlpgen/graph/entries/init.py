"""`init`: initial values for one layer, or for all layers of a type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import ValidationError

from mlpgen.graph.arguments import evaluated, plain
from mlpgen.graph.entries.init_kinds import (
    KINDS,
    MATRICES,
    covered,
    of_kind,
    parameters_of,
)
from mlpgen.graph.inits import Rule
from mlpgen.graph.walks import every_layer
from mlpgen.initializers import INITIALIZERS
from mlpgen.layers import LAYERS
from mlpgen.spec.wording import cut, listed, nearest, shown
from mlpgen.symbols.expressions import Expression

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from mlpgen.graph.context import Context
    from mlpgen.graph.inits import Init, Inits
    from mlpgen.graph.nodes import Graph, Node
    from mlpgen.graph.scope import Scope
    from mlpgen.initializers.functions import Initializer
    from mlpgen.layers.base import Shape
    from mlpgen.source import Path
    from mlpgen.spec.entries import Entry
    from mlpgen.spec.problems import Problems


MOST_NAMES = 6
"""The most names of parameters in a help."""


def filled_tensor(node: Node, entry: Entry, context: Context) -> Node:
    """Read the initial values of a parameter or a buffer."""
    raw, at = entry.arguments.get("init"), entry.argument_path("init")
    if raw is None:
        return node
    made = _function(raw, at, node.output, context.scope, context.problems)
    return node._replace(inits={"": made} if made else {})


def initialized(node: Node, entry: Entry, context: Context) -> Node:
    """Read the `init` of a layer."""
    raw, path = entry.options["init"], (*entry.path, "init")
    problems = context.problems
    shapes = parameters_of(node)
    if not shapes:
        message = f"`{entry.type}` has no parameters to initialize"
        problems.add("MG229", message, path, key=True)
        return node
    mark = problems.mark()
    _refuse_computed(raw, [node], path, problems)
    if mark.failed:
        return node
    own = _Parameters(node.type, node.weights, shapes)
    inits = _by_name(raw, path, own, context.scope, problems)
    for name in inits:
        if covered({name: inits[name]}, node.weights) & {*node.ties}:
            message = f"`init` of `{name}` cannot be combined with `share`"
            help = f"`{node.tied}` owns the parameter: write `init` there"
            at = (*path, name)
            problems.add("MG229", message, at, key=True, help=help)
    return node._replace(inits=inits)


def read_rules(raw: Any, graph: Graph, problems: Problems) -> tuple[Rule, ...]:
    """Read the `init` of the model: initial values by layer type, and of all layers.

    After a mistake, layers may be missing, so unknown types are not reported.
    """
    path: Path = ("init",)
    found = []
    complete = not problems.failed
    layers = list(every_layer(graph.nodes))
    own = {node.path for node in graph.nodes}
    everywhere = {key: each for key, each in raw.items() if key in KINDS}
    by_type = {key: each for key, each in raw.items() if key not in KINDS}
    rules = {"": everywhere, **by_type} if everywhere else by_type
    for type_, each in rules.items():
        at = (*path, type_) if type_ else path
        of_type = [node for node in layers if node.type == type_] if type_ else layers
        if not any(map(_has_parameters, of_type)):
            blocks = problems.document.data.get("blocks") or {}
            if not complete and (type_ in LAYERS or type_ in blocks):
                continue
            message = f"the model has no layer `{cut(type_)}` with parameters"
            types = {node.type for node in filter(_has_parameters, layers)}
            help = nearest(type_, types)
            problems.add("MG229", message, at, key=True, help=help)
            continue
        mark = problems.mark()
        _refuse_computed(each, of_type, at, problems)
        if mark.failed:
            continue
        weights: dict[str, Shape] = {}
        shapes: dict[str, Shape] = {}
        for node in of_type:
            weights = {**node.weights, **weights}
            inside = parameters_of(node).items()
            shapes |= {f"{len(shapes)}.{name}": shape for name, shape in inside}
        named = _Parameters(type_ or graph.name, weights if type_ else {}, shapes)
        inits = _by_name(each, at, named, None, problems, complete=complete)
        _check_all(inits, every_layer(of_type), own, at, problems)
        found.append(Rule(type_, inits))
    return tuple(found)


def _has_parameters(node: Node) -> bool:
    return bool(parameters_of(node) or node.maker.wrapper)


def _refuse_computed(
    raw: Any, nodes: Iterable[Node], path: Path, problems: Problems
) -> None:
    """Refuse initial values for a weight that a layer computes."""
    given = raw if isinstance(raw, dict) else {}
    name = next((each for each in ("weight", MATRICES) if each in given), "")
    inside = every_layer(nodes) if name == MATRICES else nodes
    node = next((each for each in inside if each.maker.wrapper), None)
    if node is None or not name:
        return
    message = f"the `weight` of `{node.name}` is computed, so it has no initial value"
    help = "write `init` on the other layers of this type"
    said = f"`{node.maker.wrapper}` computes it"
    labels = (problems.entry_label(said, node.path),)
    at = (*path, name)
    problems.add("MG229", message, at, key=True, labels=labels, help=help)


def _check_all(
    inits: Inits,
    nodes: Iterable[Node],
    own: Collection[Path],
    path: Path,
    problems: Problems,
) -> None:
    """Warn about rules that overwrite the `init` of a layer in a block."""
    told = set()
    for node in nodes:
        if node.path in own or node.path in told:
            continue  # the model applies its own after the rules
        shapes = parameters_of(node)
        for name in inits:
            if not covered({name: inits[name]}, shapes) & covered(node.inits, shapes):
                continue
            told.add(node.path)
            what = f"sets `{name}` too" if name in node.inits else "sets some too"
            problems.add(
                "MG229",
                f"the rule overwrites `init` of `{node.name}`, which {what}",
                (*path, name),
                key=True,
                labels=(problems.entry_label("of this layer", node.path),),
                warning=True,
            )


class _Parameters(NamedTuple):
    """The parameters that `init` can name.

    Attributes:
        type: The type of their layer.
        weights: Their shapes by name.
        inside: The shapes of all that a kind reaches, also inside of other layers.
    """

    type: str
    weights: Mapping[str, Shape]
    inside: Mapping[str, Shape]


def _by_name(
    raw: Any,
    path: Path,
    own: _Parameters,
    scope: Scope | None,
    problems: Problems,
    *,
    complete: bool = True,
) -> Inits:
    if not isinstance(raw, dict) or not raw:
        names = listed(own.weights or KINDS)
        message = f"`init` must name parameters of `{own.type}`: {names}"
        help = f"such as `init: {{{next(iter(own.weights or KINDS))}: zeros_}}`"
        problems.add("MG203", message, path, help=help)
        return {}
    found = {}
    for name, each in raw.items():
        shapes = _shapes(name, own)
        if not shapes and not complete:
            continue
        if not shapes:
            _none(name, own, (*path, name), problems)
            continue
        for shape in dict.fromkeys(shapes):
            made = _function(each, (*path, name), shape, scope, problems)
            if made is None:
                break
            found[name] = made
    return {name: found[name] for name in (*KINDS, *own.weights) if name in found}


def _shapes(name: str, own: _Parameters) -> list[Shape]:
    """Return the shapes of the parameters that a name stands for."""
    if name in KINDS:
        return [*of_kind(name, own.inside).values()]
    return [own.weights[name]] if name in own.weights else []


def _none(name: str, own: _Parameters, path: Path, problems: Problems) -> None:
    """Report a name of no parameter."""
    message = f"`{own.type}` has no parameter `{cut(str(name))}` here"
    help = nearest(str(name), [*own.weights, *KINDS])
    if name in KINDS:
        message, help = f"`{own.type}` has no {name} here", ""
    elif not help and not 0 < len(own.weights) <= MOST_NAMES:
        help = "`matrices` and `biases` reach all inside it"
    problems.add("MG229", message, path, key=True, help=help or _has(own))


def _has(own: _Parameters) -> str:
    return f"it has {listed(own.weights)}" if own.weights else ""


def _function(
    raw: Any, path: Path, shape: Shape, scope: Scope | None, problems: Problems
) -> Init | None:
    """Read one initializer: its name, or its name with arguments.

    Without a scope, it cannot depend on parameters.
    """
    name, arguments, at = raw, None, path
    if isinstance(raw, dict) and len(raw) == 1:
        name, arguments = next(iter(raw.items()))
        at = (*path, name)
    if not isinstance(name, str):
        message = (
            f"an initial value must be a function of torch.nn.init, not {shown(raw)}"
        )
        problems.add("MG203", message, path)
        return None
    if name not in INITIALIZERS:
        help = nearest(name, INITIALIZERS) or f"one of {listed(INITIALIZERS)}"
        message = f"there is no initializer `{cut(name)}`"
        problems.add("MG207", message, at, key=at != path, help=help)
        return None
    cls: type[Initializer] = INITIALIZERS[name]
    shorthand = None
    if arguments is not None and not isinstance(arguments, dict):
        shorthand = cls.shorthand()
        arguments = {shorthand: arguments}
        if shorthand is None:
            problems.add("MG201", f"`{name}` takes no arguments", at)
            return None
    written = arguments or {}
    mark = problems.mark()
    symbolic = {
        key: evaluated(each, at if shorthand else (*at, key), scope, problems)
        if scope is not None
        else each
        for key, each in written.items()
    }
    if mark.failed:
        return None
    given = {key: plain(each) for key, each in symbolic.items()}
    try:
        made = cls.model_validate(given)
    except ValidationError as error:
        also = None if scope is None else written
        problems.add_invalid(error, cls, name, at, given, shorthand, written=also)
        return None
    reason = made.refuses(shape)
    if reason:
        end = str(len(shape)) if reason.endswith("has ") else ""
        problems.add("MG229", f"`{name}` {reason}{end}", at, key=at != path)
        return None
    depends = {k: v for k, v in symbolic.items() if isinstance(v, Expression)}
    return (name, made.arguments() | depends)
