"""Buffers of constants, and those that functions compute once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from .comparison import difference, same
from .errors import FailsError
from .interpreter.expressions import value_of
from .interpreter.functions import Value, evaluated, names_of_parts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor, nn

    from .interpreter.entries import Entry
    from .interpreter.interpreter import Interpreter

_RANDOM = ("rand", "randn", "rand_like", "randn_like", "bernoulli")


def need_buffers(interpreter: Interpreter, model: nn.Module, style: str) -> list[str]:
    """Check the values of buffers, and which of them a checkpoint keeps.

    Returns:
        The names of those that draw random numbers.

    Raises:
        FailsError: With the first buffer that is not as the spec says.
    """
    saved, drawn = model.state_dict(), []
    for name, (entry, known) in interpreter.buffers.items():
        if (name in saved) != value_of(
            entry["arguments"].get("persistent", True), known
        ):
            kept = "saved" if name in saved else "not saved"
            raise FailsError(f"`{name}` is {kept} in {style}")
        if draws(entry):
            drawn.append(name)
            continue
        wanted = _values(entry, known)
        if wanted is not None and not same(model.get_buffer(name), wanted):
            said = difference(model.get_buffer(name), wanted)
            raise FailsError(f"`{name}` is not what the spec says in {style}: {said}")
    return drawn


def draws(entry: Entry) -> bool:
    """Return whether the functions of a buffer draw random numbers."""
    return any(each["type"] in _RANDOM for each in entry["layers"])


def _values(entry: Entry, known: Mapping[str, Any]) -> Tensor | None:
    """Return the values of a buffer; None if a function of torch.nn.init fills it."""
    if entry["layers"]:
        return _computed(entry, known)
    arguments = value_of(entry["arguments"], known)
    if arguments.get("values") is None:
        return None
    found = torch.tensor(arguments["values"])
    return found.reshape(arguments.get("shape", [-1]))


def _computed(entry: Entry, known: Mapping[str, Any]) -> Tensor:
    """Compute a buffer with the functions of its `layers`."""
    values: dict[str, Value] = {}
    last = ""
    for each in entry["layers"]:
        sources = each["sources"]
        takes = [values[name] for name in ([last] if sources is None else sources)]
        last = each["name"]
        if not value_of(each["options"].get("when", True), known):
            values[last] = takes[0]
            continue
        arguments = value_of(each["arguments"], known)
        found = evaluated(each["type"], arguments, takes)
        names = [""]
        if len(found) > 1:
            names = names_of_parts(each["type"], arguments, len(found))
        parts = {n: Value(t, False) for n, t in zip(names, found, strict=True)}
        first = each["options"].get("select") or names[0]
        values |= {f"{last}.{name}": part for name, part in parts.items()}
        values[last] = parts[first]
    return values[last].tensor
