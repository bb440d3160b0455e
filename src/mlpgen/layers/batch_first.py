"""Layers with `batch_first`, which must be true here."""

from typing import Annotated, Any

from mlpgen.catalogue.component import Expects, Structural
from mlpgen.layers.base import Layer, ShapeError, Values
from mlpgen.layers.shapes import whole_shown

BatchFirst = Annotated[bool, Structural(), Expects("true")]


class HasBatchFirst(Layer):
    """A layer with `batch_first`: true here, false by torch's default."""

    def arguments(self) -> dict[str, Any]:
        """Always include `batch_first`, and leave out what is of the call only."""
        given = super().arguments() | {"batch_first": getattr(self, "batch_first")}
        return {
            name: given[name]
            for name in type(self).model_fields
            if name in given and name not in self.of_call()
        }

    def check_inputs(self, values: Values) -> None:
        """Check that the batch is the first dimension of every input.

        Raises:
            ShapeError: MG311, MG313.
        """
        if len({value.batched for value in values}) > 1:
            inputs = " and ".join(whole_shown(value) for value in values)
            message = f"all inputs of `{self.title()}` must have a batch, but "
            raise ShapeError(
                "MG313", f"{message}got {inputs}", help=_with_batch(values)
            )
        super().check_inputs(values)
        if not getattr(self, "batch_first"):
            raise ShapeError(
                "MG311",
                f"`{self.title()}` with `batch_first: false` expects (L, N, *), but "
                "the batch is always first here",
                argument="batch_first",
                help="leave `batch_first` out",
            )


def _with_batch(values: Values) -> str:
    """Say how the first tensor without a batch gets one."""
    sizes = next(value.shape for value in values if not value.batched)
    kept = ", ".join(["-1"] * len(sizes))
    return f"`expand: [{kept}]` of this tensor and one with a batch repeats it"
