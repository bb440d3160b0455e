"""The signatures of `__init__` and `forward`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlpgen.styles.code import Group, call, literal
from mlpgen.styles.layout import INDENT, layout
from mlpgen.styles.variable_names import argument
from mlpgen.symbols.type_names import TypeName

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.graph.nodes import Graph
    from mlpgen.styles.code import Piece
    from mlpgen.styles.layout import Lines
    from mlpgen.symbols.type_names import ParameterValue


def init_signature(graph: Graph) -> Lines:
    """Write the signature of `__init__`, with the parameters as keyword arguments."""
    items: list[Piece] = [f"{name}: int" for name in graph.inferred]
    items += [_argument(name, value) for name, value in graph.parameters.items()]
    group = call("def __init__", "self", *items)
    return tuple(layout(group, INDENT, after=" -> None:"))


def _argument(name: str, default: ParameterValue) -> Piece:
    """Write an argument with its type and its default."""
    typed = f"{name}: {_type_of(default)} = "
    value = literal(default)
    if isinstance(value, Group):
        begin, inside, _ = re.split(r"\[(.*)\]", typed, maxsplit=1)
        return value._replace(
            opening=f"{typed}{value.opening}",
            broken=(f"{begin}[", f"    {inside}", f"] = {value.opening}"),
        )
    return f"{typed}{value.text}"


def _type_of(default: ParameterValue) -> str:
    """Write the type of a parameter; a list is a tuple of any length.

    A type of layer is called to make a module.
    """
    if isinstance(default, TypeName):
        return "type[nn.Module]"
    if isinstance(default, tuple):
        return f"tuple[{_type_of(default[0])}, ...]"
    return type(default).__name__


def forward_signature(graph: Graph, outputs: Sequence[str]) -> Lines:
    """Write the signature of `forward`; many outputs are a `tuple[Tensor, ...]`."""
    returns = "Tensor"
    if len(outputs) > 6:
        returns = "tuple[Tensor, ...]"
    elif len(outputs) > 1:
        returns = f"tuple[{', '.join('Tensor' for _ in outputs)}]"
    star = "*" if graph.joins else ""
    items = ("self", *(f"{star}{argument(name)}: Tensor" for name in graph.inputs))
    after = f" -> {returns}:"
    return tuple(layout(call("def forward", *items), INDENT, after=after))
