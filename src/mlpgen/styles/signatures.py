"""The signatures of `__init__` and `forward`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.styles.code import call
from mlpgen.styles.layout import INDENT, layout
from mlpgen.styles.variable_names import argument
from mlpgen.symbols.expressions import written
from mlpgen.symbols.type_names import TypeName

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mlpgen.graph.nodes import Graph
    from mlpgen.styles.layout import Lines
    from mlpgen.symbols.type_names import ParameterValue


def init_signature(graph: Graph) -> Lines:
    """Write the signature of `__init__`, with the parameters as keyword arguments."""
    items = [f"{name}: int" for name in graph.inferred]
    items += [
        f"{name}: {_annotation(value)} = {written(value)}"
        for name, value in graph.parameters.items()
    ]
    group = call("def __init__", "self", *items)
    return tuple(layout(group, INDENT, after=" -> None:"))


def _annotation(default: ParameterValue) -> str:
    """Annotate a parameter; a type of layer is called to make a module."""
    if isinstance(default, TypeName):
        return "type[nn.Module]"
    return type(default).__name__


def forward_signature(inputs: Iterable[str], outputs: Sequence[str]) -> Lines:
    """Write the signature of `forward`; many outputs are a `tuple[Tensor, ...]`."""
    returns = "Tensor"
    if len(outputs) > 6:
        returns = "tuple[Tensor, ...]"
    elif len(outputs) > 1:
        returns = f"tuple[{', '.join('Tensor' for _ in outputs)}]"
    items = ("self", *(f"{argument(name)}: Tensor" for name in inputs))
    after = f" -> {returns}:"
    return tuple(layout(call("def forward", *items), INDENT, after=after))
