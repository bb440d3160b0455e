"""Sequential style: chains are an `nn.Sequential` with named children."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mlpgen.graph.chains import as_chain
from mlpgen.styles import explicit
from mlpgen.styles.chain import chain_plan
from mlpgen.styles.forward_class import class_plan, inner_values
from mlpgen.styles.forward_hooks import recording_of
from mlpgen.styles.function_classes import with_function_classes
from mlpgen.styles.init.size_variables import with_size_variables
from mlpgen.styles.plan import ModelPlan, model_plan
from mlpgen.styles.shape_text import with_free_sizes_written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.graph.nodes import Graph, Model
    from mlpgen.styles.plan import ClassPlan


def plan(graph: Model, captured: Sequence[str] = ()) -> ModelPlan:
    """Plan the classes of a graph.

    Args:
        graph: The network.
        captured: Values that it also returns, recorded by forward hooks.
    """
    if graph.numbered:
        return explicit.plan(graph, captured)
    graph, functions = with_function_classes(graph)
    blocks = tuple(_as_chain(block) or block for block in graph.blocks)
    graph = with_free_sizes_written(with_size_variables(replace(graph, blocks=blocks)))
    # A chain that has run has no variable for its input.
    chain = None if graph.inputs.keys() & captured else as_chain(graph)
    names = inner_values(graph, captured)
    if chain is not None and captured:
        names = [*graph.outputs, *captured]
    recording = recording_of(graph, names)
    plans = [_class_plan(with_size_variables(block)) for block in recording.blocks]
    if chain is not None:
        model = chain_plan(chain, captured, recording)
    else:
        model = class_plan(graph, captured, recording)
    return model_plan(graph, [*functions, *plans, model], recording)


def _as_chain(graph: Graph) -> Graph | None:
    """Return a block as a chain; one with several outputs needs a `forward` anyway."""
    return None if len(graph.outputs) > 1 else as_chain(graph)


def _class_plan(graph: Graph) -> ClassPlan:
    """Plan one block."""
    chain = _as_chain(graph)
    return class_plan(graph) if chain is None else chain_plan(chain)
