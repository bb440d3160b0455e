"""Sequential style: chains are an `nn.Sequential` with named children."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.styles import explicit
from mlpgen.styles.chain import chain_plan
from mlpgen.styles.forward_hooks import recording_of
from mlpgen.styles.init.modules import can_chain
from mlpgen.styles.init.size_variables import with_size_variables
from mlpgen.styles.plan import ModelPlan, model_plan
from mlpgen.styles.repeated_layers import is_straight_line
from mlpgen.styles.shape_text import with_free_sizes_written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.graph.nodes import Graph, Model, Node
    from mlpgen.styles.plan import ClassPlan


def plan(graph: Model, captured: Sequence[str] = ()) -> ModelPlan:
    """Plan the classes of a graph.

    Args:
        graph: The network.
        captured: Values that it also returns, recorded by forward hooks.
    """
    graph = with_free_sizes_written(with_size_variables(graph))
    # A chain that has run has no variable for its input.
    if graph.numbered:
        return explicit.plan(graph, captured)
    chain = is_chain(graph) and not graph.inputs.keys() & captured
    names = explicit.inner_values(graph, captured)
    if chain and captured:
        names = [*graph.outputs, *captured]
    recording = recording_of(graph, names)
    blocks = [_class_plan(with_size_variables(block)) for block in recording.blocks]
    if chain:
        model = chain_plan(graph, captured, recording)
    else:
        model = explicit.class_plan(graph, captured, recording)
    return model_plan(graph, [*blocks, model], recording)


def _class_plan(graph: Graph) -> ClassPlan:
    """Plan one block; one with several outputs needs a `forward` anyway."""
    if len(graph.outputs) > 1 or not is_chain(graph):
        return explicit.class_plan(graph)
    return chain_plan(graph)


def is_chain(graph: Graph) -> bool:
    """Tell whether each layer takes only what the previous one returns."""
    return (
        len(graph.inputs) == 1
        and is_straight_line(graph)
        and all(
            can_chain(node) and not node.tied and not _module_of_another(node)
            for node in graph.nodes
        )
    )


def _module_of_another(node: Node) -> bool:
    """Tell whether a layer shares the module of another."""
    return bool(node.shared) and node.function is None
