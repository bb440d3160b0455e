"""The inputs of a model: what `forward` is called with."""

from __future__ import annotations

import dataclasses
import inspect
import typing
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch import Tensor, nn

from mlpgen.importer.recorder.target import TargetError
from mlpgen.importer.recording import Input

if TYPE_CHECKING:
    from collections.abc import Mapping

RawInput = tuple[str, tuple[int, ...], str]


class Given(NamedTuple):
    """A tensor that the model takes.

    Attributes:
        name: Its argument of `forward`; with a dot, what it is inside of that argument.
        shape: That of one example.
        dtype: torch's name.
        values: Of some examples, if they are known.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    values: Tensor | None = None

    def drawn(self, batch: int) -> Tensor:
        """Return some examples; whole numbers are 0 or 1, which any vocabulary has."""
        if self.values is not None:
            return self.values[torch.arange(batch) % len(self.values)].clone()
        dtype = getattr(torch, self.dtype)
        size = (batch, *self.shape)
        if dtype.is_floating_point:
            return torch.randn(size, dtype=dtype)
        return torch.randint(0, 2, size).to(dtype)


def inputs_of(model: nn.Module, raw: list[RawInput]) -> list[Given]:
    """Name the inputs, by the order of `forward` where the job does not."""
    free = iter(_names(model))
    found = [
        Given(name or next(free, f"input {index + 1}"), shape, dtype)
        for index, (name, shape, dtype) in enumerate(raw)
    ]
    _need_names(model, found)
    return found


def inputs_with_values(model: nn.Module, example: Any) -> list[Given]:
    """Return the inputs of an example: a tensor, or several by place or by name.

    Raises:
        TargetError: It is something else, or `forward` does not take it.
    """
    names = _names(model)
    if isinstance(example, Tensor):
        example = (example,)
    if isinstance(example, dict):
        if len(names) == 1 and names[0] not in example:
            example = {names[0]: example}  # `forward(batch)` takes it whole
        items = [*example.items()]
    elif isinstance(example, list | tuple):
        items = [*zip(names, example, strict=False)]
        if len(example) > len(names):
            message = f"the example has {len(example)} tensors"
            raise TargetError(f"{message}, `forward` takes {len(names)}")
    else:
        kind = type(example).__name__
        raise TargetError(f"the example is no tensor, list or dict but `{kind}`")
    found = [each for name, value in items for each in _flat(str(name), value)]
    sizes = {len(each.values) for each in found if each.values is not None}
    if len(sizes) > 1:
        raise TargetError(
            "the first dimension of an example is the batch; here it has the sizes "
            + " and ".join(str(each) for each in sorted(sizes))
        )
    _need_names(model, found)
    return found


def _flat(name: str, value: Any) -> list[Given]:
    """Return the tensors in a value, with what they are inside of it."""
    if isinstance(value, Tensor):
        if not value.dim() or not len(value):
            message = f"`{name}` of the example has no batch in its first dimension"
            raise TargetError(message)
        dtype = str(value.dtype).removeprefix("torch.")
        return [Given(name, tuple(value.shape[1:]), dtype, value.detach())]
    if isinstance(value, dict):
        items = [*value.items()]
    elif isinstance(value, list | tuple):
        items = [*enumerate(value)]
    else:
        kind = type(value).__name__
        raise TargetError(f"`{name}` of the example is no tensor but `{kind}`")
    return [each for key, inner in items for each in _flat(f"{name}.{key}", inner)]


def _names(model: nn.Module) -> list[str]:
    signature = inspect.signature(type(model).forward)
    return [
        name
        for name, each in [*signature.parameters.items()][1:]
        if each.kind is not inspect.Parameter.VAR_KEYWORD
    ]


def _need_names(model: nn.Module, found: list[Given]) -> None:
    """Check that `forward` takes the inputs."""
    signature = inspect.signature(type(model).forward)
    try:
        signature.bind(model, **{each.name.partition(".")[0]: None for each in found})
    except TypeError as error:
        message = f"`forward` of `{type(model).__name__}` cannot be called so: {error}"
        hint = "name each input, as --input NAME=SIZES"
        raise TargetError(f"{message}; it takes `{signature}`; {hint}") from None


def said(inputs: list[Given]) -> tuple[Input, ...]:
    """Return the inputs as a spec names them: by their last part where that is one."""
    last = [each.name.rpartition(".")[2] for each in inputs]
    simple = len({*last}) == len(last) and not any(each.isdigit() for each in last)
    return tuple(
        Input(name if simple else each.name.replace(".", "_"), each.shape, each.dtype)
        for name, each in zip(last, inputs, strict=True)
    )


def drawn(inputs: list[Given], batch: int) -> dict[str, Tensor]:
    """Draw inputs, by their names."""
    return {each.name: each.drawn(batch) for each in inputs}


def arguments(model: nn.Module, given: Mapping[str, Tensor]) -> dict[str, Any]:
    """Return what `forward` is called with: dicts, lists and dataclasses are built."""
    tree: dict[str, Any] = {}
    for name, tensor in given.items():
        *around, last = name.split(".")
        inner = tree
        for each in around:
            inner = inner.setdefault(each, {})
        inner[last] = tensor
    kinds = _kinds(model) if any(type(each) is dict for each in tree.values()) else {}
    return {name: _built(value, kinds.get(name)) for name, value in tree.items()}


def _kinds(model: nn.Module) -> dict[str, Any]:
    """Return the annotations of `forward`."""
    try:
        return typing.get_type_hints(type(model).forward)
    except Exception:  # names that only a type checker has
        return {}


def _built(value: Any, kind: Any) -> Any:
    """Make what an argument is annotated as, or else a dict or a list."""
    if type(value) is not dict:
        return value
    if isinstance(kind, type) and (
        dataclasses.is_dataclass(kind) or hasattr(kind, "_fields")
    ):
        hints = typing.get_type_hints(kind)
        return kind(
            **{key: _built(each, hints.get(key)) for key, each in value.items()}
        )
    built = {key: _built(each, None) for key, each in value.items()}
    if all(key.isdigit() for key in built):
        listed = [built[key] for key in sorted(built, key=int)]
        return tuple(listed) if typing.get_origin(kind) is tuple else listed
    return built
