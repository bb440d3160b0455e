"""The use of a block as a layer: its results in the words of the class around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlpgen.agreements import Agreement
from mlpgen.graph.blocks import placeholders, sizes_in
from mlpgen.graph.inside import container
from mlpgen.graph.nodes import Maker
from mlpgen.sizes import Size
from mlpgen.symbols.evaluation import restated

if TYPE_CHECKING:
    from collections.abc import Collection

    from mlpgen.diagnostics import Diagnostic
    from mlpgen.expressions import Expression, Scalar
    from mlpgen.graph.definitions import Definition
    from mlpgen.graph.inside import Inside, Resolved
    from mlpgen.graph.nodes import Node
    from mlpgen.graph.wires import Wire
    from mlpgen.items import Item
    from mlpgen.layers.base import Value, Values
    from mlpgen.problems import Problems


def used(
    item: Item,
    wires: tuple[Wire, ...],
    values: tuple[Value, ...],
    given: dict[str, Any],
    definition: Definition,
    resolved: Resolved,
    inside: Inside,
) -> Node | None:
    """Make the layer of a block: its results in the words of the class around it."""
    graph, scope = resolved
    sizes = sizes_in(definition, values)
    known: dict[str, Scalar | Expression] = {**definition.parameters, **sizes, **given}
    parts: dict[str, Value] = {}

    def outside(size: int) -> int:
        return scope.outside(size, known, inside.scope, item.path)

    for name in graph.outputs:
        value = graph.value(name)
        shape = tuple(map(outside, value.shape))
        part = name if len(graph.outputs) > 1 else ""
        parts[part] = value._replace(shape=shape)
    for noted in scope.found.agreements.values():
        guards = tuple(restated(guard, known) for guard in noted.guards)
        found = Agreement(*map(outside, noted.agreement))
        inside.scope.note([found], item.path, tuple(g for g in guards if g.names))
    arguments = {name: sizes[name] for name in graph.inferred} | given
    return container(item, wires, (), graph.value(graph.outputs[0]))._replace(
        maker=Maker(item.type, "", arguments, frozenset(graph.inferred)),
        parts=parts,
        returned=graph.outputs if len(graph.outputs) > 1 else "",
        parameters=graph.total_parameters,
        multiply_adds=graph.total_multiply_adds,
        graph=graph,
    )


def say_where(
    definition: Definition, before: int, item: Item, problems: Problems
) -> None:
    """Add to the mistakes in a block which use of it makes them."""
    found = definition.problems.found
    note = f"`{definition.name}` is used in line {problems.line(item.path)}"
    for index in range(before, len(found)):
        if note not in found[index].notes and depends(found[index]):
            found[index] = found[index]._replace(notes=(*found[index].notes, note))


_ANYWHERE = frozenset(
    [
        "MG201",
        "MG202",
        "MG205",
        "MG206",
        "MG207",
        "MG210",
        "MG211",
        "MG212",
        "MG214",
        "MG215",
        "MG218",
        "MG219",
        "MG220",
        "MG221",
        "MG223",
        "MG228",
    ]
)
"""Mistakes that a block has wherever it is used."""


def depends(mistake: Diagnostic) -> bool:
    """Tell whether a mistake may be one with some values of the parameters only."""
    if mistake.code in ("MG203", "MG204") and mistake.place is not None:
        start = mistake.place.span.column - 1
        return "${" in mistake.place.text[start : start + 4]
    return mistake.code not in _ANYWHERE


def symbolic(
    definition: Definition, inputs: Values, plain: Collection[str]
) -> tuple[dict[str, Scalar], Values]:
    """Let the sizes of what arrives know their names.

    Args:
        definition: The block.
        inputs: What arrives, as plain numbers.
        plain: Sizes that stay numbers.

    Returns:
        The values of the names, and the inputs in terms of them.
    """
    known: dict[str, Scalar] = {}
    found = []
    names = placeholders(definition, inputs)
    for each, value in zip(names, inputs, strict=True):
        shape = []
        for name, size in zip(each, value.shape, strict=True):
            if name not in plain:
                known[name] = size
            shape.append(size if name in plain else Size.parameter(name, size))
        found.append(value._replace(shape=tuple(shape)))
    return known, tuple(found)
