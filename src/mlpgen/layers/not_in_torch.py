"""Layers that torch lacks: the generated file has a class for each that it uses."""

from typing import Annotated, ClassVar

from pydantic import Field

from mlpgen.catalogue.component import Expects
from mlpgen.layers.base import Layer


class DropPath(Layer):
    """Leaves a residual branch out for some examples: stochastic depth."""

    prefix: ClassVar = ""
    page: ClassVar = "https://arxiv.org/abs/1603.09382"
    example: ClassVar = "DropPath: 0.1"
    example_input: ClassVar = (8,)
    pointwise: ClassVar = True
    returns_input: ClassVar = "in evaluation"

    p: Annotated[float, Field(ge=0, lt=1), Expects("a number from 0 to below 1")]
