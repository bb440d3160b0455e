"""`return_indices` of max pooling: also return where the maxima were."""

from typing import Annotated, ClassVar

from mlpgen.catalogue.component import Expects, Structural
from mlpgen.layers.base import Function, Layer, Returned, Value, Values

DIMS = ("(N, C, L)", "(N, C, H, W)", "(N, C, D, H, W)")
"""The inputs of layers for one, two and three spatial dimensions."""

Flag = Annotated[bool, Structural(), Expects("true or false")]


class ReturnsIndices(Layer):
    """Also returns the indices of the maxima, if `return_indices` is true."""

    asked: ClassVar = {"indices": "return_indices"}

    def _indices(self) -> bool:
        return bool(getattr(self, "return_indices"))

    def results(self, values: Values) -> dict[str, Value]:
        """Return values and indices of the same shape."""
        found = values[0]._replace(shape=self.output(values[0].shape))
        if not self._indices():
            return {"": found}
        return {"output": found, "indices": found._replace(dtype="int64")}

    def returned(self) -> Returned:
        """Return the values, then the indices."""
        return ("output", "indices") if self._indices() else ""

    def function(self) -> Function | None:
        """Return None with indices: that is another function, so keep the module."""
        return None if self._indices() else super().function()
