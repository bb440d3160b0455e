"""The arguments of blocks: given ones, and sizes inferred from the inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mlpgen.diagnostics.advice import Advice, Unset
from mlpgen.graph.arguments import evaluated
from mlpgen.graph.arguments import plain as plain_value
from mlpgen.graph.blocks.definitions import INPUT
from mlpgen.spec.type_parameters import read_type, similar_type
from mlpgen.spec.wording import cut, kind_of, listed, nearest, shown
from mlpgen.spec.wording import plain as bare
from mlpgen.symbols.agreements import agree, noting
from mlpgen.symbols.expressions import Expression, is_whole, value_of
from mlpgen.symbols.lists import fits
from mlpgen.symbols.type_names import TypeName, is_type_text

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from mlpgen.diagnostics.diagnostic import Place
    from mlpgen.graph.blocks.definitions import Definition
    from mlpgen.graph.nodes import Graph
    from mlpgen.graph.scope import Scope
    from mlpgen.layers.base import Values
    from mlpgen.spec.entries import Entry
    from mlpgen.spec.problems import Problems
    from mlpgen.symbols.type_names import ParameterValue

_SIZES = {
    1: ("features",),
    2: ("channels", "features"),
    3: ("channels", "height", "width"),
    4: ("channels", "depth", "height", "width"),
}
"""The names of the dimensions of an example, by their number."""
_LAST = "features"
"""An alternative name of the last dimension."""


class Use(NamedTuple):
    """One use of a block.

    Attributes:
        graph: The class as this use has it.
        sizes: The named sizes of its inputs, with their values.
        direct: Those that are arguments of a layer unchanged.
        place: Where the first such use is written.
        values: The parameters that its expressions can use, with their values.
        tried: Whether it is only used in layers that are left out.
    """

    graph: Graph
    sizes: Mapping[str, ParameterValue]
    direct: frozenset[str]
    place: Place
    values: Mapping[str, ParameterValue]
    tried: bool = False


def placeholders(definition: Definition, inputs: Values) -> list[tuple[str, ...]]:
    """Name the sizes of the inputs: `in_channels`, `in_height`, `in_width`.

    The last one is `in_features` in a block whose expressions use that name, as those
    with channels last do. A parameter of such a name is that size.
    """
    found = []
    for index, (name, value) in enumerate(zip(definition.inputs, inputs, strict=False)):
        begin = "in" if index == 0 or name == INPUT else name
        rank = len(value.shape)
        words = _SIZES.get(rank, tuple(f"size_{number}" for number in range(rank)))
        last = f"{begin}_{_LAST}"
        if rank and last in definition.names:
            words = (*words[:-1], _LAST)
        found.append(tuple(f"{begin}_{word}" for word in words))
    return found


def sizes_in(definition: Definition, inputs: Values) -> dict[str, int]:
    """Return the sizes of the inputs by name."""
    return {
        name: size
        for each, value in zip(placeholders(definition, inputs), inputs, strict=True)
        for name, size in zip(each, value.shape, strict=True)
    }


def without_sizes(
    entry: Entry,
    given: dict[str, Any],
    sizes: Mapping[str, int],
    scope: Scope,
    problems: Problems,
) -> dict[str, Any] | None:
    """Remove arguments that are input sizes; they must have the same value.

    Returns:
        None if a value differs.
    """
    mark = problems.mark()
    for name, value in given.items():
        if name not in sizes:
            continue
        said = value_of(value)
        with noting() as agreements:
            right = isinstance(said, int) and agree(said, sizes[name])
        scope.note(agreements, entry.path)
        if not right:
            message = f"`{name}` is {int(said)}, but the input has {int(sizes[name])}"
            text = f"leave `{name}` out: it follows from the input"
            help = Advice(text, Unset(name), entry.type_path)
            path = entry.argument_path(name)
            problems.add("MG301", message, path, help=help)
    if mark.failed:
        return None
    return {name: value for name, value in given.items() if name not in sizes}


def block_arguments(
    entry: Entry,
    definition: Definition,
    blocks: Collection[str],
    scope: Scope,
    problems: Problems,
) -> dict[str, Any] | None:
    """Read the arguments of a use of a block, in the order of its parameters.

    Args:
        entry: The use.
        definition: The block.
        blocks: The names of all blocks, of which a parameter may be one.
        scope: The scope of the class that uses it.
        problems: Collects mistakes.

    Returns:
        None after a mistake.
    """
    mark = problems.mark()
    found: dict[str, Any] = {}
    for name, raw in entry.arguments.items():
        path = entry.argument_path(name)
        if name not in definition.parameters:
            message = f"`{entry.type}` has no argument `{cut(str(name))}`"
            help = _takes(str(name), definition)
            problems.add("MG201", message, path, key=True, help=help)
            continue
        value = evaluated(raw, path, scope, problems, lists=True)
        default = definition.parameters[name]
        if isinstance(default, TypeName) and is_type_text(raw):
            value = read_type(raw, path, blocks, problems)
        plain = plain_value(value) if isinstance(value, list) else value_of(value)
        if not mark.failed and not fits(plain, default):
            message = (
                f"`{name}` must be {kind_of(default)} like its default "
                f"{_bare(default)}, not {shown(plain)}"
            )
            help = problems.help_for(plain)
            if isinstance(default, TypeName):
                help = help or similar_type(raw)
            if isinstance(raw, list) and entry.shorthand and len(raw) > 1:
                help = f"name them: {_named(raw, definition)}"
            problems.add("MG203", message, path, help=help)
        elif isinstance(raw, list) and entry.shorthand:
            message = f"a list is given by name, as `{name}` of `{entry.type}`"
            help = f"write `{entry.type}: {{{name}: {bare(raw)}}}`"
            problems.add("MG203", message, path, help=help)
        found[name] = plain if isinstance(plain, int) and _sized(value) else value
        if isinstance(value, list):
            found[name] = _items(value)
    if mark.failed:
        return None
    return {name: found[name] for name in definition.parameters if name in found}


def _bare(default: ParameterValue) -> str:
    return f"`{default}`" if isinstance(default, TypeName) else shown(default)


def _items(value: Any) -> Any:
    """Return a list as a tuple in which whole numbers are sizes."""
    if isinstance(value, list):
        return tuple(map(_items, value))
    whole = isinstance(value, Expression) and is_whole(value.value)
    return value.value if whole else value


def _takes(name: str, definition: Definition) -> str:
    """Suggest what to write instead of an unknown argument."""
    if name in definition.inputs:
        order = ", ".join(definition.inputs)
        return f"it is an input: `from` lists the inputs, in the order {order}"
    if not definition.parameters:
        return "the block has no `parameters`"
    takes = f"it takes {listed(definition.parameters)}"
    return nearest(name, definition.parameters) or takes


def _named(values: list[Any], definition: Definition) -> str:
    pairs = zip(definition.parameters, values, strict=False)
    return f"`{{{', '.join(f'{name}: {value}' for name, value in pairs)}}}`"


def _sized(value: Any) -> bool:
    return not isinstance(value, Expression) or not isinstance(value.value, bool)


def written_as_numbers(
    uses: Mapping[str, Sequence[Use]], changing: Collection[tuple[str, str]]
) -> dict[str, frozenset[str]]:
    """Return the sizes that need not be arguments of a block, since they never differ.

    Sizes that are arguments of a layer unchanged, as `in_channels`, stay arguments.
    """
    found = {}
    for name, every in uses.items():
        values: dict[str, set[ParameterValue]] = {}
        direct: set[str] = set()
        for use in every:
            direct |= use.direct
            for size, value in use.sizes.items():
                values.setdefault(size, set()).add(value)
        needed = {each for use in every for each in use.graph.inferred}
        found[name] = frozenset(
            size
            for size in needed - direct
            if len(values[size]) == 1 and (name, size) not in changing
        )
    return found
