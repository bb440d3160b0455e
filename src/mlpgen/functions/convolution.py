"""Convolutions with a weight that is computed: scaled, blurred, mixed of several."""

from math import prod
from typing import Any, ClassVar

from mlpgen.catalogue.component import Positive, Size1, Size2, Size3
from mlpgen.functions.base import FLOAT, Operation
from mlpgen.layers import convolution
from mlpgen.layers.base import Function, Layer, ShapeError, Value, Values
from mlpgen.layers.convolution import ConvPadding1, ConvPadding2, ConvPadding3
from mlpgen.layers.shapes import whole_shown
from mlpgen.symbols.agreements import agree


class _Convolution(Operation):
    """Base of convolutions of the first input with the second; the third is a bias.

    Class attributes:
        layer: The layer that has such a weight of its own.
    """

    arity: ClassVar = (2, 3)
    dtypes: ClassVar = FLOAT
    layer: ClassVar[type[Layer]]
    rule: ClassVar = (
        "(N, C, *), (O, C // groups, *k), (O) → (N, O, *'), each size "
        "(size + 2·padding - dilation·(k - 1) - 1) // stride + 1"
    )

    def results(self, values: Values) -> dict[str, Value]:
        """Count the positions of the kernel in each padded dimension."""
        value, weight, *biases = values
        self._check_weights(weight, biases)
        leading = len(value.shape) - 1 - self._axes
        if leading not in ((0,) if value.batched else (0, 1)):
            wanted = ("(N, C, L)", "(N, C, H, W)", "(N, C, D, H, W)")[self._axes - 1]
            message = f"`{self.title()}` expects {wanted}, but got {whole_shown(value)}"
            raise ShapeError("MG302", message)
        example, image = value.shape[:leading], value.shape[leading:]
        groups: int = getattr(self, "groups")
        if not agree(image[0], weight.shape[1] * groups):
            message = f"the weight {whole_shown(weight)} of `{self.title()}` does not "
            raise ShapeError("MG313", message + f"fit {whole_shown(value)}")
        layer: Any = self.layer.model_construct(
            **{name: getattr(self, name) for name in type(self).model_fields},
            in_channels=image[0],
            out_channels=weight.shape[0],
            kernel_size=weight.shape[2:],
            bias=bool(biases),
            padding_mode="zeros",
        )
        return self.result(value, (*example, *layer.output(image)))

    @property
    def _axes(self) -> int:
        return self.layer.spatial

    def _check_weights(self, weight: Value, biases: list[Value]) -> None:
        """Check that there is one weight for all examples.

        Raises:
            ShapeError: MG313.
        """
        fits = not weight.batched and len(weight.shape) == self._axes + 2
        if not fits:
            message = f"`{self.title()}` needs a weight without a batch, of "
            message += f"{self._axes + 2} dimensions, but got {whole_shown(weight)}"
            raise ShapeError("MG313", message)
        for bias in biases:
            one = not bias.batched and len(bias.shape) == 1
            if not one or not agree(bias.shape[0], weight.shape[0]):
                message = f"`{self.title()}` needs a bias for each channel, but got "
                raise ShapeError("MG313", message + whole_shown(bias))

    def work(self, values: Values, results: dict[str, Value]) -> int:
        """Count one for each weight, at every position of the output."""
        positions = prod(results[""].shape[-self._axes :])
        return positions * prod(values[1].shape)

    def function(self) -> Function:
        """Call the torch function of the same name."""
        return Function(f"F.{self.title()}", (), self.arguments())


class Conv1d(_Convolution):
    """Slides a kernel, the second input, along a sequence; the third is a bias."""

    layer: ClassVar = convolution.Conv1d
    page: ClassVar = "nn.functional.conv1d"
    example: ClassVar = "conv1d: {padding: 1}"
    example_inputs: ClassVar = (Value((3, 8)), Value((6, 3, 3), batched=False))

    stride: Size1 = 1
    padding: ConvPadding1 = 0
    dilation: Size1 = 1
    groups: Positive = 1


class Conv2d(_Convolution):
    """Slides a kernel, the second input, over an image; the third is a bias."""

    layer: ClassVar = convolution.Conv2d
    page: ClassVar = "nn.functional.conv2d"
    example: ClassVar = "conv2d: {padding: 1}"
    example_inputs: ClassVar = (Value((3, 8, 8)), Value((6, 3, 3, 3), batched=False))

    stride: Size2 = 1
    padding: ConvPadding2 = 0
    dilation: Size2 = 1
    groups: Positive = 1


class Conv3d(_Convolution):
    """Slides a kernel, the second input, through a volume; the third is a bias."""

    layer: ClassVar = convolution.Conv3d
    page: ClassVar = "nn.functional.conv3d"
    example: ClassVar = "conv3d: {padding: 1}"
    example_inputs: ClassVar = (
        Value((3, 4, 8, 8)),
        Value((6, 3, 3, 3, 3), batched=False),
    )

    stride: Size3 = 1
    padding: ConvPadding3 = 0
    dilation: Size3 = 1
    groups: Positive = 1
