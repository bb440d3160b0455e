"""interpolate and pad."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from mlpgen.catalogue.component import Expects
from mlpgen.functions.base import FLOAT, Flag, InfiniteNumber, Ints, Operation
from mlpgen.layers.base import Function, ShapeError, Value, Values
from mlpgen.layers.padding import padded
from mlpgen.layers.shapes import whole, whole_shown
from mlpgen.layers.vision import Upsample


class Interpolate(Operation, Upsample):
    """Resizes an image (a sequence, a volume) by a factor or to a size.

    A tensor without a batch, such as learned positions, needs another dimension for it.
    """

    dtypes: ClassVar = FLOAT
    needs_batch: ClassVar = False
    page: ClassVar = "nn.functional.interpolate"
    example: ClassVar = "interpolate: {scale_factor: 2}"

    antialias: Flag = False

    def results(self, values: Values) -> dict[str, Value]:
        """Use the size, or multiply each size by its factor and round down."""
        if self.antialias and self.mode not in ("bilinear", "bicubic"):
            message = f"`antialias` does not work with `mode: {self.mode}`"
            raise ShapeError("MG311", message, argument="antialias")
        value = values[0]
        if value.batched:
            return self.result(value, self.output(value.shape))
        if not value.shape:
            raise ShapeError("MG302", "`interpolate` expects (N, C, *), but got ()")
        return self.result(value, (value.shape[0], *self.output(value.shape[1:])))

    def function(self) -> Function:
        """Call the torch function of the same name."""
        return Upsample.function(self)


class Pad(Operation):
    """Pads the last dimensions; `pad` begins with the last one."""

    page: ClassVar = "nn.functional.pad"
    example: ClassVar = "pad: {pad: [1, 1, 2, 2]}"
    example_input: ClassVar = (3, 8, 8)
    rule: ClassVar = "(N, *, A) → (N, *, before + A + after)"

    pad: Annotated[Ints, Field(min_length=2), Expects("a list of pairs of numbers")]
    mode: Literal["constant", "reflect", "replicate", "circular"] = "constant"
    value: InfiniteNumber | None = None

    def results(self, values: Values) -> dict[str, Value]:
        """Add the padding of both sides to each size."""
        value = values[0]
        count = len(self.pad) // 2
        self._check(value, count)
        kept = len(value.shape) - count
        sizes = [
            padded(size, self.pad[-2 * i - 2], self.pad[-2 * i - 1], self.mode)
            for i, size in enumerate(value.shape[kept:])
        ]
        return self.result(value, (*value.shape[:kept], *sizes))

    def _check(self, value: Value, count: int) -> None:
        if len(self.pad) % 2:
            message = f"`pad` must have pairs of numbers, but has {len(self.pad)}"
            raise ShapeError("MG311", message, argument="pad")
        dims, constant = len(whole(value)), self.mode == "constant"
        few = constant or (count <= 3 and dims in (count + 1, count + 2))
        if count > len(value.shape) or not few:
            message = f"`pad` of {count} dimensions with `mode: {self.mode}` does not "
            raise ShapeError("MG302", message + f"work on {whole_shown(value)}")
        if self.value is not None and not constant:
            message = f"`value` does not work with `mode: {self.mode}`"
            raise ShapeError("MG311", message, argument="value")
        if self.mode in ("reflect", "replicate") and value.dtype == "bool":
            message = f"`pad` with `mode: {self.mode}` expects numbers, but got bool"
            raise ShapeError("MG315", message)

    def function(self) -> Function:
        """Call the torch function of the same name."""
        given = {key: x for key, x in self.arguments().items() if key != "pad"}
        return Function("F.pad", (self.pad,), given)
