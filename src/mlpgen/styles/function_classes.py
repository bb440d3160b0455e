"""Classes for functions in a `Sequential` that no layer of `torch.nn` does.

Such a class only calls the function: `x[:, :, :5]`. Equal calls share one, named after
the layer if the author named that, else after the function: `Slice`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from mlpgen.graph.nodes import Graph, Maker
from mlpgen.graph.used_parameters import function_arguments, names_in, own_names
from mlpgen.names.identifiers import camel_case, wrong_class_name
from mlpgen.styles.code import Code, call
from mlpgen.styles.docstrings import docstring
from mlpgen.styles.forward_class import class_plan
from mlpgen.styles.layout import INDENT, layout
from mlpgen.symbols import operands
from mlpgen.symbols.expressions import Expression
from mlpgen.symbols.sizes import Size

if TYPE_CHECKING:
    from mlpgen.graph.nodes import Model, Node
    from mlpgen.styles.plan import ClassPlan

    G = TypeVar("G", bound=Graph)


def with_function_classes(graph: Model) -> tuple[Model, tuple[ClassPlan, ...]]:
    """Turn functions in the `Sequential`s of a network into layers.

    Returns:
        The network, and the classes of these layers.
    """
    classes = _Classes(graph)
    blocks = tuple(classes.graph(block) for block in graph.blocks)
    graph = classes.graph(replace(graph, blocks=blocks))
    return graph, tuple(classes.plans)


class _Classes:
    """The classes so far.

    Attributes:
        plans: Their plans, in the order of their first use.
    """

    def __init__(self, graph: Model) -> None:
        self.plans: list[ClassPlan] = []
        self._names: dict[tuple[tuple[str, ...], ...], str] = {}
        self._taken = {graph.name, *(block.name for block in graph.blocks)}

    def graph(self, graph: G) -> G:
        """Change the layers of a class."""
        nodes = tuple(
            self._node(node, graph, inside=graph.numbered) for node in graph.nodes
        )
        return graph if nodes == graph.nodes else replace(graph, nodes=nodes)

    def _node(self, node: Node, graph: Graph, *, inside: bool) -> Node:
        """Change a layer, which may be inside a `Sequential`."""
        if node.is_function and inside:
            return self._layer(node, graph)
        if not node.children and not node.rounds:
            return node
        return node._replace(
            children=tuple(self._node(x, graph, inside=True) for x in node.children),
            rounds=tuple(
                each._replace(node=self._node(each.node, graph, inside=False))
                for each in node.rounds
            ),
        )

    def _layer(self, node: Node, graph: Graph) -> Node:
        """Return a function as a layer whose class calls it."""
        assert node.function is not None
        names = sorted(own_names(function_arguments(node.function)))
        kinds = {name: _kind(name, node, graph) for name in names}
        plan = _class_of(node, kinds)
        key = (plan.signature, plan.forward)
        if key not in self._names:
            said = node.name if node.named else node.type
            name = self._free(camel_case(said) or camel_case(f"{said}_layer"))
            self._names[key] = name
            self._taken.add(name)
            self.plans.append(plan._replace(name=Code(name)))
        given = {name: Expression(0, operands.name(name)) for name in names}
        maker = Maker(self._names[key], "", given, frozenset(names))
        return node._replace(maker=maker, function=None)

    def _free(self, wanted: str) -> str:
        """Return a name for a class that nothing else has."""
        number = 1
        name = wanted = wanted or "Layer"
        while name in self._taken or wrong_class_name(name):
            number += 1
            name = f"{wanted}{number}"
        return name


def _class_of(node: Node, kinds: dict[str, str]) -> ClassPlan:
    """Plan a class that calls a function; `kinds` are the types of its arguments."""
    alone = node._replace(name="result", named=False, sources=("input",))
    graph = Graph(
        name="Function",
        stem="",
        description="",
        parameters={},
        inferred=tuple(kinds),
        inputs={"input": node.inputs[0]},
        nodes=(alone._replace(condition=None, number=None),),
        outputs=("result",),
        layers=1,
        entries=(),
    )
    items = ("self", *(f"{name}: {kind}" for name, kind in kinds.items()))
    signature = layout(call("def __init__", *items), INDENT, after=" -> None:")
    return class_plan(graph)._replace(
        about=docstring([f"The function `{node.type}` as a layer."], INDENT),
        signature=tuple(signature) if kinds else (),
    )


def _kind(name: str, node: Node, graph: Graph) -> str:
    """Return the type of a parameter, a size or a local value in a call."""
    if name in graph.parameters:
        return type(graph.parameters[name]).__name__
    assert node.function is not None
    values = [*function_arguments(node.function)]
    while values:
        value = values.pop()
        if isinstance(value, (tuple, list)):
            values += value
        elif not isinstance(value, Size) and name in names_in(value):
            return "float"
    return "int"
