"""`batch_dims`: dimensions that count as batch, so that a layer sees more examples.

With `batch_dims: 2`, a layer sees an input (N, 8, 3, 64, 64) as 8·N examples
(3, 64, 64), and its result gets the 8 back.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from mlpgen.graph.arguments import evaluated
from mlpgen.layers.shapes import whole_shown
from mlpgen.names.identifiers import free_name
from mlpgen.spec.wording import shown
from mlpgen.symbols.agreements import agree, noting
from mlpgen.symbols.expressions import Expression, is_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mlpgen.graph.context import Context
    from mlpgen.graph.nodes import Node
    from mlpgen.graph.wires import Wire
    from mlpgen.layers.base import Shape, Value
    from mlpgen.spec.entries import Entry

    Wired = tuple[Wire, ...]
    Make = Callable[[Entry, Wired, Context], Node | None]

KEY = "batch_dims"


def batched(entry: Entry, wires: Wired, context: Context, make: Make) -> Node | None:
    """Resolve an entry for more examples; None after a mistake.

    Args:
        entry: The entry.
        wires: Its inputs.
        context: The context of the entry.
        make: Resolves it for the inputs that it sees.
    """
    count = _count(entry, context)
    if count is None:
        return None
    values = [wire.value for wire in wires if wire.value is not None]
    known = len(values) == len(wires)
    if known and context.scope.checked and not _fit(values, count, entry, context):
        return None
    seen = tuple(_seen(wire, count - 1) for wire in wires)
    node = make(entry.without(KEY), seen, context)
    if node is None or not known:
        return None
    sizes = next(each.shape[: count - 1] for each in values if each.batched)
    return node._replace(
        batch=sizes,
        inputs=tuple(values),
        parts={name: _with(value, sizes) for name, value in node.parts.items()},
        multiply_adds=node.multiply_adds * prod(map(int, sizes)),
    )


def _count(entry: Entry, context: Context) -> int | None:
    """Read the number of dimensions; None after a mistake."""
    problems, path = context.problems, (*entry.path, KEY)
    mark = problems.mark()
    value = evaluated(entry.options[KEY], path, context.scope, problems)
    if mark.failed:
        return None
    scope = context.scope
    names = scope.names_behind(entry.options[KEY])
    if names & (scope.parameters.keys() | scope.values.keys()):
        kind = "free size" if names & scope.free.keys() else "parameter"
        message = f"`{KEY}` decides dimensions, so it cannot depend on a {kind}"
        problems.add("MG211", message, path, help="write the number itself")
        return None
    count = value.value if isinstance(value, Expression) else value
    if not is_whole(count):
        message = f"`{KEY}` must be a whole number of at least 2, not {shown(count)}"
        problems.add("MG203", message, path, help=problems.help_for(count))
        return None
    if count < 2:
        message = f"`{KEY}` must be at least 2, not {int(count)}: it counts the batch"
        problems.add("MG254", message, path, help="leave it out, as the batch is one")
        return None
    return int(count)


def _fit(values: list[Value], count: int, entry: Entry, context: Context) -> bool:
    """Check that all inputs begin with the same sizes; add what is wrong."""
    batches = [each for each in values if each.batched]
    message = help = ""
    if not batches:
        message = f"`{KEY}` needs an input with a batch"
    first = batches[0] if batches else None
    for each in batches:
        rank = 1 + len(each.shape)
        if rank < count:
            message = f"`{KEY}` is {count}, but {whole_shown(each)} has only {rank} "
            message += "dimensions" if rank > 1 else "dimension"
            help = "it counts the batch, too"
            break
        with noting() as agreements:
            equal = first is None or agree(
                first.shape[: count - 1], each.shape[: count - 1]
            )
        if not equal and first is not None:
            message = f"`{KEY}` is {count}, so all inputs must begin with the same "
            message += f"sizes, unlike {whole_shown(first)} and {whole_shown(each)}"
            break
        context.scope.note(agreements, entry.path)
    if message:
        context.problems.add("MG254", message, (*entry.path, KEY), help=help)
    return not message


def _seen(wire: Wire, more: int) -> Wire:
    """Return an input as a layer sees it; a tensor without a batch stays as it is."""
    value = wire.value
    if value is None or not value.batched:
        return wire
    value = value._replace(shape=value.shape[more:])
    return wire._replace(value=value, origin=f"{wire.origin}, by `{KEY}`")


def _with(value: Value, sizes: Shape) -> Value:
    return value._replace(shape=(*sizes, *value.shape)) if value.batched else value


def inside(node: Node) -> Node:
    """Return a layer with the inputs that it sees, and the results that it gives."""
    more = len(node.batch)
    if not more:
        return node

    def seen(value: Value) -> Value:
        return value._replace(shape=value.shape[more:]) if value.batched else value

    return node._replace(
        inputs=tuple(map(seen, node.inputs)),
        parts={name: seen(each) for name, each in node.parts.items()},
        batch=(),
    )


def link_names(name: str, siblings: Iterable[Node]) -> tuple[str, str]:
    """Name the layers before and after a layer of a chain that sees more examples."""
    taken = {each.name for each in siblings}
    before, after = f"{name}_flatten", f"{name}_unflatten"
    return free_name(before, taken), free_name(after, taken)
