"""Uses of blocks as layers, each resolved once and shared by equal uses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlpgen.diagnostics.diagnostic import Label
from mlpgen.graph.arguments import plain as plain_value
from mlpgen.graph.blocks.arguments import (
    Use,
    block_arguments,
    placeholders,
    sizes_in,
    without_sizes,
)
from mlpgen.graph.blocks.arrivals import arrivals, given_names
from mlpgen.graph.blocks.joined import joined_value, with_tensors
from mlpgen.graph.context import Resolved, container, wrong_number
from mlpgen.graph.layer import bare
from mlpgen.graph.nodes import Maker
from mlpgen.graph.scope import Findings, Scope
from mlpgen.graph.used_parameters import direct_names
from mlpgen.symbols.agreements import Agreement
from mlpgen.symbols.expressions import Expression, NotComputedError
from mlpgen.symbols.lists import is_endless, like
from mlpgen.symbols.sizes import Size
from mlpgen.symbols.substitution import restated

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from mlpgen.diagnostics.diagnostic import Diagnostic, Place
    from mlpgen.graph.blocks.definitions import Definition
    from mlpgen.graph.blocks.hints import Hints
    from mlpgen.graph.context import Context
    from mlpgen.graph.nodes import Node
    from mlpgen.graph.resolver_state import ResolverState
    from mlpgen.graph.wires import Wire
    from mlpgen.layers.base import Value, Values
    from mlpgen.spec.entries import Entry
    from mlpgen.symbols.type_names import ParameterValue

    Resolve = Callable[[Definition, Sequence[Value | None], Scope], Resolved]


class Uses:
    """Resolves uses of blocks, once for all equal uses."""

    def __init__(
        self,
        blocks: Mapping[str, Definition],
        hints: Hints,
        state: ResolverState,
        resolve: Resolve,
    ) -> None:
        """Begin with nothing resolved.

        Args:
            blocks: The blocks of the spec.
            hints: What a previous pass found out about the uses of the blocks.
            state: The state of the resolver.
            resolve: Resolves the layers of a class.
        """
        self._blocks = blocks
        self._hints = hints
        self._state = state
        self._class = resolve
        self._open: list[str] = []

    def node(
        self, entry: Entry, wires: tuple[Wire, ...], context: Context
    ) -> Node | None:
        """Resolve one use; None after a mistake."""
        definition = self._blocks[entry.type]
        problems = context.problems
        scope = context.scope
        given = block_arguments(entry, definition, self._blocks, scope, problems)
        if entry.type in self._open:
            circle = [*self._open[self._open.index(entry.type) :], entry.type]
            message = f"the block `{entry.type}` contains itself"
            notes = (" → ".join(circle),) if len(circle) > 2 else ()
            problems.add("MG223", message, entry.type_path, key=True, notes=notes)
            return None
        if len(wires) != len(definition.inputs) and not definition.joins:
            wrong_number(entry, definition.inputs, wires, context)
            return None
        values = tuple(wire.value for wire in wires if wire.value is not None)
        if given is None or len(values) < len(wires):
            return None
        taken = values
        if definition.joins:
            joined = joined_value(entry, definition, wires, context)
            if joined is None:
                return None
            values = (joined,)
        sizes = sizes_in(definition, values)
        given = without_sizes(entry, given, sizes, context.scope, problems)
        if given is None:
            return None
        own = {k: v for k, v in definition.parameters.items() if k not in sizes}
        definition = definition._replace(parameters=own)
        concrete = {**own}
        for name, value in given.items():
            concrete[name] = like(plain_value(value), definition.parameters[name])
        user = self._blocks.get(context.scope.title)
        names = user.parameters if user else context.scope.parameters
        self._state.arrivals |= arrivals(definition, values, context.scope, names)
        self._state.arrivals |= given_names(definition, given, context.scope)
        mark = problems.mark()
        place, checked = problems.entry_place(entry.path), context.scope.checked
        resolved = self._block(
            definition, concrete, values, taken, place, checked=checked
        )
        mark.add_label(Label(place, f"`{definition.name}` is used here"), depends)
        if resolved is None:
            return None
        return _used(entry, wires, values, given, definition, resolved, context)

    def _block(
        self,
        definition: Definition,
        values: Mapping[str, ParameterValue],
        inputs: tuple[Value, ...],
        taken: tuple[Value, ...],
        place: Place,
        *,
        checked: bool,
    ) -> Resolved | None:
        """Resolve a block for the values of its parameters and its inputs.

        Args:
            definition: The block.
            values: The values of its parameters.
            inputs: What its layers take: its inputs, or what it joins them to.
            taken: Its inputs.
            place: Where the use is written.
            checked: Whether shapes must fit.
        """
        plain = self._hints.plain.get(definition.name, frozenset())
        free = self._hints.free.get(definition.name, {})
        concrete = tuple(bare(value) for value in inputs)
        tensors = tuple(bare(value) for value in taken)
        beyond = tuple(n for n, each in values.items() if is_endless(each))
        given = (tuple(values.items()), beyond)
        key = (definition.name, given, concrete, tensors, checked)
        if key in self._state.resolved:
            return self._state.resolved[key]
        known, arriving = _symbolic(definition, concrete, plain)
        every = {**known, **values}
        scope = Scope(
            every,
            Findings(),
            definition.name,
            free=free,
            checked=checked,
            values=definition.values,
            sizes=(*known,),
        )
        if definition.joins:
            definition = with_tensors(definition, len(tensors), arriving[0])
            arriving = tensors
        mark = definition.problems.mark()
        self._open.append(definition.name)
        resolved = self._class(definition, arriving, scope)
        self._open.pop()
        failed = mark.failed or "" in resolved.graph.outputs
        direct = frozenset(scope.found.used).union(
            *(direct_names(node) for node in resolved.graph.nodes)
        )
        use = Use(resolved.graph, known, direct, place, every)
        if not failed:  # a round that only longer lists have may have mistakes
            self._state.uses[definition.name].append(use)
        self._state.resolved[key] = None if failed else resolved
        return self._state.resolved[key]


def _used(
    entry: Entry,
    wires: tuple[Wire, ...],
    values: tuple[Value, ...],
    given: dict[str, Any],
    definition: Definition,
    resolved: Resolved,
    context: Context,
) -> Node | None:
    """Make the layer of a block, with shapes in terms of the surrounding class."""
    graph, scope = resolved
    sizes = sizes_in(definition, values)
    known: dict[str, ParameterValue | Expression] = {
        **definition.parameters,
        **sizes,
        **given,
    }
    parts: dict[str, Value] = {}
    outside = context.scope.outside(known, entry.path)
    for name in graph.outputs:
        value = graph.value(name)
        shape = tuple(map(outside, value.shape))
        part = name if len(graph.outputs) > 1 else ""
        parts[part] = value._replace(shape=shape)
    for noted in scope.found.agreements.values():
        guards = tuple(_elsewhere(guard, known) for guard in noted.guards)
        found = Agreement(*map(outside, noted.agreement))
        context.scope.note([found], entry.path, tuple(g for g in guards if g.names))
    arguments = {name: sizes[name] for name in graph.inferred} | given
    return container(entry, wires, (), graph.value(graph.outputs[0]))._replace(
        maker=Maker(entry.type, "", arguments, frozenset(graph.inferred)),
        parts=parts,
        returned=graph.outputs if len(graph.outputs) > 1 else "",
        parameters=graph.total_parameters,
        multiply_adds=graph.total_multiply_adds,
        graph=graph,
    )


def _elsewhere(
    guard: Expression, known: Mapping[str, ParameterValue | Expression]
) -> Expression:
    """Express a condition by the surrounding class; true if that is not possible."""
    try:
        return restated(guard, known)
    except NotComputedError:
        return Expression.constant(True)


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
        "MG250",
        "MG320",
        "MG321",
    ]
)
"""Mistakes that do not depend on how a block is used."""


def depends(mistake: Diagnostic) -> bool:
    """Return whether a mistake may depend on the values of parameters."""
    if mistake.code in ("MG203", "MG204") and mistake.place is not None:
        start = mistake.place.span.column - 1
        return "${" in mistake.place.text[start : start + 4]
    return mistake.code not in _ANYWHERE


def _symbolic(
    definition: Definition, inputs: Values, plain: Collection[str]
) -> tuple[dict[str, ParameterValue], Values]:
    """Replace the sizes of the inputs by symbolic sizes with their names.

    Args:
        definition: The block.
        inputs: The inputs, with plain numbers.
        plain: The sizes that stay numbers.

    Returns:
        The values of the names, and the inputs with symbolic sizes.
    """
    known: dict[str, ParameterValue] = {}
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
