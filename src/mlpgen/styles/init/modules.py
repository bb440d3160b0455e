"""The code that makes modules: `nn.Linear(784, 10)`, and containers of them."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from mlpgen.graph.walks import parts_in
from mlpgen.spec.types import NOT_IN_TORCH
from mlpgen.styles.code import Group, call, keyword, literal, quoted
from mlpgen.styles.forward import packing
from mlpgen.styles.shape_text import comment_text
from mlpgen.styles.variable_names import attribute
from mlpgen.symbols.sizes import code_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mlpgen.graph.nodes import Maker, Node, Repetition
    from mlpgen.graph.round_names import RoundNames
    from mlpgen.styles.code import Piece


def module_code(node: Node, *, comments: bool = True) -> Piece:
    """Write the call that makes a layer: `nn.Linear(784, 10)`.

    A repeated layer is a container of its rounds.

    Args:
        node: The layer.
        comments: Whether the layers of a `Sequential` have comments with their output
            shapes. Those of a block cannot: its uses may differ.
    """
    if node.rounds:
        return _rounds(node, comments=comments)
    if node.type == "Sequential":
        return sequential_call(node.children, comments=comments)
    return constructor_call(node.maker)


def container(node: Node) -> str:
    """Name the class that holds the rounds of a layer.

    It is `nn.Sequential` if one tensor flows through all of them, else a list.
    """
    return "nn.Sequential" if can_chain(node) else "nn.ModuleList"


def iterated(node: Node, name: str) -> str:
    """Write what a loop over the rounds of a layer iterates over."""
    code = attribute(name)
    return f"{code}.values()" if node.names and not can_chain(node) else code


def can_chain(node: Node) -> bool:
    """Tell whether the module of a layer takes one tensor and returns one."""
    return node.single and node.call.plain


def constructor_call(maker: Maker) -> Piece:
    """Write the call of a class, with required arguments by position."""
    arguments = maker.arguments.items()
    inner = {name: constructor_call(each) for name, each in maker.inner.items()}
    piece = call(
        maker.variable or maker.prefix + maker.type,
        *(each for name, each in inner.items() if not name),
        *(literal(value) for key, value in arguments if key in maker.required),
        *(
            keyword(key, literal(value))
            for key, value in arguments
            if key not in maker.required
        ),
        *(keyword(name, each) for name, each in inner.items() if name),
    )
    return call(maker.wrapper, piece) if maker.wrapper else piece


def _rounds(node: Node, *, comments: bool) -> Piece:
    """Write the container of a repeated layer."""
    name = container(node)
    if node.names:
        return _named_rounds(node, node.names, name, comments=comments)
    pieces = [_round(each, comments=comments) for each in node.rounds]
    if name == "nn.Sequential":
        return call(name, *pieces)
    if len(pieces) == 1 and isinstance(pieces[0], Group) and pieces[0].opening == "*(":
        return pieces[0]._replace(opening=f"{name}(")
    return call(name, Group("[", tuple(pieces), "]", collection=True))


def _round(each: Repetition, *, comments: bool) -> Piece:
    if code_of(each.times) == "1":
        return module_code(each.node, comments=comments)
    from mlpgen.styles.init.rounds import loop_of

    loop = loop_of(each)
    piece = module_code(loop.node, comments=False)
    return Group("*(", (piece, loop.head), ")", separator=" ")


def _named_rounds(
    node: Node, names: RoundNames, container: str, *, comments: bool
) -> Piece:
    """Write the container of rounds that have names."""
    pieces: list[Piece] = []
    listed = container == "nn.ModuleList"
    each_alone = all(code_of(each.times) == "1" for each in node.rounds)
    if each_alone and not listed and names.are_identifiers:
        pairs = zip(names.every, node.rounds, strict=False)
        named = tuple(
            keyword(key, module_code(each.node, comments=comments))
            for key, each in pairs
        )
        return call(container, Group("OrderedDict(", named, ")", exploded=True))
    for each in node.rounds:
        one = code_of(each.times) == "1"
        made = module_code(each.node, comments=comments and one)
        key = quoted(names.every[each.first]) if one else _pattern(names)
        if listed and isinstance(made, Group):
            pair: Piece = made._replace(opening=f"{key}: {made.opening}")
        else:
            pair = Group("(", (key, made), ")", collection=True)
        if one:
            pieces.append(pair)
        else:
            from mlpgen.styles.init.rounds import index_loop

            items = (pair, index_loop(each))
            opening, closing = ("**{", "}") if listed else ("*(", ")")
            pieces.append(Group(opening, items, closing, separator=" "))
    first = pieces[0]
    alone = first if len(pieces) == 1 and isinstance(first, Group) else None
    if listed:
        inner = Group("{", tuple(pieces), "}", collection=True)
        if alone and alone.opening == "**{":
            inner = alone._replace(opening="{")
        return call("nn.ModuleDict", inner)
    inner = call("OrderedDict", Group("[", tuple(pieces), "]", collection=True))
    if alone and alone.opening == "*(":
        inner = alone._replace(opening="OrderedDict(")
    return call(container, inner)


def _pattern(names: RoundNames) -> str:
    """Write the f-string of a name."""
    parts = [
        part if isinstance(part, str) else f"{{{part.code}}}" for part in names.parts
    ]
    return f'f"{"".join(parts)}"'


def sequential_call(
    nodes: Sequence[Node], *, function: str = "nn.Sequential", comments: bool = True
) -> Piece:
    """Write a chain as an `nn.Sequential`, with named children or numbered ones."""
    if not nodes:
        return call(function)
    if nodes[0].number is not None:
        items = numbered_items(nodes, comments=comments)
        return items._replace(opening=f"{function}(", closing=")", collection=False)
    entries = tuple(
        keyword(node.name, module_code(node, comments=comments)) for node in nodes
    )
    shapes = tuple(output_comment(node) if comments else "" for node in nodes)
    inner = Group("OrderedDict(", entries, ")", exploded=True, comments=shapes)
    return call(function, inner)


def numbered_items(
    nodes: Sequence[Node],
    *,
    comments: bool,
    made: Mapping[str, Piece] = MappingProxyType({}),
) -> Group:
    """Write a list of modules, each round of a repeated layer as one of them.

    Args:
        nodes: The layers.
        comments: Whether lines end with the shapes of layers.
        made: The code of some layers, by name.
    """
    items: list[Piece] = []
    shapes: list[str] = []
    for node in nodes:
        pieces = [made.get(node.name) or module_code(node, comments=comments)]
        if node.rounds and node.name not in made:
            pieces = [_round(each, comments=comments) for each in node.rounds]
        items += pieces
        shapes += ["" for _ in pieces[1:]]
        shapes.append(output_comment(node) if comments else "")
    several = len(items) > 1
    return Group("[", tuple(items), "]", True, exploded=several, comments=tuple(shapes))


def output_comment(node: Node) -> str:
    """Return the output shape of a layer, if it differs from its input shape."""
    if node.output == node.input or node.children or node.type == "Sequential":
        return ""
    return comment_text(node.value)


def imported_names(nodes: Sequence[Node], outputs: Iterable[str] = ()) -> set[str]:
    """Return the names that the code of these layers imports.

    Args:
        nodes: The layers.
        outputs: Their values that are returned.
    """
    found: set[str] = set()
    wanted = {*outputs, *(source for node in nodes for source in node.reads)}
    for node in nodes:
        parts = parts_in(node, wanted)
        found |= packing.imports(node, parts)
        codes = (*(node.pick(part)[1] for part in parts), *node.call.forms.values())
        loop = bool(node.rounds) and not can_chain(node)
        typed = node.batch and (node.function or loop or not node.single)
        if node.call.causal or typed or any("torch." in code for code in codes):
            found.add("torch")
        unnumbered = node.children and node.children[0].number is None
        if unnumbered or (node.names and can_chain(node)):
            found.add("OrderedDict")
        if node.children:
            found |= imported_names(node.children) - {"F", "torch"}
        found |= imported_names([each.node for each in node.rounds]) - {"F", "torch"}
        found |= {
            node.maker.wrapper,
            node.type if node.type in NOT_IN_TORCH else "",
        } - {""}
        if node.maker.module:
            found.add(f"{node.maker.module}:{node.type}")
        if node.function is not None and node.function.name[0].isalpha():
            found.add(node.function.name.split(".")[0])
        if node.is_tensor:
            found |= {"torch"} | imported_names(node.computed)
    return found
