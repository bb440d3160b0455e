"""The names of the rounds of a repeated layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from mlpgen.symbols.expressions import Expression


class RoundNames(NamedTuple):
    """The names that a pattern gives to rounds: `block${index + 1}`.

    Attributes:
        parts: The texts and expressions of the pattern.
        every: The name of each round.
    """

    parts: tuple[str | Expression, ...]
    every: tuple[str, ...]

    @property
    def are_identifiers(self) -> bool:
        """Whether they can be keywords of a call."""
        return all(map(str.isidentifier, self.every))
