"""Classes for functions in a `Sequential` that no layer of `torch.nn` does.

Such a class only calls the function: `x[:, :, :5]`. Equal calls share one, named after
the layer if the author named that, else after the function: `Slice`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from mlpgen.graph.code_keys import code_key
from mlpgen.graph.entries.batch_dims import inside
from mlpgen.graph.nodes import Graph, Maker
from mlpgen.graph.used_parameters import names_in
from mlpgen.names.identifiers import (
    camel_case,
    free_name,
    wrong_class_name,
    wrong_parameter,
)
from mlpgen.styles.code import Code, call
from mlpgen.styles.docstrings import docstring
from mlpgen.styles.forward_class import class_plan
from mlpgen.styles.layout import INDENT, layout
from mlpgen.symbols import operands
from mlpgen.symbols.expressions import Expression, is_whole, value_of
from mlpgen.symbols.sizes import Real, Size

if TYPE_CHECKING:
    from collections.abc import Sequence

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
            return self._layer(node)
        if not node.children and not node.rounds:
            return node
        return node._replace(
            children=tuple(self._node(x, graph, inside=True) for x in node.children),
            rounds=tuple(
                each._replace(node=self._node(each.node, graph, inside=False))
                for each in node.rounds
            ),
        )

    def _layer(self, node: Node) -> Node:
        """Return a function as a layer whose class calls it."""
        assert node.function is not None
        arguments = _Arguments(node)
        plan = _class_of(inside(node), arguments)
        key = (plan.signature, plan.forward)
        if key not in self._names:
            said = node.name if node.named else node.type
            name = self._free(camel_case(said) or camel_case(f"{said}_layer"))
            self._names[key] = name
            self._taken.add(name)
            self.plans.append(plan._replace(name=Code(name)))
        given = arguments.given
        maker = Maker(self._names[key], "", given, frozenset(given))
        return node._replace(maker=maker, function=None)

    def _free(self, wanted: str) -> str:
        """Return a name for a class that nothing else has."""
        number = 1
        name = wanted = wanted or "Layer"
        while name in self._taken or wrong_class_name(name):
            number += 1
            name = f"{wanted}{number}"
        return name


class _Arguments:
    """The values in a call that depend on parameters: arguments of its class.

    Attributes:
        given: What each use gives, by name.
        function: The call with these names in place of the values.
    """

    def __init__(self, node: Node) -> None:
        assert node.function is not None
        self.given: dict[str, Any] = {}
        self._names = {
            code_key(each): f"{name}_{at}" if _is_list(value) else name
            for name, value in node.arguments.items()
            for at, each in enumerate(_listed(value))
        }
        function = node.function
        self.function = function._replace(
            leading=self._named(function.leading),
            positional=self._named(function.positional),
            keywords={n: self._named(each) for n, each in function.keywords.items()},
        )

    def kinds(self) -> dict[str, str]:
        """Return the types of the arguments."""
        return {name: _kind(value) for name, value in self.given.items()}

    def _named(self, value: Any) -> Any:
        """Replace the values that depend on parameters by names."""
        if _is_list(value):
            return type(value)(map(self._named, value))
        if not isinstance(value, Expression | Real | Size) or not names_in(value):
            return value
        key = code_key(value)
        known = (name for name, each in self.given.items() if code_key(each) == key)
        name = next(known, "") or self._free(self._names.get(key, "size"))
        self.given[name] = value
        if _kind(value) == "int":
            return Size.parameter(name, int(value_of(value)))
        return Expression(value_of(value), operands.name(name))

    def _free(self, wanted: str) -> str:
        """Return a name that is no other argument, nor an attribute of modules."""
        name = f"{wanted}_value" if wrong_parameter(wanted) else wanted
        return free_name(name, self.given)


def _is_list(value: Any) -> bool:
    return isinstance(value, tuple | list) and not isinstance(value, Expression)


def _listed(value: Any) -> Sequence[Any]:
    return value if _is_list(value) else (value,)


def _kind(value: Any) -> str:
    """Return the type of a value that depends on parameters."""
    plain = value_of(value)
    return "int" if is_whole(plain) else type(plain).__name__.replace("Real", "float")


def _class_of(node: Node, arguments: _Arguments) -> ClassPlan:
    """Plan a class that calls a function."""
    kinds = arguments.kinds()
    alone = node._replace(
        name="result",
        named=False,
        sources=("input",),
        function=arguments.function,
        condition=None,
        number=None,
    )
    graph = Graph(
        name="Function",
        stem="",
        description="",
        parameters={},
        inferred=tuple(kinds),
        inputs={"input": node.inputs[0]},
        nodes=(alone,),
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
