"""The parameters of a model, by the names that torch gives them."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.graph.state_dict import owners, parameters_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlpgen.graph.nodes import Node
    from mlpgen.layers.base import Shape


class Named(NamedTuple):
    """A parameter of a model, or a module without any whose parameters are not known.

    Attributes:
        name: With dots: `features.0.weight`.
        shape: Its shape; empty for a module.
        type: The layer that it belongs to.
        known: Whether it is a parameter. Else it is a custom module, which can have
            any, or a normalization, which can have statistics alone.
    """

    name: str
    shape: Shape
    type: str
    known: bool = True

    @property
    def kinds(self) -> frozenset[str]:
        """Its kinds, as a group names them."""
        named = {"bias": self.bias, "norm": self.norm, "embedding": self.embedding}
        found = frozenset(kind for kind, has in named.items() if has)
        return found or frozenset(["matrices"] if len(self.shape) > 1 else [])

    @property
    def opaque(self) -> bool:
        """Whether it is a module that can have any parameters."""
        return not self.known and "Norm" not in self.type

    @property
    def around(self) -> tuple[str, ...]:
        """Its name, and those of the modules around it."""
        parts = self.name.split(".")
        return tuple(".".join(parts[:end]) for end in range(len(parts), 0, -1))

    @property
    def bias(self) -> bool:
        """Whether it is a bias."""
        return "bias" in self.name.rpartition(".")[2]

    @property
    def norm(self) -> bool:
        """Whether it belongs to a normalization, also to one inside a layer."""
        inner = self.type.startswith("Transformer") and re.search(
            r"\bnorm\d?\.\w+$", self.name
        )
        return "Norm" in self.type or bool(inner)

    @property
    def embedding(self) -> bool:
        """Whether it is a table of vectors."""
        return self.type.startswith("Embedding")


def named_parameters(nodes: Sequence[Node]) -> Iterator[Named]:
    """Yield the parameters of the layers of a model, and modules that can have others.

    Args:
        nodes: The layers.
    """
    for owner in owners(nodes):
        if owner.again:
            continue
        key, type_ = owner.key, owner.node.type
        for name, shape in parameters_of(owner).items():
            yield Named(f"{key}.{name}" if name else key, shape, type_)
        if owner.node.maker.module or "Norm" in type_:
            yield Named(key, (), type_, known=False)


def fits(each: Named, pattern: str) -> bool:
    """Tell whether a pattern fits a name, or that of a module around it.

    What is inside of a custom module is not known: a pattern may fit it.
    """
    if any(fnmatchcase(around, pattern) for around in each.around):
        return True
    literal, wild, _ = re.split(r"([*?\[]|$)", pattern, maxsplit=1)
    inside = f"{each.name}."
    return each.opaque and (
        literal.startswith(inside) or bool(wild and inside.startswith(literal))
    )
