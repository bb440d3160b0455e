"""What expressions may use, and names for sizes whose code is long."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen.layers.base import ShapeError
from mlpgen.sizes import Size, code_of, is_product

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlpgen.expressions import Scalar
    from mlpgen.layers.base import Shape

LONGEST_CODE = 40
LONGEST_SUM = 20
"""Characters of a size in a call, if it is a product or not; others get a name."""
LONGEST_LINE = 70


class Scope(NamedTuple):
    """What expressions may use, and names for sizes whose code is long.

    Attributes:
        parameters: Of the spec, with their defaults.
        names: The names of sizes, by their code.
        used: The parameters that an expression has used.
    """

    parameters: Mapping[str, Scalar]
    names: dict[str, str]
    used: set[str]

    def shorten(self, shape: Shape) -> Shape:
        """Give sizes a name where their code would not fit into a call.

        Raises:
            ShapeError: MG209, for a code that does not even fit on a line.
        """
        return tuple(self._short(size) for size in shape)

    def _short(self, size: int) -> int:
        code = code_of(size)
        if len(code) <= (LONGEST_CODE if is_product(size) else LONGEST_SUM):
            return size
        if len(code) > LONGEST_LINE:
            message = f"the code of a size would have {len(code)} characters"
            raise ShapeError("MG209", message, help="give parameters shorter names")
        name = self.names.get(code, "")
        number = len(self.names)
        while not name:
            number += 1
            name = "" if f"size_{number}" in self.parameters else f"size_{number}"
        self.names[code] = name
        return Size.parameter(name, int(size))
