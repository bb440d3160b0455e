"""Explicit style: a class with `__init__` and `forward`.

Layers with parameters or state are attributes; the others are functions in `forward`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.graph.fingerprints import attributes
from mlpgen.styles.code import Code
from mlpgen.styles.docstrings import class_docstring
from mlpgen.styles.forward.body import forward
from mlpgen.styles.forward.statements import returned
from mlpgen.styles.forward_hooks import recorded, recording
from mlpgen.styles.init.assignments import BODY, assigned, held_lines
from mlpgen.styles.init.initial_values import initial_values
from mlpgen.styles.init.modules import uses
from mlpgen.styles.init.size_variables import size_lines, with_locals
from mlpgen.styles.init.weight_tying import tied_lines
from mlpgen.styles.layout import INDENT, bracketed
from mlpgen.styles.plan import ClassPlan, ModelPlan, model_plan
from mlpgen.styles.signatures import forward_signature, init_signature
from mlpgen.styles.variable_names import init_locals, is_plain
from mlpgen.symbols.operands import name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.graph.nodes import Graph, Model, Node
    from mlpgen.styles.forward_hooks import Recording


def plan(graph: Model, captured: Sequence[str] = ()) -> ModelPlan:
    """Plan the classes of a graph.

    Args:
        graph: The network.
        captured: Values that are returned as well; those inside of a layer are
            recorded by forward hooks.
    """
    graph = with_locals(graph)
    found = recording(graph, inner(graph, captured))
    classes = [class_plan(with_locals(block)) for block in found.blocks]
    model = class_plan(graph, captured, found)
    return model_plan(graph, [*classes, model], found)


def inner(graph: Graph, captured: Sequence[str]) -> list[str]:
    """Return the captured values that `forward` has no variables for."""
    own = graph.values()
    return [name for name in captured if name not in own]


def class_plan(
    graph: Graph, captured: Sequence[str] = (), found: Recording | None = None
) -> ClassPlan:
    """Plan one class.

    Args:
        graph: The class.
        captured: Values that are returned as well.
        found: How those inside of a layer are recorded.
    """
    modules, codes = (found.modules, found.codes) if found else ((), {})
    outputs = (*graph.outputs, *captured)
    plain = [name for name in outputs if name not in codes]
    indent = BODY + INDENT if modules else BODY
    variables, body = forward(graph, plain, indent, returns=len(outputs) == 1)
    body = recorded(found, body) if found else body
    if len(outputs) > 1:
        body += returned([codes.get(name) or variables[name] for name in outputs])
    signature, init = init_signature(graph), _init(graph)
    if not (graph.inferred or graph.parameters) and init == [SUPER]:
        signature, init = (), []  # nn.Module has the same
    return ClassPlan(
        name=Code(graph.name),
        base=Code("nn.Module"),
        about=class_docstring(graph, outputs, variables if len(outputs) > 1 else {}),
        annotations=tuple(
            f"{node.name}: Tensor"
            for node in graph.nodes
            if node.type == "buffer" and is_plain(node.name)
        ),
        signature=signature,
        init=tuple(init),
        forward_signature=forward_signature(graph.inputs, outputs),
        forward=tuple(body),
        uses=frozenset({"Tensor"} | uses(graph.nodes, outputs)),
    )


SUPER = "super().__init__()"


def _init(graph: Graph) -> list[str]:
    """Write the body of `__init__`."""
    return [
        SUPER,
        *size_lines(graph),
        *(
            line
            for each in _parameters(graph)
            for line in bracketed(name(each), BODY, f"self.{each} = ")
        ),
        *(line for node in graph.nodes for line in _attribute(node, graph)),
        *initial_values(graph, {n.name: f"self.{n.name}" for n in graph.nodes}),
    ]


def _parameters(graph: Graph) -> list[str]:
    """Return the parameters that `forward` needs, in order."""
    names = (name for node in graph.nodes for name in attributes(node))
    return list(dict.fromkeys(names))


def _attribute(node: Node, graph: Graph) -> list[str]:
    """Write what `__init__` says of one layer."""
    if node.is_held:
        return held_lines(node)
    if node.function is not None or node.shared:
        return []
    own = init_locals(graph)
    lines = assigned(node, f"self.{node.name}", own, comments=bool(graph.stem))
    return [*lines, *tied_lines(node, graph)]
