"""Initial values of parameters and buffers, compared with what the spec says."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from .comparison import difference, same
from .errors import FailsError
from .messages import counted
from .parameters import all_parameters, tied_tensors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .interpreter.interpreter import Interpreter

_EXACT = ("zeros_", "ones_", "constant_", "eye_", "dirac_")
"""Functions of torch.nn.init that draw no random numbers."""
_KINDS: dict[str, Callable[[str, Tensor], bool]] = {
    "matrices": lambda _, each: each.dim() > 1,
    "biases": lambda name, each: each.dim() == 1 and "bias" in name,
}
"""What parameters a kind reaches."""
_MANY = 1000
"""How many elements show by their mean and deviation how they were drawn."""


def need_initial_values(interpreter: Interpreter, model: nn.Module) -> Iterator[str]:
    """Check the initial values of the tensors for which the spec says them.

    Yields:
        What could not be checked.

    Raises:
        FailsError: With the first tensor that has other initial values.
    """
    tensors = {**dict(all_parameters(model)), **dict(model.named_buffers())}
    tied = tied_tensors(interpreter, model)
    less: dict[str, list[str]] = defaultdict(list)
    for name, init in _asked(interpreter, model):
        if name in tied:
            less["of tied tensors"].append(name)
            continue
        function, arguments = _function(init)
        wanted = _drawn(function, arguments, tensors[name])
        if function in _EXACT:
            if not same(tensors[name], wanted):
                said = difference(tensors[name], wanted)
                raise FailsError(f"`{name}` is not initialized by {function}: {said}")
        elif wanted.numel() < _MANY:
            less["of random numbers, too few to tell"].append(name)
        elif not _alike(tensors[name], wanted):
            raise FailsError(f"`{name}` is not distributed as {function} draws numbers")
    for what, names in less.items():
        yield f"{counted(len(names), 'initial value')} {what}"


def _asked(interpreter: Interpreter, model: nn.Module) -> Iterator[tuple[str, Any]]:
    """Yield the tensors whose initial values the spec says.

    Classes initialize theirs first, the inner ones before the outer ones; then come the
    rules of the model, by the order of its modules; then its own layers.
    """
    yield from interpreter.tensor_inits.items()
    found: dict[str, Any] = {}
    layers = {
        name: (each.inits, each.of_model) for name, each in interpreter.layers.items()
    }
    layers |= interpreter.inner_inits
    inner = [name for name, (_, of_model) in layers.items() if not of_model]
    for name in sorted(inner, key=lambda each: -each.count(".")):
        found |= _expanded(model, name, layers[name][0])
    rules: dict[str, Any] = interpreter.spec.get("rules", {})
    found |= _expanded(model, "", {k: v for k, v in rules.items() if k in _KINDS})
    for name, module in model.named_modules():
        classes = [each.__name__ for each in type(module).__mro__]
        rule: Any = next((rules[type_] for type_ in rules if type_ in classes), {})
        found |= _expanded(model, name, rule)
    for name, (inits, of_model) in layers.items():
        found |= _expanded(model, name, inits) if of_model else {}
    yield from found.items()


def _expanded(model: nn.Module, name: str, inits: dict[str, Any]) -> dict[str, Any]:
    """Return initial values by the full names of parameters, also those of a kind."""
    before = f"{name}." if name else ""
    module = model.get_submodule(name)
    found: dict[str, Any] = {}
    parameters = dict(all_parameters(module))
    for kind in _KINDS:
        if kind in inits:
            found |= {
                before + key: inits[kind]
                for key, each in parameters.items()
                if _KINDS[kind](key.rpartition(".")[2], each)
            }
    plain = {key: init for key, init in inits.items() if key in parameters}
    return {**found, **{before + key: init for key, init in plain.items()}}


def _function(init: Any) -> tuple[str, Any]:
    if isinstance(init, dict):
        ((name, arguments),) = init.items()
        return name, arguments
    return init, None


def _drawn(function: str, arguments: Any, like: Tensor) -> Tensor:
    """Return a tensor filled by a function of torch.nn.init."""
    fill: Callable[..., Tensor] = getattr(nn.init, function)
    given = arguments if isinstance(arguments, dict) else {}
    one = [] if arguments is None or isinstance(arguments, dict) else [arguments]
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)
        return fill(torch.empty_like(like), *one, **given)


def _alike(found: Tensor, wanted: Tensor) -> bool:
    """Tell whether two tensors look drawn from the same distribution."""
    spread = float(wanted.std())
    near = abs(float(found.std()) - spread) <= 0.15 * spread
    return near and abs(float(found.mean() - wanted.mean())) <= 0.2 * spread
