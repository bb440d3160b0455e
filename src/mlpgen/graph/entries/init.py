"""`init`: initial values for one layer, or for all layers of a type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from mlpgen.graph.arguments import evaluated, plain
from mlpgen.graph.nodes import Rule
from mlpgen.graph.walks import leaf_layers
from mlpgen.initializers import INITIALIZERS
from mlpgen.layers import LAYERS
from mlpgen.spec.wording import cut, listed, nearest, shown
from mlpgen.symbols.expressions import Expression

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from mlpgen.graph.context import Context
    from mlpgen.graph.nodes import Graph, Init, Inits, Node
    from mlpgen.graph.scope import Scope
    from mlpgen.initializers.functions import Initializer
    from mlpgen.layers.base import Shape
    from mlpgen.source import Path
    from mlpgen.spec.entries import Entry
    from mlpgen.spec.problems import Problems


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
    if not node.weights:
        message = f"`{entry.type}` has no parameters to initialize"
        help = "write `init` on the layers inside it" if not node.single else ""
        problems.add("MG229", message, path, key=True, help=help)
        return node
    inits = _by_name(raw, path, node.type, node.weights, context.scope, problems)
    for name in node.ties:
        if name in inits:
            message = f"`init` of `{name}` cannot be combined with `share`"
            help = f"`{node.tied}` owns the parameter: write `init` there"
            at = (*path, name)
            problems.add("MG229", message, at, key=True, help=help)
    return node._replace(inits=inits)


def read_rules(raw: Any, graph: Graph, problems: Problems) -> tuple[Rule, ...]:
    """Read the `init` of the model: initial values by layer type.

    After a mistake, layers may be missing, so unknown types are not reported.
    """
    path: Path = ("init",)
    found = []
    complete = not problems.failed
    layers = list(leaf_layers(graph.nodes, every=True))
    own = {node.path for node in graph.nodes}
    for type_, each in raw.items():
        at = (*path, type_)
        of_type = [node for node in layers if node.type == type_]
        if not any(map(_has_parameters, of_type)):
            if type_ in LAYERS and not complete:
                continue
            message = f"the model has no layer `{cut(type_)}` with parameters"
            help = nearest(
                type_, {node.type for node in filter(_has_parameters, layers)}
            )
            problems.add("MG229", message, at, key=True, help=help)
            continue
        shapes: dict[str, Shape] = {}
        for node in of_type:
            shapes = {**node.weights, **shapes}
        computed = [node for node in of_type if node.maker.wrapper]
        if computed and isinstance(each, dict) and "weight" in each:
            _computed(computed[0], at, problems)
            continue
        inits = _by_name(each, at, type_, shapes, None, problems, complete=complete)
        _check_all(inits, of_type, own, at, problems)
        found.append(Rule(type_, inits))
    return tuple(found)


def _has_parameters(node: Node) -> bool:
    return bool(node.weights or node.maker.wrapper)


def _computed(node: Node, path: Path, problems: Problems) -> None:
    """Refuse a rule for a weight that one layer computes."""
    message = f"the `weight` of `{node.name}` is computed, so it has no initial value"
    help = "write `init` on the other layers of this type"
    notes = (f"`{node.maker.wrapper}` in line {problems.line(node.path)} computes it",)
    at = (*path, "weight")
    problems.add("MG229", message, at, key=True, notes=notes, help=help)


def _check_all(
    inits: Inits,
    nodes: Iterable[Node],
    own: Collection[Path],
    path: Path,
    problems: Problems,
) -> None:
    """Warn about rules that overwrite the `init` of a layer in a block."""
    for node in nodes:
        if node.path in own:  # the model applies its own after the rules
            continue
        for name in inits.keys() & node.inits.keys():
            problems.add(
                "MG229",
                f"the rule overwrites `init` of `{node.name}`, which sets `{name}` too",
                (*path, name),
                key=True,
                notes=(f"`{node.name}` is in line {problems.line(node.path)}",),
                warning=True,
            )


def _by_name(
    raw: Any,
    path: Path,
    type_: str,
    shapes: Mapping[str, Shape],
    scope: Scope | None,
    problems: Problems,
    *,
    complete: bool = True,
) -> Inits:
    if not isinstance(raw, dict) or not raw:
        message = f"`init` must name parameters of `{type_}`: {listed(shapes)}"
        help = f"such as `init: {{{next(iter(shapes))}: zeros_}}`"
        problems.add("MG203", message, path, help=help)
        return {}
    found = {}
    for name, each in raw.items():
        at = (*path, name)
        if name not in shapes and not complete:
            continue
        if name not in shapes:
            message = f"`{type_}` has no parameter `{cut(str(name))}` here"
            help = nearest(str(name), shapes) or f"it has {listed(shapes)}"
            problems.add("MG229", message, at, key=True, help=help)
            continue
        made = _function(each, at, shapes[name], scope, problems)
        if made is not None:
            found[name] = made
    return {name: found[name] for name in shapes if name in found}


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
    if mark.found:
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
