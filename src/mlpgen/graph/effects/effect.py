"""What is known of a value: the interval it is in, and what it stands for."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mlpgen.graph.flow import Operation

Kind = Literal[
    "", "logits", "probabilities", "chances", "log_probabilities", "log_chances"
]
"""What numbers stand for; empty if it is not known.

`probabilities` sum to one over a dimension, `chances` are each from 0 to 1. `logits`
are what a learned layer returns.
"""
PROBABLE = ("probabilities", "chances")
LOGARITHMIC = ("log_probabilities", "log_chances")


class Effect(NamedTuple):
    """What is known of the elements of a tensor.

    Attributes:
        low: None is below it.
        high: None is above it.
        exact: Whether some come near to both, whatever the weights and the data are.
        kind: What they stand for.
        dim: The dimension over which they sum to one, counted from the last (-1); None
            if it is not known.
        maker: The operation that made them what they stand for.
        last: The operation that computed them, behind which they were only moved.
        veiled: The softmax whose probabilities were changed since, element by element,
            but for their logarithm.
    """

    low: float = -inf
    high: float = inf
    exact: bool = False
    kind: Kind = ""
    dim: int | None = None
    maker: Operation | None = None
    last: Operation | None = None
    veiled: Operation | None = None

    @property
    def free(self) -> bool:
        """Whether they are any numbers, and for certain not only some."""
        return self.exact and self.low == -inf and self.high == inf

    @property
    def bounded(self) -> bool:
        """Whether there are numbers that they cannot be."""
        return self.low > -inf or self.high < inf

    @property
    def softmax(self) -> Operation | None:
        """The softmax behind which no values were mixed."""
        direct = self.kind in ("probabilities", "log_probabilities")
        return self.maker if direct else self.veiled

    @property
    def changed(self) -> Operation | None:
        """The softmax whose probabilities any change of them veils."""
        return self.maker if self.kind == "probabilities" else self.veiled

    def within(self, low: float, high: float) -> bool:
        """Tell whether they are all in an interval."""
        return low <= self.low and self.high <= high

    def leaves(self, low: float, high: float) -> bool:
        """Tell whether some are outside of an interval for certain."""
        return self.exact and not self.within(low, high)

    def by(self, change: Callable[[float], float]) -> Effect:
        """Apply an increasing function to each; nothing is known of what they are."""
        low, high = change(self.low), change(self.high)
        return Effect(low, high, self.exact, veiled=self.changed)

    def times(self, factor: float) -> Effect:
        """Multiply each by a number."""
        if factor == 1:
            return self
        ends = product(self.low, factor), product(self.high, factor)
        kind: Kind = "logits" if self.kind == "logits" and factor else ""
        exact = self.exact and factor != 0
        return Effect(min(ends), max(ends), exact, kind, veiled=self.changed)

    def plus(self, number: float) -> Effect:
        """Add a number to each; one that only avoids a zero changes nothing."""
        if self.kind in PROBABLE and abs(number) <= SMALL:
            return self
        kind: Kind = "logits" if self.kind == "logits" else ""
        low, high = self.low + number, self.high + number
        return Effect(low, high, self.exact, kind, veiled=self.changed)


SMALL = 1e-3
"""Numbers of this size are added to probabilities to avoid the logarithm of zero."""
UNKNOWN = Effect()
LOGITS = Effect(exact=True, kind="logits")
FLAGS = Effect(0, 1)


def product(left: float, right: float) -> float:
    """Multiply ends of intervals: nothing times anything is nothing."""
    return 0.0 if 0 in (left, right) else left * right


def hull(effects: Iterable[Effect]) -> Effect:
    """Return what holds for elements of several tensors together."""
    found = [*effects]
    if not found:
        return UNKNOWN
    low, high = min(each.low for each in found), max(each.high for each in found)
    whole = [each for each in found if (each.low, each.high) == (low, high)]
    exact = any(each.exact for each in whole) or all(each.exact for each in found)
    kind, *others = {each.kind for each in found}
    if others:
        return Effect(low, high, exact)
    return found[0]._replace(low=low, high=high, exact=exact, kind=kind)


def product_of(left: Effect, right: Effect) -> Effect:
    """Return what holds for the products of two tensors."""
    if left.kind == right.kind == "chances":
        return left._replace(exact=False)
    ends = [product(x, y) for x in left[:2] for y in right[:2]]
    free = left.exact and right.exact and (left.free or right.free)
    return Effect(min(ends), max(ends), free, "logits" if free else "")


def sum_of(left: Effect, right: Effect) -> Effect:
    """Return what holds for the sums of two tensors."""
    free = left.free or right.free
    low, high = left.low + right.low, left.high + right.high
    return Effect(low, high, free, "logits" if free else "")
