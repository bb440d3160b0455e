"""The check that a block, which is one class, has the same code in all its uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.diagnostics.diagnostic import Label
from mlpgen.graph.code_keys import difference, graph_key, without_arguments
from mlpgen.layers.shapes import whole_shown
from mlpgen.symbols.type_names import TypeName

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mlpgen.graph.blocks.arguments import Use
    from mlpgen.graph.blocks.definitions import Definition
    from mlpgen.graph.nodes import Node


def check_uses(
    uses: Mapping[str, Sequence[Use]], blocks: Mapping[str, Definition]
) -> None:
    """Check that each block has the same code in all its uses."""
    for name, every in uses.items():
        first = representative(every) if every else None
        for use in every:
            if first is None or _names_otherwise(first, use, blocks[name]):
                break
            different = difference_of(first, use)
            if different is None:
                continue
            node, twin = different
            what, one, two = difference(node, twin)
            problems = blocks[name].problems
            message = f"`{node.name}` would be different code in two uses of `{name}`"
            labels = _labels(
                (first, f"{what} is {one} for this use"),
                (use, f"{what} is {two} for this use"),
            )
            type_ = _other_type(first, use)
            if type_ is not None and type_.place is not None:
                help = "a block is one class: name types that it can make alike"
                problems.add_at("MG224", message, type_.place, labels=labels, help=help)
            else:
                help = "a block is one class: make two blocks"
                problems.add_entry(
                    "MG224", message, node.path, labels=labels, help=help
                )
            break


def representative(uses: Sequence[Use]) -> Use:
    """Return the use whose code is that of the class: a real one, with arguments."""
    return min(uses, key=lambda use: (use.tried, len(without_arguments(use.graph))))


def _other_type(one: Use, other: Use) -> TypeName | None:
    """Return a type of layer that only the second of two uses has."""
    for name, value in other.values.items():
        if isinstance(value, TypeName) and value != one.values.get(name):
            return value
    return None


def _names_otherwise(one: Use, other: Use, definition: Definition) -> bool:
    """Refuse a parameter that is an input size in some uses only."""
    names = one.graph.parameters.keys() ^ other.graph.parameters.keys()
    for name in sorted(names):
        size, parameter = (
            (one, other) if name in other.graph.parameters else (other, one)
        )
        message = f"`{name}` is an input size in one use of `{definition.name}`,"
        message += " and a parameter in another"
        labels = _labels(
            (size, "it is an input size for this use"),
            (parameter, "it is none for this use"),
        )
        path = (*definition.path, "parameters", name)
        help = "give the parameter another name"
        problems = definition.problems
        problems.add("MG224", message, path, key=True, labels=labels, help=help)
    return bool(names)


def difference_of(one: Use, other: Use) -> tuple[Node, Node] | None:
    """Return the first layer whose code differs between two uses of a block."""
    any_code = without_arguments(other.graph)
    first, second = (graph_key(use.graph, any_code) for use in (one, other))
    pairs = zip(first, second, strict=False)
    different = next(((a, b) for (a, x), (b, y) in pairs if x != y), None)
    if different is None and len(first) != len(second):
        return one.graph.nodes[-1], one.graph.nodes[-1]
    return different


def _labels(one: tuple[Use, str], other: tuple[Use, str]) -> tuple[Label, ...]:
    """Return the places of two uses, each with what is said of it.

    Their inputs are said, too, if they differ.
    """
    given = [
        " and ".join(
            whole_shown(value, in_words=True) for value in use.graph.inputs.values()
        )
        for use, _ in (one, other)
    ]
    same = given[0] == given[1]
    return tuple(
        Label(use.place, said if same else f"{said}, which gets {arriving}")
        for (use, said), arriving in zip((one, other), given, strict=True)
    )
