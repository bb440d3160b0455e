"""Looks into running models: where two part, and which layers torch itself refuses."""

from __future__ import annotations

from collections import OrderedDict
from contextlib import contextmanager
from string import digits
from typing import TYPE_CHECKING, Any, NamedTuple

from torch import Tensor, nn

from .common import UnsupportedError, call, first_line, tensors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Attempt = Callable[[nn.Module, tuple[Any, ...], dict[str, Any]], Any]

_HOLDERS = (nn.Sequential, nn.ModuleList, nn.ModuleDict)


class Visit(NamedTuple):
    """One call of a module.

    Attributes:
        name: Its dotted name.
        time: How often it was called before.
        takes: The tensors that went in.
        gives: The tensors that came out.
    """

    name: str
    time: int
    takes: list[Tensor]
    gives: list[Tensor]


@contextmanager
def visits(
    model: nn.Module, see: Callable[[Visit], None], *, copied: bool = False
) -> Iterator[None]:
    """Tell `see` of each call of a module inside `model`, when it is over.

    Args:
        model: The model, which the caller runs.
        see: Told of each call.
        copied: Whether the tensors are copied, since a later layer may work in place.
    """
    times: dict[str, int] = {}

    def keep(name: str) -> Callable[..., None]:
        def hook(_module: nn.Module, args: Any, kwargs: Any, out: Any) -> None:
            takes, gives = tensors([args, kwargs]), tensors(out)
            if copied:
                takes, gives = ([y.detach().clone() for y in x] for x in (takes, gives))
            times[name] = times.get(name, -1) + 1
            see(Visit(name, times[name], takes, gives))

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


def parting(
    first: tuple[nn.Module, Sequence[Tensor]],
    second: tuple[nn.Module, Sequence[Tensor]],
    equal: Callable[[Tensor, Tensor], bool],
) -> str:
    """Say at which layer two runs part: two models, or one on two inputs."""
    one, other = _seen(*first), _seen(*second)
    known = {(visit.name, visit.time): visit for visit in one}

    def alike(a: list[Tensor], b: list[Tensor]) -> bool:
        return len(a) == len(b) and all(map(equal, a, b))

    last = "the input"
    for visit in other:
        twin = known.get((visit.name, visit.time))
        if twin is None:  # a function in the first style
            continue
        if not alike(twin.takes, visit.takes):
            return f"between {last} and `{visit.name}`"
        if not alike(twin.gives, visit.gives):
            return f"in `{visit.name}`"
        last = f"`{visit.name}`"
    return f"behind {last}"


def _seen(model: nn.Module, inputs: Sequence[Tensor]) -> list[Visit]:
    found: list[Visit] = []
    with visits(model, found.append, copied=True):
        call(model, inputs)
    return found


def refuse_if_torch_does(
    model: nn.Module, inputs: Sequence[Tensor], attempt: Attempt
) -> None:
    """Look for the reason of a failure in torch's own layers.

    Raises:
        UnsupportedError: A layer of torch fails alone, on what it takes in this model.
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
    """Try a layer alone, and in a plain `nn.Sequential`, where it has its name too.

    One that fails alone may be fine there: torch scripts a GRU inside of a module only.
    """
    kind = type(call_.module).__name__
    held = len(call_.args) == 1 and not call_.kwargs
    reason = _failure(attempt, call_.module, call_)
    if reason and held:
        reason = _failure(attempt, _holder("layer", call_), call_)
    if reason:
        raise UnsupportedError(f"`{call_.name}`, as any {kind} like it: {reason}")
    reason = _failure(attempt, _holder(name, call_), call_) if held else ""
    if reason:
        raise UnsupportedError(f"a {kind} with the name `{name}`: {reason}")


def _holder(name: str, call_: _Call) -> nn.Module:
    return nn.Sequential(OrderedDict([(name, call_.module)])).eval()


def _failure(attempt: Attempt, module: nn.Module, call_: _Call) -> str:
    """Say why a layer cannot be attempted; nothing if it can."""
    try:
        attempt(module, call_.args, call_.kwargs)
    except Exception as error:
        return first_line(error)
    return ""


class _Call(NamedTuple):
    """How one of torch's layers is called."""

    name: str
    module: nn.Module
    args: tuple[Any, ...]
    kwargs: dict[str, Any]


def _calls(model: nn.Module, inputs: Sequence[Tensor]) -> list[_Call]:
    """Run a model and return how torch's own layers in it are called."""
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
    own = type(module).__module__.startswith("torch.nn.")
    return own and not isinstance(module, _HOLDERS)
