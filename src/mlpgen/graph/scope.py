"""What expressions of a class may use, and names for sizes whose code is long."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.expressions import Expression, ExpressionError, substituted
from mlpgen.layers.base import ShapeError
from mlpgen.sizes import Size, code_of, is_product, names_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlpgen.expressions import Scalar
    from mlpgen.layers.base import Shape, Value
    from mlpgen.source import Path

INDEX = "index"
"""What expressions call the number of a round."""
LONGEST_CODE = 40
LONGEST_SUM = 20
"""Characters of a size in a call, if it is a product or not; others get a name."""
LONGEST_LINE = 70


class Scope(NamedTuple):
    """What expressions may use, and names for sizes whose code is long.

    Attributes:
        parameters: Of the spec or the block, with their values.
        names: The names of sizes, by their code.
        used: The parameters that an expression has used.
        title: The block whose layers these are; empty for the model.
        fixed: The parameters that stand for their value in code.
        unknowns: Sizes that no code can say, with the layer that makes them.
        codes: The codes of sizes, by their names.
    """

    parameters: Mapping[str, Scalar]
    names: dict[str, str]
    used: set[str]
    title: str = ""
    fixed: frozenset[str] = frozenset()
    unknowns: dict[str, Path] = {}  # noqa: RUF012 - made anew for each class
    codes: dict[str, str] = {}  # noqa: RUF012 - made anew for each class

    def unknown(self, size: int, path: Path) -> int:
        """Return a size that must not be needed in code."""
        name = f"unknown_{len(self.unknowns) + 1}"
        while name in self.parameters:
            name += "_"
        self.unknowns[name] = path
        return Size.parameter(name, int(size))

    def shorten(self, shape: Shape) -> Shape:
        """Give sizes a name where their code would not fit into a call.

        Raises:
            ShapeError: MG209, for a code that does not even fit on a line.
        """
        return tuple(self._short(size) for size in shape)

    def shortened(self, value: Value) -> Value:
        """Give the sizes of a value names where their code is long."""
        return value._replace(shape=self.shorten(value.shape))

    def _short(self, size: int) -> int:
        code = code_of(size)
        if len(code) <= (LONGEST_CODE if is_product(size) else LONGEST_SUM):
            return size
        if self.title and len(code) <= LONGEST_CODE:
            return size  # of a block most sizes are never written
        if len(code) > LONGEST_LINE:
            message = f"the code of a size would have {len(code)} characters"
            raise ShapeError("MG209", message, help="give parameters shorter names")
        name = self.names.get(code, "")
        number = len(self.names)
        while not name:
            number += 1
            name = "" if f"size_{number}" in self.parameters else f"size_{number}"
        self.names[code] = name
        self.codes[name] = code
        return Size.parameter(name, int(size))

    def behind(self, names: frozenset[str]) -> frozenset[str]:
        """Return the parameters that sizes with a name are computed from."""
        return frozenset[str]().union(
            *(
                names_of(_spelt_out(self.codes[name], self.codes))
                for name in names & self.codes.keys()
            )
        )

    def outside(self, size: int, values: Mapping[str, Scalar | Expression]) -> int:
        """Say a size of this class in the words of the class that uses it.

        Args:
            size: In terms of this class's parameters.
            values: What they stand for there.
        """
        if not isinstance(size, Size):
            return size
        code = _spelt_out(size.code, self.codes)
        if not any(
            isinstance(values.get(each), (Size, Expression)) for each in names_of(code)
        ):
            return int(size)
        try:
            found = substituted(code, values)
        except ExpressionError:
            return int(size)
        return found if found == size else int(size)


def _spelt_out(code: str, sizes: Mapping[str, str]) -> str:
    """Replace the names of sizes by their code."""
    while names_of(code) & sizes.keys():
        code = re.sub(
            r"\bsize_\d+\b",
            lambda match: f"({sizes[match[0]]})" if match[0] in sizes else match[0],
            code,
        )
    return code
