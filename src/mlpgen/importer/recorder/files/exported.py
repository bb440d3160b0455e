"""Reads a `.pt2` of `torch.export.save`."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.export.graph_signature import InputKind
from torch.utils import _pytree as pytree

from mlpgen.importer.recorder.files.graph import Graph, Name, Operation, Scope
from mlpgen.importer.recorder.files.operators import DROPPED, function_of
from mlpgen.importer.recorder.places import CannotSayError
from mlpgen.importer.recorder.target import TargetError, in_words
from mlpgen.importer.recording import Place

_FRAME = re.compile(r'File "([^"]+)", line (\d+), in \w+')


class Exported(NamedTuple):
    """What a file has.

    Attributes:
        graph: The model.
        example: The inputs that it was exported with, by name.
        returned: What it returns for them.
    """

    graph: Graph
    example: dict[str, Tensor]
    returned: Any


def read_exported(file: str) -> Exported:
    """Read a file.

    Raises:
        TargetError: It is not there, or has no program.
        CannotSayError: It has an operator that torch has no function for.
    """
    try:
        program = torch.export.load(file)
    except Exception as error:  # what a file can be wrong in has no common class
        why = in_words(error, 200)
        message = f"`{file}` is no file of torch.export.save: {why}"
        raise TargetError(message) from None
    if program.example_inputs is None:
        raise TargetError(f"`{file}` has no example inputs: export it with some")
    args, kwargs = program.example_inputs
    flat = pytree.tree_leaves((args, kwargs))
    if not flat:
        raise TargetError(f"`{file}` takes no inputs: a spec needs one")
    if not all(isinstance(each, Tensor) for each in flat):
        raise TargetError(f"`{file}` takes inputs that are no tensors")
    graph = _graph(program)
    example = dict(zip(map(str, graph.inputs), flat, strict=True))
    with torch.no_grad():
        returned = program.module()(*args, **kwargs)
    return Exported(graph, example, returned)


def _graph(program: Any) -> Graph:
    tensors: dict[Name, Tensor] = {}
    keys: dict[Name, str] = {}
    transient: set[str] = set()
    inputs: list[Name] = []
    shapes: dict[str, tuple[int, ...]] = {}
    for spec in program.graph_signature.input_specs:
        name = Name(spec.arg.name)
        if spec.kind is InputKind.USER_INPUT:
            inputs.append(name)
            continue
        persistent = spec.kind is InputKind.PARAMETER or spec.persistent
        source = program.state_dict if persistent else program.constants
        tensors[name], keys[name] = source[spec.target], spec.target
        if spec.kind is not InputKind.PARAMETER and not persistent:
            transient.add(spec.target)
    operations: list[Operation] = []
    outputs: Any = None
    type_ = ""
    for node in program.graph.nodes:
        value = node.meta.get("val")
        if isinstance(value, Tensor):
            shapes[node.name] = tuple(_number(size) for size in value.shape)
        if node.op == "output":
            outputs = tuple(_encoded(each) for each in node.args[0])
        elif node.op == "call_function":
            found = _operation(node)
            if found is not None:
                operations.append(found)
            stack = [*(node.meta.get("nn_module_stack") or {}).values()]
            if len(stack) and stack[0][0] == "":
                type_ = type_ or stack[0][1]
    user = [
        each
        for each, spec in zip(
            outputs, program.graph_signature.output_specs, strict=True
        )
        if spec.kind.name == "USER_OUTPUT"
    ]
    returned = pytree.tree_unflatten(user, program.call_spec.out_spec)
    first = shapes.get(inputs[0], ()) if inputs else ()
    value = next(n for n in program.graph.nodes if n.name == inputs[0]).meta["val"]
    fixed = isinstance(value.shape[0], int) if len(value.shape) else False
    return Graph(
        type_ or "Model",
        (*operations,),
        (*inputs,),
        returned,
        tensors,
        keys,
        frozenset(transient),
        shapes,
        first[0] if fixed else 0,
    )


def _number(size: Any) -> int:
    """Return a size; one that is open is the one of the example."""
    return size if isinstance(size, int) else int(size.node.hint or 2)


def _operation(node: Any) -> Operation | None:
    place = _place(node.meta.get("stack_trace") or "")
    target = node.target
    stack = node.meta.get("nn_module_stack") or {}
    scopes = tuple(
        Scope(path.partition("@")[0], type_, f"{key}{path}".partition("@")[2])
        for key, (path, type_) in stack.items()
        if path and "_empty" not in path
    )
    args, kwargs = _encoded(node.args), _encoded(node.kwargs)
    name = Name(node.name)
    if not isinstance(target, torch._ops.OpOverload):
        if getattr(target, "__module__", "") in ("_operator", "math", "builtins"):
            return Operation(target, args, kwargs, name, scopes, place, target.__name__)
        raise CannotSayError(f"the file has `{target}`", place)
    kind = target._schema.name.rpartition("::")[2]
    if kind in DROPPED:
        return None
    names = [each.name for each in target._schema.arguments]
    defaults = {
        each.name: each.default_value
        for each in target._schema.arguments
        if each.has_default_value()
    }
    given = {**defaults, **dict(zip(names, args, strict=False)), **kwargs}
    found = function_of(kind, args, kwargs, given)
    if found is None:
        raise CannotSayError(f"the file has `{target}`", place)
    function, args, kwargs = found
    return Operation(function, args, kwargs, name, scopes, place, kind, given)


def _encoded(value: Any) -> Any:
    """Put names in the place of nodes."""
    if isinstance(value, torch.fx.Node):
        return Name(value.name)
    if isinstance(value, dict):
        return {key: _encoded(each) for key, each in value.items()}
    if isinstance(value, tuple):
        return tuple(_encoded(each) for each in value)
    if isinstance(value, list):
        return [_encoded(each) for each in value]
    return value


def _place(trace: str) -> Place:
    """Return the author's line of a trace."""
    frames = [each for each in _FRAME.findall(trace) if "/torch/" not in each[0]]
    return Place(frames[-1][0], int(frames[-1][1])) if frames else Place("", 0)
