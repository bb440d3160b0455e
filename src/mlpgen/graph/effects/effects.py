"""Follow what is known of values through a network, in one pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.graph.effects.effect import FLAGS, LOGITS, UNKNOWN, Effect
from mlpgen.graph.effects.operations import effect_of

if TYPE_CHECKING:
    from mlpgen.graph.flow import Flow, Operation, Source

_CELLS = ("cell", "c_n")
"""Parts of recurrent layers that are not bounded by a tanh."""


class Effects:
    """What is known of all values of a network."""

    def __init__(self, flow: Flow) -> None:
        """Follow the values of a network, once something is asked."""
        self.flow = flow
        self._found: dict[Operation, Effect] = {}

    def of(self, source: Source) -> Effect:
        """Return what is known of a value."""
        if source.value.dtype == "bool":
            return FLAGS
        made = source.operation
        if made is None or source.value.dtype != made.node.value.dtype:
            return UNKNOWN
        if source.part in _CELLS:
            return LOGITS._replace(maker=made, last=made)
        if source.part == "weights":
            return FLAGS
        return self.of_result(made)

    def of_result(self, operation: Operation) -> Effect:
        """Return what is known of the first result of an operation."""
        if not self._found:
            self._follow()
        return self._found[operation]

    def of_output(self, name: str) -> Effect:
        """Return what is known of an output of the network."""
        found = self.flow.outputs.get(name)
        return self.of(found) if found else UNKNOWN

    def inputs(self, operation: Operation) -> list[Effect]:
        """Return what is known of the inputs of an operation."""
        return [self.of(source) for source in operation.sources]

    def _follow(self) -> None:
        for each in self.flow.operations:
            self._found[each] = UNKNOWN  # so that its own first one asks for no more
            self._found[each] = effect_of(each, self.inputs(each))
