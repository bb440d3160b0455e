"""Layers whose type is a parameter: `- "${activation}"`.

A class has one code for all types: `norm(channels)`. So each type that a use names is
resolved as any layer of that type, and must be made and called by the same code
(`mlpgen.graph.blocks.equal_uses`). A mistake of a type is at the value that names it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.diagnostics.diagnostic import Label
from mlpgen.graph.arguments import about_unknown
from mlpgen.graph.checks.entry_keys import of_kind
from mlpgen.spec.type_parameters import ANY
from mlpgen.spec.types import layer_class
from mlpgen.spec.wording import shown
from mlpgen.symbols.type_names import TypeName

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from mlpgen.diagnostics.diagnostic import Diagnostic, Place
    from mlpgen.graph.blocks.definitions import Definition
    from mlpgen.graph.context import Context
    from mlpgen.graph.nodes import Node
    from mlpgen.graph.resolver_state import ResolverState
    from mlpgen.graph.scope import Scope
    from mlpgen.graph.wires import Wire
    from mlpgen.source import Path
    from mlpgen.spec.entries import Entry
    from mlpgen.spec.problems import Problems

    Wired = tuple[Wire, ...]
    Make = Callable[[Entry, Wired, Context], Node | None]
    Blocks = Mapping[str, Definition]


def with_types(
    entries: Sequence[Entry], scope: Scope, blocks: Blocks, problems: Problems
) -> tuple[Entry, ...]:
    """Give the entries of a class the types that their parameters have in one use."""
    return tuple(_with_type(entry, scope, blocks, problems) for entry in entries)


def _with_type(entry: Entry, scope: Scope, blocks: Blocks, problems: Problems) -> Entry:
    if entry.children:
        children = with_types(entry.children, scope, blocks, problems)
        return entry._replace(children=children)
    if not entry.variable:
        return entry
    name = entry.variable
    scope.found.used.add(name)
    found = scope.parameters.get(name)
    key = entry.type_is_key
    if isinstance(found, TypeName):
        return entry._replace(type=str(found))
    if name in scope.values:
        message = f"`{name}` is a local value, not a type of layer"
        help = "only a parameter can be a type of layer"
        problems.add("MG203", message, entry.type_path, key=key, help=help)
    elif found is None:
        message = f"there is no parameter `{name}`"
        help = about_unknown(name, scope, problems)
        problems.add("MG210", message, entry.type_path, key=key, help=help)
    else:
        message = f"`{name}` is {shown(found)}, not a type of layer"
        help = "such as `activation: ReLU` in `parameters`"
        problems.add("MG203", message, entry.type_path, key=key, help=help)
    return entry._replace(type="", variable="")


def _of_type(entry: Entry, type_: str, blocks: Blocks) -> Entry:
    """Return an entry of a type; a single value is the first argument of that."""
    entry = entry._replace(type=str(type_))
    if type_ == ANY:
        return entry._replace(arguments={}, shorthand=None)
    if entry.shorthand is None:
        return entry
    first = _first_argument(type_, blocks)
    (value,) = entry.arguments.values()
    return entry._replace(arguments={first: value}, shorthand=first)


def _first_argument(type_: str, blocks: Blocks) -> str:
    """Return the argument that a single value stands for; empty if there is none."""
    cls = layer_class(type_)
    if cls is not None:
        return cls.shorthand() or ""
    return next(iter(blocks[type_].parameters), "") if type_ in blocks else ""


class OfParameter:
    """Resolves layers whose type is a parameter."""

    def __init__(self, blocks: Blocks, state: ResolverState, make: Make) -> None:
        """Begin with nothing resolved.

        Args:
            blocks: The blocks of the spec.
            state: The state of the resolver, from which failed trials are removed.
            make: Resolves a layer of a type, with the keys beside it.
        """
        self._blocks = blocks
        self._state = state
        self._make = make

    def node(self, entry: Entry, wires: Wired, context: Context) -> Node | None:
        """Resolve a layer of the type that its parameter has; None after a mistake."""
        problems = context.problems
        type_ = context.scope.parameters[entry.variable]
        assert isinstance(type_, TypeName)
        node, found = self._attempt(entry, type_, wires, context)
        twin = self._of_default(entry, type_, wires, context, only=node is not None)
        if node is None:
            found = _told(found, entry, type_, context, moved=twin is not None)
        problems.extend(found)
        if node is None:
            return None
        made = twin.maker if twin and type_ == ANY else node.maker
        maker = made._replace(type=node.type, variable=entry.variable)
        return node._replace(maker=maker, function=None)

    def _of_default(
        self,
        entry: Entry,
        type_: TypeName,
        wires: Wired,
        context: Context,
        *,
        only: bool,
    ) -> Node | None:
        """Resolve the layer with the default of its parameter, if that is another type.

        Args:
            entry: The layer.
            type_: The type in this use.
            wires: Its inputs.
            context: The context of the layer.
            only: Whether that is needed only for the code: that of a block that no
                other use has, or of `Identity`, which does not show its arguments.

        Returns:
            None if it is the same type, or does not fit here.
        """
        block = self._blocks.get(context.scope.title)
        default = block.parameters.get(entry.variable) if block else None
        if not isinstance(default, TypeName) or default.place == type_.place:
            return None
        if only and default.prefix and type_ != ANY:
            return None
        mark = self._state.mark()
        node, _ = self._attempt(entry, default, wires, context)
        (self._state.forget if node is None else self._state.keep)(mark)
        return node

    def _attempt(
        self, entry: Entry, type_: TypeName, wires: Wired, context: Context
    ) -> tuple[Node | None, list[Diagnostic]]:
        """Resolve a layer of a type and return what is wrong instead of adding it."""
        problems = context.problems
        entry = _of_type(entry, type_, self._blocks)
        with problems.trial() as trial:
            node = None
            right = dict(entry.options)
            for key, code, message, help, _ in of_kind(entry):
                problems.add(code, message, (*entry.path, key), key=True, help=help)
                del right[key]
            entry = entry._replace(options=right)
            if "" in entry.arguments:
                message = f"`{entry.type}` takes no arguments"
                problems.add("MG201", message, entry.type_path)
            else:
                node = self._make(entry, wires, context)
        return (None if trial.failed else node), [*trial.found]


def _told(
    found: Sequence[Diagnostic],
    entry: Entry,
    type_: TypeName,
    context: Context,
    *,
    moved: bool,
) -> list[Diagnostic]:
    """Say which type mistakes of an entry are about.

    Args:
        found: The mistakes.
        entry: The entry.
        type_: Its type.
        context: The context of the entry.
        moved: Whether they are at the value that names the type.
    """
    problems = context.problems
    places = _places(entry, problems)
    place, what = None, f"`{entry.variable}` is `{type_}`"
    notes: tuple[str, ...] = ()
    labels: tuple[Label, ...] = ()
    if type_.place is None:
        notes = (f"{what}, as `--set` says",)
    elif moved:
        place, said = type_.place, f"`{context.prefix}{entry.name}` is of this type"
        labels = (problems.entry_label(said, entry.path),)
    else:
        labels = (Label(type_.place, what),)
    return [
        each._replace(
            place=place or each.place,
            notes=(*notes, *each.notes),
            labels=(*labels, *each.labels),
        )
        if each.place in places
        else each
        for each in found
    ]


def _places(entry: Entry, problems: Problems) -> set[Place]:
    """Return the places of an entry: of the whole, its type, arguments and keys."""
    find = problems.document
    return {
        place(path) for path in _paths(entry) for place in (find.place, find.key_place)
    }


def _paths(entry: Entry) -> Iterator[Path]:
    yield from (entry.path, entry.type_path, (*entry.path, "from"))
    yield from ((*entry.path, key) for key in entry.options)
    yield from (entry.argument_path(name) for name in entry.arguments)
