"""Suggestions for unknown layer types."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlpgen.diagnostics.advice import Advice, Respelled
from mlpgen.layers import CONTAINERS
from mlpgen.spec.types import every_type, layer_class
from mlpgen.spec.wording import did_you_mean, guess, spaced

if TYPE_CHECKING:
    from collections.abc import Iterable

_OTHER_NAMES = {
    "swish": "SiLU",
    "layers": "Sequential",
    "dense": "Linear",
    "fullyconnected": "Linear",
    "upsamplingnearest2d": "Upsample",
    "upsamplingbilinear2d": "Upsample",
}
"""Names of layers in other libraries."""


def suggestion(type_: str, blocks: Iterable[str]) -> tuple[str, str]:
    """Guess what an unknown type was meant to be.

    Args:
        type_: The type as written: `Conv2D`, `nn.ReLU`, `Linear(784, 10)`.
        blocks: The blocks of the spec.

    Returns:
        The closest known type, else the bare name or an empty string; and the help.
    """
    call, bracket, arguments = type_.partition("(")
    name = call.strip().rpartition(".")[2]
    name = _OTHER_NAMES.get(name.lower(), name)
    known = [*every_type(), *blocks]
    if slip := spaced(type_, known):
        return name.lstrip("-").partition(":")[0], slip
    meant = guess(name, known)
    if not meant.names:
        plain = re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,59}", name)
        return name if plain else "", "`mlpgen layers` lists all layers"
    first = meant.names[0]
    if not bracket:
        return first, did_you_mean(type_, meant)
    if not arguments.strip(" )"):
        help = f"write `{first}` without parentheses"
        change = Respelled(type_, first) if meant.certain else None
        return first, Advice(help, change)
    return first, f"put arguments after a colon: `{_example(first)}`"


def _example(type_: str) -> str:
    cls = CONTAINERS.get(type_) or layer_class(type_)
    return cls.example if cls else f"{type_}: …"
