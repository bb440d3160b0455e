"""Augmentations: random changes of a batch of images on its device.

Each is vectorized: every image changes differently, without a loop.
"""

from typing import Annotated, ClassVar

from pydantic import Field

from mlpgen.catalogue.component import Expects, Positive, PositiveReal, Probability
from mlpgen.training.component import TrainingComponent
from mlpgen.training.optimizers.base import AsTuple


class Augmentation(TrainingComponent):
    """Base of augmentations of images, and perhaps of their targets.

    Class attributes:
        mixes: Whether it mixes pairs of images and their targets.
        module: The shared module with the function of this name.
    """

    mixes: ClassVar[bool] = False
    module: ClassVar[str] = "augment"


class Crop(Augmentation):
    """Shifts each image by up to `padding` pixels, and fills with zeros."""

    example: ClassVar = "crop: 2"

    padding: Positive


class Flip(Augmentation):
    """Flips each image horizontally with probability `p`."""

    example: ClassVar = "flip"

    p: Probability = 0.5


class Rotate(Augmentation):
    """Rotates each image by up to `degrees` in either direction."""

    example: ClassVar = "rotate: 10"
    module: ClassVar = "turns"

    degrees: Annotated[
        float, Field(gt=0, le=180), Expects("a number above 0, at most 180")
    ]


class Affine(Augmentation):
    """Rotates, shifts, scales and shears each image.

    `translate` is a fraction of height and width, `scale` the range of the scale,
    `shear` is in degrees.
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
    """Pastes a box of one image into another, and mixes the targets by its area.

    Yun et al., arXiv:1905.04899.
    """

    example: ClassVar = "cutmix: 1.0"
    mixes: ClassVar = True
    module: ClassVar = "mixtures"

    alpha: PositiveReal = 1.0
