"""Resolve one layer of the catalogue: inferred arguments, shapes and counts."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from mlpgen.diagnostics.advice import Advice, Unset
from mlpgen.functions.base import Operation
from mlpgen.graph.arguments import read_layer
from mlpgen.graph.context import add_at_type
from mlpgen.graph.nodes import Maker, Node
from mlpgen.graph.wires import Arrivals, arrives
from mlpgen.layers.base import MOST_VALUES, Call, ShapeError, Value, about, shown
from mlpgen.spec.wording import listed
from mlpgen.symbols.agreements import agree, noting
from mlpgen.symbols.sizes import Real, Size, is_symbolic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.graph.context import Context
    from mlpgen.graph.scope import Scope
    from mlpgen.graph.wires import Wire
    from mlpgen.layers.base import Function, Layer, Shape, Values
    from mlpgen.source import Path
    from mlpgen.spec.entries import Entry
    from mlpgen.spec.problems import Problems


def resolve_layer(entry: Entry, wires: Sequence[Wire], context: Context) -> Node | None:
    """Resolve a layer, a function or a tensor of the model.

    Returns:
        None after a mistake, in this layer or in its inputs.
    """
    full = context.prefix + entry.name
    node = _plain_layer(entry, wires, context.scope, context.problems, full)
    if node is not None and node.is_tensor:
        from mlpgen.graph.entries.init import filled_tensor

        return filled_tensor(node, entry, context)
    if node is not None and node.function is not None and node.function.new:
        from mlpgen.graph.entries.new_tensor import placed

        return placed(node, entry, context)
    return node


def resolve_alone(entry: Entry, context: Context) -> Node | None:
    """Resolve a layer that takes nothing, since it never runs.

    Returns:
        None after a mistake, such as a size that nothing can tell.
    """
    layer, expressions = read_layer(entry, context.scope, context.problems)
    if layer is None:
        return None
    fields = type(layer).model_fields
    unknown = [
        name
        for name in fields
        if layer.follows(name) and layer.required(name) and getattr(layer, name) is None
    ]
    if unknown:
        which = listed(unknown)
        message = f"`{layer.title()}` is `unused`, so its {which} must be given"
        help = "nothing flows into it that would tell its sizes"
        add_at_type("MG255", message, entry, context.problems, help=help)
        return None
    parameters = 0
    try:
        parameters, _ = _counts(layer, (), {}, checked=False)
        _check_sizes(layer, (), parameters)
    except ShapeError as error:
        _add(error, entry, context.problems, Arrivals((), ()))
        return None
    return Node(
        name=entry.name,
        named=entry.named,
        maker=_maker(layer, expressions),
        sources=(),
        call=Call(()),
        inputs=(),
        parts={"": Value(())},
        path=entry.path,
        weights=layer.weights(),
        buffers=layer.buffers(),
        parameters=parameters,
    )


def _plain_layer(
    entry: Entry,
    wires: Sequence[Wire],
    scope: Scope,
    problems: Problems,
    full: str,
) -> Node | None:
    """Resolve a class of the catalogue with its arguments and inputs.

    Args:
        entry: The entry.
        wires: Its inputs.
        scope: The parameters that expressions can use.
        problems: Collects mistakes.
        full: Its name, with dots inside a `Sequential`.
    """
    layer, expressions = read_layer(entry, scope, problems)
    if layer is None:
        return None
    values = tuple(wire.value for wire in wires if wire.value is not None)
    if not _right_number(entry, layer, wires, problems) or len(values) < len(wires):
        return None
    arriving = arrives(full, wires)
    checked = scope.checked
    try:
        with noting() as agreements, about(values):
            layer.check_number(len(values))
            if checked:
                layer.check_inputs(values)
            layer = _fill(layer, values, entry, problems, arriving, checked=checked)
            parts = _results(layer, values, checked=checked)
            parameters, work = _counts(layer, values, parts, checked=checked)
            for value in parts.values() if checked else ():
                _check_sizes(layer, value.shape, parameters)
        function = _function(layer, values, expressions)
    except ShapeError as error:
        _add(error, entry, problems, arriving)
        return None
    scope.note(agreements, entry.path)
    caution = None
    if values and checked and values[0].batched:
        caution = layer.caution(values, wires[0].spatial)
    told = any(layer.follows(name) for name in entry.arguments)
    if caution is not None and not told:
        _add(caution, entry, problems, arriving, warning=True)
    return Node(
        name=entry.name,
        named=entry.named,
        maker=_maker(layer, expressions),
        sources=tuple(wire.name for wire in wires),
        call=layer.called(values),
        inputs=values,
        parts=parts,
        path=entry.path,
        function=function,
        pointwise=layer.pointwise,
        returned=layer.returned(),
        picks=layer.picks(values),
        weights=layer.weights(),
        buffers=layer.buffers(),
        parameters=parameters,
        multiply_adds=work,
    )


def bare(value: Value) -> Value:
    """Return a value whose sizes are plain numbers."""
    return value._replace(shape=tuple(map(int, value.shape)))


def _counts(
    layer: Layer, values: Values, parts: dict[str, Value], *, checked: bool
) -> tuple[int, int]:
    """Count parameters and multiply-adds, with plain numbers for sizes."""
    sizes = {n: each for n, each in vars(layer).items() if is_symbolic(each)}
    plain = layer
    if sizes:
        plain = layer.model_copy(update={n: _plain(each) for n, each in sizes.items()})
    if not checked:
        return int(plain.parameters()), 0
    inputs = tuple(map(bare, values))
    outputs = {name: bare(value) for name, value in parts.items()}
    return int(plain.parameters()), int(plain.work(inputs, outputs))


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(_plain, value))
    if isinstance(value, Size):
        return int(value)
    return float(value) if isinstance(value, Real) else value


def _results(layer: Layer, values: Values, *, checked: bool) -> dict[str, Value]:
    try:
        return layer.results(values)
    except ShapeError:
        if checked:
            raise
        return layer.unchecked_results(values)


def _right_number(
    entry: Entry, layer: Layer, wires: Sequence[Wire], problems: Problems
) -> bool:
    fewest, most = layer.arity
    if layer.lists_inputs and entry.sources is None:
        fewest = 2  # one implicit input means that the author forgot the others
    if fewest <= len(wires) <= most:
        return True
    wanted = str(fewest or "no") if fewest == most else f"{fewest} to {most}"
    noun = "input" if most == 1 else "inputs"
    message = f"`{layer.title()}` takes {wanted} {noun}, not {len(wires)}"
    help = "" if entry.sources or most < 2 else "name them: `from: [first, second]`"
    path = (*entry.path, "from") if entry.sources else entry.type_path
    problems.add("MG314", message, path, help=help)
    return False


def _add(
    error: ShapeError,
    entry: Entry,
    problems: Problems,
    arriving: Arrivals,
    *,
    warning: bool = False,
) -> None:
    path = entry.argument_path(error.argument)
    problems.add(
        error.code,
        error.message,
        path,
        key=_is_key(entry, path),
        notes=arriving.notes,
        help=error.help,
        labels=arriving.labels,
        warning=warning,
    )


def _is_key(entry: Entry, path: Path) -> bool:
    """Return whether a mistake is about the key of an entry, not its value."""
    return path == entry.type_path and entry.type_is_key and not entry.shorthand


def _maker(layer: Layer, expressions: dict[str, Any]) -> Maker:
    inner = layer.nested()
    deeper = {
        name: each
        for name, each in expressions.items()
        if "" in inner and name in type(inner[""]).model_fields
    }
    own = {name: each for name, each in expressions.items() if name not in deeper}
    return Maker(
        layer.title(),
        layer.prefix,
        layer.arguments() | own,
        layer.all_required(),
        {name: _maker(each, {} if name else deeper) for name, each in inner.items()},
    )


def _function(
    layer: Layer, values: Values, expressions: dict[str, Any]
) -> Function | None:
    """Return the call that replaces the module in `forward`, if there is one."""
    if isinstance(layer, Operation):
        return _with_expressions(layer.function_on(values), expressions)
    return None if expressions else _constant(layer.function())


def _constant(function: Function | None) -> Function | None:
    """Drop a call that depends on parameters: a module already holds them."""
    if function is None:
        return None
    values = [*function.positional, *function.keywords.values()]
    while values:
        value = values.pop()
        if isinstance(value, Size):
            return None
        values += value if isinstance(value, tuple) else ()
    return function


def _with_expressions(function: Function, expressions: dict[str, Any]) -> Function:
    """Replace values in a call by the expressions they came from."""
    keywords = {
        name: expressions.get(name, value) for name, value in function.keywords.items()
    }
    return function._replace(keywords=keywords)


def _fill(
    layer: Layer,
    values: Values,
    entry: Entry,
    problems: Problems,
    arriving: Arrivals,
    *,
    checked: bool,
) -> Layer:
    """Add the arguments inferred from the inputs; given ones must agree."""
    inferred = layer.inferred_from(values)
    for name, value in inferred.items():
        given = getattr(layer, name)
        if given is not None and checked and not agree(given, value):
            problems.add(
                "MG301",
                f"`{name}` is {_bare(given)}, but the input has {_bare(value)}",
                entry.argument_path(name),
                notes=arriving.notes,
                labels=arriving.labels,
                help=Advice(
                    f"leave `{name}` out: it follows from the input",
                    Unset(name),
                    entry.type_path,
                ),
            )
        elif given is not None:
            inferred[name] = given  # given by the author
    return layer.model_copy(update=inferred) if inferred else layer


def _bare(value: Any) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(str(int(each)) for each in value)}]"
    return str(int(value))


def _check_sizes(layer: Layer, output: Shape, parameters: int) -> None:
    name = layer.title()
    if any(size < 1 for size in output):
        raise ShapeError("MG303", f"`{name}` would return nothing: {shown(output)}")
    for argument in type(layer).model_fields:
        if _largest(getattr(layer, argument)) >= 2**31:
            message = f"`{argument}` must be at most {2**31 - 1}"
            raise ShapeError("MG312", message, argument=argument)
    if prod(map(int, output)) > MOST_VALUES:
        message = f"`{name}` would return {shown(output)}, more than 2**40 values"
        raise ShapeError("MG312", message)
    if parameters > MOST_VALUES:
        message = f"`{name}` would have more than 2**40 parameters"
        raise ShapeError("MG312", message)


def _largest(value: Any) -> int:
    if isinstance(value, tuple):
        return max((_largest(each) for each in value), default=0)
    return int(value) if isinstance(value, int) else 0
