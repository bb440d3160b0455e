"""The parameters of a model, by the names that torch gives them."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

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


def named_parameters(nodes: Iterable[Node], inside: str = "") -> Iterator[Named]:
    """Yield the parameters of layers, and modules that can have others.

    Args:
        nodes: The layers of a class.
        inside: The name of the module that has them, with a dot.
    """
    for node in nodes:
        name = inside + node.key
        if node.shared or not node.active:
            continue
        if node.is_tensor:
            if node.parameters:
                yield Named(name, node.output, node.type)
            continue
        for _, key, round_ in node.each_round():
            yield from named_parameters([round_._replace(name=key)], inside)
        inner = node.graph.nodes if node.graph else node.children
        yield from named_parameters(inner, f"{name}.")
        for weight, shape in {**node.weights, **node.computed_from}.items():
            yield Named(f"{name}.{weight}", shape, node.type)
        if node.maker.module or "Norm" in node.type:
            yield Named(name, (), node.type, known=False)


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
