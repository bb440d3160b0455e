"""Uses of blocks that take any number of tensors, which their first layer joins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.graph.blocks.any_inputs import MOST
from mlpgen.graph.layer import resolve_layer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.graph.blocks.definitions import Definition
    from mlpgen.graph.context import Context
    from mlpgen.graph.wires import Wire
    from mlpgen.layers.base import Value
    from mlpgen.spec.entries import Entry


def joined_value(
    entry: Entry, definition: Definition, wires: Sequence[Wire], context: Context
) -> Value | None:
    """Return what a use of such a block joins; None after a mistake.

    Args:
        entry: The use.
        definition: The block.
        wires: The tensors.
        context: The context of the use.
    """
    problems = context.problems
    if not 0 < len(wires) <= MOST:
        message = f"`{entry.type}` takes 1 to {MOST} inputs, not {len(wires)}"
        problems.add_entry("MG314", message, entry.path, "from")
        return None
    values = [wire.value for wire in wires if wire.value is not None]
    if len({value.batched for value in values}) > 1:
        message = f"`{entry.type}` joins tensors with a batch, or tensors without one"
        problems.add_entry("MG314", message, entry.path, "from")
        return None
    first = definition.entries[0]
    there = first._replace(
        name=entry.name,
        path=entry.path,
        type_path=entry.type_path,
        sources=entry.sources or (wires[0].name,),
        lists_sources=entry.lists_sources,
    )
    mark = problems.mark()
    node = resolve_layer(there, wires, context)
    joining = definition.problems.entry_label(f"`{first.name}` joins them", first.path)
    mark.add_label(joining, lambda _: True)
    return None if node is None else node.value


def with_tensors(definition: Definition, count: int, joined: Value) -> Definition:
    """Return a block as it joins a number of tensors.

    Args:
        definition: The block.
        count: How many tensors there are.
        joined: What its first layer returns, in terms of the sizes of the input.
    """
    taken = {entry.name for entry in definition.entries}
    names: list[str] = []
    number = 0
    while len(names) < count:
        number += 1
        if f"x{number}" not in taken:
            names.append(f"x{number}")
    first, *others = definition.entries
    first = first._replace(sources=tuple(names), lists_sources=True)
    return definition._replace(
        inputs=tuple(names), entries=(first, *others), joined=joined
    )
