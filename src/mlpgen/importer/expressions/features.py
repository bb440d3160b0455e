"""What the uses of a class differ in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.importer.expressions.vectors import (
    MISSING,
    NoExpressionError,
    Vector,
    matches,
    numeric,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_VAGUE = {"other", "size", "input", "exponent"}
"""Names of arguments of functions, for which the author's class has better ones."""


class Features:
    """What the uses of a class differ in: sizes of inputs, and arguments by name.

    Attributes:
        sizes: The sizes of the inputs by name, for each use.
        given: What the author's constructor was given, for each use.
        made: Parameters that had to be made up, for each use.
        used: Names of parameters that an expression needs.
        channels: The numbers of channels that layers have, by their expressions.
        kept: What modules keep in attributes, for each use.
        label: What the name of a parameter begins with if it is taken without.
    """

    def __init__(
        self,
        sizes: Mapping[str, Vector],
        given: Mapping[str, Vector],
        kept: Mapping[str, Vector] = {},
    ) -> None:
        self.sizes = dict(sizes)
        self.given = dict(given)
        self.kept = dict(kept)
        self.label = ""
        self.made: dict[str, Vector] = {}
        self.used: list[str] = []
        self.channels: dict[str, Vector] = {}

    @property
    def arguments(self) -> dict[str, Vector]:
        """What may be a parameter: arguments of the constructor, then those made."""
        return {**self.given, **self.made}

    @property
    def numbers(self) -> dict[str, Vector]:
        """Those of the arguments that are numbers."""
        return {k: v for k, v in self.arguments.items() if numeric(v)}

    def use(self, name: str) -> str:
        """Return the name of an argument, which becomes a parameter."""
        if name in self.given and name not in self.used:
            self.used.append(name)
        return name

    def named(self, name: str) -> str:
        """Return the name of a size or of an argument."""
        return name if name in self.sizes else self.use(name)

    def make(self, vector: Vector, name: str) -> str:
        """Make a parameter, and return its name.

        Raises:
            NoExpressionError: No parameter has such values.
        """
        if name in _VAGUE:
            same = (each for each, own in self.kept.items() if matches(vector, own))
            name = next(same, name)
        if self._is_taken(name) and self.label:
            name = f"{self.label}_{name}"
        free, number = name, 2
        while self._is_taken(free):
            free, number = f"{name}_{number}", number + 1
        present = [each for each in vector if each is not MISSING]
        some = max(present, key=present.count)
        filled = tuple(some if each is MISSING else each for each in vector)
        if any(isinstance(each, str) or each is None for each in filled):
            raise NoExpressionError(name)
        self.made[free] = filled
        return free

    def _is_taken(self, name: str) -> bool:
        return name in self.given or name in self.sizes or name in self.made

    def parameters(self) -> dict[str, Vector]:
        """Return the parameters of the class: the author's, then those made."""
        return {**{name: self.given[name] for name in self.used}, **self.made}
