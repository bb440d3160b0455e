"""The spec resolved: every layer with its name, arguments, shapes and counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import ValidationError

from mlpgen.expressions import Expression, ExpressionError, evaluate, is_expression
from mlpgen.layers import LAYERS
from mlpgen.layers.base import ShapeError, shown
from mlpgen.problems import nearest
from mlpgen.sizes import Size, code_of, is_product

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlpgen.expressions import Scalar
    from mlpgen.layers.base import Function, Layer, Shape
    from mlpgen.problems import Problems
    from mlpgen.recipe import Recipe
    from mlpgen.source import Path
    from mlpgen.spec import Item


LONGEST_CODE = 40
LONGEST_SUM = 20
"""Characters of a size in a call, if it is a product or not; others get a name."""
LONGEST_LINE = 70


class Node(NamedTuple):
    """One layer in its place.

    Attributes:
        name: The attribute that holds it, unique among its siblings.
        named: Whether the author chose the name.
        type: `Conv2d`, `Sequential`.
        arguments: What a call must say, in torch's order. A value is plain, a `Size`,
            or an `Expression` of parameters.
        required: The arguments that torch has no default for.
        children: The layers of a `Sequential`.
        function: The call that does the same in `forward`, if the layer holds nothing.
        pointwise: It follows another layer on the same line of `forward`.
        input: Shape that arrives, without the batch dimension.
        output: Shape that leaves.
        parameters: How many values it learns.
        multiply_adds: For one example.
        path: Where it stands in the spec.
    """

    name: str
    named: bool
    type: str
    arguments: dict[str, Any]
    required: frozenset[str]
    children: tuple[Node, ...]
    function: Function | None
    pointwise: bool
    input: Shape
    output: Shape
    parameters: int
    multiply_adds: int
    path: Path


class Graph(NamedTuple):
    """A network, ready to become code.

    Attributes:
        name: The class.
        stem: The name of its file, without `.py`.
        description: The author's sentence, or an empty text.
        parameters: Keyword arguments of the class with their defaults.
        input: Shape of one example, without the batch dimension.
        sizes: Names for sizes whose code is long, with that code, in order.
        nodes: The layers in the order they run.
        outputs: Names of the layers whose outputs are returned.
        style: The style that the spec asks for.
        recipe: How it is trained, or None.
    """

    name: str
    stem: str
    description: str
    parameters: dict[str, Scalar]
    input: Shape
    sizes: dict[str, str]
    nodes: tuple[Node, ...]
    outputs: tuple[str, ...]
    style: str
    recipe: Recipe | None

    @property
    def total_parameters(self) -> int:
        """How many values the network learns."""
        return sum(node.parameters for node in self.nodes)

    @property
    def total_multiply_adds(self) -> int:
        """Multiply-adds of one example."""
        return sum(node.multiply_adds for node in self.nodes)

    def node(self, name: str) -> Node:
        """Return the layer of the model that has this name."""
        return next(node for node in self.nodes if node.name == name)


class Source(NamedTuple):
    """What a layer gets: a shape (None after a mistake) and, for notes, from where."""

    shape: Shape | None
    origin: str


class Scope(NamedTuple):
    """What expressions may use, and names for sizes whose code is long.

    Attributes:
        parameters: Of the spec, with their defaults.
        sizes: The code that each name stands for.
    """

    parameters: Mapping[str, Scalar]
    sizes: dict[str, str]

    def shorten(self, shape: Shape) -> Shape:
        """Give sizes a name where their code would not fit into a call.

        Raises:
            ShapeError: MG209, for a code that does not even fit on a line.
        """
        return tuple(self._short(size) for size in shape)

    def _short(self, size: int) -> int:
        code = code_of(size)
        if len(code) <= (LONGEST_CODE if is_product(size) else LONGEST_SUM):
            return size
        if len(code) > LONGEST_LINE:
            message = f"the code of a size would have {len(code)} characters"
            raise ShapeError("MG209", message, help="give parameters shorter names")
        known = {text: name for name, text in self.sizes.items()}
        name = known.get(code, "")
        number = len(self.sizes) + 1
        while not name or (name in self.parameters and code not in known):
            name, number = f"size_{number}", number + 1
        self.sizes[name] = code
        return Size.parameter(name, int(size))


def resolve_chain(
    items: tuple[Item, ...],
    source: Source,
    scope: Scope,
    problems: Problems,
    inside: str = "",
) -> tuple[tuple[Node, ...], Source]:
    """Resolve layers that run one after the other.

    Args:
        items: The entries, as they are written, with their names.
        source: What the first of them gets.
        scope: What expressions may use.
        problems: Gathers mistakes; after one, shapes are no longer followed.
        inside: The name of the `Sequential` they stand in, with a dot.

    Returns:
        The layers without mistakes, and what comes out of the last.
    """
    nodes = []
    for item in items:
        node, source = _resolve(item, source, scope, problems, inside)
        if node is not None:
            nodes.append(node)
    return tuple(nodes), source


def _resolve(
    item: Item,
    source: Source,
    scope: Scope,
    problems: Problems,
    inside: str,
) -> tuple[Node | None, Source]:
    full = inside + item.name
    if not item.type:
        return None, Source(None, full)
    if item.type == "Sequential":
        return _resolve_sequential(item, source, scope, problems, full)
    layer, expressions = _layer(item, scope, problems)
    if layer is None or source.shape is None:
        return None, Source(None, full)
    arrives = f"`{full}` gets {shown(source.shape)} from {source.origin}"
    try:
        layer = _fill(layer, source.shape, item, problems, arrives)
        output = scope.shorten(layer.output(source.shape))
        _check_sizes(layer, output)
    except ShapeError as error:
        path = item.argument_path(error.argument)
        key = _is_key(item, path, problems)
        problems.add(
            error.code, error.message, path, key=key, notes=(arrives,), help=error.help
        )
        return None, Source(None, full)
    caution = layer.caution(source.shape)
    if caution is not None:
        path = item.argument_path(caution.argument)
        problems.add(
            caution.code,
            caution.message,
            path,
            key=_is_key(item, path, problems),
            notes=(arrives,),
            help=caution.help,
            warning=True,
        )
    node = Node(
        name=item.name,
        named=item.named,
        type=item.type,
        arguments=layer.arguments() | expressions,
        required=frozenset(
            each for each in type(layer).model_fields if layer.required(each)
        ),
        children=(),
        function=None if expressions else _constant(layer.function()),
        pointwise=layer.pointwise,
        input=source.shape,
        output=output,
        parameters=int(layer.parameters()),
        multiply_adds=int(layer.multiply_adds(source.shape, output)),
        path=item.path,
    )
    return node, Source(output, f"`{full}` (line {problems.line(item.path)})")


def _constant(function: Function | None) -> Function | None:
    """Refuse a call that depends on parameters: `forward` does not know them."""
    if function is None:
        return None
    values = [*function.positional, *function.keywords.values()]
    while values:
        value = values.pop()
        if isinstance(value, Size):
            return None
        values += value if isinstance(value, tuple) else ()
    return function


def _is_key(item: Item, path: Path, problems: Problems) -> bool:
    """Tell whether a mistake belongs under the layer's name rather than its value."""
    return path == item.type_path and item.type_path != item.path and not item.shorthand


def _resolve_sequential(
    item: Item,
    source: Source,
    scope: Scope,
    problems: Problems,
    full: str,
) -> tuple[Node | None, Source]:
    children, result = resolve_chain(item.children, source, scope, problems, f"{full}.")
    if source.shape is None or result.shape is None:
        return None, Source(None, full)
    node = Node(
        name=item.name,
        named=item.named,
        type=item.type,
        arguments={},
        required=frozenset(),
        children=children,
        function=None,
        pointwise=False,
        input=source.shape,
        output=result.shape,
        parameters=sum(child.parameters for child in children),
        multiply_adds=sum(child.multiply_adds for child in children),
        path=item.path,
    )
    return node, Source(result.shape, f"`{full}` (line {problems.line(item.path)})")


def _layer(
    item: Item, scope: Scope, problems: Problems
) -> tuple[Layer | None, dict[str, Expression]]:
    """Validate a layer's arguments.

    Returns:
        The layer, whole numbers that depend on parameters as sizes; and the arguments
        that are expressions of another kind, which only code needs.
    """
    cls = LAYERS[item.type]
    before = len(problems.found)
    symbolic = {
        name: _evaluate(value, item.argument_path(name), scope, problems)
        for name, value in item.arguments.items()
    }
    plain = {name: _plain(value) for name, value in symbolic.items()}
    if len(problems.found) == before:
        _check_structural(item, cls, symbolic, problems)
    try:
        layer = cls.model_validate(plain)
    except ValidationError as error:
        if len(problems.found) == before:
            problems.add_invalid(
                error, cls, item.type, item.type_path, plain, item.shorthand
            )
        return None, {}
    if len(problems.found) > before:
        return None, {}
    sizes = {name: _sized(value) for name, value in symbolic.items() if _depends(value)}
    expressions = {
        name: value
        for name, value in symbolic.items()
        if isinstance(value, Expression) and not isinstance(value.value, Size)
    }
    numbers = {name: value for name, value in sizes.items() if name not in expressions}
    return layer.model_copy(update=numbers), expressions


def _evaluate(value: Any, path: Path, scope: Scope, problems: Problems) -> Any:
    """Replace every expression of an argument by an `Expression` or a plain value."""
    if isinstance(value, list):
        return [
            _evaluate(each, (*path, index), scope, problems)
            for index, each in enumerate(value)
        ]
    if not isinstance(value, str) or "${" not in value:
        return value
    if not is_expression(value):
        message = "an expression is a whole value: `${…}` with nothing around it"
        problems.add("MG209", message, path)
        return value
    try:
        result = evaluate(value, scope.parameters)
    except ExpressionError as error:
        code = "MG210" if error.unknown else "MG209"
        help = nearest(error.unknown, scope.parameters)
        if error.unknown and not help:
            help = "parameters are named under `parameters:`, each with its default"
        problems.add(code, error.message, path, help=help)
        return value
    if len(result.code) > LONGEST_CODE:
        message = f"the code of the expression has {len(result.code)} characters"
        problems.add("MG209", message, path, help="give parameters shorter names")
    return result if result.names else result.value


def _check_structural(
    item: Item, cls: type[Layer], symbolic: Mapping[str, Any], problems: Problems
) -> None:
    for name, value in symbolic.items():
        if name in cls.model_fields and cls.structural(name) and _depends(value):
            message = f"`{name}` decides the shape, so it cannot depend on a parameter"
            problems.add("MG211", message, item.argument_path(name))
        elif isinstance(value, list) and any(
            isinstance(each, Expression) and not isinstance(each.value, Size)
            for each in value
        ):
            message = f"an expression in the list of `{name}` must be a whole number"
            problems.add("MG209", message, item.argument_path(name))


def _depends(value: Any) -> bool:
    if isinstance(value, list):
        return any(_depends(each) for each in value)
    return isinstance(value, Expression)


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, Expression):
        return int(value.value) if isinstance(value.value, Size) else value.value
    return value


def _sized(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_sized(each) for each in value)
    return value.value if isinstance(value, Expression) else value


def _fill(
    layer: Layer, shape: Shape, item: Item, problems: Problems, arrives: str
) -> Layer:
    """Add the sizes that follow from the input; those given must agree."""
    inferred = layer.inferred(shape)
    for name, value in inferred.items():
        given = getattr(layer, name)
        if given is not None and given != value:
            problems.add(
                "MG301",
                f"`{name}` is {_bare(given)}, but {_bare(value)} arrives",
                item.argument_path(name),
                notes=(arrives,),
                help=f"leave `{name}` out: it follows from the input",
            )
    return layer.model_copy(update=inferred) if inferred else layer


def _bare(value: Any) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(str(int(each)) for each in value)}]"
    return str(int(value))


def _check_sizes(layer: Layer, output: Shape) -> None:
    if any(size < 1 for size in output):
        message = f"`{type(layer).__name__}` would leave nothing: {shown(output)}"
        raise ShapeError("MG303", message)
