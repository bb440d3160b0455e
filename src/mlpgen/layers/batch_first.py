"""What layers share that could take the batch second; here it always comes first."""

from typing import Annotated, Any

from mlpgen.catalogue.component import Expects, Structural
from mlpgen.layers.base import Layer, ShapeError, Values
from mlpgen.layers.shapes import whole_shown

BatchFirst = Annotated[bool, Structural(), Expects("true")]


class HasBatchFirst(Layer):
    """Has `batch_first`, which is true here and false by torch's default."""

    def arguments(self) -> dict[str, Any]:
        """Write `batch_first` always."""
        given = super().arguments() | {"batch_first": getattr(self, "batch_first")}
        return {name: given[name] for name in type(self).model_fields if name in given}

    def check_inputs(self, values: Values) -> None:
        """The batch is the first dimension of every tensor.

        Raises:
            ShapeError: MG311, MG313.
        """
        super().check_inputs(values)
        if len({value.batched for value in values}) > 1:
            inputs = " and ".join(whole_shown(value) for value in values)
            message = f"`{self.title()}` takes tensors that all have a batch, but "
            raise ShapeError(
                "MG313",
                f"{message}{inputs} arrive",
                help="add what is learned to a tensor that has one",
            )
        if not getattr(self, "batch_first"):
            raise ShapeError(
                "MG311",
                f"`{self.title()}` with `batch_first: false` takes (L, N, *), but the "
                "batch comes first here",
                argument="batch_first",
                help="leave `batch_first` out",
            )
