"""What expressions of a class may use, and what comes to light in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen.symbols.evaluation import substituted
from mlpgen.symbols.expressions import Expression, ExpressionError
from mlpgen.symbols.sizes import Size, either, names_of, sum_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mlpgen.layers.base import Shape
    from mlpgen.source import Path
    from mlpgen.symbols.agreements import Agreement
    from mlpgen.symbols.expressions import Scalar

INDEX = "index"
"""What expressions call the number of a round."""


class Noted(NamedTuple):
    """Sizes that a layer needs to be equal.

    Attributes:
        agreement: The sizes.
        path: Of the layer.
        guards: The conditions under which it is there.
    """

    agreement: Agreement
    path: Path
    guards: tuple[Expression, ...] = ()


class Findings:
    """What comes to light while the layers of one class are resolved.

    Attributes:
        used: The parameters that an expression has used.
        unknowns: What makes sizes that no code can say, by the texts of their atoms.
        agreements: Sizes equal by their values only, with the layer that needs it, by
            the texts of their sums.
    """

    def __init__(self) -> None:
        self.used: set[str] = set()
        self.unknowns: dict[str, Path] = {}
        self.agreements: dict[tuple[str, ...], Noted] = {}

    def copy(self) -> Findings:
        """Return findings that go on by themselves."""
        found = Findings()
        for name, each in vars(self).items():
            setattr(found, name, each.copy())
        return found

    def take(self, other: Findings) -> None:
        """Take over what code needs that was found with other values."""
        for name in ("used", "unknowns"):
            getattr(self, name).update(getattr(other, name))


class Scope(NamedTuple):
    """What expressions may use, and what was found by now.

    Attributes:
        parameters: Of the spec or the block, with their values.
        found: What came to light in this class.
        title: The block whose layers these are; empty for the model.
        fixed: The parameters that stand for their value in code.
        checked: Whether all must be right; if not, only code is wanted, and what does
            not fit passes through.
    """

    parameters: Mapping[str, Scalar]
    found: Findings
    title: str = ""
    fixed: frozenset[str] = frozenset()
    checked: bool = True

    def unknown(self, size: int, path: Path, behind: frozenset[str]) -> int:
        """Return a size that must not be needed in code.

        Args:
            size: Its value.
            path: Of what makes it so.
            behind: The parameters that it depends on.
        """
        key = f"{self.title}{path}{len(self.found.unknowns)}"
        found = Size.unknown(int(size), key, behind)
        self.keep(found, path)
        return found

    def keep(self, size: int, path: Path) -> None:
        """Remember what makes a size that no code can say."""
        for atom in sum_of(size).atoms:
            self.found.unknowns.setdefault(atom, path)

    def note(
        self,
        agreements: Iterable[Agreement],
        path: Path,
        guards: tuple[Expression, ...] = (),
    ) -> None:
        """Keep what a layer needs to be equal, if it is not so by its code."""
        codes = [guard.code for guard in guards]
        for each in agreements:
            one, other = (sum_of(size).key for size in each)
            if one != other:
                noted = Noted(each, path, guards)
                self.found.agreements.setdefault((one, other, *codes), noted)

    def guard(self, condition: Expression, before: int) -> None:
        """Put what was noted last under the condition of its layer.

        Args:
            condition: The condition.
            before: How many there were before.
        """
        for key in [*self.found.agreements][before:]:
            noted = self.found.agreements.pop(key)
            self.note([noted.agreement], noted.path, (condition, *noted.guards))

    def either(self, condition: Expression, one: Shape, other: Shape) -> Shape:
        """Return one of two shapes, whatever the parameters are.

        Args:
            condition: Whether it is the first.
            one: The first.
            other: The second, with as many sizes.
        """
        pairs = zip(one, other, strict=True)
        return tuple(either(condition, a, b) for a, b in pairs)

    def outside(
        self,
        size: int,
        values: Mapping[str, Scalar | Expression],
        user: Scope,
        path: Path,
    ) -> int:
        """Say a size of this class in the words of the class that uses it.

        Args:
            size: In terms of this class's parameters.
            values: What they stand for there.
            user: The class that uses this one.
            path: Of that use.
        """
        if not isinstance(size, Size):
            return size
        behind = frozenset[str]().union(
            *(_names(values.get(each)) for each in names_of(size))
        )
        if not behind:
            return int(size)
        try:
            found = substituted(size, values, f"{user.title}{path}")
        except ExpressionError:
            return user.unknown(size, path, behind)
        user.keep(found, path)
        return found


def _names(value: Scalar | Expression | None) -> frozenset[str]:
    if isinstance(value, Expression):
        return value.names
    return names_of(value) if isinstance(value, Size) else frozenset()
