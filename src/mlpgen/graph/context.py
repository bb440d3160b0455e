"""The context in which layers are resolved, and mistakes that several kinds share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mlpgen.graph.nodes import Graph, Maker, Node
from mlpgen.layers.base import Call
from mlpgen.spec.types import SHARE
from mlpgen.spec.wording import listed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mlpgen.graph.scope import Scope
    from mlpgen.graph.wires import Wire
    from mlpgen.spec.entries import Entry
    from mlpgen.spec.problems import Problems


class Context(NamedTuple):
    """The context in which layers are resolved.

    Attributes:
        scope: The parameters that expressions can use.
        problems: Collects the mistakes of the file.
        prefix: The name of the surrounding `Sequential`, with a dot.
        made: The layers of the class so far, with their entries.
        lost: The names of layers with mistakes.
        left_out: The names of layers that never run.
        inputs: The inputs of the class; None for what `__init__` computes.
        depth: In how many layers they are.
    """

    scope: Scope
    problems: Problems
    prefix: str
    made: dict[str, tuple[Entry, Node]]
    lost: set[str]
    left_out: set[str]
    inputs: tuple[Wire, ...] | None
    depth: int = 0

    def within(self, entry: Entry) -> Context:
        """Return the context of what is inside an entry."""
        prefix = f"{self.prefix}{entry.name}."
        return self._replace(prefix=prefix, depth=self.depth + 1)


class TakenNames(NamedTuple):
    """The names that custom modules must not take.

    Attributes:
        stem: The file of the model, without `.py`.
        classes: The classes in this file, with the files that they come from; an empty
            string for this file itself.
    """

    stem: str
    classes: dict[str, str]


class Resolved(NamedTuple):
    """A class resolved for one use, and its scope."""

    graph: Graph
    scope: Scope


if TYPE_CHECKING:
    Resolve = Callable[[Entry, tuple[Wire, ...], Context], Node | None]
    """Resolves an entry."""


def container(
    entry: Entry, wires: tuple[Wire, ...], children: tuple[Node, ...], value: Any
) -> Node:
    """Make a layer that contains other layers."""
    return Node(
        name=entry.name,
        named=entry.named,
        maker=Maker(
            "Sequential" if entry.type == SHARE else entry.type,
            "nn.",
            {},
            frozenset(),
            variable=entry.variable,
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


def add_at_type(
    code: str, message: str, entry: Entry, problems: Problems, *, help: str = ""
) -> None:
    """Add a mistake at the type of a layer."""
    at, key = entry.type_path, entry.type_is_key
    problems.add(code, message, at, key=key, help=help)


def not_in_a_chain(entry: Entry, context: Context) -> None:
    """Refuse a layer that cannot be in a `Sequential`."""
    message = f"`{entry.type}` cannot be in a `Sequential`"
    help = "its layers have one input and one output; a block can branch"
    add_at_type("MG220", message, entry, context.problems, help=help)


def wrong_number(
    entry: Entry, inputs: Sequence[str], wires: Sequence[Wire], context: Context
) -> None:
    """Refuse a block or a `Sequential` with the wrong number of inputs."""
    number = f"{len(inputs) or 'no'} input" + ("s" if len(inputs) > 1 else "")
    message = f"`{entry.type}` takes {number}, not {len(wires)}"
    help = f"they are {listed(inputs)}" if len(inputs) > 1 else ""
    if entry.sources is not None:
        context.problems.add("MG314", message, (*entry.path, "from"), help=help)
        return
    add_at_type("MG314", message, entry, context.problems, help=help)


def too_deep(entry: Entry, context: Context) -> None:
    """Refuse a condition inside nested `Sequential`s."""
    message = (
        "`when` cannot depend on a parameter in a `Sequential` that has `repeat` or "
        "is inside another"
    )
    help = "put the inner one in a block"
    context.problems.add("MG225", message, (*entry.path, "when"), help=help)
