"""`share`: layers that reuse the module, or the parameters, of another layer."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from mlpgen.graph.chains import as_module
from mlpgen.graph.code_keys import code_key, difference
from mlpgen.graph.entries.batch_dims import KEY, inside
from mlpgen.graph.entries.share_equality import unified, value_key
from mlpgen.graph.entries.share_inner import inner_layer
from mlpgen.graph.walks import is_numbered
from mlpgen.graph.wires import NOT_UNUSED
from mlpgen.names.members import layer_in
from mlpgen.spec.types import SHARE
from mlpgen.spec.wording import cut, listed, nearest
from mlpgen.symbols.agreements import agree, noting
from mlpgen.symbols.expressions import Expression

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlpgen.graph.context import Context
    from mlpgen.graph.nodes import Node
    from mlpgen.graph.wires import Wire
    from mlpgen.spec.entries import Entry

_DECIDE = ("bias", "affine", "elementwise_affine", "add_bias_kv")
"""Arguments that decide which parameters a layer has."""


def shared(
    entry: Entry,
    wires: tuple[Wire, ...],
    resolve: Callable[[Entry, tuple[Wire, ...], Context], Node | None],
    context: Context,
) -> Node | None:
    """Resolve a layer that uses the module of another one."""
    found = _target(entry.options["share"], entry, context)
    if found is None:
        return None
    original, node = found
    if original.type == SHARE:
        original, node = context.made[node.shared]
    original, node = original.without(KEY), inside(node)
    reason = help = ""
    if node.is_function and as_module(node) is None:
        reason = "is a function, which has nothing to share"
    elif node.is_tensor:
        reason = "is a tensor, which has no module to share"
        help = f"use it with `from: {node.name}`"
    elif node.unused:
        reason = "is `unused`: `forward` never calls it, and here it would"
        help = NOT_UNUSED
    elif not node.sources:
        reason = "takes no input and returns the same again: there is nothing to share"
        help = f"use it with `from: {node.name}`"
    if reason:
        message = f"`{node.name}` {reason}"
        context.problems.add("MG226", message, (*entry.path, "share"), help=help)
        return None
    again = original._replace(
        name=entry.name, named=entry.named, path=entry.path, sources=entry.sources
    )
    mark = context.problems.mark()
    second = resolve(again, wires, context)
    mark.drop_repeated()  # the original layer has the same mistakes
    if second is None:
        return None
    if node.function is None:  # a member of a list is a module
        second = second._replace(function=None)
    agreements = unified(node, second)
    if agreements is None:
        _add_difference(node, second, entry, context)
        return None
    context.scope.note(agreements, entry.path)
    return second._replace(shared=node.name, tied="", ties=(), parameters=0, inits={})


def named_again(entry: Entry, context: Context) -> Node | None:
    """Resolve a second name for the module of another layer; None after a mistake."""
    found = _target(entry.options["share"], entry, context)
    if found is None:
        return None
    _, node = found
    if node.function is not None or node.is_tensor:
        what = "a tensor" if node.is_tensor else "a function"
        message = f"`{node.name}` is {what}, not a module that could have two names"
        context.problems.add("MG226", message, (*entry.path, "share"))
        return None
    return node._replace(
        name=entry.name,
        named=entry.named,
        path=entry.path,
        shared=node.shared or node.name,
        tied="",
        ties=(),
        parameters=0,
        inits={},
        children=(),
        rounds=(),
        graph=None,
    )


def _add_difference(node: Node, second: Node, entry: Entry, context: Context) -> None:
    """Report why a module cannot be reused on these inputs."""
    problems = context.problems
    labels = (problems.entry_label(f"`{node.name}` is here", node.path),)
    what, one, other = difference(node, second)
    message = f"{what} is {one} in `{node.name}`, but here it would be {other}"
    for name, value in node.arguments.items():
        here = second.arguments.get(name)
        if value_key(value) != value_key(here):
            message = (
                f"`{node.name}` was created with `{name}` {_plain(value)}, "
                f"but here it is {_plain(here)}"
            )
            break
    problems.add("MG226", message, (*entry.path, "share"), labels=labels)


def tied(node: Node, entry: Entry, context: Context) -> Node | None:
    """Tie the parameters of a layer to those of another one with the same names."""
    problems, path = context.problems, (*entry.path, "share")
    other = owner(entry, context)
    if other is None:
        return None
    both = [name for name in node.weights if name in other.weights]
    with noting() as agreements:
        reason = _not_in_common(node, other, both)
        reason = reason or _not_whole(node, other, both, rounds=bool(context.prefix))
    if reason:
        there = problems.entry_label(f"`{other.name}` is here", other.path)
        problems.add("MG226", reason, path, labels=(there,))
        return None
    context.scope.note(agreements, entry.path)
    count = sum(int(prod(node.weights[name])) for name in both)
    return node._replace(
        tied=other.shared or other.name,
        ties=tuple(both),
        parameters=node.parameters - count,
    )


def _not_in_common(node: Node, other: Node, both: list[str]) -> str:
    """Return why a layer cannot use the parameters of another; empty if it can."""
    if other.maker.wrapper:
        return f"`{other.name}` computes its `weight`, which cannot be shared"
    if other.rounds:
        return (
            f"`{other.name}` has `repeat`: each of its rounds has its own parameters, "
            "but `share` needs a single layer"
        )
    if not both:
        return f"`{node.type}` and `{other.type}` have no parameter in common"
    for name in _DECIDE:
        mine, theirs = node.arguments.get(name), other.arguments.get(name)
        depends = isinstance(mine, Expression) or isinstance(theirs, Expression)
        if depends and code_key(mine) != code_key(theirs):
            return f"`{name}` depends on a parameter and differs in `{other.name}`"
        if isinstance(mine, Expression) and not mine.value:
            return f"`share` needs a `{name}` that is true by default"
    for name in both:
        sizes, there = node.weights[name], other.weights[name]
        if not agree(sizes, there):
            return (
                f"`{name}` is {_sizes(sizes)} here and {_sizes(there)} in "
                f"`{other.name}`: only equal shapes can be shared"
            )
    return ""


def _not_whole(node: Node, other: Node, both: list[str], *, rounds: bool) -> str:
    """Return which parameter of a layer made of several modules the other one lacks."""
    parts = any("." in name for name in both)
    if not parts or not (rounds or any(map(is_numbered, both))):
        return ""
    odd = sorted(node.weights.keys() ^ other.weights.keys())
    if not odd:
        return ""
    lacks = other.name if odd[0] in node.weights else node.type
    return f"several modules in one layer are shared whole: `{lacks}` has no `{odd[0]}`"


def owner(entry: Entry, context: Context) -> Node | None:
    """Return the layer whose parameters a layer uses; None after a mistake.

    It may be inside a block or a `Sequential`: `share: encoder.embedding`.
    """
    known = {*context.made, *context.lost, *context.left_out}
    first = layer_in(entry.options["share"], known)
    inner = entry.options["share"].removeprefix(first).split(".")[1:]
    found = _target(first, entry, context)
    path = (*entry.path, "share")
    return inner_layer(found[1], inner, path, context) if found else None


def _target(name: str, entry: Entry, context: Context) -> tuple[Entry, Node] | None:
    """Return the layer that `share` names; None after a mistake."""
    made, problems, path = context.made, context.problems, (*entry.path, "share")
    if name in context.lost:
        return None
    if name in context.left_out:
        message = f"`{name}` never runs, so there is no module to share"
        problems.add("MG226", message, path)
        return None
    if name not in made:
        few = f"available: {listed([*made][-6:])}" if made else ""
        if layer_in(name, made) in made:
            few = "it must name a layer of the same class, not one inside another"
        message = f"`share`: there is no layer `{cut(name)}` before this one"
        problems.add("MG219", message, path, help=nearest(name, made) or few)
        return None
    if made[name][1].condition is not None:
        message = (
            f"`{name}` has `when`: a layer that may be left out cannot share its module"
        )
        block = "put the layer in a block, with `when` inside it"
        help = block if entry.type == SHARE else ""
        problems.add("MG226", message, path, help=help)
        return None
    return made[name]


def _plain(value: Any) -> str:
    return str(int(value)) if isinstance(value, int) else str(value)


def _sizes(shape: tuple[int, ...]) -> str:
    return str([int(size) for size in shape])
