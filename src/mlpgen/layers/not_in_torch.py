"""Layers that torch lacks; the generated file defines each one that it uses."""

from typing import Annotated, ClassVar

from pydantic import Field

from mlpgen.catalogue.component import Expects
from mlpgen.layers.base import Layer


class DropPath(Layer):
    """Stochastic depth: drops a residual branch for some examples in training."""

    prefix: ClassVar = ""
    page: ClassVar = "https://arxiv.org/abs/1603.09382"
    example: ClassVar = "DropPath: 0.1"
    example_input: ClassVar = (8,)
    pointwise: ClassVar = True
    returns_input: ClassVar = "in evaluation"

    p: Annotated[float, Field(ge=0, lt=1), Expects("a number from 0 to below 1")]
