"""What styles plan: the classes of a model, as lines of code."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.styles.docstrings import module_docstring
from mlpgen.styles.forward_hooks import RECORDING_IMPORTS
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
        name: Name of the class.
        base: `nn.Module` or `nn.Sequential`.
        about: The docstring of the class.
        annotations: Annotations of attributes.
        signature: The signature of `__init__`; empty if it is inherited.
        init: The body of `__init__`.
        forward_signature: The signature of `forward`.
        forward: The body of `forward`; empty if it is inherited.
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
        template: The name of the template.
        docstring: The docstring of the file.
        imports: The import block.
        recorded: Whether outputs of inner layers are recorded.
        drop_path: Whether the model uses `DropPath`.
        classes: The blocks, then the model.
    """

    template: str
    docstring: Lines
    imports: Lines
    recorded: bool
    drop_path: bool
    classes: tuple[ClassPlan, ...]


_CALLS = {
    "math": re.compile(r"(?<![\w.\"'])math\.(floor|ceil|log)\("),
    "pairwise": re.compile(r"(?<![\w.\"'])pairwise\("),
}
"""Calls of Python's library, by what they import."""


def model_plan(
    graph: Graph, classes: Sequence[ClassPlan], recording: Recording
) -> ModelPlan:
    """Plan the file of a model.

    Args:
        graph: The network.
        classes: The blocks, then the model.
        recording: What is recorded of inner layers.
    """
    names = recording.imports.union(*(each.uses for each in classes))
    lines = [line for each in classes for line in (*each.init, *each.forward)]
    names |= {name for name, call in _CALLS.items() if any(map(call.search, lines))}
    drop_path = "DropPath" in names
    if drop_path:
        names |= {"torch", "Tensor"}
    return ModelPlan(
        template="model.py.jinja",
        docstring=module_docstring(graph),
        imports=import_block(
            names | (RECORDING_IMPORTS if recording.modules else set())
        ),
        recorded=bool(recording.modules),
        drop_path=drop_path,
        classes=tuple(classes),
    )
