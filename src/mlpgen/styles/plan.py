"""What every style's plan of a model has in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen.styles.docstrings import module_docstring
from mlpgen.styles.forward_hooks import RECORDING
from mlpgen.styles.imports import import_block

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.graph.nodes import Graph
    from mlpgen.styles.code import Code
    from mlpgen.styles.forward_hooks import Recording
    from mlpgen.styles.layout import Lines


class ClassPlan(NamedTuple):
    """One class, as lines of code.

    Attributes:
        name: Of the class.
        base: `nn.Module` or `nn.Sequential`.
        about: Docstring of the class.
        annotations: Attributes that need a type.
        signature: The lines that begin `__init__`; nothing if it is inherited.
        init: The body of `__init__`.
        forward_signature: The lines that begin `forward`.
        forward: The body of `forward`; nothing if it is inherited.
        uses: Names that the code imports.
    """

    name: Code
    base: Code
    about: Lines
    annotations: Lines
    signature: Lines
    init: Lines
    forward_signature: Lines
    forward: Lines
    uses: frozenset[str]


class ModelPlan(NamedTuple):
    """Everything that the template of a model shows, as lines of code.

    Attributes:
        template: The file in `templates/`.
        docstring: Of the module.
        imports: The import block.
        recorded: Whether outputs of inner layers are recorded.
        drop_path: Whether layers drop residual branches.
        classes: The blocks, and at last the model.
    """

    template: str
    docstring: Lines
    imports: Lines
    recorded: bool
    drop_path: bool
    classes: tuple[ClassPlan, ...]


def model_plan(
    graph: Graph, classes: Sequence[ClassPlan], found: Recording
) -> ModelPlan:
    """Put the classes of a file together.

    Args:
        graph: The network.
        classes: The blocks, and at last the model.
        found: What is recorded of inner layers.
    """
    names = found.uses.union(*(each.uses for each in classes))
    drop_path = "DropPath" in names
    if drop_path:
        names |= {"torch", "Tensor"}
    return ModelPlan(
        template="model.py.jinja",
        docstring=module_docstring(graph),
        imports=import_block(names | (RECORDING if found.modules else set())),
        recorded=bool(found.modules),
        drop_path=drop_path,
        classes=tuple(classes),
    )
