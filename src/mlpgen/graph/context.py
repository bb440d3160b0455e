"""Where layers are resolved, and what a layer that is made of others has in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mlpgen.graph.nodes import Graph, Maker, Node
from mlpgen.layers.base import Call
from mlpgen.spec.types import SHARE, module_of
from mlpgen.spec.wording import listed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mlpgen.graph.scope import Scope
    from mlpgen.graph.wires import Wire
    from mlpgen.spec.entries import Entry
    from mlpgen.spec.problems import Problems


class Context(NamedTuple):
    """Where layers are resolved.

    Attributes:
        scope: What expressions may use.
        problems: Gathers the mistakes of the file.
        prefix: The name of the `Sequential` they stand in, with a dot.
        made: The layers of the class by now, with their entries.
        lost: The names of those that have a mistake.
        left_out: The names of those that are left out for any parameters.
    """

    scope: Scope
    problems: Problems
    prefix: str
    made: dict[str, tuple[Entry, Node]]
    lost: set[str]
    left_out: set[str]


class TakenNames(NamedTuple):
    """What modules of the author's own are beside.

    Attributes:
        stem: The file of the model, without `.py`.
        classes: The classes that this file has, and the files that they come from;
            an empty text stands for itself.
    """

    stem: str
    classes: dict[str, str]


class Resolved(NamedTuple):
    """A class for one use, and what its sizes are in terms of."""

    graph: Graph
    scope: Scope


if TYPE_CHECKING:
    Resolve = Callable[[Entry, tuple[Wire, ...], Context], Node | None]
    """Resolves an entry as it is, whether it is repeated or not."""


def container(
    entry: Entry, wires: tuple[Wire, ...], children: tuple[Node, ...], value: Any
) -> Node:
    """Make a layer that is made of others."""
    return Node(
        name=entry.name,
        named=entry.named,
        maker=Maker(
            "Sequential" if entry.type == SHARE else entry.type, "nn.", {}, frozenset()
        ),
        sources=tuple(wire.name for wire in wires),
        call=Call(tuple(range(len(wires)))),
        inputs=tuple(wire.value for wire in wires if wire.value is not None),
        parts={"": value},
        path=entry.path,
        children=children,
        parameters=sum(child.parameters for child in children),
        multiply_adds=sum(child.multiply_adds for child in children),
    )


def not_in_a_chain(entry: Entry, context: Context) -> None:
    """Refuse a layer of a `Sequential` that is no link of a chain."""
    message = f"`{entry.type}` cannot stand in a `Sequential`"
    help = "a `Sequential` holds modules that take and give one tensor"
    module = module_of(entry.type)
    if entry.is_function:
        help = f"write `{module}`" if module else "put it in a block"
    key = entry.type_path != entry.path
    context.problems.add("MG220", message, entry.type_path, key=key, help=help)


def wrong_number(
    entry: Entry, inputs: Sequence[str], wires: Sequence[Wire], context: Context
) -> None:
    """Say that a block or a `Sequential` takes another number of inputs."""
    number = f"{len(inputs)} input" + ("s" if len(inputs) > 1 else "")
    message = f"`{entry.type}` takes {number}, not {len(wires)}"
    help = f"they are {listed(inputs)}" if len(inputs) > 1 else ""
    if entry.sources is not None:
        context.problems.add("MG314", message, (*entry.path, "from"), help=help)
        return
    key = entry.type_path != entry.path
    context.problems.add("MG314", message, entry.type_path, key=key, help=help)


def too_deep(entry: Entry, context: Context) -> None:
    """Refuse a condition inside of a `Sequential` that is in one itself."""
    message = (
        "`when` cannot depend on a parameter in a `Sequential` that has `repeat`, or "
        "that is in another"
    )
    help = "put the inner one in a block"
    context.problems.add("MG225", message, (*entry.path, "when"), help=help)
