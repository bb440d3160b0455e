"""How a batch of images is changed at random, on its device.

Each is vectorized: every image of a batch is changed otherwise, without a loop.
"""

from typing import Annotated, ClassVar

from pydantic import Field

from mlpgen.catalogue.component import Expects, Positive, PositiveReal, Probability
from mlpgen.training.component import TrainingComponent
from mlpgen.training.optimizers.base import AsTuple


class Augmentation(TrainingComponent):
    """A change of images, and perhaps of their targets.

    Class attributes:
        mixes: Whether it mixes two images, and their targets with them.
        module: The shared module that has the function of its name.
    """

    mixes: ClassVar[bool] = False
    module: ClassVar[str] = "augment"


class Crop(Augmentation):
    """Moves each image by up to `padding` pixels, and fills with zeros."""

    example: ClassVar = "crop: 2"

    padding: Positive


class Flip(Augmentation):
    """Mirrors each image, left to right, with a probability."""

    example: ClassVar = "flip"

    p: Probability = 0.5


class Rotate(Augmentation):
    """Turns each image by up to `degrees`, either way."""

    example: ClassVar = "rotate: 10"
    module: ClassVar = "turns"

    degrees: Annotated[
        float, Field(gt=0, le=180), Expects("a number above 0, at most 180")
    ]


class Affine(Augmentation):
    """Turns, moves, stretches and shears each image.

    `translate` is a share of height and width, `scale` the range of the size,
    `shear` in degrees.
    """

    example: ClassVar = "affine: {degrees: 10, translate: 0.1, scale: [0.9, 1.1]}"
    module: ClassVar = "turns"

    degrees: Annotated[
        float, Field(ge=0, le=180), Expects("a number from 0 to 180")
    ] = 0.0
    translate: Probability = 0.0
    scale: Annotated[
        tuple[Annotated[float, Field(gt=0)], Annotated[float, Field(gt=0)]],
        AsTuple,
        Expects("a list of two numbers above 0"),
    ] = (1.0, 1.0)
    shear: Annotated[
        float, Field(ge=0, lt=90), Expects("a number from 0 to below 90")
    ] = 0.0


class Cutout(Augmentation):
    """Sets a square of each image to 0 (DeVries and Taylor, arXiv:1708.04552)."""

    example: ClassVar = "cutout: 8"

    size: Positive


class Mixup(Augmentation):
    """Mixes pairs of images and their targets (Zhang et al., arXiv:1710.09412)."""

    example: ClassVar = "mixup: 0.2"
    mixes: ClassVar = True
    module: ClassVar = "mixtures"

    alpha: PositiveReal = 0.2


class Cutmix(Augmentation):
    """Puts a box of one image into another, and mixes targets by its area.

    Yun et al., arXiv:1905.04899.
    """

    example: ClassVar = "cutmix: 1.0"
    mixes: ClassVar = True
    module: ClassVar = "mixtures"

    alpha: PositiveReal = 1.0
