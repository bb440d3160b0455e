"""Layers that `when` or `repeat` leaves out: their code is needed all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.graph.blocks.use import depends
from mlpgen.graph.entries.when_trial_values import arriving, examples, trials

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from mlpgen.diagnostics.diagnostic import Diagnostic
    from mlpgen.graph.context import Context
    from mlpgen.graph.nodes import Node
    from mlpgen.graph.resolver_state import ResolverState
    from mlpgen.graph.wires import Wire
    from mlpgen.spec.entries import Entry
    from mlpgen.symbols.type_names import ParameterValue

    Wired = tuple[Wire, ...]
    Make = Callable[[Entry, Wired, Context], Node | None]

_UNCHECKED = "MG317"
_UNMENDED = frozenset(["MG209", "MG229", "MG314"])
"""Further mistakes that no value of a parameter can fix."""
MOST_UNCHECKED = 4
"""The number of trials without checks for a layer that fits with no values."""


def omitted(
    entry: Entry,
    wires: Wired,
    context: Context,
    make: Make,
    state: ResolverState,
    uses: Sequence[Mapping[str, ParameterValue]],
) -> Node | None:
    """Resolve a layer that is left out.

    Its code comes from a use in which it runs, or from the current values, or from
    other values. A layer that fits with none is kept unchecked, with a warning.

    Args:
        entry: The layer.
        wires: Its inputs.
        context: The context of the layer.
        make: Resolves it as if it ran.
        state: The state of the resolver, from which failed trials are removed.
        uses: The values of other uses of the block.
    """
    scope, problems = context.scope, context.problems
    scope.found.used |= scope.names_behind(entry.raw)
    if any(wire.value is None for wire in wires):
        _, mistakes = _attempt(entry, wires, context, make, state)
        problems.extend(each for each in mistakes if not depends(each))
        return None
    own: list[Diagnostic] = []
    others: list[Diagnostic] = []
    for within, takes in _attempts(entry, wires, context, uses):
        node, mistakes = _attempt(entry, takes, within, make, state)
        same = within.scope.parameters == scope.parameters
        checked = within.scope.checked
        if node is None and same and checked:
            own = mistakes
        if node is None and not same and checked:
            others = others or mistakes
        if node is not None:
            if not same or not checked:
                state.guessed.add(scope.title)
            if not checked:
                problems.extend(map(_unchecked, others or own))
            scope.found.take(within.scope.found)
            return node._replace(inputs=tuple(w.value for w in wires if w.value))
        if not all(map(depends, own)):
            break
    anyway = [each for each in own if not depends(each)]
    problems.extend(anyway or own)
    return None


def mistakes_anyway(
    entry: Entry, wires: Wired, context: Context, make: Make, state: ResolverState
) -> list[Diagnostic]:
    """Return the mistakes of an entry that never runs, for any parameters.

    Values and shapes are not checked. A mistake that other flags of the class fix does
    not count, since flags decide which parameters a layer has. Inside an entry that is
    itself on trial, flags are not changed again.

    Args:
        entry: The entry.
        wires: Its inputs.
        context: The context of the entry.
        make: Resolves it as if it ran.
        state: The state of the resolver.
    """
    scope = context.scope._replace(checked=False)
    flags = [n for n, value in scope.parameters.items() if isinstance(value, bool)]
    kept: list[Diagnostic] | None = None
    unmended = frozenset[str]() if scope.fixed else _UNMENDED  # in rounds
    changes = [{}, dict.fromkeys(flags, True), dict.fromkeys(flags, False)]
    for change in changes if flags and context.scope.checked else changes[:1]:
        values = {**scope.parameters, **change}
        within = scope._replace(parameters=values, found=scope.found.copy())
        with context.problems.trial():
            _, mistakes = _attempt(
                entry, wires, context._replace(scope=within), make, state
            )
        mistakes = [x for x in mistakes if x.code in unmended or not depends(x)]
        kept = mistakes if kept is None else [x for x in kept if x in mistakes]
        if not kept:
            return []
    return kept or []


def _attempts(
    entry: Entry,
    wires: Wired,
    context: Context,
    uses: Sequence[Mapping[str, ParameterValue]],
) -> Iterator[tuple[Context, Wired]]:
    """Yield the contexts in which a layer is tried, with its inputs there."""
    scope = context.scope
    same = scope._replace(found=scope.found.copy())
    tried = []
    for each in examples(entry, scope, uses):
        yield context._replace(scope=each), tuple(arriving(w, each) for w in wires)
    yield context._replace(scope=same), wires
    for each in trials(entry, scope):
        tried.append(each)
        yield context._replace(scope=each), tuple(arriving(w, each) for w in wires)
    for each in [*tried[:MOST_UNCHECKED], same]:
        within = each._replace(found=scope.found.copy(), checked=False)
        takes = tuple(arriving(wire, within) for wire in wires)
        yield context._replace(scope=within), takes


def _attempt(
    entry: Entry, wires: Wired, context: Context, make: Make, state: ResolverState
) -> tuple[Node | None, list[Diagnostic]]:
    """Resolve a layer and return its mistakes instead of adding them."""
    mark = state.mark()
    with context.problems.trial() as trial:
        node = make(entry, wires, context)
    if node is None or trial.failed:
        state.forget(mark)
        return None, [each for each in trial.found if not each.warning]
    state.keep(mark)
    context.problems.extend(each for each in trial.found if each.code == _UNCHECKED)
    return node, []


def _unchecked(mistake: Diagnostic) -> Diagnostic:
    """Turn a mistake into a warning that a layer was not checked."""
    message = f"left out with these values, so not checked: {mistake.message}"
    return mistake._replace(code=_UNCHECKED, message=message, warning=True)
