"""The pass that reads the definitions of the model and its blocks."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import ValidationError

from mlpgen.graph.blocks.any_inputs import MOST, joins, with_joined
from mlpgen.graph.blocks.without_inputs import without_inputs
from mlpgen.graph.checks.entry_keys import understood
from mlpgen.graph.checks.order import read_order
from mlpgen.graph.free_sizes import with_examples
from mlpgen.graph.layer_names import name_entries
from mlpgen.layers.base import MOST_VALUES, Value
from mlpgen.names.identifiers import (
    camel_case,
    wrong_class_name,
    wrong_input,
    wrong_parameter,
)
from mlpgen.spec.entries import EntryReader
from mlpgen.spec.models import Block, check_list
from mlpgen.spec.type_parameters import read_types
from mlpgen.spec.types import layer_class, taken_by
from mlpgen.spec.wording import cut
from mlpgen.symbols.expressions import names_in_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from mlpgen.graph.blocks.include import Included
    from mlpgen.layers.base import Shape
    from mlpgen.source import Path
    from mlpgen.spec.entries import Entry
    from mlpgen.spec.inputs import Input
    from mlpgen.spec.models import Spec
    from mlpgen.spec.problems import Problems
    from mlpgen.symbols.type_names import ParameterValue

INPUT = "input"
"""The name of a single input in `from`."""
SIZE_WORDS = ("features", "channels", "height", "width", "depth")
"""The last words of the names of sizes of inputs."""


class Definition(NamedTuple):
    """One class as written in the spec: the model or a block.

    Attributes:
        name: The class.
        description: The author's sentence, or an empty text.
        parameters: The parameters with their defaults.
        values: The local values, as written.
        inputs: The names of the inputs.
        entries: The layers, with their names.
        outputs: The names in `outputs`, if given.
        names: The names in its expressions.
        path: Its path in the spec; empty for the model.
        stem: The file of the model, without `.py`; empty for a block.
        problems: Collects the mistakes of its file.
        order: The names in `order`, if given.
        numbered: Whether the keys of its layers are numbers.
        joins: Whether it takes any number of tensors, which its first layer joins.
        joined: What that layer returns in one use; None before.
    """

    name: str
    description: str
    parameters: dict[str, ParameterValue]
    values: dict[str, Any]
    inputs: tuple[str, ...]
    entries: tuple[Entry, ...]
    outputs: tuple[str, ...]
    names: frozenset[str]
    path: Path
    stem: str
    problems: Problems
    order: tuple[str, ...] = ()
    numbered: bool = False
    joins: bool = False
    joined: Value | None = None


def read_model(
    spec: Spec,
    parameters: dict[str, ParameterValue],
    files: Sequence[Included],
    problems: Problems,
) -> Definition:
    """Read the definition of the model."""
    every = {name: raw for file in files for name, raw in file.blocks.items()}
    several = isinstance(spec.input, dict)
    inputs = tuple(str(name) for name in spec.input) if several else (INPUT,)
    if several:
        _check_names(inputs, "input", ("input",), problems, key=True)
    _check_values(spec.values, (), parameters, (), problems)
    reader = EntryReader(_parameters_of(every), problems)
    taken = {name: ("input", name) if several else ("input",) for name in inputs}
    entries = name_entries(reader.read(spec.layers, ("layers",)), problems, taken)
    entries = understood(entries, problems, numbered=spec.numbered)
    return Definition(
        name=spec.name,
        description=spec.description,
        parameters=parameters,
        values=dict(spec.values),
        inputs=inputs,
        entries=entries,
        outputs=tuple(spec.outputs),
        names=names_in_text([spec.layers, spec.values]),
        path=(),
        stem=spec.stem,
        problems=problems,
        order=read_order(spec, entries, (), problems),
        numbered=spec.numbered,
    )


def read_inputs(spec: Spec, problems: Problems) -> tuple[Value | None, ...]:
    """Read the inputs of the model; None for each with a mistake."""
    found = []
    for name, shape, dtype in shapes_of(spec.input):
        path: Path = ("input", name) if name else ("input",)
        sizes = with_examples(shape, spec.sizes)
        found.append(_value(sizes, dtype, path, problems))
    return tuple(found)


def shapes_of(
    given: list[int | str] | Mapping[str, list[int | str] | Input],
) -> Iterator[tuple[str, list[int | str], str]]:
    """Yield the name (empty for a single one), shape and type of each input."""
    inputs = {"": given} if isinstance(given, list) else given
    for name, each in inputs.items():
        if isinstance(each, list):
            yield name, each, "float32"
        else:
            yield name, each.shape, each.dtype


def _value(
    shape: Shape | None, dtype: str, path: Path, problems: Problems
) -> Value | None:
    if shape is None:
        return None
    if prod(map(int, shape)) > MOST_VALUES:
        message = f"`{path[-1]}` has more than 2**40 values"
        problems.add("MG312", message, path)
        return None
    return Value(shape, dtype)


def read_blocks(spec: Spec, files: Sequence[Included]) -> dict[str, Definition]:
    """Read the definitions of the blocks, except those with mistakes.

    Args:
        spec: The spec.
        files: Its blocks, and those of the files that it includes.
    """
    found: dict[str, Definition] = {}
    every = {name: raw for file in files for name, raw in file.blocks.items()}
    names = _parameters_of(every)
    for name, raw, problems in (
        (name, raw, file.problems)
        for file in files
        for name, raw in file.blocks.items()
    ):
        path = ("blocks", name)
        if name in found:
            other = found[name].problems.document.name
            message = f"there is already a block `{cut(name)}`, in `{other}`"
            problems.add("MG206", message, path, key=True)
            continue
        reason = taken_by(name) or wrong_class_name(name)
        if not reason and name == spec.name:
            reason = "it is the name of the model"
        if reason:
            message = f"the string `{cut(name)}` cannot be a block: {reason}"
            meant = camel_case(name)
            help = f"did you mean `{meant}`?" if meant not in ("", name) else ""
            if name in Block.model_fields:
                message = f"`{name}` belongs inside a block, not next to it"
                help = "indent it below the name of its block"
            problems.add("MG205", message, path, key=True, help=help)
            continue
        block = _read_block(name, raw, path, every, problems)
        if block is None:
            continue
        inputs = tuple(block.input) or (INPUT,)
        if block.input:
            _check_names(inputs, "input", (*path, "input"), problems)
        at = (*path, "parameters")
        lists = block.parameters.items()
        right = [check_list(value, (*at, each), problems) for each, value in lists]
        _check_names(tuple(block.parameters), "parameter", at, problems, key=True)
        _check_values(block.values, path, block.parameters, inputs, problems)
        if not all(right):
            continue  # its uses cannot be checked
        entries = EntryReader(names, problems).read(block.layers, (*path, "layers"))
        taken = {each: (*path, "input", at) for at, each in enumerate(inputs)}
        entries = name_entries(entries, problems, taken)
        any_number = not block.input and joins(entries)
        if any_number:
            entries = with_joined(entries, INPUT, path, problems)
        entries = understood(entries, problems, numbered=block.numbered)
        found[name] = Definition(
            name=name,
            description=block.description,
            parameters=read_types(block.parameters, at, every, problems),
            values=dict(block.values),
            inputs=inputs,
            entries=entries,
            outputs=tuple(block.outputs),
            names=names_in_text([block.layers, block.values]),
            path=path,
            stem="",
            problems=problems,
            order=read_order(block, entries, path, problems),
            numbered=block.numbered,
            joins=any_number,
        )
    plain = {name: e.entries for name, e in found.items() if e.inputs == (INPUT,)}
    for name in without_inputs(plain, INPUT):
        found[name] = found[name]._replace(inputs=())
    return found


def _check_values(
    values: Iterable[str],
    path: Path,
    parameters: Collection[str],
    inputs: Sequence[str],
    problems: Problems,
) -> None:
    """Check the names of local values.

    Args:
        values: The names.
        path: The path of the class.
        parameters: The parameters of the class.
        inputs: The inputs of a block, whose sizes have names.
        problems: Collects mistakes.
    """
    for name in values:
        at = (*path, "values", name)
        reason = wrong_parameter(name)
        begin, _, size = name.rpartition("_")
        if reason:
            message = f"the string `{cut(name)}` cannot be a value: {reason}"
            problems.add("MG205", message, at, key=True)
        elif name in parameters:
            message = f"the name `{name}` is taken by a parameter"
            there = (*path, "parameters", name)
            labels = (problems.label("this parameter", there, key=True),)
            problems.add("MG206", message, at, key=True, labels=labels)
        elif inputs and size in SIZE_WORDS and begin in ("in", *inputs[1:]):
            message = f"`{name}` is the name of a size of the input"
            problems.add("MG206", message, at, key=True)


def _parameters_of(blocks: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    found = {}
    for name, raw in blocks.items():
        parameters = raw.get("parameters") if isinstance(raw, dict) else None
        found[name] = tuple(parameters) if isinstance(parameters, dict) else ()
    return found


def _read_block(
    name: str, raw: Any, path: Path, beside: Mapping[str, Any], problems: Problems
) -> Block | None:
    if raw is None and beside.keys() & Block.model_fields.keys():
        return None  # its content is not indented, which is reported there
    if not isinstance(raw, dict):
        message = f"the block `{name}` must be a mapping with `layers`"
        help = "put `layers:` before the list" if isinstance(raw, list) else ""
        problems.add("MG203", message, path, key=True, help=help)
        return None
    try:
        return Block.model_validate(raw)
    except ValidationError as error:
        problems.add_invalid(error, Block, f"block {name}", path, raw)
        return None


def most_inputs(entry: Entry, blocks: Mapping[str, Definition]) -> int:
    """Return the largest number of inputs that an entry of its type can have."""
    if entry.type in blocks:
        block = blocks[entry.type]
        return MOST if block.joins else len(block.inputs)
    cls = layer_class(entry.type) if entry.type else None
    return cls.arity[1] if cls else 1


def _check_names(
    names: Iterable[str],
    kind: str,
    path: Path,
    problems: Problems,
    *,
    key: bool = False,
) -> None:
    before: set[str] = set()
    for index, name in enumerate(names):
        at = (*path, name if key else index)
        wrong = wrong_parameter if kind == "parameter" else wrong_input
        reason = (
            wrong(name) if name != INPUT else f"`{INPUT}` is the name of a single input"
        )
        if reason:
            message = f"the string `{cut(name)}` cannot be the name of an {kind}"
            if kind == "parameter":
                message = f"the string `{cut(name)}` cannot be a parameter"
            problems.add("MG205", f"{message}: {reason}", at, key=key)
        elif name in before:
            problems.add("MG206", f"the name `{name}` is taken", at, key=key)
        before.add(name)
