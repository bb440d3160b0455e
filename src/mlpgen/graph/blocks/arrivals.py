"""What input sizes and parameters of blocks depend on, in the classes that use them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mlpgen.graph.blocks.arguments import placeholders
from mlpgen.graph.used_parameters import names_in
from mlpgen.symbols.sizes import names_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from mlpgen.graph.blocks.definitions import Definition
    from mlpgen.graph.scope import Scope
    from mlpgen.layers.base import Values


class Arrival(NamedTuple):
    """What the size of an input of a block, or one of its parameters, depends on.

    Attributes:
        block: The block.
        size: Its name in the block.
        changes: Whether a parameter of the class that uses it changes the size.
        user: That class; empty for the model.
        sizes: The input sizes of that class that change this one.
        free: The free sizes of the model that change it, as far as is known.
    """

    block: str
    size: str
    changes: bool
    user: str
    sizes: frozenset[str]
    free: frozenset[str] = frozenset()


def arrivals(
    definition: Definition, inputs: Values, scope: Scope, parameters: Collection[str]
) -> set[Arrival]:
    """Return what the input sizes of one use of a block depend on.

    Args:
        definition: The block.
        inputs: Its inputs.
        scope: The scope of the class that uses it.
        parameters: The parameters of that class.
    """
    found = set()
    for each, value in zip(placeholders(definition, inputs), inputs, strict=True):
        for name, size in zip(each, value.shape, strict=True):
            names = names_of(size)
            changes = not names.isdisjoint(parameters)
            sizes = names - {*parameters}
            free = frozenset[str]().union(
                *(scope.free[each] for each in names if each in scope.free)
            )
            found.add(Arrival(definition.name, name, changes, scope.title, sizes, free))
    return found


def given_names(
    definition: Definition, given: Mapping[str, Any], scope: Scope
) -> set[Arrival]:
    """Return what the arguments of one use of a block depend on.

    Args:
        definition: The block.
        given: Its arguments.
        scope: The scope of the class that uses it.
    """
    found = set()
    for name, value in given.items():
        names = names_in(value)
        changes = bool(names) and not scope.title
        found.add(Arrival(definition.name, name, changes, scope.title, names))
    return found


def changing(found: Collection[Arrival]) -> set[tuple[str, str]]:
    """Return the sizes and parameters of blocks that change with the model's."""
    known: set[tuple[str, str]] = set()
    while True:
        before = len(known)
        known |= {
            (each.block, each.size)
            for each in found
            if each.changes or any((each.user, name) in known for name in each.sizes)
        }
        if len(known) == before:
            return known


def free_sizes(
    found: Collection[Arrival],
) -> dict[str, dict[str, frozenset[str]]]:
    """Return the input sizes of each block that change with free sizes of the model."""
    known: dict[str, dict[str, frozenset[str]]] = {}
    for each in found:
        if each.free:
            sizes = known.setdefault(each.block, {})
            sizes[each.size] = sizes.get(each.size, frozenset()) | each.free
    return known
