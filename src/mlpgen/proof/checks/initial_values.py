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
    from .interpreter.records import FoundLayer

_EXACT = ("zeros_", "ones_", "constant_", "eye_", "dirac_")
"""Functions of torch.nn.init that draw no random numbers."""
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
    for name, init in _asked(interpreter):
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


def _asked(interpreter: Interpreter) -> Iterator[tuple[str, Any]]:
    """Yield the tensors whose initial values the spec says."""
    yield from interpreter.tensor_inits.items()
    for name, found in interpreter.layers.items():
        for key, init in _of_layer(found, interpreter.spec.get("rules", {})).items():
            yield f"{name}.{key}", init


def _of_layer(found: FoundLayer, rules: dict[str, Any]) -> dict[str, Any]:
    """Merge the rules of the model with the `init` of a layer.

    The `init` of a layer of the model overrides the rules; the rules override that of a
    layer in a block.
    """
    names = {key for key, _ in all_parameters(found.module)}
    rule = rules.get(found.entry["type"], {})
    pair = (rule, found.inits) if found.of_model else (found.inits, rule)
    both = {**pair[0], **pair[1]}
    return {key: init for key, init in both.items() if key in names}


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
