"""The training of a spec resolved."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from mlpgen.graph import Node
    from mlpgen.problems import Problems
    from mlpgen.spec import Spec


class Recipe(NamedTuple):
    epochs: int


def resolve_training(
    spec: Spec, nodes: tuple[Node, ...], outputs: tuple[str, ...], problems: Problems
) -> Recipe | None:
    return None
