"""What layers share that look for the largest value, and can say where it stood."""

from typing import Annotated

from mlpgen.catalogue.component import Expects, Structural
from mlpgen.layers.base import Function, Layer, Returned, Value, Values

DIMS = ("(N, C, L)", "(N, C, H, W)", "(N, C, D, H, W)")
"""What layers for one, two and three dimensions take."""

Flag = Annotated[bool, Structural(), Expects("true or false")]


class ReturnsIndices(Layer):
    """Gives the indices of the values too, for `MaxUnpool`, with `return_indices`."""

    def _indices(self) -> bool:
        return bool(getattr(self, "return_indices"))

    def results(self, values: Values) -> dict[str, Value]:
        """An index for each value."""
        found = values[0]._replace(shape=self.output(values[0].shape))
        if not self._indices():
            return {"": found}
        return {"output": found, "indices": found._replace(dtype="int64")}

    def returned(self) -> Returned:
        """The values come first."""
        return ("output", "indices") if self._indices() else ""

    def function(self) -> Function | None:
        """The function for values and indices is another one: a module stays."""
        return None if self._indices() else super().function()
