"""Describes the modules of a model: classes, arguments, members."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from torch import nn

from mlpgen.importer.recorder.customs import arguments_of, file_of
from mlpgen.importer.recorder.descriptions import description
from mlpgen.importer.recorder.formulas import equal_rows, numbers_of
from mlpgen.importer.recorder.initial_values import usual
from mlpgen.importer.recorder.leaves import base_type, leaf_arguments, leaf_type
from mlpgen.importer.recorder.structures import python_number
from mlpgen.importer.recording import Member, Module, Place, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from torch import Tensor

    from mlpgen.importer.recorder.constructors import Given
    from mlpgen.importer.recorder.initial_values import InitialValues


def described(
    model: nn.Module,
    given: Given,
    values: InitialValues,
    kept: frozenset[str] = frozenset(),
) -> dict[str, Module]:
    """Describe all modules by path; what a layer contains is left out.

    Args:
        model: The model.
        given: What the constructors were given.
        values: How parameters got their values.
        kept: The paths of modules whose classes stay the author's.
    """
    found: dict[str, Module] = {}
    _describe(model, "", _Known(given, kept, {}), found)
    first: dict[nn.Module, str] = {}
    for path, each in model.named_modules(remove_duplicate=False):
        first.setdefault(each, path)
    return {
        path: module._replace(
            members=_with_values(owner := model.get_submodule(path), module, values),
            same="" if first[owner] == path else first[owner],
            buffered=module.leaf and any(_kept_buffers(owner)),
        )
        for path, module in found.items()
    }


def _kept_buffers(module: nn.Module) -> Iterator[bool]:
    """Yield, for each buffer in a layer, whether checkpoints have it."""
    for each in module.modules():
        without = each._non_persistent_buffers_set
        yield from (
            name not in without
            for name, tensor in each._buffers.items()
            if tensor is not None
        )


def _with_values(
    owner: nn.Module, module: Module, values: InitialValues
) -> tuple[Member, ...]:
    """Say how the parameters of a module get their values."""
    members = []
    if module.kept:  # the author's class makes its values
        return tuple(member._replace(init=None) for member in module.members)
    for member in module.members:
        if member.parameter and not member.tied:
            tensor = _parameter(owner, member.name)
            filled = values.of(tensor)
            init = member.init
            if init is None and filled is not None:
                init = filled.init
            usually = module.leaf and (filled is None or filled.own)
            lost = init is None and not usually
            copied = filled is None and "." in member.name  # by a stack of layers
            own = copied if filled is None else filled.own
            if module.leaf and (own or usual(owner, member.name, init)):
                init = None
            member = member._replace(init=init, lost=lost)
        members.append(member)
    return (*members,)


class _Known(NamedTuple):
    """What is known of all modules.

    Attributes:
        given: What the constructors were given.
        kept: The paths of modules whose classes stay the author's.
        first: The first key of each tensor.
    """

    given: Given
    kept: frozenset[str]
    first: dict[int, str]


def _parameter(owner: nn.Module, name: str) -> Tensor:
    """Return a parameter by its key; `get_parameter` refuses scripted modules."""
    return dict(owner.named_parameters(remove_duplicate=False))[name]


def _describe(
    module: nn.Module, path: str, known: _Known, found: dict[str, Module]
) -> None:
    cls: Any = type(module)  # mypy takes classes of modules for unhashable
    if path in known.kept:
        found[path] = _kept(module, path, known)
        return
    first = known.first
    type_ = leaf_type(module)
    children = {} if type_ else dict(module._modules)
    arguments = (
        leaf_arguments(module, type_)
        if type_
        else _plain(known.given.get(id(module), {}))
    )
    inner = any(child is not None and _has_state(child) for child in children.values())
    base = "" if type_ or inner else base_type(module)
    found[path] = Module(
        type_ or cls.__name__,
        cls.__module__,
        bool(type_),
        arguments,
        tuple(name for name, child in children.items() if child is not None),
        _members(module, path, first)
        if not type_
        else _leaf_members(module, path, first),
        description(cls),
        _place(cls),
        isinstance(module, nn.Sequential) and cls.forward is nn.Sequential.forward,
        base,
        leaf_arguments(module, base) if base else {},
        file_of(cls),
        attributes={} if type_ else _numbers_kept(module),
    )
    for name, child in children.items():
        if child is not None:
            _describe(child, f"{path}.{name}" if path else name, known, found)


def _numbers_kept(module: nn.Module) -> dict[str, Any]:
    """Return the numbers that a module has in attributes that are no secret."""
    return {
        name: value
        for name, value in vars(module).items()
        if type(value) in (int, float) and not name.startswith("_")
    }


def _kept(module: nn.Module, path: str, known: _Known) -> Module:
    """Describe a module whose class stays the author's, so that it is a layer."""
    cls: Any = type(module)
    given = known.given.get(id(module), {})
    return Module(
        cls.__name__,
        cls.__module__,
        leaf=True,
        arguments=_plain(arguments_of(cls, given)),
        children=(),
        members=_leaf_members(module, path, known.first),
        place=_place(cls),
        file=file_of(cls),
        kept=True,
    )


def _members(module: nn.Module, path: str, first: dict[int, str]) -> tuple[Member, ...]:
    found = [
        _member(name, tensor, path, first, parameter=True)
        for name, tensor in module._parameters.items()
        if tensor is not None
    ]
    for name, tensor in module._buffers.items():
        if tensor is not None:
            member = _member(name, tensor, path, first, parameter=False)
            persistent = name not in module._non_persistent_buffers_set
            rows = 1 if persistent else equal_rows(tensor)
            values = numbers_of(tensor if rows == 1 else tensor[:1])
            member = member._replace(persistent=persistent, values=values, rows=rows)
            found.append(member)
    return (*found,)


def is_table(model: nn.Module, key: str, tensor: Tensor) -> bool:
    """Return whether a buffer has no key, and more numbers than a spec should have."""
    owner, _, name = key.rpartition(".")
    if name not in model.get_submodule(owner)._non_persistent_buffers_set:
        return False
    values = tensor.detach()
    return numbers_of(values if equal_rows(values) == 1 else values[:1]) is None


def _leaf_members(
    module: nn.Module, path: str, first: dict[int, str]
) -> tuple[Member, ...]:
    """Return the parameters inside a layer of torch, by their keys in it."""
    found = (
        _member(name, tensor, path, first, parameter=True)
        for name, tensor in module.named_parameters()
    )
    return tuple(each._replace(init=None) if _drawn(each) else each for each in found)


def _drawn(member: Member) -> bool:
    """Return whether a parameter of a layer is one number, which torch has drawn."""
    return all(size == 1 for size in member.shape) and isinstance(member.init, dict)


def _member(
    name: str, tensor: Tensor, path: str, first: dict[int, str], *, parameter: bool
) -> Member:
    key = f"{path}.{name}" if path else name
    tied = first.setdefault(id(tensor), key)
    return Member(
        name,
        tuple(tensor.shape),
        str(tensor.dtype).removeprefix("torch."),
        parameter,
        trained=tensor.requires_grad,
        tied=tied if tied != key else "",
        init=_constant(tensor) if parameter else None,
    )


def _constant(tensor: Tensor) -> Any:
    """Return the initial values of a parameter that has one value everywhere."""
    if tensor.is_meta or not tensor.numel() or tensor.min() != tensor.max():
        return None
    value = tensor.flatten()[0].item()
    return {0.0: "zeros_", 1.0: "ones_"}.get(value) or {
        "constant_": _short(value, tensor)
    }


def _short(value: float, tensor: Tensor) -> float:
    """Return the shortest number that is the same in the dtype of a tensor."""
    for digits in range(1, 17):
        short = float(f"{value:.{digits}g}")
        if tensor.new_tensor(short).item() == value:
            return short
    return value


def _plain(arguments: Mapping[str, Any]) -> dict[str, Any]:
    found = {
        name: _plain_value(value)
        for name, value in arguments.items()
        if name not in ("<module>", "self")
    }
    for value in arguments.values():
        for name, each in _settings(value).items():
            found.setdefault(name, _plain_value(each))
    return found


def _settings(value: Any) -> dict[str, Any]:
    """Return what an object holds that says how to make one module."""
    held = getattr(value, "__dict__", {})
    if isinstance(value, type | nn.Module) or not 0 < len(held) <= _MOST_SETTINGS:
        return {}
    plain = (bool, int, float, str)
    return {n: each for n, each in held.items() if isinstance(each, plain)}


_MOST_SETTINGS = 16


def _plain_value(value: Any) -> Any:
    value = python_number(value)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, tuple | list) and len(value) <= 64:
        return [_plain_value(each) for each in value]
    if isinstance(value, type):
        return Unknown(value.__name__)
    if hasattr(value, "func") and hasattr(value, "keywords"):  # functools.partial
        return Unknown(getattr(value.func, "__name__", "partial"))
    return Unknown(type(value).__name__)


@cache
def _place(cls: type) -> Place:
    """Return where a class begins to say what it does."""
    for name in ("__init__", "forward"):
        code = getattr(vars(cls).get(name), "__code__", None)
        if code is not None:
            return Place(code.co_filename, code.co_firstlineno)
    return Place("", 0)


def _has_state(module: nn.Module) -> bool:
    return any(True for _ in (*module.parameters(), *module.buffers()))
