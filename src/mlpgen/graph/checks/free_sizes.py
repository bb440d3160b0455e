"""The check that nothing which is made once depends on a free size."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.graph.used_parameters import names_of_layer, names_of_node
from mlpgen.spec.wording import listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mlpgen.graph.blocks.definitions import Definition
    from mlpgen.graph.context import Resolved
    from mlpgen.graph.nodes import Node
    from mlpgen.graph.scope import Scope
    from mlpgen.source import Path
    from mlpgen.spec.entries import Entry


def check_free(definition: Definition, resolved: Resolved) -> None:
    """Refuse layers that are made for one value of a free size.

    Functions read it from the shape of an input, in each call.
    """
    scope = resolved.scope
    if not scope.free:
        return
    entries = {each.path: each for each in _all(definition.entries)}
    for node in resolved.graph.nodes:
        if names_of_node(node) & scope.free.keys():
            inner = [each for each in _made(node) if each is not node]
            reads = node.is_function and not (definition.numbered or definition.joins)
            own = () if reads else (node._replace(batch=()),)
            for each in (*own, *inner):
                _check(each, entries[each.path], scope, definition)


def _all(entries: Iterable[Entry]) -> Iterator[Entry]:
    for each in entries:
        yield each
        yield from _all(each.children)


def _made(node: Node) -> Iterator[Node]:
    """Yield a layer and those inside it; of rounds with one code, the first."""
    yield node
    inner = (*node.children, *node.computed, *(each.node for each in node.rounds))
    for each in inner:
        yield from _made(each)


def _check(node: Node, entry: Entry, scope: Scope, definition: Definition) -> None:
    """Refuse one layer."""
    names = sorted(names_of_layer(node) & scope.free.keys())
    if not names:
        return
    said = " and one ".join(f"`{each}`" for each in names)
    message = f"`{node.name}` is made for one {said}, so "
    message += f"{'they' if len(names) > 1 else 'it'} cannot be free"
    notes: tuple[str, ...] = ()
    if scope.title:
        behind = frozenset[str]().union(*(scope.free[name] for name in names))
        verb = "depend" if len(names) > 1 else "depends"
        notes = (f"{listed(names)} {verb} on {listed(sorted(behind))} of the model",)
    path = _said(entry, scope)
    if path is not None:
        help = _help(node, names[0])
        definition.problems.add("MG247", message, path, notes=notes, help=help)
        return
    help = "write a number in `input`, or pool to a fixed size before it, as "
    help += "`AdaptiveAvgPool2d: 1` does"
    if node.batch:
        help = "put `batch_dims` beside the `Sequential`, or the layer in a block"
    definition.problems.add_entry("MG247", message, node.path, notes=notes, help=help)


def _help(node: Node, name: str) -> str:
    """Say where a free size can be used instead."""
    if node.is_tensor:
        cut = f'`slice: {{dim: 0, end: "${{{name}}}"}}`'
        return f"write the largest number that it can be, and cut it: {cut}"
    if node.graph is not None:
        return "in a block it is a size of the input, such as `in_height`"
    if node.function is not None and node.function.once:
        return "a buffer is computed once: compute the largest, and cut it"
    if node.is_function:
        return "put it beside the `Sequential`, which holds its functions as they are"
    return "only functions can use it, such as `slice`, `reshape` or `interpolate`"


def _said(entry: Entry, scope: Scope) -> Path | None:
    """Return the path of the first value of an entry that names a free size."""
    for name, raw in entry.arguments.items():
        if scope.names_behind(raw) & scope.free.keys():
            return entry.argument_path(name)
    for name, raw in entry.options.items():
        if scope.names_behind(raw) & scope.free.keys():
            return (*entry.path, name)
    return None
