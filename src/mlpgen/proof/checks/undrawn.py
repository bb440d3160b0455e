"""Models that are made without drawing initial values, since they load others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_DRAWING = {
    *(getattr(Tensor, name) for name in ("normal_", "uniform_")),
    *(
        getattr(nn.init, name)
        for name in ("normal_", "uniform_", "kaiming_normal_", "kaiming_uniform_")
    ),
}
"""What fills a tensor with random numbers, which takes most of a large model's time."""


class Undrawn(TorchFunctionMode):
    """Fills tensors with zeros where torch would draw random numbers."""

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Call a function of torch, or fill its tensor with zeros."""
        given = kwargs or {}
        if func in _DRAWING:
            tensor: Tensor = args[0] if args else given["tensor"]
            return tensor.detach().zero_()
        return func(*args, **given)
