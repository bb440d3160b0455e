"""Writes a spec as a person writes it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from mlpgen.functions import FUNCTIONS
from mlpgen.importer.body import UNUSED
from mlpgen.importer.customs import CUSTOM, custom_arguments
from mlpgen.importer.names import (
    Names,
    ends,
    follows,
    input_names,
    inputs_of,
)
from mlpgen.layers import LAYERS
from mlpgen.spec.types import NOT_IN_TORCH, TENSORS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mlpgen.importer.block import Block, Draft
    from mlpgen.importer.body import Body, Entry
    from mlpgen.importer.initial_values import Rules
    from mlpgen.importer.recording import Recording

_LONGEST = 100
"""How long a line with a list of layers may be."""


def spec_text(
    draft: Draft,
    recording: Recording,
    name: str,
    file: str,
    parameters: dict[str, Any],
    init: Rules,
) -> str:
    """Return the text of the spec.

    Args:
        draft: The model and its blocks.
        recording: What was recorded of the author's.
        name: The name of the class.
        file: The name of the files, if it does not follow from that.
        parameters: Those of the class.
        init: The rules for initial values.
    """
    blocks = {block.name: block for block in draft.blocks}
    lines = [f"name: {name}", *([f"file: {file}"] if file else [])]
    description = recording.modules[""].doc
    if description:
        lines.append(f"description: {_quoted(description)}")
    if parameters:
        lines.append(f"parameters: {_flow(parameters)}")
    inputs, named = _inputs(recording, draft.body)
    lines += inputs
    if init:
        lines.append(f"init: {_flow(init)}")
    if blocks:
        lines.append("blocks:")
        for block in draft.blocks:
            lines += _block(block, blocks)
    lines += _class(draft.body, named, blocks, "", numbered=draft.numbered)
    return "\n".join(lines) + "\n"


def _inputs(recording: Recording, body: Body) -> tuple[list[str], tuple[str, ...]]:
    inputs = recording.inputs
    if len(inputs) == 1 and inputs[0].dtype == "float32":
        return [f"input: {_flow([*inputs[0].shape])}"], ("input",)
    names = input_names((each.name for each in inputs), body)
    found = ["input:"] if len(inputs) > 1 else []
    for name, each in zip(names, inputs, strict=True):
        shape = _flow([*each.shape])
        value = (
            shape
            if each.dtype == "float32"
            else f"{{shape: {shape}, dtype: {each.dtype}}}"
        )
        found.append(
            f"  {name}: {value}" if len(inputs) > 1 else f"input: {{{name}: {value}}}"
        )
    return found, names


def _block(block: Block, blocks: Mapping[str, Block]) -> Iterator[str]:
    yield f"  {block.name}:"
    if block.description:
        yield f"    description: {_quoted(block.description)}"
    if block.parameters:
        yield f"    parameters: {_flow(block.parameters)}"
    if block.values:
        yield f"    values: {_flow(block.values)}"
    inputs = inputs_of(block.body)
    if len(inputs) > 1:
        yield f"    input: [{', '.join(inputs)}]"
    yield from _class(block.body, inputs, blocks, "    ", numbered=block.numbered)


def _class(
    body: Body,
    inputs: tuple[str, ...],
    blocks: Mapping[str, Block],
    indent: str,
    *,
    numbered: bool,
) -> Iterator[str]:
    """Write what the model and a block have in common."""
    if numbered:
        yield f"{indent}numbered: true"
    if body.order:
        yield f"{indent}order: {_flow([*body.order])}"
    names = Names(body, inputs, blocks, numbered=numbered)
    if not ends(body):
        outputs = [names.of(source) for source in body.outputs]
        yield f"{indent}outputs: [{', '.join(outputs)}]"
    yield f"{indent}layers:"
    yield from _layers(body, names, blocks, indent + "  ", numbered=numbered)


def _layers(
    body: Body,
    names: Names,
    blocks: Mapping[str, Block],
    indent: str,
    *,
    numbered: bool,
) -> Iterator[str]:
    for index, entry in enumerate(body.entries):
        yield from _entry(index, entry, names, blocks, indent, numbered=numbered)


def _entry(
    index: int,
    entry: Entry,
    names: Names,
    blocks: Mapping[str, Block],
    indent: str,
    *,
    numbered: bool,
) -> Iterator[str]:
    options = dict(_options(index, entry, names, numbered=numbered))
    type_ = _key(entry.type)
    if entry.type == "buffer" and entry.body is not None:
        yield from _buffer(entry, blocks, indent)
    elif entry.body is not None and (
        listed := _listed(entry.body, blocks, _LONGEST - len(f"{indent}- {type_}: "))
    ):
        short = f"{indent}- {_on_one_line(type_, listed, options.items())}"
        if len(short) <= _LONGEST:
            yield short
            return
        yield f"{indent}- {type_}: {listed}"
    elif entry.body is not None:
        yield f"{indent}- {type_}:"
        counts = bool(entry.options.get("numbered"))
        inner = Names(entry.body, ("input",), blocks, numbered=counts)
        deeper = indent + "    "
        yield from _layers(entry.body, inner, blocks, deeper, numbered=counts)
    elif entry.type == "share":
        original = names.names[entry.options["share"]]
        if UNUSED in options:
            yield f"{indent}- {_on_one_line('share', original, options.items())}"
            return
        yield f"{indent}- share: {original}"
    else:
        arguments = _needed_arguments(entry, blocks)
        if entry.type == CUSTOM:
            arguments = custom_arguments(arguments)
        if index in names.parts:
            arguments["names"] = [*names.parts[index]]
        value = _value(entry.type, arguments, blocks)
        short = f"{indent}- {_on_one_line(type_, value, options.items())}"
        flat = entry.type in FUNCTIONS or not value.startswith("{")
        if flat and len(short) <= _LONGEST:
            yield short
            return
        tail = f": {value}" if value else (":" if options else "")
        if entry.type == CUSTOM and len(f"{indent}- {type_}{tail}") > _LONGEST:
            yield f"{indent}- {type_}:"
            yield from (f"{indent}    {k}: {_flow(v)}" for k, v in arguments.items())
        else:
            yield f"{indent}- {type_}{tail}"
    for key, value in options.items():
        yield f"{indent}  {key}: {value}"


def _on_one_line(type_: str, value: str, options: Iterable[tuple[str, str]]) -> str:
    """Write a function or a layer as it is called, with its sources and name beside."""
    call = f"{type_}: {value}" if value else type_
    rest = "".join(f", {key}: {text}" for key, text in options)
    return f"{{{call}{rest}}}" if rest else call


def _listed(body: Body, blocks: Mapping[str, Block], most: int) -> str:
    """Return a few layers without names as a list; empty if it is too long."""
    found = []
    for index, entry in enumerate(body.entries):
        plain = entry.body is None and entry.type not in ("share", "buffer", CUSTOM)
        unnamed = not entry.key or entry.name == str(index)
        if not plain or not unnamed or entry.options or not follows(body, index):
            return ""
        value = _value(entry.type, _needed_arguments(entry, blocks), blocks)
        type_ = _key(entry.type)
        found.append(f"{{{type_}: {value}}}" if value else type_)
    text = f"[{', '.join(found)}]"
    return text if len(text) <= most else ""


def _buffer(entry: Entry, blocks: Mapping[str, Block], indent: str) -> Iterator[str]:
    """Write a buffer with the functions that compute it, each on one line."""
    assert entry.body is not None
    names = Names(entry.body, (), blocks, numbered=False)
    lines = []
    for index, each in enumerate(entry.body.entries):
        value = _value(each.type, dict(each.arguments), blocks)
        options = _options(index, each, names, numbered=False)
        text = _on_one_line(each.type, value, options)
        lines.append(f"{{{text}}}" if text == f"{each.type}: {value}" else text)
    others = _flow(entry.arguments)[1:-1]
    short = f"{indent}- buffer: {{layers: [{', '.join(lines)}]{', ' * bool(others)}"
    if len(short) + len(others) < _LONGEST:
        yield f"{short}{others}}}"
        return
    yield f"{indent}- buffer:"
    for key, value in entry.arguments.items():
        yield f"{indent}    {key}: {_flow(value)}"
    yield from _filled(lines, f"{indent}    layers: [", f"{indent}      ")


def _filled(words: list[str], begin: str, indent: str) -> Iterator[str]:
    """Write a list on as few lines as it needs."""
    line = begin
    for at, word in enumerate(words):
        text = word + ("]" if at == len(words) - 1 else ",")
        if len(line) + len(text) + 1 > _LONGEST and line != begin:
            yield line
            line = f"{indent}{text}"
        else:
            line += text if line == begin else f" {text}"
    yield line


def _needed_arguments(entry: Entry, blocks: Mapping[str, Block]) -> dict[str, Any]:
    """Leave out what a block has by default in most of its uses."""
    block = blocks.get(entry.type)
    if block is None:
        return dict(entry.arguments)
    return {
        name: value
        for name, value in entry.arguments.items()
        if value != block.parameters[name] or name not in block.usual
    }


def _options(
    index: int, entry: Entry, names: Names, *, numbered: bool
) -> Iterator[tuple[str, str]]:
    if index in names.written and not (numbered and entry.name.isdigit() and entry.key):
        yield "name", names.names[index]
    if not follows(names.body, index):
        sources = [names.of(source) for source in entry.sources]
        joins = entry.type in ("cat", "stack")
        text = (
            sources[0] if len(sources) == 1 and not joins else f"[{', '.join(sources)}]"
        )
        yield "from", text
    for key in ("repeat", "names", "batch_dims", "numbered", "when", "init", UNUSED):
        if key in entry.options:
            yield key, _flow(entry.options[key])
    share = entry.options.get("share_weights")
    if share:
        yield "share", share


def _key(type_: str) -> str:
    return f'"{type_}"' if type_.startswith("${") else type_


def _value(type_: str, arguments: dict[str, Any], blocks: Mapping[str, Block]) -> str:
    """Return what stands behind the type."""
    if not arguments:
        return ""
    if len(arguments) == 1:
        ((name, value),) = arguments.items()
        if name == _shorthand(type_, blocks) and not isinstance(value, dict):
            return _flow(value)
    return _flow(arguments)


def _shorthand(type_: str, blocks: Mapping[str, Block]) -> str | None:
    if type_ in blocks:
        return next(iter(blocks[type_].parameters), None)
    for catalogue in (LAYERS, FUNCTIONS, TENSORS, NOT_IN_TORCH):
        if type_ in catalogue:
            return catalogue[type_].shorthand()
    return None


def _flow(value: Any) -> str:
    """Write a value on one line."""
    if isinstance(value, dict):
        return (
            "{"
            + ", ".join(f"{key}: {_flow(each)}" for key, each in value.items())
            + "}"
        )
    if isinstance(value, list):
        return "[" + ", ".join(_flow(each) for each in value) + "]"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _float(value)
    return str(value) if isinstance(value, int) else _string(str(value))


def _float(value: float) -> str:
    text = repr(value)
    if text in ("inf", "-inf", "nan"):
        return text.replace("inf", ".inf").replace("nan", ".nan")
    mantissa, exponent, power = text.partition("e")
    if exponent and "." not in mantissa:
        return f"{mantissa}.0e{power}"
    return text


def _string(value: str) -> str:
    plain = re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*(/\w+)*(\.py)?", value, re.ASCII)
    words = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
    return value if plain and value.lower() not in words else json.dumps(value)


def _quoted(text: str) -> str:
    safe = re.fullmatch(r"[A-Za-z][^:#{}\[\]\"'`&*!|>%@]*", text)
    return (
        text
        if safe and not text.endswith(" ")
        else json.dumps(text, ensure_ascii=False)
    )
