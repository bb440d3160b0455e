"""Why a model is not an `nn.Sequential` in sequential style."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.graph.chains import first_break
from mlpgen.graph.made_order import made_otherwise

if TYPE_CHECKING:
    from mlpgen.diagnostics.diagnostic import Diagnostic
    from mlpgen.graph.blocks.definitions import Definition
    from mlpgen.graph.nodes import Graph


def why_no_chain(definition: Definition, graph: Graph) -> Diagnostic | None:
    """Return a warning at the first line that no chain can have; None for a chain."""
    problems = definition.problems
    found = first_break(graph)
    said = f"`{graph.name}` is not an `nn.Sequential` in sequential style"
    with problems.trial() as trial:
        if len(graph.inputs) != 1:
            message = f"{said}: it has {len(graph.inputs)} inputs"
            problems.add("MG318", message, ("input",), key=True, warning=True)
        elif found is not None:
            node, why = found
            message = f"{said}: `{node.name}` {why.reason}"
            problems.add_entry("MG318", message, node.path, why.key, warning=True)
        elif made_otherwise(graph):
            message = f"{said}: `order` makes its layers in another order than they run"
            problems.add("MG318", message, ("order",), key=True, warning=True)
    return next(iter(trial.found), None)
