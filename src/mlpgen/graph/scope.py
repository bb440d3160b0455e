"""What expressions of a class may use, and names for sizes whose code is long."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen.expressions import Expression, ExpressionError, substituted
from mlpgen.operands import Operand
from mlpgen.operands import name as named
from mlpgen.sizes import Size, code_of, either, is_product, names_of, operand_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mlpgen.agreements import Agreement
    from mlpgen.expressions import Scalar
    from mlpgen.layers.base import Shape, Value
    from mlpgen.source import Path

INDEX = "index"
"""What expressions call the number of a round."""
LONGEST_CODE = 40
LONGEST_SUM = 20
"""Characters of a size in a call, if it is a product or not; others get a name."""
LONGEST_LINE = 70
"""Characters of the longest size that fits on a line of its own."""


class Unknown(NamedTuple):
    """A size that no code can say.

    Attributes:
        path: Of what makes it so.
        behind: The parameters that it depends on.
    """

    path: Path
    behind: frozenset[str]


class Findings:
    """What comes to light while the layers of one class are resolved.

    Attributes:
        names: The names of sizes whose code is long, by their code.
        codes: Their codes, by their names.
        used: The parameters that an expression has used.
        unknowns: Sizes that no code can say, by the names that stand for them.
        agreements: Sizes equal by their values only, with the layer that needs it, by
            their codes.
    """

    def __init__(self) -> None:
        self.names: dict[Operand, str] = {}
        self.codes: dict[str, Operand] = {}
        self.used: set[str] = set()
        self.unknowns: dict[str, Unknown] = {}
        self.agreements: dict[tuple[str, str], tuple[Agreement, Path]] = {}

    def copy(self) -> Findings:
        """Return findings that go on by themselves."""
        found = Findings()
        for name, each in vars(self).items():
            setattr(found, name, each.copy())
        return found


class Scope(NamedTuple):
    """What expressions may use, and what was found by now.

    Attributes:
        parameters: Of the spec or the block, with their values.
        found: What came to light in this class.
        title: The block whose layers these are; empty for the model.
        fixed: The parameters that stand for their value in code.
    """

    parameters: Mapping[str, Scalar]
    found: Findings
    title: str = ""
    fixed: frozenset[str] = frozenset()

    def unknown(self, size: int, path: Path, behind: frozenset[str]) -> int:
        """Return a size that must not be needed in code.

        Args:
            size: Its value.
            path: Of what makes it so.
            behind: The parameters that it depends on.
        """
        name = f"unknown_{len(self.found.unknowns) + 1}"
        while name in self.parameters:
            name += "_"
        self.found.unknowns[name] = Unknown(path, behind)
        return Size.parameter(name, int(size))

    def note(self, agreements: Iterable[Agreement], path: Path) -> None:
        """Keep what a layer needs to be equal, if it is not so by its code."""
        for each in agreements:
            one, other = map(code_of, each)
            if one != other:
                self.found.agreements.setdefault((one, other), (each, path))

    def shorten(self, shape: Shape) -> Shape:
        """Give sizes a name where their code would not fit into a call."""
        return tuple(self._short(size) for size in shape)

    def shortened(self, value: Value) -> Value:
        """Give the sizes of a value names where their code is long."""
        return value._replace(shape=self.shorten(value.shape))

    def either(self, condition: Expression, one: Shape, other: Shape) -> Shape:
        """Return one of two shapes, whatever the parameters are.

        Args:
            condition: Whether it is the first.
            one: The first.
            other: The second, with as many sizes.
        """
        pairs = zip(one, other, strict=True)
        return self.shorten(tuple(self._either(condition, a, b) for a, b in pairs))

    def _either(self, condition: Expression, one: int, other: int) -> int:
        code, holds = condition.operand, bool(condition.value)
        found = either(code, holds, one, other)
        if len(code_of(found)) <= LONGEST_LINE:
            return found
        return either(code, holds, self._named(one), self._named(other))

    def _short(self, size: int) -> int:
        code = code_of(size)
        if len(code) <= (LONGEST_CODE if is_product(size) else LONGEST_SUM):
            return size
        if self.title and len(code) <= LONGEST_CODE:
            return size  # of a block most sizes are never written
        return self._named(size)

    def _named(self, size: int) -> int:
        """Give a size a name, if its code is more than that."""
        code = operand_of(size)
        if not code.names or code.is_name:
            return size
        name = self.found.names.get(code, "")
        number = len(self.found.names)
        while not name:
            number += 1
            name = "" if f"size_{number}" in self.parameters else f"size_{number}"
        self.found.names[code] = name
        self.found.codes[name] = code
        return Size.parameter(name, int(size))

    def spelt_out(self, code: Operand) -> Operand:
        """Replace the names of sizes by their code."""
        codes = self.found.codes
        while code.names & codes.keys():
            code = code.replaced(codes)
        return code

    def behind(self, names: frozenset[str]) -> frozenset[str]:
        """Return the parameters that sizes with a name are computed from."""
        return frozenset[str]().union(
            *(
                self.spelt_out(named(each)).names
                for each in names & self.found.codes.keys()
            )
        )

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
        code = self.spelt_out(size.operand)
        names = code.names
        lost = [
            self.found.unknowns[each] for each in names & self.found.unknowns.keys()
        ]
        names = names.union(*(each.behind for each in lost))
        behind = frozenset[str]().union(*(_names(values.get(each)) for each in names))
        if not behind:
            return int(size)
        if lost:
            return user.unknown(size, path, behind)
        try:
            found = substituted(code.text, values)
        except ExpressionError:
            return user.unknown(size, path, behind)
        return found if found == size else int(size)


def _names(value: Scalar | Expression | None) -> frozenset[str]:
    if isinstance(value, Expression):
        return value.names
    return names_of(value) if isinstance(value, Size) else frozenset()
