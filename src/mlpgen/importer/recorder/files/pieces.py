"""What a file has of a layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import torch
    from torch import nn

    from mlpgen.importer.recorder.files.graph import Operation


def _plain_call(module: nn.Module, given: list[Any]) -> Any:
    return module(*given)


class Layer(NamedTuple):
    """A layer, and how it is called with what its part of the graph takes."""

    module: nn.Module
    call: Callable[[nn.Module, list[Any]], Any] = _plain_call


class Pieces(NamedTuple):
    """What a file has of a layer.

    Attributes:
        operations: Its operators.
        weights: Its parameters and buffers, by their keys in it.
        inputs: The values that it takes.
        shapes: The shapes of values.
        outputs: The values that others need.
    """

    operations: tuple[Operation, ...]
    weights: Mapping[str, torch.Tensor]
    inputs: tuple[str, ...]
    shapes: Mapping[str, tuple[int, ...]]
    outputs: tuple[str, ...]

    def given(self, *kinds: str) -> dict[str, Any]:
        """Return the arguments of the only operator of some kinds.

        Raises:
            StopIteration: There is none.
        """
        return next(each.given for each in self.operations if each.kind in kinds)

    def has(self, name: str) -> bool:
        """Whether there is a weight."""
        return name in self.weights
