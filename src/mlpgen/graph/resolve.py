"""The pass that follows tensors through the model and its blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mlpgen.expressions import Expression
from mlpgen.graph.arguments import evaluated
from mlpgen.graph.blocks import Use, block_arguments, placeholders
from mlpgen.graph.conditions import condition_of, merged
from mlpgen.graph.definitions import INPUT
from mlpgen.graph.keys import direct_names, names_of_node
from mlpgen.graph.layer import resolve_layer
from mlpgen.graph.nodes import Graph, Maker, Node
from mlpgen.graph.repeating import INDEX, gathered
from mlpgen.graph.scope import Scope
from mlpgen.graph.sharing import shared, tied
from mlpgen.graph.unused import check_inputs, warn_about_layers, warn_about_parameters
from mlpgen.graph.wires import Wire, Wires
from mlpgen.layers.base import Call, ShapeError, Value
from mlpgen.names import snake_case
from mlpgen.problems import cut, listed, nearest, shown
from mlpgen.sizes import Size
from mlpgen.vocabulary import SHARE, is_function, layer_class

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mlpgen.expressions import Scalar
    from mlpgen.graph.definitions import Definition
    from mlpgen.items import Item
    from mlpgen.problems import Problems

MOST_ROUNDS = 10_000
MOST_LAYERS = 100_000
"""The most rounds of one layer, and the most layers of a network."""


class Resolved(NamedTuple):
    """A class for one use, and what its sizes are in terms of."""

    graph: Graph
    scope: Scope


class Inside(NamedTuple):
    """Where layers are resolved.

    Attributes:
        scope: What expressions may use.
        problems: Gathers the mistakes of the file.
        prefix: The name of the `Sequential` they stand in, with a dot.
        made: The layers of the class by now, with their entries.
    """

    scope: Scope
    problems: Problems
    prefix: str
    made: dict[str, tuple[Item, Node]]


class Resolver:
    """Resolves the model, and each block once for equal uses.

    Attributes:
        blocks: The blocks of the spec.
        plain: The sizes of each block's inputs that are written as numbers.
        uses: How each block is used, found on the way.
    """

    def __init__(
        self, blocks: Mapping[str, Definition], plain: Mapping[str, frozenset[str]]
    ) -> None:
        self.blocks = blocks
        self.plain = plain
        self.uses: dict[str, list[Use]] = {name: [] for name in blocks}
        self._found: dict[object, Resolved | None] = {}
        self._open: list[str] = []

    def model(self, definition: Definition, inputs: tuple[Value | None, ...]) -> Graph:
        """Resolve the model itself."""
        scope = Scope(definition.parameters, {}, set())
        return self._class(definition, inputs, scope).graph

    def _block(
        self,
        definition: Definition,
        values: Mapping[str, Scalar],
        inputs: tuple[Value, ...],
    ) -> Resolved | None:
        """Resolve a block for the values of its parameters and what arrives."""
        bare = tuple(_bare(value) for value in inputs)
        key = (definition.name, tuple(values.items()), bare)
        if key in self._found:
            return self._found[key]
        names = placeholders(definition, bare)
        plain = self.plain.get(definition.name, frozenset())
        known: dict[str, Scalar] = {
            name: size
            for sizes, value in zip(names, bare, strict=True)
            for name, size in zip(sizes, value.shape, strict=True)
            if name not in plain
        }
        scope = Scope({**known, **values}, {}, set(), definition.name)
        symbolic = tuple(
            value._replace(
                shape=tuple(
                    size if name in plain else Size.parameter(name, size)
                    for name, size in zip(sizes, value.shape, strict=True)
                )
            )
            for sizes, value in zip(names, bare, strict=True)
        )
        before = len(definition.problems.found)
        self._open.append(definition.name)
        resolved = self._class(definition, symbolic, scope)
        self._open.pop()
        failed = any(
            not each.warning for each in definition.problems.found[before:]
        ) or any(output == "" for output in resolved.graph.outputs)
        used = frozenset[str]().union(
            *(names_of_node(node) for node in resolved.graph.nodes)
        )
        used |= scope.behind(used)
        inferred = tuple(name for name in known if name in used)
        graph = resolved.graph._replace(inferred=inferred, stem="")
        direct = frozenset(scope.used).union(
            *(direct_names(node) for node in graph.nodes)
        )
        self.uses[definition.name].append(Use(graph, known, direct))
        self._found[key] = None if failed else Resolved(graph, scope)
        return self._found[key]

    def _class(
        self,
        definition: Definition,
        inputs: Sequence[Value | None],
        scope: Scope,
    ) -> Resolved:
        """Resolve the layers of a class."""
        wires = Wires(
            [
                Wire(name, value, "`input`" if name == INPUT else f"the input `{name}`")
                for name, value in zip(definition.inputs, inputs, strict=True)
            ],
            definition.items,
        )
        inside = Inside(scope, definition.problems, "", {})
        nodes = []
        for item in definition.items:
            found = wires.find(item, _most_inputs(item, self.blocks), inside.problems)
            node, wire = self._item(item, found, inside)
            if node is not None:
                nodes.append(node)
                inside.made[item.name] = (item, node)
                self._add_parts(item.name, node, wire, wires)
            wires.add(item.name, wire)
        outputs = _outputs(definition, wires)
        kept = _reached(tuple(nodes), outputs)
        warn_about_layers(nodes, kept, inside.problems)
        warn_about_parameters(definition, scope)
        check_inputs(definition, kept, inside.problems)
        graph = Graph(
            name=definition.name,
            stem=snake_case(definition.name),
            description=" ".join(definition.description.split()),
            parameters=definition.parameters,
            inferred=(),
            inputs={
                name: value
                for name, value in zip(definition.inputs, inputs, strict=True)
                if value is not None
            },
            sizes={name: code for code, name in scope.names.items()},
            nodes=kept,
            outputs=outputs,
            style="",
            blocks=(),
            recipe=None,
        )
        return Resolved(graph, scope)

    @staticmethod
    def _add_parts(name: str, node: Node, wire: Wire, wires: Wires) -> None:
        """Make the parts of a layer known; the first is the layer's value itself."""
        if len(node.parts) < 2:
            return
        for index, (part, value) in enumerate(node.parts.items()):
            dotted = f"{name}.{part}"
            own = name if index == 0 else dotted
            wires.add(dotted, wire._replace(name=own, value=value), part=True)

    def _item(
        self, item: Item, wires: tuple[Wire, ...], inside: Inside
    ) -> tuple[Node | None, Wire]:
        """Resolve one entry: repeated, under a condition, or as it is."""
        full = inside.prefix + item.name
        origin = f"`{full}` (line {inside.problems.line(item.path)})"
        lost = Wire(item.name, None, origin)
        if not item.type:
            return None, lost
        repeated = "repeat" in item.options
        by_round = repeated and _mentions_index(item.options.get("when"))
        condition: Expression | bool | None = None
        if not by_round:
            condition = condition_of(item, inside.scope, inside.problems)
        if condition is False and wires and wires[0].value is not None:
            origin = f"{wires[0].origin}, past `{full}`, which `when` leaves out,"
            return None, wires[0]._replace(origin=origin)
        node = (
            self._repeated(item, wires, inside)
            if repeated
            else self._one(item, wires, inside)
        )
        if node is None:
            return None, lost
        if isinstance(condition, Expression):
            node = merged(node, condition, item, inside.problems)
            if node is None:
                return None, lost
            if not condition.value:
                origin += f", which `when` leaves out after {wires[0].origin},"
        return node, Wire(item.name, node.value, origin)

    def _one(self, item: Item, wires: tuple[Wire, ...], inside: Inside) -> Node | None:
        if item.type == SHARE:
            return shared(item, wires, inside.made, self._one, inside)
        if item.type == "Sequential":
            return self._sequential(item, wires, inside)
        full = inside.prefix + item.name
        if item.type in self.blocks:
            return self._use(item, wires, inside, full)
        if layer_class(item.type) is None:
            return None  # a block with mistakes of its own
        node = resolve_layer(item, wires, inside.scope, inside.problems, full)
        if (
            node is not None
            and inside.prefix
            and (is_function(item.type) or not node.single or len(node.sources) != 1)
        ):
            message = f"`{item.type}` cannot stand in a `Sequential`"
            help = "a `Sequential` holds modules that take and give one tensor"
            inside.problems.add("MG220", message, item.path, help=help)
            return None
        if node is not None and "share" in item.options:
            return tied(item, node, inside.made, inside.problems)
        return node

    def _sequential(
        self, item: Item, wires: tuple[Wire, ...], inside: Inside
    ) -> Node | None:
        full = inside.prefix + item.name
        nodes: list[Node] = []
        if len(wires) != 1:
            message = f"`Sequential` takes 1 input, not {len(wires)}"
            inside.problems.add("MG314", message, item.type_path)
            return None
        wire = wires[0]
        within = inside._replace(prefix=f"{full}.", made={})
        for child in item.children:
            if child.sources is not None or "share" in child.options:
                word = "from" if child.sources is not None else "share"
                message = f"`{word}` has no meaning in a `Sequential`"
                help = "its layers run one after the other; a block can branch"
                at = (*child.path, word)
                inside.problems.add("MG220", message, at, key=True, help=help)
            node, wire = self._item(child, (wire,), within)
            if node is not None:
                nodes.append(node)
        if wires[0].value is None or wire.value is None:
            return None
        return _container(item, wires, tuple(nodes), wire.value)

    def _repeated(
        self, item: Item, wires: tuple[Wire, ...], inside: Inside
    ) -> Node | None:
        """Resolve rounds until they do not change any more."""
        count = self._count(item, inside)
        if count is None:
            return None
        if is_function(item.type) or item.type in ("parameter", "buffer", SHARE):
            message = f"`{item.type}` cannot be repeated"
            help = "put it in a block, and repeat that"
            inside.problems.add("MG221", message, (*item.path, "repeat"), help=help)
            return None
        if any(wire.value is None for wire in wires):
            self._one(item, wires, inside)  # for its own mistakes
            return None
        numbered = _mentions_index(
            [item.arguments, item.options.get("when"), _raw(item.children)]
        )
        full = inside.prefix + item.name
        nodes: list[Node] = []
        made = max(int(count), 3) if isinstance(count, Size) else int(count)
        wire, *others = wires
        for index in range(made):
            round_ = item._replace(name=str(index))
            values = {**inside.scope.parameters, INDEX: index}
            scope = inside.scope._replace(parameters=values)
            within = inside._replace(scope=scope, prefix=f"{full}.")
            options = {k: v for k, v in item.options.items() if k != "repeat"}
            if not numbered:
                options.pop("when", None)
            before = len(inside.problems.found)
            node, after = self._item(
                round_._replace(options=options), (wire, *others), within
            )
            if index >= int(count) and node is None:
                del inside.problems.found[before:]
                break
            if node is None and after.value is None:
                return None
            if node is None:
                node = _container(round_, wires, (), after.value or wires[0].value)
            nodes.append(node)
            same = wire.value == after.value and _codes(wire) == _codes(after)
            wire = after
            if same and not numbered and index + 1 < made:
                break
        inside.scope.used.discard(INDEX)
        return self._rounds(item, wires, nodes, count, inside)

    def _rounds(
        self,
        item: Item,
        wires: tuple[Wire, ...],
        nodes: list[Node],
        count: int,
        inside: Inside,
    ) -> Node | None:
        last = nodes[min(len(nodes), int(count)) - 1]
        per_round = max(_leaves(node) for node in nodes)
        if per_round * int(count) > MOST_LAYERS:
            message = f"`{item.name}` would be {per_round * int(count):,} layers"
            help = f"a network has at most {MOST_LAYERS:,}"
            inside.problems.add("MG222", message, (*item.path, "repeat"), help=help)
            return None
        rounds = gathered(nodes, count)
        node = _container(item, wires, (), last.value)
        return node._replace(
            rounds=rounds,
            call=last.call,
            returned=last.returned,
            picks=last.picks,
            parts=last.parts,
            parameters=sum(
                _each(nodes, index).parameters for index in range(int(count))
            ),
            multiply_adds=sum(
                _each(nodes, index).multiply_adds for index in range(int(count))
            ),
        )

    def _count(self, item: Item, inside: Inside) -> int | None:
        path = (*item.path, "repeat")
        raw = item.options["repeat"]
        before = len(inside.problems.found)
        value = evaluated(raw, path, inside.scope, inside.problems)
        if len(inside.problems.found) > before:
            return None
        count = value.value if isinstance(value, Expression) else value
        if not isinstance(count, int) or isinstance(count, bool):
            message = f"`repeat` must be a whole number of at least 1, not {shown(raw)}"
            inside.problems.add("MG203", message, path)
        elif not 1 <= count <= MOST_ROUNDS:
            message = f"`repeat` must be from 1 to {MOST_ROUNDS:,}, not {int(count)}"
            inside.problems.add("MG204", message, path)
        else:
            return count
        return None

    def _use(
        self, item: Item, wires: tuple[Wire, ...], inside: Inside, full: str
    ) -> Node | None:
        """Resolve the use of a block."""
        definition = self.blocks[item.type]
        problems = inside.problems
        given = block_arguments(item, definition, inside.scope, problems)
        if item.type in self._open:
            circle = [*self._open[self._open.index(item.type) :], item.type]
            message = f"the block `{item.type}` contains itself"
            notes = (" → ".join(circle),) if len(circle) > 2 else ()
            problems.add("MG223", message, item.type_path, key=True, notes=notes)
            return None
        if len(wires) != len(definition.inputs):
            wanted = listed(definition.inputs)
            message = (
                f"`{item.type}` takes {len(definition.inputs)} inputs, not {len(wires)}"
            )
            help = "" if definition.inputs == (INPUT,) else f"they are {wanted}"
            problems.add("MG314", message, item.type_path, key=True, help=help)
            return None
        values = tuple(wire.value for wire in wires if wire.value is not None)
        if given is None or len(values) < len(wires):
            return None
        concrete = dict(definition.parameters)
        for name, value in given.items():
            plain = value.value if isinstance(value, Expression) else value
            default = definition.parameters[name]
            concrete[name] = type(default)(plain)
        before = len(definition.problems.found)
        resolved = self._block(definition, concrete, values)
        _say_where(definition, before, item, problems)
        if resolved is None:
            return None
        return _used(item, wires, values, given, definition, resolved, inside)


def _used(
    item: Item,
    wires: tuple[Wire, ...],
    values: tuple[Value, ...],
    given: dict[str, Any],
    definition: Definition,
    resolved: Resolved,
    inside: Inside,
) -> Node | None:
    """Make the layer of a block: its results in the words of the class around it."""
    graph, scope = resolved
    names = placeholders(definition, values)
    sizes: dict[str, int] = {
        name: size
        for each, value in zip(names, values, strict=True)
        for name, size in zip(each, value.shape, strict=True)
    }
    known = dict(sizes)
    for name, default in definition.parameters.items():
        value = given.get(name, default)
        value = value.value if isinstance(value, Expression) else value
        if isinstance(value, int) and not isinstance(value, bool):
            known[name] = value
    parts: dict[str, Value] = {}
    try:
        for name in graph.outputs:
            value = graph.value(name)
            shape = tuple(scope.outside(size, known) for size in value.shape)
            part = name if len(graph.outputs) > 1 else ""
            parts[part] = inside.scope.shortened(value._replace(shape=shape))
    except ShapeError as error:
        inside.problems.add(error.code, error.message, item.path, help=error.help)
        return None
    arguments = {name: sizes[name] for name in graph.inferred} | given
    selected = item.options.get("select")
    if selected is not None and selected not in parts:
        gives = listed(parts) if len(parts) > 1 else "one tensor"
        message = f"`{item.type}` has no part `{cut(selected)}`: it gives {gives}"
        inside.problems.add("MG219", message, (*item.path, "select"))
        return None
    if selected:
        parts = {selected: parts[selected], **parts}
    return _container(item, wires, (), graph.value(graph.outputs[0]))._replace(
        maker=Maker(item.type, True, arguments, frozenset(graph.inferred)),
        parts=parts,
        returned=graph.outputs if len(graph.outputs) > 1 else "",
        parameters=graph.total_parameters,
        multiply_adds=graph.total_multiply_adds,
        graph=graph,
    )


def _say_where(
    definition: Definition, before: int, item: Item, problems: Problems
) -> None:
    """Add to the mistakes in a block which use of it makes them."""
    found = definition.problems.found
    note = f"`{definition.name}` is used in line {problems.line(item.path)}"
    for index in range(before, len(found)):
        if note not in found[index].notes:
            found[index] = found[index]._replace(notes=(*found[index].notes, note))


def _container(
    item: Item, wires: tuple[Wire, ...], children: tuple[Node, ...], value: Any
) -> Node:
    """Make a layer that is made of others."""
    return Node(
        name=item.name,
        named=item.named,
        maker=Maker(
            "Sequential" if item.type == SHARE else item.type, False, {}, frozenset()
        ),
        sources=tuple(wire.name for wire in wires),
        call=Call(tuple(range(len(wires)))),
        function=None,
        children=children,
        rounds=(),
        condition=None,
        shared="",
        tied="",
        pointwise=False,
        inputs=tuple(wire.value for wire in wires if wire.value is not None),
        parts={"": value},
        returned="",
        picks={},
        weights={},
        parameters=sum(child.parameters for child in children),
        multiply_adds=sum(child.multiply_adds for child in children),
        graph=None,
        inits={},
        path=item.path,
    )


def _bare(value: Value) -> Value:
    return value._replace(shape=tuple(int(size) for size in value.shape))


def _codes(wire: Wire) -> list[str]:
    from mlpgen.sizes import code_of

    return [code_of(size) for size in wire.value.shape] if wire.value else []


def _each(nodes: Sequence[Node], index: int) -> Node:
    return nodes[min(index, len(nodes) - 1)]


def _leaves(node: Node) -> int:
    """Count the layers that a layer is made of."""
    if node.rounds:
        return sum(int(each.times) * _leaves(each.node) for each in node.rounds)
    inner = node.graph.nodes if node.graph else node.children
    return sum(_leaves(each) for each in inner) if inner else 1


def _mentions_index(raw: Any) -> bool:
    if isinstance(raw, dict):
        return any(_mentions_index(each) for each in raw.values())
    if isinstance(raw, (list, tuple)):
        return any(_mentions_index(each) for each in raw)
    return isinstance(raw, str) and "${" in raw and INDEX in raw


def _raw(items: tuple[Item, ...]) -> list[Any]:
    return [[item.arguments, dict(item.options), _raw(item.children)] for item in items]


def _most_inputs(item: Item, blocks: Mapping[str, Definition]) -> int:
    if item.type in blocks:
        return len(blocks[item.type].inputs)
    cls = layer_class(item.type) if item.type else None
    return cls.arity[1] if cls else 1


def _outputs(definition: Definition, wires: Wires) -> tuple[str, ...]:
    """Find the values that are returned: those named, or the last.

    A name is empty where its value is not known after a mistake.
    """
    found = wires.names()
    if not definition.outputs:
        last = wires.last
        return (last.name if last and last.value is not None else "",)
    names: list[str] = []
    for index, output in enumerate(definition.outputs):
        path = (*definition.path, "outputs", index)
        wire = found.get(output)
        if wire is None or wire.name in definition.inputs:
            help = nearest(output, found)
            message = f"there is no layer `{cut(output)}`"
            if wire is not None:
                message = f"the output `{output}` is only the input"
                help = "name a layer"
            elif "." in output:
                help = "an output is a layer of the model itself; see also `--capture`"
            definition.problems.add("MG212", message, path, help=help)
        elif wire.name in names:
            message = f"`{output}` is an output already"
            definition.problems.add("MG206", message, path)
        names.append(wire.name if wire and wire.value is not None else "")
    return tuple(names)


def _reached(nodes: tuple[Node, ...], outputs: tuple[str, ...]) -> tuple[Node, ...]:
    """Return the layers that an output depends on."""
    wanted = {output.partition(".")[0] for output in outputs}
    kept = []
    for node in reversed(nodes):
        if node.name in wanted or "" in wanted:
            kept.append(node)
            wanted |= {source.partition(".")[0] for source in node.sources}
            wanted |= {node.shared, node.tied} - {""}
    return tuple(reversed(kept))
