"""What a model holds, by its spec: whose parameters are whose, and how they begin."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from .common import FailsError, counted, difference, same
from .modules import need_kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from .interpreter import Found, Walk

_EXACT = ("zeros_", "ones_", "constant_", "eye_", "dirac_")
"""Functions of torch.nn.init that draw no random numbers."""
_COMPUTED = {"weight_norm": "_WeightNorm", "spectral_norm": "_SpectralNorm"}
_MANY = 1000
"""Values of a tensor whose mean and spread say how it was drawn."""


def need_modules(walk: Walk, model: nn.Module, style: str) -> None:
    """Every module of a style is what the spec says, also where another has none.

    Raises:
        FailsError: With the first that is not.
    """
    modules = dict(model.named_modules())
    for name, said in walk.said.items():
        if name not in modules:
            continue
        try:
            need_kind(name, modules[name], *said)
        except FailsError as error:
            raise FailsError(f"{error}, in {style}") from None


def need_owned(walk: Walk, model: nn.Module, style: str) -> None:
    """A model holds what the layers of its spec do, and nothing else.

    Raises:
        FailsError: With the first tensor that no layer has.
    """
    owned = {*walk.tensors}
    for name in {*walk.found} | {other for _, other in walk.ties}:
        module = model.get_submodule(name)
        names = [key for key, _ in _all(module)]
        names += [key for key, _ in module.named_buffers(remove_duplicate=False)]
        owned |= {f"{name}.{key}" for key in names}
    held = [*_all(model), *model.named_buffers(remove_duplicate=False)]
    for name, _ in held:
        if name not in owned:
            raise FailsError(f"no layer of the spec has `{name}`, {style} has it")


def need_ties(walk: Walk, model: nn.Module, style: str) -> str:
    """Tied tensors are one, and all others have a storage of their own.

    Raises:
        FailsError: With the first pair that is otherwise.
    """
    tied = _tied(walk, model)
    tied |= _of_authors(walk)
    first: dict[Any, str] = {}
    for name, tensor in _all(model):
        place = tensor.untyped_storage().data_ptr() or id(tensor)
        other = first.setdefault(place, name)
        if tied.get(name, name) != tied.get(other, other):
            raise FailsError(f"`{name}` and `{other}` share their values in {style}")
    found = dict(_all(model))
    for name, other in tied.items():
        if other in found and found[name] is not found[other]:
            raise FailsError(f"`{name}` is not that of `{other}` in {style}")
    count = sum(name != other for name, other in _tied(walk, model).items())
    return counted(count, "tied tensor") if count else ""


def _tied(walk: Walk, model: nn.Module) -> dict[str, str]:
    """Name for each tensor that is tied the one that it is."""
    found: dict[str, str] = {}
    for name, other in walk.ties:
        theirs = {key for key, _ in _all(model.get_submodule(other))}
        for key, _ in _all(model.get_submodule(name)):
            if key in theirs:
                origin = found.get(f"{other}.{key}", f"{other}.{key}")
                found[f"{name}.{key}"] = found[origin] = origin
    return found


def _of_authors(walk: Walk) -> dict[str, str]:
    """Name for each tensor in a module of the author's that module: it may tie any."""
    return {
        f"{name}.{key}": name
        for name, found in walk.found.items()
        if found.entry["kind"] == "custom"
        for key, _ in _all(found.module)
    }


def need_computed(walk: Walk) -> None:
    """What `parametrize` says of a layer holds, and what it does not say does not.

    Raises:
        FailsError: With the first layer that is otherwise.
    """
    for name, found in walk.found.items():
        if found.entry["kind"] != "module":
            continue
        wanted = found.entry["options"].get("parametrize", "")
        by = ", ".join(_computed_by(found.module))
        if by != _COMPUTED.get(wanted, wanted):
            said = wanted or "nothing"
            raise FailsError(f"the weight of `{name}` is computed by {by}, not {said}")


def _computed_by(module: nn.Module) -> list[str]:
    """Name the classes that compute the weight of a module."""
    if not parametrize.is_parametrized(module, "weight"):
        return []
    computed: Any = module.parametrizations
    return [type(each).__name__ for each in computed.weight]


def need_initial_values(walk: Walk, model: nn.Module) -> Iterator[str]:
    """Tensors begin as the spec says; those that it says nothing of are not looked at.

    Yields:
        What could not be checked.

    Raises:
        FailsError: With the first tensor that begins in another way.
    """
    tensors = {**dict(_all(model)), **dict(model.named_buffers())}
    tied = _tied(walk, model)
    less: dict[str, list[str]] = defaultdict(list)
    for name, init in _asked(walk):
        if name in tied:
            less["of tied tensors"].append(name)
            continue
        function, arguments = _function(init)
        wanted = _drawn(function, arguments, tensors[name])
        if function in _EXACT:
            if not same(tensors[name], wanted):
                said = difference(tensors[name], wanted)
                raise FailsError(f"`{name}` does not begin by {function}: {said}")
        elif wanted.numel() < _MANY:
            less["of random numbers, too few to tell"].append(name)
        elif not _alike(tensors[name], wanted):
            raise FailsError(f"`{name}` is not spread as {function} spreads numbers")
    for what, names in less.items():
        yield f"{counted(len(names), 'initial value')} {what}"


def _asked(walk: Walk) -> Iterator[tuple[str, Any]]:
    """Go through the tensors whose initial values the spec says."""
    yield from walk.tensor_inits.items()
    for name, found in walk.found.items():
        for key, init in _of_layer(found, walk.plan.get("rules", {})).items():
            yield f"{name}.{key}", init


def _of_layer(found: Found, rules: dict[str, Any]) -> dict[str, Any]:
    """Return what becomes of rules and of what a layer says itself.

    Layers of the model itself speak last, those of blocks before the rules.
    """
    held = {key for key, _ in _all(found.module)}
    rule = rules.get(found.entry["type"], {})
    pair = (rule, found.inits) if found.of_model else (found.inits, rule)
    both = {**pair[0], **pair[1]}
    return {key: init for key, init in both.items() if key in held}


def _function(init: Any) -> tuple[str, Any]:
    if isinstance(init, dict):
        ((name, arguments),) = init.items()
        return name, arguments
    return init, None


def _drawn(function: str, arguments: Any, like: Tensor) -> Tensor:
    """Fill a tensor by a function of torch.nn.init."""
    fill: Callable[..., Tensor] = getattr(nn.init, function)
    given = arguments if isinstance(arguments, dict) else {}
    one = [] if arguments is None or isinstance(arguments, dict) else [arguments]
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)
        return fill(torch.empty_like(like), *one, **given)


def _alike(found: Tensor, wanted: Tensor) -> bool:
    """Tell whether numbers may well be drawn in the same way."""
    spread = float(wanted.std())
    near = abs(float(found.std()) - spread) <= 0.15 * spread
    return near and abs(float(found.mean() - wanted.mean())) <= 0.2 * spread


def _all(module: nn.Module) -> Iterable[tuple[str, nn.Parameter]]:
    """Go through the parameters by all of their names."""
    return module.named_parameters(remove_duplicate=False)
