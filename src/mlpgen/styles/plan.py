"""What every style's plan of a model has in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen.graph.fingerprints import names_in, names_of_node
from mlpgen.styles.code import (
    INDENT,
    WIDTH,
    Code,
    Group,
    bracketed,
    call,
    flat,
    indented,
    layout,
)
from mlpgen.styles.divisors import guarded
from mlpgen.styles.docstrings import module_docstring
from mlpgen.styles.forward.variables import argument
from mlpgen.styles.imports import import_block
from mlpgen.symbols.expressions import written
from mlpgen.symbols.sizes import is_symbolic

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mlpgen.graph.nodes import Graph, Node
    from mlpgen.styles.capture import Recording
    from mlpgen.styles.code import Piece

Lines = tuple[str, ...]


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


def init_signature(graph: Graph) -> Lines:
    """Begin `__init__`, with the parameters as keyword arguments."""
    items = [f"{name}: int" for name in graph.inferred]
    items += [
        f"{name}: {type(value).__name__} = {written(value)}"
        for name, value in graph.parameters.items()
    ]
    group = call("def __init__", "self", *items)
    return tuple(layout(group, INDENT, after=" -> None:"))


def size_lines(graph: Graph) -> Lines:
    """Write the sizes that have a name and are used, each before its use."""
    if not graph.sizes:
        return ()
    used = set[str]().union(*(names_of_node(node) for node in graph.nodes))
    needed = set[str]().union(*(_needed(node) for node in graph.nodes))
    lines = []
    for name, code in reversed(graph.sizes.items()):
        if name in used:
            used |= code.names
            if name in needed:
                needed |= code.computed
            computed = code if name in needed else guarded(code)
            lines.append(bracketed(computed, 2 * INDENT, f"{name} = "))
    return tuple(line for each in reversed(lines) for line in each)


def _needed(node: Node) -> frozenset[str]:
    """Return the names in what is made whatever the arguments are."""
    if node.condition is not None:
        return frozenset()
    found = names_of_node(node._replace(children=(), rounds=()))
    inner = [*node.children]
    for each in node.rounds:
        found |= names_in(each.times)
        inner += [] if is_symbolic(each.times) else [each.node]
    return found.union(*map(_needed, inner))


def forward_signature(inputs: Iterable[str], outputs: Sequence[str]) -> Lines:
    """Begin `forward`; many outputs are a tuple of any length."""
    returns = "Tensor"
    if len(outputs) > 6:
        returns = "tuple[Tensor, ...]"
    elif len(outputs) > 1:
        returns = f"tuple[{', '.join('Tensor' for _ in outputs)}]"
    items = ("self", *(f"{argument(name)}: Tensor" for name in inputs))
    after = f" -> {returns}:"
    return tuple(layout(call("def forward", *items), INDENT, after=after))


def returned(outputs: Sequence[Piece], indent: int = 2 * INDENT) -> list[str]:
    """Return several outputs as a tuple."""
    line = f"return {', '.join(map(flat, outputs))}"
    if indent + len(line) <= WIDTH:
        return [line]
    return layout(Group("(", tuple(outputs), ")", collection=True), indent, "return ")


RECORDING = {"Any", "Callable", "Iterator", "contextmanager"}
"""What the helper that records outputs imports."""


def recorded(found: Recording, body: Sequence[str]) -> list[str]:
    """Write a block in which the outputs of modules are recorded, if there are any."""
    if not found.modules:
        return [*body]
    items = ("self", *(f'"{name}"' for name in found.modules))
    after = f" as {found.outputs}:"
    head = layout(call("with recorded", *items), 2 * INDENT, after=after)
    return [*head, *indented(body)]
