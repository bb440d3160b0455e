"""A class with `__init__` and `forward`.

Layers with parameters or state are attributes; the others are functions in `forward`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.graph.made_order import made_in_order
from mlpgen.graph.used_parameters import attributes
from mlpgen.names.members import member_of
from mlpgen.styles.batch_links import with_links
from mlpgen.styles.code import Code
from mlpgen.styles.docstrings import class_docstring
from mlpgen.styles.forward.body import forward_body
from mlpgen.styles.forward.passed_states import with_passed_states
from mlpgen.styles.forward.statements import return_tuple
from mlpgen.styles.forward_hooks import recording_block
from mlpgen.styles.init.assignments import assignment_lines
from mlpgen.styles.init.initial_values import initial_values
from mlpgen.styles.init.modules import imported_names
from mlpgen.styles.init.size_variables import size_lines
from mlpgen.styles.init.weight_tying import ties_after, tying_lines
from mlpgen.styles.layout import BODY, INDENT
from mlpgen.styles.plan import ClassPlan
from mlpgen.styles.signatures import forward_signature, init_signature
from mlpgen.styles.variable_names import attribute, init_locals, is_plain, running_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlpgen.graph.nodes import Graph, Node
    from mlpgen.styles.forward_hooks import Recording
    from mlpgen.styles.variable_names import InitLocals


def inner_values(graph: Graph, captured: Sequence[str]) -> list[str]:
    """Return the captured values for which `forward` has no variables."""
    if graph.numbered:
        direct = {*graph.inputs, *(node.name for node in graph.nodes)}
        return [name for name in captured if name not in direct]
    values = graph.values()
    return [name for name in captured if name not in values]


def class_plan(
    graph: Graph, captured: Sequence[str] = (), recording: Recording | None = None
) -> ClassPlan:
    """Plan one class.

    Args:
        graph: The class.
        captured: Values that it also returns.
        recording: How those inside of layers are recorded.
    """
    if graph.numbered:
        from mlpgen.styles.chain import chain_plan

        return chain_plan(graph, captured, recording)
    if graph.joins:
        from mlpgen.styles.any_inputs import with_one_input

        graph = with_one_input(graph)
    graph = with_links(graph)
    modules, codes = (recording.modules, recording.codes) if recording else ((), {})
    outputs = (*graph.outputs, *captured)
    graph = with_passed_states(graph, outputs)
    computed = [name for name in outputs if name not in codes]
    indent = BODY + INDENT if modules else BODY
    variables, body = forward_body(graph, computed, indent, returns=len(outputs) == 1)
    body = recording_block(recording, body) if recording else body
    if len(outputs) > 1:
        body += return_tuple([codes.get(name) or variables[name] for name in outputs])
    signature, init = init_signature(graph), _init(graph)
    if not (graph.inferred or graph.parameters) and init == [SUPER]:
        signature, init = (), []  # inherits that of nn.Module
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
        forward_signature=forward_signature(graph, outputs),
        forward=tuple(body),
        uses=frozenset({"Tensor"} | imported_names(graph.nodes, outputs)),
    )


SUPER = "super().__init__()"


def _init(graph: Graph) -> list[str]:
    """Write the body of `__init__`."""
    local, later = init_locals(graph), running_names(graph)
    early = [name for name in _parameters(graph) if name not in later]
    late = [name for name in _parameters(graph) if name in later]
    return [
        SUPER,
        *size_lines(graph, early),
        *_attributes(graph, local),
        *(f"self.{name} = {name}" for name in late),
        *initial_values(graph, {n.name: attribute(n.name) for n in graph.nodes}, local),
    ]


def _parameters(graph: Graph) -> list[str]:
    """Return the parameters of the spec that `forward` needs, in order."""
    names = (name for node in graph.nodes for name in attributes(node, graph.free))
    return list(dict.fromkeys(names))


def _attributes(graph: Graph, local: InitLocals) -> Iterator[str]:
    """Write the statements of `__init__` that make layers and tie their parameters."""
    ties = ties_after(graph)
    for node in made_in_order(graph):
        yield from _attribute(node, graph, local)
        for each in ties.get(node.name, ()):
            yield from tying_lines(each, graph, local)


def _attribute(node: Node, graph: Graph, local: InitLocals) -> list[str]:
    """Write the statements of `__init__` for one layer."""
    if node.is_tensor:
        from mlpgen.styles.init.tensors import tensor_lines

        return tensor_lines(node, graph, local)
    member = member_of(node.name)
    if node.unused and node.shared and member is None:
        return [f"{attribute(node.name)} = {attribute(node.shared)}"]
    if node.function is not None or (node.shared and not node.unused):
        return []
    comments = bool(graph.stem)
    if member is None:
        return assignment_lines(node, attribute(node.name), local, comments=comments)
    from mlpgen.styles.init.holders import holder_lines

    return holder_lines(node, member.holder, graph, local)
