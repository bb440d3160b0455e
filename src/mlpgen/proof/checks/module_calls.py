"""Watches the calls of modules: where two models differ, which layers torch refuses."""

from __future__ import annotations

from collections import OrderedDict
from contextlib import contextmanager
from string import digits
from typing import TYPE_CHECKING, Any, NamedTuple

from torch import Tensor, nn

from .errors import UnsupportedError
from .messages import first_line
from .subject import call, tensors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Attempt = Callable[[nn.Module, tuple[Any, ...], dict[str, Any]], Any]

_HOLDERS = (nn.Sequential, nn.ModuleList, nn.ModuleDict)


class ModuleCall(NamedTuple):
    """One call of a module.

    Attributes:
        name: Its dotted name.
        time: How often it was called before.
        takes: The tensors in its arguments.
        gives: The tensors in its result.
    """

    name: str
    time: int
    takes: list[Tensor]
    gives: list[Tensor]


@contextmanager
def watched(
    model: nn.Module, see: Callable[[ModuleCall], None], *, copied: bool = False
) -> Iterator[None]:
    """Pass each finished call of a module inside `model` to `see`.

    Args:
        model: The model, which the caller runs.
        see: Called with each call.
        copied: Whether tensors are copied, since a later layer may change them in
            place.
    """
    times: dict[str, int] = {}

    def keep(name: str) -> Callable[..., None]:
        def hook(_module: nn.Module, args: Any, kwargs: Any, out: Any) -> None:
            takes, gives = tensors([args, kwargs]), tensors(out)
            if copied:
                takes, gives = ([y.detach().clone() for y in x] for x in (takes, gives))
            times[name] = times.get(name, -1) + 1
            see(ModuleCall(name, times[name], takes, gives))

        return hook

    handles = [
        module.register_forward_hook(keep(name), with_kwargs=True)
        for name, module in model.named_modules()
        if name
    ]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def where_they_differ(
    first: tuple[nn.Module, Sequence[Tensor]],
    second: tuple[nn.Module, Sequence[Tensor]],
    equal: Callable[[Tensor, Tensor], bool],
) -> str:
    """Return the layer at which two models differ, or one model on two inputs."""
    one, other = _seen(*first), _seen(*second)
    known = {(seen.name, seen.time): seen for seen in one}

    def alike(a: list[Tensor], b: list[Tensor]) -> bool:
        return len(a) == len(b) and all(map(equal, a, b))

    last = "the input"
    for seen in other:
        twin = known.get((seen.name, seen.time))
        if twin is None:  # a function in the first style
            continue
        if not alike(twin.takes, seen.takes):
            return f"between {last} and `{seen.name}`"
        if not alike(twin.gives, seen.gives):
            return f"in `{seen.name}`"
        last = f"`{seen.name}`"
    return f"after {last}"


def _seen(model: nn.Module, inputs: Sequence[Tensor]) -> list[ModuleCall]:
    found: list[ModuleCall] = []
    with watched(model, found.append, copied=True):
        call(model, inputs)
    return found


def refuse_if_torch_does(
    model: nn.Module, inputs: Sequence[Tensor], attempt: Attempt
) -> None:
    """Look for the cause of a failure in torch's own layers.

    Raises:
        UnsupportedError: A layer of torch fails on its own, with its inputs in this
            model.
    """
    tried: set[str] = set()
    for call_ in _calls(model, inputs):
        shapes = [tuple(each.shape) for each in tensors([call_.args, call_.kwargs])]
        name = call_.name.rpartition(".")[2]
        key = f"{name.rstrip(digits)} {call_.module} {shapes} {[*call_.kwargs]}"
        if key not in tried:
            tried.add(key)
            _refuse_alone(call_, name, attempt)


def _refuse_alone(call_: _Call, name: str, attempt: Attempt) -> None:
    """Try a layer on its own, and in an `nn.Sequential` under its name.

    One that fails on its own may work there: torch scripts a GRU only inside a module.
    """
    kind = type(call_.module).__name__
    chainable = len(call_.args) == 1 and not call_.kwargs
    reason = _failure(attempt, call_.module, call_)
    if reason and chainable:
        reason = _failure(attempt, _holder("layer", call_), call_)
    if reason:
        raise UnsupportedError(f"`{call_.name}`, as any {kind} like it: {reason}")
    reason = _failure(attempt, _holder(name, call_), call_) if chainable else ""
    if reason:
        raise UnsupportedError(f"a {kind} with the name `{name}`: {reason}")


def _holder(name: str, call_: _Call) -> nn.Module:
    return nn.Sequential(OrderedDict([(name, call_.module)])).eval()


def _failure(attempt: Attempt, module: nn.Module, call_: _Call) -> str:
    """Return why an attempt fails; empty if it succeeds."""
    try:
        attempt(module, call_.args, call_.kwargs)
    except Exception as error:
        return first_line(error)
    return ""


class _Call(NamedTuple):
    """The arguments of one call of a layer of torch."""

    name: str
    module: nn.Module
    args: tuple[Any, ...]
    kwargs: dict[str, Any]


def _calls(model: nn.Module, inputs: Sequence[Tensor]) -> list[_Call]:
    """Run a model and return the calls of torch's own layers in it."""
    found: list[_Call] = []

    def keep(name: str) -> Callable[..., None]:
        def hook(module: nn.Module, args: Any, kwargs: Any) -> None:
            found.append(_Call(name, module, args, kwargs))

        return hook

    handles = [
        module.register_forward_pre_hook(keep(name), with_kwargs=True)
        for name, module in model.named_modules()
        if name and _of_torch(module)
    ]
    try:
        call(model, inputs)
    finally:
        for handle in handles:
            handle.remove()
    return found


def _of_torch(module: nn.Module) -> bool:
    of_torch = type(module).__module__.startswith("torch.nn.")
    return of_torch and not isinstance(module, _HOLDERS)
