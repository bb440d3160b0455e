"""Explicit style: each class has `__init__` and `forward`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.styles.forward_class import class_plan, inner_values
from mlpgen.styles.forward_hooks import recording_of
from mlpgen.styles.function_classes import with_function_classes
from mlpgen.styles.init.size_variables import with_size_variables
from mlpgen.styles.plan import ModelPlan, model_plan
from mlpgen.styles.shape_text import with_free_sizes_written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.graph.nodes import Model


def plan(graph: Model, captured: Sequence[str] = ()) -> ModelPlan:
    """Plan the classes of a graph.

    Args:
        graph: The network.
        captured: Values that it also returns. Forward hooks record those inside of
            layers.
    """
    graph, functions = with_function_classes(graph)
    graph = with_free_sizes_written(with_size_variables(graph))
    recording = recording_of(graph, inner_values(graph, captured))
    blocks = [class_plan(with_size_variables(block)) for block in recording.blocks]
    model = class_plan(graph, captured, recording)
    return model_plan(graph, [*functions, *blocks, model], recording)
