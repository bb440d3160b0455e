"""What a previous pass found out about the uses of the blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen.graph.blocks.arguments import written_as_numbers
from mlpgen.graph.blocks.arrivals import changing, free_sizes
from mlpgen.graph.blocks.equal_uses import difference_of, representative
from mlpgen.graph.scope import INDEX
from mlpgen.symbols.sizes import names_of
from mlpgen.symbols.type_names import numbers

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from mlpgen.graph.resolver_state import Place, ResolverState
    from mlpgen.symbols.type_names import ParameterValue


class Hints(NamedTuple):
    """What a previous pass found out about the uses of the blocks.

    Attributes:
        plain: The input sizes of each block that are written as numbers.
        empty: The entries whose `repeat` can be 0.
        examples: The parameter values of the uses of blocks with layers left out.
        free: The input sizes of each block that each call has anew, with the free sizes
            of the model that change them.
    """

    plain: Mapping[str, frozenset[str]] = {}
    empty: frozenset[Place] = frozenset()
    examples: Mapping[str, tuple[Mapping[str, ParameterValue], ...]] = {}
    free: Mapping[str, Mapping[str, frozenset[str]]] = {}


def more_hints(state: ResolverState, hints: Hints) -> Hints:
    """Add what the last pass found out; equal hints end the passes."""
    known = changing(state.arrivals)
    hints = _after_mistakes(state, hints, known)
    plain = {**hints.plain}
    for name, sizes in written_as_numbers(state.uses, known).items():
        if sizes:
            plain[name] = plain.get(name, frozenset()) | sizes
    examples = {**hints.examples}
    for name, every in state.uses.items():
        first = representative(every) if every else None
        differ = first and any(difference_of(first, use) for use in every)
        if name not in examples and (differ or name in state.guessed):
            examples[name] = tuple(
                numbers(use.values) for use in every if not use.tried
            )
    return hints._replace(plain=plain, examples=examples)


def hints_after_mistakes(state: ResolverState, hints: Hints) -> Hints:
    """Add what the last pass found out in spite of mistakes, which may follow from it.

    These are the entries that can have no rounds, and the sizes that each call has
    anew: a module that two lengths share is not made for one of them.
    """
    return _after_mistakes(state, hints, changing(state.arrivals))


def _after_mistakes(
    state: ResolverState, hints: Hints, known: Collection[tuple[str, str]]
) -> Hints:
    """Add them, given the sizes and parameters that change with the model's."""
    empty = {
        place
        for place, counts in state.counts.items()
        if _can_be_none(place[0], counts, known)
    }
    return hints._replace(empty=hints.empty | empty, free=free_sizes(state.arrivals))


def _can_be_none(
    user: str, counts: Sequence[int], known: Collection[tuple[str, str]]
) -> bool:
    """Return whether a `repeat` can be 0 for some arguments of the model."""
    if not all(counts):
        return True
    names = names_of(counts[0])
    return not user or INDEX in names or any((user, name) in known for name in names)
