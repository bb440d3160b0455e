"""The entries of a spec as written, for the interpreter of the checks.

They contain nothing that mlpgen resolved: only names, arguments and expressions. The
interpreter works out the rest by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

from mlpgen.graph.blocks.definitions import read_blocks, read_model, shapes_of
from mlpgen.graph.blocks.include import included
from mlpgen.layers import LAYERS
from mlpgen.layers.functional import module_of
from mlpgen.spec.entries import ENTRY_KEYS
from mlpgen.spec.models import read_spec
from mlpgen.spec.problems import Problems
from mlpgen.spec.types import (
    CUSTOM,
    FUNCTIONAL,
    SHARE,
    TENSORS,
    is_function,
    layer_class,
)

if TYPE_CHECKING:
    from mlpgen.api import Network
    from mlpgen.graph.blocks.definitions import Definition
    from mlpgen.spec.entries import Entry


class EntryData(TypedDict):
    """One entry of a list of layers.

    Keys:
        name: Its name, generated if the author gave none.
        type: `Linear`, `add`, a block.
        kind: `module`, `function`, `tensor`, `block`, `Sequential`, `custom`, `share`,
            or `variable` if its type is a parameter.
        arguments: Its arguments by name, as written. A single value of a `variable` has
            no name, since that depends on the type.
        sources: What `from` names; None without it.
        options: `repeat`, `names`, `when`, `else`, `select`, `share`, `init`,
            `parametrize`, `numbered` and `batch_dims`, if given.
        layers: The entries of a `Sequential`.
    """

    name: str
    type: str
    kind: str
    arguments: dict[str, Any]
    sources: list[str] | None
    options: dict[str, Any]
    layers: list[EntryData]


class ClassData(TypedDict):
    """The model or a block.

    Keys:
        parameters: Its parameters with their defaults.
        values: Its local values, as written.
        inputs: The names of its inputs.
        layers: Its entries, in order.
        outputs: The names of its outputs; empty for the last layer.
        order: The names of the layers that are made first.
        numbered: Whether the keys of its layers are numbers.
        joins: Whether its first layer joins any number of inputs.
    """

    parameters: dict[str, Any]
    values: dict[str, Any]
    inputs: list[str]
    layers: list[EntryData]
    outputs: list[str]
    order: list[str]
    numbered: bool
    joins: bool


class SpecEntries(TypedDict):
    """A spec as written.

    Keys:
        model: The model.
        shapes: The shapes of its inputs, with the names of free sizes.
        blocks: The blocks.
        rules: The top-level `init`, by layer type and parameter name.
        first: The argument that a single value stands for, by type, if an entry of a
            type that is a parameter has one.
    """

    model: ClassData
    shapes: list[list[int | str]]
    blocks: dict[str, ClassData]
    rules: dict[str, Any]
    first: dict[str, str]


def spec_entries(network: Network) -> SpecEntries:
    """Read the entries of a spec that has no mistakes."""
    problems = Problems(network.document)
    spec = read_spec(problems)
    files = included(spec.blocks, problems)
    model = read_model(spec, network.graph.parameters, files, problems)
    blocks = read_blocks(spec, files)
    classes = (model, *blocks.values())
    return {
        "model": _class(model, blocks),
        "shapes": [[*shape] for _, shape, _ in shapes_of(spec.input)],
        "blocks": {name: _class(each, blocks) for name, each in blocks.items()},
        "rules": dict(spec.init or {}),
        "first": _first(blocks) if any(map(_has_value, classes)) else {},
    }


def _has_value(definition: Definition) -> bool:
    """Tell whether a layer whose type is a parameter has a single value."""
    waiting = [*definition.entries]
    while waiting:
        entry = waiting.pop()
        waiting += entry.children
        if entry.variable and entry.shorthand is not None:
            return True
    return False


def _first(blocks: dict[str, Definition]) -> dict[str, str]:
    layers = {name: LAYERS[name].shorthand() for name in LAYERS}
    every = {**layers, **{n: next(iter(b.parameters), None) for n, b in blocks.items()}}
    return {name: first for name, first in every.items() if first is not None}


def _class(definition: Definition, blocks: dict[str, Definition]) -> ClassData:
    return {
        "parameters": dict(definition.parameters),
        "values": dict(definition.values),
        "inputs": [*definition.inputs],
        "layers": [_entry(entry, blocks) for entry in definition.entries],
        "outputs": [*definition.outputs],
        "order": [*definition.order],
        "numbered": definition.numbered,
        "joins": definition.joins,
    }


def _entry(entry: Entry, blocks: dict[str, Definition]) -> EntryData:
    wanted = {*ENTRY_KEYS} - {"name", "from"}
    options = {k: v for k, v in entry.options.items() if k in wanted}
    arguments = dict(entry.arguments)
    if entry.type in TENSORS and "init" in arguments:
        options["init"] = arguments.pop("init")
    return {
        "name": entry.name,
        "type": module_of(entry.type) if entry.type in FUNCTIONAL else entry.type,
        "kind": "variable" if entry.variable else _kind(entry.type, blocks),
        "arguments": arguments,
        "sources": _sources(entry, blocks),
        "options": options,
        "layers": [_entry(each, blocks) for each in entry.children],
    }


def _sources(entry: Entry, blocks: dict[str, Definition]) -> list[str] | None:
    """Return the names in `from`; none for what takes nothing."""
    if entry.sources is not None:
        return [*entry.sources]
    cls = layer_class(entry.type) if is_function(entry.type) else None
    block = blocks.get(entry.type)
    none = (cls and not cls.arity[1]) or (block and not block.inputs)
    return [] if none else None


def _kind(type_: str, blocks: dict[str, Definition]) -> str:
    if type_ in blocks:
        return "block"
    if type_ in TENSORS:
        return "tensor"
    if type_ in ("Sequential", CUSTOM, SHARE):
        return type_
    return "function" if is_function(type_) else "module"
