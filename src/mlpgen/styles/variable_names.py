"""How names of a spec are spelt as variables, which hide nothing that the code uses.

A layer is an attribute, so it may have any name that Python takes: `W_query`, `print`,
`F`. A variable is lower-case and must not hide what stands around it: it makes way.
"""

from __future__ import annotations

import keyword
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.graph.blocks.definitions import INPUT
from mlpgen.names.identifiers import free_name
from mlpgen.names.reserved.words import BUILTINS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from mlpgen.graph.nodes import Graph

FORWARD = frozenset(
    ["_", "l", "layer", "nn", "outputs", "recorded", "self", "torch", "x", "y", "z"]
)
"""What `forward` uses itself: no value of a layer is called so."""

INIT = frozenset(["_", "l", "nn", "self", "spectral_norm", "torch", "weight_norm"])
"""What `__init__` uses itself: no layer is called so there."""


class InitLocals(NamedTuple):
    """The variables of `__init__` itself, which make way for its arguments.

    Attributes:
        layers: The layers of the class by their names.
        children: Those of a `Sequential` in it.
        number: The number of a layer in a loop.
        module: One of all modules, in a loop.
        layer: One of the rounds of a layer, in a loop.
    """

    layers: str
    children: str
    number: str
    module: str
    layer: str


def init_locals(graph: Graph) -> InitLocals:
    """Name the variables of `__init__`."""
    taken = arguments(graph)
    words = ("layers", "children", "i", "module", "layer")
    return InitLocals(*(free_name(word, taken) for word in words))


def outputs_of(graph: Graph) -> str:
    """Name the dictionary of recorded outputs in `forward`."""
    return free_name("outputs", graph.inputs)


def arguments(graph: Graph) -> set[str]:
    """Return the names that `__init__` has already where it makes layers."""
    return {*graph.parameters, *graph.inferred, *graph.sizes}


def is_plain(name: str) -> bool:
    """Tell whether a class may have a name in its body: no type, and lower-case."""
    return name == name.lower() and name not in BUILTINS


def spelling(name: str) -> str:
    """Spell a name as a variable: `W_query` is `w_query`, `_fc` is `fc`."""
    plain = name.lower().lstrip("_")
    return plain if plain.isidentifier() else f"value_{plain}".rstrip("_")


def variables(names: Iterable[str], taken: Collection[str]) -> dict[str, str]:
    """Give values variables that all differ: their own names, where that can be.

    Args:
        names: The values, in order.
        taken: What the code around uses itself, arguments among it.
    """
    names = [*names]
    used = {*taken, *BUILTINS, *keyword.kwlist}
    found = {name: name for name in names if name == spelling(name) not in used}
    used |= {*found}
    for name in names:
        if name not in found:
            found[name] = free_name(spelling(name), used)
            used.add(found[name])
    return found


def argument(name: str) -> str:
    """Name an input in code: a single one is `x`."""
    return "x" if name == INPUT else name
