"""Parameters and buffers of a model as its spec says: which, tied, parametrized."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from torch.nn.utils import parametrize

from .errors import FailsError
from .interpreter.modules import need_kind
from .messages import counted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from torch import nn

    from .interpreter.interpreter import Interpreter

_COMPUTED = {"weight_norm": "_WeightNorm", "spectral_norm": "_SpectralNorm"}


def need_modules(interpreter: Interpreter, model: nn.Module, style: str) -> None:
    """Check every module of a style, also those that another style does not have.

    Raises:
        FailsError: With the first that differs from the spec.
    """
    modules = dict(model.named_modules())
    for name, said in interpreter.expected.items():
        if name not in modules:
            continue
        try:
            need_kind(name, modules[name], *said)
        except FailsError as error:
            raise FailsError(f"{error}, in {style}") from None


def need_owned(interpreter: Interpreter, model: nn.Module, style: str) -> None:
    """Check that a model has no parameters and buffers but those of its layers.

    Raises:
        FailsError: With the first tensor that no layer has.
    """
    owned = {*interpreter.tensors}
    for name in {*interpreter.layers}.union(*interpreter.ties):
        module = model.get_submodule(name)
        names = [key for key, _ in all_parameters(module)]
        names += [key for key, _ in module.named_buffers(remove_duplicate=False)]
        owned |= {f"{name}.{key}" for key in names}
    buffers = model.named_buffers(remove_duplicate=False)
    for name, _ in [*all_parameters(model), *buffers]:
        if name not in owned:
            raise FailsError(f"{style} has `{name}`, which no layer of the spec has")


def need_ties(interpreter: Interpreter, model: nn.Module, style: str) -> str:
    """Check that tied tensors are the same object, and no others share storage.

    Returns:
        How many tensors are tied; empty for none.

    Raises:
        FailsError: With the first pair for which that is not so.
    """
    tied = tied_tensors(interpreter, model)
    tied |= _of_custom(interpreter)
    first: dict[Any, str] = {}
    for name, tensor in all_parameters(model):
        storage = tensor.untyped_storage().data_ptr() or id(tensor)
        other = first.setdefault(storage, name)
        if tied.get(name, name) != tied.get(other, other):
            raise FailsError(f"`{name}` and `{other}` share storage in {style}")
    found = dict(all_parameters(model))
    for name, other in tied.items():
        if other in found and found[name] is not found[other]:
            raise FailsError(f"`{name}` is not tied to `{other}` in {style}")
    count = sum(
        name != other for name, other in tied_tensors(interpreter, model).items()
    )
    return counted(count, "tied tensor") if count else ""


def tied_tensors(interpreter: Interpreter, model: nn.Module) -> dict[str, str]:
    """Map the name of each tied tensor to the name of its original."""
    tied_to: dict[str, str] = {}
    for name, other in interpreter.ties:
        theirs = {key for key, _ in all_parameters(model.get_submodule(other))}
        for key, _ in all_parameters(model.get_submodule(name)):
            if key in theirs:
                tied_to[f"{name}.{key}"] = f"{other}.{key}"
    every = dict.fromkeys([*tied_to, *tied_to.values()])
    return {name: _original(name, tied_to) for name in every}


def _original(name: str, tied_to: dict[str, str]) -> str:
    """Follow ties to the tensor that is tied to no other."""
    while name in tied_to:
        name = tied_to[name]
    return name


def _of_custom(interpreter: Interpreter) -> dict[str, str]:
    """Map each tensor in a custom module to that module, which may tie any of them."""
    return {
        f"{name}.{key}": name
        for name, found in interpreter.layers.items()
        if found.entry["kind"] == "custom"
        for key, _ in all_parameters(found.module)
    }


def need_computed(interpreter: Interpreter) -> None:
    """Check that exactly the layers with `parametrize` have a parametrized weight.

    Raises:
        FailsError: With the first layer for which that is not so.
    """
    for name, found in interpreter.layers.items():
        if found.entry["kind"] != "module":
            continue
        wanted = found.entry["options"].get("parametrize", "")
        by = ", ".join(_computed_by(found.module))
        if by != _COMPUTED.get(wanted, wanted):
            by, wanted = by or "nothing", wanted or "nothing"
            raise FailsError(
                f"the weight of `{name}` is parametrized by {by}, not {wanted}"
            )


def _computed_by(module: nn.Module) -> list[str]:
    """Name the classes that parametrize the weight of a module."""
    if not parametrize.is_parametrized(module, "weight"):
        return []
    computed: Any = module.parametrizations
    return [type(each).__name__ for each in computed.weight]


def all_parameters(module: nn.Module) -> Iterable[tuple[str, nn.Parameter]]:
    """Yield the parameters under all of their names."""
    return module.named_parameters(remove_duplicate=False)
