"""Operations that return their input: dropouts of 0, `mul: 1`, pools of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.changes.layers import plain_arguments
from mlpgen.changes.signatures import DROPOUTS, drops, one_number

if TYPE_CHECKING:
    from mlpgen.changes.signatures import Mode
    from mlpgen.graph.flow import Operation
    from mlpgen.layers.base import Value

_SAME_IF_EQUAL = frozenset(
    (
        *("Flatten", "Reshape", "View", "Expand", "Slice", "Narrow", "Squeeze"),
        *("Unflatten", "AdaptiveAvgPool1d", "AdaptiveAvgPool2d", "AdaptiveAvgPool3d"),
    )
)
"""What does nothing where its result has the shape of its input."""
_NEUTRAL = {"Mul": 1, "Div": 1, "Add": 0, "Sub": 0}
"""Numbers with which these return what they get."""
_POOLS, _WINDOW = ("MaxPool", "AvgPool"), ("kernel_size", "stride")


def passes(operation: Operation, mode: Mode) -> bool:
    """Tell whether an operation returns its first input as it is."""
    kind, node = operation.kind, operation.node
    if kind in DROPOUTS:
        return not mode.training or not drops(operation)
    if kind in _SAME_IF_EQUAL and mode.fixed and len(node.parts) == 1:
        return _plain(node.inputs[0]) == _plain(node.value)
    of_float = kind == "Float" and node.inputs[0].dtype == "float32"
    return kind in ("Identity", "Detach") or of_float or _is_neutral(operation)


def _is_neutral(operation: Operation) -> bool:
    """Tell whether arguments make an operation return what it gets: `mul: 1`."""
    node, arguments = operation.node, plain_arguments(operation.node)
    if len(operation.sources) != 1 or not node.single:
        return False
    if operation.kind.startswith(_POOLS):
        named = (arguments.get(name) for name in _WINDOW)
        given = [one_number(each) for each in named if each is not None]
        return given[:1] == [1] and {*given} == {1} and not arguments.get("padding")
    neutral = _NEUTRAL.get(operation.kind)
    same = node.inputs[0].dtype == node.value.dtype
    return neutral is not None and same and arguments.get("other") == neutral


def _plain(value: Value) -> Value:
    return value._replace(shape=tuple(map(int, value.shape)))
