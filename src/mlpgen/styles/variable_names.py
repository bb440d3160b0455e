"""Names of variables in the generated code.

A layer is an attribute, so it can have any name that is valid in Python: `W_query`,
`print`, `F`. A variable is lower-case and must not shadow a name that the code uses.
"""

from __future__ import annotations

import keyword
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.graph.blocks.definitions import INPUT
from mlpgen.names.identifiers import free_name
from mlpgen.names.members import is_number, member_of
from mlpgen.names.reserved.words import BUILTINS
from mlpgen.styles.code import quoted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from mlpgen.graph.nodes import Graph

FORWARD = frozenset(
    [
        *("_", "l", "layer", "math", "nn", "outputs", "pack_padded_sequence"),
        *("pad_packed_sequence", "recorded", "self", "torch", "x", "y", "z"),
    ]
)
"""Names that `forward` uses itself, which no value of a layer may have."""

SHORT = ("x", "y", "z")
"""Variables for values that are read soon and then no more."""

INIT = frozenset(
    ["_", "l", "math", "nn", "self", "spectral_norm", "torch", "weight_norm"]
)
"""Names that `__init__` uses itself, which no variable of a layer may have."""


class InitLocals(NamedTuple):
    """The local variables of `__init__`, which must not shadow its arguments.

    Attributes:
        layers: The dictionary of the layers of the class.
        children: The dictionary of the layers of a `Sequential` in it.
        modules: The list of the layers of a numbered one.
        number: The number of a layer, in a loop.
        module: A module, in a loop over all of them.
        layer: A round of a layer, in a loop over them.
        name: The name of a parameter, in a loop over all of them.
        parameter: A parameter, in that loop.
        rounds: The list of the rounds of a layer.
    """

    layers: str
    children: str
    modules: str
    number: str
    module: str
    layer: str
    name: str
    parameter: str
    rounds: str


def init_locals(graph: Graph) -> InitLocals:
    """Name the local variables of `__init__`."""
    taken = arguments(graph)
    words = ("layers", "children", "modules", "i", "module", "layer")
    more = ("name", "parameter", "rounds")
    return InitLocals(*(free_name(word, taken) for word in (*words, *more)))


def outputs_variable(graph: Graph) -> str:
    """Name the dictionary of recorded outputs in `forward`."""
    return free_name("outputs", graph.inputs)


def arguments(graph: Graph) -> set[str]:
    """Return the names of arguments and sizes in `__init__`."""
    return {*graph.parameters, *graph.inferred, *graph.sizes, *running_names(graph)}


def running_names(graph: Graph) -> list[str]:
    """Return the variables of sizes that loops over rounds change."""
    open_, found = [*graph.nodes], []
    while open_:
        node = open_.pop()
        open_ += node.children
        found += [each.running.name for each in node.rounds if each.running]
    return found


def is_plain(name: str) -> bool:
    """Tell whether the body of a class can annotate a name: lower-case, no builtin."""
    return name == name.lower() and name not in BUILTINS


def spelling(name: str) -> str:
    """Spell a name as a variable: `W_query` is `w_query`, `convs.0` is `convs_0`."""
    member = member_of(name)
    if member is not None:
        parts = [member.holder, *member.keys]
        word = max(at for at, each in enumerate(parts) if not is_number(each))
        name = "_".join(parts[word:])
    plain = name.lower().lstrip("_")
    return plain if plain.isidentifier() else f"value_{plain}".rstrip("_")


def choose_names(names: Iterable[str], taken: Collection[str]) -> dict[str, str]:
    """Choose different variables for values: their own names, if possible.

    Args:
        names: The values, in order.
        taken: Names that the code uses itself, such as arguments.
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


def attribute(layer: str) -> str:
    """Write the access to a layer: `self.conv`, `self.convs[0]`, `self.ways["left"]`.

    What a list holds has no type that says whether it is a list itself.

    Args:
        layer: The name of a layer of the class.
    """
    member = member_of(layer)
    if member is None:
        return f"self.{layer}"
    if member.is_nested:
        return f"self.get_submodule({quoted(layer)})"
    key = member.key if member.is_numbered else quoted(member.key)
    return f"self.{member.holder}[{key}]"


def argument(name: str) -> str:
    """Name the argument of an input: `x` for a single one."""
    return "x" if name == INPUT else name
